"""RT's lines of refusal to the fields that they speak of; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["UNKNOWN_FIELD", "UPDATED", "Labels"]

# Longer numbers are none that RT gives, and int() refuses very long ones.
UPDATED = re.compile(
    r"(?:(?P<kind>Ticket|Queue|User|Group) (?P<id>[0-9]{1,18})"
    r"|Links for ticket (?P<linked>[0-9]{1,18})) updated\.\Z"
)
UNKNOWN_FIELD = re.compile(r"(.+): Unknown field\.?\Z")

# Said of a field that already holds the value: not a refusal.
_ALREADY = re.compile(
    r"That is already the current value\.?\Z"
    r"|That user already owns that ticket\Z"
    r"|Queue is already set to "
    r"|That user is already (?:un)?privileged\Z"
    r"|\S+ is already (?:Cc|AdminCc|Requestor|a \w+)\b"
)

_LOWERED_LABELS = frozenset({"queue", "owner", "sla"})
_MANY_LINED = frozenset({"Requestors", "Requestor", "Cc", "AdminCc"})


class Labels:
    """What RT calls the fields that were sent."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take note of the keys that were sent."""
        by_label: dict[str, str] = {}
        for key in keys:
            label = _label(key)
            # RT's own Owner and a custom field of that name are called the same: neither then.
            by_label[label] = key if label not in by_label else ""
        # Of a field that it does not know, RT repeats the whole key, in lower case or as sent.
        self._whole = {key.lower(): key for key in keys}
        by_label = {**self._whole, **{key: key for key in keys}, **by_label}
        # Longest first: names of custom fields and RT's messages may both contain ": ".
        known = sorted(by_label.items(), key=lambda row: len(row[0]), reverse=True)
        self._known = [(f"{label}: ", key) for label, key in known]
        self._beginnings = tuple(label for label, _ in self._known)

    def by_key(self, lines: Iterable[str]) -> dict[str, list[str]]:
        """What is said of each of the keys; the key `""` has what is said of none.

        Args:
            lines: RT's comments, such as `owner: That user does not exist`.
        """
        errors: dict[str, list[str]] = {}
        last = ""
        for line in lines:
            if UPDATED.match(line):
                continue
            label, key = self._label_of(line)
            if found := UNKNOWN_FIELD.match(line):
                key = self._whole.get(found.group(1).lower(), key)
            if not label and last in _MANY_LINED:
                key = last
            last = key
            said = line.removeprefix(label)
            if not _ALREADY.match(said):
                errors.setdefault(key, []).append(said if key else line)
        return errors

    def _label_of(self, line: str) -> tuple[str, str]:
        if not line.startswith(self._beginnings):
            return "", ""
        return next(row for row in self._known if line.startswith(row[0]))


def _label(key: str) -> str:
    """What RT calls a field when it refuses its value."""
    if key.startswith("CF.{"):
        return key[4:-1].lower()
    return key.lower() if key.lower() in _LOWERED_LABELS else key[:1].upper() + key[1:]
