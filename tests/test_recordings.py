"""What lies in `cassettes/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.seed import SEED

CASSETTES = Path(__file__).parent.parent / "cassettes"
SECRETS = [user["Password"] for user in SEED["Users"]]
HIDDEN = re.compile(
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
