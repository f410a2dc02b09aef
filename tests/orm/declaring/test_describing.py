"""What `help()` tells of a class."""

from __future__ import annotations

import inspect
import tokenize
from typing import Any

import pytest

from rtorm import Attachment, CustomField, Group, Links, Queue, Ticket, Transaction, User, cf
from rtorm.orm.declaring.related import related_names
from rtorm.orm.fields import CF


class Incident(Ticket):
    """What keeps others from their work."""

    severity: CF[str | None] = cf("Severity", default=None)
    """How bad it is.

    RT shows it in red.
    """
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)


class Bare(Ticket):
    room: CF[str | None] = cf("Room", default=None)


class Undescribed(Ticket):
    room: CF[str | None] = cf("Room", default=None)
    """Where it is.

    With its floor.
    """


@pytest.mark.parametrize("cls", [Ticket, Queue, User, Group, Transaction, Attachment, CustomField])
def test_help_tells_of_every_field(cls: Any) -> None:
    """What stands below a field, for editors, is in the class's documentation."""
    documentation = inspect.getdoc(cls) or ""
    attributes = documentation.partition("\n\nAttributes:\n")[2]
    names = {name for name in inspect.get_annotations(cls) if not name.startswith("_")}
    names -= {"model_config"}
    assert [name for name in names if f"    {name}: " not in attributes] == []
    assert documentation.count("Attributes:") == 1
    assert set(related_names(cls)) <= names


def test_help_tells_of_links() -> None:
    """The six lists, too, which are no fields."""
    attributes = (inspect.getdoc(Links) or "").partition("\n\nAttributes:\n")[2]
    assert attributes.splitlines()[0] == "    depends_on: What must be resolved before this ticket."
    assert len(attributes.splitlines()) == 6


def test_a_program_s_own_fields() -> None:
    """A class of a program's own tells of the fields that it declares, as far as it says anything."""
    assert Incident.__doc__ == (
        "What keeps others from their work.\n\n"
        "Attributes:\n"
        "    severity: How bad it is.\n\n"
        "        RT shows it in red."
    )
    assert Incident().__doc__ == Incident.__doc__
    assert Bare.__doc__ is None
    assert inspect.getdoc(Undescribed) == (
        "Undescribed and its fields.\n\n"
        "Attributes:\n"
        "    room: Where it is.\n\n"
        "        With its floor."
    )


@pytest.mark.parametrize(
    "source",
    [
        "",
        'class Other:\n    x: int\n    "How."\n',
        "first = 1\nsecond = 2\n",
        'class Incident:\n    """never closed\n',
        "x = (\n",
    ],
)
def test_a_source_that_is_another_one_by_now(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """A class made by `exec`, or a file that was changed since, tells of nothing it is not."""

    def read(_cls: type) -> str:
        return source

    monkeypatch.setattr(inspect, "getsource", read)
    assert Incident.__doc__ == "What keeps others from their work."


@pytest.mark.parametrize("error", [OSError, TypeError, tokenize.TokenError, IndentationError])
def test_a_source_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """No documentation is worth an error."""

    def fail(_cls: type) -> str:
        raise error

    monkeypatch.setattr(inspect, "getsource", fail)
    assert Incident.__doc__ == "What keeps others from their work."


def test_a_class_without_source() -> None:
    """Where Python has no source, as at a prompt, the docstring stands alone."""
    names: dict[str, Any] = {}
    exec("from rtorm import Ticket\nclass Typed(Ticket):\n    'One line.'", names)
    assert names["Typed"].__doc__ == "One line."


def test_the_schema_describes_the_class() -> None:
    """The JSON schema's description is the same documentation."""
    assert Incident.model_json_schema()["description"] == Incident.__doc__
