"""The fields of a class as sessions see them, and validators cut out of Pydantic's schemas.

The cut leans on the structure of those schemas: these tests hold it in place, and run with the
oldest Pydantic that is supported and with the newest.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, MaxLen
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from typing_extensions import TypeAliasType

from rtorm import CF, Attr, ReadOnly, Ticket, cf
from rtorm.orm.declaring.layout import Validators, field_validators, layout_of
from rtorm.orm.fields import attr, shown
from rtorm.orm.record import Record
from rtorm.rest1.codecs import ADDRESSES, LINE
from tests.support import Incident

Level = TypeAliasType("Level", Literal["low", "high"])


def _even(number: int) -> int:
    return number // 2 * 2


def _told(value: str, info: ValidationInfo) -> str:
    return f"{value} {info.data}"


Told = TypeAliasType("Told", Annotated[str, AfterValidator(_told)])


class Point(BaseModel):
    """A model that fields hold in several places, so that schemas refer to it."""

    x: Annotated[int, Ge(0)]


class Sample(Ticket):
    """A field for each shape that a schema takes."""

    model_config = ConfigDict(str_strip_whitespace=True)

    plain: CF[str] = cf("Plain")
    bounded: CF[Annotated[int, Ge(0)]] = cf("Bounded", default=0)
    made: CF[Annotated[int, AfterValidator(_even)]] = cf("Made", default=0)
    named: CF[Level | None] = cf("Named", default=None)
    several: CF[list[Level]] = cf("Several", default_factory=list)
    short: CF[Annotated[list[str], MaxLen(2)]] = cf("Short", default_factory=list)
    point: CF[Point | None] = cf("Point", default=None)
    after: CF[str] = cf("After", default="")
    before: CF[str] = cf("Before", default="")
    wrapped: CF[str] = cf("Wrapped", default="")
    informed: CF[str] = cf("Informed", default="")

    @field_validator("after")
    @classmethod
    def _after(cls, value: str) -> str:
        return f"after {value}"

    @field_validator("before", mode="before")
    @classmethod
    def _before(cls, value: object) -> str:
        return f"before {value}"

    @field_validator("wrapped", mode="wrap")
    @classmethod
    def _wrapped(cls, value: object, handler: ValidatorFunctionWrapHandler) -> str:
        return f"wrapped {handler(value)}"

    @field_validator("informed")
    @classmethod
    def _informed(cls, value: str, info: ValidationInfo) -> str:
        return f"{info.field_name} {value} {info.data}"

    @model_validator(mode="before")
    @classmethod
    def _model_before(cls, values: Any) -> Any:
        raise AssertionError

    @model_validator(mode="wrap")
    @classmethod
    def _model_wrapped(cls, values: Any, handler: Any) -> Any:
        raise AssertionError

    @model_validator(mode="after")
    def _model_after(self) -> Sample:
        raise AssertionError


FITTING: dict[str, tuple[Any, Any]] = {
    "plain": (" x ", "x"),
    "bounded": ("3", 3),
    "made": (5, 4),
    "named": ("low", "low"),
    "several": (("low", "high"), ["low", "high"]),
    "short": (["a", "b"], ["a", "b"]),
    "point": ({"x": 1}, Point(x=1)),
    "after": ("x", "after x"),
    "before": (3, "before 3"),
    "wrapped": ("x", "wrapped x"),
    "informed": ("x", "informed x {'plain': 'p'}"),
    "subject": (" x ", "x"),
    "cc": (["a@example.com "], ["a@example.com"]),
}

UNFIT: dict[str, tuple[Any, str]] = {
    "plain": (3, "string_type"),
    "bounded": (-1, "greater_than_equal"),
    "made": ("x", "int_parsing"),
    "named": ("middle", "literal_error"),
    "several": (["middle"], "literal_error"),
    "short": (["a", "b", "c"], "too_long"),
    "point": ({"x": -1}, "greater_than_equal"),
    "after": (3, "string_type"),
    "wrapped": (3, "string_type"),
    "informed": (3, "string_type"),
    "subject": ("a\nb", "value_error"),
    "cc": (["a,b"], "value_error"),
}


def assigned(cut: Validators, others: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The values with this one among them, as the validator of all fields leaves them."""
    result: Any = cut.whole.validate_assignment(others, name, value)
    values: dict[str, Any] = result[0]
    return values


@pytest.mark.parametrize("name", FITTING)
def test_the_cut_runs_the_field_s_validators_alone(name: str) -> None:
    """Constraints, settings, aliases and `@field_validator` hold; the model's validators do not run."""
    value, expected = FITTING[name]
    cut = field_validators(Sample)
    assert assigned(cut, {"plain": "p"}, name, value) == {"plain": "p", name: expected}
    if name != "informed":
        assert cut.alone[name](value) == expected


@pytest.mark.parametrize("name", UNFIT)
def test_the_cut_refuses_what_the_field_refuses(name: str) -> None:
    """What the field refuses is refused, and with its kind of error."""
    value, kind = UNFIT[name]
    cut = field_validators(Sample)
    with pytest.raises(ValidationError) as caught:
        cut.whole.validate_assignment({}, name, value)
    assert [row["type"] for row in caught.value.errors()] == [kind]
    if name != "informed":
        with pytest.raises(ValidationError) as caught:
            cut.alone[name](value)
        assert [row["type"] for row in caught.value.errors()] == [kind]


LINKS = (
    "depends_on",
    "depended_on_by",
    "refers_to",
    "referred_to_by",
    "parents",
    "children",
)


def test_every_field_is_cut() -> None:
    """Each field has a validator of its own, but those that look at other values."""
    cut = field_validators(Sample)
    assert cut.alone.keys() == (Sample.model_fields.keys() - {"informed"}) | cut.parts.keys()
    assert cut.parts.keys() == {f"links.{name}" for name in LINKS}


def test_a_class_that_its_own_fields_name() -> None:
    """The schema of a class that refers to itself is found by its reference."""

    class Node(Record):
        name: Attr[str] = attr("Name", LINE, default="")
        parts: Attr[list[Node]] = attr("Parts", ADDRESSES, default_factory=list)

    cut = field_validators(Node)
    inner = Node(name="b")
    assert cut.alone["parts"]([inner]) == [inner]
    with pytest.raises(ValidationError):
        cut.alone["name"](3)


def test_aliases_with_info() -> None:
    """A validator with `info` is found inside of an alias that the schema refers to."""

    class Local(Ticket):
        one: CF[Told] = cf("One", default="")
        many: CF[list[Told]] = cf("Many", default_factory=list)

    cut = field_validators(Local)
    assert not {"one", "many"} & cut.alone.keys()
    assert assigned(cut, {"one": "x"}, "many", ["y"])["many"] == ["y {'one': 'x'}"]


# The layout


def test_a_layout_is_worked_out_once() -> None:
    """Each class has one layout, and a subclass its own."""

    class Local(Incident):
        room: CF[str | None] = cf("Room", default=None)

    assert layout_of(Local) is layout_of(Local)
    assert layout_of(Local) is not layout_of(Incident)
    assert layout_of(Local).fields.keys() - layout_of(Incident).fields.keys() == {"room"}


def test_fields_are_found_by_rt_s_names() -> None:
    """RT's spelling finds the field, in any letter case."""
    layout = layout_of(Incident)
    for wire in ("CF.{Affected hosts}", "cf.{affected hosts}"):
        field = layout.at_wire(wire)
        assert field is not None
        assert field.name == "hosts"
    assert layout.at_wire("CF.{Unknown}") is None
    assert layout.at_wire("Text") is None


def test_cheap_fields() -> None:
    """A query loads all that RT shows but watcher lists and what it cannot be asked for."""

    class Local(Ticket):
        place: CF[str | None] = cf("Room, floor", id=7, default=None)

    layout = layout_of(Local)
    assert layout.cheap is not None
    assert "Subject" in layout.cheap
    left_out = {"Requestors", "Cc", "AdminCc", "Text", "Attachment", "CF.{Room, floor}"}
    assert not left_out & set(layout.cheap)
    assert not layout.fields["place"].askable


def test_names_by_number() -> None:
    """A custom field declared with its number is written by it and read by its name."""

    class Local(Ticket):
        room: CF[str | None] = cf("Room", id=7, default=None)

    field = layout_of(Local).fields["room"]
    assert (field.spec.wire, field.create_wire, field.edit_wire) == (
        "CF.{Room}",
        "CF.{7}",
        "CF.{7}",
    )


def test_names_at_creation() -> None:
    """RT takes requestors by another name when it creates a ticket."""
    field = layout_of(Ticket).fields["requestors"]
    assert (field.create_wire, field.edit_wire) == ("Requestor", "Requestors")


@pytest.mark.parametrize(
    ("name", "many", "read_only", "lost_on_edit"),
    [
        ("subject", False, False, False),
        ("cc", True, False, False),
        ("hosts", True, False, True),
        ("note", False, False, False),
        ("created", False, True, False),
        ("watchers", True, True, False),
    ],
)
def test_what_a_field_is(name: str, many: bool, read_only: bool, lost_on_edit: bool) -> None:
    """A field knows whether it holds several values, is RT's to set, can be lost in silence."""

    class Local(Incident):
        watchers: ReadOnly[list[str]] = shown("Watchers", ADDRESSES, init=False)

    field = layout_of(Local).fields[name]
    assert (field.many, field.read_only, field.lost_on_edit) == (many, read_only, lost_on_edit)


def test_optional_fields() -> None:
    """What RT leaves out where it does not apply is listed."""
    assert [field.name for field in layout_of(Ticket).optional] == ["sla"]
