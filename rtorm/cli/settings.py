"""What the options for all commands say; pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

__all__ = ["LoginKind", "Settings", "merged"]


class LoginKind(StrEnum):
    """How to log in."""

    PASSWORD = "password"  # noqa: S105 - the word, not one of them
    BASIC = "basic"
    TOKEN = "token"  # noqa: S105 - the word, not one of them
    KERBEROS = "kerberos"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options say; None or 0 where they say nothing.

    Attributes:
        server: RT's front page.
        user: The account's name in RT.
        auth: How to log in.
        token_file: A file that holds a token.
        verify: Which certificates to trust: `no`, or a file or folder.
        timeout: Seconds to wait for the connection and for each piece of a reply.
        time_zone: The time zone of the account in RT.
        verbose: How much of the requests is logged: 1 a line each, 2 all of it.
        no_color: Whether output is without colours.
    """

    server: str | None = None
    user: str | None = None
    auth: LoginKind | None = None
    token_file: Path | None = None
    verify: str | None = None
    timeout: float | None = None
    time_zone: str | None = None
    verbose: int = 0
    no_color: bool = False


def merged(before: Settings | None, behind: Settings) -> Settings:
    """Options before the command's name and those behind it, which count where both say something.

    Args:
        before: Those before it, if there were any.
        behind: Those behind it.
    """
    if before is None:
        return behind
    both = {name: _last(getattr(before, name), getattr(behind, name)) for name in _NAMES}
    return Settings(**both)


_NAMES = [each.name for each in fields(Settings)]


def _last(before: Any, behind: Any) -> Any:
    """The one behind, if it says something; what is counted adds up."""
    if isinstance(behind, int) and not isinstance(behind, bool):
        return before + behind
    return before if behind is None or behind is False else behind
