"""Frames: every type of field has its column, with rows or without."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

import pandas as pd  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pyarrow as pa  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pytest
from pydantic import Field, PastDate

from rtorm import CF, Group, Ticket, User, cf
from rtorm.frames import frame_of, schema_of, typed_columns
from rtorm.orm.loading.selection import Selection
from rtorm.orm.queries.rows import columns_of, row_of
from tests.orm.doubles import loaded
from tests.support import Incident

_pd: Any = pd
_pa: Any = pa


class Colour(Enum):
    """Named by texts."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    """Named by numbers."""

    LOW = 1
    HIGH = 2


class Typed(Ticket):
    """A custom field of each kind of type."""

    plain: CF[str] = cf("A", default="")
    choice: CF[Literal["a", "b"] | None] = cf("B", default=None)
    colour: CF[Colour | None] = cf("C", default=None)
    number: CF[Annotated[int, Field(ge=0)]] = cf("D", default=0)
    level: CF[Level | None] = cf("E", default=None)
    share: CF[float | None] = cf("F", default=None)
    urgent: CF[bool | None] = cf("G", true="yes", false="no", default=None)
    day: CF[PastDate | None] = cf("H", default=None)
    instant: CF[datetime | None] = cf("I", default=None)
    address: CF[IPv4Address | None] = cf("J", default=None)
    price: CF[Decimal | None] = cf("K", default=None)
    either: CF[int | str | None] = cf("L", default=None)
    names: CF[list[str]] = cf("M", default_factory=list)
    days: CF[list[date]] = cf("N", default_factory=list)
    addresses: CF[list[IPv4Address]] = cf("O", default_factory=list)


class Counted(Ticket):
    """Whole numbers, which are of any size in RT."""

    number: CF[int | None] = cf("A", default=None)
    numbers: CF[list[int]] = cf("B", default_factory=list)


DAY = date(2026, 3, 4)
INSTANT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
FILLED: dict[str, Any] = {
    "id": 1,
    "plain": "ä, b",
    "choice": "a",
    "colour": Colour.RED,
    "number": 3,
    "level": Level.HIGH,
    "share": 0.5,
    "urgent": False,
    "day": DAY,
    "instant": INSTANT,
    "address": IPv4Address("10.0.0.1"),
    "price": Decimal("1.50"),
    "either": 5,
    "names": ["a", "b"],
    "days": [DAY],
    "addresses": [IPv4Address("10.0.0.1")],
}
LISTS: dict[str, Any] = {"names": [], "days": [], "addresses": []}
EMPTY: dict[str, Any] = {**dict.fromkeys(FILLED), "id": 2, "plain": "", "number": "", **LISTS}
# The attribute, pandas' type, Arrow's type, and what the column holds of the filled row.
EXPECTED: list[tuple[str, str, Any, Any]] = [
    ("id", "int64", _pa.int64(), 1),
    ("plain", "string", _pa.string(), "ä, b"),
    ("choice", "string", _pa.string(), "a"),
    ("colour", "string", _pa.string(), "red"),
    ("number", "Int64", _pa.int64(), 3),
    ("level", "Int64", _pa.int64(), 2),
    ("share", "Float64", _pa.float64(), 0.5),
    ("urgent", "boolean", _pa.bool_(), False),
    ("day", "object", _pa.date32(), DAY),
    ("instant", "datetime64[us, UTC]", _pa.timestamp("us", "UTC"), INSTANT),
    ("address", "string", _pa.string(), "10.0.0.1"),
    ("price", "string", _pa.string(), "1.50"),
    ("either", "string", _pa.string(), "5"),
    ("names", "object", _pa.list_(_pa.string()), ["a", "b"]),
    ("days", "object", _pa.list_(_pa.date32()), [DAY]),
    ("addresses", "object", _pa.list_(_pa.string()), ["10.0.0.1"]),
]
COLUMNS = typed_columns(Typed, FILLED)


@pytest.mark.parametrize("rows", [[], [FILLED], [EMPTY], [FILLED, EMPTY]])
def test_a_column_has_its_type_whatever_the_rows(rows: list[dict[str, Any]]) -> None:
    """Parts of a frame fit together, those without rows or without values included."""
    frame = frame_of(COLUMNS, rows)
    assert [(name, str(dtype)) for name, dtype in frame.dtypes.items()] == [
        (name, dtype) for name, dtype, *_ in EXPECTED
    ]
    assert len(frame) == len(rows)


def test_values_are_kept() -> None:
    """Numbers, truth, days and instants as they are, also far away; what has no type as text."""
    frame = frame_of(COLUMNS, [FILLED, EMPTY])
    for name, _, _, value in EXPECTED:
        assert frame[name].iloc[0] == value, name
    missing = [name for name, *_ in EXPECTED if name not in LISTS]
    empty = [name for name in missing if _pd.isna(frame[name].iloc[1])]
    assert empty == [name for name in missing if name not in ("id", "plain")]
    assert frame["names"].iloc[1] == []


def test_arrow_can_hold_every_frame() -> None:
    """The schema fits the frames, so that Parquet files of all parts have one."""
    schema = schema_of(COLUMNS)
    assert [(field.name, field.type) for field in schema] == [
        (name, arrow) for name, _, arrow, _ in EXPECTED
    ]
    for rows in ([], [FILLED], [EMPTY]):
        table = _pa.Table.from_pandas(frame_of(COLUMNS, rows), schema=schema)
        assert table.num_rows == len(rows)


@pytest.mark.parametrize(
    ("name", "value"), [("number", "many"), ("day", "soon"), ("days", "soon"), ("level", "3x")]
)
def test_what_does_not_fit_its_type_is_told(name: str, value: Any) -> None:
    """A text that RT shows and that is none of the type is neither lost nor guessed at."""
    with pytest.raises(ValueError, match=rf"{name} of 1 is '{value}' in RT.*to_bag\(\)"):
        frame_of(COLUMNS, [FILLED | {name: value}])


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
@pytest.mark.parametrize("name", ["number", "numbers"])
def test_a_number_that_no_column_holds_is_told(name: str, value: int) -> None:
    """Neither pandas nor Arrow would say of which ticket it is."""
    held = [1, value] if name == "numbers" else value
    with pytest.raises(ValueError, match=rf"{name} of 1 is .*{value}.* a column of int64.*to_bag"):
        frame_of(typed_columns(Counted, ("id", name)), [{"id": 1, name: held}])


def test_the_greatest_numbers_are_kept() -> None:
    """In columns and in lists, in pandas and in Arrow."""
    ends = [2**63 - 1, -(2**63)]
    columns = typed_columns(Counted, ("id", "number", "numbers"))
    rows = [{"id": at, "number": end, "numbers": ends} for at, end in enumerate(ends)]
    table = _pa.Table.from_pandas(frame_of(columns, rows), schema=schema_of(columns))
    assert table.to_pylist() == rows


def test_the_columns_are_what_a_query_loads() -> None:
    """Cheap fields unless some are chosen; the id always; in the order of declaration."""
    every = columns_of(Incident, Selection())
    assert every[:5] == ("id", "queue", "subject", "status", "owner")
    assert every[-2:] == ("deadline", "field_owner")
    left_out = {"requestors", "cc", "text", "files", "links.depends_on"}
    assert not left_out & set(every)
    dear = columns_of(Incident, Selection(include=("requestors",)))
    assert set(dear) - set(every) == {"requestors"}
    chosen = Selection(only=("severity", "subject"), include=("links",))
    assert columns_of(Incident, chosen)[:4] == ("id", "subject", "severity", "links.depends_on")
    assert len(columns_of(Incident, chosen)) == 9
    assert columns_of(Incident, Selection(only=())) == ("id",)
    assert "password" not in columns_of(User, Selection())
    assert "members" not in columns_of(Group, Selection())


@pytest.mark.parametrize("name", ["attachments", "history", "cf"])
def test_what_no_row_can_hold_is_refused(name: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match=rf"Incident\.{name} is no plain value"):
        columns_of(Incident, Selection(include=(name,)))


def test_a_row_has_nothing_of_the_record() -> None:
    """A tracked list would take the record with it, and that one its session."""
    ticket = loaded(Incident, id=1, hosts=["a"], subject="x")
    row = row_of(ticket, ("id", "subject", "hosts"))
    assert row == {"id": 1, "subject": "x", "hosts": ["a"]}
    assert type(row["hosts"]) is list
    row["hosts"] += ["b"]
    assert not ticket.is_dirty
