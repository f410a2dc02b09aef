"""Which codec a custom field has, by its declared type."""

from __future__ import annotations

import enum
import ipaddress
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, List, Literal, NewType, Optional, Union  # noqa: UP035

import pytest
from pydantic import (
    AnyUrl,
    AwareDatetime,
    Field,
    FutureDate,
    FutureDatetime,
    HttpUrl,
    IPvAnyAddress,
    IPvAnyNetwork,
    PastDate,
    PastDatetime,
    PositiveInt,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    conint,
    conlist,
    constr,
)
from typing_extensions import TypeAliasType

from rtorm.orm.kinds import codec_for, is_list, plain_type
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_DATE, CF_DATETIME, CF_IP, CF_NETWORK, CF_TEXT, INTEGER
from rtorm.rest1.forms import EncodeError
from tests.rest1.rt_rules import read_list, write_list

CLOCK = Clock(UTC, exact=True)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Tag(str):
    __slots__ = ()


class Size(enum.StrEnum):
    NONE = ""
    SMALL = "small"


class Level(enum.IntEnum):
    ZERO = 0
    ONE = 1


class Odd(enum.Enum):
    NUMBER = 1
    TEXT = "1"


Short = TypeAliasType("Short", Annotated[str, StringConstraints(max_length=3)])
Days = TypeAliasType("Days", list[date])
Host = NewType("Host", str)
Moment = NewType("Moment", datetime)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        (str, CF_TEXT),
        (Tag, CF_TEXT),
        (Host, CF_TEXT),
        (Short, CF_TEXT),
        (constr(min_length=1), CF_TEXT),
        (Annotated[Annotated[str, Field(min_length=1)], "told"], CF_TEXT),
        (Literal["a", "b"], CF_TEXT),
        (Literal["a"] | Short, CF_TEXT),
        (int, INTEGER),
        (PositiveInt, INTEGER),
        (conint(ge=0), INTEGER),
        (Annotated[int, Field(ge=0)], INTEGER),
        (date, CF_DATE),
        (PastDate, CF_DATE),
        (FutureDate, CF_DATE),
        (datetime, CF_DATETIME),
        (AwareDatetime, CF_DATETIME),
        (PastDatetime, CF_DATETIME),
        (FutureDatetime, CF_DATETIME),
        (Moment, CF_DATETIME),
        (Annotated[datetime, Field(gt=datetime(2000, 1, 1, tzinfo=UTC))], CF_DATETIME),
        (IPv4Address, CF_IP),
        (IPv6Address, CF_IP),
        (IPv4Address | IPv6Address, CF_IP),
        (IPvAnyAddress, CF_IP),
        (IPv4Network, CF_NETWORK),
        (IPv6Network, CF_NETWORK),
        (Union[IPv4Network, IPv6Network], CF_NETWORK),  # noqa: UP007
        (IPvAnyNetwork, CF_NETWORK),
    ],
)
def test_a_type_has_its_codec(declared: Any, codec: object) -> None:
    """A type, however constrained or renamed, is read and written as what it is."""
    assert codec_for(declared) is codec
    assert not is_list(declared)


INSTANT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("declared", "value", "text"),
    [
        (str | None, "x", "x"),
        (Optional[int], 0, "0"),  # noqa: UP045
        (None | date, date(2030, 1, 2), "2030-01-02"),
        (AwareDatetime | None, INSTANT, "2030-01-02 03:04:05"),
        (Annotated[IPv4Address | None, "told"], ipaddress.ip_address("1.2.3.4"), "1.2.3.4"),
        (Literal["low", "high"] | None, "low", "low"),
        (Literal["low", None], "low", "low"),  # noqa: PYI061
        (Literal[1, 2, None], 2, "2"),  # noqa: PYI061
        (Color | None, Color.RED, "red"),
    ],
)
def test_no_value_is_none_for_an_optional_type(declared: Any, value: Any, text: str) -> None:
    """None is written as nothing, and read from nothing."""
    codec = codec_for(declared)
    assert codec.encode(value, CLOCK) == text
    assert codec.decode(text, CLOCK) == value
    assert codec.encode(None, CLOCK) == ""
    assert codec.decode("", CLOCK) is None


@pytest.mark.parametrize(
    ("declared", "values", "text"),
    [
        (list[str], ["a,b", "c"], "'a,b','c'"),
        (List[str], ["a"], "'a'"),  # noqa: UP006
        (list, ["a"], "'a'"),
        (list[int], [1, 2], "'1','2'"),
        (list[Literal["net", "db"]], ["net"], "'net'"),
        (list[Color], [Color.BLUE], "'blue'"),
        (Annotated[list[Short], Field(max_length=2)], ["a"], "'a'"),
        (conlist(str, max_length=3), ["a"], "'a'"),
        (Days, [date(2030, 1, 2)], "'2030-01-02'"),
        (list[IPv4Address | IPv6Address], [ipaddress.ip_address("::1")], "'::1'"),
    ],
)
def test_a_list_holds_its_kind(declared: Any, values: list[Any], text: str) -> None:
    """A list is a custom field of several values, each written as the single one would be."""
    codec = codec_for(declared)
    assert is_list(declared)
    assert codec.encode(values, CLOCK) == text
    assert codec.decode(write_list(read_list(text)), CLOCK) == values


def test_an_optional_list_is_none_when_empty() -> None:
    """RT does not tell an empty list from none."""
    codec = codec_for(list[str] | None)
    assert codec.encode(None, CLOCK) == codec.encode([], CLOCK) == ""
    assert codec.decode("", CLOCK) is None
    assert codec.decode("a,b", CLOCK) == ["a", "b"]


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        (Color, list(Color)),
        (Size, list(Size)),
        (Level, list(Level)),
        (Literal[1, 2, 0], [0, 1, 2]),
        (Literal[Color.RED, "other"], [Color.RED, "other"]),
        (float, [0.1, -1e300, 2.0]),
        (Decimal, [Decimal("1.10")]),
        (bool, [True, False]),
        (AnyUrl, [AnyUrl("http://example.com/a?b=c,d"), AnyUrl("mailto:a@x.org")]),
        (HttpUrl, [HttpUrl("https://example.com")]),
        (Annotated[HttpUrl, "told"], [HttpUrl("https://example.com")]),
        (int | str, ["a", "1"]),
        (Any, ["a"]),
    ],
)
def test_other_types_come_back(declared: Any, values: list[Any]) -> None:
    """What is written is read as the same value, of the same type."""
    codec = codec_for(declared)
    for value in values:
        back = codec.decode(codec.encode(value, CLOCK), CLOCK)
        assert back == value
        assert type(back) is type(value)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (int | str, 1),
        (set[str], {"a"}),
        (tuple[str, ...], ("a", "b")),
        (dict[str, int], {"a": 1}),
        (bytes, b"a"),
        (SecretStr, SecretStr("secret")),
        (Any, 1),
        (str, "a\0"),
    ],
)
def test_a_value_without_a_text_of_its_own_is_refused(declared: Any, value: Any) -> None:
    """A value that would come back as another is not written, and not told."""
    with pytest.raises(EncodeError) as raised:
        codec_for(declared).encode(value, CLOCK)
    assert "secret" not in str(raised.value)


def test_members_of_one_text_are_read_as_the_first() -> None:
    """RT knows only the text."""
    assert codec_for(Odd).decode("1", CLOCK) is Odd.NUMBER


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (int, "many"),
        (date, "yesterday"),
        (AwareDatetime, "yesterday"),
        (IPv4Address, "1.2.3"),
        (IPv4Network, "1.2.3.4-::1"),
        (Color, "green"),
        (Level, "2"),
        (Literal[1, 2], "3"),
        (HttpUrl, "no url"),
        (list[int], "1,x"),
        (bool, "maybe"),
    ],
)
def test_text_of_another_kind_is_a_value_error(declared: Any, text: str) -> None:
    """What the type cannot hold raises what leaves it undecoded."""
    with pytest.raises(ValueError, match=r".+"):
        codec_for(declared).decode(text, CLOCK)


def test_text_is_not_validated_when_read() -> None:
    """RT may hold values that a constraint, or a newer list of choices, would refuse."""
    assert codec_for(Literal["low", "high"]).decode("huge", CLOCK) == "huge"
    assert codec_for(Short).decode("too long", CLOCK) == "too long"
    assert codec_for(PositiveInt).decode("-1", CLOCK) == -1


def test_a_type_that_pydantic_does_not_know_either_raises() -> None:
    """A field of such a type fails where it is declared."""

    class Unknown: ...

    with pytest.raises(Exception, match="schema") as expected:
        TypeAdapter(Unknown)
    with pytest.raises(type(expected.value)):
        codec_for(Unknown)


@pytest.mark.parametrize(
    ("declared", "plain"),
    [
        (str, str),
        (Annotated[str, 1], str),
        (Short, str),
        (Annotated[Days, 1], list[date]),
        (Host, str),
        (str | None, str | None),
        (None, None),
    ],
)
def test_wrappings_are_taken_off(declared: Any, plain: Any) -> None:
    """Annotations, aliases and new names do not hide the type."""
    assert plain_type(declared) == plain
