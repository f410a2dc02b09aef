"""Where settings come from when a program gives none: the environment, then a file of RT's tool."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from rtorm.auth import Auth, Basic, Kerberos, Password, Token
from rtorm.errors import ConfigurationError
from rtorm.rest1.wire.settings import front_page
from rtorm.rtrc import Setting, is_trusted, parse, places

if sys.platform != "win32":
    import pwd

__all__ = ["Configuration"]

_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_METHODS = ("rt", "basic", "gssapi")
_T = TypeVar("_T")
# What Perl takes for no.
_NO = ("", "0")
_NOTHING: Mapping[str, Setting] = {}
_WHO = ("user", "auth")


@dataclass(frozen=True, slots=True)
class _File:
    """The file that was found, or where there was none.

    Attributes:
        searched: Where it was looked for, as far as was needed.
        found: The last of them, if it is one.
        settings: What it says.
        warning: What is wrong with it, if that is no error.
    """

    searched: tuple[Path, ...]
    found: Path | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    warning: str = ""

    def lacks(self, directive: str) -> str:
        """Say that it does not hold a directive."""
        if self.found:
            return f"{self.found} has no line `{directive}`"
        return f"there is no file to read at {', '.join(map(str, self.searched))}"


class Configuration:
    """What `connect()` takes where it is given nothing, each setting by itself.

    A variable of the environment goes before a line of the file, even if it is empty, as in RT's
    command line tool. The file is looked for and read when something is first needed of it.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        given: Mapping[str, Setting] = _NOTHING,
    ) -> None:
        """Take note of the environment, and of what a command's options say.

        Args:
            environment: Its variables.
            given: What goes before it: `server`, `user`, `auth`, `token`. A user or a way to log in
                that is given also goes before `RTTOKEN`.
        """
        self._environment = environment
        self._given = given

    @property
    def warning(self) -> str:
        """What is wrong with the file, if one was read."""
        return self._file.warning if "_file" in vars(self) else ""

    def url(self) -> str:
        """RT's front page: `RTSERVER`, or `server`.

        Raises:
            ConfigurationError: It is missing or wrong, or so is the file.
        """
        server = self._setting("server")
        if server is None or not server.value:
            message = (
                f"no server given: {self._lack('server')}; pass its URL to connect(), set RTSERVER "
                "in the environment, or write `server URL` in a file .rtrc"
            )
            raise ConfigurationError(message)
        return _told(server.source, lambda: front_page(server.value))

    def source(self, directive: str) -> str:
        """Where a setting stands: a variable, a file and its line, an option; empty if nowhere.

        Args:
            directive: `server`, `user`, `passwd`, `auth`, `token`.
        """
        found = self._token() if directive == "token" else self._setting(directive)
        return "" if found is None else found.source

    def login(self, ask: Callable[[str], str] | None = None) -> Auth:
        """The login: `RTTOKEN`, or user and password, or Kerberos; a token goes first.

        Args:
            ask: Gives the password of a user where none is set; None where nobody can be asked.

        Raises:
            ConfigurationError: There is none, or it is wrong, or the file is.
        """
        if (token := self._token()) is not None:
            return _told(token.source, lambda: Token(token.value))
        method = self._method()
        if method == "gssapi":
            given = self._given.get("user")
            principal = None if given is None else given.value
            return _told("auth gssapi", lambda: Kerberos(principal))
        user = self._needed("user")
        password = self._password(user, ask)
        sources = " and ".join(dict.fromkeys([user.source, password.source]))
        made = Basic if method == "basic" else Password
        return _told(sources, lambda: made(user.value, password.value))

    def _token(self) -> Setting | None:
        if "token" in self._given:
            return self._given["token"]
        token = self._environment.get("RTTOKEN")
        # Whoever says as whom to log in does not mean the token's user.
        return Setting(token, "RTTOKEN") if token and not self._given.keys() & _WHO else None

    def _password(self, user: Setting, ask: Callable[[str], str] | None) -> Setting:
        found = self._setting("passwd")
        if found is not None and found.value and self._is_of(user):
            return found
        if ask is not None:
            return Setting(ask(user.value), "the password that was asked for")
        if found is not None and found.value:
            message = (
                f"no password given for {user.value}: that of {found.source} is for "
                f"{self._configured('user').value}"
            )
            raise ConfigurationError(message)
        return self._needed("passwd")

    def _is_of(self, user: Setting) -> bool:
        """Whether the password that is set may be this user's: not if another user is set."""
        configured = self._configured("user").value
        return not configured or configured == user.value

    def _method(self) -> str:
        if "auth" in self._given:
            return self._given["auth"].value
        external, auth = self._setting("externalauth"), self._setting("auth")
        if external is not None and external.value not in _NO:
            return "basic"
        if auth is None:
            return "rt"
        if auth.value not in _METHODS:
            message = f"{auth.source}: auth is one of {', '.join(_METHODS)}, not {auth.value!r}"
            raise ConfigurationError(message)
        return auth.value

    def _needed(self, directive: str) -> Setting:
        setting = self._setting(directive)
        if setting is None or not setting.value:
            # Where the tool asks for a password, and takes the system account's name for a user.
            message = (
                f"no login given: {self._lack(directive)}; pass auth= to connect(), set RTUSER and "
                "RTPASSWD, or RTTOKEN, in the environment, or write `user NAME` and `passwd "
                "PASSWORD` in a file .rtrc"
            )
            raise ConfigurationError(message)
        return setting

    def _lack(self, directive: str) -> str:
        setting, variable = self._setting(directive), f"RT{directive.upper()}"
        if setting is not None:
            return f"{setting.source} is empty"
        return f"{variable} is not set, and {self._file.lacks(directive)}"

    def _setting(self, directive: str) -> Setting | None:
        return self._given.get(directive) or self._set(directive)

    def _configured(self, directive: str) -> Setting:
        return self._set(directive) or Setting("", "")

    def _set(self, directive: str) -> Setting | None:
        variable = f"RT{directive.upper()}"
        if (value := self._environment.get(variable)) is not None:
            return Setting(value, variable)
        return self._file.settings.get(directive)

    @cached_property
    def _file(self) -> _File:
        searched = [Path(place) for place in places(self._environment, _folder(), self._home())]
        # A whole path in RTCONFIG is the only place, and not to be passed over.
        named = len(searched) == 1
        for number, place in enumerate(searched, 1):
            if named or os.access(place, os.R_OK):
                return _read(place, tuple(searched[:number]), is_named=named)
        return _File(tuple(searched))

    def _home(self) -> Path:
        variables = map(self._environment.get, ("HOME", "USERPROFILE"))
        return Path(next(filter(None, (_account_home(), *variables)), "."))


def _read(place: Path, searched: tuple[Path, ...], *, is_named: bool) -> _File:
    try:
        with place.open("rb") as file:
            status, content = os.fstat(file.fileno()), file.read()
    except OSError as error:
        message = f"{place} cannot be read for settings: {error.strerror}"
        raise ConfigurationError(message) from None
    if sys.platform != "win32" and not (is_named or is_trusted(status.st_uid, os.geteuid())):
        message = (
            f"{place} belongs to another account, and may name a server of its own, to which your "
            f"password would go: to trust it, set RTCONFIG={shlex.quote(str(place))}"
        )
        raise ConfigurationError(message)
    mode, settings = status.st_mode, parse(content, str(place))
    password = settings.get("passwd")
    # Windows has other means, of which the mode tells nothing.
    exposed = os.name == "posix" and mode & _READABLE_BY_OTHERS
    if not (exposed and password is not None and password.value):
        return _File(searched, place, settings)
    warning = (
        f"{place} holds a password, and others may read it (mode {stat.S_IMODE(mode):04o}): "
        f"chmod 600 {shlex.quote(str(place))}"
    )
    return _File(searched, place, settings, warning)


def _told(source: str, make: Callable[[], _T]) -> _T:
    try:
        return make()
    except ConfigurationError as error:
        message = f"{source}: {error}"
    raise ConfigurationError(message)


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        # It was removed meanwhile.
        return None


def _account_home() -> str:
    home = ""
    if sys.platform != "win32":
        # A container may run as an account that nobody has entered.
        with suppress(KeyError):
            home = pwd.getpwuid(os.getuid()).pw_dir
    return home
