"""Both ends of a link agree, whichever of their lists is sent first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Ticket
from rtorm.models.links import MIRRORS
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.identity_map import IdentityMap
from rtorm.orm.loading.mirroring import Agreement, take_note
from rtorm.orm.loading.shown import blank
from rtorm.orm.state import state_of
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


def told(held: Iterable[Ticket]) -> dict[int, dict[str, list[Any]]]:
    """What is sent of each ticket's links."""
    agreement = Agreement(held)
    sent = {
        ticket.id: {name: change.new for name, change in agreement.changes_of(ticket).items()}
        for ticket in held
    }
    return {number: changes for number, changes in sent.items() if changes}


def test_what_one_end_adds_and_removes_is_sent_of_the_other() -> None:
    """Where that list has changes of its own, which are all that the record itself holds."""
    held = tickets(parents_1=[3], children_3=[1])
    held[1].links.parents = [2]
    held[2].links.children = ["http://x/"]
    held[3].links.children.append(4)
    assert told(held.values()) == {
        1: {"links.parents": [2]},
        2: {"links.children": ["http://x/", 1]},
        3: {"links.children": [4]},
    }
    assert held[2].links.children == ["http://x/"]
    assert not held[4].is_dirty


def test_a_contradiction_stays_as_the_program_said_it() -> None:
    """Added here and removed there: neither is taken back, and RT's order decides."""
    held = tickets(children_2=[1])
    held[1].links.parents = [2]
    held[2].links.children = [4]
    assert told(held.values()) == {1: {"links.parents": [2]}, 2: {"links.children": [4]}}


def test_new_tickets_are_ends_too() -> None:
    """They have no number yet, and stand in the lists themselves."""
    held, new = tickets(), Ticket(queue="General")
    new.links.depends_on = [1]
    held[1].links.depended_on_by = [2]
    held[2].links.parents = [new]
    new.links.children = [3]
    agreement = Agreement([*held.values(), new])
    assert agreement.changes_of(held[1])["links.depended_on_by"].new == [2, new]
    # RT has refused to make it.
    assert agreement.changes_of(held[1], made=True)["links.depended_on_by"].new == [2]
    assert agreement.changes_of(new)["links.children"].new == [3, 2]
    vars(new)["id"] = 9
    state_of(new).persistent = True
    assert agreement.changes_of(held[1])["links.depended_on_by"].new == [2, 9]
    assert agreement.changes_of(new)["links.children"].new == [3, 2]


def test_a_member_counts_for_what_it_means() -> None:
    """Also a number as text, or a ticket; what means nothing is left to the plan."""
    held = tickets()
    for end in ("2", held[2], 5.0, [5]):
        cast("list[Any]", held[1].links.depends_on).append(end)
        cast("list[Any]", held[3].links.depends_on).append(end)
    cast("list[Any]", held[4].links.depends_on).extend(["2", held[2]])
    held[2].links.depended_on_by.append(1)
    assert told(held.values())[2] == {"links.depended_on_by": [1, 4]}


@pytest.mark.parametrize("added", [True, False])
def test_what_rt_has_applied_is_no_change_of_the_other_end(added: bool) -> None:
    """That list keeps its own changes, on what RT holds now."""
    held = tickets(children_2=[] if added else [1], parents_1=[] if added else [2])
    held[2].links.children.append(3)
    held[1].links.parents = [2] if added else []
    kept = held[2].links.children
    records = IdentityMap()
    for number, ticket in held.items():
        records.hold(ticket, number)
    take_note(held[1], held[1].changes, records)
    change = held[2].changes["links.children"]
    assert set(change.new) - set(change.old) == {3}
    assert set(change.old) == ({1} if added else set())
    assert held[2].links.children is kept


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
    there = set(before)
    for number, lists in told(held.values()).items():
        # RT takes each list whole, one after the other.
        for name, members in lists.items():
            mine = 0 if name == "links.parents" else 1
            there = {pair for pair in there if pair[mine] != number}
            there |= {(number, end) if mine == 0 else (end, number) for end in members}
    assert there == wanted
