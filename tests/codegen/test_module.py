"""The generated module: valid, formatted, the same again."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import rtorm
from rtorm.codegen.declarations import declarations, is_nameless
from rtorm.codegen.module import FIRST_LINE, QueueFields, render
from rtorm.orm.declaring.layout import layout_of
from tests.codegen.support import HOSTILE, KINDS, built, classes, field, queues, rendered

QUEUES = st.lists(queues, min_size=1, max_size=3, unique_by=lambda queue: queue.id)
# Whatever is near to the longest line that ruff makes.
LENGTHS = range(20, 60)
# One column, two, and those that are one here and two there.
LETTERS = ("x", "ä", "я", "日", "ก\u0e34", "❤\ufe0f")


def _ruff(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@given(QUEUES)
def test_whatever_rt_tells_the_module_declares_it(told: Sequence[QueueFields]) -> None:
    """Each queue has its class, each custom field its attribute, under RT's own names."""
    module = built(render(told))
    made = classes(module)
    assert [cls.__rt_queues__ for cls in made] == [(queue.name,) for queue in told]
    for cls, queue in zip(made, told, strict=True):
        fields = layout_of(cls).fields
        custom = {field.spec.custom: name for name, field in fields.items() if field.spec.custom}
        names = {field.name for field in queue.custom_fields if not is_nameless(field)}
        assert custom.keys() == names
        for declared in declarations(queue.custom_fields):
            held = fields[declared.attribute]
            assert (held.spec.custom, held.spec.number) == (declared.name, declared.id)
            assert (held.many, held.read_only) == (declared.typed.many, declared.read_only)


@given(QUEUES)
def test_docstrings_and_values_say_what_rt_says(told: Sequence[QueueFields]) -> None:
    """No quote, backslash or line break ends a literal early or becomes another one."""
    tree = ast.parse(render(told))
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    words = " ".join(" ".join(texts).split())
    for queue in told:
        assert queue.name in texts
        assert " ".join(queue.description.split()) in words
        for each in declarations(queue.custom_fields):
            assert each.name in texts
            assert set(each.typed.choices) <= set(texts)
            assert all(" ".join(line.split()) in words for line in each.documentation)


def test_ruff_leaves_it_as_it_is(tmp_path: Path) -> None:
    """Formatted by its defaults, and nothing to complain of, whatever RT tells."""

    @settings(max_examples=150)
    @given(QUEUES)
    def write(told: Sequence[QueueFields]) -> None:
        text = render(told)
        (tmp_path / f"m{len(list(tmp_path.iterdir()))}.py").write_text(text, "utf-8")

    write()
    described = rendered(*(field(f"x{at}", description=text) for at, text in enumerate(HOSTILE)))
    (tmp_path / "described.py").write_text(described, "utf-8")
    for length in LENGTHS:
        for number, letter in enumerate(LETTERS):
            text = rendered(*_long(letter * length), queue=letter * length)
            (tmp_path / f"l{length}_{number}.py").write_text(text, "utf-8")
    assert _ruff(tmp_path, "format", "--diff") == ""
    assert _ruff(tmp_path, "check") == ""


def _long(name: str) -> list[rtorm.CustomField]:
    fields = [
        field(f"{name[:cut]} {kind}{multiple}", kind, multiple=multiple, id=number, values=values)
        for multiple in (False, True)
        for number, kind in enumerate(KINDS, 1)
        for cut, values in ((len(name), (name,)), (8, (name, "b")))
    ]
    return [each.model_copy(update={"id": number}) for number, each in enumerate(fields, 1)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    """Wherever it stands; the module imports, and RT's names are in it unchanged."""
    told = field(text, "Select", description=text, pattern=text, values=(text, "b"))
    [cls] = classes(built(rendered(told, queue=text)))
    [name] = [name for name, held in layout_of(cls).fields.items() if held.spec.custom == text]
    thing = cls(**{name: text})
    assert getattr(thing, name) == text
    with pytest.raises(ValidationError):
        cls(**{name: "c"})


def test_the_types_hold() -> None:
    """What is generated checks and converts as what is written by hand."""
    text = rendered(
        field("Day", "Date"),
        field("Nets", "IPAddressRange", multiple=True),
        field("Picture", "Image"),
    )
    [cls] = classes(built(text))
    thing = cls(day=date(2026, 1, 2), nets=[ip_network("10.0.0.0/8"), "10.0.0.1-10.0.0.7"])
    assert thing.nets[1] == "10.0.0.1-10.0.0.7"
    with pytest.raises(AttributeError, match="read-only"):
        thing.picture = "x.png"


def test_only_public_names_are_imported() -> None:
    """So that the module outlives what rtorm is like inside."""
    text = rendered(*(field(kind, kind, id=at, values=("a",)) for at, kind in enumerate(KINDS, 1)))
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    assert [node.module for node in imports] == [
        "datetime",
        "ipaddress",
        "typing",
        "pydantic",
        "rtorm",
    ]
    assert {alias.name for alias in imports[-1].names} <= set(rtorm.__all__)


def test_the_same_server_gives_the_same_text() -> None:
    """In whatever order RT lists it; the first line is the one by which the file is known."""
    fields = [field("A", id=1), field("b", id=2), field("a", id=3)]
    assert rendered(*fields) == rendered(*reversed(fields))
    assert rendered(*fields).splitlines()[0] == FIRST_LINE


def test_what_several_queues_share_stands_in_each_class() -> None:
    """Under the same name, so that moving a field from one queue to two renames nothing."""
    shared = field("Shared", id=1)
    text = render([QueueFields("A", 1, "", (shared,)), QueueFields("B", 2, "", (shared,))])
    assert text.count('    shared: CF[str | None] = cf("Shared", default=None)\n') == 2


def test_the_page_shows_what_is_generated(root: Path) -> None:
    """The example of the documentation is no other than what comes out."""
    fields = (
        field("Affected hosts", multiple=True, id=8),
        field("Comma, name", id=9),
        field(
            "Count", description="How many users are affected", pattern="(?#Digits)^\\d*$", id=10
        ),
        field("Owner", id=11),
        field("Report date", "Date", id=12),
        field("Severity", "Select", values=("low", "high", "critical"), id=13),
    )
    text = render([QueueFields("Incidents", 1, "What broke", fields)])
    _, _, code = text.partition('"""\n\n')
    assert f"```python\n{code}```" in (root / "docs" / "models.md").read_text("utf-8")
