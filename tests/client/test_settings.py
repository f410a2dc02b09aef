"""Settings that are wrong are refused at once, by name and with the remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import rtorm
from rtorm import Client, ConfigurationError, Session
from tests.client.support import Connect

URL = "https://rt.example.com"
LOGIN = ("me", "secret")


def refusal(**settings: Any) -> str:
    """What `connect()` objects to."""
    given: dict[str, Any] = {"url": URL, "auth": LOGIN} | settings
    with pytest.raises(ConfigurationError) as caught:
        rtorm.connect(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    "timeout",
    [
        0,
        -1,
        float("nan"),
        float("inf"),
        1e20,
        True,
        None,
        "x",
        "5",
        timedelta(seconds=5),
        [1, 2],
        (),
        (1,),
        (1, 2, 3),
        (1, "x"),
        (0, 5),
        (5, float("inf")),
        (None, 5),
    ],
)
def test_time_limits_that_are_none(timeout: Any) -> None:
    """A time limit is one number of seconds above zero, or two."""
    said = refusal(timeout=timeout)
    assert said.startswith(f"timeout={timeout!r} ")
    assert "a number of seconds above zero, or a tuple of two" in said


@pytest.mark.parametrize("timeout", [5, 0.5, (5, 0.5)])
def test_time_limits(timeout: Any) -> None:
    """One number is for both, or each has its own."""
    rtorm.connect(URL, auth=LOGIN, timeout=timeout).close()


@pytest.mark.parametrize("verify", [None, 0, 1, 1.5, [], b"ca.pem", ""])
def test_certificates_that_are_none(verify: Any) -> None:
    """An empty path, of a variable that was not set, does not mean that nothing is verified."""
    said = refusal(verify=verify)
    assert said.startswith(f"verify={verify!r} ")
    assert "True, False, or the path" in said


@pytest.mark.parametrize("verify", ["Risky", "a\0b", Path("nowhere")])
def test_certificates_that_cannot_be_read(verify: Any) -> None:
    """A misspelt word is taken for a path, and told."""
    assert refusal(verify=verify).startswith(f"verify={str(verify)!r} cannot be read")


@pytest.mark.parametrize("batch", [0, -1, 1.5, True, None, "5", float("inf")])
def test_batches_that_are_none(batch: Any) -> None:
    """A request carries a whole number of forms, at least one."""
    assert refusal(batch=batch) == (
        f"batch={batch!r}: give a whole number from 1, the forms of one request"
    )


@pytest.mark.parametrize("zone", ["Nowhere/City", "", "Europe", "\0", 5, b"UTC", timedelta(0)])
def test_time_zones_that_are_none(zone: Any) -> None:
    """A zone is an IANA name or a tzinfo."""
    said = refusal(time_zone=zone)
    assert said.startswith(f"time_zone={zone!r}: no such time zone; ")
    assert "'Europe/Rome', or a tzinfo" in said


@pytest.mark.parametrize("url", [5, b"https://me:secret@rt.example.com"])
def test_urls_that_are_no_text(url: Any) -> None:
    """They are not shown, since there may be a login in them."""
    said = refusal(url=url)
    assert said == f"the URL of an RT is text, not {type(url).__name__}"


@pytest.mark.parametrize("verify", [True, "Never", None])
def test_a_session_reads_back_what_it_is_told(verify: Any) -> None:
    """A misspelt word does not quietly mean another one."""
    with (
        Client(URL, auth=LOGIN) as client,
        pytest.raises(ConfigurationError, match=r"verify=.* 'risky', 'always', 'never'"),
    ):
        Session(client, verify=verify)


@pytest.mark.parametrize(
    "content", [{"Priority": "8"}, [("Priority", "8")], b"Priority: 8\n", None]
)
def test_a_form_that_is_no_text(client: Connect, content: Any) -> None:
    """RT would crash over it, or say nothing; the error names what makes forms."""
    with pytest.raises(TypeError, match=r"rtorm\.rest1\.forms\.compose"):
        client("http://127.0.0.1:1").post("ticket/1/edit", content)


@pytest.mark.parametrize("value", [5, None, b"5", ["5", 6]])
def test_a_parameter_that_is_no_text(client: Connect, value: Any) -> None:
    """The error names it."""
    with pytest.raises(TypeError, match="parameter id="):
        client("http://127.0.0.1:1").get("ticket/show", {"id": value})
