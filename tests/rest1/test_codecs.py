"""Codecs: what is written, kept and shown by RT's own rules comes back as it was."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rtorm.errors import ConfigurationError
from rtorm.rest1.checks import attachment_line, check_watcher
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import (
    ADDRESSES,
    CF_DATE,
    CF_DATETIME,
    CF_INTEGER,
    CF_TEXT,
    INSTANT,
    INTEGER,
    LINE,
    MESSAGE,
    MINUTES,
    PRIORITY,
    SUBJECT,
    Codec,
    cf_list,
    optional,
)
from rtorm.rest1.forms import EncodeError, compose, parse
from rtorm.rest1.networks import CF_IP, CF_NETWORK
from rtorm.rest1.unions import Kind, one_of
from tests.rest1.rt_rules import (
    read_forms,
    read_list,
    shown_instant,
    stored_day,
    stored_filename,
    stored_instant,
    write_form,
    write_list,
)

ZONES = [
    "UTC",
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",  # moves by half an hour
    "Asia/Kathmandu",
    "Pacific/Apia",  # skipped a whole day
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Africa/Casablanca",
    "Europe/Dublin",
]
ROME = ZoneInfo("Europe/Rome")
IN_UTC = Clock(UTC, exact=True)
IN_ROME = Clock(ROME, exact=True)

instants = st.datetimes(
    min_value=datetime(1970, 1, 3),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda instant: instant.replace(microsecond=0))


def through(codec: Codec, value: object, clock: Clock = IN_UTC, key: str = "CF.{Field}") -> Any:
    """Write a value to RT, which keeps its text, and read it back."""
    [sent] = read_forms(compose([(key, codec.encode(value, clock))]))
    return codec.decode(parse(write_form(sent.fields)).fields[key], clock)


def through_date(codec: Codec, value: object, clock: Clock, zone: tzinfo) -> Any:
    """Write an instant to RT, which keeps it as one, and read it back."""
    kept = stored_instant(codec.encode(value, clock), zone)
    return codec.decode(shown_instant(kept, zone), clock)


# Text

storable = st.text().filter(lambda text: not text.startswith("\n"))
storable_lines = storable.map(lambda text: text.replace("\n", ""))


def _or_refused(codec: Codec, value: str) -> Any:
    try:
        return through(codec, value)
    except EncodeError:
        assume(False)


@pytest.mark.parametrize("codec", [CF_TEXT, MESSAGE, optional(CF_TEXT)])
@given(storable)
def test_text_comes_back(codec: Codec, value: str) -> None:
    """Any text that is not refused is kept to the letter."""
    assert (_or_refused(codec, value) or "") == value


@pytest.mark.parametrize("codec", [LINE, SUBJECT])
@given(storable_lines)
def test_a_line_comes_back(codec: Codec, value: str) -> None:
    """So is any line, whatever else than U+000A may end one elsewhere."""
    assert _or_refused(codec, value) == value


@pytest.mark.parametrize("codec", [LINE, SUBJECT])
@pytest.mark.parametrize("value", ["a\nb", "a\n", "a\r\nb", "\na", "a\0", "\ud800", "\ufffe"])
def test_a_line_that_rt_would_change_is_refused(codec: Codec, value: str) -> None:
    """RT deletes line breaks here, and cannot store everything."""
    with pytest.raises(EncodeError):
        codec.encode(value, IN_UTC)


@pytest.mark.parametrize("fits", ["x" * 200, "é" * 100, "😀" * 50, "", " " * 200])
def test_a_subject_has_200_bytes(fits: str) -> None:
    """The limit counts bytes of UTF-8, not characters."""
    assert through(SUBJECT, fits, key="Subject") == fits


@pytest.mark.parametrize("long", ["x" * 201, "é" * 100 + "x", "😀" * 51, " " * 201])
def test_a_longer_subject_is_refused(long: str) -> None:
    """RT would cut it without a word."""
    with pytest.raises(EncodeError, match="200"):
        SUBJECT.encode(long, IN_UTC)


def test_a_message_of_zero_is_refused() -> None:
    """RT takes it for an empty one, though `00` and ` 0` are kept."""
    with pytest.raises(EncodeError):
        MESSAGE.encode("0", IN_UTC)
    assert through(MESSAGE, "00", key="Text") == "00"
    assert through(MESSAGE, "a\0b", key="Text") == "a\0b"


# Numbers


@given(st.integers())
def test_numbers_come_back(value: int) -> None:
    """Integers and minutes are plain digits to RT; it shows minutes with their unit."""
    assert through(INTEGER, value) == value
    assert through(MINUTES, value) == value
    assert MINUTES.decode(f"{value} minutes", IN_UTC) == value


def test_a_number_of_a_custom_field_is_plain() -> None:
    """Texts that only Python takes for numbers are none; too long a number is refused."""
    assert CF_INTEGER.decode(" +12 ", IN_UTC) == 12
    for text in ("1_000", "٣", "", "1.0", "0x1"):
        with pytest.raises(ValueError, match="not a whole number"):
            CF_INTEGER.decode(text, IN_UTC)
    with pytest.raises(EncodeError, match="digits"):
        CF_INTEGER.encode(10**5000, IN_UTC)


def test_priorities_begin_at_zero() -> None:
    """RT 5 would turn a negative priority into 0."""
    assert through(PRIORITY, 0) == 0
    with pytest.raises(EncodeError):
        PRIORITY.encode(-1, IN_UTC)


@pytest.mark.parametrize("text", ["2 hours minutes", "5 minutes minutes", "", "minutes", "1.5"])
def test_other_times_are_not_guessed(text: str) -> None:
    """What SQLite servers let through as a time is no number of minutes."""
    with pytest.raises(ValueError, match=r".+"):
        MINUTES.decode(text, IN_UTC)


# Dates


@pytest.mark.parametrize("name", ZONES)
@given(instants)
@example(datetime(2024, 3, 31, 0, 30, tzinfo=UTC))
@example(datetime(2024, 10, 27, 0, 30, tzinfo=UTC))
def test_an_instant_comes_back_in_every_zone(name: str, value: datetime) -> None:
    """An instant that is not refused is kept to the second, on the days of clock changes, too."""
    zone = ZoneInfo(name)
    clock = Clock(zone, exact=True)
    try:
        back = through_date(INSTANT, value, clock, zone)
    except EncodeError:
        assume(False)
    assert back == value
    assert back.tzinfo is UTC


# The hours around a change, local or in UTC, whichever comes first or last.
changes = st.sampled_from(
    [
        ("Europe/Rome", datetime(2024, 3, 31, 1, tzinfo=UTC)),
        ("Europe/Rome", datetime(2024, 10, 27, 1, tzinfo=UTC)),
        ("America/New_York", datetime(2024, 3, 10, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2024, 11, 3, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 4, 6, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 10, 5, 15, 30, tzinfo=UTC)),
        ("Australia/Sydney", datetime(2024, 4, 6, 16, tzinfo=UTC)),
        ("Australia/Sydney", datetime(2024, 10, 5, 16, tzinfo=UTC)),
        ("Europe/London", datetime(2024, 3, 31, 1, tzinfo=UTC)),
        ("Europe/London", datetime(2024, 10, 27, 1, tzinfo=UTC)),
    ]
)


@given(changes, st.integers(-24 * 60, 24 * 60))
def test_no_instant_near_a_change_is_moved(change: tuple[str, datetime], minutes: int) -> None:
    """Within a day of a change of the clock, RT keeps the instant or it was refused."""
    name, moment = change
    zone = ZoneInfo(name)
    value = moment + timedelta(minutes=minutes)
    try:
        text = INSTANT.encode(value, Clock(zone, exact=True))
    except EncodeError:
        assume(False)
    assert stored_instant(text, zone) == value


@given(changes, st.integers(-24 * 60, 24 * 60))
def test_what_is_refused_near_a_change_is_short(change: tuple[str, datetime], minutes: int) -> None:
    """Only the repeated hour, and the hour that RT leaves out, cannot be written."""
    name, moment = change
    zone = ZoneInfo(name)
    value = moment + timedelta(minutes=minutes)
    before = (moment - timedelta(days=1)).astimezone(zone).utcoffset() or timedelta()
    after = (moment + timedelta(days=1)).astimezone(zone).utcoffset() or timedelta()
    back = before - after
    # A zone's own wall clock repeats after the change; the clock that RT asks repeats when UTC
    # shows the time of the change.
    repeated = moment <= value < moment + back
    left_out = moment - before <= value < moment - after
    if not repeated and not left_out:
        assert INSTANT.encode(value, Clock(zone, exact=True))


def test_the_second_pass_of_a_repeated_hour_is_refused() -> None:
    """RT shows both passes alike, so only the first one can be told."""
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert through_date(INSTANT, first, IN_ROME, ROME) == first
    with pytest.raises(EncodeError, match="repeated hour"):
        INSTANT.encode(first + timedelta(hours=1), IN_ROME)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 3, 30, 23, 30, tzinfo=UTC), "2024-03-31 00:30:00"),
        (datetime(2024, 3, 31, 0, 30, tzinfo=UTC), "2024-03-31 02:30:00"),
        (datetime(2024, 3, 31, 1, 0, tzinfo=UTC), "2024-03-31 03:00:00"),
        (datetime(2024, 10, 26, 22, 30, tzinfo=UTC), "2024-10-27 00:30:00"),
        (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), "2024-10-27 01:30:00"),
        (datetime(2024, 10, 27, 2, 0, tzinfo=UTC), "2024-10-27 03:00:00"),
    ],
)
def test_dates_of_a_change_are_written_as_real_servers_take_them(
    value: datetime, text: str
) -> None:
    """RT 4.4 and 5.0 were seen to store these instants for these texts, for an account in Rome."""
    assert INSTANT.encode(value, IN_ROME) == text
    assert stored_instant(text, ROME) == value


def test_an_hour_that_rt_leaves_out_is_refused() -> None:
    """RT takes no local time for the hour before the clock that it asks has changed."""
    with pytest.raises(EncodeError, match="daylight saving"):
        INSTANT.encode(datetime(2024, 10, 26, 23, 30, tzinfo=UTC), IN_ROME)


@given(instants, st.integers(-14 * 4, 14 * 4))
def test_any_zone_of_the_value_will_do(value: datetime, quarters: int) -> None:
    """An instant is the same whatever zone it is told in."""
    elsewhere = value.astimezone(timezone(timedelta(minutes=15 * quarters)))
    assert INSTANT.encode(elsewhere, IN_UTC) == INSTANT.encode(value, IN_UTC)
    assert INSTANT.same(elsewhere, value)


@pytest.mark.parametrize("codec", [INSTANT, CF_DATETIME])
@pytest.mark.parametrize(
    "value",
    [
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2030, 1, 2, 3, 4, 5),  # noqa: DTZ001
        datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    ],
)
def test_a_date_that_rt_would_lose_is_refused(codec: Codec, value: datetime) -> None:
    """Dates before 1970, without a zone, or of parts of a second raise."""
    with pytest.raises(EncodeError):
        codec.encode(value, IN_UTC)


def test_the_ends_of_time_are_refused_or_kept() -> None:
    """An instant that is no date in the account's zone raises as any other."""
    new_york, tokyo = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
    last = datetime.max.replace(microsecond=0, tzinfo=UTC)
    assert through_date(INSTANT, last, IN_UTC, UTC) == last
    with pytest.raises(EncodeError):
        INSTANT.encode(last, Clock(tokyo, exact=True))
    with pytest.raises(EncodeError):
        INSTANT.encode(datetime(1970, 1, 1, 1, tzinfo=UTC), Clock(new_york, exact=True))


@pytest.mark.parametrize("codec", [INSTANT, CF_DATETIME, optional(INSTANT)])
def test_without_a_named_zone_no_date_is_written(codec: Codec) -> None:
    """The present offset is not that of another season: the error names it, and the remedy."""
    clock = Clock(timezone(timedelta(hours=5, minutes=30)), exact=False)
    with pytest.raises(ConfigurationError, match=r"UTC\+05:30.*time_zone="):
        codec.encode(datetime(2030, 1, 1, tzinfo=UTC), clock)
    with pytest.raises(ConfigurationError, match=r"unknown.*time_zone="):
        codec.encode(datetime(2030, 1, 1, tzinfo=UTC), Clock(None, exact=False))
    assert codec.encode(None, clock) == ""


def test_dates_are_read_with_an_offset_that_was_learnt() -> None:
    """Reading needs no name of the zone."""
    clock = Clock(timezone(timedelta(hours=-5)), exact=False)
    read = INSTANT.decode("Wed Jan 02 03:04:05 2030", clock)
    assert read == datetime(2030, 1, 2, 8, 4, 5, tzinfo=UTC)


def test_without_any_offset_only_dates_with_a_zone_are_read() -> None:
    """What cannot be known is not guessed."""
    clock = Clock(None, exact=False)
    with pytest.raises(ValueError, match="time zone"):
        INSTANT.decode("Wed Jan 02 03:04:05 2030", clock)
    read = INSTANT.decode("2030-01-02T03:04:05-05:00", clock)
    assert read == datetime(2030, 1, 2, 8, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon Nov 23 16:37:59 2026",
        "2026-11-23 16:37:59",
        "Mon, 23 Nov 2026 16:37:59 -0500",
        "2026-11-23T16:37:59-05:00",
        "Mon, 23 Nov 2026 21:37:59 GMT",
        "20261123T213759Z",
        "Mon, Nov 23, 2026 4:37:59\u202fPM",
        "Mon, Nov 23, 2026 4:37:59 PM",
    ],
)
def test_every_format_that_an_account_may_prefer_is_read(text: str) -> None:
    """RT's date formats decode to the same instant."""
    clock = Clock(ZoneInfo("America/New_York"), exact=True)
    assert INSTANT.decode(text, clock) == datetime(2026, 11, 23, 21, 37, 59, tzinfo=UTC)


@given(instants)
def test_formats_agree_on_every_instant(value: datetime) -> None:
    """The formats that tell an instant in UTC and the usual one decode alike."""
    texts = [
        shown_instant(value, UTC),
        f"{value:%Y-%m-%d %H:%M:%S}",
        f"{value:%Y-%m-%dT%H:%M:%SZ}",
        f"{value:%Y%m%dT%H%M%SZ}",
        format_datetime(value),
        format_datetime(value, usegmt=True),
    ]
    assert {INSTANT.decode(text, IN_UTC) for text in texts} == {value}


@pytest.mark.parametrize("text", ["Not set", ""])
def test_an_unset_date_is_none(text: str) -> None:
    """RT tells that a date is unset; it is unset by an empty value."""
    assert INSTANT.decode(text, IN_UTC) is None
    assert INSTANT.encode(None, IN_UTC) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Lun 23 Nov 2026 21:37:59",
        "Mo 23. Nov 22:38:00 2026",
        "Non renseigné",
        "Nicht angegeben",
        "Mon Foo 23 16:38:00 2026",
        "Mon Nov 31 16:38:00 2026",
        "Mon Jan 01 00:00:00 0000",
        "Mon Jan 01 00:00:00 0001",
        "Fri Dec 31 23:59:59 9999",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "Mon, 01 Jan 0001 00:00:00 +1400",
    ],
)
@pytest.mark.parametrize("hours", [-14, 14])
def test_a_date_that_cannot_be_read_is_a_value_error(text: str, hours: int) -> None:
    """Other languages and impossible dates raise what the session expects, or decode."""
    clock = Clock(timezone(timedelta(hours=hours)), exact=True)
    with contextlib.suppress(ValueError):
        assert INSTANT.decode(text, clock).tzinfo is UTC


@given(instants)
def test_a_datetime_field_is_read_in_utc(value: datetime) -> None:
    """RT shows these in UTC to everybody, and takes them in the account's own zone."""
    try:
        kept = stored_instant(CF_DATETIME.encode(value, IN_ROME), ROME)
    except EncodeError:
        assume(False)
    assert CF_DATETIME.decode(f"{kept:%Y-%m-%d %H:%M:%S}", IN_ROME) == value


@given(st.dates(min_value=date(1970, 1, 2)))
def test_a_date_field_comes_back(value: date) -> None:
    """Days have no zone."""
    assert through(CF_DATE, value, IN_ROME) == value


@pytest.mark.parametrize(
    "value", [date(1970, 1, 1), date(1969, 12, 31), date(1900, 2, 28), date.min]
)
def test_a_day_that_rt_would_lose_is_refused(value: date) -> None:
    """RT empties a date field in silence for a day before 1970, and for its first."""
    with pytest.raises(EncodeError, match="1970"):
        CF_DATE.encode(value, IN_UTC)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Australia/Sydney", date(2024, 10, 6)),
        ("Asia/Beirut", date(2024, 3, 31)),
        ("America/Sao_Paulo", date(2018, 2, 18)),
    ],
)
def test_a_day_that_rt_would_move_is_written_with_its_noon(name: str, day: date) -> None:
    """RT 4.4 and 5.0 were seen to keep the day before for the bare day, and this one with noon."""
    clock = Clock(ZoneInfo(name), exact=True)
    assert stored_day(day.isoformat(), ZoneInfo(name)) == day - timedelta(days=1)
    assert CF_DATE.encode(day, clock) == f"{day} 12:00:00"
    assert CF_DATE.encode(day - timedelta(days=1), clock) == f"{day - timedelta(days=1)}"


@given(st.sampled_from(ZONES), st.dates(min_value=date(1970, 1, 2)))
@example("Australia/Sydney", date(2024, 10, 6))
def test_no_day_is_moved(name: str, day: date) -> None:
    """Whatever the account's zone, named or not, RT keeps the day."""
    zone = ZoneInfo(name)
    now = datetime(2024, 1, 1, tzinfo=zone).utcoffset() or timedelta()
    for clock in (Clock(zone, exact=True), Clock(timezone(now), exact=False)):
        assert stored_day(CF_DATE.encode(day, clock), zone) == day


def test_a_day_is_compared_as_it_is() -> None:
    """A condition of a query has no clock, and no time of day."""
    assert CF_DATE.encode(date(2024, 10, 6), Clock(None, exact=False)) == "2024-10-06"


# Addresses

address = st.from_regex(r"[a-z0-9._'+-]{1,20}@[a-z0-9.-]{1,20}", fullmatch=True)


@given(st.lists(st.one_of(address, st.just("root"), st.just("42")), max_size=10))
def test_addresses_come_back(value: list[str]) -> None:
    """A list of people is one line to write, and may be wrapped when it is shown."""
    [sent] = read_forms(compose([("AdminCc", ADDRESSES.encode(value, IN_UTC))]))
    text = sent.fields["AdminCc"]
    assert isinstance(text, str)
    shown: str | list[str] = [item for item in text.split(", ") if item]
    assert (
        ADDRESSES.decode(parse(write_form({"AdminCc": shown})).fields["AdminCc"], IN_UTC) == value
    )


@pytest.mark.parametrize(
    "value",
    ["", " ", "\t\n", "a@x,b@x", '"Foo, Bar" <f@x>', "a@x\nb@x", "\na@x", "a@x\n", "a\0", "\ud800"],
)
def test_a_watcher_that_rt_would_tear_apart_is_refused(value: str) -> None:
    """Commas and line breaks separate people; an empty one is none."""
    with pytest.raises(EncodeError):
        check_watcher(value)
    with pytest.raises(EncodeError):
        ADDRESSES.encode(["ok@x", value], IN_UTC)


@pytest.mark.parametrize("value", ["Foo <f@x>", "root", "42", "group:Staff", " a@x ", "a b"])
def test_a_watcher_may_be_told_in_every_way_of_rt(value: str) -> None:
    """Names, ids and groups are as good as addresses; blanks around them are RT's to drop."""
    assert check_watcher(value) == value.strip()


def test_people_are_the_same_in_any_order_and_case() -> None:
    """RT compares addresses so, too."""
    assert ADDRESSES.same(["A@x.org", "b@x.org"], ["b@X.org ", "a@x.org", "a@x.org"])
    assert ADDRESSES.same(None, [])
    assert not ADDRESSES.same(["a@x.org"], ["a@x.org", "b@x.org"])


# Addresses of the other kind


@given(st.ip_addresses())
def test_ip_addresses_come_back(value: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Whatever way RT writes an address, it is the same address."""
    assert through(CF_IP, value) == value
    assert CF_IP.decode(value.exploded, IN_UTC) == value


def _network(value: Any, bits: int) -> Any:
    return ipaddress.ip_network((value, min(bits, value.max_prefixlen)), strict=False)


@given(st.builds(_network, st.ip_addresses(), st.integers(0, 128)))
def test_networks_come_back(value: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    """RT takes a network in the usual notation, and shows its first and last address."""
    assert through(CF_NETWORK, value) == value
    assert CF_NETWORK.encode(value, IN_UTC) == (
        str(value[0]) if value.num_addresses == 1 else f"{value[0]}-{value[-1]}"
    )
    assert CF_NETWORK.decode(f"{value[0]}-{value[-1]}", IN_UTC) == value


@pytest.mark.parametrize("text", ["1.2.3.4-::1", "1.2.3.4-1.2.3.3", "1.2.3.4-1.2.3.9", "1-2", "-"])
def test_a_range_that_is_no_network_is_a_value_error(text: str) -> None:
    """RT stores any range; most of them are no network."""
    with pytest.raises(ValueError, match=r".+"):
        CF_NETWORK.decode(text, IN_UTC)


def test_an_address_with_a_scope_is_refused() -> None:
    """RT takes none."""
    with pytest.raises(EncodeError, match="scope"):
        CF_IP.encode(ipaddress.ip_address("fe80::1%eth0"), IN_UTC)


# Lists

VALUES = cf_list(CF_TEXT)
value_signs = st.sampled_from([*"ab ,'\"\\{}:#-é0", "\t", "\r", "\u2028", "\xa0"])
list_values = st.lists(value_signs, min_size=1, max_size=6).map("".join)


def told_apart(values: Sequence[str]) -> str:
    try:
        return VALUES.encode(values, IN_UTC)
    except EncodeError:
        assume(False)
        raise


@given(st.lists(list_values, max_size=6))
@example(["a,b", "c'd", '"', "\\", "\\'", ",", "',"])
@example([" ", "  a", "a  "])
def test_the_values_of_a_list_are_stored_as_they_are(values: list[str]) -> None:
    """Whatever a value holds, RT finds it again in what is sent."""
    [sent] = read_forms(compose([("CF.{Field}", told_apart(values))]))
    text = sent.fields.get("CF.{Field}", "")
    assert isinstance(text, str)
    assert read_list(text) == list(dict.fromkeys(values))


@given(st.lists(list_values, max_size=6, unique=True).flatmap(st.permutations))
@example(["a,b", "c'd", '"', "\\", "\\x", ",", "'x,y'"])
@example(["'a", "b,c"])
@example(["'a\\", "b'c"])
def test_the_values_of_a_list_come_back(values: list[str]) -> None:
    """RT quotes only values with a comma; all others are shown raw, and read so."""
    told_apart(values)
    shown = parse(write_form({"CF.{Field}": write_list(values)})).fields["CF.{Field}"]
    assert VALUES.decode(shown, IN_UTC) == values
    assert VALUES.same(VALUES.decode(shown, IN_UTC), values)


def test_some_lists_cannot_be_told_apart() -> None:
    """RT shows these two lists alike; the more usual one is read."""
    assert write_list(["'a", "b'"]) == write_list(["a,b"]) == "'a,b'"
    assert VALUES.decode("'a,b'", IN_UTC) == ["a,b"]
    assert write_list(["'a", ","]) == write_list(["a,", "'"]) == "'a,','"


@pytest.mark.parametrize(
    "values",
    [["'a", "b'"], ["b'", "'a"], ["'a", ","], ["x", ",'", "'"], ["'a", "b", "c'"], ["'\\'", "'"]],
)
def test_values_that_would_be_read_as_others_are_refused(values: list[str]) -> None:
    """RT keeps them, and shows two of them, in some order, as it shows one that has a comma."""
    with pytest.raises(EncodeError, match="as one value that holds a comma"):
        VALUES.encode(values, IN_UTC)


@pytest.mark.parametrize(
    "values", [["'a"], ["'a'", "'b'"], ["'a", "b"], ["it's", "'tis"], ["'a\\", "b'"], ["'a", "b,c"]]
)
def test_other_quotes_are_no_reason_to_refuse_values(values: list[str]) -> None:
    """Only what cannot be told apart is refused."""
    for order in permutations(values):
        assert VALUES.decode(write_list(order), IN_UTC) == list(order)
    assert read_list(VALUES.encode(values, IN_UTC)) == values


def test_a_long_list_is_written() -> None:
    """Values are compared with each other in time in proportion to their number."""
    values = [f"'{number}'" for number in range(5_000)]
    assert VALUES.decode(write_list(read_list(VALUES.encode(values, IN_UTC))), IN_UTC) == values


@pytest.mark.parametrize("value", ["", "a\nb", "a\n", "\na", "\0", "\ud800", "\ufdd0"])
def test_a_value_that_a_list_cannot_hold_is_refused(value: str) -> None:
    """Empty values vanish, and a line break would make two."""
    with pytest.raises(EncodeError):
        VALUES.encode(["ok", value], IN_UTC)


def test_a_list_is_a_set_to_rt() -> None:
    """Order and repetition do not make a difference, the values do."""
    assert VALUES.same(["a", "b"], ["b", "a", "a"])
    assert VALUES.same(None, [])
    assert not VALUES.same(["a"], ["a", "b"])
    assert not VALUES.same(["a"], ["A"])


@given(st.lists(st.dates(min_value=date(1970, 1, 2)), unique=True))
def test_a_list_holds_any_kind(values: list[date]) -> None:
    """The values of a list are written as single ones are."""
    codec = cf_list(CF_DATE)
    assert codec.decode(write_list(read_list(codec.encode(values, IN_UTC))), IN_UTC) == values


def test_no_value_is_none() -> None:
    """An optional field without a value is None, written as nothing, and the same as ""."""
    codec = optional(INTEGER)
    assert codec.decode("", IN_UTC) is None
    assert codec.decode("0", IN_UTC) == 0
    assert codec.encode(None, IN_UTC) == ""
    assert codec.encode(0, IN_UTC) == "0"
    assert codec.same(None, None)
    assert not codec.same(None, 0)
    assert optional(CF_TEXT).same(None, "")
    assert not optional(CF_TEXT).same(None, "a")


# Names of files


@given(st.text(min_size=1, max_size=40))
@example("a, b.txt")
@example("q{a,b}")
@example("0")
def test_a_file_keeps_its_name(name: str) -> None:
    """A name is refused, or found on the line as it is."""
    try:
        line = attachment_line(name)
    except EncodeError:
        assume(False)
    [sent] = read_forms(compose([("Attachment", line)]))
    text = sent.fields["Attachment"]
    assert isinstance(text, str)
    assert stored_filename(text) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "a b.txt",
        "a  b.txt",
        "a, b.bin",
        "a,b",
        ",x",
        "x,",
        "é.txt",
        "日本",
        "a'b",
        "'q'",
        'a"b',
        '"',
        '"a',
        "q{a",
        "q{a} b",
        "(x)",
        "a;b",
        "a%41",
        "=?",
        "?=",
        "a=?b",
        "#x",
        "--",
        "..",
        "a\x0bb",
        "a\u2028b",
        "a\xa0b",
        "a\x85b",
        "x" * 255,
        "é" * 127,
        "a: b",
        "q{a,b}",
    ],
)
def test_a_usual_name_is_not_refused(name: str) -> None:
    """Signs that RT keeps may stand in a name."""
    assert stored_filename(attachment_line(name)) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a ",
        "\xa0a",
        "a/b",
        "a\\b",
        "a\tb",
        "a\nb",
        "a\rb",
        "a\0b",
        "\ud800",
        "\ufffe",
        '"q"',
        '""',
        '"a" "b"',
        "q{a}",
        "q{}",
        "=?utf-8?q?x?=",
        "a =?x?= b",
        "a,  b",
        'a, "b"',
        "x" * 256,
        "é" * 128,
        "=?a,?=",
        "(Unnamed)",
        "report 1,2.pdf",
        "a b, c;d",
    ],
)
def test_a_name_that_rt_would_change_is_refused(name: str) -> None:
    """Paths, tabs, quotes around it, encoded words, more than 255 bytes, and lines to break raise."""
    with pytest.raises(EncodeError):
        attachment_line(name)


# Anything at all

CODECS = {
    "INTEGER": INTEGER,
    "CF_INTEGER": CF_INTEGER,
    "network or text": one_of(
        [Kind(lambda value: not isinstance(value, str), CF_NETWORK), Kind(bool, CF_TEXT)]
    ),
    "PRIORITY": PRIORITY,
    "MINUTES": MINUTES,
    "INSTANT": INSTANT,
    "ADDRESSES": ADDRESSES,
    "CF_DATE": CF_DATE,
    "CF_DATETIME": CF_DATETIME,
    "CF_IP": CF_IP,
    "CF_NETWORK": CF_NETWORK,
    "CF_TEXT": CF_TEXT,
    "LINE": LINE,
    "SUBJECT": SUBJECT,
    "MESSAGE": MESSAGE,
    "list of INTEGER": cf_list(INTEGER),
    "list of CF_NETWORK": cf_list(CF_NETWORK),
    "optional INSTANT": optional(INSTANT),
}

date_signs = st.sampled_from(
    [
        "Mon",
        "Sun",
        "Foo",
        "Jan",
        "Dec",
        "Mai",
        " ",
        ", ",
        ":",
        "-",
        "+",
        "T",
        "Z",
        "GMT",
        "PM",
        "W",
        "00",
        "01",
        "12",
        "23",
        "24",
        "31",
        "59",
        "60",
        "99",
        "0001",
        "2026",
        "9999",
        "-0500",
        "%",
        "+14:00",
        "-9999",
        "٣",
        "1.2.3.4",
        "::1",
        "/",
        "fe80::1%eth0",
        "255",
        "minutes",
    ]
)
odd = st.one_of(st.text(), st.lists(date_signs, max_size=12).map("".join))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS.keys())
@pytest.mark.parametrize("clock", [IN_UTC, Clock(timezone(timedelta(hours=14)), exact=False)])
@given(odd)
@example("9" * 5000)
@example("Mon, 01 Jan 2026 00:00:00 +99999999999999999")
@example("Mon, 99999999999999999999 Jan 2026 00:00:00")
@example("Mon, 1")
@example("Mon Nov 23 12+01:00 2026")
@example("Mon Foo 23 12:00:00 2026")
@example("fe80::1%a-fe80::2%b")
@example("1.2.3.4/99")
@example("'")
@example("'\\")
def test_what_cannot_be_read_is_a_value_error(codec: Codec, clock: Clock, text: str) -> None:
    """Decoding raises ValueError or nothing, whatever the text."""
    with contextlib.suppress(ValueError):
        codec.decode(text, clock)


@pytest.mark.parametrize("unit", ["'", "',", "'a,", ",", "\\", "'\\',", ", ", ",\n", "\\,'", " "])
def test_a_megabyte_of_list_is_read(unit: str) -> None:
    """Lists are read in time in proportion to their text."""
    text = unit * (1_000_000 // len(unit))
    assert VALUES.decode(text, IN_UTC)
    ADDRESSES.decode(text, IN_UTC)
