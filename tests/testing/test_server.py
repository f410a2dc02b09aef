"""A server starts, serves, takes data and says what went wrong."""

import re
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from rtorm.testing import InsertError, RequestTracker, ServerError, StartError
from rtorm.testing._packages import Major
from tests.testing.talk import ask, processes_in

pytestmark = pytest.mark.real_rt


def test_it_serves_rest(server: RequestTracker) -> None:
    assert re.fullmatch(r"(4\.4|5\.0)\.\d+", server.version)
    assert server.version.startswith(str(server.major))
    assert f"RT/{server.version}" in ask(server, "queue/1")
    created = ask(
        server, "ticket/new", "id: ticket/new\nQueue: General\nSubject: é\nRequestor: a@b.c"
    )
    assert re.search(r"# Ticket \d+ created\.", created)
    assert str(server.directory) not in repr(server)
    assert server.log.read_text()


def test_only_the_loopback_listens(server: RequestTracker) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port)):
        pass


def test_what_is_inserted_is_seen_by_the_next_request(server: RequestTracker) -> None:
    for number in range(5):
        name = f"Störung {number} – it's $1 @x"
        field, user = f"Feld {number}", f"user{number}"
        server.insert(
            Queues=[{"Name": name, "Description": "zwei\nZeilen"}],
            CustomFields=[
                {"Name": field, "Type": "SelectSingle", "Queue": [name], "Values": [{"Name": "é"}]}
            ],
            Users=[{"Name": user, "Password": "secret-word", "Privileged": True}],
            Groups=[{"Name": f"group{number}", "Members": {"Users": [user]}}],
            ACL=[{"UserId": user, "Queue": name, "Right": ["SeeQueue", "CreateTicket"]}],
        )
        assert f"Name: {name}\n" in ask(server, f"queue/{name}")
        assert f"{field}:" in ask(server, f"queue/{name}/ticketcustomfields")
        assert f"Name: {user}\n" in ask(server, f"user/{user}")
        assert f"Name: group{number}\n" in ask(server, f"group/group{number}")


def test_rights_count_at_once(server: RequestTracker) -> None:
    server.insert(Users=[{"Name": "clerk", "Password": "secret-word", "Privileged": 1}])
    form = "id: ticket/new\nQueue: General\nSubject: x"
    login = {"user": "clerk", "pass": "secret-word", "content": form}
    url = f"{server.url}/REST/1.0/ticket/new"
    with requests.Session() as session:
        assert "No permission to create" in session.post(url, login, timeout=60).text
        server.insert(ACL=[{"UserId": "clerk", "Queue": "General", "Right": "CreateTicket"}])
        assert "created." in session.post(url, login, timeout=60).text


def test_custom_roles_count_at_once(server: RequestTracker) -> None:
    with requests.Session() as session:
        session.headers["Referer"] = f"{server.url}/"
        session.post(f"{server.url}/NoAuth/Login.html", {"user": "root", "pass": "password"})
        # RT notices new roles by a stamp in whole seconds, so more than one in a second is the test.
        for number in range(1, 7):
            server.insert(CustomRoles=[{"Name": f"Role {number}", "ApplyTo": ["General"]}])
            form = {"id": "new", "Queue": "1", "Status": "new", "Subject": "x"}
            form |= {
                f"RT::CustomRole-{number}": f"boss{number}@example.com",
                "SubmitTicket": "Create",
            }
            page = session.post(f"{server.url}/Ticket/Create.html", form, timeout=60).text
            assert f"boss{number}@example.com" in page


def test_perl_text(server: RequestTracker) -> None:
    server.insert("push @Queues, { Name => join ' ', 'From', 'Perl', 'ä' };")
    assert "Name: From Perl ä\n" in ask(server, "queue/From Perl ä")


def test_what_rt_refuses_is_an_error(server: RequestTracker) -> None:
    with pytest.raises(InsertError, match="nosuchqueue"):
        server.insert(
            ACL=[{"UserId": "root", "Queue": "nosuchqueue", "Right": "SeeQueue"}],
            Queues=[{"Name": "Beside the error"}],
        )
    assert "Name: Beside the error" in ask(server, "queue/Beside the error")
    with pytest.raises(InsertError, match="at initialdata line 2"):
        server.insert("# first line\ndie 'broken';")
    with pytest.raises(InsertError, match="inserting process ended"):
        server.insert("push @Initial, sub { kill KILL => $$ };")
    server.insert(Queues=[{"Name": "After the errors"}])


def test_what_cannot_be_inserted(server: RequestTracker) -> None:
    with pytest.raises(ValueError, match="no Queue"):
        server.insert(Queue=[{"Name": "x"}])
    with pytest.raises(TypeError, match="float"):
        server.insert(Queues=[{"Name": 1.5}])
    with pytest.raises(TypeError, match="either"):
        server.insert()
    with pytest.raises(TypeError, match="either"):
        server.insert("1;", Queues=[])


def test_inserts_from_several_threads(server: RequestTracker) -> None:
    names = [f"Thread {number}" for number in range(8)]

    def insert(name: str) -> None:
        server.insert(Queues=[{"Name": name}])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(insert, names))
    for name in names:
        assert f"Name: {name}\n" in ask(server, f"queue/{name}")


def test_initialdata_and_configuration(major: Major) -> None:
    with RequestTracker(
        major,
        initialdata={"Queues": [{"Name": "Incidents"}]},
        config="Set($rtname, 'renamed');",
        time_zone="Asia/Tokyo",
        workers=1,
    ) as rt:
        assert "Name: Incidents\n" in ask(rt, "queue/Incidents")
        with urllib.request.urlopen(f"{rt.url}/REST/1.0/") as reply:
            assert "RT_SID_renamed" in reply.headers["Set-Cookie"]
        shown = re.search(r"Starts: (.+)", ask(rt, "ticket/new"))
        assert shown is not None
        here = datetime.now(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None)
        assert abs(datetime.fromisoformat(shown[1]) - here) < timedelta(minutes=1)


def test_both_versions_and_several_at_once(major: Major, rt5: Major) -> None:
    wanted = [major, rt5, rt5]
    servers = [RequestTracker(version) for version in wanted]
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(RequestTracker.start, servers))
        assert len({rt.url for rt in servers}) == 3
        assert [rt.major for rt in servers] == wanted
        for number, rt in enumerate(servers):
            rt.insert(Queues=[{"Name": f"Only {number}"}])
        for rt in servers:
            found = [
                number for number in range(3) if "id: queue/3" in ask(rt, f"queue/Only {number}")
            ]
            assert found == [servers.index(rt)]
    finally:
        for rt in servers:
            rt.stop()


def test_nothing_is_left(rt5: Major) -> None:
    with RequestTracker(rt5) as rt:
        directory, url = rt.directory, rt.url
        assert len(processes_in(directory)) >= 4
    assert not directory.exists()
    assert not processes_in(directory)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)
    with pytest.raises(ServerError, match="not running"):
        assert rt.url
    rt.stop()
    assert "not running" in repr(rt)
    with rt:
        assert "RT/5" in ask(rt, "queue/1")


def test_nothing_is_left_after_an_exception(rt5: Major) -> None:
    directories: list[Path] = []

    def use() -> None:
        with RequestTracker(rt5) as rt:
            directories.append(rt.directory)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    (directory,) = directories
    assert not directory.exists()
    assert not processes_in(directory)


def test_it_starts_once_at_a_time(server: RequestTracker) -> None:
    with pytest.raises(ServerError, match="already"):
        server.start()


def test_a_server_that_dies_shows_its_log(major: Major) -> None:
    with pytest.raises(StartError, match="no such thing as this") as caught:
        RequestTracker(major, config="die 'no such thing as this';").start()
    assert "end of the server's log" in str(caught.value)


def test_a_server_that_is_too_slow(rt5: Major) -> None:
    with pytest.raises(StartError, match="no answer within"):
        RequestTracker(rt5, start_timeout=0.05).start()


def test_a_port_of_our_choice(rt5: Major) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="Address already in use"):
            RequestTracker(rt5, port=port).start()
    for _ in range(2):
        with RequestTracker(rt5, port=port) as rt:
            assert rt.url == f"http://127.0.0.1:{port}"
            ask(rt, "queue/1")


def test_an_insert_that_takes_too_long(rt5: Major) -> None:
    rt = RequestTracker(rt5, insert_timeout=0.5).start()
    directory = rt.directory
    with pytest.raises(ServerError, match=r"within 0\.5 s"):
        rt.insert("push @Initial, sub { sleep 30 };")
    assert not processes_in(directory)
    with pytest.raises(ServerError, match="not running"):
        rt.insert(Queues=[{"Name": "x"}])


def test_the_administrators_of_all_versions(server: RequestTracker) -> None:
    assert server.admin == (server.user, server.password)
    assert "Name: root" in ask(server, "user/root")
