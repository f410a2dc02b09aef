"""Queues, users and groups by their names, and their names by their ids; pure."""

from __future__ import annotations

import re

from rtorm.errors import PermissionDenied, RTError
from rtorm.gateway import Shown
from rtorm.rest1.replies.reply import Reply, forms_of
from rtorm.rest1.replies.sentences import error_for
from rtorm.rest1.replies.shows import read_shows

__all__ = ["addressable", "check_wanted", "none_named", "read_named", "read_names"]

# RT looks a name up without the account's rights, then fails over what it may not show.
_HIDDEN = re.compile(r"Can't call method \"Id\" on an undefined value at \S+/(queue|group)/ns ")
_RIGHTS = {"queue": "SeeQueue", "group": "SeeGroup"}
_PRINCIPAL = re.compile(r"(?:user|group)/([0-9]{1,18})\Z")
# In the path of a URL, a dot or two are no name.
_ADDRESS = re.compile(r"(?!new\Z|\.\.?\Z|[0-9]+(?:-[0-9]+)?\Z)[^,/\\\n\0\ud800-\udfff]+\Z")


def check_wanted(kind: str, name: str) -> None:
    """Refuse what is no name at all.

    Raises:
        ValueError: It is empty or blank.
    """
    if not name.strip():
        message = f"not the name of a {kind}: {name!r} is blank"
        raise ValueError(message)


def addressable(kind: str, name: str) -> bool:
    """Whether RT finds a record by this name in an address such as `queue/Name` (RT 4.4-5.0).

    It takes digits for an id and commas for a list, and knows no slashes. Among groups it finds
    its own ones first, such as the `AdminCc` of some queue.
    """
    return kind != "group" and _ADDRESS.match(name) is not None


def read_named(reply: Reply, kind: str, name: str) -> Shown | RTError:
    """What RT shows of the record of this name, or why not.

    Raises:
        ProtocolError: RT crashed, or the reply was cut short.
    """
    if found := _HIDDEN.match(reply.crash):
        right = _RIGHTS[found[1]]
        message = (
            f"RT does not show the {kind} {name!r} to this account, which needs the right {right}"
        )
        return PermissionDenied(message)
    # The id is not known; it stands for the one block that was asked for.
    return read_shows(reply, [0])[0]


def none_named(kind: str, name: str) -> RTError:
    """RT's words for a name that it was not asked by."""
    return error_for(f"No {kind} named {name if name.isprintable() else repr(name)} exists.")


def read_names(reply: Reply) -> dict[int, str]:
    """The names of the users and groups that RT shows, by their ids.

    Raises:
        ProtocolError: RT crashed, or the reply was cut short.
    """
    return {
        int(found[1]): form.fields["Name"]
        for form in forms_of(reply)
        if (found := _PRINCIPAL.match(form.fields.get("id", ""))) and form.fields.get("Name")
    }
