"""What RT keeps as it is, and what it would cut, split or drop; pure, standard library alone.

Each check passes a value that RT keeps and raises `EncodeError` for one that it would change.
(RT 4.4-6.0, REST 1.0.)
"""

from __future__ import annotations

import re

from rtorm.rest1.forms import EncodeError, check_text

__all__ = [
    "attachment_line",
    "check_line",
    "check_link",
    "check_message",
    "check_name",
    "check_secret",
    "check_subject",
    "check_text",
    "check_watcher",
    "check_width",
]

_SUBJECT_BYTES = 200
_NAME_BYTES = 200
_FILENAME_BYTES = 255
_URI_BYTES = 240


def check_line(value: str) -> str:
    """Pass text that RT keeps on one line; refuse line breaks, which could be lost."""
    check_text(value)
    if "\n" in value:
        message = "it must be one line: RT deletes line breaks here"
        raise EncodeError(message)
    return value


def check_subject(value: str) -> str:
    """Pass a subject that RT keeps as it is: one line of at most 200 bytes of UTF-8."""
    check_line(value)
    if (size := len(value.encode())) > _SUBJECT_BYTES:
        message = f"it has {size} bytes in UTF-8, and RT cuts a subject at {_SUBJECT_BYTES}"
        raise EncodeError(message)
    return value


def check_width(value: str, width: int) -> str:
    """Pass text of at most so many bytes of UTF-8, at which RT cuts it in silence."""
    check_text(value)
    if (size := len(value.encode())) > width:
        message = f"it has {size} bytes in UTF-8, and RT cuts it at {width}"
        raise EncodeError(message)
    return value


def check_name(value: str, *, digits: bool = False, blanks: bool = True) -> str:
    """Pass a name of a queue, user or group.

    Args:
        value: The name.
        digits: Whether it may consist of digits alone.
        blanks: Whether it may begin or end with a blank.
    """
    check_width(check_line(value), _NAME_BYTES)
    if not value:
        message = "a name must not be empty"
        raise EncodeError(message)
    if value.isdecimal() and not digits:
        message = "RT takes a name of digits for an id"
        raise EncodeError(message)
    if value != value.strip() and not blanks:
        message = "RT 5 removes blanks at the ends of this name"
        raise EncodeError(message)
    return value


def check_secret(value: str) -> str:
    """Pass a password that RT sets; nothing of it is told."""
    if not value.strip("*"):
        message = "RT ignores a password that is empty or consists of asterisks"
        raise EncodeError(message)
    try:
        return check_line(value)
    except EncodeError:
        message = "RT would change this password: it holds a line break or another odd character"
    raise EncodeError(message)


def check_watcher(value: str) -> str:
    """Pass one watcher (an address, a user's name, an id); refuse what RT would tear apart."""
    bare = check_line(value).strip()
    if not bare:
        message = "an empty watcher"
        raise EncodeError(message)
    if "," in bare:
        message = f"{bare!r} has a comma, at which RT splits: give the bare address"
        raise EncodeError(message)
    return bare


def check_message(value: str) -> str:
    """Pass the text of a message, which RT keeps bit by bit."""
    check_text(value, nul=True)
    if value == "0":
        message = "RT takes a message of '0' for an empty one"
        raise EncodeError(message)
    return value


_TICKET = re.compile(r"(?:t:)?([0-9]{1,18})\Z")
# RT takes `a:5` for an article, and shows it as another URI.
_URI = re.compile(r"(?![AaTt]:[0-9]+\Z)[A-Za-z][\w+.-]*:[^\s,]+\Z")


def check_link(value: str) -> int | str:
    """Pass what a ticket can be linked to: a ticket's number, or a URI as RT keeps it."""
    bare = check_line(value).strip()
    if found := _TICKET.match(bare):
        return int(found[1])
    if "," in bare:
        message = f"{bare!r} has a comma, at which RT splits: write it as %2C"
        raise EncodeError(message)
    if not _URI.match(bare):
        message = f"{bare!r} is neither a ticket's number nor a whole URI"
        raise EncodeError(message)
    if (size := len(bare.encode())) > _URI_BYTES:
        message = f"it has {size} bytes in UTF-8, and RT cuts a URI at {_URI_BYTES}"
        raise EncodeError(message)
    return bare


# RT strips these quotes, and decodes the "encoded words" of mail headers.
_DECODED_NAME = re.compile(r'\A"[^,]*"\Z|\Aq\{[^,]*\}\Z|=\?.*\?=', re.DOTALL)
_UNNAMED = "(Unnamed)"
# Where RT may break the line of a name that has a comma and a blank.
_PLACE_FOR_A_BLANK = re.compile(r"[,;](?! )")


def attachment_line(filename: str) -> str:
    """A file's name as RT stores it unchanged.

    Raises:
        EncodeError: RT would shorten or change the name.
    """
    check_text(filename)
    if not filename.strip() or filename != filename.strip():
        message = f"a file's name is empty or begins or ends with a blank: {filename!r}"
        raise EncodeError(message)
    if bad := next((sign for sign in "/\\\n\r\t" if sign in filename), ""):
        message = f"a file's name with {bad!r} would be changed by RT: {filename!r}"
        raise EncodeError(message)
    if (size := len(filename.encode())) > _FILENAME_BYTES:
        message = f"a file's name has {size} bytes in UTF-8, and RT cuts it at {_FILENAME_BYTES}"
        raise EncodeError(message)
    if filename == _UNNAMED:
        message = f"RT lists a file of this name as one that has none: {filename!r}"
        raise EncodeError(message)
    if _DECODED_NAME.search(filename):
        message = f"RT would take a part of a file's name for quoting or encoding: {filename!r}"
        raise EncodeError(message)
    if "," not in filename:
        return filename
    if bad := next((sign for sign in ('"', "  ", "\v", "\f") if sign in filename), ""):
        message = f"RT cannot keep a file's name with a comma and {bad!r}: {filename!r}"
        raise EncodeError(message)
    if " " in filename and _PLACE_FOR_A_BLANK.search(filename):
        message = f"RT may put a blank behind a comma of a file's name: {filename!r}"
        raise EncodeError(message)
    return f'"{filename}"'
