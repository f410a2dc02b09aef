"""HTML for notebooks: nothing that comes from RT is anything but text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from rtorm import Change, CommitReport, Group, OutcomeUnknownError, SaveResult, Ticket, User
from rtorm.display.html import html_of
from rtorm.display.tables import Cell, Row, Table
from rtorm.orm.state import state_of
from tests.display.support import page
from tests.orm.doubles import Shelf, loaded
from tests.support import Incident

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;b&gt; & &amp;",
    "javascript:alert(1)",
    "</div></table><style>*{display:none}</style>",
    "\u202etxet\u2066\u2069\u200f",
    "\x00\x1b[31m\x07",
    "http://example.com/\u202e?<b>",
]
ELEMENTS = {"div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "bdi", "p"}


class Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.style = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All of its text."""
        return " ".join(self.texts)


def read(shown: Any) -> Reader:
    """What is shown, checked: whole, of known elements, without anything that acts or loads."""
    found = Reader(page(shown))
    assert found.open == []
    assert set(found.elements) <= ELEMENTS
    assert {name for name, _ in found.attributes} <= {"class", "scope"}
    assert found.elements.count("style") == 1
    assert not any(each in found.style for each in ("url(", "@import", "http", "expression"))
    return found


def evil_ticket(shelf: Shelf) -> Incident:
    """A ticket in which every text is meant badly."""
    ticket = loaded(
        Incident,
        shelf,
        queue=EVIL[0],
        subject=EVIL[1],
        status=EVIL[2],
        cc=EVIL,
        note="\n".join(EVIL),
        **{"links.refers_to": EVIL, "links.depends_on": []},
    )
    ticket.subject = "a" + EVIL[0]
    state_of(ticket).errors.update({"owner": [EVIL[0]], "": [EVIL[1]], EVIL[5]: [EVIL[2]]})
    return ticket


def test_a_ticket_s_texts_are_text() -> None:
    """No element, attribute, link or style of theirs; bidi and control characters are seen."""
    shelf = Shelf()
    ticket = evil_ticket(shelf)
    shelf.asked.clear()
    found = read(ticket)
    assert "<script>alert(1)</script>" in found.text
    assert "javascript:alert(1)" in found.text
    assert "\\u202etxet\\u2066\\u2069\\u200f" in found.text
    assert "\\x00\\x1b[31m\\x07" in found.text
    assert not set("\u202e\u2066\u2069\u200f\x00\x1b\x07") & set(found.text)
    assert shelf.asked == []


def test_results_are_text() -> None:
    """A report and a result tell RT's words, whatever they are."""
    ticket = evil_ticket(Shelf())
    result = SaveResult(
        ticket,
        "partial",
        {"subject": Change(EVIL[0], EVIL[1]), EVIL[2]: Change(1, 2)},
        {"owner": [EVIL[0]], EVIL[1]: [EVIL[5]]},
        overwritten={"subject": EVIL[3]},
    )
    for shown in (result, CommitReport((result, result))):
        assert "&lt;b&gt; & &amp;" in read(shown).text


@given(st.lists(st.text(), min_size=1, max_size=3), st.text(), st.text(), st.none() | st.text())
def test_any_text_is_text(cells: list[str], title: str, note: str, old: str | None) -> None:
    """Whatever stands in a table comes out as it went in."""
    rows = (Row(tuple(Cell(text, old) for text in cells), "refused"),)
    found = Reader(html_of(Table(title, note, tuple(cells), rows, (note,))))
    assert found.open == []
    assert set(found.elements) <= ELEMENTS
    assert {name for name, _ in found.attributes} <= {"class", "scope"}
    texts = [title, note, *cells, *([old] if old else []), note]
    assert all(_flat(text) in _flat("".join(found.texts)) for text in texts)


def _flat(text: str) -> str:
    """Without what a parser makes one of, or drops."""
    return text.replace("\r", "").replace("\n", "").replace("\x00", "")


def test_what_is_loaded_unsaved_refused_and_missing() -> None:
    """A ticket's page tells the four apart; an empty field is named, not drawn."""
    ticket = loaded(Incident, subject="Disk full", status="new", owner="Nobody", severity=None)
    ticket.status, ticket.owner = "open", "nobody-such"
    ticket.priority = 5
    state_of(ticket).errors["owner"] = ["That user does not exist"]
    html = page(ticket)
    assert '<tr class="rtorm-changed"><th scope="row" class="rtorm-short"><bdi>status' in html
    assert "<bdi>new</bdi> → <b><bdi>open</bdi></b>" in html
    # It was set before it was read.
    assert ">→ <b><bdi>5</bdi></b>" in html
    text = read(ticket).text
    assert "That user does not exist" in text
    assert "Unsaved: status, owner, priority." in text
    assert "Empty: severity." in text
    assert "Not loaded, and asked for when read: queue, creator, " in text
    assert ", links, " in text


@pytest.mark.parametrize("status", ["new", "detached"])
def test_where_a_record_stands_is_said(status: str) -> None:
    """Of one that is not as others are."""
    ticket = Incident(subject="x") if status == "new" else loaded(Incident, subject="x")
    state_of(ticket).session = None
    said = {"new": "session.add()", "detached": "belongs to no session"}
    assert said[status] in read(ticket).text


def test_passwords_are_hidden() -> None:
    """In a notebook, which is kept and sent around."""
    user = loaded(User, name="ann")
    user.password = SecretStr("geheimgeheim")
    result = SaveResult(user, "updated", user.changes)
    for shown in (user, result, User(name="new", password=SecretStr("geheimgeheim"))):
        assert "geheim" not in page(shown)
        assert "*****" in page(shown)


def test_related_things_are_counted() -> None:
    """A group's custom fields are named."""
    group = loaded(Group, name="Staff", custom_fields=())
    assert "Empty: custom_fields." in read(group).text


def test_refused_values_are_those_that_were_refused() -> None:
    """A value that was assigned since is not shown beside RT's words about another one."""
    ticket = loaded(Ticket, subject="x", owner="Nobody")
    ticket.owner = "no-such"
    state_of(ticket).errors["owner"] = ["That user does not exist"]
    result = SaveResult(ticket, "rejected", {}, {"owner": ["That user does not exist"]})
    assert "no-such" in read(result).text
    ticket.owner = "another"
    text = read(result).text
    assert "another" not in text
    assert "That user does not exist" in text


def test_troubles_come_first_and_words_tell_them() -> None:
    """Unknown, partial and rejected before what went well; colours are not needed to read it."""
    tickets = [loaded(Ticket, subject=name) for name in ("good", "unsent", "bad", "lost")]
    good, unsent, bad, lost = tickets
    report = CommitReport(
        (
            SaveResult(good, "updated", {"status": Change("new", "open")}),
            SaveResult(unsent, "rejected", {}, {"": ["not sent"]}, unsent=True),
            SaveResult(bad, "rejected", {}, {"owner": ["no"]}),
            SaveResult(lost, "unknown", {}, {"": ["lost"]}, OutcomeUnknownError("lost")),
            SaveResult(good, "unchanged"),
        )
    )
    text = read(report).text
    order = [text.index(f"Ticket 1: {name}") for name in ("lost", "bad", "good", "unsent")]
    assert order == sorted(order)
    assert [
        word for word in ("unknown", "refused", "applied", "not sent") if word not in text
    ] == []


def test_a_large_report_is_small() -> None:
    """Of thousands of records the first hundred lines, and how many more there are."""
    results = [SaveResult(loaded(Ticket), "updated", {"a": Change(1, 2)}) for _ in range(3000)]
    shown = page(CommitReport(tuple(results)))
    assert shown.count("<tr") == 101
    assert "2,900 lines more" in shown
    assert len(shown) < 40_000


def test_a_ticket_of_ten_megabytes_is_small() -> None:
    """A page shows the beginning of a text, and how long it is."""
    ticket = loaded(Incident, subject="x", note="ä" * 10_000_000, hosts=["h"] * 100_000)
    shown = page(ticket)
    assert "10,000,000 characters" in shown
    assert len(shown) < 6000
