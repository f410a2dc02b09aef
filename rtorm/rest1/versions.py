"""Versions of RT, and since which of them it has what rtorm asks for; pure, standard library alone.

The suite runs on RT 4.4 and 5.0. What the others lack is known from runs of 3.8.10, 4.0.0, 4.2.17,
5.0.8 and 6.0.0, and from RT's history; `docs/versions.md` says which of it from which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, Self

__all__ = [
    "ANY_CF_NAME",
    "BLANKS_IN_NAMES",
    "FEATURES",
    "FILES_ON_CREATE",
    "GROUPS_AS_WATCHERS",
    "LINKS_BY_NUMBER",
    "LISTS_ESCAPED",
    "LOCAL_TIME",
    "MANY_LINKS",
    "RAW_CONTENT",
    "REST2",
    "SEARCH_OF_OTHERS",
    "SLA",
    "TEXT_TYPES",
    "TOKENS",
    "Feature",
    "Version",
    "version_of",
]

# Longer numbers are none that RT has, and int() refuses very long ones.
_NUMBERS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that RT has not always had.

    Attributes:
        name: What it is, in the plural.
        since: The first version that has it.
        remedy: What to do with a server that is older.
    """

    name: str
    since: tuple[int, ...]
    remedy: str

    @property
    def first(self) -> str:
        """The first version that has it, as text."""
        return ".".join(map(str, self.since))


@dataclass(frozen=True, slots=True)
class Version:
    """The version of a server.

    Attributes:
        text: As the server tells it: `5.0.3`, `4.4.4-5-gabcdef`, `6.0.0rc1`; or nothing.
        numbers: The numbers that it begins with; none if it begins with something else.
    """

    text: str = ""
    numbers: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The version of this text; never fails. What is before a release counts as the release."""
        found = _NUMBERS.match(text)
        return cls(text, tuple(map(int, found.group().split("."))) if found else ())

    def __str__(self) -> str:
        return self.text

    def has(self, feature: Feature) -> bool:
        """Whether the server has it; one of an unknown version has everything."""
        return not self.numbers or self.numbers >= feature.since

    def lacks(self, feature: Feature) -> str:
        """Why the server cannot be asked for it, and what to do instead; empty if it can."""
        if self.has(feature):
            return ""
        return f"RT {self.text} knows no {feature.name}, RT {feature.first} does: {feature.remedy}"


class _Identity(Protocol):
    @property
    def version(self) -> str: ...


class _Client(Protocol):
    def identity(self) -> _Identity: ...


def version_of(client: _Client) -> Version:
    """The version of a client's server, which is asked once; raises as `Client.identity`."""
    return Version.parse(client.identity().version)


ANY_CF_NAME = Feature(
    "custom fields with other signs in their names than ASCII letters, digits, blanks and _:()/-",
    (4, 0, 9),
    "declare the field with its number, cf(name, id=...)",
)
FILES_ON_CREATE = Feature(
    "files with a new ticket",
    (4, 0, 14),
    "create it without them, and then ticket.comment(text, attachments=[...])",
)
TEXT_TYPES = Feature("media types of messages", (4, 0, 14), "send plain text")
BLANKS_IN_NAMES = Feature(
    "blanks in the names by which it is asked for queues, users and groups",
    (4, 2),
    "give the id",
)
LINKS_BY_NUMBER = Feature(
    "links by a ticket's number (it would link to ticket 1)",
    (4, 2),
    "give the URI, 'fsck.com-rt://ORGANIZATION/ticket/NUMBER' with the $Organization of that RT; "
    "once the session has read a link to a ticket of that RT, it finds that out by itself",
)
SEARCH_OF_OTHERS = Feature(
    "searches for queues, users and groups", (4, 2, 2), "get each by its id, queues by name, too"
)
LOCAL_TIME = Feature(
    "ways to tell the account's time", (4, 2, 9), "pass time_zone='Europe/Rome' or the like"
)
LISTS_ESCAPED = Feature(
    "custom fields of several values with any text in them",
    (4, 2, 11),
    "write another sign",
)
GROUPS_AS_WATCHERS = Feature(
    "groups and numbers of users as watchers", (4, 4, 2), "give e-mail addresses"
)
MANY_LINKS = Feature(
    "several new links of a relation in one form", (4, 4, 3), "send one form for each"
)
SLA = Feature("levels of service over REST 1.0", (4, 4, 3), "set it in RT's web pages")
RAW_CONTENT = Feature(
    "newlines at the end of an attachment", (4, 4, 5), "download it in RT's web pages"
)
REST2 = Feature(
    "REST 2.0, which tells numbers and choices of custom fields, and groups among watchers",
    (5, 0),
    "declare the number, cf(name, id=...)",
)
TOKENS = Feature("tokens", (5, 0), "use auth.Password")

FEATURES = (
    ANY_CF_NAME,
    FILES_ON_CREATE,
    TEXT_TYPES,
    BLANKS_IN_NAMES,
    LINKS_BY_NUMBER,
    SEARCH_OF_OTHERS,
    LOCAL_TIME,
    LISTS_ESCAPED,
    GROUPS_AS_WATCHERS,
    MANY_LINKS,
    SLA,
    RAW_CONTENT,
    REST2,
    TOKENS,
)
"""All of them, by age; `docs/versions.md` has a row for each."""
