"""How a record takes values, knows what has changed, and is copied; no server."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Any

import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rtorm import CF, NOT_LOADED, Attachment, Change, Status, Ticket, User, cf, state_of
from rtorm.errors import DetachedError, NotFound
from rtorm.orm.record import Record
from rtorm.orm.records.checking import run_model_validators
from tests.orm.doubles import Shelf, detached, fill, loaded, make, put, read
from tests.support import Incident


def errors_of(caught: pytest.ExceptionInfo[ValidationError]) -> list[tuple[tuple[Any, ...], str]]:
    return [(row["loc"], row["type"]) for row in caught.value.errors()]


# Construction


def test_given_fields_are_the_changes_of_a_new_record() -> None:
    """What the constructor is given is to be sent, and nothing else."""
    ticket = Incident(subject="Disk full", severity="high", hosts=["db1"])
    assert ticket.changes == {
        "subject": Change(NOT_LOADED, "Disk full"),
        "severity": Change(NOT_LOADED, "high"),
        "hosts": Change(NOT_LOADED, ["db1"]),
    }
    assert ticket.is_dirty
    assert state_of(ticket).status is Status.NEW


def test_a_default_is_given_when_it_is_written_out() -> None:
    """A value that equals the default is sent when the program gives it."""
    assert set(Incident(severity=None, hosts=[]).changes) == {"severity", "hosts"}


def test_unset_fields_have_their_defaults() -> None:
    """An unset field reads as its default and is no change."""
    ticket = Incident()
    assert read(ticket, "id", "subject", "severity", "hosts") == [None, None, None, []]
    assert ticket.queue == "Incidents"
    assert ticket.changes == {}
    assert not ticket.is_dirty


def test_a_default_list_becomes_a_change_when_it_changes() -> None:
    """The list of an unset field is the record's own, and is tracked."""
    ticket = Incident()
    hosts = ticket.hosts
    hosts.append("db1")
    assert ticket.hosts is hosts
    assert ticket.changes == {"hosts": Change([], ["db1"])}
    assert Incident().hosts == []


def test_a_default_list_is_forgotten_once_the_record_exists() -> None:
    """RT may fill a list that was not given, so it is loaded, even if its default was read."""
    ticket = Incident()
    hosts = ticket.hosts
    state_of(ticket).persistent = True
    state_of(ticket).session = Shelf({"hosts": ["by the queue"]})
    hosts.append("lost")
    assert not ticket.is_dirty
    assert ticket.hosts == ["by the queue"]


def test_a_given_list_is_tracked() -> None:
    """A list that the constructor is given tells the record when it changes."""
    ticket = Incident(hosts=["db1"])
    ticket.errors["hosts"] = ["refused"]
    ticket.hosts.append("db2")
    assert ticket.changes == {"hosts": Change(NOT_LOADED, ["db1", "db2"])}
    assert ticket.errors == {}


def test_a_given_list_is_copied() -> None:
    """The record's list is its own, not that of the program."""
    hosts = ["db1"]
    ticket = Incident(hosts=hosts)
    hosts.append("db2")
    assert ticket.hosts == ["db1"]


def test_a_watcher_is_text() -> None:
    """A user is not taken for an address; the error says what to give."""
    user = User(name="bob", email_address="bob@example.com")
    with pytest.raises(ValidationError, match="give the e-mail address or the name"):
        make(Incident, cc=[user])
    with pytest.raises(ValidationError, match="give the e-mail address or the name"):
        put(loaded(Incident), cc=[user])


def test_unknown_names_are_refused() -> None:
    """A misspelt name is an error, which names it."""
    with pytest.raises(ValidationError, match="Incident") as caught:
        make(Incident, subjet="Disk full")
    assert errors_of(caught) == [(("subjet",), "extra_forbidden")]


def test_read_only_names_are_refused() -> None:
    """What RT sets cannot be given; all such names are told at once."""
    with pytest.raises(ValidationError, match="RT sets it") as caught:
        make(Incident, id=3, creator="root", subject="x")
    assert errors_of(caught) == [(("id",), "read_only"), (("creator",), "read_only")]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Incident.model_validate({"subject": "x"}),
        lambda: Incident.model_validate_json('{"subject": "x"}'),
        lambda: Incident.model_construct(subject="x"),
    ],
    ids=["model_validate", "model_validate_json", "model_construct"],
)
def test_every_way_to_construct_tracks(build: Callable[[], Incident]) -> None:
    """Whatever makes a new record, what it was given is its changes."""
    ticket = build()
    assert ticket.changes == {"subject": Change(NOT_LOADED, "x")}
    ticket.hosts.append("db1")
    assert set(ticket.changes) == {"subject", "hosts"}


def test_a_post_init_that_forgets_its_base_loses_nothing() -> None:
    """A class's own `model_post_init` need not call its base's for changes to be tracked."""

    class Hasty(Ticket):
        severity: CF[str | None] = cf("Severity", default=None)

        def model_post_init(self, context: object, /) -> None:
            assert set(self.changes) == {"subject"}
            self.severity = "high"

    ticket = Hasty(subject="x")
    assert set(ticket.changes) == {"subject", "severity"}


def test_a_post_init_that_calls_its_base_loses_nothing() -> None:
    """What a `model_post_init` assigns before it calls its base's stays."""

    class Careful(Ticket):
        _seen: list[str] = PrivateAttr(default_factory=list[str])

        def model_post_init(self, context: object, /) -> None:
            self.subject = f"{self.subject}!"
            self.cc.append("a@example.com")
            super().model_post_init(context)
            self._seen.append(self.subject)

        def seen(self) -> list[str]:
            return self._seen

    ticket = Careful(subject="x")
    assert set(ticket.changes) == {"subject", "cc"}
    assert ticket.seen() == [ticket.subject] == ["x!"]


# Assignment


@st.composite
def _values(draw: st.DrawFn) -> dict[str, Any]:
    words = st.sampled_from(["a", "b", "c"])
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "subject": words,
                "priority": st.integers(0, 3),
                "note": st.none() | words,
                "hosts": st.lists(words, unique=True, max_size=3).map(sorted),
            },
        )
    )


_Step = tuple[str, dict[str, Any]]


@given(server=_values(), steps=st.lists(st.tuples(st.sampled_from(["set", "drop"]), _values())))
def test_changes_are_the_difference_from_the_server(
    server: dict[str, Any], steps: list[_Step]
) -> None:
    """Whatever is assigned and discarded, the changes are what differs from the server in the end."""
    ticket = loaded(Incident, **server)
    now: dict[str, Any] = dict(server)
    for step, values in steps:
        if step == "set":
            put(ticket, **values)
            now |= values
        else:
            ticket.discard(*values)
            for name in values or tuple(now):
                now.pop(name, None)
                now |= {name: server[name]} if name in server else {}
    assert ticket.changes == {
        name: Change(server.get(name, NOT_LOADED), value)
        for name, value in now.items()
        if name not in server or server[name] != value
    }
    assert ticket.is_dirty == bool(ticket.changes)
    ticket.discard()
    assert vars(ticket) == {"id": 1, **server}


def test_set_and_set_back_is_clean() -> None:
    """A value that is as it was is no change."""
    ticket = loaded(Incident, subject="a", hosts=["x"])
    ticket.subject = "b"
    ticket.subject = "a"
    ticket.hosts = []
    ticket.hosts = ["x"]
    assert not ticket.is_dirty
    assert ticket.changes == {}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("cc", ["a@example.com", "b@example.com"], ["B@example.com", "a@example.com"]),
        ("hosts", ["b", "a"], ["a", "b"]),
        ("note", "", None),
        (
            "due",
            datetime(2025, 7, 1, 12, tzinfo=UTC),
            datetime(2025, 7, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        ),
    ],
)
def test_what_is_the_same_to_rt_is_clean(name: str, old: Any, new: Any) -> None:
    """Values that RT keeps as one are no change."""
    ticket = loaded(Incident, **{name: old})
    put(ticket, **{name: new})
    assert ticket.changes == {}


def test_a_field_set_unread_is_a_change_whatever_its_value() -> None:
    """What the server holds is unknown, so the value is sent; nothing is loaded for it."""
    ticket = loaded(Incident, shelf := Shelf({"subject": "a"}))
    ticket.subject = "a"
    assert ticket.changes == {"subject": Change(NOT_LOADED, "a")}
    assert shelf.asked == [("touched", ticket)]


def test_changes_are_copies() -> None:
    """Changing what `changes` gave changes neither the record nor what it remembers."""
    ticket = loaded(Incident, hosts=["a"])
    ticket.hosts.append("b")
    change = ticket.changes["hosts"]
    assert type(change.old) is type(change.new) is list
    change.old.clear()
    change.new.clear()
    assert ticket.changes == {"hosts": Change(["a"], ["a", "b"])}
    ticket.discard()
    assert ticket.hosts == ["a"]


def test_the_owner_is_told_before_the_first_change() -> None:
    """An owner that objects, such as a session of another thread, keeps the record as it is."""

    class Strict(Shelf):
        def touched(self, record: Record) -> None:
            raise RuntimeError

    ticket = loaded(Incident, Strict(), subject="a", hosts=["x"])
    with pytest.raises(RuntimeError):
        ticket.subject = "b"
    with pytest.raises(RuntimeError):
        ticket.hosts.append("y")
    assert (ticket.subject, ticket.hosts, ticket.changes) == ("a", ["x"], {})


class Strict(Ticket):
    """Fields with validators of every sort."""

    points: CF[Annotated[int, Ge(0)]] = cf("Points", default=0)
    even: CF[Annotated[int, AfterValidator(lambda number: number // 2 * 2)]] = cf("Even", default=0)
    tags: CF[list[Annotated[int, Ge(0)]]] = cf("Tags", default_factory=list)
    room: CF[str | None] = cf("Room", default=None)
    floor: CF[int] = cf("Floor", default=0)
    code: CF[str | None] = cf("Code", default=None)

    @field_validator("room")
    @classmethod
    def _shout(cls, room: str | None) -> str | None:
        if room == "attic":
            raise ValueError("there is none")
        return room and room.upper()

    @field_validator("floor", mode="before")
    @classmethod
    def _ground(cls, floor: object) -> object:
        return 0 if floor == "ground" else floor

    @field_validator("code")
    @classmethod
    def _coded(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code == "own":
            raise PydanticCustomError("unfit", "{code} is {what}", {"code": code, "what": "unfit"})
        if code == "bare":
            raise PydanticCustomError("value_error", "not {this} way")
        return code and f"{info.field_name}:{code}:{info.data.get('room')}"


def test_validators_run_on_assignment() -> None:
    """Constraints, annotated validators and `@field_validator` methods run on each assignment."""
    ticket = loaded(Strict)
    put(ticket, points="3", even=5, room="cellar", floor="ground")
    assert (ticket.points, ticket.even, ticket.room, ticket.floor) == (3, 4, "CELLAR", 0)


def test_a_validator_with_info_sees_the_other_values() -> None:
    """`info` tells the name of the field, and the values that the record holds, not those to load."""
    ticket = loaded(Strict, shelf := Shelf())
    ticket.code = "x"
    assert ticket.code == "code:x:None"
    ticket.room = "hall"
    ticket.code = "y"
    assert ticket.code == "code:y:HALL"
    assert [asked[0] for asked in shelf.asked] == ["touched", "touched"]
    assert Strict(room="hall", code="z").code == "code:z:HALL"


@pytest.mark.parametrize(
    ("name", "value", "errors"),
    [
        ("points", -1, [(("points",), "greater_than_equal")]),
        ("points", "many", [(("points",), "int_parsing")]),
        ("tags", [1, -1, "x"], [(("tags", 1), "greater_than_equal"), (("tags", 2), "int_parsing")]),
        ("room", "attic", [(("room",), "value_error")]),
        ("room", 3, [(("room",), "string_type")]),
        ("code", "own", [(("code",), "unfit")]),
        ("code", "bare", [(("code",), "value_error")]),
        ("subject", "a\nb", [(("subject",), "value_error")]),
        ("due", datetime(2025, 7, 1), [(("due",), "timezone_aware")]),  # noqa: DTZ001
        (
            "due",
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            [(("due",), "value_error")],
        ),
    ],
)
def test_a_refused_value_leaves_the_old_one(name: str, value: Any, errors: list[Any]) -> None:
    """The error names class and attribute with Pydantic's own kinds, and nothing has changed."""
    ticket = loaded(Strict, points=1, tags=[1], room="HALL", code="c", subject="s", due=None)
    before = dict(vars(ticket))
    with pytest.raises(ValidationError) as caught:
        put(ticket, **{name: value})
    assert caught.value.title == "Strict"
    assert errors_of(caught) == errors
    assert vars(ticket) == before
    assert not ticket.is_dirty


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", -1),
        ("points", "many"),
        ("tags", [1, -1, "x"]),
        ("room", "attic"),
        ("code", "own"),
        ("code", "bare"),
        ("status", "a\nb"),
    ],
)
def test_assignment_and_construction_say_the_same(name: str, value: Any) -> None:
    """A value is refused with the same words, context, place and link to the docs by both."""
    with pytest.raises(ValidationError) as by_constructor:
        make(Strict, **{name: value})
    with pytest.raises(ValidationError) as by_assignment:
        put(Strict(), **{name: value})

    def told(error: ValidationError) -> list[Any]:
        rows = json.loads(error.json())
        return [row | {"ctx": row.get("ctx") or {}} for row in rows]

    assert told(by_assignment.value) == told(by_constructor.value)
    assert str(by_assignment.value) == str(by_constructor.value)


def test_a_wrong_literal_is_refused() -> None:
    """A value outside of a Literal is told with what is expected."""
    ticket = Incident(severity="low")
    with pytest.raises(ValidationError, match="'low', 'high' or 'critical'") as caught:
        ticket.severity = "huge"  # type: ignore[assignment]
    assert errors_of(caught) == [(("severity",), "literal_error")]
    assert ticket.severity == "low"


def test_an_unknown_attribute_is_refused() -> None:
    """A misspelt attribute is an error with the nearest names, not a new attribute."""
    with pytest.raises(
        AttributeError, match=r"Incident has no field 'statsu'; did you mean status"
    ):
        put(loaded(Incident), statsu="open")


def test_a_read_only_attribute_is_refused() -> None:
    """What RT sets cannot be assigned."""
    ticket = loaded(Incident, creator="root")
    with pytest.raises(AttributeError, match=r"Incident\.creator is read-only: RT sets it"):
        put(ticket, creator="alice")
    assert ticket.creator == "root"


def test_what_is_for_creation_only_is_refused_later() -> None:
    """The first message can be given to a new ticket, and not to an existing one."""
    ticket = Incident()
    ticket.text = "first"
    ticket.files = [Attachment(filename="a", content=b"")]
    assert set(ticket.changes) == {"text", "files"}
    existing = loaded(Incident)
    assert read(existing, "text", "files") == [None, []]
    with pytest.raises(AttributeError, match=r"Incident\.text can be given only when"):
        existing.text = "later"
    with pytest.raises(AttributeError, match=r"Incident\.files can be given only when"):
        existing.files.append(Attachment(filename="a", content=b""))
    assert not existing.is_dirty
    assert vars(existing) == {"id": 1}


def test_what_is_for_creation_only_is_validated() -> None:
    """Such a field has its validators, too."""
    with pytest.raises(ValidationError) as caught:
        put(Incident(), text=5)
    assert errors_of(caught) == [(("text",), "string_type")]


def test_fields_cannot_be_deleted() -> None:
    """`del` on a field is refused with what to do in its place."""
    ticket = loaded(Incident, subject="x")
    with pytest.raises(AttributeError, match="assign an empty value to 'subject'"):
        del ticket.subject
    assert ticket.subject == "x"


# What a class adds beside fields


class Rich(Ticket):
    """A class with properties, private attributes and methods."""

    _count: int = PrivateAttr(default=0)

    @property
    def title(self) -> str:
        return self.subject.title()

    @title.setter
    def title(self, title: str) -> None:
        self.subject = title.lower()

    @computed_field
    def length(self) -> int:
        return len(self.subject)

    @cached_property
    def words(self) -> list[str]:
        return self.subject.split()

    def urge(self) -> int:
        self._count += 1
        self.priority = 90
        return self._count


def test_properties_and_methods_are_the_program_s_own() -> None:
    """Properties with setters, methods and computed fields work as in any class."""
    ticket = loaded(Rich, subject="disk full")
    ticket.title = "DISK EMPTY"
    assert ticket.subject == "disk empty"
    assert ticket.title == "Disk Empty"
    assert ticket.model_dump() == {"id": 1, "subject": "disk empty", "length": 10}


def test_private_attributes_are_no_fields() -> None:
    """A private attribute is neither tracked nor dumped, and a copy has its own."""
    ticket = Rich(subject="x")
    ticket.urge()
    other = copy.copy(ticket)
    assert (other.urge(), other.urge(), ticket.urge()) == (2, 3, 2)
    assert set(vars(ticket)) == {"subject", "priority"}
    assert set(ticket.changes) == {"subject", "priority"}


def test_a_cached_property_is_no_field() -> None:
    """A list that a cached property keeps is not tracked, not in a copy either."""
    ticket = copy.copy(Rich(subject="a b"))
    assert ticket.words == ["a", "b"]
    other = copy.copy(ticket)
    other.words.append("c")
    assert set(other.changes) == {"subject"}
    del ticket.words
    ticket.subject = "x y z"
    assert ticket.words == ["x", "y", "z"]


# Errors, discarding


def test_assignment_clears_the_error_of_its_field() -> None:
    """What RT refused is forgotten as soon as the attribute is assigned, and that alone."""
    ticket = loaded(Incident, owner="Nobody", cc=[], subject="x")
    ticket.owner = "nosuchuser"
    ticket.errors.update(owner=["no such user"], cc=["refused"], subject=["too long"])
    ticket.owner = "alice"
    ticket.subject = "x"
    assert ticket.errors == {"cc": ["refused"]}
    ticket.cc.append("a@example.com")
    assert ticket.errors == {}


def test_a_second_change_in_place_clears_the_error() -> None:
    """A list that was refused and then changes again is no longer the refused one."""
    ticket = loaded(Incident, cc=[])
    ticket.cc.append("bad")
    ticket.errors["cc"] = ["refused"]
    ticket.cc.remove("bad")
    assert ticket.errors == {}


def test_a_refused_assignment_keeps_the_error() -> None:
    """The attribute still holds what RT refused."""
    ticket = loaded(Incident, status="bogus")
    ticket.errors["status"] = ["no such status"]
    with pytest.raises(ValidationError):
        ticket.status = "a\nb"
    assert ticket.errors == {"status": ["no such status"]}


def test_discard_restores_values_and_what_was_not_loaded() -> None:
    """Discarding gives back the server's values; what was not loaded is not loaded again."""
    ticket = loaded(Incident, subject="a", hosts=["x"])
    ticket.subject, ticket.priority = "b", 5
    ticket.hosts.append("y")
    ticket.errors["priority"] = ["refused"]
    ticket.discard()
    assert vars(ticket) == {"id": 1, "subject": "a", "hosts": ["x"]}
    assert (ticket.changes, ticket.errors) == ({}, {})
    ticket.hosts.append("z")
    assert ticket.changes == {"hosts": Change(["x"], ["x", "z"])}


def test_discard_of_some_leaves_the_others() -> None:
    """Only the named fields lose their changes and errors."""
    ticket = loaded(Incident, subject="a", priority=1)
    ticket.subject, ticket.priority = "b", 2
    ticket.errors.update(subject=["no"], priority=["no"])
    ticket.discard("subject")
    assert ticket.changes == {"priority": Change(1, 2)}
    assert ticket.errors == {"priority": ["no"]}


def test_discard_on_a_new_record_leaves_it_empty() -> None:
    """A new record has nothing to go back to: its fields are unset."""
    ticket = Incident(subject="x")
    hosts = ticket.hosts
    ticket.hosts = ["a"]
    hosts.append("nobody's")
    ticket.teams.append("t")
    ticket.discard()
    assert vars(ticket) == {}
    assert read(ticket, "subject", "hosts", "teams") == [None, [], []]
    assert ticket.model_fields_set == set()


def test_a_discarded_required_field_is_none() -> None:
    """A field without default has no value once it is discarded."""

    class Demanding(Ticket):
        severity: CF[str] = cf("Severity")

    ticket = Demanding(severity="high")
    ticket.discard("severity")
    assert ticket.severity is None


@pytest.mark.parametrize("verb", ["discard", "refresh"])
def test_unknown_names_are_told(verb: str) -> None:
    """A misspelt name is not passed over."""
    with pytest.raises(AttributeError, match="did you mean subject"):
        getattr(loaded(Incident), verb)("subjct")


def test_accepted_fields_are_clean() -> None:
    """What the server took is no change any more; what it refused keeps its first original."""
    ticket = loaded(Incident, subject="a", status="new")
    ticket.subject, ticket.status = "b", "bogus"
    state_of(ticket).accept(["subject"])
    ticket.status = "open"
    assert ticket.changes == {"status": Change("new", "open")}


def test_what_could_not_be_read_is_compared_as_text() -> None:
    """A field that holds RT's own text differs from any other value, and is read once accepted."""
    ticket = loaded(Incident, count="many")
    state_of(ticket).undecoded["count"] = "many"
    assert not ticket.is_dirty
    ticket.count = 3
    assert ticket.changes == {"count": Change("many", 3)}
    ticket.discard()
    assert ticket.count == "many"  # type: ignore[comparison-overlap]
    ticket.count = 4
    state_of(ticket).accept(["count"])
    assert state_of(ticket).undecoded == {}


# Identity, text, dumps


def test_records_compare_by_identity() -> None:
    """Two records are equal only if they are one, whatever they hold; they can be in a set."""
    one, other = Incident(subject="x"), Incident(subject="x")
    assert one == one  # noqa: PLR0124
    assert one != other
    assert len({one, other, one}) == 2


@pytest.mark.parametrize(
    ("ticket", "text"),
    [
        (Incident(), "<Incident new>"),
        (Incident(subject="x"), "<Incident new 'x'*>"),
        (loaded(Incident), "<Incident 1>"),
        (loaded(Incident, subject="it's", status="open"), '<Incident 1 "it\'s" open>'),
        (detached(Ticket, status="open"), "<Ticket 1 open>"),
    ],
)
def test_repr(ticket: Ticket, text: str) -> None:
    """The text of a record says class, id, subject, status, and whether it is dirty."""
    assert repr(ticket) == str(ticket) == text


def test_repr_never_loads_and_is_short() -> None:
    """Printing a record asks for nothing and fits on a line, whatever the record holds."""
    ticket = loaded(Incident, shelf := Shelf(), subject="x" * 200)
    ticket.status = "open"
    shelf.asked.clear()
    assert len(repr(ticket)) < 100
    assert repr(ticket).endswith("…' open*>")
    assert shelf.asked == []


def test_repr_of_an_invalid_list() -> None:
    """What was put into a list past its validator is a change, and no reason to fail."""
    ticket = loaded(Incident, cc=["a@example.com"])
    ticket.cc.append(5)  # type: ignore[arg-type]
    assert ticket.changes == {"cc": Change(["a@example.com"], ["a@example.com", 5])}
    assert repr(ticket) == "<Incident 1*>"


def test_dump_gives_what_is_there() -> None:
    """A dump holds what is loaded or given, as plain values, and loads nothing."""
    due = datetime(2025, 7, 1, 12, tzinfo=UTC)
    ticket = loaded(Incident, shelf := Shelf(), subject="x", due=due, hosts=["a"])
    ticket.hosts.append("b")
    shelf.asked.clear()
    dumped = ticket.model_dump()
    assert dumped == {"id": 1, "subject": "x", "due": due, "hosts": ["a", "b"]}
    assert type(dumped["hosts"]) is list
    assert json.loads(ticket.model_dump_json()) == dumped | {"due": "2025-07-01T12:00:00Z"}
    assert ticket.model_dump(exclude_unset=True) == {"hosts": ["a", "b"]}
    assert shelf.asked == []


def test_a_dump_makes_a_new_record() -> None:
    """What a new record dumps makes another one like it."""
    ticket = Incident(subject="x", files=[Attachment(filename="a", content=b"\xff\0")])
    ticket.severity = "high"
    again = Incident.model_validate(ticket.model_dump(exclude={"files"}) | {"files": ticket.files})
    assert again.changes == ticket.changes
    assert '"content":"_wA="' in ticket.model_dump_json()


def test_json_schema() -> None:
    """The JSON schema names every field with its type, a Literal by its values."""
    schema = Incident.model_json_schema()
    assert schema["properties"].keys() == Incident.model_fields.keys()
    assert schema["properties"]["severity"]["anyOf"] == [
        {"enum": ["low", "high", "critical"], "type": "string"},
        {"type": "null"},
    ]
    assert schema["properties"]["hosts"]["items"] == {"type": "string"}


def test_a_record_can_be_a_field_of_a_model() -> None:
    """A model that holds a record holds the record itself."""

    class Report(BaseModel):
        about: Ticket

    ticket = Incident(subject="x")
    assert Report(about=ticket).about is ticket


# Copies

COPIES: list[Callable[[Incident], Incident]] = [
    copy.copy,
    copy.deepcopy,
    lambda ticket: pickle.loads(pickle.dumps(ticket)),
    Incident.model_copy,
    lambda ticket: ticket.model_copy(deep=True),
]


@pytest.fixture(params=COPIES, ids=["copy", "deepcopy", "pickle", "model_copy", "deep model_copy"])
def copied(request: pytest.FixtureRequest) -> Callable[[Incident], Incident]:
    """Each way to copy a record."""
    way: Callable[[Incident], Incident] = request.param
    return way


def test_a_copy_is_detached_and_as_dirty(copied: Callable[[Incident], Incident]) -> None:
    """A copy has values, changes and errors, but no session."""
    ticket = loaded(Incident, subject="a", hosts=["x"], count="?")
    ticket.subject, ticket.priority = "b", 3
    ticket.hosts.append("y")
    ticket.errors["subject"] = ["refused"]
    state_of(ticket).undecoded["count"] = "?"
    other = copied(ticket)
    state = state_of(other)
    assert (state.session, state.status, list(state.peers())) == (None, Status.DETACHED, [])
    assert vars(other) == vars(ticket)
    assert other.changes == ticket.changes
    assert other.errors == ticket.errors
    assert state.undecoded == {"count": "?"}
    assert other.model_fields_set == ticket.model_fields_set
    assert other != ticket


def test_a_copy_s_lists_are_its_own(copied: Callable[[Incident], Incident]) -> None:
    """The copy's lists are tracked by the copy, and the old record knows nothing of it."""
    ticket = loaded(Incident, hosts=["x"])
    other = copied(ticket)
    other.hosts.append("y")
    assert other.changes == {"hosts": Change(["x"], ["x", "y"])}
    assert (ticket.hosts, ticket.changes) == (["x"], {})
    ticket.hosts.append("z")
    assert other.hosts == ["x", "y"]


def test_a_copy_s_state_is_its_own(copied: Callable[[Incident], Incident]) -> None:
    """What happens to the one leaves changes and errors of the other alone."""
    ticket = loaded(Incident, subject="a", hosts=["x"])
    ticket.subject = "b"
    ticket.hosts.append("y")
    ticket.errors["subject"] = ["refused"]
    other = copied(ticket)
    other.errors["subject"].append("again")
    other.priority = 3
    ticket.discard()
    assert set(other.changes) == {"subject", "hosts", "priority"}
    assert other.errors == {"subject": ["refused", "again"]}
    assert ticket.model_fields_set == set()
    other.discard()
    assert (other.subject, other.hosts) == ("a", ["x"])


def test_a_copy_of_a_new_record_is_new(copied: Callable[[Incident], Incident]) -> None:
    """The copy of a record that is not created is another one to create."""
    other = copied(Incident(subject="x"))
    assert state_of(other).status is Status.NEW
    assert other.changes == {"subject": Change(NOT_LOADED, "x")}


def test_a_pickle_holds_no_session() -> None:
    """The session, and with it the login, does not travel."""

    class Secret(Shelf):
        def __reduce__(self) -> str:
            raise AssertionError

    ticket = loaded(Incident, Secret({"password": "secret"}), subject="x")
    assert b"secret" not in pickle.dumps(ticket)


def test_model_copy_assigns_its_update() -> None:
    """What a copy is updated with is validated and tracked like any assignment."""
    ticket = loaded(Incident, subject="a", hosts=["x"])
    other = ticket.model_copy(update={"subject": "b", "hosts": ["y"]})
    other.hosts.append("z")
    assert other.changes == {"subject": Change("a", "b"), "hosts": Change(["x"], ["y", "z"])}
    with pytest.raises(ValidationError):
        ticket.model_copy(update={"severity": "huge"})


# Loading on touch, verbs


def test_a_field_is_loaded_once() -> None:
    """Reading what is not loaded asks the owner, the first time alone."""
    ticket = loaded(Incident, shelf := Shelf({"subject": "x"}))
    assert (ticket.subject, ticket.subject) == ("x", "x")
    assert shelf.asked == [("load", ticket, "subject")]
    assert not ticket.is_dirty


def test_a_field_that_rt_does_not_show() -> None:
    """A field that is not there after loading is NotFound, with the likely reasons."""
    with pytest.raises(NotFound, match=r"CF\.\{Note\}.*the queue does not have it"):
        _ = loaded(Incident).note


@pytest.mark.parametrize("verb", ["save", "refresh", "delete"])
def test_a_detached_record_has_no_verbs(verb: str) -> None:
    """What needs a session says so."""
    with pytest.raises(DetachedError, match=f"cannot {verb}.*session.add"):
        getattr(detached(Incident, subject="x"), verb)()


def test_a_detached_record_does_not_load() -> None:
    """A field that is not loaded raises DetachedError, which `hasattr` and `getattr` let through."""
    ticket = detached(Incident, subject="x")
    assert ticket.subject == "x"
    with pytest.raises(DetachedError, match="cannot load status"):
        _ = ticket.status
    with pytest.raises(DetachedError):
        hasattr(ticket, "status")
    with pytest.raises(DetachedError):
        getattr(ticket, "status", None)
    assert not hasattr(ticket, "nonsense")


def test_verbs_are_the_owner_s() -> None:
    """`save`, `refresh` and `delete` hand on what they were given."""
    ticket = loaded(Incident, shelf := Shelf())
    assert ticket.save(check=True, verify="always").outcome == "updated"
    ticket.refresh("status", keep_changes=True)
    ticket.delete()
    assert shelf.asked == [
        ("save", ticket, True, "always"),
        ("refresh", ticket, ("status",), True),
        ("delete", ticket),
    ]


@pytest.mark.parametrize(
    ("persistent", "deleted", "shelf", "status"),
    [
        (False, False, None, Status.NEW),
        (False, False, Shelf(), Status.PENDING),
        (True, False, Shelf(), Status.LOADED),
        (True, False, None, Status.DETACHED),
        (True, True, Shelf(), Status.DELETED),
    ],
)
def test_status(persistent: bool, deleted: bool, shelf: Shelf | None, status: Status) -> None:
    """Where a record stands follows from what is known of it."""
    state = state_of(Incident())
    state.persistent, state.deleted, state.session = persistent, deleted, shelf
    assert state.status is status


# Validators of the whole record


class Paired(Ticket):
    """A class with a rule for two fields."""

    low: CF[int | None] = cf("Low", default=None)
    high: CF[int | None] = cf("High", default=None)

    @model_validator(mode="after")
    def _ordered(self) -> Paired:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self

    @model_validator(mode="after")
    def _even(self, info: ValidationInfo) -> Paired:
        if self.low == 13:
            raise AssertionError("unlucky")
        return self

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, values: Any) -> Any:
        values = dict(values)
        if both := values.pop("both", None):
            values["low"] = values["high"] = both
        return values


def test_model_validators_run_at_construction() -> None:
    """A rule for several fields holds for what the constructor is given."""
    assert make(Paired, both=3).changes.keys() == {"low", "high"}
    with pytest.raises(ValidationError, match="low is above high"):
        Paired(low=2, high=1)


def test_model_validators_run_at_save_and_not_at_assignment() -> None:
    """Fields are assigned one after the other, so the rule is asked when all are."""
    ticket = loaded(Paired, low=1, high=2)
    ticket.low = 8
    assert run_model_validators(ticket) == ["low is above high"]
    ticket.high = 9
    assert run_model_validators(ticket) == []
    ticket.low, ticket.high = 13, 1
    assert sorted(run_model_validators(ticket)) == ["low is above high", "unlucky"]


def test_model_validators_see_what_is_loaded_and_load_the_rest() -> None:
    """A rule that needs a field which is not loaded gets it."""
    ticket = loaded(Paired, shelf := Shelf({"high": 5}), low=1)
    ticket.low = 8
    assert run_model_validators(ticket) == ["low is above high"]
    assert shelf.asked == [("touched", ticket), ("load", ticket, "high")]


def test_classes_without_rules_have_nothing_to_say() -> None:
    """A record of a class without such validators passes."""
    ticket = loaded(Incident)
    fill(ticket, {"subject": "x"})
    assert run_model_validators(ticket) == []
