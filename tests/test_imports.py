"""Imports run downwards only."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rtorm"

# What each module may import of rtorm, and of others beside the standard library.
MAY: dict[str, tuple[set[str], set[str]]] = {
    "codegen.source": (set(), set()),
    "errors": (set(), set()),
    "models.saving": (set(), set()),
    "models.streaming": (set(), set()),
    "orm.describing": (set(), set()),
    "orm.instants": (set(), set()),
    "orm.interrupts": (set(), set()),
    "orm.loadable": (set(), set()),
    "orm.state": (set(), set()),
    "rest1.forms": (set(), set()),
    "rest1.readers.portions": (set(), set()),
    "rest1.replies.labels": (set(), set()),
    "rest1.versions": (set(), set()),
    "rest1.wire.framing": (set(), {"requests"}),
    "rest1.wire.json_answers": (set(), {"requests"}),
    "rest1.wire.pacing": (set(), set()),
    "rest1.wire.sessions": (set(), {"requests"}),
    "rest2.plain": (set(), set()),
    "gateway": ({"errors"}, set()),
    "models.media_types": ({"rest1.forms"}, set()),
    "negotiate": ({"errors"}, {"requests", "requests_kerberos", "urllib3"}),
    "orm.columns": ({"orm.loadable"}, set()),
    "orm.crew": ({"errors"}, set()),
    "orm.facet": ({"orm.loadable"}, set()),
    "orm.guarded": ({"errors"}, set()),
    "orm.related": ({"orm.loadable"}, set()),
    "rest1.alike": ({"rest1.forms"}, set()),
    "rest1.checks": ({"rest1.forms"}, set()),
    "rest1.clock": ({"errors", "rest1.forms"}, set()),
    "rest1.conditions": ({"rest1.forms"}, set()),
    "rest1.old_lists": ({"rest1.forms"}, set()),
    "rest1.replies.sentences": ({"errors"}, set()),
    "rest1.wire.failures": ({"errors"}, {"requests", "urllib3"}),
    "rest1.wire.retrying": ({"errors"}, {"requests", "urllib3"}),
    "rest1.wire.sending": ({"rest1.wire.pacing"}, {"requests", "urllib3"}),
    "rest1.wire.settings": ({"errors"}, {"requests", "urllib3"}),
    "rest2.pages": ({"rest2.plain"}, set()),
    "rest2.values": ({"rest2.plain"}, set()),
    "rtrc": ({"errors"}, set()),
    "auth": ({"errors", "negotiate"}, {"requests"}),
    "models.attachment": (
        {
            "errors",
            "gateway",
            "models.media_types",
            "models.saving",
            "models.streaming",
            "orm.describing",
        },
        {"pydantic", "pydantic_core"},
    ),
    "models.changes": ({"gateway"}, set()),
    "models.custom_field": ({"gateway", "orm.describing"}, {"pydantic"}),
    "orm.clauses": ({"orm.columns"}, set()),
    "orm.clocks": ({"errors", "gateway", "rest1.clock", "rest1.versions"}, set()),
    "orm.demands": ({"gateway", "orm.instants", "rest1.forms"}, {"pydantic"}),
    "orm.operators": ({"orm.columns"}, set()),
    "progress": ({"errors", "orm.crew"}, {"rich"}),
    "rest1.codecs": ({"rest1.checks", "rest1.clock", "rest1.forms", "rest1.old_lists"}, set()),
    "rest1.messages": ({"gateway", "rest1.checks", "rest1.forms"}, set()),
    "rest1.replies.reply": ({"errors", "rest1.alike", "rest1.forms"}, set()),
    "rest1.untellable": ({"gateway", "rest1.versions"}, set()),
    "rest1.wire.harmless": ({"gateway"}, set()),
    "rest1.wire.request": ({"gateway"}, set()),
    "rest2.choices": ({"gateway", "rest2.plain"}, set()),
    "rest2.fields": ({"gateway", "rest2.pages", "rest2.plain"}, set()),
    "codegen.kinds": ({"models.custom_field"}, set()),
    "config": ({"auth", "errors", "rest1.wire.settings", "rtrc"}, set()),
    "models.transaction": (
        {"gateway", "models.attachment", "models.changes", "orm.describing"},
        {"pydantic"},
    ),
    "orm.fields": ({"orm.columns", "orm.instants", "rest1.checks", "rest1.codecs"}, {"pydantic"}),
    "orm.mentions": ({"orm.clauses", "orm.columns", "orm.operators"}, set()),
    "rest1.downloads": ({"errors", "rest1.replies.reply", "rest1.versions"}, set()),
    "rest1.joined": ({"rest1.clock", "rest1.codecs", "rest1.forms"}, set()),
    "rest1.networks": ({"rest1.clock", "rest1.codecs", "rest1.forms"}, set()),
    "rest1.replies.attachments": (
        {"errors", "gateway", "rest1.forms", "rest1.replies.reply", "rest1.replies.sentences"},
        set(),
    ),
    "rest1.replies.creates": ({"gateway", "rest1.replies.labels", "rest1.replies.reply"}, set()),
    "rest1.replies.definitions": (
        {"errors", "gateway", "rest1.replies.reply", "rest1.replies.sentences"},
        set(),
    ),
    "rest1.replies.edits": (
        {
            "errors",
            "gateway",
            "rest1.forms",
            "rest1.replies.labels",
            "rest1.replies.reply",
            "rest1.replies.sentences",
        },
        set(),
    ),
    "rest1.replies.messages": (
        {"errors", "gateway", "rest1.forms", "rest1.replies.reply", "rest1.replies.sentences"},
        set(),
    ),
    "rest1.replies.searches": (
        {
            "errors",
            "gateway",
            "rest1.alike",
            "rest1.forms",
            "rest1.replies.reply",
            "rest1.replies.sentences",
        },
        set(),
    ),
    "rest1.replies.shows": (
        {"errors", "gateway", "rest1.forms", "rest1.replies.reply", "rest1.replies.sentences"},
        set(),
    ),
    "rest1.unions": ({"rest1.clock", "rest1.codecs", "rest1.forms"}, set()),
    "rest1.wire.challenges": ({"auth"}, set()),
    "rest1.wire.identity": (
        {"errors", "gateway", "rest1.forms", "rest1.replies.reply", "rest1.versions"},
        set(),
    ),
    "rest1.wire.masking": ({"rest1.wire.request"}, set()),
    "rest1.wire.refusals": ({"auth", "errors", "rest1.replies.reply", "rest1.versions"}, set()),
    "orm.declaring": ({"orm.describing", "orm.fields"}, {"pydantic"}),
    "orm.kinds": (
        {
            "rest1.clock",
            "rest1.codecs",
            "rest1.forms",
            "rest1.joined",
            "rest1.networks",
            "rest1.unions",
        },
        {"pydantic"},
    ),
    "rest1.replies.history": (
        {
            "errors",
            "gateway",
            "rest1.forms",
            "rest1.replies.attachments",
            "rest1.replies.reply",
            "rest1.replies.sentences",
        },
        set(),
    ),
    "rest1.replies.named": (
        {
            "errors",
            "gateway",
            "rest1.replies.reply",
            "rest1.replies.sentences",
            "rest1.replies.shows",
        },
        set(),
    ),
    "rest1.wire.answers": (
        {
            "auth",
            "errors",
            "rest1.replies.reply",
            "rest1.wire.challenges",
            "rest1.wire.failures",
            "rest1.wire.framing",
            "rest1.wire.masking",
            "rest1.wire.refusals",
            "rest1.wire.request",
        },
        {"requests"},
    ),
    "rest1.wire.contents": (
        {
            "errors",
            "rest1.downloads",
            "rest1.replies.reply",
            "rest1.versions",
            "rest1.wire.framing",
        },
        {"requests", "urllib3"},
    ),
    "rest1.wire.log": (
        {"errors", "rest1.replies.reply", "rest1.wire.masking", "rest1.wire.request"},
        set(),
    ),
    "rest1.wire.unsigned": ({"auth", "errors", "rest1.wire.refusals"}, set()),
    "orm.custom": ({"orm.fields", "orm.kinds"}, set()),
    "orm.fitting": ({"gateway", "orm.kinds", "rest1.codecs", "rest1.networks"}, set()),
    "rest1.replies.by_number": (
        {
            "errors",
            "gateway",
            "rest1.forms",
            "rest1.replies.attachments",
            "rest1.replies.history",
            "rest1.replies.reply",
            "rest1.replies.sentences",
        },
        set(),
    ),
    "rest1.replies.steps": (
        {
            "errors",
            "gateway",
            "rest1.forms",
            "rest1.replies.history",
            "rest1.replies.reply",
            "rest1.replies.sentences",
        },
        set(),
    ),
    "rest1.wire.transport": (
        {
            "auth",
            "errors",
            "rest1.downloads",
            "rest1.replies.reply",
            "rest1.wire.answers",
            "rest1.wire.contents",
            "rest1.wire.failures",
            "rest1.wire.framing",
            "rest1.wire.json_answers",
            "rest1.wire.log",
            "rest1.wire.masking",
            "rest1.wire.refusals",
            "rest1.wire.request",
            "rest1.wire.retrying",
            "rest1.wire.sending",
            "rest1.wire.sessions",
            "rest1.wire.unsigned",
        },
        {"requests", "urllib3"},
    ),
    "orm.layout": (
        {
            "orm.custom",
            "orm.fields",
            "orm.fitting",
            "orm.kinds",
            "orm.related",
            "rest1.clock",
            "rest1.codecs",
        },
        {"pydantic", "pydantic_core"},
    ),
    "rest1.client": (
        {
            "auth",
            "errors",
            "gateway",
            "rest1.downloads",
            "rest1.replies.reply",
            "rest1.versions",
            "rest1.wire.harmless",
            "rest1.wire.identity",
            "rest1.wire.log",
            "rest1.wire.refusals",
            "rest1.wire.request",
            "rest1.wire.settings",
            "rest1.wire.transport",
        },
        set(),
    ),
    "orm.defined": (
        {
            "gateway",
            "orm.custom",
            "orm.demands",
            "orm.fields",
            "orm.fitting",
            "orm.kinds",
            "orm.layout",
            "orm.state",
        },
        {"pydantic"},
    ),
    "rest1.readers.by_number": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.replies.attachments",
            "rest1.replies.by_number",
            "rest1.replies.reply",
        },
        set(),
    ),
    "rest1.readers.custom_fields": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.replies.definitions",
            "rest1.wire.request",
            "rest2.choices",
            "rest2.fields",
            "rest2.pages",
            "rest2.plain",
            "rest2.values",
        },
        set(),
    ),
    "rest1.readers.files": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.downloads",
            "rest1.readers.portions",
            "rest1.replies.attachments",
            "rest1.replies.shows",
        },
        set(),
    ),
    "rest1.readers.links": ({"errors", "gateway", "rest1.client", "rest1.replies.reply"}, set()),
    "rest1.readers.searches": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.conditions",
            "rest1.forms",
            "rest1.replies.named",
            "rest1.replies.searches",
            "rest1.versions",
        },
        set(),
    ),
    "rest1.readers.steps": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.readers.portions",
            "rest1.replies.reply",
            "rest1.replies.steps",
        },
        set(),
    ),
    "orm.checking": ({"orm.defined", "orm.layout"}, {"pydantic", "pydantic_core"}),
    "rest1.link_forms": (
        {"gateway", "rest1.client", "rest1.readers.links", "rest1.replies.shows", "rest1.versions"},
        set(),
    ),
    "rest1.readers.histories": (
        {
            "errors",
            "rest1.client",
            "rest1.readers.files",
            "rest1.readers.portions",
            "rest1.replies.history",
            "rest1.replies.reply",
            "rest1.replies.shows",
        },
        set(),
    ),
    "rest1.readers.related": (
        {
            "errors",
            "gateway",
            "rest1.client",
            "rest1.readers.links",
            "rest1.readers.portions",
            "rest1.replies.attachments",
            "rest1.replies.shows",
        },
        set(),
    ),
    "models.password": ({"orm.checking", "rest1.checks"}, {"pydantic", "pydantic_core"}),
    "orm.record": (
        {
            "errors",
            "orm.checking",
            "orm.custom",
            "orm.declaring",
            "orm.defined",
            "orm.fields",
            "orm.layout",
            "orm.state",
            "rest1.codecs",
        },
        {"pydantic", "pydantic_core"},
    ),
    "rest1.gateway": (
        {
            "errors",
            "gateway",
            "rest1.checks",
            "rest1.client",
            "rest1.forms",
            "rest1.link_forms",
            "rest1.messages",
            "rest1.readers.by_number",
            "rest1.readers.custom_fields",
            "rest1.readers.files",
            "rest1.readers.histories",
            "rest1.readers.links",
            "rest1.readers.related",
            "rest1.readers.searches",
            "rest1.readers.steps",
            "rest1.replies.creates",
            "rest1.replies.edits",
            "rest1.replies.messages",
            "rest1.replies.named",
            "rest1.replies.shows",
            "rest1.untellable",
            "rest1.versions",
        },
        set(),
    ),
    "frames": ({"orm.fields", "orm.kinds", "orm.layout", "orm.record"}, {"pydantic"}),
    "models.custom_values": (
        {"orm.columns", "orm.custom", "orm.defined", "orm.facet", "orm.record", "orm.state"},
        {"pydantic", "pydantic_core"},
    ),
    "models.group": (
        {
            "models.custom_field",
            "orm.custom",
            "orm.fields",
            "orm.record",
            "orm.related",
            "rest1.checks",
            "rest1.codecs",
        },
        {"pydantic"},
    ),
    "models.links": (
        {
            "orm.columns",
            "orm.describing",
            "orm.facet",
            "orm.fields",
            "orm.record",
            "orm.state",
            "rest1.checks",
            "rest1.codecs",
            "rest1.forms",
        },
        {"pydantic"},
    ),
    "models.queue": (
        {
            "models.custom_field",
            "orm.custom",
            "orm.fields",
            "orm.record",
            "orm.related",
            "rest1.checks",
            "rest1.codecs",
        },
        {"pydantic"},
    ),
    "models.user": (
        {
            "models.password",
            "orm.custom",
            "orm.fields",
            "orm.record",
            "orm.state",
            "rest1.checks",
            "rest1.codecs",
            "rest1.forms",
        },
        {"pydantic", "pydantic_core"},
    ),
    "orm.catalogue": (
        {"errors", "gateway", "orm.custom", "orm.defined", "orm.layout", "orm.record", "orm.state"},
        set(),
    ),
    "orm.comparing": (
        {"errors", "orm.columns", "orm.operators", "orm.record", "rest1.conditions", "rest1.forms"},
        set(),
    ),
    "orm.loading": (
        {
            "errors",
            "orm.custom",
            "orm.defined",
            "orm.layout",
            "orm.record",
            "orm.state",
            "rest1.clock",
            "rest1.codecs",
        },
        set(),
    ),
    "orm.matching": (
        {
            "errors",
            "gateway",
            "orm.clauses",
            "orm.columns",
            "orm.layout",
            "orm.record",
            "rest1.clock",
            "rest1.conditions",
            "rest1.forms",
        },
        set(),
    ),
    "orm.scope": (
        {"orm.clauses", "orm.columns", "orm.layout", "orm.operators", "orm.record"},
        set(),
    ),
    "orm.selection": ({"orm.facet", "orm.layout", "orm.loadable", "orm.record"}, set()),
    "orm.classes": (
        {
            "models.attachment",
            "models.custom_field",
            "models.custom_values",
            "models.links",
            "models.transaction",
            "orm.record",
        },
        set(),
    ),
    "orm.custom_reading": (
        {
            "errors",
            "gateway",
            "orm.catalogue",
            "orm.custom",
            "orm.defined",
            "orm.loading",
            "orm.record",
            "orm.state",
            "rest1.clock",
        },
        set(),
    ),
    "orm.forgetting": ({"errors", "orm.defined", "orm.loading", "orm.state"}, set()),
    "orm.identity_map": ({"orm.loading", "orm.record", "orm.state"}, set()),
    "orm.listsql": (
        {
            "orm.columns",
            "orm.comparing",
            "orm.operators",
            "orm.record",
            "orm.state",
            "rest1.checks",
        },
        set(),
    ),
    "orm.partitions": ({"orm.clauses", "orm.columns", "orm.record", "orm.selection"}, set()),
    "orm.rows": ({"orm.layout", "orm.record", "orm.selection"}, set()),
    "orm.belongings": (
        {
            "errors",
            "gateway",
            "models.attachment",
            "models.custom_field",
            "models.transaction",
            "orm.classes",
            "orm.record",
        },
        set(),
    ),
    "orm.mirroring": (
        {"orm.checking", "orm.forgetting", "orm.identity_map", "orm.record", "orm.state"},
        {"pydantic"},
    ),
    "orm.ticketsql": (
        {
            "errors",
            "orm.clauses",
            "orm.columns",
            "orm.comparing",
            "orm.fields",
            "orm.kinds",
            "orm.layout",
            "orm.listsql",
            "orm.operators",
            "orm.record",
            "orm.scope",
            "orm.state",
            "rest1.clock",
            "rest1.conditions",
            "rest1.forms",
        },
        set(),
    ),
    "orm.plan": (
        {
            "errors",
            "gateway",
            "models.attachment",
            "orm.checking",
            "orm.defined",
            "orm.layout",
            "orm.mirroring",
            "orm.record",
            "orm.state",
            "rest1.checks",
            "rest1.clock",
            "rest1.codecs",
            "rest1.forms",
        },
        {"pydantic"},
    ),
    "orm.reading": (
        {
            "errors",
            "gateway",
            "orm.belongings",
            "orm.classes",
            "orm.clocks",
            "orm.crew",
            "orm.custom_reading",
            "orm.defined",
            "orm.guarded",
            "orm.identity_map",
            "orm.layout",
            "orm.loading",
            "orm.record",
            "orm.selection",
            "orm.state",
            "rest1.clock",
        },
        set(),
    ),
    "orm.outcome": (
        {"errors", "gateway", "orm.defined", "orm.layout", "orm.plan", "orm.state"},
        set(),
    ),
    "orm.sending": ({"errors", "gateway", "orm.crew", "orm.interrupts", "orm.plan"}, set()),
    "orm.stages": ({"orm.plan", "orm.record", "orm.state"}, set()),
    "orm.untold": ({"gateway", "orm.defined", "orm.plan"}, set()),
    "orm.correspondence": (
        {
            "errors",
            "gateway",
            "models.attachment",
            "orm.checking",
            "orm.outcome",
            "orm.record",
            "orm.state",
            "rest1.checks",
            "rest1.forms",
        },
        {"pydantic"},
    ),
    "orm.finding": (
        {
            "errors",
            "gateway",
            "orm.clauses",
            "orm.columns",
            "orm.crew",
            "orm.matching",
            "orm.mentions",
            "orm.outcome",
            "orm.record",
            "orm.scope",
            "orm.selection",
            "orm.ticketsql",
            "rest1.clock",
        },
        set(),
    ),
    "orm.readback": (
        {
            "errors",
            "gateway",
            "orm.crew",
            "orm.custom_reading",
            "orm.defined",
            "orm.interrupts",
            "orm.layout",
            "orm.loading",
            "orm.outcome",
            "orm.plan",
            "orm.record",
            "orm.sending",
            "orm.state",
            "rest1.clock",
            "rest1.conditions",
        },
        set(),
    ),
    "orm.staleness": (
        {
            "gateway",
            "models.changes",
            "orm.defined",
            "orm.layout",
            "orm.outcome",
            "orm.record",
            "orm.state",
            "rest1.clock",
            "rest1.codecs",
            "rest1.old_lists",
        },
        set(),
    ),
    "models.ticket": (
        {
            "models.attachment",
            "models.custom_values",
            "models.links",
            "models.queue",
            "models.transaction",
            "models.user",
            "orm.correspondence",
            "orm.fields",
            "orm.layout",
            "orm.record",
            "orm.related",
            "orm.state",
            "rest1.checks",
            "rest1.codecs",
        },
        {"pydantic"},
    ),
    "orm.deeds": (
        {
            "errors",
            "gateway",
            "orm.correspondence",
            "orm.forgetting",
            "orm.loading",
            "orm.outcome",
            "orm.reading",
            "orm.record",
            "orm.state",
        },
        set(),
    ),
    "orm.lookout": (
        {
            "errors",
            "gateway",
            "orm.defined",
            "orm.interrupts",
            "orm.loading",
            "orm.outcome",
            "orm.plan",
            "orm.reading",
            "orm.record",
            "orm.staleness",
            "orm.state",
            "rest1.clock",
        },
        set(),
    ),
    "orm.query": (
        {
            "errors",
            "orm.clauses",
            "orm.columns",
            "orm.crew",
            "orm.finding",
            "orm.loadable",
            "orm.outcome",
            "orm.partitions",
            "orm.record",
            "orm.selection",
        },
        set(),
    ),
    "orm.unit": (
        {
            "errors",
            "gateway",
            "orm.crew",
            "orm.defined",
            "orm.interrupts",
            "orm.layout",
            "orm.loading",
            "orm.mirroring",
            "orm.outcome",
            "orm.plan",
            "orm.readback",
            "orm.record",
            "orm.sending",
            "orm.stages",
            "orm.state",
            "orm.untold",
            "rest1.clock",
        },
        set(),
    ),
    "codegen.naming": ({"models.ticket"}, set()),
    "orm.workspace": (
        {
            "errors",
            "gateway",
            "orm.crew",
            "orm.deeds",
            "orm.forgetting",
            "orm.interrupts",
            "orm.layout",
            "orm.loading",
            "orm.lookout",
            "orm.mirroring",
            "orm.outcome",
            "orm.plan",
            "orm.reading",
            "orm.record",
            "orm.state",
            "orm.unit",
        },
        set(),
    ),
    "codegen.declarations": (
        {"codegen.kinds", "codegen.naming", "codegen.source", "models.custom_field", "orm.custom"},
        set(),
    ),
    "orm.session": (
        {
            "errors",
            "models.attachment",
            "models.transaction",
            "orm.classes",
            "orm.clocks",
            "orm.crew",
            "orm.loading",
            "orm.outcome",
            "orm.query",
            "orm.record",
            "orm.state",
            "orm.workspace",
            "rest1.client",
            "rest1.gateway",
        },
        set(),
    ),
    "codegen.module": (
        {"codegen.declarations", "codegen.naming", "codegen.source", "models.custom_field"},
        set(),
    ),
    "connecting": (
        {"auth", "config", "errors", "orm.clocks", "orm.outcome", "orm.session", "rest1.client"},
        set(),
    ),
    "codegen.doubts": ({"codegen.module", "gateway"}, set()),
    "codegen.keeping": ({"codegen.module", "models.saving"}, set()),
    "codegen.reading": ({"codegen.module", "models.queue", "orm.session"}, set()),
    "dask": (
        {
            "connecting",
            "errors",
            "frames",
            "orm.partitions",
            "orm.query",
            "orm.record",
            "orm.rows",
            "orm.session",
        },
        set(),
    ),
    "codegen.__main__": (
        {
            "codegen.doubts",
            "codegen.keeping",
            "codegen.module",
            "codegen.reading",
            "connecting",
            "errors",
        },
        set(),
    ),
}


def modules() -> list[str]:
    """The library's modules, tests' helpers and packages' front doors left out."""
    found = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(
        ".".join(path.parts)
        for path in found
        if path.name != "__init__" and path.parts[0] != "testing"
    )


def imported(module: str) -> tuple[set[str], set[str]]:
    """What a module imports at run time, of rtorm and of others."""
    own: set[str] = set()
    others: set[str] = set()
    path = (PACKAGE / module.replace(".", "/")).with_suffix(".py")
    for node in _run_time(ast.parse(path.read_text())):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
        for name in names:
            first, _, rest = name.partition(".")
            if first == "rtorm":
                own.add(rest)
            else:
                others.add(first)
    return own, others


def _run_time(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    found: list[ast.Import | ast.ImportFrom] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found.extend(item for branch in node.orelse for item in _run_time(branch))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        else:
            found.extend(_run_time(node))
    return found


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    """Each module's imports are those that its layer allows."""
    own, others = imported(module)
    may_own, may_others = MAY[module]
    assert own <= may_own
    assert others - sys.stdlib_module_names <= may_others


def test_the_layers_have_an_order() -> None:
    """What the table allows goes round in no circle."""
    done: set[str] = set()
    while len(done) < len(MAY):
        ready = {module for module, (below, _) in MAY.items() if below <= done} - done
        assert ready, f"a circle among {sorted(MAY.keys() - done)}"
        done |= ready
