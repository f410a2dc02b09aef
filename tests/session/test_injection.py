"""No value and no name becomes another field, record, request or condition.

Each public parameter that reaches the server is given hostile texts. The server's database, read
beside it, then holds exactly what was asked, or nothing has changed and an error says why.
"""

from __future__ import annotations

import codecs
import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial, reduce
from pathlib import Path
from typing import Any, cast

import pytest

import rtorm
from rtorm import (
    CF,
    Attachment,
    Client,
    CommitError,
    Group,
    PartialSaveError,
    Queue,
    Record,
    RejectedError,
    RTError,
    Session,
    Ticket,
    Upload,
    User,
    auth,
    cf,
    sql,
)
from rtorm.orm.columns import And, Clause, Column, Or
from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.rest1.forms import compose
from rtorm.testing import RequestTracker
from tests.database import Changed, Database, Tables, changes
from tests.seed import SEED, number_of, password_of
from tests.serving import VERSIONS
from tests.support import Incident, Server, installed
from tests.test_public_names import public_functions

live = pytest.mark.live

SIGNS = (
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u2028",
    "\u0085",
    "\v",
    "\f",
    "--",
    "\n--\n",
    "\nSubject: stolen",
    "'",
    '"',
    "\\",
    "/../",
    "%2e%2e/",
    "?content=",
    "#",
    "&pass=",
    ";",
)
ATTACKS = (
    "x\n--\nid: ticket/1\nSubject: stolen",
    "x\r\n--\r\nid: ticket/1\r\nSubject: stolen",
    "x}: y\nSubject: stolen",
    "' OR id > 0 OR Subject = '",
    '" OR id > 0 OR Subject = "',
    "\\' OR id > 0 --",
    "1/../../ticket/1/edit?content=Subject: stolen",
    "1/merge/2",
    "1 2,3-5",
    "x\r\n\r\ncontent=Subject: stolen",
    "=?utf-8?q?stolen?=",
    "x', 'y\", \"z",
)
BARE = ("\n--\n", "'", '"', "\\", "--", "#", ";", "/../")
TEXTS = (*BARE, *(f"a{sign}b" for sign in SIGNS), *ATTACKS)
# For what costs RT a message each time, or is sent by a way that others take with all of them.
FEW = ("\n--\n", "'", "\\", "a\r\nb", "a\u2028b", "a&pass=b", *ATTACKS)

# What an error may be; anything else is a bug. Nothing of RT changes with it.
REFUSALS = (RTError, ValueError, TypeError, LookupError, AttributeError)


@pytest.fixture(scope="module", params=VERSIONS, ids=["rt4", "rt5"])
def rt(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of our own, since others would meet queues and users of odd names on it."""
    major: int = request.param
    if not installed(major):
        pytest.skip("RT is not installed")
    with RequestTracker(version=major, initialdata=SEED) as tracker:
        yield Server(tracker.url, tracker.version, major, tracker)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server with tickets that are written to, one for each text, and some that are not.

    Attributes:
        session: Of the administrator.
        tickets: Those that are written to, as many as there are texts.
        number: That of the first of them.
        queue: The number of their queue.
        other: The number of a ticket that nobody means.
        folder: An empty one.
    """

    server: Server
    session: Session
    database: Database
    tickets: tuple[Incident, ...]
    number: int
    queue: int
    other: int
    folder: Path

    @property
    def client(self) -> Client:
        """The session's client."""
        return self.session.client

    @property
    def ticket(self) -> Incident:
        """The first of the tickets."""
        return self.tickets[0]

    def client_as(self, login: auth.Login) -> Client:
        """A client with another login."""
        return Client(self.server.url, auth=login)


@pytest.fixture(scope="module")
def scene(rt: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The tickets, made once for the module."""
    assert rt.tracker is not None
    database = Database(rt.tracker.directory)
    login = ("root", password_of("root"))
    with rtorm.connect(rt.url, auth=login, time_zone="UTC", verify="never") as session:
        # `ticket/1`, which the texts name.
        first = session.add(Incident(subject="not meant", text="not meant", note="not meant"))
        tickets = tuple(session.add(Incident(subject="before", note="before")) for _ in TEXTS)
        session.commit()
        assert first.id == 1
        queue = session.get(Queue, "Incidents").id
        folder = tmp_path_factory.mktemp("files")
        yield Scene(rt, session, database, tickets, tickets[0].id, queue, first.id, folder)
    database.close()


# Everything that a change may touch, as patterns of `Table owner what`; {} is the record's own.
Touches = Sequence[str]
TRANSACTION = "Transactions ticket {} +"


def assert_only(
    scene: Scene, before: Tables, touches: Touches, owners: Iterable[object]
) -> list[Changed]:
    """Fail if anything else has changed in the database; give what has."""
    changed = changes(before, scene.database.read())
    allowed = [pattern.replace("{}", str(owner)) for owner in owners for pattern in touches]
    for each in changed:
        told = f"{each.table} {each.owner} {each.what}"
        assert any(fnmatchcase(told, pattern) for pattern in allowed), (told, touches)
    return changed


def tried(call: Callable[[], object]) -> tuple[object, Exception | None]:
    """What a call gives, or the error with which it refuses."""
    try:
        return call(), None
    except REFUSALS as error:
        return None, error


# Fields of tickets: each text in a ticket of its own, all of them in one commit.

FIELDS = {
    name: each
    for name, each in layout_of(Incident).fields.items()
    if not each.read_only and each.spec.editable
}
LINKS = {name: each for name, each in FIELDS.items() if each.spec.part == "links"}
OF_A_FIELD: Mapping[str, Touches] = {
    "subject": ("Tickets ticket {} Subject", f"{TRANSACTION}Set"),
    "sla": ("Tickets ticket {} SLA", f"{TRANSACTION}Set"),
    "custom": ("ObjectCustomFieldValues ticket {} *", f"{TRANSACTION}CustomField"),
    "links": ("Links ticket {} +*", "Links ticket {} -*", f"{TRANSACTION}*Link"),
    # An address that RT did not know is a new user's.
    "watchers": (
        "GroupMembers ticket {} *",
        f"{TRANSACTION}*Watcher",
        f"{TRANSACTION}CustomField",
        "Users user * +",
        "Transactions user * +Create",
        "Principals Principals * +",
        "Groups group * +",
        "GroupMembers group * +",
    ),
}


ADDRESS = "{}@example.com"
# RT waits for 5 s before it refuses an address that it cannot make a user of (RT 4.4-5.0).
DWELT_ON = re.compile(r"""[\r\v\f\u2028\u0085\\;]|\.\./|'.*=|\A"\Z|a"b""")


def shapes_of(name: str) -> tuple[str, ...]:
    """With what a text stands in a value of the field, so that some of them are taken."""
    if name in LINKS:
        return "{}", "x:{}"
    return ("{}", ADDRESS) if name in ("requestors", "cc", "admin_cc") else ("{}",)


def stored(tables: Tables, ticket: int, each: FieldLayout) -> set[str] | None:
    """What the database holds of a field of text; None where only what RT knows is held."""
    if each.name in ("subject", "sla"):
        return {str(tables["Tickets"][ticket][each.spec.wire])}
    if each.spec.custom:
        number = number_of(each.spec.custom)
        return {
            str(row["LargeContent"] or row["Content"])
            for row in tables["ObjectCustomFieldValues"].values()
            if (row["ObjectId"], row["CustomField"], row["Disabled"]) == (ticket, number, 0)
        }
    if each.spec.part == "links":
        links = list(tables["Links"].values())
        ends = {str(row["Target"]) for row in links if row["LocalBase"] == ticket}
        return ends | {str(row["Base"]) for row in links if row["LocalTarget"] == ticket}
    return None


def touches_of(each: FieldLayout) -> Touches:
    """What may change with a field."""
    if each.spec.custom:
        return OF_A_FIELD["custom"]
    kind = "watchers" if each.name in ("requestors", "cc", "admin_cc") else each.spec.part
    return OF_A_FIELD.get(kind or each.name, ())


def assign(record: Any, name: str, value: object) -> None:
    """Set an attribute, such as `links.refers_to`."""
    *parts, last = name.split(".")
    for part in parts:
        record = getattr(record, part)
    setattr(record, last, value)


@live
@pytest.mark.parametrize(("name", "shape"), [(n, s) for n in FIELDS for s in shapes_of(n)])
def test_fields_of_tickets(scene: Scene, name: str, shape: str) -> None:
    """The one field of the one ticket holds the text, or is as it was."""
    each = FIELDS[name]
    is_list = each.many or each.spec.part == "links"
    values = {
        ticket.id: shape.format(text)
        for ticket, text in zip(scene.tickets, TEXTS, strict=True)
        if shape != ADDRESS or not DWELT_ON.search(text)
    }
    for ticket in scene.tickets:
        if ticket.id in values:
            value = values[ticket.id]
            tried(partial(assign, ticket, name, [value] if is_list else value))
    before = scene.database.read()
    dirty = {ticket.id for ticket in scene.session.dirty}
    try:
        report = scene.session.commit()
    except CommitError as error:
        report = error.report
    scene.session.rollback()
    written = {result.record.id for result in report.results if result.outcome == "updated"}
    assert_only(scene, before, touches_of(each), written)
    after = scene.database.read()
    for number in written:
        held = stored(after, number, each)
        assert held is None or held == {values[number].strip() if name in LINKS else values[number]}
    assert written <= dirty
    assert bool(written) == (name in TAKEN[shape])


# The fields that take some of the texts: in all others, none is a value.
TAKEN: Mapping[str, set[str]] = {
    "{}": {"subject", "sla", "note", "hosts"},
    "x:{}": set(LINKS),
    ADDRESS: {"requestors", "cc", "admin_cc"},
}


# New records: every field is given a text, each another one, and those that are refused are left.


def fitting(cls: Callable[..., Any], texts: Sequence[str], **fixed: Any) -> dict[str, Any]:
    """Values for the fields of a new record: what its validators take of the texts."""
    taken: dict[str, Any] = {}
    layouts = layout_of(cast("type[Record]", cls)).fields.values()
    fields = [each for each in layouts if each.spec.creatable and not each.spec.part]
    for number, each in enumerate(fields):
        text = texts[number % len(texts)]
        value = fixed.get(each.name, [text] if each.many else text)
        made, _ = tried(partial(cls, **{**fixed, each.name: value}))
        if made is not None:
            taken[each.name] = value
    return taken


def rotated(start: int) -> Sequence[str]:
    """The texts, from one of them on."""
    return (*TEXTS[start:], *TEXTS[:start])


NEW_TICKET: Touches = (
    "Tickets ticket {} +",
    f"{TRANSACTION}*",
    "Attachments ticket {} +",
    "Groups ticket {} +",
    "GroupMembers ticket {} +",
    "GroupMembers group * +",
    "Principals Principals * +",
    "Transactions group * +Create",
    "ObjectCustomFieldValues ticket {} +",
)


@live
def test_new_tickets(scene: Scene) -> None:
    """A new ticket is one ticket, with the texts in its fields and in no others."""
    for start in range(0, len(TEXTS), 4):
        # Whom RT does not know it waits for, and the files have a test of their own.
        rest: dict[str, Any] = {
            "queue": "Incidents",
            "requestors": [],
            "cc": [],
            "admin_cc": [],
            "files": [],
        }
        rest |= {"status": "new", "owner": "Nobody", "field_owner": None, "content_type": None}
        values = {**rest, **fitting(Incident, rotated(start), **rest)}
        values = {name: value for name, value in values.items() if value is not None}
        before = scene.database.read()
        ticket = scene.session.add(Incident(**values))
        scene.session.commit()
        assert_only(scene, before, NEW_TICKET, [ticket.id])
        after = scene.database.read()
        assert len(after["Tickets"]) == len(before["Tickets"]) + 1
        for name in {"subject", "sla", "note", "hosts"} & values.keys():
            value = values[name]
            expected = {*map(str, value)} if name == "hosts" else {str(value)}
            assert stored(after, ticket.id, layout_of(Incident).fields[name]) == expected
        if "text" in values:
            texts = [
                row["Content"]
                for row in after["Attachments"].values()
                if after["Transactions"][int(str(row["TransactionId"]))]["ObjectId"] == ticket.id
            ]
            assert texts[0] in (values["text"], values["text"].encode())


NAMED: Mapping[str, tuple[type[Any], str]] = {
    "User": (User, "user"),
    "Queue": (Queue, "queue"),
    "Group": (Group, "group"),
}
NEW_NAMED: Touches = (
    "Users user {} +",
    "Queues queue {} +",
    "Groups queue {} +",
    "GroupMembers queue {} +",
    # RT has a group for each user, too.
    "Groups group * +",
    "GroupMembers group * +",
    "Principals Principals * +",
    "Transactions user {} +*",
    "Transactions queue {} +*",
    "Transactions group * +*",
    "Attributes system 1 Content",
    "ACL * +",
)
EDITED_NAMED: Touches = (
    "Users user {} *",
    "Queues queue {} *",
    "Groups group {} *",
    "Transactions user {} +*",
    "Transactions queue {} +*",
    "Transactions group {} +*",
    "Attributes system 1 Content",
)


def held_by(row: Mapping[str, object], record: Any, values: Mapping[str, object]) -> bool:
    """Whether the database's row holds these values, as far as they are columns."""
    layout = layout_of(cast("type[Record]", type(record))).fields
    columns = {name: layout[name].edit_wire for name in values if name != "password"}
    return all(
        str(row[column] or "") == str(values[name] or "")
        for name, column in columns.items()
        if column in row and not isinstance(values[name], bool)
    )


@live
@pytest.mark.parametrize("kind", NAMED)
def test_users_queues_and_groups(scene: Scene, kind: str) -> None:
    """A new one is one record with the texts in its fields; so it is when they are edited."""
    cls, _ = NAMED[kind]
    table = f"{kind}s"
    written = 0
    for start in range(0, len(TEXTS), 5):
        flags = {"disabled": False, "sla_disabled": True, "privileged": False, "lang": ""}
        fixed = {name: flags[name] for name in flags if name in layout_of(cls).fields}
        values = fitting(cls, rotated(start), **fixed)
        values.setdefault("name", f"name {start}")
        if "email_address" in values:
            values["email_address"] = f"{start}@example.com"
        before = scene.database.read()
        record = scene.session.add(cls(**values))
        _, refused = tried(scene.session.commit)
        scene.session.rollback()
        touches = NEW_NAMED if refused is None else ()
        changed = assert_only(scene, before, touches, [record.id] if refused is None else [])
        if refused is not None:
            continue
        assert len([each for each in changed if (each.table, each.what) == (table, "+")]) == 1
        row = scene.database.read()[table][record.id]
        assert held_by(row, record, values)
        other = fitting(cls, rotated(start + 2), **fixed)
        other.pop("email_address", None)
        before = scene.database.read()
        _, refused = tried(partial(scene.session.edit, cls, record.id, **other))
        touches = () if isinstance(refused, RejectedError) else EDITED_NAMED
        assert_only(scene, before, touches, [record.id])
        if refused is None:
            assert held_by(scene.database.read()[table][record.id], record, other)
            written += 1
    assert written


# Everything else that a program gives: how it is used, and what may change by it.


def anything(*_: object) -> bool:
    """It may be given anything."""
    return True


@dataclass(frozen=True, slots=True)
class Use:
    """A way to use one parameter or more.

    Attributes:
        parameters: As `Session.get(id)`.
        how: Uses it with a text.
        touches: What may change; nothing if it only reads. {} is the number of the scene's ticket.
        holds: Whether what it gave is what was asked for, and the database holds it.
        texts: What it is used with.
    """

    parameters: tuple[str, ...]
    how: Callable[[Scene, str], object]
    touches: Touches = ()
    holds: Callable[[Scene, str, Any], bool] = anything
    texts: Sequence[str] = TEXTS


def is_named(_: Scene, text: str, found: Any) -> bool:
    """Whether a record has this name, or this address."""
    return text.casefold() in {
        found.name.casefold(),
        getattr(found, "email_address", text.casefold()),
    }


def declared(name: str, **more: Any) -> Any:
    """A class of tickets with a custom field of this name."""
    body = {
        "__annotations__": {"odd": CF[str | None]},
        "odd": cf(name, default=None, **more),
        "__module__": __name__,
    }
    return types.new_class("Odd", (Ticket,), {}, lambda namespace: namespace.update(body))


def written_by_name(scene: Scene, name: str) -> None:
    """Write to a custom field that a class declares."""
    ticket = rtorm.Session(scene.client, time_zone="UTC").get(declared(name), scene.number)
    ticket.odd = "odd"
    ticket.save()


MESSAGE: Touches = (
    f"{TRANSACTION}*",
    "Attachments ticket {} +",
    # The first reply opens a ticket, and each counts as told.
    "Tickets ticket {} Status",
    "Tickets ticket {} Started",
    "Tickets ticket {} Told",
)
# RT makes a user of an address that is written to.
MESSAGE_TO: Touches = (
    *MESSAGE,
    "Users user * +",
    "Transactions user * +Create",
    "Principals Principals * +",
    "Groups group * +",
    "GroupMembers group * +",
)


def decoded(row: Mapping[str, object], column: str) -> bytes:
    """What a part of a message holds."""
    value = row[column]
    held = value if isinstance(value, bytes) else str(value or "").encode()
    if column == "Content" and row["ContentEncoding"] in ("quoted-printable", "base64"):
        return codecs.decode(held, "quopri" if row["ContentEncoding"][0] == "q" else "base64")
    return held


def message_holds(column: str) -> Callable[[Scene, str, Any], bool]:
    """Whether the last message of the ticket has a part with this text in a column."""

    def holds(scene: Scene, text: str, _: Any) -> bool:
        tables = scene.database.read()
        own = [
            number
            for number, row in tables["Transactions"].items()
            if (row["ObjectType"], row["ObjectId"]) == ("RT::Ticket", scene.number)
            and row["Type"] in ("Comment", "Correspond")
        ]
        rows = tables["Attachments"].values()
        parts = [decoded(row, column) for row in rows if row["TransactionId"] == max(own)]
        return text.encode() in parts

    return holds


def sent(of: str, **parts: Any) -> Callable[[Scene, str], object]:
    """A comment or a reply, of a ticket or by its number; one part is made of a text."""
    by, kind = of.split(".")

    def send(scene: Scene, text: str) -> object:
        made = {name: part(text) for name, part in parts.items()}
        if by == "Ticket":
            return getattr(scene.ticket, kind)(**{"text": "told", **made})
        return getattr(scene.session, kind)(**{"id": scene.number, "text": "told", **made})

    return send


def files_called(name: str) -> list[Attachment]:
    """A file of this name."""
    return [Attachment(filename=name, content=b"bytes", content_type="text/plain")]


def files_of_kind(text: str) -> list[Attachment]:
    """A file of a hostile media type, and of a name that tells which."""
    return [Attachment(filename=f"{hash(text)}", content=b"bytes", content_type=f"a/b;{text}")]


def has_file_of_kind(scene: Scene, text: str, _: object) -> bool:
    """Whether the last message of the ticket has that file."""
    return message_holds("Filename")(scene, f"{hash(text)}", None)


def messages(of: str, texts: Sequence[str]) -> Iterator[Use]:
    """The parts of a message."""
    told, named = message_holds("Content"), message_holds("Filename")
    yield Use((f"{of}(text)",), sent(of, text=str), MESSAGE, told, texts)
    yield Use((f"{of}(content_type)",), sent(of, content_type=str))
    yield Use((f"{of}(content_type)",), sent(of, content_type="text/html{}".format))
    for part in ("cc", "bcc"):
        to = sent(of, **{part: ADDRESS.format})
        addresses = [text for text in texts if not DWELT_ON.search(text) or "\n" in text]
        yield Use((f"{of}({part})",), sent(of, **{part: str}))
        yield Use((f"{of}({part})",), to, MESSAGE_TO, texts=addresses)
    yield Use((f"{of}(status)",), sent(of, status=str), MESSAGE, texts=FEW)
    yield Use((f"{of}(time_worked)",), sent(of, time_worked=str))
    name = sent(of, attachments=files_called)
    yield Use((f"{of}(attachments)", "Attachment(filename)"), name, MESSAGE, named, texts)
    media, written = sent(of, attachments=files_of_kind), has_file_of_kind
    yield Use((f"{of}(attachments)", "Attachment(content_type)"), media, MESSAGE, written, FEW)


def from_path(scene: Scene, text: str) -> None:
    """Send a file of this media type."""
    path = scene.folder / "f.txt"
    path.write_bytes(b"bytes")
    scene.ticket.comment("told", attachments=[Attachment.from_path(path, content_type=text)])


def posted(scene: Scene, path: str) -> object:
    """Write to a raw path."""
    return scene.client.post(path, compose([("Action", "comment"), ("Text", "raw")]))


# What would come instead of the form that the file goes with.
ANOTHER_PART = (
    '\r\nContent-Disposition: form-data; name="content"\r\n\r\nid: ticket/1\nSubject: stolen'
)


def uploaded(scene: Scene, text: str) -> object:
    """Send a raw file of a hostile media type."""
    told = f"raw {text!a}"
    form = compose([("Action", "comment"), ("Text", told), ("Attachment", "f")])
    file = Upload("f", b"bytes", f"a/b{text}")
    return scene.client.post(f"ticket/{scene.number}/comment", form, [file])


def has_upload(scene: Scene, text: str, _: object) -> bool:
    """Whether the last message of the ticket is the one that went with the file."""
    return message_holds("Content")(scene, f"raw {text!a}", None)


def got(cls: type[Record], scene: Scene, text: str) -> Record:
    """A record by its name."""
    return scene.session.get(cls, text)


def read_raw(path: str, scene: Scene, text: str) -> object:
    """What a raw path gives."""
    return scene.client.get(path.format(scene.number, text))


def read_raw_json(path: str, scene: Scene, text: str) -> object:
    """What a raw path of REST 2.0 gives."""
    return scene.client.rest2(path.format(scene.number, text))


def downloaded(path: str, scene: Scene, text: str) -> bytes:
    """What a raw path gives as a file."""
    with scene.client.download(path.format(scene.number, text)) as download:
        return b"".join(download.chunks())


def logged_in(scene: Scene, login: auth.Login) -> str:
    """Whom RT takes a login for."""
    with scene.client_as(login) as client:
        return client.identity().user


def is_blank(_: Scene, text: str, __: Any) -> bool:
    """Around a number, blanks mean nothing."""
    return text.isspace()


def finds_nothing(_: Scene, __: str, found: object) -> bool:
    """Whether it found nothing."""
    return found == []


def never(*_: Any) -> bool:
    """It must have been refused."""
    return False


PATHS = (
    "ticket/{0}/show{1}",
    "ticket/{0}{1}/show",
    "{1}",
    "ticket/{0}/../1/edit{1}",
    "ticket/{0}/show?content=Subject: stolen{1}",
)
QUERY: Callable[[Scene, Clause], object] = lambda scene, clause: (  # noqa: E731
    scene.session.query(Ticket).where(clause).ids()
)


# RT takes its time over each login that it refuses.
LOGINS = (
    "\n",
    "a\r\nb",
    "'",
    "' OR 1 = 1 --",
    "&user=root",
    "x&pass=password&user=root",
    "root;",
    "#",
)

USES: tuple[Use, ...] = (
    *(Use(("Session.get(id)",), partial(got, cls), (), is_named) for cls in (Queue, User, Group)),
    Use(("Session.get(id)",), lambda s, text: s.session.get(Ticket, text), (), never),
    Use(
        ("Session.get(id)",),
        lambda s, text: s.session.get(Ticket, f"{s.number}{text}"),
        (),
        is_blank,
    ),
    Use(("Session.get(id)",), lambda s, text: s.session.get(rtorm.Transaction, text), (), never),
    Use(("Session.get(id)",), lambda s, text: s.session.get(Attachment, text), (), never),
    Use(("Session.get_many(ids)",), lambda s, text: s.session.get_many(Ticket, [text]), (), never),
    Use(
        ("Session.get_many(ids)",),
        lambda s, text: s.session.get_many(Ticket, [f"1{text}"]),
        (),
        is_blank,
    ),
    Use(
        ("Session.edit(id)",), lambda s, text: s.session.edit(Ticket, text, subject="x"), (), never
    ),
    Use(
        ("Session.edit(fields)",),
        lambda s, text: s.session.edit(Ticket, s.number, **{text: "x"}),
        (),
        never,
    ),
    Use(
        ("Session.edit(fields)",),
        lambda s, text: s.session.edit(Ticket, s.number, subject=text),
        OF_A_FIELD["subject"],
        lambda s, text, _: s.database.read()["Tickets"][s.number]["Subject"] == text,
    ),
    Use(
        ("Query.update(fields)",),
        lambda s, text: s.session.query(Ticket).where(Ticket.id == s.number).update(note_=text),
        (),
        never,
    ),
    Use(
        ("Query.update(fields)",),
        lambda s, text: s.session.query(Incident).where(Incident.id == s.number).update(note=text),
        OF_A_FIELD["custom"],
        lambda s, text, _: stored(s.database.read(), s.number, FIELDS["note"]) == {text},
        FEW,
    ),
    Use(("Ticket.merge_into(ticket)",), lambda s, text: s.ticket.merge_into(text), (), never),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    *messages("Ticket.comment", TEXTS),
    *messages("Ticket.reply", FEW),
    *messages("Session.comment", FEW),
    *messages("Session.reply", FEW),
    Use(("Session.comment(id)",), sent("Session.comment", id=str), (), never),
    Use(("Session.reply(id)",), sent("Session.reply", id=str), (), never),
    Use(("Attachment.from_path(content_type)",), from_path, MESSAGE, texts=FEW),
    Use(("cf(name)",), written_by_name, (), texts=FEW[::2]),
    Use(
        ("cf(name)",),
        lambda s, text: QUERY(s, declared(text).odd == "odd"),
        (),
        finds_nothing,
    ),
    Use(("Ticket.cf[name]",), lambda s, text: s.ticket.cf.__setitem__(text, "x"), (), never),
    Use(
        ("Ticket.cf[name]",),
        lambda s, text: QUERY(s, Ticket.cf[text] == "odd"),
        (),
        finds_nothing,
    ),
    Use(
        ("Query.order_by(orderings)",),
        lambda s, text: (
            s.session.query(Ticket)
            .where(Ticket.id == s.number)
            .order_by(Ticket.cf[text].asc())
            .ids()
        ),
        (),
        lambda s, _, found: found == [s.number],
        FEW,
    ),
    Use(
        ("Query.only(columns)", "Query.include(columns)"),
        lambda s, text: (
            s.session.query(Ticket)
            .where(Ticket.id == s.number)
            .only(Ticket.cf[text])
            .include(Ticket.cf[text])
            .all()
        ),
        (),
        lambda s, _, found: [ticket.id for ticket in found] == [s.number],
        FEW,
    ),
    *(
        Use(
            ("Client.get(path)",),
            partial(read_raw, path),
            texts=FEW,
        )
        for path in PATHS
    ),
    *(
        Use(
            ("Client.rest2(path)",),
            partial(read_raw_json, path),
            texts=FEW,
        )
        for path in PATHS
    ),
    *(
        Use(
            ("Client.download(path)",),
            partial(downloaded, path),
            texts=FEW,
        )
        for path in PATHS[:2]
    ),
    Use(
        ("Client.get(parameters)",),
        lambda s, text: s.client.get(f"ticket/{s.number}/show", {text: text, "fields": text}),
    ),
    Use(
        ("Client.get(parameters)",),
        lambda s, text: s.client.get("show", {"id": [f"ticket/{s.number}{text}", text]}),
    ),
    Use(
        ("Client.get(parameters)",),
        lambda s, text: s.client.get(f"ticket/{s.number}/edit", {"content": f"Subject: {text}"}),
        (),
        never,
    ),
    Use(
        ("Client.rest2(parameters)",),
        lambda s, text: s.client.rest2("tickets", {text: text, "query": text}),
    ),
    Use(
        ("Client.post(path)",),
        lambda s, text: posted(s, f"ticket/{s.number}/comment{text}"),
        MESSAGE,
        texts=FEW,
    ),
    Use(
        ("Client.post(path)",),
        lambda s, text: posted(s, f"ticket/{s.number}{text}/comment"),
        MESSAGE,
        texts=FEW,
    ),
    Use(
        ("Client.get(path)",),
        partial(read_raw, "ticket/{1}/../{0}/show"),
        holds=never,
        texts=FEW,
    ),
    Use(
        ("Client.post(path)",),
        lambda s, text: posted(s, f"ticket/{text}/../1/comment"),
        holds=never,
        texts=FEW,
    ),
    Use(
        ("Client.post(files)",),
        uploaded,
        MESSAGE,
        has_upload,
        (*TEXTS, ANOTHER_PART),
    ),
    Use(
        ("connect(url)",),
        lambda s, text: rtorm.connect(f"{s.server.url}{text}", auth=("root", "password")).get(
            Queue, 1
        ),
        # No line break is dropped from the middle of an address.
        holds=lambda _, text, __: text.strip().isprintable(),
        texts=FEW,
    ),
    Use(
        ("connect(auth)",),
        lambda s, text: logged_in(s, auth.PerRequest(text, "password")),
        (),
        never,
        LOGINS,
    ),
    Use(
        ("connect(auth)",),
        lambda s, text: logged_in(s, auth.Password(f"x{text}", "password")),
        (),
        never,
        LOGINS,
    ),
    Use(
        ("connect(auth)",),
        lambda s, text: logged_in(s, auth.Basic("root", f"password{text}")),
        (),
        never,
        FEW,
    ),
    Use(("connect(auth)",), lambda s, text: logged_in(s, auth.Token(f"1-12-{text}")), (), never),
    # RT takes 0.3 s over each password of a user that there is.
    Use(
        ("connect(auth)",),
        lambda s, text: logged_in(s, auth.PerRequest("alice", text)),
        (),
        never,
        ("&user=root&pass=password", "\r\n", "alice-password\0"),
    ),
)


@live
@pytest.mark.parametrize("use", USES, ids=lambda use: use.parameters[0])
def test_everything_else(scene: Scene, use: Use) -> None:
    """Nothing but what is meant changes; what is refused changes nothing, and says why."""
    for text in use.texts:
        before = scene.database.read()
        found, refused = tried(partial(use.how, scene, text))
        scene.session.rollback()
        # Of a message and its status, RT may take the message alone.
        is_partial = isinstance(refused, PartialSaveError)
        assert_only(
            scene, before, use.touches if refused is None or is_partial else (), [scene.number]
        )
        assert use.holds(scene, text, found) if refused is None else str(refused), ascii(text)


@live
def test_new_tickets_with_odd_names(scene: Scene) -> None:
    """A value for a custom field that is not there is lost or refused, and is nothing else."""
    for name in TEXTS[::4]:
        before = scene.database.read()
        made, _ = tried(partial(declared(name), subject="odd", queue="Incidents", odd="x"))
        ticket: Any = made
        scene.session.add(ticket)
        tried(scene.session.commit)
        scene.session.rollback()
        number = ticket.id
        assert_only(scene, before, NEW_TICKET if number else (), [number])
        after = scene.database.read()
        assert after["ObjectCustomFieldValues"] == before["ObjectCustomFieldValues"]
        assert number is None or after["Tickets"][number]["Subject"] == "odd"


# Conditions: none of the texts, with an end that nothing has, finds anything.

END = "qqq"
ROOT_CLASSES: Mapping[str, type[Any]] = {
    "Ticket": Incident,
    "User": User,
    "Queue": Queue,
    "Group": Group,
}
COLUMNS = [(kind, name) for kind, cls in ROOT_CLASSES.items() for name in layout_of(cls).fields]
FITTING: Sequence[Callable[[Any, str], Clause]] = (
    lambda column, text: column == text,
    lambda column, text: column.in_([text, "'" + END]),
    lambda column, text: column.like(text),
    lambda column, text: column.starts_with(text),
    lambda column, text: column.has(text),
    lambda column, text: column.between(text, text),
)
DENYING: Sequence[Callable[[Any, str], Clause]] = (
    lambda column, text: column != text,
    lambda column, text: column.not_in([text]),
    lambda column, text: column.not_like(text),
)
# What a condition could be ended by; RT takes long over many conditions on lists at once.
ENDS = ("\\", "' OR id > 0 OR Subject = '", '" OR id > 0 OR Name = "', "\\' OR id > 0 --")


def column_of(cls: Any, name: str) -> Column[Any]:
    """A column, such as `links.refers_to`."""
    found: Column[Any] = reduce(getattr, name.split("."), cls)
    return found


def text_of(query: Any, clause: Clause) -> object:
    """As RT would be asked it."""
    return query.where(clause).text


def askable(query: Any, given: Iterable[object]) -> list[Clause]:
    """Those conditions that RT can be asked; nothing is sent."""
    clauses = [clause for clause in given if isinstance(clause, Clause)]
    return [each for each in clauses if tried(partial(text_of, query, each))[1] is None]


@live
@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_conditions(scene: Scene, kind: str, name: str) -> None:
    """A text finds nothing that does not have it, and its denial leaves nothing out."""
    cls = ROOT_CLASSES[kind]
    query, column = scene.session.query(cls), column_of(cls, name)
    before, everything = scene.database.read(), query.ids()
    for text in ENDS:
        for compared, join, expected in ((FITTING, Or, []), (DENYING, And, everything)):
            made = [tried(partial(compare, column, text + END))[0] for compare in compared]
            if clauses := askable(query, made):
                found, refused = tried(query.where(join(tuple(clauses))).ids)
                assert refused is not None or found == expected, (text, clauses)
    assert_only(scene, before, (), [])


@live
@pytest.mark.parametrize("kind", ROOT_CLASSES)
def test_one_condition_beside_another(scene: Scene, kind: str) -> None:
    """No text ends its condition early: what stands beside it still holds."""
    cls = ROOT_CLASSES[kind]
    column = column_of(cls, "subject" if kind == "Ticket" else "name")
    for text in TEXTS:
        clause = (column_of(cls, "id") == 1) & (column == text + END)
        found, refused = tried(scene.session.query(cls).where(clause).ids)
        assert refused is not None or found == [], ascii(text)


@live
def test_a_text_finds_what_has_it(scene: Scene) -> None:
    """A condition by a text finds the tickets that hold this text, and no others."""
    for ticket, text in zip(scene.tickets, TEXTS, strict=True):
        tried(partial(setattr, ticket, "subject", text))
    tried(scene.session.commit)
    scene.session.rollback()
    held: dict[str, list[int]] = {}
    for number, row in scene.database.read()["Tickets"].items():
        held.setdefault(str(row["Subject"]), []).append(number)
    for text in TEXTS:
        if text in held:
            found = scene.session.query(Ticket).where(Ticket.subject == text).ids()
            assert found == held[text], ascii(text)


# The public face, so that nothing new is left out.

UNSENT = {
    "Attachment.from_path(cls)": "a class",
    "Attachment.from_path(path)": "its last part is the name of the file, see Attachment(filename)",
    "Attachment.save_to(path)": "written to here",
    "Attachment.save_to(progress)": "called here",
    "Client.post(content)": "a form as it is, by contract",
    "Client.post(idempotent)": "a bool",
    "OutcomeUnknownError.verify(wait)": "a number",
    "Query.limit(count)": "a number",
    "Query.partitions(n)": "a number",
    "Query.stream(chunk)": "a number",
    "Query.stream(progress)": "called here",
    "Query.to_pandas(chunk)": "a number",
    "Query.to_pandas(progress)": "called here",
    "Query.update(progress)": "called here",
    "Query.update(verify)": "one of three words",
    "Partition.query(session)": "a session",
    "History.of_type(types)": "compared here",
    "Session.begin(check)": "a bool",
    "Session.commit(progress)": "called here",
    "Session.commit(check)": "a bool",
    "Session.commit(verify)": "one of three words",
    "Session.get(cls)": "a class",
    "Session.get_many(cls)": "a class",
    "Session.get_many(missing)": "one of two words",
    "Session.query(cls)": "a class",
    "Session.edit(cls)": "a class",
    "Session.check(query)": "a query, see Query.where(clauses)",
    "Session.add(record)": "a record, see the fields",
    "Session.expire(record)": "a record",
    "Session.expire(names)": "names of attributes",
    "connect(time_zone)": "looked up here",
    "connect(timeout)": "a number",
    "connect(verify)": "a file here",
    "connect(batch)": "a number",
    "connect(parallel)": "a number",
    "connect(retries)": "a number",
    "cf(id)": "a number",
    "cf(true)": "an attribute's value, see the fields",
    "cf(false)": "an attribute's value, see the fields",
    "cf(default)": "an attribute's value, see the fields",
    "cf(default_factory)": "called here",
    "sql(text)": "TicketSQL as it is, by contract",
}
# Of these, nothing is sent but the fields of the record, which have tests of their own.
OF_RECORDS = ("Record.", "State.", "User.model_", "state_of(")
BY_CONDITIONS = {
    f"Column.{name}"
    for name in (
        "in_(values)",
        "not_in(values)",
        "between(low)",
        "between(high)",
        "like(text)",
        "not_like(text)",
        "starts_with(text)",
        "has(value)",
    )
} | {"Query.where(clauses)"}


def test_every_public_parameter_is_tried() -> None:
    """A new parameter of a public function is used with the texts above, or said to stay here."""
    public = {
        f"{function.__qualname__}({name})"
        for function in public_functions()
        for name in inspect.signature(function).parameters
        if name != "self"
    }
    public = {each for each in public if not each.startswith(OF_RECORDS)}
    tried_ones = {each for use in USES for each in use.parameters} | BY_CONDITIONS
    assert public - tried_ones - UNSENT.keys() == set()
    assert UNSENT.keys() <= public
    assert public >= BY_CONDITIONS


def test_raw_conditions_are_sent_as_they_are() -> None:
    """`sql()` takes what a program has written, and says so; see its documentation."""
    assert "sent as" in (sql.__doc__ or "")
