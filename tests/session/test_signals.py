"""Handlers of signals that raise while RT is waited for: never claimed, repeated or mixed up."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import rtorm
from rtorm import Attachment, Session, Status, state_of
from rtorm.orm.outcome import judge_edit
from tests.proxy import Loss, Proxy, proxy_to
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

pytestmark = pytest.mark.live

PATIENCE = 60
CONTENT = bytes(range(256)) * 1024


class OwnTimeoutError(Exception):
    """An exception of the program."""


Kind = type[BaseException]

# The last ones are what a network raises, or a library that speaks to it.
KINDS = pytest.mark.parametrize(
    "kind", [SystemExit, OwnTimeoutError, TimeoutError, OSError, ValueError]
)
TWO_KINDS = pytest.mark.parametrize("kind", [SystemExit, TimeoutError])


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy that keeps a request or reply until it is told to pass it on."""
    with proxy_to(rt.url) as proxy:
        yield proxy
        proxy.go_on.set()


@pytest.fixture
def far(proxy: Proxy) -> Iterator[Session]:
    """A session behind the proxy."""
    with rtorm.connect(proxy.url, auth=("root", "password"), time_zone="UTC", batch=1) as session:
        session.client.identity()
        yield session
        session.rollback()


@pytest.fixture
def numbers(connect: Connect) -> list[int]:
    """The ids of three new tickets."""
    session = connect()
    new = [session.add(Incident(subject=f"As it was {n}")) for n in range(3)]
    session.commit()
    return [ticket.id for ticket in new]


@contextmanager
def signalled(
    proxy: Proxy, kind: Kind, path: str, loss: Loss = "late", *, resume: bool = False
) -> Generator[list[BaseException]]:
    """A signal comes, whose handler raises, as soon as the proxy holds something back.

    That goes on afterwards; with `resume`, while the program waits for it.
    """
    caught: list[BaseException] = []

    def come(*_: object) -> None:
        raise kind("the handler's")

    def send() -> None:
        if proxy.arrived.wait(PATIENCE):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        if resume:
            proxy.go_on.set()

    proxy.losses[path] = loss
    for event in (proxy.arrived, proxy.go_on, proxy.gone_on):
        event.clear()
    theirs = signal.signal(signal.SIGALRM, come)
    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(kind, match="the handler's") as raised:
            yield caught
        caught.append(raised.value)
        assert raised.type is kind
    finally:
        sender.join()
        signal.signal(signal.SIGALRM, theirs)
        proxy.losses.clear()
        # What was given up comes to RT, or from it, before anything else.
        proxy.go_on.set()
        assert proxy.gone_on.wait(PATIENCE)


@contextmanager
def raising_within(kind: Kind, function: str) -> Generator[None]:
    """A timer's handler raises as soon as the program is in a function of that name."""

    def come(_: int, frame: FrameType | None) -> None:
        if any(each.f_code.co_name == function for each, _ in traceback.walk_stack(frame)):
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise kind("the handler's")

    theirs = signal.signal(signal.SIGALRM, come)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        with pytest.raises(kind, match="the handler's"):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, theirs)


def told(error: BaseException) -> str:
    """What the notes of an exception say."""
    return "\n".join(getattr(error, "__notes__", ()))


@KINDS
def test_an_edit(
    far: Session, proxy: Proxy, numbers: list[int], connect: Connect, kind: Kind
) -> None:
    """It is still dirty, is sent once, and what is read next is not its reply."""
    first, second, third = far.get_many(Incident, numbers)
    first.subject = "Edited"
    before = len(proxy.passed)
    with signalled(proxy, kind, "/edit") as caught:
        first.save()
    assert "may or may not have carried out the edit" in told(caught[0])
    assert first.is_dirty
    assert [path for path in proxy.passed[before:] if path.endswith("/edit")] == ["/REST/1.0/edit"]
    assert connect().get(Incident, first.id).subject == "Edited"
    # Nothing is known of what RT holds.
    assert second.subject == "As it was 1"
    second.refresh()
    assert (second.id, second.subject) == (numbers[1], "As it was 1")
    third.subject = "Third"
    far.commit()
    assert connect().get(Incident, third.id).subject == "Third"
    assert not first.is_dirty


@KINDS
def test_a_create(far: Session, proxy: Proxy, connect: Connect, kind: Kind) -> None:
    """It leaves the session, so that no later commit makes it twice; a note says so."""
    subject = f"Made under {kind.__name__} {proxy.server_port}"
    new, later = (far.add(Incident(subject=f"{subject} {n}")) for n in range(2))
    with signalled(proxy, kind, "/ticket/new") as caught:
        far.commit()
    assert "search for it before you add it again" in told(caught[0])
    assert far.new == [later]
    assert state_of(new).status is Status.NEW
    far.commit()
    made = connect().query(Incident).where(Incident.subject.like(subject))
    assert sorted(each.subject for each in made) == [f"{subject} 0", f"{subject} 1"]


@TWO_KINDS
@pytest.mark.parametrize("loss", ["late", "paused"])
def test_a_message(
    far: Session, proxy: Proxy, numbers: list[int], connect: Connect, kind: Kind, loss: Loss
) -> None:
    """It is sent once; what it may have changed is read again; a note says to look."""
    ticket = far.get(Incident, numbers[0])
    assert len(ticket.history.of_type("Comment")) == 0
    assert ticket.time_worked == 0
    ticket.subject = "Dirty"
    with signalled(proxy, kind, "/comment", loss) as caught:
        ticket.comment("Once", time_worked=5)
    assert "look at the ticket before you send it again" in told(caught[0])
    [entry] = ticket.history.of_type("Comment")
    assert entry.content == "Once"
    assert (ticket.time_worked, ticket.subject, ticket.is_dirty) == (5, "Dirty", True)
    ticket.save()
    near = connect().get(Incident, numbers[0])
    assert (near.subject, len(near.history.of_type("Comment"))) == ("Dirty", 1)


@TWO_KINDS
def test_a_read_after_a_message(far: Session, proxy: Proxy, numbers: list[int], kind: Kind) -> None:
    """What is unsaved is not compared with what RT held before the message."""
    ticket = far.get(Incident, numbers[0])
    assert ticket.status == "new"
    ticket.status = "stalled"
    with signalled(proxy, kind, "/show"):
        ticket.comment("Once", status="open")
    assert ticket.is_dirty
    assert ticket.changes["status"].old != "new"
    assert [entry.content for entry in ticket.history.of_type("Comment")] == ["Once"]


@TWO_KINDS
def test_a_change_of_owner(far: Session, proxy: Proxy, numbers: list[int], kind: Kind) -> None:
    """The owner is read again."""
    ticket = far.get(Incident, numbers[0])
    assert ticket.owner == "Nobody"
    with signalled(proxy, kind, "/take"):
        ticket.take()
    assert ticket.owner == "root"


@TWO_KINDS
def test_a_merge(far: Session, proxy: Proxy, numbers: list[int], kind: Kind) -> None:
    """Both are read again, and the id tells what became of it."""
    one, other, _ = far.get_many(Incident, numbers)
    assert [one.subject, other.subject] == ["As it was 0", "As it was 1"]
    with signalled(proxy, kind, f"/ticket/{one.id}/merge/{other.id}") as caught:
        one.merge_into(other)
    assert "look at the ticket before you send it again" in told(caught[0])
    one.refresh()
    assert (one.id, one.subject) == (other.id, "As it was 1")


@TWO_KINDS
@pytest.mark.parametrize("loss", ["late", "paused"])
def test_a_read(
    far: Session, proxy: Proxy, numbers: list[int], wire: Wire, kind: Kind, loss: Loss
) -> None:
    """It is given up, not tried again, and the next one does not get its reply."""
    wire.clear()
    with signalled(proxy, kind, "/show", loss):
        far.get(Incident, numbers[0])
    assert len(wire.sent) == 1
    assert far.get(Incident, numbers[1]).subject == "As it was 1"
    assert far.get(Incident, numbers[0]).subject == "As it was 0"
    with signalled(proxy, kind, "/search/ticket", loss):
        list(far.query(Incident).where(Incident.id.in_(numbers[:1])))
    assert [each.id for each in far.query(Incident).where(Incident.id.in_(numbers[1:]))] == numbers[
        1:
    ]


@TWO_KINDS
def test_a_download(
    far: Session, proxy: Proxy, numbers: list[int], tmp_path: Path, kind: Kind
) -> None:
    """Nothing is kept of what has come, and no part of it is taken for the whole."""
    ticket = far.get(Incident, numbers[0])
    ticket.comment("See it.", attachments=[Attachment(filename="a.bin", content=CONTENT)])
    [*_, file] = ticket.attachments
    proxy.losses["/content"] = "paused"
    for read in (lambda: file.content, lambda: file.save_to(tmp_path)):
        with raising_within(kind, "chunks"):
            read()
        assert list(tmp_path.iterdir()) == []
    with file.open() as opened:
        with raising_within(kind, "readinto"):
            opened.read()
        with pytest.raises(OSError, match="cut off before"):
            opened.read()
    path = f"ticket/{ticket.id}/attachments/{file.id}/content"
    with far.client.download(path) as download:
        with raising_within(kind, "chunks"):
            list(download.chunks())
        with pytest.raises(ValueError, match="nothing more of this download"):
            list(download.chunks())
    proxy.losses.clear()
    assert far.get(Incident, numbers[1]).subject == "As it was 1"
    assert file.save_to(tmp_path).read_bytes() == CONTENT


@TWO_KINDS
def test_an_upload(far: Session, proxy: Proxy, connect: Connect, kind: Kind) -> None:
    """A new ticket with a file, given up while its reply comes, is made once."""
    subject = f"With a file under {kind.__name__} {proxy.server_port}"
    new = far.add(Incident(subject=subject, files=[Attachment(filename="a", content=CONTENT)]))
    with signalled(proxy, kind, "/ticket/new", "paused"):
        new.save()
    assert far.new == []
    [made] = connect().query(Incident).where(Incident.subject == subject)
    assert made.attachments[-1].content == CONTENT


@TWO_KINDS
def test_several_at_a_time(proxy: Proxy, numbers: list[int], connect: Connect, kind: Kind) -> None:
    """What is under way is waited for, nothing new is begun, and the note tells of all."""
    with rtorm.connect(proxy.url, auth=("root", "password"), parallel=2, batch=1) as far:
        for ticket in far.get_many(Incident, numbers):
            ticket.subject = f"AtATime{ticket.id}"
        proxy.marked = f"AtATime{numbers[0]}".encode()
        with signalled(proxy, kind, "/edit", resume=True) as caught:
            far.commit()
        held = connect().get_many(Incident, numbers)
        for ticket, truth in zip(far.get_many(Incident, numbers), held, strict=True):
            assert ticket.is_dirty is (truth.subject != ticket.subject)
        assert held[0].subject == f"AtATime{numbers[0]}"
        assert told(caught[0]).startswith("commit:")
        far.commit()
    assert [each.subject for each in connect().get_many(Incident, numbers)] == [
        f"AtATime{number}" for number in numbers
    ]


def test_while_accounts_are_kept(
    far: Session, connect: Connect, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM in the middle of taking in a reply waits until the record says what RT holds."""
    came: list[str] = []

    def judge(*arguments: Any) -> object:
        if not came:
            signal.raise_signal(signal.SIGTERM)
            came.append("and waits")
        return judge_edit(*arguments)

    def end(*_: object) -> None:
        sys.exit("the handler's")

    monkeypatch.setattr("rtorm.orm.saving.unit.judge_edit", judge)
    theirs = signal.signal(signal.SIGTERM, end)
    first, second, third = far.get_many(Incident, numbers)
    try:
        for ticket in (first, second, third):
            ticket.subject = "New"
        with pytest.raises(SystemExit, match="the handler's") as caught:
            far.commit()
    finally:
        signal.signal(signal.SIGTERM, theirs)
    assert came == ["and waits"]
    assert told(caught.value).startswith("commit: 1 updated, 2 not sent")
    assert far.dirty == [second, third]
    held = connect().get_many(Incident, numbers)
    assert [ticket.subject for ticket in held] == ["New", "As it was 1", "As it was 2"]
