"""What a hostile reply makes rtorm do is in proportion to its size; told by counts, not by clocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any, cast

import pytest

from rtorm import Queue
from rtorm.errors import ProtocolError, QueryError, RTError
from rtorm.gateway import Edit, Entry, FileDetails, ListedFile, Shown
from rtorm.models.attachment import held
from rtorm.models.changes import values_of
from rtorm.models.saving import plain_name
from rtorm.orm.columns import Comparison, Operator
from rtorm.orm.loading.catalogue import numbers_told
from rtorm.orm.queries.matching import matches
from rtorm.orm.queries.ticketsql import ticket_sql
from rtorm.rest1 import alike, forms
from rtorm.rest1.client import Client
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_TEXT
from rtorm.rest1.joined import joined_list
from rtorm.rest1.networks import CF_IP, CF_NETWORK
from rtorm.rest1.readers.links import LinkReader
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.definitions import read_definitions
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.history import read_counts
from rtorm.rest1.replies.reply import Reply, read_http
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.wire.identity import read_identity
from rtorm.rest2.fields import read_numbers
from rtorm.rest2.pages import all_pages
from tests.support import Incident

IN_UTC = Clock(UTC, exact=True)


def plain(text: str) -> Reply:
    return read_http(200, "text/plain", "", text.encode())


def entry(**values: str) -> Entry:
    told: dict[str, Any] = dict.fromkeys(
        ("type", "field", "old_value", "new_value", "data", "description", "creator"), ""
    )
    told |= {"id": 1, "ticket": 1, "content": None, "created": None, "minutes": 0, "files": ()}
    told |= values
    return Entry(**told)


class Counting:
    """A client whose searches find nothing, or what they are told to find."""

    def __init__(self, finds: Callable[[str], bool]) -> None:
        self.asked: list[str] = []
        self._finds = finds

    def get(self, _path: str, parameters: dict[str, str]) -> Reply:
        self.asked.append(parameters["query"])
        return Reply(body="ticket/1\n" if self._finds(parameters["query"]) else "")


def link(client: Counting, uris: str) -> Shown | RTError:
    [answer] = LinkReader(cast("Client", client)).joined(
        [Shown(1, {}), Shown(1, {"Members": uris})]
    )
    return answer


def test_a_deleted_ticket_is_asked_about_once() -> None:
    """Searches never find it, so that no question about its links is ever answered."""
    client = Counting(lambda _query: False)
    uris = ", ".join(f"fsck.com-rt://x/ticket/{number}" for number in range(1, 500))
    told = link(client, uris)
    assert len(client.asked) == 2
    assert isinstance(told, Shown)
    assert told.fields["Members"] == uris


def test_rt_is_not_asked_about_organizations_without_end() -> None:
    """A reply may name as many as it likes; those beyond the hundredth stay as they are."""
    client = Counting(lambda query: "AND" not in query)
    told = link(client, ", ".join(f"fsck.com-rt://x{n}/ticket/{n}" for n in range(1, 500)))
    assert len(client.asked) == 200
    assert isinstance(told, Shown)
    assert told.fields["Members"].endswith("fsck.com-rt://x499/ticket/499")


def test_tickets_of_one_number_are_not_compared_with_each_other() -> None:
    """Which of them is this RT's cannot be told, and a million of them takes no hours."""
    client = Counting(lambda _query: True)
    told = link(client, ", ".join(f"fsck.com-rt://x{n}/ticket/5" for n in range(100_000)))
    assert not client.asked
    assert isinstance(told, Shown)


def test_pages_that_never_end_are_no_list() -> None:
    """A server may have something new on each page."""
    asked: list[int] = []

    def ask(page: int) -> object:
        asked.append(page)
        return {"items": [{"id": page}]}

    assert all_pages(ask) is None
    assert len(asked) <= 10_000


def test_a_wide_form_makes_no_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    """A regular expression of a hundred thousand names would take a minute to make."""

    def fail(_keys: tuple[str, ...]) -> None:
        pytest.fail("made")

    monkeypatch.setattr(alike, "_shape", fail)
    wide = "".join(f"a{number}: x\n" for number in range(5000))
    long = f"CF.{{{'a' * 50_000}}}: x\n"
    for first in (wide, long):
        body = "\n--\n\n".join([first] * 30)
        assert list(alike.each_form(body)) == list(map(forms.parse, body.split("\n--\n\n")))


def test_values_in_many_places_are_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again for each of them."""
    joined: list[int] = []
    together: Any = vars(forms)["_Together"]

    class Told(together):  # type: ignore[misc]
        @property
        def text(self) -> str:
            joined.append(1)
            return cast("str", together.text.fget(self))

    monkeypatch.setattr(forms, "_Together", Told)
    found = forms.parse("".join(f"CF-a: {number}\n" for number in range(2000)))
    assert found.fields["CF-a"] == ",\n".join(map(str, range(2000)))
    assert len(joined) <= 10


def test_forms_that_nobody_asked_for_are_counted_and_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reply is refused by their number."""
    read: list[str] = []

    def parse(block: str) -> forms.Form:
        read.append(block)
        return forms.parse(block)

    monkeypatch.setattr(alike, "parse", parse)
    body = "\n--\n\n".join(f"# {number}\n" for number in range(1000))
    for ask in (read_shows, read_counts):
        read.clear()
        with pytest.raises(ProtocolError, match="and showed 1000"):
            ask(plain(f"RT/5.0.3 200 Ok\n\n{body}\n"), [1, 2])
        assert len(read) <= 3


@pytest.mark.parametrize("several", [["a", "b"], ["a", "b", "a,\nb"], ["a", "a", "b"]])
def test_a_field_of_several_values_shown_twice_is_one(several: list[str]) -> None:
    """Two fields of one name are shown twice with the values of the last one."""
    text = "".join("CF-a: " + value.replace("\n", "\n      ") + "\n" for value in several)
    assert forms.parse(text).fields["CF-a"] == "a,\nb"


def test_what_nobody_can_tell_apart_is_told_once() -> None:
    """All edits that are unclear share what RT said, which may be megabytes."""
    edits = [Edit("ticket", number, {"Subject": "x"}) for number in range(1, 51)]
    said = "# Ticket 1 updated.\n" * 3 + "\n--\n\n# " + "x" * 100_000 + "\n\n"
    found = read_edits(plain(f"RT/5.0.3 200 Ok\n\n{said}"), edits)
    assert len(found) == 50
    assert len({id(each.unclear) for each in found}) == 1
    assert "x" * 100_000 in found[0].unclear


def test_a_create_that_says_thousands_of_lines_is_unclear() -> None:
    """RT says one for each field at most; the number of the record is read all the same."""
    lines = "".join(f"# {number}\n" for number in range(20_000))
    assert read_created(plain(f"RT/5.0.3 200 Ok\n\n{lines}\n"), {}).id is None
    found = read_created(plain(f"RT/5.0.3 200 Ok\n\n{lines}# Ticket 7 created.\n\n"), {"Cc": "x"})
    assert found.id == 7
    assert not found.errors
    assert "20001 lines, which begin '0 1 2'" in found.unclear


def test_definitions_are_found_without_an_expression_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of which a hostile list would have a million."""
    made: list[object] = []
    monkeypatch.setattr(re, "compile", made.append)
    count = 500
    names = "".join(f"f{number}: \n" for number in range(count))
    details = "".join(f"f{number} (a\n\nb): SingleValueText [x] y\n" for number in range(count))
    head = "RT/5.0.3 200 Ok\n\nid: queue/1\n"
    found = read_definitions(plain(f"{head}{names}\n\n"), plain(f"{head}{details}\n\n"))
    assert [each.name for each in found] == [f"f{number}" for number in range(count)]
    assert {(each.description, each.type, each.pattern) for each in found} == {
        ("a\n\nb", "Text", "[x] y")
    }
    assert not made


@pytest.mark.parametrize("known", [("z", "a", "b", "a, b"), ("z", *"abcd", "a, b", "c, d")])
def test_choices_that_fit_in_too_many_ways_are_not_all_tried(known: tuple[str, ...]) -> None:
    """Of ways without number, two are enough to know that it cannot be told."""
    pairs = [f"{n}, {n + 1}" for n in range(0, 60, 2)]
    choices = (*known, *map(str, range(60)), *pairs)
    text = ", ".join(["z", *map(str, range(60)), "z"])
    with pytest.raises(ValueError, match="cannot be told"):
        joined_list("CF-a", CF_TEXT, choices).decode(text, IN_UTC)


def test_thousands_of_chosen_values_are_read() -> None:
    """Without a level of calls for each of them."""
    values = [f"v{number}" for number in range(5000)]
    text = ",\n".join([", ".join(values[:9])])
    assert joined_list("CF-a", CF_TEXT, (*values, "x, y")).decode(text, IN_UTC) == values[:9]
    with pytest.raises(ValueError, match="cannot be told"):
        joined_list("CF-a", CF_TEXT, (*values, "x, y")).decode(", ".join(values), IN_UTC)


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "fits"),
    [
        ("LIKE", "%b%c%d%e", "a" * 300_000, False),
        ("LIKE", "a%a%a%a%a%a%b", "a" * 3000, False),
        ("STARTSWITH", "a%a%a%a%a%b", "a" * 3000, False),
        ("STARTSWITH", "a%b_d", "aXbbcd", True),
        ("LIKE", "b%d", "abcd", True),
        ("LIKE", "", "", True),
        ("LIKE", "%", "x", True),
    ],
)
def test_wildcards_try_no_place_twice(
    operator: Operator, wanted: str, value: str, fits: bool
) -> None:
    """A condition with several of them is evaluated on any text; with all places it never ends."""
    assert matches(Comparison("Name", operator, wanted), {"Name": value}) is fits


def test_an_odd_sentence_about_queues_is_read_in_one_go() -> None:
    """Only one with two names in it tells them."""
    said = "Queue changed from a" + " to " * 200_000 + "\n by root"
    about = {"type": "Set", "field": "Queue", "old_value": "1", "new_value": "2"}
    told = entry(**about, creator="root", description=said)
    assert values_of(told, {}) == ("1", "2")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("." * 500_000 + "x", "_" + "." * 499_999 + "x"),
        ("a. .", "a___"),
        ("..a", "_.a"),
        (". a", "_ a"),
    ],
)
def test_a_name_of_dots_is_made_plain_in_one_go(name: str, kept: str) -> None:
    """However many they are, and wherever they stand."""
    assert plain_name(name) == kept


def test_a_text_in_an_encoding_of_domains_is_read_as_utf_8() -> None:
    """Whoever sends a mail declares its encoding, and Python's `punycode` takes hours for some MB."""
    content = b"a-" + b"b9" * 300_000
    for charset in ("punycode", "PunyCode!", "idna"):
        headers = f"Content-Type: text/plain; charset={charset}\n"
        details = FileDetails(1, "a", "text/plain", 1, None, headers)
        file = held(cast("Any", None), 1, ListedFile(1, "a", "text/plain", 1), details)
        vars(file)["content"] = content
        assert file.text == content.decode()


def test_many_custom_fields_of_one_name_are_told_together() -> None:
    """In time that grows with their number alone."""
    listed = [{"id": str(number), "name": "a"} for number in range(100_000)]
    assert read_numbers({"TicketCustomFields": listed}) == {"a": tuple(range(100_000))}


# What fuzzing has found to raise something else than an error of rtorm.


@pytest.mark.parametrize(
    "date",
    [
        "Wed, 25 Nov 20266666666666666 09:51:17 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
def test_a_date_beyond_all_dates_is_none(date: str) -> None:
    """The server's clock is not known then, and the login is."""
    reply = plain("RT/5.0.3 200 Ok\n\nid: ticket/new\nRequestor: root\nStarts: 2026-01-01\n\n")
    assert read_identity("http://x", reply, date).user == "root"


def test_a_version_of_thousands_of_digits_is_none() -> None:
    """It is no RT, and Python makes no number of it."""
    for version in ("9" * 5000, "5." + "9" * 5000):
        with pytest.raises(ProtocolError, match=r"not RT's REST 1\.0"):
            plain(f"RT/{version} 200 Ok\n\nid: ticket/1\n\n")


def test_the_number_of_a_field_may_be_no_number() -> None:
    """A history's entry may say anything in its place."""
    about = {"type": "CustomField", "new_value": "b", "creator": "root"}
    odd = [
        entry(**about, field=field, description="A b added by root")
        for field in ("9" * 5000, "²", "٣", "-1", "")
    ]
    assert numbers_told([*odd, entry(**about, field="7", description="B b added by root")]) == {
        "B": 7
    }


@pytest.mark.parametrize("value", ["", "10.0.0.0/24", 5])
def test_what_is_no_network_is_not_made_into_one(value: Any) -> None:
    """Its first and last character were taken for the ends of a range."""
    with pytest.raises(TypeError, match="not a network"):
        CF_NETWORK.encode(value, IN_UTC)


def test_what_is_no_address_is_not_made_into_text() -> None:
    """RT would look for the text of a date among addresses."""
    with pytest.raises(TypeError, match="not an address"):
        CF_IP.encode(5, IN_UTC)


def test_a_record_is_no_value_of_a_custom_field() -> None:
    """RT would look for what Python shows of it."""
    with pytest.raises(QueryError, match="does not fit"):
        ticket_sql(Comparison("CF.{Other}", "=", Queue(name="x")), Incident, lambda: IN_UTC)
