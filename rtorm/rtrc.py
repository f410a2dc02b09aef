"""The files of RT's command line tool: where it looks for one, and what a file says; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from rtorm.errors import ConfigurationError

__all__ = ["SYSTEM_FILES", "Setting", "is_trusted", "parse", "places"]

# As `rt help config` names them. The tool knows no token (RT 4.4-5.0, and RT's own master).
_DIRECTIVES = ("server", "user", "passwd", "auth", "externalauth", "query", "orderby", "queue")
# The tool reads bytes: a blank is one of ASCII, and what is behind the value belongs to it.
_DIRECTIVE = re.compile(rf"({'|'.join(_DIRECTIVES)})\s+(.*)", re.ASCII | re.DOTALL)
_BLANK = re.compile(r"\s*", re.ASCII)
_NAME = ".rtrc"
_SYSTEM = 0
SYSTEM_FILES = (
    # Where Debian's packages look, and those who install RT by hand.
    *(f"/etc/request-tracker{major}/rt.conf" for major in (5, 4)),
    *(f"/opt/rt{major}/local/etc/rt.conf" for major in (6, 5, 4)),
    "/etc/rt.conf",
)
"""The last places, where an administrator says which RT is meant."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and where it stands.

    Attributes:
        value: The text; it may be a password.
        source: A variable of the environment, or a file and a line.
    """

    value: str = field(repr=False)
    source: str


def places(
    environment: Mapping[str, str], folder: PurePath | None, home: PurePath
) -> Iterator[PurePath]:
    """Where the tool looks, in its order; it takes the first file that it may read.

    Args:
        environment: Where `RTCONFIG` may stand.
        folder: The current one, if there still is one.
        home: The account's own, which the tool does not take from `$HOME`.
    """
    # To Perl, a text of one zero is none.
    given = environment.get("RTCONFIG", "")
    name = _NAME if given in ("", "0") else given
    if PurePath(name).is_absolute():
        yield PurePath(name)
        return
    # The tool does not look into / itself when it is the current folder.
    if folder is not None and folder != folder.parent:
        yield from (above / name for above in (folder, *folder.parents))
    yield home / name
    yield from map(PurePath, SYSTEM_FILES)


def is_trusted(owner: int, account: int) -> bool:
    """Whether a file that was found by looking around may say where a password goes.

    Args:
        owner: The number of the account that it belongs to.
        account: That of the account that runs the program.
    """
    return owner in (_SYSTEM, account)


def parse(content: bytes, file: str) -> dict[str, Setting]:
    """What a file says, by its directives; of two of a kind, the last one holds.

    Args:
        content: The file's.
        file: Its name, for errors.

    Raises:
        ConfigurationError: A line is no directive, at which the tool stops, too.
    """
    found: dict[str, Setting] = {}
    for number, line in enumerate(content.split(b"\n"), 1):
        source = f"{file}:{number}"
        # The tool takes the end of a DOS line for part of the value, and then cannot connect.
        text = _decoded(line.removesuffix(b"\r"), source)
        if text.startswith("#") or _BLANK.fullmatch(text):
            continue
        directive = _DIRECTIVE.fullmatch(text)
        if directive is None:
            # Without the line: it may hold a password.
            message = (
                f"{source} is no directive of RT's command line tool: a line begins with one of "
                f"{', '.join(_DIRECTIVES)}, then a blank and the value, or with #"
            )
            raise ConfigurationError(message)
        found[directive[1]] = Setting(directive[2], source)
    return found


def _decoded(line: bytes, source: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        message = f"{source} is not UTF-8: convert the file"
    # Not in the handler: that exception holds the line, and with it the password.
    raise ConfigurationError(message)
