"""The library's layers: who may import what, read from the sources."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rtorm"

# What the modules of a folder, or one module, may import beside their own folder: modules and
# folders of rtorm, without those in folders of theirs, then what is not the standard library's. Of
# two lines on one module the longer name counts.
FORMS = "errors gateway rest1"
RECORDS = "display errors gateway orm orm.declaring orm.records rest1 texts"
MAY: dict[str, tuple[str, str]] = {
    "errors": ("", ""),
    "display": ("orm orm.records texts", ""),
    "display.rich": ("", "rich"),
    "gateway": ("errors texts", ""),
    "texts": ("", ""),
    "auth": ("errors negotiate", "requests"),
    "negotiate": ("errors", "requests requests_kerberos urllib3"),
    "rest1": (FORMS, ""),
    "rest1.replies": (f"{FORMS} texts", ""),
    "rest1.wire": (f"{FORMS} auth rest1.replies", "requests urllib3"),
    "rest1.readers": (f"{FORMS} rest1.replies rest1.wire rest2", ""),
    "rest1.client": (f"{FORMS} auth rest1.readers rest1.replies rest1.wire", "requests"),
    "rest1.downloads": (f"{FORMS} rest1.replies rest1.wire", ""),
    "rest1.link_forms": (f"{FORMS} rest1.readers rest1.replies", ""),
    "rest1.gateway": (f"{FORMS} rest1.readers rest1.replies rest1.wire", ""),
    "rest2": ("gateway", ""),
    "orm": (
        f"{RECORDS} frames models orm.loading orm.queries orm.running orm.saving orm.verifying",
        "pydantic",
    ),
    "orm.record": (RECORDS, "pydantic pydantic_core"),
    "orm.declaring": (RECORDS, "pydantic pydantic_core"),
    "orm.records": (RECORDS, "pydantic pydantic_core"),
    "orm.running": ("errors", ""),
    "orm.loading": (f"{RECORDS} models orm.running", "pydantic"),
    "orm.queries": (f"{RECORDS} orm.loading orm.running", "pydantic"),
    "orm.saving": (f"{RECORDS} models orm.loading orm.running", "pydantic"),
    "orm.verifying": (f"{RECORDS} orm.loading orm.queries orm.saving", ""),
    "models": (f"{RECORDS} orm.saving.correspondence", "pydantic pydantic_core"),
    "rtrc": ("errors", ""),
    "config": ("auth errors rest1.wire rtrc", ""),
    "connecting": ("auth config errors orm orm.loading orm.records rest1", "requests"),
    "frames": (RECORDS, "pandas pyarrow pydantic"),
    "progress": ("errors orm.running", "rich"),
    "dask": ("connecting errors frames orm orm.queries", ""),
    "exports": (
        f"{RECORDS} frames models orm.loading orm.queries orm.running",
        "",
    ),
    "cli": (
        f"{RECORDS} auth config connecting codegen exports models orm.loading progress rtrc",
        "pydantic rich typer",
    ),
    "codegen": ("connecting errors gateway models orm orm.declaring", ""),
}
# What speaks to a server above REST 1.0 itself; all else takes plain data of the gateway.
SPEAKING = {"connecting", "orm.session"}
SPOKEN = {"rest1.client", "rest1.downloads", "rest1.gateway"}


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
    return own, others - sys.stdlib_module_names


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


def _folder(module: str) -> str:
    return module.rpartition(".")[0]


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_what_its_folder_may(module: str) -> None:
    """Nothing of the library, and nothing of others, that its line of the table leaves out."""
    line = module if module in MAY else _folder(module)
    assert line in MAY, "the table has no line for it"
    own, others = imported(module)
    may, libraries = (set(names.split()) for names in MAY[line])
    allowed = may | {_folder(module)} - {""}
    assert [name for name in sorted(own) if not {name, _folder(name)} & allowed] == []
    assert others <= libraries


def test_nothing_goes_round_in_a_circle() -> None:
    """Each module can be read with what lies below it alone."""
    tuple(TopologicalSorter({module: imported(module)[0] for module in modules()}).static_order())


@pytest.mark.parametrize("module", sorted({*modules()} - SPEAKING))
def test_few_speak_to_servers(module: str) -> None:
    """Another protocol can stand beside this one, below the same records."""
    assert module.startswith("rest1.") or not imported(module)[0] & SPOKEN


def test_the_table_tells_of_what_there_is() -> None:
    """No line is left of what was moved or removed."""
    there = {*modules(), *map(_folder, modules())}
    assert MAY.keys() - there == set()
    assert (SPEAKING | SPOKEN) - there == set()
