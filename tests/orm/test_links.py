"""Links as a ticket has them: six lists, tracked like any other."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from rtorm import NOT_LOADED, Change, DetachedError, Ticket
from rtorm.orm.declaring.layout import layout_of
from tests.orm.doubles import Shelf, detached, loaded, put

RELATIONS = {
    "depends_on": "DependsOn",
    "depended_on_by": "DependedOnBy",
    "refers_to": "RefersTo",
    "referred_to_by": "ReferredToBy",
    "parents": "MemberOf",
    "children": "Members",
}
HELD: dict[str, list[int | str]] = {
    "links.depends_on": [1],
    "links.refers_to": ["http://x/", 3],
    "links.children": [],
}


def ticket(shelf: Shelf | None = None) -> Ticket:
    """A ticket with some links loaded."""
    return loaded(Ticket, shelf, **{name: list(value) for name, value in HELD.items()})


def test_each_relation_is_a_field_of_the_ticket() -> None:
    """RT's names are paired with ours, and none is a field for Pydantic."""
    fields = layout_of(Ticket).fields
    assert {name: fields[f"links.{name}"].spec.wire for name in RELATIONS} == RELATIONS
    assert not [name for name in Ticket.model_fields if "links" in name]


CHANGING: dict[str, tuple[Any, ...]] = {
    "append": (5,),
    "clear": (),
    "extend": ([5],),
    "insert": (0, 5),
    "pop": (),
    "remove": (3,),
    "__delitem__": (0,),
    "__iadd__": ([5],),
    "__imul__": (0,),
    "__setitem__": (0, 5),
}


@pytest.mark.parametrize("mutator", CHANGING)
def test_every_change_in_place_counts(mutator: str) -> None:
    """As in all lists; their order does not."""
    record = ticket()
    links: Any = record.links.refers_to
    links.reverse()
    assert not record.is_dirty
    getattr(links, mutator)(*CHANGING[mutator])
    assert list(record.changes) == ["links.refers_to"]


def test_an_assignment_is_validated_and_tracked() -> None:
    """What is held are numbers and URIs; an augmented assignment keeps the list."""
    record = ticket()
    links = record.links.depends_on
    record.links.depends_on += ["5"]
    assert record.links.depends_on is links
    assert links == [1, 5]
    record.links.depends_on = ["t:7", "http://y/"]
    assert record.changes == {"links.depends_on": Change([1], [7, "http://y/"])}
    with pytest.raises(ValidationError):
        record.links.depends_on += ["nonsense"]
    assert record.links.depends_on == [7, "http://y/"]
    record.links.depends_on = [1]
    assert not record.is_dirty


def test_reading_what_is_not_loaded_asks_the_session() -> None:
    """Under the relation's full name; a new ticket has empty lists."""
    shelf = Shelf({"links.parents": [9]})
    record = ticket(shelf)
    assert record.links.parents == [9]
    assert shelf.asked == [("load", record, "links.parents")]
    new = Ticket(queue="General")
    assert (new.links.parents, new.links.children) == ([], [])
    with pytest.raises(DetachedError, match=r"load links\.parents"):
        _ = detached(Ticket).links.parents


def test_links_of_a_new_ticket_are_its_changes() -> None:
    """Whether appended or assigned."""
    new = Ticket(queue="General")
    new.links.parents.append(5)
    new.links.children = [6]
    assert new.changes["links.parents"].new == [5]
    assert new.changes["links.children"] == Change(NOT_LOADED, [6])
    new.discard("links")
    assert list(new.changes) == ["queue"]
    assert new.links.parents == []


def test_what_is_meant_by_names() -> None:
    """`links` is all six lists; another name is refused with a hint."""
    record = ticket()
    record.links.depends_on.clear()
    record.links.refers_to.clear()
    record.discard("links.depends_on")
    assert list(record.changes) == ["links.refers_to"]
    record.discard("links")
    assert not record.is_dirty
    for name in ("links.nothing", "link", "depends_on"):
        with pytest.raises(AttributeError):
            record.discard(name)


def test_copies_are_their_own() -> None:
    """With the lists that were loaded, and the changes."""
    record = ticket()
    record.links.depends_on.append(2)
    for other in (
        copy.copy(record),
        copy.deepcopy(record),
        record.model_copy(deep=True),
        pickle.loads(pickle.dumps(record)),
    ):
        assert other.changes == record.changes
        other.links.depends_on.append(4)
        other.links.refers_to.clear()
        assert record.links.depends_on == [1, 2]
        assert record.links.refers_to == HELD["links.refers_to"]


def test_links_are_told_without_loading() -> None:
    """Equal for one ticket, and readable."""
    shelf = Shelf()
    record = ticket(shelf)
    assert "depends_on=[1]" in repr(record.links)
    assert record.links == record.links
    assert record.links != ticket().links
    assert len({record.links, record.links}) == 1
    assert "not loaded" in repr(loaded(Ticket, shelf).links)
    assert "none" in repr(loaded(Ticket, shelf, **{"links.depends_on": []}).links)
    assert shelf.asked == []


def test_links_are_assigned_one_by_one() -> None:
    """The whole cannot be replaced, and there are no other lists."""
    record = ticket()
    links: Any = record.links
    with pytest.raises(AttributeError, match=r"ticket\.links\.depends_on"):
        put(record, links=[])
    with pytest.raises(AttributeError):
        links.nothing = []
    with pytest.raises(AttributeError):
        del links.depends_on
