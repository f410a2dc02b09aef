"""What a raw request may not hold: a read nothing that writes, and none a way out of RT's REST.

RT takes a form from the query as from a body, and merges tickets without any form, whatever the
method is (RT 4.4-5.0). A read is sent again when its reply is lost, and is nobody's to guard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rtorm.gateway import Upload

__all__ = ["check_files", "check_place", "check_read"]

_NOT_ASKED = {
    "content": "it carries a form, which RT would carry out: post() writes",
    "user": "a login goes into auth=",
    "pass": "a login goes into auth=, and no password into a URL",
}
_MERGE = re.compile(r"(?:\A|/)[^/]+/merge/")


def check_read(path: str, parameters: Mapping[str, str | Sequence[str]]) -> None:
    """Refuse a read that would change something, or tell a password.

    Raises:
        ValueError: It would, or the path leads elsewhere.
    """
    check_place(path)
    for name in parameters:
        if name in _NOT_ASKED:
            message = f"the parameter {name!r} is not for a read: {_NOT_ASKED[name]}"
            raise ValueError(message)
    ids = parameters.get("id", "")
    for place in (path, *([ids] if isinstance(ids, str) else ids)):
        if _MERGE.search(place):
            message = f"RT would merge tickets when it is asked for {place!r}: use merge_into()"
            raise ValueError(message)


def check_place(path: str) -> None:
    """Refuse a path that leads out of RT's REST.

    Raises:
        ValueError: A part of it is `.` or `..`, which a URL loses with the part before it.
    """
    if not {".", ".."}.isdisjoint(path.split("/")):
        message = f"{path!r} leads elsewhere: no part of a path may be '.' or '..'"
        raise ValueError(message)


def check_files(files: Sequence[Upload]) -> None:
    """Refuse media types with which a file could become another part of the request.

    Raises:
        ValueError: One of them is more than a line of printable ASCII.
    """
    for file in files:
        if not (file.content_type.isascii() and file.content_type.isprintable()):
            message = f"{file.content_type!r} is no media type, such as image/png"
            raise ValueError(message)
