"""Wire text to Python values and back, one codec for each kind of field; pure.

A codec decodes what RT shows, encodes what RT accepts, and knows when two values are the same to
RT. `decode` raises ValueError for text that it cannot read; `encode` raises `EncodeError` for a
value that RT would change or lose. (RT 4.4-6.0, REST 1.0.)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from rtorm.rest1.checks import (
    check_line,
    check_message,
    check_secret,
    check_subject,
    check_text,
    check_watcher,
)
from rtorm.rest1.clock import Clock
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.old_lists import join_values, split_values

__all__ = [
    "ADDRESSES",
    "CF_DATE",
    "CF_DATETIME",
    "CF_INTEGER",
    "CF_TEXT",
    "FLAG",
    "INSTANT",
    "INTEGER",
    "LINE",
    "LINKS",
    "MEMBERS",
    "MESSAGE",
    "MINUTES",
    "PRIORITY",
    "SECRET",
    "SUBJECT",
    "TEXT",
    "Codec",
    "Secret",
    "as_shown",
    "cf_list",
    "link_end",
    "optional",
    "same_letters",
    "shown_values",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_ASCTIME_LENGTH = len("Mon Nov 23 16:38:00 2026")
_NOT_SET = "Not set"
_TOO_EARLY = "RT drops dates before 1970, and its very beginning"


class Secret(Protocol):
    """A value that shows itself only when it is asked to, such as Pydantic's `SecretStr`."""

    def get_secret_value(self) -> str:
        """The value."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """One kind of field.

    Attributes:
        decode: Wire text to value; raises ValueError (or an error derived from it).
        encode: Value to wire text; raises `EncodeError`.
        same: Whether RT keeps the two values as one.
        kept: Whether RT holds what it was told when it shows a certain value, where it may show
            the same thing otherwise; None where `same` says it.
    """

    decode: Callable[[str, Clock], Any]
    encode: Callable[[Any, Clock], str]
    same: Callable[[Any, Any], bool] = operator.eq
    kept: Callable[[Any, Any], bool] | None = None


def as_shown(text: str, _clock: Clock) -> str:
    """The decoder of texts."""
    return text


def _text(check: Callable[[str], object], kept: Callable[[Any, Any], bool] | None = None) -> Codec:
    def encode(value: str, _clock: Clock) -> str:
        check(value)
        return value

    return Codec(as_shown, encode, kept=kept)


def same_letters(told: Any, shown: Any) -> bool:
    """Whether two values are the same, or texts but for the case of their letters.

    RT keeps names, states and choices in the letter case in which it knows them.
    """
    both_texts = isinstance(told, str) and isinstance(shown, str)
    return told.lower() == shown.lower() if both_texts else bool(told == shown)


def _encode_int(value: int, _clock: Clock) -> str:
    return str(int(value))


_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")


def _decode_cf_int(text: str, _clock: Clock) -> int:
    # Python takes `1_000` and the digits of other scripts for numbers, too.
    if not _WHOLE.fullmatch(text):
        message = f"not a whole number: {text!r}"
        raise ValueError(message)
    return int(text)


def _encode_cf_int(value: int, _clock: Clock) -> str:
    try:
        return str(int(value))
    except ValueError as error:
        # Python writes no number of thousands of digits.
        raise EncodeError(str(error)) from None


def _encode_priority(value: int, _clock: Clock) -> str:
    if value < 0:
        message = "RT 5 turns a negative priority into 0"
        raise EncodeError(message)
    return str(int(value))


def _decode_minutes(text: str, _clock: Clock) -> int:
    if text == "0":
        return 0
    if text.isdecimal() and text.isascii():
        return int(text)
    number, _, unit = text.partition(" ")
    if unit not in ("", "minutes", "minute"):
        message = f"not a number of minutes: {text!r}"
        raise ValueError(message)
    return int(number)


def _decode_instant(text: str, clock: Clock) -> datetime | None:
    if text == _NOT_SET or not text:
        return None
    # By hand: strptime takes ten times as long, and dates are most of what a ticket costs.
    month = _MONTHS.get(text[4:7])
    try:
        if month is None or len(text) != _ASCTIME_LENGTH:
            return _other_instant(text, clock)
        if clock.zone is UTC:
            iso = f"{text[20:]}-{month}-{text[8:10]}T{text[11:19]}+00:00"
            return datetime.fromisoformat(iso)
        iso = f"{text[20:]}-{month}-{text[8:10]}T{text[11:19]}"
        return clock.instant(datetime.fromisoformat(iso))
    except (OverflowError, TypeError) as error:
        # Beyond all dates, or with an offset in the midst of a local time.
        message = f"not a date: {text!r}"
        raise ValueError(message) from error


def _other_instant(text: str, clock: Clock) -> datetime:
    """Dates in the formats that an account may prefer (RT's DateTimeFormat)."""
    if text[:1].isdigit():
        found = datetime.fromisoformat(text)
    elif text[3:5] == ", " and text[5:7].isdigit():
        found = parsedate_to_datetime(text)
    else:
        plain = text.replace("\u202f", " ")
        found = datetime.strptime(plain, "%a, %b %d, %Y %I:%M:%S %p")  # noqa: DTZ007 - local
    return clock.instant(found) if found.tzinfo is None else found.astimezone(UTC)


def _encode_instant(value: datetime | None, clock: Clock) -> str:
    if value is None:
        return ""
    if value.tzinfo is None:
        message = "a date without time zone is no instant: give it a tzinfo"
        raise EncodeError(message)
    if value <= _EPOCH:
        message = _TOO_EARLY
        raise EncodeError(message)
    if value.microsecond:
        message = "RT keeps whole seconds"
        raise EncodeError(message)
    # Any zone written into a date is ignored by RT, or applied on top of the account's own.
    local = clock.local(value)
    if local.year < _EPOCH.year:
        message = _TOO_EARLY
        raise EncodeError(message)
    return local.isoformat(" ")


_NOON = " 12:00:00"


def _encode_date(value: date, clock: Clock) -> str:
    if value <= _EPOCH.date():
        message = _TOO_EARLY
        raise EncodeError(message)
    # RT takes a day for its midnight in the account's zone, and misses that by an hour where the
    # clock is changed between this midnight and the one of UTC: it would keep the day before
    # (RT 4.4-5.0). Noon is far from both ends of the day.
    plain = clock.zone is None or (clock.exact and _keeps_midnight(value, clock.zone))
    return value.isoformat() + ("" if plain else _NOON)


def _keeps_midnight(day: date, zone: tzinfo) -> bool:
    midnight = datetime.combine(day, time(), UTC)
    taken = midnight - (midnight.astimezone(zone).utcoffset() or timedelta(0))
    return taken.astimezone(zone).date() == day


def _decode_cf_datetime(text: str, _clock: Clock) -> datetime:
    # RT shows these in UTC to every account, and reads them in the account's own zone.
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _decode_addresses(text: str, _clock: Clock) -> list[str]:
    return re.split(r",\s+", text) if text else []


def _encode_addresses(value: Sequence[str], _clock: Clock) -> str:
    return ", ".join(check_watcher(item) for item in value)


def _same_addresses(one: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    return {item.strip().lower() for item in one or ()} == {
        item.strip().lower() for item in other or ()
    }


_TICKET_URI = re.compile(r"fsck\.com-rt://[^/]*/ticket/([0-9]{1,18})\Z")


def _decode_links(text: str, _clock: Clock) -> list[int | str]:
    return [int(item) if item.isdecimal() else item for item in re.split(r",\s+", text) if item]


def _encode_links(value: Sequence[int | str], _clock: Clock) -> str:
    return ", ".join(map(str, value))


def _same_links(one: Sequence[int | str] | None, other: Sequence[int | str] | None) -> bool:
    return set(one or ()) == set(other or ())


def _kept_links(wanted: Sequence[int | str], shown: Sequence[int | str]) -> bool:
    # A ticket of this RT may have been written as a URI, and is shown by its number; another RT's
    # ticket, which RT refuses, may have the number of one that is linked, too.
    found = [
        item if item in shown or link_end(item) in wanted else link_end(item) for item in wanted
    ]
    return _same_links(found, shown)


def link_end(item: int | str) -> int | str:
    """The number of the ticket that a URI names, else what was given."""
    found = _TICKET_URI.match(item) if isinstance(item, str) else None
    return int(found[1]) if found else item


_FLAGS = {"": False, "0": False, "1": True}


def _decode_flag(text: str, _clock: Clock) -> bool:
    # RT shows a user who is not privileged by an empty text.
    if text not in _FLAGS:
        message = f"neither 0 nor 1: {text!r}"
        raise ValueError(message)
    return _FLAGS[text]


def _encode_flag(value: bool, _clock: Clock) -> str:
    return "1" if value else "0"


def _encode_secret(value: Secret, _clock: Clock) -> str:
    return check_secret(value.get_secret_value())


def _decode_secret(_text: str, _clock: Clock) -> None:
    return None


# Of the members that are groups, RT tells the name and the users in it.
_NEXT_MEMBER = re.compile(r"(?<=[>)]),\s+")


def _decode_members(text: str, _clock: Clock) -> list[str]:
    return [member.strip() for member in _NEXT_MEMBER.split(text) if member.strip()]


LINE = _text(check_line, same_letters)
TEXT = _text(check_text)
SUBJECT = _text(check_subject)
MESSAGE = _text(check_message)
CF_TEXT = _text(check_text, same_letters)
CF_INTEGER = Codec(_decode_cf_int, _encode_cf_int)
INTEGER = Codec(lambda text, _clock: int(text), _encode_int)
PRIORITY = Codec(lambda text, _clock: int(text), _encode_priority)
MINUTES = Codec(_decode_minutes, _encode_int)
INSTANT = Codec(_decode_instant, _encode_instant)
ADDRESSES = Codec(_decode_addresses, _encode_addresses, _same_addresses)
FLAG = Codec(_decode_flag, _encode_flag)
SECRET = Codec(_decode_secret, _encode_secret)
MEMBERS = Codec(_decode_members, _encode_addresses)
LINKS = Codec(_decode_links, _encode_links, _same_links, kept=_kept_links)
CF_DATE = Codec(lambda text, _clock: date.fromisoformat(text), _encode_date)
CF_DATETIME = Codec(_decode_cf_datetime, _encode_instant)


def optional(codec: Codec) -> Codec:
    """The same kind of field, where no value is None."""

    def decode(text: str, clock: Clock) -> Any:
        return codec.decode(text, clock) if text else None

    def encode(value: Any, clock: Clock) -> str:
        return "" if value is None else codec.encode(value, clock)

    def either(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        def both(one: Any, other: Any) -> bool:
            if one is None or other is None or one == "" or other == "":
                return (one is None or one == "") and (other is None or other == "")
            return compare(one, other)

        return both

    return Codec(decode, encode, either(codec.same), kept=either(codec.kept or codec.same))


# In quotes with another one or the end behind it, or else all up to the next comma.
_ITEM = re.compile(r"('[^'\\]*+(?:\\[\\'][^'\\]*+)*+'(?=,|\Z)|[^,]*+)(?:,|\Z)")


def cf_list(item: Codec) -> Codec:
    """A custom field of several values, each of the kind `item`.

    RT keeps a set: it drops repeated values and decides the order itself.
    """

    def decode(text: str, clock: Clock) -> list[Any]:
        return [item.decode(value, clock) for value in _split(text, clock)]

    def encode(values: Sequence[Any], clock: Clock) -> str:
        texts = [item.encode(value, clock) for value in values]
        quoted = [_quote_value(text) for text in texts]
        if clock.old_lists:
            return join_values(texts)
        _check_apart(texts)
        return ",".join(quoted)

    def sets(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        def equal(one: Sequence[Any] | None, other: Sequence[Any] | None) -> bool:
            return all(
                any(compare(value, match) for match in there or ())
                for here, there in ((one, other), (other, one))
                for value in here or ()
            )

        return equal

    return Codec(decode, encode, sets(item.same), kept=sets(item.kept or item.same))


# Beside each other, in any order, RT's text of these looks like one value that holds a comma.
_OPENING = re.compile(r"'(?:[^'\\]|\\[\\'])*\Z")
_CLOSING = re.compile(r"(?:[^'\\]|\\[\\'])*'(?=,|\Z)")


def _check_apart(values: Sequence[str]) -> None:
    """Refuse values that RT would show as others.

    It shows only those in quotes that hold a comma, and other values may have quotes, too.

    Raises:
        EncodeError: There are two that RT would show as one.
    """
    opening = {value for value in values if "," not in value and _OPENING.match(value)}
    closing = [value for value in values if _CLOSING.match(_shown_value(value))]
    for later in closing if opening else ():
        if first := next(iter(opening - {later}), None):
            message = (
                f"RT would show {first!r} beside {later!r} as one value that holds a comma: write "
                "another sign for the quote"
            )
            raise EncodeError(message)


def shown_values(values: Sequence[str]) -> str:
    """The values of a custom field that holds several as RT shows them."""
    return ",".join(map(_shown_value, values))


def _shown_value(value: str) -> str:
    return _quote_value(value) if "," in value else value


def _quote_value(value: str) -> str:
    if not value:
        message = "RT drops an empty value from a list"
        raise EncodeError(message)
    if "\n" in value:
        message = "a line break would split one value into two"
        raise EncodeError(message)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _split(text: str, clock: Clock) -> list[str]:
    if "'" not in text:
        return text.removesuffix(",").split(",") if text else []
    return split_values(text) if clock.old_lists else _split_values(text)


def _split_values(text: str) -> list[str]:
    # What is found last is the empty rest.
    items = _ITEM.findall(text)[:-1]
    # RT quotes only the values that hold a comma; other values may begin with a quote, too.
    return [_unescaped(item[1:-1]) if "," in item else item for item in items]


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    return "\\".join(part.replace("\\'", "'") for part in value.split("\\\\"))
