"""What an editor with pyright's server shows of records."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from itertools import takewhile

import pytest
from pydantic import BaseModel

from rtorm import Column, Links, Record, Session, Ticket
from tests.editors.language_server import CURSOR, LanguageServer
from tests.editors.program import DECLARATION, program


def public(names: Iterable[str]) -> set[str]:
    """Those that are for users."""
    return {name for name in names if not name.startswith("_")}


OWN = {"severity", "hosts"}
OF_RECORDS = public(vars(Record))
OF_TICKETS = public(vars(Ticket)) - OF_RECORDS
OF_COLUMNS, OF_LINKS = public(vars(Column)) | {"name"}, public(vars(Links))
OF_SESSIONS = public(vars(Session)) | {"client"}
READ_ONLY = {"id", "created", "creator", "last_updated"}


def names(editor: LanguageServer, *lines: str) -> list[str]:
    return [offer.name for offer in editor.offers(program(*lines))]


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("plain.⌖", OF_TICKETS),
        ("ticket.⌖", OWN),
        ("session.query(Incident).where(Incident.⌖", OWN),
    ],
)
def test_fields_and_verbs_are_offered(editor: LanguageServer, line: str, own: set[str]) -> None:
    """All of them, those of the class itself first, and beside them only what is Pydantic's."""
    offered = names(editor, line)
    assert set(offered[: len(own)]) == own
    ours = own | OF_TICKETS | OF_RECORDS
    assert public(offered) >= ours
    assert public(offered) - ours <= public(dir(BaseModel)) | public(dir(ABCMeta))


@pytest.mark.parametrize(
    "line", ["ticket.⌖", "Incident.⌖", "Incident.severity.⌖", "ticket.links.⌖", "session.⌖"]
)
def test_what_is_not_for_users_comes_last(editor: LanguageServer, line: str) -> None:
    """No name with an underscore is offered before one without."""
    private = [name.startswith("_") for name in names(editor, line)]
    assert private == sorted(private)


@pytest.mark.parametrize("line", ["plain.⌖", "Ticket.⌖"])
def test_every_field_has_its_documentation_beside_it(editor: LanguageServer, line: str) -> None:
    """What stands under a field is shown while it is selected, on records and on the class."""
    fields = {*Ticket.__annotations__, "links", "attachments", "history"}
    wanted = {name for name in fields if not name.startswith("_")}
    offers = [offer for offer in editor.offers(program(line)) if offer.name in wanted]
    assert {offer.name for offer in offers} == wanted
    assert [o.name for o in offers if "\n\n" not in editor.documentation(o)] == []


def test_a_custom_field_has_its_documentation_beside_it(editor: LanguageServer) -> None:
    """What a program writes under a field of its own is shown, too."""
    [severity] = [o for o in editor.offers(program("ticket.⌖")) if o.name == "severity"]
    assert editor.documentation(severity).endswith("\n\nHow bad it is.")


def test_the_constructor_offers_what_can_be_given(editor: LanguageServer) -> None:
    """Fields come as keyword arguments, before all other names; what RT sets is not among them."""
    offered = names(editor, "Incident(⌖")
    arguments = list(takewhile(lambda name: name.endswith("="), offered))
    fields = OWN | {name for name in Ticket.model_fields if name not in READ_ONLY}
    assert set(arguments) == {f"{name}=" for name in fields}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("session.query(Incident).where(Incident.severity.⌖", OF_COLUMNS),
        ("session.query(Incident).where(Incident.subject.⌖", OF_COLUMNS),
        ("ticket.links.⌖", OF_LINKS),
        ("session.⌖", OF_SESSIONS),
    ],
)
def test_nothing_but_what_is_for_users(
    editor: LanguageServer, line: str, offered: set[str]
) -> None:
    """A column, the links and the session offer what they have for users, and nothing else."""
    assert public(names(editor, line)) == offered


@pytest.mark.parametrize(
    "line",
    [
        "ticket.severity = ⌖",
        'ticket.severity = "⌖"',
        "if ticket.severity == ⌖",
        "Incident(severity=⌖",
        "Incident(severity=ticket.severity or ⌖",
    ],
)
def test_the_values_of_a_list_to_choose_from_are_offered(editor: LanguageServer, line: str) -> None:
    """What a `Literal` allows comes first where a value is expected."""
    assert names(editor, line)[:3] == ['"critical"', '"high"', '"low"']


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ticket.sever⌖ity", "severity: Literal['low', 'high', 'critical'] | None"),
        ("Incident.sever⌖ity", "severity: Column[Literal['low', 'high', 'critical'] | None]"),
        ("Incident(sever⌖ity=None)", "severity: Literal['low', 'high', 'critical'] | None"),
        ("ticket.hos⌖ts", "hosts: list[str]"),
        ("ticket.sub⌖ject", "subject: str"),
        ("Incident.sub⌖ject", "subject: Column[str]"),
        ("ticket.que⌖ue", "queue: str"),
        ("ticket.prior⌖ity", "priority: int"),
        ("ticket.requ⌖estors", "requestors: list[str]"),
        ("ticket.cre⌖ated", "created: datetime"),
        ("ticket.due⌖", "due: AwareDatetime | None"),
        ("ticket.lin⌖ks", "links: Links"),
        ("ticket.attach⌖ments", "attachments: tuple[Attachment, ...]"),
        ("ticket.attachments[0].file⌖name", "filename: str"),
        ("ticket.history[0].old_⌖value", "old_value: Value"),
    ],
)
def test_the_type_under_the_mouse(editor: LanguageServer, line: str, shown: str) -> None:
    """Values on records, columns on classes, and types by what they are."""
    assert editor.hover(program(line)).splitlines()[0] == f"(variable) {shown}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ticket.sever⌖ity", "How bad it is."),
        ("Incident.sever⌖ity", "How bad it is."),
        ("Incident(sever⌖ity=None)", "How bad it is."),
        ("ticket.sub⌖ject", "One line of at most 200 bytes of UTF-8."),
        ("Incident.sub⌖ject", "One line of at most 200 bytes of UTF-8."),
        ("ticket.requ⌖estors", "RT shows a group as its members"),
        ("ticket.lin⌖ks", "Six lists of tickets and URIs"),
        ("ticket.links.depends⌖_on", "What must be resolved before this ticket."),
        ("ticket.his⌖tory", "What happened to it, oldest first"),
        ("ticket.attachments[0].cont⌖ent", "`open()` and `save_to()` read by pieces."),
        ("ticket.history[0].time_⌖taken", "in minutes"),
        ("ticket.sa⌖ve()", "Send what has changed, in one request, and nothing else"),
        ("Inci⌖dent", "What keeps others from their work."),
    ],
)
def test_the_documentation_under_the_mouse(editor: LanguageServer, line: str, told: str) -> None:
    """A name shows what is written of it."""
    assert told in editor.hover(program(line)).partition("\n\n")[2]


@pytest.mark.parametrize(
    ("line", "first", "told"),
    [
        ("cf(⌖", "(name: str, *, id: int | None = None", "Declare a custom field"),
        ("session.get(⌖", "(cls: type[", "The record of this id or name"),
        ("ticket.save(⌖", "(*, check: bool = False", "Send what has changed"),
        ("ticket.comment(⌖", "(text: str = ", "Comment on the ticket"),
        ("Incident(⌖", "(*, queue: str | Queue = None, subject: str = None", "What keeps others"),
    ],
)
def test_the_signature_of_a_call(editor: LanguageServer, line: str, first: str, told: str) -> None:
    """While a call is written its parameters are shown, and what it does."""
    signature, documentation = editor.signature(program(line))
    assert signature.startswith(first)
    assert documentation.startswith(told)


def test_what_is_wrong_is_red(editor: LanguageServer) -> None:
    """A value that the field cannot have, a name that there is not, a field that RT sets."""
    wrong = [
        'ticket.severity = "huge"',
        'Incident(severity="huge")',
        'session.query(Incident).where(Incident.severity == "huge")',
        "print(ticket.severty)",
        "print(plain.severity)",
        "ticket.created = ticket.last_updated",
        "ticket.links.depends_on.append(1.5)",
    ]
    right = [
        'ticket.severity = "high"',
        'Incident(severity="high", hosts=["db1"], subject="Disk full")',
        'session.query(Incident).where(Incident.severity == "high")',
        "ticket.due = ticket.last_updated",
        "ticket.links.depends_on.append(plain)",
    ]
    text = program(*wrong, *right)
    lines = text.splitlines()
    red = editor.errors(text)
    assert [lines[number - 1].strip() for number in sorted(red)] == wrong
    assert '"huge"' in red[lines.index(f"    {wrong[0]}") + 1].replace("'", '"')


def test_the_program_itself_is_clean(editor: LanguageServer) -> None:
    """The declaration has no error; and the cursor's mark is nothing that a program holds."""
    assert editor.errors(DECLARATION) == {}
    assert CURSOR not in DECLARATION
