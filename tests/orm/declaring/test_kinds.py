"""Which codec a custom field has, by its declared type."""

from __future__ import annotations

import enum
import ipaddress
import math
import types
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Annotated, Any, List, Literal, NewType, Optional, Union  # noqa: UP035
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import (
    AnyUrl,
    AwareDatetime,
    BeforeValidator,
    EmailStr,
    Field,
    FutureDate,
    FutureDatetime,
    HttpUrl,
    IPvAnyAddress,
    IPvAnyNetwork,
    NameEmail,
    PastDate,
    PastDatetime,
    PlainSerializer,
    PositiveInt,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    conint,
    conlist,
    constr,
    field_validator,
)
from typing_extensions import TypeAliasType

from rtorm import CF, ReadOnly, Ticket, cf
from rtorm.orm.declaring.kinds import codec_for, is_list, plain_type
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_DATE, CF_DATETIME, CF_INTEGER, CF_TEXT
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.networks import CF_IP, CF_NETWORK
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


Hexadecimal = Annotated[
    int, BeforeValidator(lambda text: int(str(text), 16)), PlainSerializer(hex, str)
]
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
        (EmailStr, CF_TEXT),
        (Annotated[Annotated[str, Field(min_length=1)], "told"], CF_TEXT),
        (Literal["a", "b"], CF_TEXT),
        (Literal["a"] | Short, CF_TEXT),
        (int, CF_INTEGER),
        (PositiveInt, CF_INTEGER),
        (conint(ge=0), CF_INTEGER),
        (Annotated[int, Field(ge=0)], CF_INTEGER),
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
        (timedelta, [timedelta(days=1, seconds=2)]),
        (bytes, [b"a"]),
        (UUID, [UUID(int=5)]),
        (Path, [Path("/a/b")]),
        (IPv4Interface, [IPv4Interface("1.2.3.4/24")]),
        (NameEmail, [NameEmail("A B", "a@example.com")]),
        (Hexadecimal, [255]),
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
        (set[str], {"a"}),
        (tuple[str, ...], ("a", "b")),
        (dict[str, int], {"a": 1}),
        (bytes, b"\xff"),
        (float, math.nan),
        (IPv6Address, IPv6Address("fe80::1%eth0")),
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
        (int, "1_000"),
        (int, "٣"),
        (int | float, "many"),
        (Size, "medium"),
        (Hexadecimal, "xyz"),
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


YES_NO = ("Yes", "no")


@pytest.mark.parametrize("text", ["Yes", "yes", "YES"])
def test_true_and_false_have_the_texts_that_were_declared(text: str) -> None:
    """They are read in any letter case, since RT keeps a choice as it was defined."""
    codec = codec_for(bool, texts=YES_NO)
    assert codec.decode(text, CLOCK) is True
    assert codec.decode("No", CLOCK) is False
    assert codec.encode(True, CLOCK) == "Yes"
    assert codec.encode(False, CLOCK) == "no"


@pytest.mark.parametrize("text", ["", "maybe", "1", "true", "ye", "yes "])
def test_another_text_is_neither_true_nor_false(text: str) -> None:
    """What was not declared is not guessed, an empty field of `CF[bool]` included."""
    with pytest.raises(ValueError, match="none of Yes, no"):
        codec_for(bool, texts=YES_NO).decode(text, CLOCK)


def test_an_empty_field_is_what_the_declaration_says() -> None:
    """None for an optional type, the value with the empty text where there is one."""
    assert codec_for(bool | None, texts=YES_NO).decode("", CLOCK) is None
    checked = codec_for(bool, texts=("yes", ""))
    assert checked.decode("", CLOCK) is False
    assert checked.encode(False, CLOCK) == ""


def _declare(declared: Any, true: str | None = None, false: str | None = None) -> None:
    body = {
        "__annotations__": {"urgent": declared},
        "__module__": __name__,
        "urgent": cf("Urgent", true=true, false=false, default=None),
    }
    types.new_class("Declared", (Ticket,), exec_body=lambda namespace: namespace.update(body))


@pytest.mark.parametrize(
    "declared",
    [
        CF[bool],
        CF[bool | None],
        CF[Annotated[bool, "told"] | None],
        CF[Literal[True] | None],
        CF[bool | str],
        ReadOnly[bool | None],
    ],
)
def test_true_and_false_without_texts_are_refused_where_they_are_declared(declared: Any) -> None:
    """The class is not made, and the error names the attribute and the remedy."""
    with pytest.raises(TypeError, match=r"Declared\.urgent: .*true='yes', false='no'"):
        _declare(declared)


@pytest.mark.parametrize(
    ("declared", "texts", "said"),
    [
        (CF[str], YES_NO, "are for CF\\[bool\\]"),
        (CF[list[str]], YES_NO, "are for CF\\[bool\\]"),
        (CF[list[bool]], YES_NO, "list of Literal"),
        (CF[list[bool] | None], YES_NO, "list of Literal"),
        (CF[bool | None], ("yes", ""), "empty field would mean None"),
    ],
)
def test_texts_that_cannot_be_meant_are_refused(
    declared: Any, texts: tuple[str, str], said: str
) -> None:
    """Two texts belong to one bool, and an empty one to a field that is never None."""
    with pytest.raises(TypeError, match=said):
        _declare(declared, true=texts[0], false=texts[1])


def test_both_texts_are_given_and_differ() -> None:
    """One text alone says nothing of the other value."""
    with pytest.raises(TypeError, match="both"):
        cf("Urgent", true="yes")
    with pytest.raises(TypeError, match="both"):
        cf("Urgent", false="no")
    with pytest.raises(ValueError, match="apart"):
        cf("Urgent", true="Yes", false="yes")


NETWORK = IPv4Network("1.2.3.0/24")
Ranges = IPv4Network | IPv6Network | str


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        (Ranges, "1.2.3.0-1.2.3.255", NETWORK),
        (Ranges, "1.2.3.4", IPv4Network("1.2.3.4/32")),
        (Ranges, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IPv6Network("::/0")),
        (Ranges, "1.2.3.5-1.2.3.9", "1.2.3.5-1.2.3.9"),
        (Ranges, "x", "x"),
        (str | IPv4Network, "1.2.3.0-1.2.3.255", NETWORK),
        (date | str, "2030-01-02", date(2030, 1, 2)),
        (date | str, "2030-01-02 03:04:05", "2030-01-02 03:04:05"),
        (date | str, "soon", "soon"),
        (datetime | str, "2030-01-02 03:04:05", INSTANT),
        (datetime | str, "2030-01-02", "2030-01-02"),
        (datetime | date, "2030-01-02", date(2030, 1, 2)),
        (date | datetime, "2030-01-02 03:04:05", INSTANT),
        (int | str, "7", 7),
        (int | str, "007", "007"),
        (int | str, "+7", "+7"),
        (int | float, "1.0", 1.0),
        (float | str, "1.50", "1.50"),
        (int | date, "007", 7),
        (Color | str, "red", Color.RED),
        (Color | str, "RED", Color.RED),
        (Color | str, "green", "green"),
        (Color | int, "5", 5),
        (Literal[1, 2] | str, "2", 2),
        (UUID | str, "00000000-0000-0000-0000-000000000005", UUID(int=5)),
        (IPv4Address | IPv4Network, "1.2.3.4", IPv4Address("1.2.3.4")),
        (IPv4Address | IPv4Network, "1.2.3.0-1.2.3.255", NETWORK),
    ],
)
def test_a_field_of_several_types_is_read_as_the_one_that_is_shown_so(
    declared: Any, text: str, value: Any
) -> None:
    """Text is what no other type would be written as; it is never shortened to a number."""
    for codec in (codec_for(declared), codec_for(declared | None)):
        found = codec.decode(text, CLOCK)
        assert found == value
        assert type(found) is type(value)
        assert codec.same(found, value)
    assert codec_for(list[declared]).decode(text, CLOCK) == [value]


@pytest.mark.parametrize(
    ("declared", "value", "text"),
    [
        (Ranges, NETWORK, "1.2.3.0-1.2.3.255"),
        (Ranges, "1.2.3.9-1.2.3.5", "1.2.3.9-1.2.3.5"),
        (date | str, date(2030, 1, 2), "2030-01-02"),
        (datetime | date, date(2030, 1, 2), "2030-01-02"),
        (date | datetime, INSTANT, "2030-01-02 03:04:05"),
        (date | str, "soon", "soon"),
        (int | str, "007", "007"),
        (Color | int, Color.BLUE, "blue"),
        (IPv4Address | UUID, UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    ],
)
def test_a_value_of_several_types_is_written_by_its_own(
    declared: Any, value: Any, text: str
) -> None:
    """A datetime is no date, and text stays as it was given."""
    assert codec_for(declared).encode(value, CLOCK) == text


@pytest.mark.parametrize(
    ("declared", "one", "other", "same"),
    [
        (Ranges, NETWORK, "1.2.3.0/24", True),
        (Ranges, NETWORK, "1.2.3.255-1.2.3.0", True),
        (Ranges, "1.2.3.9-1.2.3.5", "1.2.3.5-1.2.3.9", True),
        (Ranges, "001.002.003.004", IPv4Network("1.2.3.4/32"), True),
        (Ranges, "2001:DB8::1-2001:DB8::5", "2001:db8:0::1-2001:db8::5", True),
        (Ranges, NETWORK, "1.2.3.0-1.2.3.254", False),
        (Ranges, "1.2.3.4-::1", "1.2.3.4", False),
        (Ranges, "abc", "ABC", False),
        (Ranges, "abc", NETWORK, False),
        (int | str, "7", 7, True),
        (int | str, "007", 7, False),
        (date | str, "2030-01-02", date(2030, 1, 2), True),
        (date | str, "2030-01-02", date(2030, 1, 3), False),
        (Color | str, "Red", Color.RED, True),
    ],
)
def test_a_value_is_the_same_as_its_text(declared: Any, one: Any, other: Any, same: bool) -> None:
    """RT keeps nothing but the text, and of a range its ends."""
    codec = codec_for(declared)
    assert codec.same(one, other) is codec.same(other, one) is same
    assert codec_for(list[declared]).same([one], [other]) is same


def test_a_value_of_none_of_the_types_is_refused() -> None:
    """What got past validation is not written as something else."""
    with pytest.raises(EncodeError, match="float is none of the types"):
        codec_for(int | date).encode(1.5, CLOCK)
    with pytest.raises(ValueError, match="none of the types"):
        codec_for(int | date).decode("x", CLOCK)


def test_a_choice_is_read_in_the_letter_case_of_rt() -> None:
    """RT shows a choice as it was defined there; two that differ in it alone are told apart."""

    class Letters(enum.Enum):
        LOW = "a"
        HIGH = "A"
        OTHER = "b"

    codec = codec_for(Letters)
    assert codec.decode("A", CLOCK) is Letters.HIGH
    assert codec.decode("B", CLOCK) is Letters.OTHER
    with pytest.raises(ValueError, match="none of"):
        codec_for(Literal[1, 2]).decode("x", CLOCK)


class Dated(Ticket, queue="Dated"):
    """Dates as they are usually annotated."""

    at: CF[datetime | None] = cf("At", default=None)
    times: CF[list[datetime]] = cf("Times", default_factory=list)
    either: CF[datetime | str | None] = cf("Either", default=None)

    @field_validator("at")
    @classmethod
    def _no_sunday(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.weekday() == 6:
            message = "not on a Sunday"
            raise ValueError(message)
        return value


ROMAN = datetime(2030, 1, 2, 4, 4, 5, 678, tzinfo=ZoneInfo("Europe/Rome"))


def test_dates_are_instants_of_whole_seconds_when_they_are_assigned() -> None:
    """As RT keeps them, so that what was saved is what is read; in UTC, as they are read."""
    ticket = Dated(at=ROMAN, times=[ROMAN])
    ticket.either = ROMAN
    for value in (ticket.at, *ticket.times, ticket.either):
        assert isinstance(value, datetime)
        assert value == INSTANT
        assert value.tzinfo is UTC


@pytest.mark.parametrize("name", ["at", "times", "either"])
def test_a_date_without_time_zone_is_refused_when_it_is_assigned(name: str) -> None:
    """A plain `datetime` is enough of an annotation: the error comes at once, not with the save."""
    naive = ROMAN.replace(tzinfo=None)
    ticket = Dated()
    with pytest.raises(ValidationError, match="give it a tzinfo"):
        setattr(ticket, name, [naive] if name == "times" else naive)
    with pytest.raises(ValidationError, match="give it a tzinfo"):
        Dated(at=naive)
    with pytest.raises(ValidationError, match="beyond"):
        ticket.at = datetime.max.replace(tzinfo=ZoneInfo("America/New_York"))


def test_validators_of_the_program_run_after_it() -> None:
    """They see the instant as it will be kept."""
    with pytest.raises(ValidationError, match="not on a Sunday"):
        Dated(at=datetime(2030, 1, 7, 0, 30, tzinfo=ZoneInfo("Europe/Rome")))
