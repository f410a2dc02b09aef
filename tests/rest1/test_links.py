"""Links as RT shows them: which of them are tickets of the same RT."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rtorm.errors import NotFound, RTError
from rtorm.gateway import Shown
from rtorm.rest1.readers.links import RELATIONS, LinkReader
from rtorm.rest1.replies.reply import Reply, read_text
from rtorm.rest1.replies.shows import read_shows
from tests.rest1.rt_rules import reply, write_body, write_form

LOCAL = "fsck.com-rt://example.com/ticket/"
FOREIGN = "fsck.com-rt://elsewhere/ticket/"
SEARCH = re.compile(r"id = (\d+)(?: AND (\w+) = (\d+))?\Z")
QUERIED = {"HasMember": "Members"}


class Searched:
    """Stands for the client: finds by the links of its own tickets, as RT does."""

    def __init__(self, tickets: Mapping[int, Mapping[str, Sequence[str]]]) -> None:
        self.tickets = tickets
        self.queries: list[str] = []

    def get(self, path: str, parameters: Mapping[str, str]) -> Reply:
        """The ids found."""
        assert (path, parameters["format"]) == ("search/ticket", "i")
        self.queries.append(parameters["query"])
        found = SEARCH.match(parameters["query"])
        assert found
        ticket, relation, target = int(found[1]), found[2], found[3]
        links = self.tickets.get(ticket)
        held = links is not None and (
            not relation or f"{LOCAL}{target}" in links.get(QUERIED.get(relation, relation), ())
        )
        return read_text(reply(f"ticket/{ticket}\n\n\n" if held else "\n\n"))


def shown(ticket: int, links: Mapping[str, Sequence[str]]) -> list[Shown | RTError]:
    """A ticket and its links, as RT writes them and they are read."""
    kept: dict[str, Any] = {name: list(items) for name, items in links.items() if items}
    forms = [
        write_form({"id": f"ticket/{ticket}", "Subject": "x"}),
        write_form({"id": f"ticket/{ticket}/links", **kept}),
    ]
    return read_shows(read_text(reply(write_body(forms))), [ticket, ticket])


def read(
    links: Mapping[str, Sequence[str]], client: Searched, reader: LinkReader | None = None
) -> Mapping[str, str]:
    """What the reader makes of the links of ticket 1."""
    reader = reader or reader_on(client)
    [joined] = reader.joined(shown(1, links))
    assert isinstance(joined, Shown)
    return joined.fields


def reader_on(client: Searched) -> LinkReader:
    """A reader that searches there."""
    stand_in: Any = client
    return LinkReader(stand_in)


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_ticket_of_this_rt_is_its_number(relation: str) -> None:
    """A query finds the link, whatever the relation is called there; one query for all links."""
    links = {relation: [f"{LOCAL}5", f"{LOCAL}7", "http://x/"]}
    client = Searched({1: links})
    fields = read(links, client)
    assert fields[relation] == "5, 7, http://x/"
    assert len(client.queries) == 1


def test_a_ticket_of_another_rt_is_its_uri() -> None:
    """It is never taken for a ticket of this RT that has the same number."""
    links = {"RefersTo": [f"{FOREIGN}5", f"{FOREIGN}6"]}
    client = Searched({1: links, 5: {}, 6: {}})
    assert read(links, client)["RefersTo"] == f"{FOREIGN}5, {FOREIGN}6"
    assert len(client.queries) == 2


def test_both_sorts_are_told_apart_in_one_list() -> None:
    """Each organization is found out by itself, and once."""
    links = {"RefersTo": [f"{FOREIGN}5", f"{LOCAL}5"], "Members": [f"{FOREIGN}9", f"{LOCAL}8"]}
    client = Searched({1: links})
    reader = reader_on(client)
    fields = read(links, client, reader)
    assert fields["RefersTo"] == f"{FOREIGN}5, 5"
    assert fields["Members"] == f"{FOREIGN}9, 8"
    asked = len(client.queries)
    assert asked == 3
    assert read(links, client, reader) == fields
    assert len(client.queries) == asked


def test_two_tickets_of_one_number_are_not_guessed() -> None:
    """A query finds one of them and does not tell which: both stay URIs until it is known."""
    links = {"RefersTo": [f"{FOREIGN}5", f"{LOCAL}05"]}
    client = Searched({1: links})
    reader = reader_on(client)
    assert read(links, client, reader)["RefersTo"] == f"{FOREIGN}5, {LOCAL}05"
    assert client.queries == []
    other = {"RefersTo": [f"{LOCAL}8"]}
    client.tickets = {1: other}
    assert read(other, client, reader)["RefersTo"] == "8"
    assert read(links, client, reader)["RefersTo"] == f"{FOREIGN}5, 05"


def test_nothing_is_learnt_from_a_ticket_that_no_query_finds() -> None:
    """RT's searches leave out deleted tickets and approvals: their links stay URIs."""
    links = {"RefersTo": [f"{LOCAL}5"]}
    client = Searched({})
    reader = reader_on(client)
    assert read(links, client, reader)["RefersTo"] == f"{LOCAL}5"
    client.tickets = {1: links}
    assert read(links, client, reader)["RefersTo"] == "5"


def test_without_links_nothing_is_asked() -> None:
    """All six relations are there, empty, beside the ticket's own fields."""
    client = Searched({})
    assert read({}, client) == {
        "id": "ticket/1",
        "Subject": "x",
        **dict.fromkeys(RELATIONS, ""),
    }
    assert client.queries == []


def test_a_long_list_is_read_whole() -> None:
    """RT breaks a list into lines of 70 signs; commas of a URI are its own."""
    uris = [f"http://example.com/{number},{number}/" + "x" * number for number in range(80)]
    links = {"DependsOn": [*uris, f"{LOCAL}5"]}
    fields = read(links, Searched({1: links}))
    assert fields["DependsOn"].split(", ") == [*uris, "5"]


@pytest.mark.parametrize(
    "uri",
    [
        "fsck.com-rt://example.com/ticket/5/x",
        "fsck.com-rt://example.com/RT::Group/5",
        "fsck.com-article://example.com/article/1",
        "http://example.com/ticket/5",
        "fsck.com-rt://example.com/ticket/",
        "fsck.com-rt://example.com/ticket/" + "9" * 5000,
    ],
)
def test_what_is_no_ticket_is_its_uri(uri: str) -> None:
    """Articles, groups and pages stay what RT shows."""
    client = Searched({1: {}})
    assert read({"RefersTo": [uri]}, client)["RefersTo"] == uri
    assert client.queries == []


def test_a_ticket_or_links_that_cannot_be_shown_are_an_error() -> None:
    """Whichever of the two is refused."""
    gone = NotFound("Ticket 1 does not exist.")
    ticket, links = shown(1, {})
    reader = reader_on(Searched({}))
    assert reader.joined([gone, links]) == [gone]
    assert reader.joined([ticket, gone]) == [gone]


def test_each_ticket_has_its_own_links() -> None:
    """RT shows first all tickets, then the links of all."""
    first, second = shown(1, {"RefersTo": ["http://a/"]}), shown(2, {"RefersTo": ["http://b/"]})
    joined = reader_on(Searched({})).joined([first[0], second[0], first[1], second[1]])
    assert [answer.id for answer in joined if isinstance(answer, Shown)] == [1, 2]
    assert [answer.fields["RefersTo"] for answer in joined if isinstance(answer, Shown)] == [
        "http://a/",
        "http://b/",
    ]
