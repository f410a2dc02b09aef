"""RT's lists of attachments, its details of one, and what a missing content means."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm import Session
from rtorm.errors import NotFound, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Edit, EditReply, ListedFile, Message, Upload
from rtorm.rest1.gateway import Rest1
from rtorm.rest1.replies.attachments import read_details, read_files, read_little
from rtorm.rest1.replies.reply import Reply
from tests.rest1.rt_rules import write_body, write_form
from tests.rest1.support import CRASHES, RT5, plain
from tests.support import Server, Wire

Connect = Callable[..., Session]

# RT keeps neither folders nor line breaks in a name, nor blanks in a media type.
names = st.text(st.characters(codec="utf-8", exclude_characters="/\n")) | st.sampled_from(
    ["(Unnamed)", "a (b", "a), 7: b (", "x.txt (3b), 7: y", "5: a", " ", ", ", "é\r\t", "),"]
)
types = st.text("abz+-.()/\"'=0123", max_size=20) | st.just("text/plain")
sizes = st.integers(0, 5000)
listed = st.builds(ListedFile, st.integers(1, 9999), names, types, sizes)


def item(file: ListedFile) -> str:
    """How RT lists an attachment."""
    size = f"{file.size}b" if file.size <= 1024 else f"{int(file.size / 102.4) / 10:g}k"
    return f"{file.id}: {file.filename or '(Unnamed)'} ({file.content_type} / {size})"


def as_read(file: ListedFile) -> ListedFile:
    """What can be known of it: a file that is called `(Unnamed)` looks as if it had no name."""
    size = file.size if file.size <= 1024 else int(int(file.size / 102.4) / 10 * 1024)
    name = "" if file.filename == "(Unnamed)" else file.filename
    return ListedFile(file.id, name, file.content_type, size)


def lists(files: dict[int, Sequence[ListedFile]]) -> Reply:
    """RT's reply to a show of these tickets and their attachments."""
    tickets = [f"id: ticket/{number}\n: \n" for number in files]
    shown = [
        write_form({"id": f"ticket/{number}/attachments", "Attachments": list(map(item, each))})
        for number, each in files.items()
        if each
    ]
    return plain(f"{RT5} 200 Ok\n\n{write_body([*tickets, *shown])}".encode())


def body(text: str) -> Reply:
    return plain(f"{RT5} 200 Ok\n\n{text}".encode(errors="replace"))


def read(reply: Reply, *ids: int) -> list[list[ListedFile]]:
    """The lists, where all could be read."""
    answers = read_files(reply, ids)
    for answer in answers:
        if isinstance(answer, RTError):
            raise answer
    return [answer for answer in answers if not isinstance(answer, RTError)]


@given(st.dictionaries(st.integers(1, 99), st.lists(listed, max_size=6), min_size=1, max_size=4))
@example({1: [ListedFile(5, "x.txt (text, 3b), 7: y", "a", 3), ListedFile(6, "", "a/b/c", 2000)]})
@example({1: [ListedFile(7, "x" * 20, "t", 0), ListedFile(8, "y" * 9, "t", 0)]})
def test_every_name_is_read_as_it_is(files: dict[int, list[ListedFile]]) -> None:
    """Whatever a name looks like, the list is read as RT meant it, wrapped or not."""
    ids = sorted(files)
    got = read(lists({number: files[number] for number in ids}), *ids)
    assert got == [list(map(as_read, files[number])) for number in ids]


@pytest.mark.parametrize("name", ["a/b.txt", "a / b (c", "two\nlines.txt", "a\n7: b (3b)"])
def test_names_that_rt_does_not_keep_any_more(name: str) -> None:
    """Folders and line breaks, which a very old database may hold, are read where they are clear."""
    files = [ListedFile(5, name, "text/plain", 3), ListedFile(6, "z", "image/png", 4)]
    # RT begins the field anew for an item with a line break.
    forms = [item(files[0]).replace("\n", "\n" + " " * 13), item(files[1])]
    joined = ",\n             ".join(forms)
    if "\n" in name:
        joined = f"{forms[0]}\n\nAttachments: {forms[1]}"
    text = f"id: ticket/1\n\n--\n\nid: ticket/1/attachments\n\nAttachments: {joined}\n\n\n"
    assert read(body(text), 1) == [files]


def test_only_a_folder_in_a_name_could_deceive() -> None:
    """With a `/` in a name, two lists would be written alike: why the rule needs RT's own."""
    one = [ListedFile(5, "x (a/b / 3b), 7: y", "c", 1)]
    two = [ListedFile(5, "x", "a/b", 3), ListedFile(7, "y", "c", 1)]
    assert lists({1: one}).body == lists({1: two}).body


def test_why_a_ticket_has_no_list() -> None:
    """None, no right and no ticket are told apart; the others' lists are there all the same."""
    reply = body(
        "id: ticket/1\n: \n\n--\n\n# You are not allowed to display ticket 2.\n\n\n--\n\n"
        "# Ticket 3 does not exist.\n\n\n--\n\nid: ticket/4\n: \n\n--\n\n"
        "id: ticket/4/attachments\nAttachments: 9: a (b/c / 0b)\n\n--\n\n"
        "# Ticket 3 does not exist.\n\n\n"
    )
    none, forbidden, missing, four = read_files(reply, [1, 2, 3, 4])
    assert none == []
    assert isinstance(forbidden, PermissionDenied)
    assert "ShowTicket" in str(forbidden)
    assert isinstance(missing, NotFound)
    assert four == [ListedFile(9, "a", "b/c", 0)]


def test_a_merged_ticket_has_the_targets_attachments() -> None:
    """RT shows the target, once for each of the two."""
    block = "id: ticket/7/attachments\nAttachments: 9: a (b/c / 0b)\n"
    reply = body(f"id: ticket/7\n: \n\n--\n\nid: ticket/7\n: \n\n--\n\n{block}\n--\n\n{block}\n")
    assert read(reply, 3, 7) == [[ListedFile(9, "a", "b/c", 0)]] * 2


def test_a_list_that_cannot_be_read_costs_its_ticket_alone() -> None:
    """An item that is none is an error of that ticket."""
    reply = body(
        "id: ticket/1\n\n--\n\nid: ticket/2\n\n--\n\nid: ticket/1/attachments\nAttachments: what\n"
        "\n--\n\nid: ticket/2/attachments\nAttachments: 9: a (b/c / 0b)\n\n"
    )
    broken, whole = read_files(reply, [1, 2])
    assert isinstance(broken, ProtocolError)
    assert "ticket 1" in str(broken)
    assert whole == [ListedFile(9, "a", "b/c", 0)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Invalid object ID specified: 'x'\n", ProtocolError),
        ("id: ticket/1\n: \n\n--\n\nid: tick", ProtocolError),
    ],
)
def test_a_reply_that_is_none(text: str, error: type[RTError]) -> None:
    """A refusal of all and a reply that was cut short are errors."""
    with pytest.raises(error):
        read_files(body(text), [1, 2])


@pytest.mark.parametrize("crash", CRASHES)
def test_crashes(crash: str) -> None:
    """RT's crashes are told as such."""
    for reader in READERS:
        with pytest.raises(ProtocolError, match="RT crashed"):
            reader(plain(crash.encode()))


READERS: list[Callable[[Reply], object]] = [
    lambda reply: read_files(reply, [1, 2]),
    lambda reply: read_details(reply, 5),
    lambda reply: read_little(reply, 5),
]

fragments = st.lists(
    st.sampled_from(
        [
            f"{RT5} 200 Ok\n\n",
            "id: ticket/1/attachments\n",
            "id: ticket/1\n",
            "Attachments: ",
            "5: a (b/c / 3b)",
            "99999999999999999999: a (b/c / 3b)",
            "5: a (b/c / .k)",
            "5: a (b/c / 1.2.3k)",
            "5: a (b/c / 1.5b)",
            ",\n             ",
            ", ",
            "\n--\n\n",
            "# Ticket 1 does not exist.\n",
            "Created: 2026-01-01 00:00:00\n",
            "Created: x\n",
            "Transaction: 999999999999999999999\n",
            "Content: 0\n",
            "\n",
        ]
    )
    | st.text(max_size=5)
).map("".join)


@given(fragments)
def test_broken_replies(text: str) -> None:
    """Any reply gives a result or an error of ours."""
    for reader in READERS:
        with contextlib.suppress(RTError):
            reader(body(text))


@pytest.mark.parametrize("part", ["5: a (b", "(", " (", "5: a (b / ", ", 5: ", "5: a (b/c / 3b), "])
def test_long_lists_take_no_time(part: str) -> None:
    """Reading takes time in proportion to the length, whatever a list consists of."""
    start = time.process_time()
    read_files(
        body(f"id: ticket/1\n\n--\n\nid: ticket/1/attachments\nAttachments: {part * 50000}\n\n"),
        [1],
    )
    assert time.process_time() - start < 2


def test_details() -> None:
    """Name, type, entry, instant and headers are read exactly."""
    reply = body(
        "id: attachment/5\nCreated: 2026-11-24 20:18:24\nTransaction: 1569\nFilename: é.txt\n"
        'ContentType: text/plain\n\nHeaders: Subject: a\n         Content-Type: x; y="z"\n\n\n'
    )
    details = read_details(reply, 5)
    assert details.created == datetime(2026, 11, 24, 20, 18, 24, tzinfo=UTC)
    assert (details.id, details.transaction) == (5, 1569)
    assert (details.filename, details.content_type) == ("é.txt", "text/plain")
    assert details.headers == 'Subject: a\nContent-Type: x; y="z"'


EMPTY = "id: attachment/5\nCreated: \nTransaction: 7\nFilename: \nContentType: \nHeaders: \n\n"


@pytest.mark.parametrize("reader", [read_details, read_little])
def test_what_may_not_be_seen(reader: Callable[[Reply, int], object]) -> None:
    """RT shows what is forbidden as empty: an error that names the rights, no empty file."""
    with pytest.raises(PermissionDenied, match=r"attachment 5.*ShowTicket.*ShowTicketComments"):
        reader(body(EMPTY), 5)
    with pytest.raises(NotFound, match="does not exist"):
        reader(body("# Attachment 5 does not exist.\n\n\n"), 5)


@pytest.mark.parametrize(("shown", "content"), [("", b""), ("0", b"0")])
def test_a_content_without_bytes(shown: str, content: bytes) -> None:
    """Of an empty content and of a `0` RT sends the same, but shows them differently."""
    assert (
        read_little(body(f"id: 5\nCreated: 2026-01-01 00:00:00\nContent: {shown}\n\n"), 5)
        == content
    )


def test_a_content_that_should_have_bytes() -> None:
    """A content that shows more than RT sent is not believed to be empty."""
    with pytest.raises(ProtocolError, match="attachment 5"):
        read_little(body("id: 5\nCreated: 2026-01-01 00:00:00\nContent: x\n\n"), 5)


# What follows runs on real servers.

ODD_NAMES = [
    "a, b (1).txt",
    "x (text, 3b), 7: y",
    "5: z (",
    "Größe 日本 😀.png",
    'quo"te.txt',
    "#1",
    "untitled",
    "), (",
]


@pytest.fixture
def gate(session: Session) -> Rest1:
    return Rest1(session.client)


def new_ticket(gate: Rest1, *files: Upload, queue: str = "Incidents", text: str = "") -> int:
    fields = {"Queue": queue, "Subject": "files"} | ({"Text": text} if text else {})
    number = gate.create("ticket", fields, files).id
    assert number is not None
    return number


def content_of(gate: Rest1, ticket: int, file: ListedFile) -> bytes:
    with gate.download(ticket, file) as pieces:
        return b"".join(pieces)


def test_lists_of_several_tickets(gate: Rest1, wire: Wire) -> None:
    """One request lists the attachments of all, in the order asked for, repeated ones again."""
    one = new_ticket(gate, text="hello")
    none = new_ticket(gate)
    many = new_ticket(gate, *(Upload(name, name.encode(), "image/png") for name in ODD_NAMES))
    wire.clear()
    got = gate.files([many, 99999, one, none, many])
    assert len(wire.sent) == 1
    assert isinstance(got[1], NotFound)
    assert [(file.filename, file.content_type, file.size) for file in as_list(got[2])] == [
        ("", "text/plain", 5)
    ]
    assert got[3] == []
    assert got[4] == got[0]
    found = [file for file in as_list(got[0]) if file.content_type == "image/png"]
    assert [file.filename for file in found] == ODD_NAMES
    assert [content_of(gate, many, file).decode() for file in found] == ODD_NAMES


def test_links_and_attachments_in_one_request(gate: Rest1, wire: Wire) -> None:
    """They are what each is asked by itself, also of a merged ticket and of one that is not."""
    one, two = new_ticket(gate, text="one"), new_ticket(gate, text="two")
    merged = new_ticket(gate, *(Upload(name, b"x", "image/png") for name in ODD_NAMES))
    links = {"DependsOn": str(two), "RefersTo": "http://x.org/"}
    assert gate.edit([Edit("ticket", one, links, "links")]) == [EditReply()]
    assert gate.merge(merged, two).refusal is None
    tickets = [two, 99999, one, merged, two]
    gate.show("ticket", [one], [], links=True)
    wire.clear()
    related = gate.related(tickets)
    assert len(wire.sent) == 1
    alone = zip(gate.show("ticket", tickets, [], links=True), gate.files(tickets), strict=True)
    assert [tuple(map(str, each)) for each in related] == [tuple(map(str, each)) for each in alone]
    assert [type(each) for each in related[1]] == [NotFound, NotFound]
    assert len(as_list(related[3][1])) == len(ODD_NAMES) + 2


def as_list(answer: list[ListedFile] | RTError) -> list[ListedFile]:
    assert not isinstance(answer, RTError)
    return answer


def test_many_tickets_go_in_portions(gate: Rest1, wire: Wire) -> None:
    """RT reads each content to list its size, so a request lists 100 tickets."""
    answers = gate.files(range(900001, 900121))
    assert all(isinstance(answer, NotFound) for answer in answers)
    assert [len(sent.text.split("\n")[0].split(",")) for sent in wire.sent] == [100, 20]


def test_rights(gate: Rest1, connect: Connect) -> None:
    """Attachments of comments are not listed without ShowTicketComments; tickets need ShowTicket."""
    ticket, hidden = new_ticket(gate, text="hello"), new_ticket(gate, queue="General", text="x")
    said = gate.message(ticket, Message("comment", files=(Upload("a", b"b", "image/png"),)))
    assert said.refusal is None
    [files] = gate.files([ticket])
    secret = as_list(files)[-1]
    other = Rest1(connect("creator").client)
    seen, refused = other.files([ticket, hidden])
    assert [file.size for file in as_list(seen)] == [5]
    assert isinstance(refused, PermissionDenied)
    for attempt in (
        lambda: other.file_details(secret.id),
        lambda: content_of(other, ticket, secret),
    ):
        with pytest.raises(PermissionDenied, match="ShowTicketComments"):
            attempt()


def test_merged_tickets_on_a_server(gate: Rest1) -> None:
    """Both numbers give the attachments of the two."""
    old, target = new_ticket(gate, text="one"), new_ticket(gate, text="other")
    assert gate.merge(old, target).refusal is None
    both = gate.files([target, old])
    assert both[0] == both[1]
    assert [file.size for file in as_list(both[0])] == [3, 5]


def test_details_on_a_server(gate: Rest1) -> None:
    """Name, type, headers and instant are those that RT keeps."""
    ticket = new_ticket(gate, Upload("é, 日本.txt", b"x", "text/csv"))
    [files] = gate.files([ticket])
    file = as_list(files)[-1]
    details = gate.file_details(file.id)
    assert (details.filename, details.content_type) == ("é, 日本.txt", "text/csv")
    assert details.created is not None
    assert abs((details.created - gate.identity().time).total_seconds()) < 3600
    assert "Content-Disposition:" in details.headers
    assert details.transaction > 0


@pytest.mark.parametrize("content", [b"", b"0", b"00", b"\n", b"RT/5.0.3 200 Ok\n\n# x\n"])
def test_little_contents(gate: Rest1, content: bytes) -> None:
    """What RT sends no bytes of, or what looks like a reply, is read exactly."""
    ticket = new_ticket(gate, Upload("a", content, "image/png"))
    [files] = gate.files([ticket])
    assert content_of(gate, ticket, as_list(files)[-1]) == content


def test_a_content_that_is_rts_own_sentence(gate: Rest1) -> None:
    """A missing attachment is an error; a content that says so of itself is a content."""
    ticket = new_ticket(gate, *[Upload("a", b"x", "image/png")] * 3)
    [files] = gate.files([ticket])
    last = as_list(files)[-1].id
    # The next comment with one file has one attachment more.
    contents = [
        f"# Invalid attachment id: {number}\n\n\n".encode() for number in range(last + 1, last + 4)
    ] + [f"# Ticket {ticket} does not exist.\n\n\n".encode()]
    for content in contents:
        gate.message(ticket, Message("comment", files=(Upload("b", content, "image/png"),)))
    [after] = gate.files([ticket])
    said = [file for file in as_list(after) if file.filename == "b"]
    assert [content_of(gate, ticket, file) for file in said] == contents
    missing = ListedFile(99999, "", "", 0)
    with pytest.raises(NotFound, match="99999"):
        content_of(gate, ticket, missing)
    with pytest.raises(NotFound, match="Ticket 99999"):
        content_of(gate, 99999, said[0])


@pytest.mark.live
def test_a_large_content_comes_by_pieces(gate: Rest1) -> None:
    """The pieces are small, and together they are the content."""
    content = bytes(range(256)) * 20000
    ticket = new_ticket(gate, Upload("big", content))
    [files] = gate.files([ticket])
    file = as_list(files)[-1]
    assert file.size == len(content)
    with gate.download(ticket, file) as pieces:
        got = list(pieces)
    assert max(map(len, got)) <= 65536 + 1024
    assert b"".join(got) == content


MAIL = """From: alice@example.com
Subject: odd names
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="X"

--X
Content-Type: text/plain

body
--X
Content-Type: text/plain; name="=?utf-8?q?nl=0Ax=2Etxt?="

one
--X
Content-Type: text/plain
Content-Disposition: attachment; filename*=utf-8''a%2Fb%0Ac%0D.txt

two
--X
Content-Type: text/plain; name="x.txt (text/plain / 3b),  7: y"

three
--X
Content-Type: weird/(type); name="n (a/b"

four
--X
Content-Type: nonsense

five
--X
Content-Type: application/x-a/b/c; name="  lead.png "

six
--X
Content-Type: image/png; name="esc\\"q\\\\b.png"

seven
--X--
"""


def test_names_from_mail(gate: Rest1, rt: Server) -> None:
    """RT lists no line break and no `/`, whatever a mail calls its files: all are read exactly."""
    gateway = f"{rt.url}/REST/1.0/NoAuth/mail-gateway"
    form = {"message": MAIL, "queue": "Incidents", "action": "correspond"}
    assert requests.post(gateway, form, timeout=60).text.startswith("ok")
    [*_, ticket] = gate.search("ticket", "Subject = 'odd names'", "+id")
    [files] = gate.files([ticket])
    got = [(file.filename, file.content_type, file.size) for file in as_list(files)]
    assert got[:9] == [
        ("", "multipart/mixed", 0),
        ("", "text/plain", 4),
        ("nlx.txt", "text/plain", 3),
        ("bc\r.txt", "text/plain", 3),
        (" 3b),  7: y", "text/plain", 5),
        ("b", "weird/(type)", 4),
        ("", "nonsense", 4),
        ("  lead.png ", "application/x-a/b/c", 3),
        ('esc"q\\b.png', "image/png", 5),
    ]
    assert [gate.file_details(file.id).filename for file in as_list(files)[:9]] == [
        name for name, _, _ in got[:9]
    ]
