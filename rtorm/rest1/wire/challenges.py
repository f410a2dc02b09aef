"""What a web server means by the `WWW-Authenticate` of its refusal; pure."""

from __future__ import annotations

import base64
import binascii
import re

from rtorm.auth import Auth, Basic, Kerberos, Password, PerRequest, Token

__all__ = ["what_it_wants"]

# A scheme stands first or behind a comma; what is followed by "=" there is a parameter of one.
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)(?!\s*=)")
_TOKEN = re.compile(r"negotiate\s+([A-Za-z0-9+/]+=*)", re.IGNORECASE)

# The number of Kerberos among the mechanisms, and behind it the kind of message (RFC 4121, 4.1).
_KERBEROS = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
_UNREADABLE = (
    "it cannot read the ticket: check that the host name, of the URL or hostname=, is the one in "
    "the web server's keytab, and the clocks"
)
_MEANINGS = (
    (
        _KERBEROS + b"\x02\x00",
        "it knows whose the ticket is, and does not let that account in: ask who runs it",
    ),
    (
        _KERBEROS + b"\x03\x00",
        _UNREADABLE,
    ),
)
_OURS = (Basic, Kerberos, Password, PerRequest, Token)
_LOGINS: dict[str, tuple[type[Auth], str]] = {
    "negotiate": (Kerberos, "auth.Kerberos()"),
    "basic": (Basic, "auth.Basic(user, password)"),
}


def what_it_wants(auth: Auth, header: str) -> str:
    """The header in words, in parentheses; empty if there is none.

    Args:
        auth: The login that was refused.
        header: `WWW-Authenticate`.
    """
    schemes = [found[1] for found in _SCHEME.finditer(header)]
    if not schemes:
        return ""
    wanted = [_LOGINS[name.lower()] for name in schemes if name.lower() in _LOGINS]
    told = f"the web server asks for {' or '.join(schemes)}"
    if meaning := _meaning(header):
        told += f"; {meaning}"
    elif isinstance(auth, _OURS) and wanted and not any(isinstance(auth, k) for k, _ in wanted):
        told += f": use {' or '.join(name for _, name in wanted)}"
    return f" ({told})"


def _meaning(header: str) -> str:
    found = _TOKEN.search(header)
    if found is None:
        return ""
    try:
        token = base64.b64decode(found[1])
    except binascii.Error:
        return ""
    return next((meaning for sign, meaning in _MEANINGS if sign in token), "")
