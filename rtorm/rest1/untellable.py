"""What a server of some version cannot be told; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rtorm.gateway import Upload
from rtorm.rest1.versions import (
    ANY_CF_NAME,
    FILES_ON_CREATE,
    GROUPS_AS_WATCHERS,
    SLA,
    TEXT_TYPES,
    Version,
)

__all__ = ["untellable"]

_CUSTOM = re.compile(r"CF\.\{(.*)\}\Z", re.DOTALL)
_OLD_NAME = re.compile(r"[A-Za-z0-9_ :()/-]+\Z")
_WATCHERS = frozenset({"Requestor", "Requestors", "Cc", "AdminCc"})
_NO_ADDRESS = re.compile(r"(?:[0-9]+|group:.*)\Z", re.IGNORECASE | re.DOTALL)
_ALONE = {"SLA": SLA, "Content-Type": TEXT_TYPES}


def untellable(
    version: Version, fields: Mapping[str, str], files: Sequence[Upload] = ()
) -> dict[str, str]:
    """What of a form RT would drop, or take for something else, by its key, and what to do instead.

    RT 3.8 and 4.0 make a ticket first, and then say that they do not know a field of it.
    """
    said = {key: _objection(version, key, text) for key, text in fields.items()}
    if files:
        said["Attachment"] = version.lacks(FILES_ON_CREATE)
    return {key: why for key, why in said.items() if why}


def _objection(version: Version, key: str, text: str) -> str:
    if key in _ALONE:
        return version.lacks(_ALONE[key])
    if key in _WATCHERS and any(_NO_ADDRESS.match(who.strip()) for who in text.split(",")):
        return version.lacks(GROUPS_AS_WATCHERS)
    found = _CUSTOM.match(key)
    if found and not _OLD_NAME.match(found[1]):
        return version.lacks(ANY_CF_NAME)
    return ""
