"""A day's work with marked secrets leaves none of them anywhere but in RT."""

from __future__ import annotations

import copy
import io
import logging
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import rtorm
from rtorm import Attachment, CommitError, RTError, Session, User
from rtorm.auth import Basic, Login, PerRequest, Token
from rtorm.testing import RequestTracker
from rtorm.testing.cassettes import record
from tests.client.support import texts_of
from tests.faults.proxy import FAULTS, proxy_to
from tests.seed import QUEUE_RIGHTS
from tests.support import Incident, Server

pytestmark = pytest.mark.live

# With signs that forms, URLs and headers write in different ways.
LOGIN, NEW, WRONG, TOKEN = (f"S3cr&t {part}+ü%'\"" for part in ("login", "new", "wrong", "token"))
HARM = {"connection refused", "cut after RT has it", "garbage", "503 before RT"}
MARKS = ("S3cr&t", "S3cr%26t", "S3cr&amp;t", "UzNjciZ0")
"""How a secret may be written: as it is, in a URL, in a page, in the header of HTTP Basic."""


def marked(text: str) -> list[str]:
    """The marks that a text holds."""
    return [mark for mark in MARKS if mark in text]


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[io.StringIO]:
    """What all logs but vcrpy's say, at every level; temporary files go into the test's folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.addFilter(lambda record: not record.name.startswith("vcr."))
    loggers = [root, *map(logging.getLogger, ("rtorm.wire", "urllib3", "requests"))]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def account(rt: Server, connect: Callable[..., Session]) -> str:
    """An account whose password is marked."""
    session = connect()
    name = "marked"
    if not session.query(User).where(User.name == name).ids():
        session.add(User(name=name, password=SecretStr(LOGIN), privileged=True))
        session.commit()
        tracker = rt.tracker
        assert isinstance(tracker, RequestTracker)
        rights = (*QUEUE_RIGHTS, "ShowTicketComments")
        tracker.insert(
            ACL=[{"UserId": name, "Queue": "Incidents", "Right": right} for right in rights]
        )
    return name


def work(session: Session, folder: Path) -> Iterator[object]:
    """What programs do; gives all that they hold meanwhile."""
    ticket = session.add(Incident(subject="A day", text="As it began.", severity="low"))
    session.commit()
    yield ticket
    ticket.subject, ticket.owner = "A day's work", "no-such-user"
    try:
        ticket.save()
    except RTError as error:
        yield error
    ticket.discard()
    ticket.comment("See it.", attachments=[Attachment(filename="a.bin", content=b"\0\1")])
    for file in ticket.attachments:
        yield file
        file.save_to(folder)
    yield list(ticket.history)
    yield session.query(Incident).where(Incident.subject == "A day's work").all()
    yield session.client.identity()
    yield session


def fail(url: str, account: str) -> Iterator[RTError]:
    """Logins that are refused, and networks that break."""
    logins: list[Login] = [(account, WRONG), PerRequest(account, WRONG), Basic(account, WRONG)]
    for login in [*logins, Token("S3cr&t-token")]:
        with rtorm.connect(url, auth=login) as session, pytest.raises(RTError) as caught:
            session.get(Incident, 1)
        yield caught.value
    with proxy_to(url) as proxy:
        for fault in FAULTS:
            if fault.name not in HARM:
                continue
            for login in ((account, LOGIN), PerRequest(account, LOGIN)):
                with rtorm.connect(proxy.url, auth=login, retries=0) as session:
                    session.client.identity()
                    proxy.spares_logins = False
                    proxy.strike(fault, "", 99)
                    for send in (_read, _create):
                        with pytest.raises(RTError) as caught:
                            send(session)
                        yield caught.value
                    proxy.heal()
                    session.rollback()


def _read(session: Session) -> None:
    session.client.get("ticket/1")


def _create(session: Session) -> None:
    try:
        session.add(Incident(subject="Lost")).save()
    except CommitError as error:
        raise error.report.results[0].cause or error from None


def change_password(session: Session) -> Iterator[object]:
    """An administrator sets passwords, of which one is refused."""
    user = session.get(User, "marked")
    user.password = SecretStr(NEW)
    yield user
    yield copy.copy(user)
    yield user.changes
    user.save()
    user.password, user.name = SecretStr(LOGIN), "root"
    try:
        user.save()
    except RTError as error:
        yield error
    yield user
    user.name = "marked"
    user.save()


def test_nothing_is_left(
    rt: Server,
    account: str,
    connect: Callable[..., Session],
    traces: io.StringIO,
    tmp_path: Path,
) -> None:
    """No log, exception, repr, pickle, recording or temporary file holds a secret."""
    held: list[object] = []
    with record(tmp_path / "recording.yaml"):
        with rtorm.connect(rt.url, auth=(account, LOGIN), time_zone="UTC") as session:
            held += work(session, tmp_path)
            own = session.client._transport.sessions.mine()  # pyright: ignore[reportPrivateUsage]
            cookies = own.http.cookies.values()
        held += change_password(connect())
    held += fail(rt.url, account)
    for thing in held:
        assert marked(repr(thing)) == [], type(thing)
        assert marked(str(thing)) == [], type(thing)
        if isinstance(thing, BaseException):
            assert [text[:200] for text in texts_of(thing) if marked(text)] == []
            assert marked("".join(traceback.format_exception(thing))) == []
        try:
            data = pickle.dumps(thing)
        except (TypeError, AttributeError):
            continue  # It refuses to be pickled.
        assert marked(data.decode("latin-1")) == [], type(thing)
    assert "A day's work" in traces.getvalue()
    assert marked(traces.getvalue()) == []
    assert cookies
    assert not [cookie for cookie in cookies if cookie in traces.getvalue()]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "recording.yaml" in [path.name for path in files]
    for path in files:
        text = path.read_bytes().decode("latin-1")
        assert marked(text) == [], path
        assert not [cookie for cookie in cookies if cookie in text]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = process.read_bytes().decode("latin-1")
        except OSError:
            continue  # It has ended.
        assert marked(arguments) == [], arguments
