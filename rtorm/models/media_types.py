"""Media types: which are such, and under which one RT keeps a file's bytes.

Run on RT 4.4 and 5.0 with uploads to new tickets and comments.
"""

from __future__ import annotations

import mimetypes
import re

from rtorm.rest1.forms import check_text

__all__ = ["ANY_BYTES", "charset_of", "check_media_type", "exact_type", "guessed_type"]

ANY_BYTES = "application/octet-stream"

_MEDIA_TYPE = re.compile(r"[!-.0-~]+/[!-~]+(?: *;[ -~]*)?\Z")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s";]+)', re.IGNORECASE)
# RT turns these into UTF-8, guessing what they are in unless told, and back when they are read.
_CONVERTED = frozenset({"text/plain", "text/html", "message/rfc822"})
_IN_UTF_8 = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})


def check_media_type(value: str) -> str:
    """Pass a media type, `kind/subtype` with or without parameters."""
    if not _MEDIA_TYPE.match(value):
        message = f"{value!r} is no media type, such as image/png"
        raise ValueError(message)
    return value


def guessed_type(filename: str) -> str:
    """The media type that a file's name tells."""
    kind, packed = mimetypes.guess_type(filename)
    # The type of `logs.txt.gz` is told as that of what is packed into it.
    return ANY_BYTES if packed else kind or ANY_BYTES


def charset_of(content_type: str) -> str:
    """The encoding that a media type declares, in lower case; empty if it declares none."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""


def exact_type(content_type: str, filename: str, content: bytes) -> str:
    """The media type to send a file under, so that RT keeps its bytes and its name.

    It is the file's own, without its parameters, or that of any bytes where RT would change them:
    RT converts texts that are not UTF-8, and crashes over `multipart/…`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _CONVERTED:
        exact = charset_of(content_type) in _IN_UTF_8 and _is_utf_8(content)
    else:
        exact = bool(_MEDIA_TYPE.match(kind)) and not kind.startswith("multipart/")
    kind = kind if exact else ANY_BYTES
    # RT takes the declared encoding for that of the name, too. Undeclared, it guesses, and takes
    # many a name for Chinese where $EmailInputEncodings begins with `*`.
    declares = kind in _CONVERTED or not filename.isascii()
    return f"{kind}; charset=utf-8" if declares else kind


def _is_utf_8(content: bytes) -> bool:
    """Whether RT takes it for UTF-8: without noncharacters, which it would store as escapes."""
    try:
        check_text(content.decode().lstrip("\n"), nul=True)
    except ValueError:
        return False
    return True
