"""A session as the options, the environment and `.rtrc` say."""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta, timezone, tzinfo
from pathlib import Path

import typer

from rtorm.auth import Auth
from rtorm.cli.options import settings_of
from rtorm.cli.settings import LoginKind, Settings
from rtorm.config import Configuration
from rtorm.connecting import connect
from rtorm.errors import ConfigurationError, ExposedPasswordWarning
from rtorm.orm.loading.clocks import zone_of
from rtorm.orm.session import Session
from rtorm.rtrc import Setting

__all__ = ["configuration_of", "login_of", "opened", "session_of", "zone_of_account"]

_METHODS = {LoginKind.PASSWORD: "rt", LoginKind.BASIC: "basic", LoginKind.KERBEROS: "gssapi"}
_TIMEOUT = (10.0, 120.0)
_TO_OTHERS = 0o077


@contextmanager
def opened(context: typer.Context) -> Generator[Session]:
    """A session, as the options say; what was not sent at its end is dropped."""
    settings = settings_of(context)
    configuration = configuration_of(settings)
    session = session_of(settings, configuration.url(), login_of(configuration))
    try:
        yield session
    finally:
        session.rollback()
        session.close()


def configuration_of(settings: Settings) -> Configuration:
    """The options before the environment and `.rtrc`.

    Raises:
        ConfigurationError: A token is to be the login, and there is none.
    """
    given: dict[str, Setting] = {}
    if settings.server is not None:
        given["server"] = Setting(settings.server, "--server")
    if settings.user is not None:
        given["user"] = Setting(settings.user, "--user")
    if settings.auth is not None and settings.auth in _METHODS:
        given["auth"] = Setting(_METHODS[settings.auth], "--auth")
    if settings.token_file is not None:
        given["token"] = Setting(_token_of(settings.token_file), str(settings.token_file))
    elif settings.auth == LoginKind.TOKEN:
        given["token"] = Setting(_token_set(), "RTTOKEN")
    return Configuration(given=given)


def login_of(configuration: Configuration) -> Auth:
    """The login; its password is asked for where none is set and someone is there.

    Raises:
        ConfigurationError: None is given, or it is wrong.
    """
    ask = _asking(configuration.url()) if _is_anyone_there() else None
    login = configuration.login(ask)
    if configuration.warning:
        warnings.warn(configuration.warning, ExposedPasswordWarning, stacklevel=1)
    return login


def session_of(settings: Settings, url: str, login: Auth) -> Session:
    """A session; nothing is sent yet.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    return connect(
        url,
        auth=login,
        time_zone=settings.time_zone,
        timeout=_TIMEOUT if settings.timeout is None else settings.timeout,
        verify=_certificates(settings.verify),
    )


def zone_of_account(session: Session, settings: Settings) -> tzinfo:
    """The zone in which RT shows dates to the account: the one given, else its present offset.

    Without the zone, dates are read with the present offset, so that in it they are as RT shows
    them.
    """
    if settings.time_zone is not None:
        return zone_of(settings.time_zone)
    return timezone(session.client.identity().offset or timedelta(0))


def _certificates(given: str | None) -> bool | Path:
    if given is None:
        return True
    # As a path: connect() has words of its own that it takes as texts.
    return False if given == "no" else Path(given)


def _token_of(file: Path) -> str:
    if os.name == "posix" and file.stat().st_mode & _TO_OTHERS:
        message = f"{file} holds a token, and others may read it: chmod 600 {file}"
        warnings.warn(message, ExposedPasswordWarning, stacklevel=1)
    try:
        # Windows' editors put a mark before it.
        return file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        message = f"{file} holds no token: it is no text"
    raise ConfigurationError(message)


def _token_set() -> str:
    token = os.environ.get("RTTOKEN")
    if not token:
        message = "--auth token: set RTTOKEN, or give --token-file FILE"
        raise ConfigurationError(message)
    return token


def _is_anyone_there() -> bool:
    """Whether someone sees a question; where to type the answer, getpass finds."""
    return sys.stderr.isatty()


def _asking(url: str) -> Callable[[str], str]:
    def ask(user: str) -> str:
        try:
            return getpass.getpass(f"Password of {user} at {url}: ")
        except EOFError:
            message = f"no password given for {user}"
        raise ConfigurationError(message)

    return ask
