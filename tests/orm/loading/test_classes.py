"""How classes of records are declared, inherited and found; no server.

The module postpones the evaluation of annotations, as programs may or may not; classes here are
mostly declared inside of functions, where their annotations name what only the function knows.
"""

from __future__ import annotations

import enum
import gc
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge
from pydantic import ConfigDict, ValidationError, create_model, field_validator
from typing_extensions import TypeAliasType

from rtorm import CF, Attr, Change, Ticket, cf
from rtorm.orm.columns import Column
from rtorm.orm.record import Record
from tests.orm.doubles import detached, loaded, make, put

Size = TypeAliasType("Size", Literal["s", "m", "l"])
Sizes = TypeAliasType("Sizes", list[Size])
Points = TypeAliasType("Points", Annotated[int, Ge(0)])


def lookup(cls: type[Record], **fields: str) -> type[Record] | None:
    return cls.__rt_class_for__(fields)


# What a declaration gives


def test_class_attributes_are_columns() -> None:
    """On the class a field is a column, inherited ones too."""

    class Local(Ticket):
        room: CF[str | None] = cf("Room number", default=None)

    for column, wire in ((Local.room, "CF.{Room number}"), (Local.subject, "Subject")):
        assert isinstance(column, Column)
        assert column.wire == wire
    assert not hasattr(Ticket, "room")


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_custom_field_has_a_name(name: str) -> None:
    """A blank one is refused where it is declared, not by the first save."""
    with pytest.raises(ValueError, match="give the custom field's name"):
        cf(name)


@pytest.mark.parametrize("number", [0, -1, True, 1.5, "5"])
def test_a_custom_field_s_number_is_one(number: Any) -> None:
    """What is no id of RT's is refused where it is declared, not by the first save."""
    with pytest.raises(ValueError, match="an int from 1") as caught:
        cf("Rack, row", id=number)
    assert f"cf('Rack, row', id={number!r})" in str(caught.value)


def test_annotations_may_name_what_a_function_knows() -> None:
    """Types that exist in the surrounding function alone are found, wherever the class is used."""

    def declare() -> type[Ticket]:
        class Kind(enum.Enum):
            A = "a"

        class Local(Ticket):
            kind: CF[Kind | None] = cf("Kind", default=None)

        return Local

    ticket: Any = make(declare(), kind="a")
    with pytest.raises(ValidationError):
        put(ticket, kind="c")
    assert ticket.kind.name == "A"


class Early(Ticket):
    """A class whose field has a type that is made further below."""

    kind: CF[Later | None] = cf("Kind", default=None)


EARLY_WAS_READY = Early.__pydantic_complete__


class Later(enum.Enum):
    """A type that comes after the class that needs it."""

    A = "a"


def test_annotations_may_name_what_comes_later() -> None:
    """A class is ready for use as soon as the types of its fields exist."""
    assert not EARLY_WAS_READY
    ticket = loaded(Early)
    ticket.kind = Later.A
    with pytest.raises(ValidationError):
        put(ticket, kind="c")
    assert ticket.kind is Later.A
    assert Early(kind=Later.A).changes.keys() == {"kind"}


def test_a_class_that_is_not_ready_says_so() -> None:
    """Whoever uses the fields of a class whose types do not exist is told which."""

    class Local(Ticket):
        kind: CF[Nowhere] = cf("Kind")  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(NameError, match="Nowhere"):
        detached(Local).subject = "x"


def test_type_aliases() -> None:
    """A field may be declared by aliases of types, whose rules hold on assignment."""

    class Shirt(Ticket):
        size: CF[Size | None] = cf("Size", default=None)
        sizes: CF[Sizes] = cf("Sizes", default_factory=list)
        points: CF[Points] = cf("Points", default=0)
        more: CF[list[Points]] = cf("More", default_factory=list)

    shirt = Shirt(size="s", sizes=["m"], points=1, more=[2])
    for name, bad in (("size", "xl"), ("sizes", ["s", "xl"]), ("points", -1), ("more", [-1])):
        with pytest.raises(ValidationError):
            put(shirt, **{name: bad})
    shirt.sizes.append("l")
    shirt.points = 5
    assert shirt.changes["sizes"].new == ["m", "l"]
    assert shirt.points == 5


def test_settings_of_pydantic_hold_on_assignment() -> None:
    """A class's own `model_config` is kept to by assignment as by construction."""

    class Tidy(Ticket):
        model_config = ConfigDict(str_strip_whitespace=True)
        room: CF[str | None] = cf("Room", default=None)

    ticket = Tidy(room=" a ")
    assert ticket.room == "a"
    ticket.room = " b "
    assert ticket.room == "b"


def test_classes_made_at_run_time() -> None:
    """`create_model` makes a class as good as one that is written."""
    made: Any = create_model(
        "Made", __base__=Ticket, room=(CF[str | None], cf("Room", default=None))
    )
    assert set(made(room="a").changes) == {"room"}
    assert made.room.wire == "CF.{Room}"


def _undeclared() -> object:
    class Local(Ticket):
        room: CF[str]

    return Local


def _plain_default() -> object:
    class Local(Ticket):
        room: CF[str] = "attic"  # type: ignore[assignment]

    return Local


def _no_column() -> object:
    class Local(Ticket):
        room: str = cf("Room")

    return Local


def _no_type() -> object:
    class Local(Ticket):
        room: CF = cf("Room")  # type: ignore[type-arg]

    return Local


def _outer_union() -> object:
    class Local(Ticket):
        room: CF[str] | None = cf("Room")

    return Local


def _mixin() -> object:
    class Mixin:
        room: CF[str] = cf("Room")

    class Local(Mixin, Ticket):
        pass

    return Local


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (_undeclared, r"Local\.room is not declared: write `room: CF\[...\] = cf\('Its name'\)`"),
        (
            _plain_default,
            r"Local\.room is not declared: write `room: CF\[...\] = cf\('Its name'\)`",
        ),
        (_no_column, r"Local\.room: a field is annotated as CF\[its type\], not as <class 'str'>"),
        (_no_type, r"annotated as CF\[its type\]"),
        (_outer_union, r"Local\.room: a field is annotated as CF\[its type\], not as .*Optional"),
        (_mixin, r"Local\.room: fields are inherited from records only"),
    ],
)
def test_a_wrong_declaration_is_refused(declare: Callable[[], object], message: str) -> None:
    """The class is not made, and the message says how to write it."""
    with pytest.raises(TypeError, match=message):
        declare()


def test_a_required_field_must_be_given() -> None:
    """A field without default is demanded by the constructor, and not by loading."""

    class Local(Ticket):
        room: CF[str] = cf("Room")

    with pytest.raises(ValidationError, match="Field required"):
        make(Local, subject="x")
    loaded(Local).subject = "y"


def test_lists_as_defaults_are_each_record_s_own() -> None:
    """A list given as default is copied for each record."""

    class Local(Ticket):
        hosts: CF[list[str]] = cf("Hosts", default=["db1"])

    one, other = Local(), Local()
    one.hosts.append("db2")
    assert other.hosts == ["db1"]
    assert one.changes == {"hosts": Change(["db1"], ["db1", "db2"])}


# Inheritance


class Request(Ticket):
    """A class to inherit from."""

    room: CF[str | None] = cf("Room", default=None)

    @field_validator("room", check_fields=False)
    @classmethod
    def _upper(cls, room: str | None) -> str | None:
        return room and room.upper()


def test_fields_and_validators_are_inherited() -> None:
    """A subclass of a subclass has all fields, and the validators of its bases run."""

    class Move(Request):
        target: CF[str | None] = cf("Target", default=None)

    move = Move(room="a1", target="b2")
    move.room = "c3"
    assert (move.room, move.target) == ("C3", "b2")
    assert "target" not in Request.model_fields


def test_what_is_no_field_takes_no_field_s_name() -> None:
    """A property would be overridden by the field, and lead to nothing."""
    body: dict[str, Any] = {"__qualname__": "Own", "priority": property(lambda _self: 1)}
    with pytest.raises(TypeError, match=r"Own\.priority: that is the field Priority already"):
        types.new_class("Own", (Ticket,), exec_body=lambda own: own.update(body))


def test_an_inherited_field_can_be_narrowed() -> None:
    """A core field that is annotated anew keeps its declaration and takes the narrower type."""

    class Local(Ticket):
        status: Attr[Literal["new", "open"]]  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]

    ticket = make(Local, subject="x")
    assert set(ticket.changes) == {"subject"}
    with pytest.raises(ValidationError):
        put(ticket, status="stalled")
    put(ticket, status="open")
    assert ticket.changes["status"].new == "open"
    assert Local.__rt_specs__["status"].wire == "Status"
    Ticket(status="stalled")


def test_an_inherited_field_can_be_declared_anew() -> None:
    """A subclass may give a custom field another name in RT and another default."""

    class Local(Request):
        room: CF[str | None] = cf("Zimmer", default="A0")

    assert Local.room.wire == "CF.{Zimmer}"
    assert Request.room.wire == "CF.{Room}"
    assert Local().room == "A0"


def test_fields_of_several_bases() -> None:
    """A class may inherit from several records."""

    class Priced(Ticket):
        price: CF[int | None] = cf("Price", default=None)

    class Local(Priced, Request):
        pass

    ticket = Local(price=3, room="a")
    assert ticket.changes.keys() == {"price", "room"}
    assert Local.price.wire == "CF.{Price}"


# Queues


def test_a_queue_s_tickets_load_as_its_class() -> None:
    """Whichever class is asked for, tickets load as the class of their queue, if it is one of it."""

    class Local(Ticket, queue="Lookup One"):
        pass

    class Sub(Local, queue="Lookup Sub"):
        pass

    class Other(Ticket, queue="Lookup Other"):
        pass

    assert lookup(Ticket, Queue="Lookup One") is Local
    assert lookup(Ticket, Queue="lookup one") is Local
    assert lookup(Ticket, Queue="Unknown") is Ticket
    assert lookup(Local, Queue="Lookup One") is Local
    assert lookup(Local, Queue="Lookup Sub") is Sub
    assert lookup(Local, Queue="Lookup Other") is None
    assert lookup(Local, Queue="Unknown") is None
    assert lookup(Local) is Local
    assert Other().queue == "Lookup Other"


def test_a_subclass_without_queue_is_of_its_base_s() -> None:
    """A subclass that names no queue can be asked for by name, and is not what others load as."""

    class Local(Ticket, queue="Lookup Base"):
        pass

    class Special(Local):
        pass

    assert lookup(Special, Queue="Lookup Base") is Special
    assert lookup(Special, Queue="Other") is None
    assert lookup(Ticket, Queue="Lookup Base") is Local
    assert Special().queue == "Lookup Base"


def test_a_class_for_several_queues() -> None:
    """Tickets of each of them load as the class; a new one has to be told its queue."""

    class Local(Ticket, queue=["Lookup A", "Lookup B"]):
        pass

    assert lookup(Ticket, Queue="Lookup A") is lookup(Ticket, Queue="Lookup B") is Local
    assert lookup(Local, Queue="Lookup C") is None
    new: Any = Local()
    assert new.queue is None
    assert Local(queue="Lookup A").queue == "Lookup A"


def test_the_last_definition_counts() -> None:
    """A class that is defined again, as in a notebook, takes the place of the earlier one."""

    def define() -> type[Ticket]:
        class Local(Ticket, queue="Lookup Again"):
            pass

        return Local

    first, second = define(), define()
    assert lookup(Ticket, Queue="Lookup Again") is second
    assert lookup(first, Queue="Lookup Again") is first


def test_a_forgotten_class_is_forgotten() -> None:
    """A class that nobody holds any more does not live on for the sake of its queue."""

    class Local(Ticket, queue="Lookup Gone"):
        pass

    assert lookup(Ticket, Queue="Lookup Gone") is Local
    del Local
    gc.collect()
    assert lookup(Ticket, Queue="Lookup Gone") is Ticket


def test_a_class_that_could_not_be_made_is_not_found() -> None:
    """A class whose declaration was refused leaves the earlier one of its queue in place."""

    class Local(Ticket, queue="Lookup Broken"):
        pass

    def declare() -> object:
        class Broken(Ticket, queue="Lookup Broken"):
            room: CF[str]

        return Broken

    with pytest.raises(TypeError, match="is not declared") as broken:
        declare()
    assert broken.traceback  # It keeps the refused class alive.
    assert lookup(Ticket, Queue="Lookup Broken") is Local


def test_classes_can_be_made_by_many_threads() -> None:
    """Threads that make classes and use others at the same time do not disturb one another."""

    def work(number: int) -> bool:
        class Local(Request, queue=f"Thread {number}"):
            extra: CF[int | None] = cf(f"Extra {number}", default=None)

        ticket = Local(room="a", extra=number, status="open")
        ticket.extra = number + 1
        return (
            Local.extra.wire == f"CF.{{Extra {number}}}"
            and Request.room.wire == "CF.{Room}"
            and ticket.changes["extra"].new == number + 1
            and lookup(Ticket, Queue=f"Thread {number}") is Local
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(80)))
