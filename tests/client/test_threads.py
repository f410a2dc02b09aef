"""One connection and one login cookie for each thread."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from rtorm import Client
from tests.client.servers import FakeRT, Relay, Request, Stub
from tests.client.support import LOGIN, Connect, Serve, Traffic
from tests.seed import password_of
from tests.support import Server


def in_thread(work: Callable[[], object]) -> None:
    """Do something in a thread of its own, to its end."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    assert not failures, failures


def reads(server: Stub) -> list[Request]:
    """The requests after the logins."""
    return [sent for sent in server.requests if not sent.path.endswith("ticket/new")]


def test_one_thread(serve: Serve, client: Connect) -> None:
    """One thread logs in once and keeps its connection."""
    server = serve(rt := FakeRT())
    there = client(server.url)
    for _ in range(3):
        there.get("ticket/1/show")
        there.post("edit", "id: ticket/1\n")
    assert rt.logins == 1
    assert len({sent.connection for sent in server.requests}) == 1
    assert {sent.headers["cookie"] for sent in reads(server)} == {"RT_SID_x=1"}


def test_two_threads_at_once(serve: Serve, client: Connect) -> None:
    """Two threads have two cookies and two connections, and neither uses the other's."""
    server = serve(rt := FakeRT())
    there = client(server.url)
    together = threading.Barrier(2)
    seen: list[set[tuple[str, int]]] = []

    def work(name: str) -> None:
        there.get(f"ticket/{name}/show")
        together.wait(10)
        there.get(f"ticket/{name}/show")
        mine = [sent for sent in reads(server) if f"ticket/{name}/" in sent.path]
        seen.append({(sent.headers["cookie"], sent.connection) for sent in mine})

    threads = [threading.Thread(target=work, args=(name,)) for name in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rt.logins == 2
    first, second = seen
    assert len(first) == len(second) == 1
    assert {cookie for cookie, _ in first} != {cookie for cookie, _ in second}
    assert {connection for _, connection in first} != {connection for _, connection in second}


def test_connections_end_with_their_thread(serve: Serve, client: Connect) -> None:
    """A client that outlives many threads does not keep their connections."""
    server = serve(FakeRT())
    there = client(server.url)
    for _ in range(5):
        in_thread(lambda: there.get("ticket/1/show"))
    assert len({sent.connection for sent in server.requests}) == 5
    assert not list(there._transport.sessions._all)  # pyright: ignore[reportPrivateUsage]


def test_closed_and_used_again(serve: Serve, client: Connect) -> None:
    """A closed client works again, with a new connection and a new login."""
    server = serve(rt := FakeRT())
    there = client(server.url)
    there.get("ticket/1/show")
    there.close()
    there.get("ticket/1/show")
    assert rt.logins == 2
    assert len({sent.connection for sent in server.requests}) == 2


def test_session_of_one_thread_ends(serve: Serve, client: Connect) -> None:
    """When the session of one thread ends, the others keep theirs."""
    server = serve(rt := FakeRT())
    there = client(server.url)
    there.get("ticket/1/show")
    in_thread(lambda: there.get("ticket/1/show"))
    rt.cookies.remove("RT_SID_x=2")
    there.get("ticket/1/show")
    assert rt.logins == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_forked_child(serve: Serve) -> None:
    """A forked child has a connection and a login of its own, and leaves its parent's alone."""
    server = serve(rt := FakeRT())
    script = f"""
import os, rtorm
client = rtorm.Client({server.url!r}, auth=("alice", "s3cret-Word"))
client.get("ticket/1/show")
if not (child := os.fork()):
    client.get("ticket/2/show")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
client.get("ticket/1/show")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert rt.logins == 2
    parent, child, again = reads(server)
    assert (parent.connection, parent.headers["cookie"]) == (
        again.connection,
        again.headers["cookie"],
    )
    assert child.connection != parent.connection
    assert child.headers["cookie"] != parent.headers["cookie"]


def test_identity_is_asked_for_once(serve: Serve, client: Connect) -> None:
    """What one thread learnt of the account, the others need not ask."""
    server = serve(FakeRT())
    there: Client = client(server.url)
    in_thread(there.identity)
    assert there.identity().user == "alice"
    assert server.paths == ["ticket/new"]


def test_real_rt(rt: Server, client: Connect, traffic: Traffic) -> None:
    """With a real RT, each thread logs in by itself."""
    there = client(rt.url, ("alice", password_of("alice")))
    there.get("queue/Incidents")
    in_thread(lambda: there.get("queue/Incidents"))
    there.get("queue/Incidents")
    assert traffic.since() == [
        LOGIN,
        "queue/Incidents 200",
        LOGIN,
        "queue/Incidents 200",
        "queue/Incidents 200",
    ]


@pytest.mark.live
def test_real_connection_is_kept(rt: Server, relay: Relay, client: Connect) -> None:
    """A real RT is spoken to through one connection a thread."""
    there = client(relay.url, ("alice", password_of("alice")))
    for _ in range(3):
        there.get("queue/Incidents")
    assert relay.connections == 1
    in_thread(lambda: there.get("queue/Incidents"))
    assert relay.connections == 2
