"""RT's long histories: several tickets in one reply, exact whatever the values are."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm import Session
from rtorm.errors import NotFound, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Edit, Entry, Message, Upload
from rtorm.rest1.gateway import Rest1
from rtorm.rest1.replies.history import (
    is_endless,
    read_counts,
    read_history,
    read_history_and_files,
)
from rtorm.rest1.replies.reply import Reply
from tests.rest1.rt_rules import write_body, write_form
from tests.rest1.support import CRASHES, RT4, RT5, plain
from tests.support import Wire

Connect = Callable[..., Session]

NO_CONTENT = "This transaction appears to have no content"
CREATED = datetime(2026, 11, 24, 20, 18, 24, tzinfo=UTC)
HOSTILE = [
    "\nleading",
    "trailing\n",
    "trailing\n\n\n",
    "\n",
    "\n\n",
    f"{RT5} 200 Ok\n\n# 1/1 (id/5/total)\n\nid: 5",
    f"x\n{RT5} 200 Ok\n\n",
    f"{RT5} 200 Ok\n",
    "--",
    "x\n--\n\nid: 7",
    "id: 5",
    "a\n\nid: 5\nTicket: 9",
    "# Ticket 1 does not exist.",
    "  two\n   three",
    "\r\n.\x0b\x0c\x1c\x85\u2028",
]

values = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=30)
entries = st.builds(
    Entry,
    id=st.integers(1, 99999),
    ticket=st.integers(1, 999),
    type=st.sampled_from(["Create", "Set", "CustomField", "EmailRecord"]),
    field=values,
    old_value=values,
    new_value=values,
    data=values,
    description=values,
    content=values.filter(lambda text: text != NO_CONTENT) | st.none(),
    creator=values,
    created=st.integers(0, 2**35).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    minutes=st.integers(-99, 9999),
    files=st.lists(st.integers(1, 99999), min_size=1, max_size=3).map(tuple),
)


def shown(entry: Entry, names: Sequence[str] = ("untitled",), size: str = "12b") -> str:
    """One entry as RT writes it."""
    files = [
        f"\n{number}: {names[at % len(names)]} ({size})" for at, number in enumerate(entry.files)
    ]
    fields: dict[str, Any] = {
        "id": str(entry.id),
        "Ticket": str(entry.ticket),
        "TimeTaken": str(entry.minutes),
        "Type": entry.type,
        "Field": entry.field,
        "OldValue": entry.old_value,
        "NewValue": entry.new_value,
        "Data": entry.data,
        "Description": entry.description,
        "Content": NO_CONTENT if entry.content is None else entry.content,
        "Creator": entry.creator,
        "Created": f"{entry.created:%Y-%m-%d %H:%M:%S}",
        "Attachments": "".join(files),
    }
    return write_form(fields, [f"1/2 (id/{entry.id}/total)"])


def replies(*histories: Sequence[Entry], missing: Sequence[int] = (), version: str = RT5) -> Reply:
    """RT's reply to a show of histories: one reply for each, and what is said of the missing."""
    inner = [write_body([shown(entry) for entry in history]) for history in histories]
    if missing:
        inner.append(write_body([f"# Ticket {number} does not exist.\n\n" for number in missing]))
    return plain("".join(f"{version} 200 Ok\n\n{text}" for text in inner).encode())


def entry(**values: Any) -> Entry:
    """An entry with these values."""
    given: dict[str, Any] = {
        "id": 5, "ticket": 1, "type": "Comment", "field": "", "old_value": "", "new_value": "",
        "data": "", "description": "", "content": None, "creator": "root", "created": CREATED,
        "minutes": 0, "files": (),
    }  # fmt: skip
    return Entry(**given | values)


def body(text: str) -> Reply:
    return plain(f"{RT5} 200 Ok\n\n{text}".encode(errors="replace"))


@given(
    st.lists(st.lists(entries, min_size=1, max_size=3), min_size=1, max_size=3),
    st.sets(st.sampled_from([0, 50, 60])),
)
@example([[entry(content=text, files=(7,)) for text in HOSTILE]] * 2, {50})
def test_every_value_is_read_exactly_beside_attachments(
    histories: list[list[Entry]], missing: set[int]
) -> None:
    """The lists come after the histories, and what is said of missing tickets thrice."""
    there = range(1, len(histories) + 1)
    gone = sorted(missing)
    ids = sorted([*there, *gone])
    refusals = {number: f"# Ticket {number} does not exist.\n\n" for number in gone}
    tickets = [refusals.get(n) or write_form({"id": f"ticket/{n}", "": ""}) for n in ids]
    lists = [
        refusals.get(n)
        or write_form({"id": f"ticket/{n}/attachments", "Attachments": f"{n}: a.b (x/y / 3b)"})
        for n in ids
        if n % 2 or n in gone
    ]
    rest = write_body([*tickets, *lists, *refusals.values()])
    inner = [write_body([shown(entry) for entry in history]) for history in histories]
    text = "".join(f"{RT5} 200 Ok\n\n{each}" for each in [*inner, rest])
    got = read_history_and_files(plain(text.encode()), ids)
    assert [history for history, _ in got if isinstance(history, list)] == histories
    assert [[file.id for file in files] for _, files in got if isinstance(files, list)] == [
        [number] if number % 2 else [] for number in there
    ]
    assert [
        n for n, (history, _) in zip(ids, got, strict=True) if isinstance(history, RTError)
    ] == gone


@given(st.lists(st.lists(entries, min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
@example([[entry(content=text, files=(7,)) for text in HOSTILE]] * 2, False)
@example([[entry(description=text, new_value=text) for text in HOSTILE]], True)
def test_every_value_is_read_exactly(histories: list[list[Entry]], gap: bool) -> None:
    """No value can look like another field, entry or reply; every newline is kept."""
    ids = list(range(1, len(histories) + 1))
    missing = [99] if gap else []
    for version in (RT4, RT5):
        got = read_history(replies(*histories, missing=missing, version=version), ids + missing)
        assert got[: len(histories)] == histories
        assert all(isinstance(answer, NotFound) for answer in got[len(histories) :])


def test_missing_tickets_are_told_at_the_end() -> None:
    """RT names the missing tickets after all histories; each is at its place in the answer."""
    one, two = [entry(id=1, ticket=2)], [entry(id=2, ticket=4), entry(id=3, ticket=4)]
    got = read_history(replies(one, two, missing=[1, 3, 5]), [1, 2, 3, 4, 5])
    assert (got[1], got[3]) == (one, two)
    assert [str(answer) for answer in (got[0], got[2], got[4])] == [
        f"Ticket {number} does not exist." for number in (1, 3, 5)
    ]


def test_all_tickets_are_missing() -> None:
    """Then there is no inner reply."""
    [answer] = read_history(replies(missing=[9]), [9])
    assert isinstance(answer, NotFound)


@pytest.mark.parametrize(
    ("names", "size", "said"),
    [
        (("untitled",), "43b", NO_CONTENT),
        (("untitled",), "1.5k", NO_CONTENT),
        (("untitled",), "42b", None),
        (("untitled",), "0b", None),
        (("a.txt",), "43b", None),
    ],
)
def test_no_content(names: Sequence[str], size: str, said: str | None) -> None:
    """RT's sentence means that there is no message, unless a message may say just that."""
    form = shown(entry(files=(7,)), names, size)
    [[got]] = whole(read_history(body(write_body([form])), [1]))
    assert (got.content, got.files) == (said, (7,))


def test_without_attachments_there_is_no_message() -> None:
    """Whatever language RT says it in."""
    form = shown(entry(content="Cette transaction semble ne pas avoir de contenu"))
    [[got]] = whole(read_history(body(write_body([form])), [1]))
    assert got.content is None


def whole(answers: Sequence[list[Entry] | RTError]) -> list[list[Entry]]:
    """The histories, all of which must be there."""
    found = [answer for answer in answers if not isinstance(answer, RTError)]
    assert len(found) == len(answers)
    return found


def test_entries_without_values_are_left_out() -> None:
    """RT counts an entry that the account may not see, and shows it empty."""
    hidden = write_form(
        {"id": "6", "Ticket": "1", "TimeTaken": "", "Type": "", "Field": "", "OldValue": "",
         "NewValue": "", "Data": "", "Description": "Permission Denied", "Content": NO_CONTENT,
         "Creator": "", "Created": "", "Attachments": ""}
    )  # fmt: skip
    got = read_history(body(write_body([shown(entry()), hidden])), [1])
    assert got == [[entry()]]


def test_minutes_that_are_no_number() -> None:
    """SQLite keeps any text as time taken: it counts as none."""
    text = write_body([shown(entry())]).replace("TimeTaken: 0", "TimeTaken: 2 hours")
    [[got]] = whole(read_history(body(text), [1]))
    assert got.minutes == 0


@pytest.mark.parametrize(
    "text",
    [
        write_body([shown(entry())]).replace("Created: 2026", "Created: x"),
        write_body([shown(entry())]).replace("id: 5", "id: x"),
        write_body([shown(entry())]).replace("Creator: root\n", ""),
        write_body([shown(entry())])[:-20],
        "What is that\n\n",
    ],
)
def test_broken_entries_are_errors(text: str) -> None:
    """A history with an entry that cannot be read is no history."""
    with pytest.raises(ProtocolError):
        read_history(body(text), [1])


def test_a_history_too_few_or_too_many() -> None:
    """What cannot be told whose it is, is nobody's."""
    for ids in ([1], [1, 2, 3]):
        with pytest.raises(ProtocolError, match="histories"):
            read_history(replies([entry()], [entry()]), ids)
    with pytest.raises(ProtocolError, match="histories"):
        read_history(replies([entry()], missing=[9]), [1, 2])


@pytest.mark.parametrize(
    "crash", [*CRASHES, "subrequest depth > 32 (infinite subrequest loop?)\nStack:\n"]
)
def test_crashes(crash: str) -> None:
    """A crash is an error; that of a ticket without visible entries is told from the others."""
    reply = plain(crash.encode())
    assert is_endless(reply) == ("subrequest" in crash)
    for reader in (read_history, read_counts):
        with pytest.raises(ProtocolError, match="RT crashed"):
            reader(reply, [1])


def test_counts() -> None:
    """How much of each history can be seen, whatever its sentences are."""
    text = write_body(
        [
            write_form(
                {"219": "Ticket created by root", "225": "a\n0/0 (/total)"}, ["2/4 (/total)"]
            ),
            "# 0/0 (/total)\n\n",
            "# Ticket 3 does not exist.\n\n",
        ]
    )
    some, none, missing = read_counts(body(text), [1, 2, 3])
    assert (some, none) == (2, 0)
    assert isinstance(missing, NotFound)
    with pytest.raises(ProtocolError, match="histories"):
        read_counts(body(text), [1, 2])


fragments = st.lists(
    st.sampled_from(
        [
            f"{RT5} 200 Ok\n\n",
            "# Ticket 1 does not exist.\n",
            "# Ticket 8 does not exist.\n\n",
            "# 0/0 (/total)\n",
            "\n--\n\n",
            shown(entry(files=(7,))),
            "id: 5\n",
            "Created: 2026-01-01 00:00:00\n",
            "Created: 9999-99-99\n",
            "Attachments: \n             7: x (9999999999999999999999b)\n",
            "\n",
        ]
    )
    | st.text(max_size=5)
).map("".join)


@given(fragments)
def test_broken_replies(text: str) -> None:
    """Any reply gives a result or an error of ours."""
    for reader in (read_history, read_counts):
        with contextlib.suppress(RTError):
            reader(body(text), [1, 2])


@pytest.mark.parametrize(
    "text",
    [
        f"{RT5} 200 Ok\n\n" * 20000,
        "RT/" * 200000,
        write_body([shown(entry(files=tuple(range(1, 20000))))]),
        write_body([shown(entry(content="7: (" * 100000))]),
        "Attachments: \n" + "             7: x (" * 50000,
    ],
)
def test_long_replies_take_no_time(text: str) -> None:
    """Reading takes time in proportion to the length."""
    start = time.process_time()
    with contextlib.suppress(RTError):
        read_history(body(text), [1])
    assert time.process_time() - start < 2


# What follows runs on real servers.


@pytest.fixture
def gate(session: Session) -> Rest1:
    return Rest1(session.client)


def new_ticket(gate: Rest1, queue: str = "Incidents", **fields: str) -> int:
    number = gate.create("ticket", {"Queue": queue, "Subject": "history", **fields}).id
    assert number is not None
    return number


def test_histories_of_several_tickets(gate: Rest1, wire: Wire) -> None:
    """One request shows them all, in the order asked for, missing ones at their places."""
    one, two = new_ticket(gate, Text="first"), new_ticket(gate)
    gate.edit([Edit("ticket", two, {"Subject": "other"})])
    wire.clear()
    got = gate.history([two, 99999, one, two])
    assert len(wire.sent) == 1
    assert isinstance(got[1], NotFound)
    [changed, created, again] = whole([got[0], got[2], got[3]])
    assert changed == again
    assert [(each.ticket, each.type) for each in changed] == [(two, "Create"), (two, "Set")]
    assert [each.content for each in created] == ["first"]
    subject = changed[1]
    assert (subject.field, subject.old_value, subject.new_value) == ("Subject", "history", "other")
    assert (subject.creator, subject.content, subject.files) == ("root", None, ())
    assert subject.description == "Subject changed from 'history' to 'other' by root"
    assert abs((subject.created - gate.identity().time).total_seconds()) < 3600


def test_histories_and_attachments_in_one_request(
    gate: Rest1, connect: Connect, wire: Wire
) -> None:
    """They are what each is asked by itself, whatever the order in which RT writes the fields."""
    one, two = new_ticket(gate, Text="first"), new_ticket(gate, Text="a\n\n--\n\nid: 5\n")
    none, hidden = new_ticket(gate), new_ticket(gate, queue="General")
    text = f"{RT5} 200 Ok\n\n# 1/1 (id/5/total)\n\nid: 5\nAttachments: x\n"
    file = Upload("RT, 4.4: (x) 3b).txt", b"x", "text/csv")
    for message in (Message("comment", text, files=(file,)), Message("comment", " \n\n")):
        assert gate.message(two, message).refusal is None
    gate.edit([Edit("ticket", one, {"Subject": "other", "Owner": "root", "CF.{Note}": "a\n\nb"})])
    tickets = [two, 99999, none, one, two]
    wire.clear()
    both = gate.history_and_files(tickets)
    assert len(wire.sent) == 1
    assert [repr(history) for history, _ in both] == list(map(repr, gate.history(tickets)))
    assert [repr(files) for _, files in both] == list(map(repr, gate.files(tickets)))
    other = Rest1(connect("creator").client)
    seen, refused = other.history_and_files([one, hidden])
    assert [repr(each) for each in seen] == [
        repr(other.history([one])[0]),
        repr(other.files([one])[0]),
    ]
    assert [type(answer) for answer in refused] == [PermissionDenied, PermissionDenied]


def test_many_tickets_go_in_portions(gate: Rest1, wire: Wire) -> None:
    """RT reads the content of each attachment, so a request shows 100 histories."""
    answers = gate.history(range(900001, 900121))
    assert all(isinstance(answer, NotFound) for answer in answers)
    assert [len(sent.text.split("\n")[0].split(",")) for sent in wire.sent] == [100, 20]


def test_hostile_values_on_a_server(gate: Rest1) -> None:
    """Messages and values are read exactly, whatever they look like."""
    ticket = new_ticket(gate)
    # RT drops newlines at the beginning of what it is sent.
    texts = [text.lstrip("\n") for text in HOSTILE if text.strip("\n")]
    for text in texts:
        assert gate.message(ticket, Message("comment", text)).refusal is None
        gate.edit([Edit("ticket", ticket, {"CF.{Note}": text})])
    [entries] = whole(gate.history([ticket]))
    assert [each.content for each in entries if each.type == "Comment"] == texts
    assert [each.new_value for each in entries if each.type == "CustomField"] == texts


def test_messages_with_files(gate: Rest1) -> None:
    """Each entry has the numbers of its own attachments, whatever their names."""
    ticket = new_ticket(gate)
    files = tuple(Upload(name, b"x", "image/png") for name in ("a (1b), 7: y", "12: b (3b)"))
    gate.message(ticket, Message("comment", "see", minutes=7, files=files))
    gate.message(ticket, Message("comment", files=files))
    [entries] = whole(gate.history([ticket]))
    [listed] = [answer for answer in gate.files([ticket]) if not isinstance(answer, RTError)]
    with_text, without = entries[-2:]
    assert [*with_text.files, *without.files] == [file.id for file in listed]
    assert (with_text.content, with_text.minutes) == ("see", 7)
    assert (without.content, without.minutes) == (None, 0)


def test_merged_tickets(gate: Rest1) -> None:
    """Both numbers show the history of the two, with the numbers of then."""
    old, target = new_ticket(gate), new_ticket(gate)
    assert gate.merge(old, target).refusal is None
    one, other = whole(gate.history([target, old]))
    assert one == other
    assert [(each.ticket, each.type) for each in one] == [
        (old, "Create"), (target, "Create"), (old, "AddLink"), (target, "AddLink"),
    ]  # fmt: skip


def test_tickets_of_which_nothing_can_be_seen(gate: Rest1, connect: Connect, wire: Wire) -> None:
    """RT crashes over them: the others are shown all the same, and these say why."""
    seen, hidden = new_ticket(gate, Text="x"), new_ticket(gate, queue="General")
    other = Rest1(connect("creator").client)
    wire.clear()
    first, missing, refused = other.history([seen, 99999, hidden])
    assert len(wire.sent) == 4
    assert [each.content for each in whole([first])[0]] == ["x"]
    assert isinstance(missing, NotFound)
    assert isinstance(refused, PermissionDenied)
    assert "ShowTicket" in str(refused)


def test_rights(gate: Rest1, connect: Connect) -> None:
    """Comments and custom fields that the account may not see are left out."""
    ticket = new_ticket(gate)
    gate.message(ticket, Message("comment", "secret"))
    gate.edit([Edit("ticket", ticket, {"CF.{Severity}": "low"})])
    [entries] = whole(Rest1(connect("creator").client).history([ticket]))
    assert [each.type for each in entries] == ["Create"]
