"""What lies in `cassettes/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

import rtorm
from rtorm.testing.cassettes import URL, replay
from tests.seed import SEED

CASSETTES = Path(__file__).parent.parent / "cassettes"
SECRETS = [user["Password"] for user in SEED["Users"]]
HIDDEN = re.compile(
    r"/rtorm/testing/server\.pl|"  # behind the folder of a machine
    r"pass=(?!scrubbed)"  # the administrator's password is a common word
    r"|RT_SID_[^=]*=(?!scrubbed)"
    r"|[Aa]uthorization"
    r"|Cookie:\s+(?!.*scrubbed)"
    r"|token \d"
    r"|127\.0\.0\.1:\d+/REST"
)


@pytest.mark.parametrize(
    "path", sorted(CASSETTES.rglob("*.yaml")), ids=lambda path: str(path.relative_to(CASSETTES))
)
def test_a_recording_holds_no_secret(path: Path) -> None:
    """No password, cookie, token or address of a machine is in a recording."""
    text = path.read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert not HIDDEN.search(text)


def test_both_versions_are_recorded() -> None:
    """There is something to replay, of RT 4.4 and of RT 5.0."""
    counts = {major: len(list((CASSETTES / f"rt{major}").rglob("*.yaml"))) for major in (4, 5)}
    assert counts[4] > 50
    assert counts[5] > 50


@pytest.mark.parametrize("form", ["Subject: Another one\n", "Subject: Disk full on db3\n"])
def test_a_changed_edit_fails_the_replay(form: str) -> None:
    """A request that differs from the recorded one in a single field is not answered."""
    path = CASSETTES / "demo" / "quickstart.yaml"

    def send() -> None:
        with replay(path), rtorm.connect(URL, auth=("root", "password")) as session:
            session.client.post("edit", f"id: ticket/1\n{form}")

    with pytest.raises(CannotOverwriteExistingCassetteException):
        send()


def test_a_request_too_few_fails_the_replay() -> None:
    """All that was recorded must be asked for."""
    with (
        pytest.raises(AssertionError, match="not sent"),
        replay(CASSETTES / "demo" / "quickstart.yaml"),
    ):
        pass
