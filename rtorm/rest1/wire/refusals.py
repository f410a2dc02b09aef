"""A login that RT does not accept: whose it is, what RT said, what to check; pure."""

from __future__ import annotations

from http import HTTPStatus

from rtorm.auth import Auth, Kerberos, Token
from rtorm.errors import AuthenticationError
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.versions import TOKENS, Version

__all__ = ["cookie_never_sent", "cookie_refused", "is_refusal", "login_refused", "whose"]


def is_refusal(reply: Reply) -> bool:
    """Whether RT wants a login first, and did nothing."""
    return reply.status == HTTPStatus.UNAUTHORIZED


def whose(auth: Auth) -> str:
    """The login in words, without its secret."""
    if isinstance(auth, Token):
        return "the token"
    if isinstance(auth, Kerberos):
        return f"the ticket of {auth.principal!r}" if auth.principal else "the Kerberos ticket"
    user = getattr(auth, "user", "")
    return f"the login of user {user!r}" if user else f"the login {auth!r}"


def login_refused(url: str, auth: Auth, reply: Reply) -> AuthenticationError:
    """RT does not know the account, or not this password."""
    said = " ".join(reply.body.split()) or reply.reason
    return AuthenticationError(
        f"RT at {url} does not accept {whose(auth)}; it said: {said!r}. {_remedy(auth, reply)}"
    )


def cookie_refused(url: str, auth: Auth) -> AuthenticationError:
    """RT accepted the login, and then refused the cookie that it gave for it."""
    return AuthenticationError(
        f"RT at {url} accepted {whose(auth)}, but not the session cookie that it gave for it: is "
        "the cookie lost on the way, or are there several servers that do not share their "
        "sessions? auth.PerRequest does without the cookie"
    )


def cookie_never_sent(url: str) -> AuthenticationError:
    """RT gives a cookie that must not be sent back to it."""
    return AuthenticationError(
        f"RT at {url} marks its session cookie Secure ($WebSecureCookies), so it is never sent "
        "back over http: use https, or auth.PerRequest, or a token"
    )


def _remedy(auth: Auth, reply: Reply) -> str:
    if isinstance(auth, Token):
        if said := Version.parse(reply.version).lacks(TOKENS):
            return said
        return "Check that the token is whole and not revoked"
    if auth.login_form() or auth.request_form():
        return "Check both name and password; an e-mail address does not count as a name"
    return (
        "RT got no user from the web server ($WebRemoteUserAuth): if RT itself asks for the "
        "password, use auth.Password"
    )
