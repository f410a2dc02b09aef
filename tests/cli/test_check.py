"""`rtorm check`: each thing that may be wrong has a line of its own."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Command, Ran
from tests.client.servers import Stub, always, html, running
from tests.support import Server


def verdicts(ran: Ran) -> dict[str, str]:
    return {line[6:17].strip(): line[:6].strip() for line in ran.out.splitlines()}


def test_all_is_well(command: Command, rt: Server) -> None:
    """Who, where, and where each setting came from."""
    ran = command("check", "--time-zone", "UTC")
    assert (ran.status, ran.err) == (0, "")
    told = ran.out
    assert f"{rt.url} (RTSERVER)" in told
    assert "Password (RTUSER, RTPASSWD)" in told
    assert rt.version in told
    assert "General, Incidents, Odd, Two Words" in told
    assert {verdicts(ran)[each] for each in ("server", "login", "account", "RT", "queues")} == {
        "ok"
    }
    assert ("lacks" in verdicts(ran)) == (rt.major == 4)
    assert "auth." not in told


def test_a_wrong_password(command: Command) -> None:
    """RT does not accept it; the password is nowhere."""
    ran = command("check", user="nosuch")
    assert ran.status == 1
    assert verdicts(ran)["account"] == "FAIL"
    assert "Your username or password is incorrect" in ran.out
    assert "nosuch-password" not in ran.out + ran.err


def test_a_zone_that_is_not_the_accounts(command: Command) -> None:
    """RT's clock tells, and the option is named."""
    ran = command("check", "--time-zone", "Asia/Kathmandu")
    assert ran.status == 1
    assert verdicts(ran)["time zone"] == "FAIL"
    assert "--time-zone 'Asia/Kathmandu'" in ran.out


@pytest.mark.live
@pytest.mark.parametrize(
    ("given", "what"),
    [
        (("--server", "http://127.0.0.1:9"), "account"),
        (("--server", "no URL"), "settings"),
        (("--time-zone", "Nowhere"), "settings"),
        (("--verify", "/nowhere.pem"), "settings"),
        (("--timeout", "0"), "settings"),
        (("--token-file", "/nowhere"), "settings"),
        (("--auth", "token"), "settings"),
    ],
)
def test_what_is_wrong_is_one_line(command: Command, given: tuple[str, ...], what: str) -> None:
    """Without a traceback."""
    ran = command("check", *given)
    assert ran.status == 1
    assert verdicts(ran)[what] == "FAIL"
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.live
def test_a_page_that_is_no_rt(command: Command) -> None:
    """A wrong URL, where something else answers, says what to check."""
    with running(Stub(always(html("<h1>Welcome</h1>")))) as stub:
        ran = command("check", "--server", stub.url)
    assert ran.status == 1
    assert verdicts(ran)["account"] == "FAIL"
    assert "REST" in ran.out
