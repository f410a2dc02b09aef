"""Both ends of a link agree, whichever of their lists is sent first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Ticket
from rtorm.models.links import MIRRORS
from rtorm.orm.layout import layout_of
from rtorm.orm.loading import blank
from rtorm.orm.mirroring import agree, take_note
from tests.orm.doubles import fill

NUMBERS = range(1, 5)


def tickets(**loaded: list[int]) -> dict[int, Ticket]:
    """Four tickets, by number; their lists are empty unless given as `links_parents_3`."""
    made: dict[int, Ticket] = {}
    for number in NUMBERS:
        record: Any = blank(Ticket, number)
        fill(record, {name: loaded.get(f"{name[6:]}_{number}", []) for name in MIRRORS})
        made[number] = record
    return made


def test_every_relation_has_a_mirror() -> None:
    """Which is the other one's."""
    assert set(MIRRORS) == {name for name in layout_of(Ticket).fields if name.startswith("links.")}
    assert all(MIRRORS[MIRRORS[name]] == name != MIRRORS[name] for name in MIRRORS)


def test_what_one_end_adds_and_removes_is_done_at_the_other() -> None:
    """Where that list has changes of its own; others are read anew."""
    held = tickets(parents_1=[3], children_3=[1])
    held[1].links.parents = [2]
    held[2].links.children = ["http://x/"]
    held[3].links.children.append(4)
    agree(held.values(), held.get)
    assert held[2].links.children == ["http://x/", 1]
    assert held[3].links.children == [4]
    assert not held[4].is_dirty
    assert not held[1].changes.keys() - {"links.parents"}


def test_a_contradiction_stays_as_the_program_said_it() -> None:
    """Added here and removed there: neither is taken back, and RT's order decides."""
    held = tickets(children_2=[1], parents_4=[3])
    held[1].links.parents = [2]
    held[2].links.children = [4]
    held[4].links.parents = []
    agree(held.values(), held.get)
    assert held[1].links.parents == [2]
    assert held[2].links.children == [4]


def test_new_tickets_are_ends_too() -> None:
    """They have no number yet, and stand in the lists themselves."""
    held, new = tickets(), Ticket(queue="General")
    new.links.depends_on = [1]
    held[1].links.depended_on_by = [2]
    held[2].links.parents = [new]
    new.links.children = [3]
    agree([*held.values(), new], held.get)
    assert held[1].links.depended_on_by == [2, new]
    assert new.links.children == [3, 2]


@pytest.mark.parametrize("added", [True, False])
def test_what_rt_has_applied_is_no_change_of_the_other_end(added: bool) -> None:
    """That list keeps its own changes, on what RT holds now."""
    held = tickets(children_2=[] if added else [1], parents_1=[] if added else [2])
    held[2].links.children.append(3)
    held[1].links.parents = [2] if added else []
    take_note(held[1], held[1].changes, held.get)
    change = held[2].changes["links.children"]
    assert set(change.new) - set(change.old) == {3}
    assert set(change.old) == ({1} if added else set())


@given(st.data())
def test_links_between_two_ends_end_the_same(data: st.DataObject) -> None:
    """Whatever lists are changed, unless they contradict each other, both ends say the same."""
    pairs = [(child, parent) for child in NUMBERS for parent in NUMBERS if child != parent]
    before = data.draw(st.sets(st.sampled_from(pairs)))
    wanted = data.draw(st.sets(st.sampled_from(pairs)))
    said = {pair: data.draw(st.sampled_from(["child", "parent"])) for pair in pairs}
    held = tickets(
        **{f"parents_{child}": [p for c, p in before if c == child] for child in NUMBERS},
        **{f"children_{parent}": [c for c, p in before if p == parent] for parent in NUMBERS},
    )
    for child, parent in before ^ wanted:
        ticket = held[child if said[child, parent] == "child" else parent]
        end = parent if ticket is held[child] else child
        links = ticket.links.parents if ticket is held[child] else ticket.links.children
        (links.append if (child, parent) in wanted else links.remove)(end)
    agree(held.values(), held.get)
    told = set(before)
    for number, ticket in held.items():
        # RT takes each list whole, one after the other.
        if "links.parents" in ticket.changes:
            told = {pair for pair in told if pair[0] != number}
            told |= {(number, int(parent)) for parent in ticket.links.parents}
        if "links.children" in ticket.changes:
            told = {pair for pair in told if pair[1] != number}
            told |= {(int(child), number) for child in ticket.links.children}
    assert told == wanted
