"""A request that was not sent, since its login could not be made: why, and what to do; pure."""

from __future__ import annotations

import re

from rtorm.auth import Auth
from rtorm.errors import AuthenticationError
from rtorm.rest1.wire.refusals import whose

__all__ = ["unsigned"]

# What Kerberos itself says, in the words of MIT's library; around it stand those of GSSAPI.
_OWN_WORDS = re.compile(r"Minor \(\d+\): (.*?)(?:, Context: .*)?$", re.DOTALL)
_NUMBER = re.compile(r" -\d+$")

_SERVICE = (
    "the KDC does not know this service: check the host name in the URL, or give that of the web "
    "server's principal as hostname="
)
_KINIT = "there is no ticket: run kinit, or give principal= and password="

# What to do, by the words of MIT Kerberos (1.20), the particular first.
_REMEDIES: tuple[tuple[str, str], ...] = (
    ("No Kerberos credentials available", _KINIT),
    ("in cache collection", "there is no ticket of this principal: run kinit for it"),
    ("No credentials were supplied", _KINIT),
    ("Ticket expired", "the ticket has expired: run kinit again"),
    ("credential has expired", "the ticket has expired: run kinit again"),
    ("Cannot contact any KDC", "the KDC does not answer: check krb5.conf and the network"),
    ("Cannot find KDC", "no KDC of this realm is known: check the realm, and krb5.conf"),
    ("does not specify default realm", "give the realm with the principal (alice@EXAMPLE.COM)"),
    ("Server ", _SERVICE),
    ("Client ", "the KDC does not know this principal: check principal="),
    ("Preauthentication failed", "the password is wrong"),
    ("Password incorrect", "the password is wrong"),
    ("Password has expired", "the password has expired: set a new one with kpasswd"),
    ("been revoked", "the account is locked: ask who runs the KDC"),
    ("Clock skew", "the clocks of this machine and of the KDC differ: set the time"),
)


def unsigned(url: str, auth: Auth, error: Exception) -> AuthenticationError:
    """What it means that a login could not be made.

    Args:
        url: RT's front page.
        auth: The login.
        error: What its library said.
    """
    text = str(error)
    found = _OWN_WORDS.search(text)
    said = _NUMBER.sub("", found[1] if found else text)
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in said), "")
    told = f"{remedy} ({said})" if remedy else said
    return AuthenticationError(
        f"cannot log in to {url} with {whose(auth)}, nothing was sent: {told}"
    )
