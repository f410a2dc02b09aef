"""What `import rtorm` offers."""

from __future__ import annotations

import subprocess
import sys
import types

import rtorm
from rtorm import errors

PROMISED = {
    "Attachment",
    "Attr",
    "CF",
    "Change",
    "Client",
    "CommitReport",
    "CustomField",
    "Group",
    "Links",
    "NOT_LOADED",
    "Query",
    "Queue",
    "ReadOnly",
    "SaveResult",
    "Session",
    "Status",
    "Ticket",
    "Transaction",
    "User",
    "auth",
    "cf",
    "connect",
    "sql",
    "state_of",
}


def test_every_promised_name_is_there_and_no_other() -> None:
    """`__all__` holds the promised names and every exception, and names what exists."""
    assert set(rtorm.__all__) == PROMISED | set(errors.__all__)
    assert all(hasattr(rtorm, name) for name in rtorm.__all__)
    assert len(rtorm.__all__) == len(set(rtorm.__all__))


def test_nothing_public_is_left_out_of_all() -> None:
    """What is importable without an underscore is promised, or a module."""
    public = {
        name
        for name, value in vars(rtorm).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public <= set(rtorm.__all__)


def test_every_exception_is_one_of_a_tree() -> None:
    """All exceptions derive from RTError, the warning from UserWarning, and all are exported."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.RTError if name != "TimeZoneWarning" else UserWarning)
        assert name in rtorm.__all__
        assert kind.__doc__


def test_importing_does_no_work() -> None:
    """Importing rtorm opens no connection, reads no settings and loads no test tools."""
    code = (
        "import sys, socket; socket.socket.connect = None; import rtorm; "
        "print([m for m in ('pytest', 'vcr', 'rich', 'rtorm.testing') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown.strip() == "[]"
