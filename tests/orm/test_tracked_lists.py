"""Lists that tell their record before they change; no server."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import weakref
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rtorm import Change, DetachedError, ReadOnly, Ticket, state_of
from rtorm.orm.fields import shown
from rtorm.orm.loading.shown import forget, place
from rtorm.orm.state import MUTATORS, TrackedList
from rtorm.rest1.codecs import ADDRESSES
from tests.orm.doubles import Shelf, detached, loaded, put
from tests.support import Incident

START = ["b", "a", "c"]

# Arguments with which each method of a list can be called; the first that fits it is taken.
ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    (),
    (0,),
    (0, "x"),
    ("a",),
    (["x"],),
    (slice(1), ["x"]),
    (int,),
    ("",),
)


def _called(values: list[str], name: str) -> bool:
    """Call the method with each arguments that it takes until the list changes; tell if any fit."""
    before, fits = list(values), False
    for arguments in ARGUMENTS:
        try:
            getattr(values, name)(*arguments)
        except (TypeError, ValueError, AttributeError):
            continue
        fits = True
        if list(values) != before:
            break
    return fits


def _of_lists_alone() -> list[str]:
    # What `object` has too, or makes the list, is no way to change one.
    return [name for name in dir(list) if name not in {*dir(object), "__class_getitem__"}]


@pytest.mark.parametrize("name", _of_lists_alone())
def test_every_method_that_changes_a_list_is_announced(name: str) -> None:
    """Whatever a plain list changes by, a tracked one announces; this finds new methods, too."""
    plain = list(START)
    assert _called(plain, name), f"tell ARGUMENTS how list.{name} is called"
    assert (plain != START) == (name in MUTATORS)


CALLS: dict[str, tuple[Any, ...]] = {
    "append": ("x",),
    "clear": (),
    "extend": (["x", "y"],),
    "insert": (1, "x"),
    "pop": (0,),
    "remove": ("a",),
    "reverse": (),
    "sort": (),
    "__delitem__": (slice(0, 2),),
    "__iadd__": (["x"],),
    "__imul__": (2,),
    "__setitem__": (0, "x"),
}


@pytest.mark.parametrize("name", MUTATORS)
def test_a_mutator_announces_before_it_changes(name: str) -> None:
    """The record learns of a change while the list is still as it was, then is dirty."""
    seen: list[list[str]] = []

    class Watching(Shelf):
        def touched(self, record: Any) -> None:
            seen.append(list(record.hosts))

    ticket = loaded(Incident, Watching(), hosts=START)
    plain = list(START)
    outcome = getattr(ticket.hosts, name)(*CALLS[name])
    expected = getattr(plain, name)(*CALLS[name])
    assert seen == [START]
    assert ticket.hosts == plain
    assert outcome == expected
    assert ticket.changes.keys() == ({"hosts"} if set(plain) != set(START) else set())
    assert state_of(ticket).original == {"hosts": START}


@pytest.mark.parametrize("name", MUTATORS)
def test_a_mutator_keeps_its_name_and_words(name: str) -> None:
    """Help on a tracked list is the help on lists."""
    mutator = getattr(TrackedList, name)
    assert mutator.__name__ == name
    assert mutator.__doc__ == getattr(list, name).__doc__


def test_keywords_reach_the_list() -> None:
    """`sort` takes its key and order."""
    ticket = loaded(Incident, hosts=["bb", "a", "ccc"])
    ticket.hosts.sort(key=len, reverse=True)
    assert ticket.hosts == ["ccc", "bb", "a"]


_Edit = tuple[str, tuple[Any, ...]]
_word = st.sampled_from("abcde")
_edits: st.SearchStrategy[_Edit] = st.one_of(
    st.tuples(st.sampled_from(["append", "remove"]), st.tuples(_word)),
    st.tuples(st.sampled_from(["extend", "__iadd__"]), st.tuples(st.lists(_word, max_size=2))),
    st.tuples(st.sampled_from(["clear", "reverse", "sort", "pop"]), st.just(())),
    st.tuples(st.just("insert"), st.tuples(st.integers(-3, 3), _word)),
    st.tuples(st.just("__imul__"), st.tuples(st.integers(0, 2))),
    st.tuples(
        st.just("__setitem__"),
        st.tuples(st.slices(3).filter(lambda s: s.step in (None, 1)), st.lists(_word, max_size=2)),
    ),
    st.tuples(st.just("__delitem__"), st.tuples(st.slices(3) | st.integers(-3, 3))),
)


@given(start=st.lists(_word, max_size=4), edits=st.lists(_edits, max_size=6))
def test_a_tracked_list_is_a_list(start: list[str], edits: Sequence[_Edit]) -> None:
    """Through any edits it holds what a plain list does, and differs from the server as that does."""
    ticket, plain = loaded(Incident, hosts=start), list(start)
    for name, arguments in edits:
        try:
            getattr(plain, name)(*arguments)
        except (ValueError, IndexError) as error:
            with pytest.raises(type(error)):
                getattr(ticket.hosts, name)(*arguments)
        else:
            getattr(ticket.hosts, name)(*arguments)
    assert ticket.hosts == plain
    # RT keeps the values of such a field as a set.
    expected = {"hosts": Change(start, plain)} if set(plain) != set(start) else {}
    assert ticket.changes == expected
    ticket.discard()
    assert ticket.hosts == start


def test_slices_and_operators() -> None:
    """Assigning to a slice, deleting, `+=` and `*=` are changes in place."""
    ticket = loaded(Incident, hosts=["a", "b"])
    ticket.hosts[1:] = ["c", "d"]
    del ticket.hosts[0]
    ticket.hosts += ["e"]
    ticket.hosts *= 1
    assert ticket.hosts == ["c", "d", "e"]
    assert ticket.changes == {"hosts": Change(["a", "b"], ["c", "d", "e"])}


def test_equal_content_afterwards_is_clean() -> None:
    """A list that holds again what the server said is no change."""
    ticket = loaded(Incident, hosts=["a", "b"])
    ticket.hosts.append("c")
    assert ticket.is_dirty
    ticket.hosts.pop()
    assert not ticket.is_dirty
    ticket.hosts.reverse()
    assert not ticket.is_dirty


def test_a_failed_change_is_no_change() -> None:
    """What raises in a plain list raises here, and leaves the record clean."""
    ticket = loaded(Incident, hosts=["a"])
    with pytest.raises(ValueError, match="not in list"):
        ticket.hosts.remove("z")
    assert not ticket.is_dirty


DERIVATIONS: dict[str, Callable[[list[str]], list[str]]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda values: pickle.loads(pickle.dumps(values)),
    ".copy()": lambda values: values.copy(),
    "[:]": lambda values: values[:],
    "+": lambda values: operator.add(values, list[str]()),
    "*": lambda values: values * 1,
}


@pytest.mark.parametrize("derive", DERIVATIONS.values(), ids=DERIVATIONS.keys())
def test_what_is_derived_is_a_plain_list(derive: Callable[[list[str]], list[str]]) -> None:
    """Copies and pickles are the program's own, and tell nobody."""
    ticket = loaded(Incident, hosts=["a", "b"])
    derived = derive(ticket.hosts)
    assert type(derived) is list
    derived.append("c")
    assert (ticket.hosts, ticket.is_dirty) == (["a", "b"], False)


def test_a_list_given_to_two_records_is_two_lists() -> None:
    """Each record has a list of its own, whose changes are its own."""
    one, other = loaded(Incident, hosts=["a"]), loaded(Incident, hosts=[])
    other.hosts = one.hosts
    other.hosts.append("b")
    assert (one.hosts, one.changes) == (["a"], {})
    one.hosts.append("c")
    assert other.changes == {"hosts": Change([], ["a", "b"])}


def test_a_list_keeps_its_record_alive() -> None:
    """A change to the list of a record that nobody else holds is not lost."""
    shelf = Shelf()
    ticket = loaded(Incident, shelf, hosts=["a"])
    alive, hosts = weakref.ref(ticket), ticket.hosts
    del ticket
    gc.collect()
    assert alive() is not None
    hosts.append("b")
    assert shelf.asked == [("touched", alive())]
    shelf.asked.clear()
    del hosts
    gc.collect()
    assert alive() is None


# `record.hosts += …` changes the list, then assigns it to the record


def test_adding_in_place_keeps_the_list() -> None:
    """The list is the same after `+=`, so that whoever holds it still changes the record."""
    ticket = loaded(Incident, hosts=["a"])
    hosts = ticket.hosts
    ticket.hosts += ["b"]
    hosts.append("c")
    assert ticket.hosts is hosts
    assert ticket.changes == {"hosts": Change(["a"], ["a", "b", "c"])}


def test_what_a_validator_makes_of_an_addition() -> None:
    """The outcome of `+=` is validated, and the list holds what the validators made of it."""
    ticket = loaded(Incident, cc=["a@example.com"])
    cc = ticket.cc
    ticket.cc += [" b@example.com "]
    assert cc == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize("earlier", [True, False], ids=["dirty before", "clean before"])
def test_a_refused_addition_leaves_the_old_values(earlier: bool) -> None:
    """When the outcome of `+=` is refused, the list is as it was before it."""
    ticket = loaded(Incident, cc=["a@example.com"])
    if earlier:
        ticket.cc.append("b@example.com")
    before = list(ticket.cc)
    with pytest.raises(ValidationError, match="comma"):
        ticket.cc += ["c@example.com", "Doe, John"]
    assert ticket.cc == before
    assert ticket.is_dirty == earlier
    ticket.cc += ["d@example.com"]
    assert ticket.cc == [*before, "d@example.com"]


def test_a_refused_assignment_of_the_list_itself_takes_nothing_back() -> None:
    """Only what the refused assignment itself has done is undone."""
    ticket = loaded(Incident, cc=["a@example.com"])
    ticket.cc += ["b@example.com"]
    put_in = cast("list[object]", ticket.cc)
    put_in.append(5)
    with pytest.raises(ValidationError):
        put(ticket, cc=ticket.cc)
    assert put_in == ["a@example.com", "b@example.com", 5]


# Lists whose place was taken, and lists that may not change


def test_a_list_whose_place_was_taken_is_nobody_s() -> None:
    """A list that the program has replaced tells the record nothing."""
    ticket = loaded(Incident, shelf := Shelf(), hosts=["old"])
    hosts = ticket.hosts
    put(ticket, hosts=["new"])
    ticket.errors["hosts"] = ["refused"]
    before, asked = ticket.changes, list(shelf.asked)
    hosts.append("x")
    assert (ticket.changes, shelf.asked) == (before, asked)
    assert ticket.errors == {"hosts": ["refused"]}


def test_a_list_that_is_loaded_anew_stays_the_record_s() -> None:
    """A program may hold it while the server's value is put into it."""
    ticket = loaded(Incident, hosts=["old"])
    hosts = ticket.hosts
    place(ticket, {"hosts": ["new"]})
    assert hosts is ticket.hosts
    hosts.append("x")
    assert ticket.changes["hosts"] == Change(["new"], ["new", "x"])


@pytest.mark.parametrize("again", [True, False], ids=["loaded again", "not loaded"])
def test_a_list_that_was_forgotten_does_not_change(again: bool) -> None:
    """What is done to it would be lost in silence."""
    ticket = loaded(Incident, Shelf({"hosts": ["new"]}), hosts=["old"])
    hosts = ticket.hosts
    forget(ticket, ["hosts"])
    if again:
        assert ticket.hosts == ["new"]
    for change in (lambda: hosts.append("x"), hosts.sort, lambda: hosts.__iadd__(["x"])):
        with pytest.raises(DetachedError, match="read hosts again"):
            change()
    assert hosts == ["old"]
    assert not ticket.is_dirty


class Watched(Ticket):
    """A class with a list that RT alone sets."""

    watchers: ReadOnly[list[str]] = shown("Watchers", ADDRESSES, init=False)


def test_a_read_only_list_does_not_change() -> None:
    """What RT alone sets cannot change in place either."""
    ticket = loaded(Watched, watchers=["a"])
    with pytest.raises(AttributeError, match=r"Watched\.watchers is read-only"):
        ticket.watchers.append("b")
    assert (ticket.watchers, ticket.is_dirty) == (["a"], False)


def test_a_list_of_a_detached_record_is_tracked() -> None:
    """Without a session the change is noted all the same."""
    ticket = detached(Incident, hosts=["a"])
    ticket.hosts.append("b")
    assert ticket.changes == {"hosts": Change(["a"], ["a", "b"])}
