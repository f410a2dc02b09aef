"""What an editor with jedi shows of records: Vim, Spyder, python-lsp-server."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtorm import Links, Ticket
from tests.editors.completer import Completer
from tests.editors.program import program

FIELDS = {name for name in Ticket.__annotations__ if not name.startswith("_")}


@pytest.fixture(scope="module")
def completer(root: Path) -> Completer:
    return Completer(root)


@pytest.mark.parametrize("line", ["ticket.⌖", "Incident.⌖"])
def test_fields_are_offered_with_their_documentation(completer: Completer, line: str) -> None:
    """RT's fields and custom fields, each with what stands under it; verbs, too."""
    offers = completer.offers(program(line))
    assert [name for name in FIELDS if not offers[name]] == []
    assert offers["severity"] == "How bad it is."
    assert offers["hosts"] == ""
    assert "Send what has changed" in offers["save"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Incident(⌖", {"severity=", "hosts=", "subject=", "queue=", "requestors="}),
        ("session.query(Incident).where(Incident.severity.⌖", {"in_", "is_null", "like", "desc"}),
        ("session.query(Incident).where(Incident.⌖", {"severity", "hosts", "subject", "due"}),
        ("session.query(Incident).first().⌖", {"severity", "subject", "comment"}),
        ("ticket.links.depends_on.⌖", {"append", "extend", "remove"}),
        ("ticket.history.⌖", {"of_type"}),
        ("session.⌖", {"get", "query", "add", "commit"}),
    ],
)
def test_names_are_offered(completer: Completer, line: str, names: set[str]) -> None:
    """What a program goes on with is among the offers."""
    assert names <= completer.offers(program(line)).keys()


def test_links_are_lists_and_nothing_else(completer: Completer) -> None:
    """What stands on the class in a list's place is not taken for the list."""
    links = {
        name for name in completer.offers(program("ticket.links.⌖")) if not name.startswith("_")
    }
    assert links == {name for name in vars(Links) if not name.startswith("_")}
    assert "name" not in completer.offers(program("ticket.links.depends_on.⌖"))


def test_a_field_is_its_value(completer: Completer) -> None:
    """On a record a text offers what a text can do, and nothing of the column on the class."""
    offers = completer.offers(program("ticket.subject.⌖")).keys()
    assert "upper" in offers
    assert "starts_with" not in offers
    assert completer.offers(program("ticket.id⌖"))["id"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ticket.sever⌖ity", "How bad it is."),
        ("Incident.sever⌖ity", "How bad it is."),
        ("ticket.sub⌖ject", "One line of at most 200 bytes of UTF-8."),
        ("Incident.sub⌖ject", "One line of at most 200 bytes of UTF-8."),
        ("ticket.lin⌖ks", "Six lists of tickets and URIs"),
        ("ticket.links.depends⌖_on", "What must be resolved before this ticket."),
        ("ticket.attach⌖ments", "The files of all its messages"),
        ("ticket.sa⌖ve()", "Send what has changed"),
        ("session.g⌖et(Incident, 1)", "The record of this id or name"),
        ("c⌖f", "Declare a custom field"),
    ],
)
def test_the_documentation_under_the_mouse(completer: Completer, line: str, told: str) -> None:
    """A name shows what is written of it."""
    assert told in completer.hover(program(line))
