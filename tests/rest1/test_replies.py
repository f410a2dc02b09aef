"""Replies: RT's sentences and envelopes, and what a batch of edits or a create came to."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import (
    AuthenticationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    QueryError,
    RTError,
)
from rtorm.gateway import Edit, EditReply, Shown
from rtorm.rest1.replies import (
    Reply,
    error_for,
    read_created,
    read_edits,
    read_http,
    read_shows,
    read_text,
)
from tests.rest1.rt_rules import reply, write_body, write_form

RT4 = "RT/4.4.6+dfsg-1.1+deb12u4"
RT5 = "RT/5.0.3+dfsg-3~deb12u6"


def plain(content: bytes, status: int = 200) -> Reply:
    return read_http(status, "text/plain; charset=utf-8", "", content)


# Sentences


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("Invalid object specification: ''", ProtocolError),
        ("Invalid object specification: 'ticket/1/a b'", ProtocolError),
        ("Unknown object type: foo", ProtocolError),
        ("Objects of type ticket must be specified by numeric id.", ProtocolError),
        ("Objects of type attachment must be specified by numeric id.", ProtocolError),
        ("Ticket 99999 does not exist.", NotFound),
        ("You are not allowed to display ticket 5.", PermissionDenied),
        ("You are not allowed to modify ticket 5.", PermissionDenied),
        ("You are not allowed to delete ticket 5.", PermissionDenied),
        ("Queue 9 does not exist.", NotFound),
        ("User nosuch does not exist.", NotFound),
        ("Group Two Words does not exist.", NotFound),
        ("No queue named nosuch exists.", NotFound),
        ("No user named a b exists.", NotFound),
        ("No group named x exists.", NotFound),
        ("No permission to create tickets in the queue 'General'", PermissionDenied),
        ("No attachment for a.txt", ProtocolError),
        ("Cannot modify Queue CF definitions via REST", PermissionDenied),
        ("Cannot modify Group CF definitions via REST", PermissionDenied),
        ("Invalid action: `x'.", ProtocolError),
        ("Empty comment with no attachments submitted.", ProtocolError),
        ("You are not allowed to Comment on ticket 5.", PermissionDenied),
        ("You are not allowed to Correspond on ticket 5.", PermissionDenied),
        ("Could not complete the merge.", PermissionDenied),
        ("Transaction 7 is not related to Ticket 5", NotFound),
        ("Invalid attachment id: 9", NotFound),
        ("Attachment 9 does not exist.", NotFound),
        ("Syntax error.", ProtocolError),
        ("Please resubmit with errors corrected.", ProtocolError),
        ("No object ID specified.", ProtocolError),
        ("Invalid object ID: 'x y'", ProtocolError),
        ("You may submit only one form to this object.", ProtocolError),
        ("No objects specified.", ProtocolError),
        ("Invalid object ID specified: 'x'", ProtocolError),
        ("Invalid field specification: CF.{a, b}", QueryError),
        ("Invalid query: 'Unknown field: Foo at …/Tickets.pm line 3184.\n\nStack:\n'.", QueryError),
        ("Unknown listing format: z. (Use i, s, or l.)", QueryError),
        ("Invalid operator specification: FOO", QueryError),
        ("Permission denied", PermissionDenied),
        ("Permission Denied", PermissionDenied),
        ("Unsupported object type.", QueryError),
        ("Couldn't load ticket id: 'N'.", NotFound),
        ("Invalid link: 'X'.", ProtocolError),
        ("Link not found", NotFound),
        ("Couldn't resolve 'X' into a link.", NotFound),
        ("Something that no version says yet", ProtocolError),
        ("", ProtocolError),
    ],
)
def test_every_sentence_has_its_exception(sentence: str, error: type[RTError]) -> None:
    """RT's sentence decides the exception, whose message repeats it."""
    raised = error_for(sentence)
    assert type(raised) is error
    assert sentence in str(raised)


@given(st.text())
def test_any_sentence_has_an_exception(sentence: str) -> None:
    """No sentence is without one."""
    assert sentence in str(error_for(sentence))


# Envelopes


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (f"{RT4} 200 Ok", "4.4.6"),
        (f"{RT5} 200 Ok", "5.0.3"),
        ("RT/3.8.10 200 Ok", "3.8.10"),
        ("RT/6.0.0~rc1 200 Ok", "6.0.0"),
        ("RT/5.0.0rc1 200 Ok", "5.0.0rc1"),
        ("RT/trunk 200 Ok", "trunk"),
    ],
)
def test_the_version_is_told_without_the_packagers_suffix(line: str, version: str) -> None:
    """Distributions add to RT's version."""
    assert read_text(f"{line}\n\nbody\n").version == version


def test_a_reply_has_a_status_and_a_body() -> None:
    """The body begins after one empty line, and is otherwise left alone."""
    got = plain(f"{RT5} 409 Syntax Error\n\n\n# x\n\n".encode())
    assert (got.status, got.reason, got.body) == (409, "Syntax Error", "\n# x\n\n")
    assert not got.empty
    assert not got.crash


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (f"{RT5} 401 Credentials required\n", ""),
        (
            f"{RT5} 401 Credentials required\n\nYour username or password is incorrect\n",
            "Your username or password is incorrect\n",
        ),
        ("RT/3.8.10 401 Credentials required\n\n", ""),
    ],
)
def test_a_refused_login_is_a_reply(text: str, body: str) -> None:
    """RT's own 401 comes under HTTP 200, with or without a reason."""
    got = plain(text.encode())
    assert (got.status, got.body) == (401, body)


def test_a_reply_without_a_body_is_a_reply() -> None:
    """A logout is answered by a status line alone."""
    assert plain(f"{RT5} 200 Ok\n".encode()) == Reply("5.0.3", 200, "Ok")


def test_a_reply_of_no_bytes_is_empty() -> None:
    """RT says nothing where there is nothing to do or to show."""
    assert plain(b"") == Reply(empty=True)


CRASHES = [
    "RT::Ticket::Disabled Unimplemented in HTML::Mason::Commands. (… line 341) \n\nStack:\n  [x]\n",
    "no value sent for required parameter 'query'\n\nStack:\n  [x]\n",
    "Can't use an undefined value as an ARRAY reference at /usr/share/x line 12.\n",
    'Can\'t call method "Name" on an undefined value at /usr/x.pm line 7, <GEN1> line 3.\n',
]


@pytest.mark.parametrize("text", CRASHES)
def test_a_crash_is_told_by_its_first_line(text: str) -> None:
    """A Perl error under HTTP 200 is a crash, whatever was done before it."""
    got = plain(text.encode())
    assert got.crash == text.split("\n", 1)[0]
    with pytest.raises(ProtocolError, match="crashed"):
        read_shows(got, [1])
    assert read_edits(got, [Edit("ticket", 1, {})])[0].unclear
    assert read_created(got, {}).unclear


@pytest.mark.parametrize(
    "text", ["hello", "RT/5.0.3", "RT/5.0.3 20", "\n", '{"a": 1}', "RT 200 Ok"]
)
def test_other_text_is_no_reply(text: str) -> None:
    """What has no status line says so, with the remedy."""
    with pytest.raises(ProtocolError, match="check the URL"):
        plain(text.encode())


@pytest.mark.parametrize(
    ("status", "content_type", "location", "content", "error", "says"),
    [
        (302, "text/html", "http://rt/SelfService/", b"", PermissionDenied, "not privileged"),
        (302, "text/html", "http://rt/NoAuth/Login.html?next=a", b"", ProtocolError, "front page"),
        (301, "", "https://rt/?token=secret", b"", ProtocolError, "'https://rt/'"),
        (303, "", "", b"", ProtocolError, "redirect"),
        (
            404,
            "text/html",
            "",
            b"<!DOCTYPE html><title>Page not found</title>",
            ProtocolError,
            "404",
        ),
        (
            401,
            "application/json",
            "",
            b'{"message":"Unauthorized"}',
            AuthenticationError,
            "REST 2.0",
        ),
        (401, "text/html", "", b"<h1>Authorization Required</h1>", AuthenticationError, "login"),
        (403, "text/html", "", b"<h1>Forbidden</h1>", AuthenticationError, "login"),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: NoRemoteUser -->",
            AuthenticationError,
            "web server",
        ),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: NoInternalUser -->",
            AuthenticationError,
            "no user of that name",
        ),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: Deauthorized -->",
            AuthenticationError,
            "web server",
        ),
        (413, "text/html", "", b"<h1>Too large</h1>", ProtocolError, "size"),
        (500, "text/html", "", b"<h1>Internal</h1>", ProtocolError, "500"),
        (502, "", "", b"", ProtocolError, "502"),
        (418, "text/plain", "", b"RT/5.0.3 200 Ok\n\n", ProtocolError, "418"),
        (200, "text/html", "", b"<title> Login </title>", ProtocolError, "'Login'"),
        (200, "text/plain", "", b"  <!DOCTYPE html>", ProtocolError, "no title"),
        (200, "text/html", "", b"x", ProtocolError, "HTML page"),
        (
            200,
            "text/html",
            "",
            b"<html>Possible cross-site request forgery</html>",
            AuthenticationError,
            "web login",
        ),
    ],
)
def test_what_is_not_rest_says_what_to_check(
    status: int,
    content_type: str,
    location: str,
    content: bytes,
    error: type[RTError],
    says: str,
) -> None:
    """Pages, redirects and the web server's own refusals are told apart, and hide queries."""
    with pytest.raises(error, match=says) as raised:
        read_http(status, content_type, location, content)
    assert "secret" not in str(raised.value)


@given(
    st.sampled_from([200, 200, 200, 302, 401, 403, 404, 500]) | st.integers(100, 599),
    st.sampled_from(["text/plain; charset=utf-8", "text/html", ""]) | st.text(),
    st.text(),
    st.one_of(
        st.binary(),
        st.binary().map(b"RT/5.0.3 200 Ok\n\n".__add__),
        st.text().map(lambda text: f"RT/4.4.6 409 Syntax Error\n\n# {text}\n\n".encode()),
    ),
)
def test_any_bytes_are_a_reply_or_an_error_of_ours(
    status: int, content_type: str, location: str, content: bytes
) -> None:
    """Nothing that may come over the wire raises anything but an RTError."""
    try:
        got = read_http(status, content_type, location, content)
    except RTError:
        return
    read_edits(got, [Edit("ticket", 1, {"Subject": "x"}), Edit("queue", 2, {"Name": "x"})])
    read_created(got, {"Subject": "x", "CF.{a}": "b"})
    with contextlib.suppress(RTError):
        read_shows(got, [1, 2])


# Shows

SHOW = (
    f"{RT5} 200 Ok\n\nid: ticket/29\nSubject: c\nStatus: new\n\nCF.{{Note}}: a\n           b\n\n"
    ": \nCc: a@x.org\n\n--\n\n# Ticket 99999 does not exist.\n\n\n"
)


def test_a_show_of_many_tells_each_record() -> None:
    """What is there is shown, what is not is an error in its place."""
    first, second = read_shows(plain(SHOW.encode()), [29, 99999])
    assert first == Shown(
        29,
        {
            "id": "ticket/29",
            "Subject": "c",
            "Status": "new",
            "CF.{Note}": "a\nb",
            "Cc": "a@x.org",
        },
    )
    assert isinstance(second, NotFound)


def test_a_merged_ticket_is_shown_under_its_own_number() -> None:
    """The place in the reply tells what was asked for, the id what was found."""
    body = write_body([write_form({"id": "ticket/9", "Subject": "x"})])
    [shown] = read_shows(read_text(reply(body)), [5])
    assert isinstance(shown, Shown)
    assert shown.id == 9


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("# You are not allowed to display ticket 5.\n\n\n", PermissionDenied),
        (
            "# Objects of type ticket must be specified by numeric id.\n\nid: ticket/abc\n\n",
            RTError,
        ),
        ("# No queue named nosuch exists.\n\nid: queue/nosuch\n\n", NotFound),
        ("id: ticket/" + "9" * 5000 + "\n\n", ProtocolError),
        ("id: ticket/²\n\n", ProtocolError),
        ("\n", ProtocolError),
    ],
)
def test_a_record_that_is_not_shown_is_an_error(body: str, error: type[RTError]) -> None:
    """A comment without fields, or with an id that is no number, shows nothing."""
    try:
        [shown] = read_shows(read_text(reply(body)), [5])
    except RTError as raised:
        shown = raised
    assert isinstance(shown, error)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{RT4} 400 Bad Request\n\nInvalid field specification: CF.{{a, b}}\n", QueryError),
        (f"{RT4} 400 Bad Request\n\nNo objects specified.\n", ProtocolError),
        (f"{RT4} 200 Ok\n\n# Ticket 1 does not exist.\n\n\n", NotFound),
        (f"{RT4} 200 Ok\n\nid: ticket/1\n\n", ProtocolError),
        ("", ProtocolError),
    ],
)
def test_a_show_that_was_refused_as_a_whole_raises(text: str, error: type[RTError]) -> None:
    """Another number of records than was asked for is never dealt out."""
    with pytest.raises(error):
        read_shows(plain(text.encode()), [1, 2])


def test_a_show_cut_short_is_a_result_or_an_error() -> None:
    """However much of a reply is missing, nothing else is raised, and no record is mixed up."""
    for cut in range(len(SHOW)):
        try:
            shown = read_shows(plain(SHOW[:cut].encode()), [29, 99999])
        except RTError:
            continue
        assert isinstance(shown[0], Shown)
        assert shown[0].fields["Subject"] == "c"


# Edits: a server in a few lines

CHANGED = "That is already the current value"
CF_MESSAGES = [
    "Invalid value for custom field",
    "Could not add a new value to custom field 'X: y': Input must match [Digits]",
    "Unknown custom field.",
    "Permission Denied",
    CHANGED,
]
CORE_MESSAGES = [
    "Permission Denied",
    "Status 'a: b' isn't a valid status for this ticket.",
    "That user does not exist",
    "TimeWorked could not be set to 5 minutes.",
    "Immutable field",
    CHANGED,
]
WATCHER_MESSAGES = [
    "Could not find or create user 'Subject: x'",
    "Could not find or create user 'bad one'",
    "in@rt is an address RT receives mail at. Adding it as a 'Cc' would create a mail loop",
    "root@x is already Cc",
]
WATCHERS = ("Requestors", "Cc", "AdminCc")
LOWERED = ("Queue", "Owner", "SLA")
CORE = ["Queue", "Owner", "SLA", "Subject", "Status", "Due", "TimeWorked", "Told", *WATCHERS]
NAMES = [
    "a",
    "a: b",
    "a: b: c",
    "A: B: x",
    "Owner",
    "queue",
    "Subject",
    "Cc",
    "Status",
    "x}",
    "29",
    "With Space",
    "Größe",
    "Col: on",
    "Ticket 1 updated.",
    "Requestor",
    "# y",
]
KEYS = [*CORE, *(f"CF.{{{name}}}" for name in NAMES)]


@dataclass
class Fate:
    """What the server does with one form.

    Attributes:
        said: The words about each field that it speaks of.
        refused: The sentence by which it refuses the form.
        shown_id: The number under which it reports success.
    """

    said: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    refused: str = ""
    shown_id: int = 0

    @property
    def errors(self) -> dict[str, list[str]]:
        kept = {
            key: [words for words in said if words != CHANGED and " is already Cc" not in words]
            for key, said in self.said.items()
        }
        return {key: said for key, said in kept.items() if said}


def label_on_edit(key: str, words: str) -> str:
    if words == "Unknown field.":
        return key.lower()
    if key.startswith("CF.{"):
        return key[4:-1].lower()
    if key.lower() == "status":
        return "Status"
    return key.lower() if key in LOWERED else key


def labels_of(edit: Edit) -> list[str]:
    return [label_on_edit(key, "") for key in edit.fields]


def failure_block(edit: Edit, fate: Fate, draw: Any) -> str:
    lines: list[str] = []
    for key in draw(st.permutations(list(fate.said))):
        for number, words in enumerate(fate.said[key]):
            bare = number > 0 and key in WATCHERS
            lines.append(words if bare else f"{label_on_edit(key, words)}: {words}")
    lines.append(f"Ticket {fate.shown_id} updated.")
    echo = draw(st.permutations(list(edit.fields.items())))
    return write_form({"id": f"ticket/{edit.id}", **dict(echo)}, lines)


def batch_reply(edits: Sequence[Edit], fates: Sequence[Fate], draw: Any) -> str:
    """RT's reply: the successes in one block, then the failures, each in the forms' order."""
    done = [fate.shown_id for fate in fates if not (fate.said or fate.refused)]
    blocks = ["".join(f"# Ticket {number} updated.\n" for number in done)] if done else []
    for edit, fate in zip(edits, fates, strict=True):
        if fate.refused:
            blocks.append(write_form({}, [fate.refused]))
        elif fate.said:
            blocks.append(failure_block(edit, fate, draw))
    return reply(write_body(blocks), "409 Syntax Error")


@st.composite
def words_about(draw: st.DrawFn, key: str) -> list[str]:
    if key in WATCHERS:
        return draw(st.lists(st.sampled_from(WATCHER_MESSAGES), min_size=1, max_size=3))
    if key.startswith("CF.{"):
        return [draw(st.sampled_from(CF_MESSAGES))]
    unknown = ["Unknown field."] if key in ("Told", "SLA", "Cc") else []
    return [draw(st.sampled_from(CORE_MESSAGES + unknown))]


@dataclass
class Ticket:
    """What the server knows of one ticket, as this account sees it."""

    gone: bool
    may_modify: bool
    may_delete: bool
    target: int


@st.composite
def fates_of(draw: st.DrawFn, edits: Sequence[Edit]) -> list[Fate]:
    """Play the forms through a server with tickets gone, merged, or beyond our rights."""
    rarely = st.sampled_from([True, False, False, False])
    tickets = {
        edit.id: Ticket(draw(rarely), not draw(rarely), draw(st.booleans()), edit.id)
        for edit in edits
    }
    for ticket in tickets.values():
        if draw(rarely):
            ticket.target = draw(st.sampled_from([*tickets, 77]))
    fates: list[Fate] = []
    for edit in edits:
        ticket = tickets[edit.id]
        deletion = edit.fields == {"status": "deleted"}
        if ticket.gone:
            fates.append(Fate(refused=f"Ticket {edit.id} does not exist."))
        elif deletion and not ticket.may_delete:
            fates.append(Fate(refused=f"You are not allowed to delete ticket {edit.id}."))
        elif not deletion and not ticket.may_modify:
            fates.append(Fate(refused=f"You are not allowed to modify ticket {edit.id}."))
        else:
            failing = draw(st.lists(st.sampled_from(list(edit.fields)), unique=True, max_size=3))
            said = {} if draw(st.booleans()) else {key: draw(words_about(key)) for key in failing}
            fates.append(Fate(said, shown_id=ticket.target))
            # A ticket that moved may be out of reach for the next form.
            moved = "Queue" in edit.fields and "Queue" not in said
            ticket.may_modify = ticket.may_modify and not (moved and draw(st.booleans()))
    return fates


def forms_of(pool: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    values = st.sampled_from(["x", "", "a\nb\n", "--", "# Ticket 1 updated.", "}: x", " y"])
    chosen = st.lists(
        st.sampled_from(pool), min_size=1, max_size=4, unique_by=lambda key: key.lower()
    )
    full = chosen.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, values)))
    return st.one_of(full, full, full, st.just({"status": "deleted"}))


@st.composite
def planned(draw: st.DrawFn) -> list[Edit]:
    """A batch as it is planned: a ticket's forms follow each other and share no field."""
    edits: list[Edit] = []
    for number in draw(st.lists(st.integers(1, 5), unique=True, min_size=1, max_size=4)):
        left = list(KEYS)
        for _ in range(draw(st.integers(1, 3))):
            form = draw(forms_of(left))
            taken = {key.lower() for key in form}
            left = [key for key in left if key.lower() not in taken]
            if form in [edit.fields for edit in edits if edit.id == number]:
                continue
            edits.append(Edit("ticket", number, form))
    return edits


wild_batches = st.lists(
    st.builds(Edit, st.just("ticket"), st.integers(1, 3), forms_of(KEYS[:6])),
    min_size=1,
    max_size=7,
)


def assert_true(edit: Edit, fate: Fate, got: EditReply) -> None:
    """A reply says what became of the form, or says that it does not know."""
    if fate.refused:
        assert got.unclear or (got.refusal is not None and fate.refused in str(got.refusal))
        assert not got.errors
        return
    assert got.refusal is None
    for key, said in got.errors.items():
        if key:
            assert said == fate.errors[key]
    if not got.unclear:
        assert got.errors == fate.errors
        assert got.merged_into == (fate.shown_id if fate.shown_id != edit.id else None)


@given(st.data())
def test_no_outcome_is_given_to_the_wrong_form(data: st.DataObject) -> None:
    """Several forms for a ticket, mixed at will: each outcome is right, or called unclear."""
    edits = data.draw(wild_batches)
    fates = data.draw(fates_of(edits))
    got = read_edits(read_text(batch_reply(edits, fates, data.draw)), edits)
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        assert_true(edit, fate, outcome)


@given(st.data())
def test_every_outcome_of_a_planned_batch_is_told(data: st.DataObject) -> None:
    """As batches are planned, nothing stays unclear but errors of fields that RT calls alike."""
    edits = data.draw(planned())
    fates = data.draw(fates_of(edits))
    got = read_edits(read_text(batch_reply(edits, fates, data.draw)), edits)
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        assert_true(edit, fate, outcome)
        if len(set(labels_of(edit))) == len(edit.fields):
            assert not outcome.unclear


@given(st.data(), st.integers(0, 3000))
def test_a_batch_cut_short_is_right_or_unclear(data: st.DataObject, cut: int) -> None:
    """What is missing of a reply never makes a refused form pass for an accepted one."""
    edits = data.draw(wild_batches)
    fates = data.draw(fates_of(edits))
    text = batch_reply(edits, fates, data.draw)
    try:
        got = read_edits(plain(text.encode()[: cut % len(text)]), edits)
    except RTError:
        return
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        if not outcome.unclear and cut % len(text):
            assert_true(edit, fate, outcome)


# Edits: what real servers said

MERGED = Edit("ticket", 16, {"Subject": "m1"})
BATCH = [
    MERGED,
    Edit("ticket", 16, {"Status": "bogus"}),
    Edit("ticket", 18, {"Subject": "c1", "Status": "bogus"}),
    Edit("ticket", 99999, {"Subject": "x"}),
    Edit("ticket", 18, {"Subject": "c2"}),
]
BATCH_REPLY = (
    f"{RT4} 400 Bad Request\n\n# Ticket 17 updated.\n# Ticket 18 updated.\n\n--\n\n"
    "# Status: Status 'bogus' isn't a valid status for this ticket.\n# Ticket 17 updated.\n\n"
    "id: ticket/16\nStatus: bogus\n\n--\n\n"
    "# Status: Status 'bogus' isn't a valid status for this ticket.\n# Ticket 18 updated.\n\n"
    "id: ticket/18\nSubject: c1\nStatus: bogus\n\n--\n\n# Ticket 99999 does not exist.\n\n\n"
)
BOGUS = {"Status": ["Status 'bogus' isn't a valid status for this ticket."]}

MAIL_LOOP = (
    "incidents@rt.example.com is an address RT receives mail at. Adding it as a 'Cc' would create "
    "a mail loop"
)
WATCHED = Edit(
    "ticket",
    18,
    {
        "Cc": "bad one, incidents@rt.example.com, zz zz",
        "Subject": "q",
        "Status": "bogus",
        "CF.{Count}": "x",
        "Owner": "nosuch",
    },
)
WATCHED_REPLY = (
    f"{RT4} 409 Syntax Error\n\n# Status: Status 'bogus' isn't a valid status for this ticket.\n"
    "# Cc: Could not find or create user 'bad one'\n# Could not find or create user 'zz zz'\n"
    f"# {MAIL_LOOP}\n# owner: That user does not exist\n"
    "# count: Could not add a new value to custom field 'Count': Input must match [Digits]\n"
    "# Ticket 18 updated.\n\nid: ticket/18\nCF.{Count}: x\nSubject: q\nStatus: bogus\n"
    "Owner: nosuch\nCc: bad one, incidents@rt.example.com, zz zz\n\n"
)


def test_a_batch_of_a_real_server_is_told_apart() -> None:
    """Merged, partly applied, missing and untouched tickets each have their own outcome."""
    got = read_edits(plain(BATCH_REPLY.encode()), BATCH)
    assert got[0] == EditReply(merged_into=17)
    assert got[1] == EditReply(errors=BOGUS, merged_into=17)
    assert got[2] == EditReply(errors=BOGUS)
    assert isinstance(got[3].refusal, NotFound)
    assert got[4] == EditReply()


def told(got: Sequence[EditReply]) -> list[object]:
    return [(reply.errors, type(reply.refusal), reply.merged_into, reply.unclear) for reply in got]


@pytest.mark.parametrize(
    ("text", "edits"), [(BATCH_REPLY, BATCH), (WATCHED_REPLY, [WATCHED])], ids=["batch", "single"]
)
def test_a_real_reply_cut_anywhere_is_never_mistaken(text: str, edits: list[Edit]) -> None:
    """Short of its last byte, a reply tells nothing: nobody's form passes for refused or done."""
    whole = told(read_edits(plain(text.encode()), edits))
    # No byte at all is another of RT's answers.
    for cut in range(1, len(text)):
        try:
            got = read_edits(plain(text[:cut].encode()), edits)
        except RTError:
            continue
        assert told(got) == whole or all(outcome.unclear for outcome in got)


def test_messages_of_several_lines_stay_with_their_field() -> None:
    """Each further watcher that RT refuses is a line without a label."""
    [got] = read_edits(plain(WATCHED_REPLY.encode()), [WATCHED])
    assert not got.unclear
    assert got.errors == {
        "Cc": [
            "Could not find or create user 'bad one'",
            "Could not find or create user 'zz zz'",
            MAIL_LOOP,
        ],
        "Owner": ["That user does not exist"],
        "CF.{Count}": [
            "Could not add a new value to custom field 'Count': Input must match [Digits]"
        ],
        **BOGUS,
    }


def test_fields_that_rt_calls_alike_are_not_guessed() -> None:
    """An error of `Owner` may be that of a custom field of this name."""
    edit = Edit("ticket", 5, {"Owner": "x", "CF.{Owner}": "y", "Subject": "z"})
    block = write_form(
        {"id": "ticket/5", **edit.fields},
        ["owner: Permission Denied", "Subject: Permission Denied", "Ticket 5 updated."],
    )
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got.unclear
    assert got.errors == {"": ["owner: Permission Denied"], "Subject": ["Permission Denied"]}


def test_a_custom_field_of_a_core_name_is_told_from_it_by_case() -> None:
    """RT lowers the names of custom fields, and of few fields of its own."""
    edit = Edit("ticket", 5, {"Subject": "x", "CF.{Subject}": "y"})
    block = write_form(
        {"id": "ticket/5", **edit.fields},
        ["subject: Permission Denied", "Ticket 5 updated."],
    )
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got == EditReply(errors={"CF.{Subject}": ["Permission Denied"]})


def test_the_last_form_of_a_moved_ticket_is_the_refused_one() -> None:
    """The move was applied, and took the right to change the rest with it."""
    edits = [Edit("ticket", 5, {"Queue": "Secret"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Ticket 5 updated.\n\n--\n\n# You are not allowed to modify ticket 5.\n\n\n"
    first, second = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert first == EditReply()
    assert isinstance(second.refusal, PermissionDenied)


def test_a_deletion_refused_is_the_deletion() -> None:
    """RT asks for another right, and says so, for a form that does nothing but delete."""
    edits = [Edit("ticket", 5, {"status": "deleted"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Ticket 5 updated.\n\n--\n\n# You are not allowed to delete ticket 5.\n\n\n"
    first, second = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert isinstance(first.refusal, PermissionDenied)
    assert second == EditReply()


def test_a_refusal_without_a_number_is_not_guessed() -> None:
    """It may belong to any form that has no other outcome."""
    edits = [Edit("ticket", 1, {"Subject": "x"}), Edit("ticket", 2, {"Subject": "x"})]
    body = "# Ticket 2 updated.\n\n--\n\n# Unknown object type: ticket\n\n\n"
    got = read_edits(read_text(reply(body)), edits)
    assert all(outcome.unclear for outcome in got)


def test_other_records_are_repeated_with_all_their_fields() -> None:
    """RT 4.4 and 5.0 show every field of a queue or user that they refuse, but no password."""
    edits = [
        Edit("user", 14, {"Password": "ab", "EmailAddress": "nonsense", "Foo": "x"}),
        Edit("queue", 1, {"Description": "zz"}),
        Edit("group", 4, {"Description": "x"}),
        Edit("queue", 999, {"Description": "x"}),
    ]
    body = (
        "# Queue 1 updated.\n\n--\n\n"
        "# password: Password needs to be at least 5 characters long\n"
        "# EmailAddress: Invalid syntax for email address\n# foo: Unknown field.\n"
        "# User 14 updated.\n\nid: user/14\nName: \nEmailAddress: nonsense\nRealName: \nLang: \n"
        "Foo: x\n\n--\n\n"
        "# Description: Permission Denied\n# Group 4 updated.\n\n"
        "id: group/4\nName: \nDescription: x\nDisabled: \n\n--\n\n"
        "# Queue 999 does not exist.\n\n\n"
    )
    got = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert got[0] == EditReply(
        errors={
            "Password": ["Password needs to be at least 5 characters long"],
            "EmailAddress": ["Invalid syntax for email address"],
            "Foo": ["Unknown field."],
        }
    )
    assert got[1] == EditReply()
    assert got[2] == EditReply(errors={"Description": ["Permission Denied"]})
    assert isinstance(got[3].refusal, NotFound)


def test_a_record_of_another_kind_is_another_record() -> None:
    """Numbers are counted for each kind."""
    edits = [Edit("queue", 5, {"Name": "x"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Queue 5 updated.\n\n--\n\n# Ticket 5 does not exist.\n\n\n"
    first, second = read_edits(read_text(reply(body)), edits)
    assert first == EditReply()
    assert isinstance(second.refusal, NotFound)


def test_a_batch_with_a_broken_form_is_refused_as_a_whole() -> None:
    """RT looks at the syntax of all forms first, and does nothing if one is wrong."""
    text = (
        f"{RT5} 409 Syntax Error\n\n# Please resubmit with errors corrected.\n\n--\n\n"
        "# Syntax error.\n\nid: ticket/18\nSubject: c3\n>> # foo\n\n--\n\n"
        "# No object ID specified.\n\nSubject: z\n\n"
    )
    got = read_edits(plain(text.encode()), BATCH)
    assert all(isinstance(outcome.refusal, ProtocolError) for outcome in got)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "# Ticket 1 updated.\n",
        "# Ticket 1 updated.\n# Ticket 1 updated.\n\n",
        "# Ticket 2 updated.\n\n--\n\n# Ticket 2 does not exist.\n\n\n",
        "# Status: bad\n# Ticket 1 updated.\n\n",
        "id: ticket/1\nStatus: x\n\n",
        "id: ticket/1\nSubject: x\n\n",
        "# Queue 1 updated.\n\n",
        "# Ticket " + "9" * 5000 + " updated.\n\n",
        "No matching results.\n\n\n",
    ],
)
def test_a_reply_that_does_not_match_the_forms_is_unclear(body: str) -> None:
    """An answer of too many, too few or other things is given to no form."""
    [got] = read_edits(read_text(reply(body)), [Edit("ticket", 1, {"Status": "x"})])
    assert got.unclear
    assert not got.errors
    assert got.refusal is None


def test_a_sentence_on_its_own_refuses_the_only_form() -> None:
    """RT's bare sentences end in one newline."""
    text = f"{RT4} 400 Bad Request\n\nYou may submit only one form to this object.\n"
    [got] = read_edits(plain(text.encode()), [Edit("ticket", 1, {"Status": "x"})])
    assert isinstance(got.refusal, ProtocolError)


def test_what_is_already_so_is_no_error() -> None:
    """RT refuses to set a value that is set; the field is as it was asked to be."""
    edit = Edit("ticket", 29, {"Due": "", "CF.{Severity}": "huge", "Cc": "a@x"})
    said = ["severity: Invalid value for custom field", "Due: That is already the current value"]
    said += ["Cc: a@x is already Cc", "Ticket 29 updated."]
    block = write_form({"id": "ticket/29", **edit.fields}, said)
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got == EditReply(errors={"CF.{Severity}": ["Invalid value for custom field"]})


@pytest.mark.parametrize(
    "sentence", ["a" * 1_000_000, "Ticket " * 100_000, "a: " * 300_000, "1 " * 500_000]
)
def test_a_megabyte_of_sentence_is_read(sentence: str) -> None:
    """Telling sentences apart takes time in proportion to them."""
    got = read_text(reply(f"# {sentence}\n\n\n"))
    read_edits(got, [Edit("ticket", 1, {"Subject": "x"})])
    read_created(got, {"Subject": "x"})
    error_for(sentence)


# Creates


@dataclass(frozen=True)
class Made:
    """A reply to a create, and what it means."""

    text: str
    id: int | None
    errors: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])


KEYS_SENT = {"Queue": "Q", "Subject": "s", "Status": "x", "CF.{Nope}": "1", "Requestors": "a, b"}
NO_USER = "Could not find or create user 'bad address'"
CREATES = {
    "created": Made(f"{RT5} 200 Ok\n\n# Ticket 191 created.\n\n", 191),
    "then updated": Made(f"{RT5} 200 Ok\n\n# Ticket 7 created.\n# Ticket 7 updated.\n\n", 7),
    "no such queue": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n# Could not create ticket. Queue not set\n\n",
        None,
        {"Queue": ["Queue not set"]},
    ),
    "no right": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n"
        "# No permission to create tickets in the queue 'Incidents'\n\n",
        None,
        {"Queue": ["No permission to create tickets in the queue 'Incidents'"]},
    ),
    "bad status": Made(
        f"{RT4} 200 Ok\n\n# Could not create ticket.\n"
        "# Status 'bogus' isn't a valid status for tickets in this queue.\n\n",
        None,
        {"Status": ["Status 'bogus' isn't a valid status for tickets in this queue."]},
    ),
    "no initial status": Made(
        f"{RT4} 200 Ok\n\n# Could not create ticket.\n"
        "# New tickets can not have status 'resolved' in this queue.\n\n",
        None,
        {"Status": ["New tickets can not have status 'resolved' in this queue."]},
    ),
    "unknown field": Made(
        f"{RT5} 409 Syntax Error\n\n# Could not create ticket.\n# Subject: Unknown field\n\n"
        "Subject: 1\n\n",
        None,
        {"Subject": ["Subject: Unknown field"]},
    ),
    "another's unknown field": Made(
        f"{RT5} 409 Syntax Error\n\n# Could not create ticket.\n# Foo: Unknown field\n\nFoo: 1\n\n",
        None,
        {"": ["Foo: Unknown field"]},
    ),
    "missing file": Made(
        f"{RT5} 200 Ok\n\n# No attachment for f\n\n", None, {"": ["No attachment for f"]}
    ),
    "broken database": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n"
        "# Ticket could not be created due to an internal error\n\n",
        None,
        {"": ["Ticket could not be created due to an internal error"]},
    ),
    "no reason": Made(
        f"{RT5} 400 Bad Request\n\n# Could not create queue.\n\n\n",
        None,
        {"": ["RT refused it without a reason"]},
    ),
    "template name": Made(
        f"{RT5} 409 Syntax Error\n\n# Please set the queue name.\n\nid: \nName: \n\n",
        None,
        {"": ["Please set the queue name."]},
    ),
    "created without a field": Made(
        f"{RT4} 200 Ok\n\n# Invalid custom field name (Nope)\n# Ticket 18 created.\n\n",
        18,
        {"CF.{Nope}": ["Invalid custom field name (Nope)"]},
    ),
    "created, then refused": Made(
        f"{RT4} 409 Syntax Error\n\n# Invalid custom field name (Nope)\n# Ticket 19 created.\n"
        f"# Requestors: {NO_USER}\n\nid: \nSubject: x\nRequestors: a@x.org, bad address\n\n",
        19,
        {"CF.{Nope}": ["Invalid custom field name (Nope)"], "Requestors": [NO_USER]},
    ),
    "created under 409": Made(
        f"{RT4} 409 Syntax Error\n\n# User 179 created.\n# foo: Unknown field.\n\n"
        "id: \nName: nu\nEmailAddress: \n\n",
        179,
        {"": ["foo: Unknown field."]},
    ),
    "as it was": Made(
        f"{RT5} 200 Ok\n\n# Ticket 5 created.\n# Subject: That is already the current value\n\n", 5
    ),
}


@pytest.mark.parametrize("made", CREATES.values(), ids=CREATES.keys())
def test_a_create_is_judged_by_its_sentences(made: Made) -> None:
    """The id comes first, whatever the status says; each refusal goes to its field."""
    got = read_created(plain(made.text.encode()), KEYS_SENT)
    assert got.id == made.id
    assert got.errors == made.errors
    assert not got.unclear


@pytest.mark.parametrize("made", CREATES.values(), ids=CREATES.keys())
def test_a_create_cut_anywhere_is_never_taken_for_refused(made: Made) -> None:
    """Without its end, a reply tells that a record was made, or that it cannot be known."""
    for cut in range(1, len(made.text) - 1):
        try:
            got = read_created(plain(made.text[:cut].encode()), KEYS_SENT)
        except RTError:
            continue
        if got.id is None:
            assert got.unclear or made.id is None
        else:
            assert got.id == made.id


@pytest.mark.parametrize(
    "body", ["", "\n\n", "x", "# Ticket " + "9" * 5000 + " created.\n", "# Ticket 19", "id: 1\n\n"]
)
def test_a_create_without_a_word_is_unclear(body: str) -> None:
    """What RT does not say is not guessed: the record may be there."""
    got = read_created(read_text(reply(body)), KEYS_SENT)
    assert got.id is None
    assert got.unclear
    assert not got.errors


def test_an_empty_reply_to_a_create_is_unclear() -> None:
    """So is a reply of no bytes."""
    assert read_created(plain(b""), KEYS_SENT).unclear
