"""What a version of RT has and lacks, and how RT before 4.2.11 keeps lists; replies of old servers."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.errors import QueryError
from rtorm.gateway import Edit, EditReply, Message, Said, Upload
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_TEXT, cf_list
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.link_forms import together
from rtorm.rest1.old_lists import join_values, split_values
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.history import read_counts, read_history
from rtorm.rest1.replies.messages import read_message
from rtorm.rest1.replies.reply import read_text
from rtorm.rest1.replies.searches import read_ids
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.untellable import untellable
from rtorm.rest1.versions import FEATURES, FILES_ON_CREATE, REST2, Feature, Version

OLD = Clock(None, exact=False, old_lists=True)
FILE = Upload("a.log", b"x")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5.0.3", (5, 0, 3)),
        ("3.8.10", (3, 8, 10)),
        ("4.4.4-5-gabcdef", (4, 4, 4)),
        ("5.0.3+dfsg-3~deb12u6", (5, 0, 3)),
        ("6.0.0rc1", (6, 0, 0)),
        ("4", (4,)),
        ("", ()),
        ("@RT_VERSION@", ()),
    ],
)
def test_a_version_is_read_from_its_beginning(text: str, numbers: tuple[int, ...]) -> None:
    """Suffixes of distributions, of git and of what comes before a release do not matter."""
    assert Version.parse(text).numbers == numbers
    assert str(Version.parse(text)) == text


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.first)
def test_a_feature_begins_with_its_version(feature: Feature) -> None:
    """The first version has it and all after it; whoever lacks it is told the way out."""
    *front, last = feature.since
    before = (*front, last - 1, 99) if last else (front[0] - 1, 99)
    assert Version.parse(feature.first).has(feature)
    assert Version.parse("6.0.0").lacks(feature) == ""
    older = Version(".".join(map(str, before)), before)
    assert older.lacks(feature).startswith(f"RT {older} knows no {feature.name}, ")
    assert older.lacks(feature).endswith(f"RT {feature.first} does: {feature.remedy}")


@pytest.mark.parametrize("text", ["", "unknown", "@RT_VERSION@"])
def test_an_unknown_version_is_taken_for_the_newest(text: str) -> None:
    """What is not known is not forbidden."""
    assert all(Version.parse(text).has(feature) for feature in FEATURES)


def test_numbers_are_compared_as_numbers() -> None:
    """4.0.14 comes after 4.0.9."""
    assert not Version.parse("4.0.9").has(FILES_ON_CREATE)
    assert Version.parse("4.0.14").has(FILES_ON_CREATE)
    assert not Version.parse("4.10.0").has(REST2)


@pytest.mark.parametrize(
    ("fields", "files", "until"),
    [
        ({"Subject": "x"}, (FILE,), "4.0.13"),
        ({"Content-Type": "text/html"}, (), "4.0.13"),
        ({"SLA": "2h"}, (), "4.4.2"),
        ({"Cc": "a@x.org, group:Staff"}, (), "4.4.1"),
        ({"Requestor": "12"}, (), "4.4.1"),
        ({"Requestors": "a@x.org, 12"}, (), "4.4.1"),
        ({"CF.{Größe}": "x"}, (), "4.0.8"),
        ({"CF.{It's}": "x"}, (), "4.0.8"),
    ],
)
def test_what_cannot_be_told(fields: dict[str, str], files: tuple[Upload, ...], until: str) -> None:
    """Older servers would drop it or take it for something else; the next one takes it."""
    *front, last = Version.parse(until).numbers
    following = ".".join(map(str, (*front, last + 1)))
    for version in ("3.8.10", "4.0.0", until):
        [(key, said)] = untellable(Version.parse(version), fields, files).items()
        assert key == ("Attachment" if files else next(iter(fields)))
        assert said.startswith(f"RT {version} knows no ")
    assert untellable(Version.parse(following), fields, files) == {}


def test_what_every_version_can_be_told() -> None:
    """Addresses, plain names, numbers of custom fields."""
    fields = {"Cc": "a1@x.org, 12@x.org", "CF.{Free 1 (a/b): c-d}": "x", "CF.{12}": "x", "Due": ""}
    assert untellable(Version.parse("3.8.10"), fields) == {}


# Lists before 4.2.11


def stored(text: str) -> list[str]:
    """What RT before 4.2.11 makes of a list: cut at each comma first, then put together in quotes.

    Raises:
        AssertionError: It would look for the end of a value for ever.
    """
    pieces = re.split(r"\s*,\s*", text)
    values: list[str] = []
    while pieces and pieces[0]:
        piece = pieces.pop(0)
        if not piece.startswith("'"):
            values.append(piece)
            continue
        whole = [piece]
        while not piece.endswith("'") or re.search(r"(?<!\\)\\'\Z", piece):
            assert pieces, "RT hangs"
            piece = pieces.pop(0)
            whole.append(piece)
        values.append(",".join(whole)[1:-1].replace("\\'", "'"))
    return values


def shown(values: list[str]) -> str:
    """How RT before 4.2.11 shows them."""
    escaped = [value.replace("'", "\\'") for value in values]
    return ",".join(f"'{value}'" if "," in value else value for value in escaped)


VALUES = st.lists(st.text("ab,'\\ \"{}q0", min_size=1), min_size=1, max_size=3)


@given(VALUES)
@example(["r,s", "d'e", "0"])
@example(["a\\", "b"])
@example(["x\\',y"])
@example([",", "'"])
def test_old_servers_keep_the_lists_that_they_are_sent(values: list[str]) -> None:
    """What is sent is stored as it is, and read as it is; anything else is refused before."""
    try:
        text = cf_list(CF_TEXT).encode(values, OLD)
    except EncodeError:
        return
    assert stored(text) == values
    assert cf_list(CF_TEXT).decode(shown(values), OLD) == values


@pytest.mark.parametrize(
    "value", ["r, s", "r ,s", ",r", "r\\", "r\\',s", "two\nlines", ""], ids=ascii
)
def test_what_old_lists_cannot_hold(value: str) -> None:
    """Blanks beside commas would be lost, and on a backslash at the end the server would hang."""
    with pytest.raises(EncodeError):
        cf_list(CF_TEXT).encode(["first", value], OLD)


def test_lists_as_old_servers_show_them() -> None:
    """As they were seen on 3.8 and 4.0; newer servers mean another thing by the same text."""
    text = r"'r,s',d\'e,plain"
    assert split_values(text) == ["r,s", "d'e", "plain"]
    assert cf_list(CF_TEXT).decode(text, OLD) == ["r,s", "d'e", "plain"]
    assert cf_list(CF_TEXT).decode(text, Clock(None, exact=False)) == ["r,s", r"d\'e", "plain"]
    assert join_values(["r,s", "d'e"]) == r"'r,s','d\'e'"


# Replies of RT 3.8 and 4.0


def old(body: str, status: str = "200 Ok", version: str = "4.0.0") -> str:
    """A reply."""
    return f"RT/{version} {status}\n\n{body}"


EDIT = Edit("ticket", 5, {"Status": "bogus", "Queue": "nosuch", "Requestors": "x", "Subject": "s"})
ECHO = "id: ticket/5\nStatus: bogus\nQueue: nosuch\nRequestors: x\nSubject: s\n\n"
REFUSED = {
    "Status": ["Illegal value for Status"],
    "Queue": ["That queue does not exist"],
    "Requestors": ["x is not a valid email address.", "y is not a valid email address."],
}
SAID = (
    "# Status: Illegal value for Status\n# queue: That queue does not exist\n"
    "# Requestors: x is not a valid email address.\n# y is not a valid email address.\n"
)


@pytest.mark.parametrize("updated", ["", "# Ticket 5 updated.\n"], ids=["untold", "told"])
def test_labels_alone_tell_what_was_refused(updated: str) -> None:
    """Whether RT 3.8-4.0 says "updated" depends on the field that it came to last."""
    reply = read_text(old(f"{SAID}{updated}\n{ECHO}", "409 Syntax Error", "3.8.10"))
    assert read_edits(reply, [EDIT]) == [EditReply(errors=REFUSED)]


def test_no_change_is_no_failure() -> None:
    """RT 3.8-4.0 says "updated" where nothing was to change."""
    assert read_edits(read_text(old("# Ticket 5 updated.\n\n")), [EDIT]) == [EditReply()]


def test_a_batch_of_old_replies() -> None:
    """One that failed without a word of what went well, among others."""
    edits = [Edit("ticket", number, EDIT.fields) for number in (4, 5, 6)]
    body = f"# Ticket 4 updated.\n# Ticket 6 updated.\n\n--\n\n{SAID}\n{ECHO}"
    reply = read_text(old(body, "409 Syntax Error"))
    assert read_edits(reply, edits) == [EditReply(), EditReply(errors=REFUSED), EditReply()]


@pytest.mark.parametrize("label", ["severity", "Severity"])
def test_a_ticket_is_made_whatever_the_status_says(label: str) -> None:
    """RT 3.8-4.0 makes the ticket first and then refuses the field that it does not know."""
    body = f"# Ticket 7 created.\n# {label}: Unknown field.\n\nid: ticket/new\nSeverity: 1\n\n"
    created = read_created(read_text(old(body, "409 Syntax Error")), {"Severity": "1"})
    assert (created.id, created.unclear) == (7, "")
    assert created.errors == {"Severity": [f"{label}: Unknown field."]}


def test_a_bad_status_of_a_new_ticket() -> None:
    """As RT 3.8 says it."""
    body = "# Could not create ticket.\n# Invalid value for status\n\n"
    created = read_created(read_text(old(body, version="3.8.10")), {"Status": "bogus"})
    assert (created.id, created.errors) == (None, {"Status": ["Invalid value for status"]})


@pytest.mark.parametrize("kind", ["comment", "correspond"])
def test_a_message_recorded(kind: str) -> None:
    """RT 3.8-4.0 does not say of which kind it was."""
    reply = read_text(old("# Message recorded\n\n"))
    assert read_message(reply, Message("comment" if kind == "comment" else "correspond", "x")) == (
        Said()
    )


ENTRY = (
    "id: 35\nTicket: 5\nTimeTaken: 0\nType: Create\nField:\nOldValue:\nNewValue:\nData:\n"
    "Description: Ticket created by root\n\nContent: This transaction appears to have no content\n\n"
    "Creator: root\nCreated: 2026-01-05 10:00:00\n\nAttachments:\n"
)


@pytest.mark.parametrize("counts", ["# 1/2 (id/35/total)", "# 2/2 (id/35/total)"])
def test_the_heads_of_histories(counts: str) -> None:
    """RT 3.8-4.0 counts above each entry, in another way; nothing depends on it."""
    entries = "--\n\n".join(
        [f"{counts}\n\n{ENTRY}\n", f"{counts}\n\n{ENTRY.replace('35', '36')}\n"]
    )
    [history] = read_history(read_text(old(entries)), [5])
    assert isinstance(history, list)
    assert [entry.id for entry in history] == [35, 36]
    assert read_counts(read_text(old(f"{counts}\n\n35: Ticket created\n\n")), [5]) in ([1], [2])


def test_a_subject_of_several_lines() -> None:
    """RT 3.8-4.0 keeps it, and shows it so."""
    body = "id: ticket/5\nQueue: General\n\nSubject: one\n         two\n\nStatus: new\n\n"
    [answer] = read_shows(read_text(old(body)), [5])
    assert not isinstance(answer, Exception)
    assert (answer.fields["Subject"], answer.fields["Status"]) == ("one\ntwo", "new")


@pytest.mark.parametrize(
    "said",
    [
        "Invalid query: 'Unknown field 'Nosuch' in \"Nosuch = 1\" at /opt/rt/lib/RT.pm line 5.\n'.",
        "Unknown field 'Nosuch' in \"Nosuch = 1\"",
        "Unknown field: Nosuch",
    ],
)
def test_an_unknown_field_of_a_query(said: str) -> None:
    """RT's words for it differ; the exception is the same, and holds them without the program."""
    with pytest.raises(QueryError, match=r"Unknown field.*Nosuch") as caught:
        read_ids(read_text(old(f"{said}\n", "400 Bad request", "4.2.17")))
    assert "/opt" not in str(caught.value)


def test_many_forms_of_one_edit() -> None:
    """What is said of any of them is said of the edit, once."""
    failed = EditReply(errors={"RefersTo": ["Permission Denied"]})
    other = EditReply(errors={"RefersTo": ["no", "Permission Denied"], "MemberOf": ["no"]})
    assert together([EditReply(), failed, failed, other]) == EditReply(
        errors={"RefersTo": ["Permission Denied", "no"], "MemberOf": ["no"]}
    )
    unclear = EditReply(unclear="RT crashed: x")
    assert together([EditReply(), unclear, unclear]) == unclear


# The documentation

SERIES = ((3, 8), (4, 0), (4, 2), (4, 4), (5, 0), (6, 0))
RUN_HERE = ("4.4", "5.0")


def cell(feature: Feature, series: tuple[int, int]) -> str:
    """What the documentation says of a feature and the versions of a series."""
    if feature.since <= series or feature.since == (*series, 0):
        return "yes"
    return f"from {feature.first}" if feature.since[:2] == series else "no"


def test_the_documentation_tells_the_table(root: Path) -> None:
    """Each feature has its row, by age, with since when RT has it; bold is what runs here."""
    lines = (root / "docs" / "versions.md").read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("| RT knows |"))
    head, _, *rows = (
        [each.strip() for each in line.strip("|").split("|")]
        for line in itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    )
    assert head == ["RT knows", *(f"{first}.{second}" for first, second in SERIES), "else"]
    told = [[name, *(text.strip("*") for text in cells)] for name, *cells, _ in rows]
    assert told == [
        [feature.name, *(cell(feature, series) for series in SERIES)] for feature in FEATURES
    ]
    bold = {name for row in rows for name, text in zip(head, row, strict=True) if text[:2] == "**"}
    assert bold == set(RUN_HERE)
    assert all(row[-1] for row in rows)
