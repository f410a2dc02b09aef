"""Logins: what goes with a request so that RT knows whose it is.

Each login is one small class; `Client` asks it what to send. Any `requests.auth.AuthBase` serves,
too. None of them shows its secret in a repr or lets itself be pickled.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import NoReturn, cast

import requests.auth

from rtorm.errors import ConfigurationError
from rtorm.negotiate import Negotiate, check_installed

__all__ = ["Auth", "Basic", "Kerberos", "Login", "Password", "PerRequest", "Token", "login_from"]

_NOTHING: Mapping[str, str] = {}
_PAIR = 2


class _Anonymous(requests.auth.AuthBase):
    """Sends nothing; with no auth object at all, requests would look into `~/.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Auth:
    """A login; subclass it for another way to log in.

    Attributes:
        keeps_cookie: Whether RT's session cookie is sent back. Without it every request costs RT
            a password hash, about 0.3 s (RT 4.2-6.0).
    """

    keeps_cookie: bool = True

    def login_form(self) -> Mapping[str, str]:
        """What to send once for a session cookie; empty if there is no such login."""
        return _NOTHING

    def request_form(self) -> Mapping[str, str]:
        """What to add to the body of every request."""
        return _NOTHING

    def request_auth(self) -> requests.auth.AuthBase:
        """What signs one request; asked anew for each."""
        return _Anonymous()

    def secrets(self) -> Sequence[str]:
        """What must not be shown, should a server send it back."""
        forms = {**self.login_form(), **self.request_form()}
        return [value for key, value in forms.items() if key != "user"]

    # Not __getstate__: a frozen dataclass with slots brings its own, which would pickle the secret.
    def __reduce__(self) -> NoReturn:
        message = f"a {type(self).__name__} login is not pickled: it holds a secret"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Password(Auth):
    """RT's own login: once per thread with user and password, then by session cookie.

    When the session expires, rtorm logs in again, once, and repeats the request, which RT did not
    carry out (RT 4.4-6.0).

    Attributes:
        user: The account's name in RT; an e-mail address will not do.
        password: Its password.
    """

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_login(self.user, self.password)

    def login_form(self) -> Mapping[str, str]:
        """User and password."""
        return {"user": self.user, "pass": self.password}


@dataclass(frozen=True, slots=True)
class PerRequest(Auth):
    """RT's own login with every request, in its body; for servers whose cookie is of no use.

    Attributes:
        user: The account's name in RT.
        password: Its password.
    """

    user: str
    password: str = field(repr=False)

    # With a valid cookie, RT would ignore user and password, even wrong ones.
    keeps_cookie = False

    def __post_init__(self) -> None:
        _check_login(self.user, self.password)

    def request_form(self) -> Mapping[str, str]:
        """User and password."""
        return {"user": self.user, "pass": self.password}


@dataclass(frozen=True, slots=True)
class Basic(Auth):
    """The web server's HTTP Basic login, for an RT with `$WebRemoteUserAuth`.

    RT itself does not understand it (RT 4.4-6.0, REST 1.0).

    Attributes:
        user: The name that the web server knows.
        password: Its password.
    """

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_login(self.user, self.password)
        if ":" in self.user:
            message = "the user name holds a colon, with which HTTP Basic would begin the password"
            raise ConfigurationError(message)

    def request_auth(self) -> requests.auth.AuthBase:
        """The `Authorization: Basic` header."""
        return requests.auth.HTTPBasicAuth(self.user.encode(), self.password.encode())

    def secrets(self) -> Sequence[str]:
        """The password, also as the header encodes it."""
        both = f"{self.user}:{self.password}".encode()
        return [self.password, base64.b64encode(both).decode()]


@dataclass(frozen=True, slots=True)
class Kerberos(Auth):
    """The web server's Kerberos login (SPNEGO), for an RT with `$WebRemoteUserAuth`.

    Without a password it takes the ticket that `kinit` fetched, or fetches one by the keytab that
    `KRB5_CLIENT_KTNAME` names. The server must prove who it is with each answer. Needs
    requests-kerberos: `pip install "rtorm[kerberos]"`.

    Attributes:
        principal: Whose ticket (`alice@EXAMPLE.COM`); that of the ticket cache if None.
        password: The principal's password, which fetches a ticket for each request, without kinit.
        hostname: The host in the web server's principal (`HTTP/rt.example.com`), where the URL has
            another name of it.
        delegate: Whether the web server may log in elsewhere as this user.
    """

    principal: str | None = None
    _: KW_ONLY
    password: str | None = field(default=None, repr=False)
    hostname: str | None = None
    delegate: bool = False

    def __post_init__(self) -> None:
        for what in ("principal", "password", "hostname"):
            if (value := getattr(self, what)) is not None:
                _check_given(what, value)
        if self.password is not None and self.principal is None:
            message = "a Kerberos password needs its principal: Kerberos('alice', password=...)"
            raise ConfigurationError(message)
        check_installed()

    def request_auth(self) -> requests.auth.AuthBase:
        """The `Authorization: Negotiate` header, and the check of the server's proof."""
        return Negotiate(
            principal=self.principal,
            password=self.password,
            hostname_override=self.hostname,
            delegate=self.delegate,
        )

    def secrets(self) -> Sequence[str]:
        """The password, if one was given."""
        return [self.password] if self.password else []


@dataclass(frozen=True, slots=True)
class Token(Auth):
    """An authentication token of RT 5 and later (`Authorization: token 1-14-...`).

    Attributes:
        token: The whole token, as RT showed it once.
    """

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_given("token", self.token)
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            message = "the token holds characters that no token of RT has: copy it again, whole"
            raise ConfigurationError(message)

    def request_auth(self) -> requests.auth.AuthBase:
        """The `Authorization: token` header."""
        return _TokenHeader(self.token)

    def secrets(self) -> Sequence[str]:
        """The token."""
        return [self.token]


class _TokenHeader(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"token {self._token}"
        return request


class _Foreign(Auth):
    """A login made of any auth object of requests."""

    def __init__(self, auth: requests.auth.AuthBase) -> None:
        self._auth = auth

    def __repr__(self) -> str:
        return f"<login by {type(self._auth).__name__}>"

    def request_auth(self) -> requests.auth.AuthBase:
        return self._auth


Login = Auth | requests.auth.AuthBase | tuple[str, str]
"""What stands for a login: one of this module, a `(user, password)` tuple, an AuthBase."""


def login_from(login: Login) -> Auth:
    """The login that is meant; a tuple is a `Password`.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(login, Auth):
        return login
    if isinstance(login, tuple) and len(login) == _PAIR:
        return Password(*login)
    given = cast("object", login)
    if isinstance(given, requests.auth.AuthBase):
        return _Foreign(given)
    message = "auth= takes a login of rtorm.auth, a (user, password) tuple or a requests AuthBase"
    raise ConfigurationError(message)


def _check_login(user: object, password: object) -> None:
    _check_given("user name", user)
    _check_given("password", password)


def _check_given(what: str, value: object) -> None:
    """Refuse what cannot be a secret, without showing it: often a setting that was not found."""
    if not isinstance(value, str):
        message = f"the {what} is no text but {type(value).__name__}: is the setting missing?"
    elif not value:
        message = f"the {what} is empty"
    elif any("\ud800" <= character <= "\udfff" for character in value):
        message = f"the {what} holds characters that cannot be sent"
    else:
        return
    raise ConfigurationError(message)
