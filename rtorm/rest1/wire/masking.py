"""Texts without the secrets in them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from rtorm.rest1.wire.request import Parameters

__all__ = ["masked", "told", "without"]

# With the lines that RT takes for the value's own: empty ones, and those that begin with a blank.
_SECRET_LINE = re.compile(r"(?im)^(Password:).*+(?:\n(?:[^\S\n].*+)?(?=\n|\Z))*+")
_SECRET_KEYS = frozenset({"pass", "password", "token"})


def masked(text: str) -> str:
    """Forms without what stands in them as a password."""
    return _SECRET_LINE.sub(r"\1 ***", text)


def told(form: Parameters) -> str:
    """Parameters as the log shows them, one a line."""
    return "\n".join(
        masked(value) if key == "content" else f"{key}={_hidden(key, value)}"
        for key, values in form.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def without(secrets: Iterable[str], content: bytes) -> bytes:
    """What an error may quote: a server that is no RT may send back what it was sent."""
    for secret in secrets:
        for form in (secret, quote_plus(secret), quote(secret)):
            content = content.replace(form.encode(), b"***")
    return content


def _hidden(key: str, value: str) -> str:
    return "***" if key.lower() in _SECRET_KEYS else value
