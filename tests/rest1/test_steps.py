"""How long the histories of tickets are, and what has changed by them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Session, Ticket
from rtorm.errors import NotFound, ProtocolError, RTError
from rtorm.gateway import Step, Steps
from rtorm.rest1.gateway import Rest1
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.replies.steps import read_lengths, read_steps
from tests.rest1.support import CRASHES, RT5, plain
from tests.support import Incident, Wire

Connect = Callable[..., Session]

GONE = "# Ticket 9 does not exist.\n\n\n"
ENTRY = "# 1/32 (id/66/total)\n\n: \nid: 66\n\n"


def body(*parts: str) -> Reply:
    """A reply that holds others, as RT writes it."""
    return plain("".join(f"{RT5} 200 Ok\n\n{part}" for part in parts).encode())


def forms(*blocks: str) -> str:
    """Several forms as RT writes them below each other."""
    return "\n--\n\n".join(blocks)


@pytest.mark.parametrize("ids", [[1], [1, 2, 3]])
def test_others_than_those_asked_for(ids: Sequence[int]) -> None:
    """What cannot be told whose it is, is nobody's."""
    with pytest.raises(ProtocolError):
        read_steps(body(ENTRY, ENTRY), ids)
    with pytest.raises(ProtocolError):
        read_lengths(body("# 0/32 (type/None/total)\n\n\n--\n\n# 0/31 (type/None/total)\n\n"), ids)


def test_lengths() -> None:
    """The length alone, with what is said of a ticket that does not exist."""
    lists = forms("# 0/32 (type/None/total)\n\n", "# 0/0 (type/None/total)\n\n", GONE)
    many, none, gone = read_lengths(body(lists), [1, 2, 9])
    assert (many, none) == (32, 0)
    assert isinstance(gone, NotFound)


def test_steps() -> None:
    """What has changed, in order, however the values look; what is hidden is left out."""
    entry = (
        "# 1/3 (id/{0}/total)\n\nType: {1}\nid: {0}\nField: {2}\nOldValue: {3}\nNewValue: {4}\n"
        "TimeTaken: {5}\nDescription: {6}\n\n"
    )
    later = entry.format(8, "Set", "TimeWorked", "0", "7", "7", "Worked by root")
    first = entry.format(7, "CustomField", "2", "", "a\n          --", "x", "Note added by root")
    hidden = "# 1/3 (id/9/total)\n\nid: 9\nType: \nField: \n\n"
    found, gone = read_steps(body(forms(later, first, hidden), GONE), [1, 9])
    assert found == Steps(
        (
            Step(7, "CustomField", "2", "", "a\n--", 0, "Note added by root"),
            Step(8, "Set", "TimeWorked", "0", "7", 7, "Worked by root"),
        ),
        3,
    )
    assert isinstance(gone, NotFound)
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_steps(body("# 1/1 (id/x/total)\n\nid: x\nType: Set\n\n"), [1])


@pytest.mark.parametrize("crash", CRASHES)
def test_crashes(crash: str) -> None:
    """A crash is an error."""
    for read in (read_lengths, read_steps):
        with pytest.raises(ProtocolError, match="RT crashed"):
            read(plain(crash.encode()), [1])


fragments = st.lists(
    st.sampled_from(
        [
            f"{RT5} 200 Ok\n\n", ENTRY, GONE, "# 0/3 (type/None/total)\n", "\n--\n\n",
            "id: ticket/1\nSubject: a\n\n", "id: 5\nType: Set\nField: x\n\n", "\n",
        ]
    )
    | st.text(max_size=5)
).map("".join)  # fmt: skip


@given(fragments)
def test_broken_replies(text: str) -> None:
    """Any reply gives a result or an error of ours."""
    for read in (read_lengths, read_steps):
        with contextlib.suppress(RTError):
            read(body(text), [1, 2])


# What follows runs on real servers.


def test_a_history_grows_by_what_is_done(session: Session, connect: Connect, wire: Wire) -> None:
    """Lengths count what is done, and the last steps are just that, for whoever looks."""
    root, alice = Rest1(session.client), Rest1(connect("alice").client)
    tickets = [session.add(Incident(subject=name)) for name in "ab"]
    session.commit()
    ids = [each.id for each in tickets]
    wire.clear()
    one, two, missing = root.lengths([*ids, 99999])
    assert [sent.path for sent in wire.sent] == ["ticket/show"]
    assert isinstance(missing, NotFound)
    [of_alice] = alice.lengths(ids[:1])
    assert isinstance(one, int)
    assert isinstance(of_alice, int)
    session.edit(Incident, ids[0], priority=5, hosts=["x", "y"])
    assert root.lengths(ids) == [one + 3, two]
    assert alice.lengths(ids[:1]) == [of_alice + 3]
    for gateway in (root, alice):
        [steps] = gateway.steps(ids[:1])
        assert isinstance(steps, Steps)
        assert [steps.total] == gateway.lengths(ids[:1])
        told = {(step.type, step.old_value, step.new_value) for step in steps.seen[-3:]}
        assert told == {("Set", "0", "5"), ("CustomField", "", "x"), ("CustomField", "", "y")}


def test_a_ticket_that_may_not_be_seen(session: Session, connect: Connect) -> None:
    """Of its history the account is told that there is none, and of the others' all."""
    made = [session.add(Ticket(subject="x", queue=queue)) for queue in ("Incidents", "General")]
    session.commit()
    seen, hidden = Rest1(connect("alice").client).lengths([each.id for each in made])
    assert isinstance(seen, int)
    assert seen > 0
    assert hidden == 0
