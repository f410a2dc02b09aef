"""Searches, and records by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rtorm.errors import NotFound, ProtocolError, QueryError, RTError
from rtorm.gateway import Shown
from rtorm.rest1.client import Client
from rtorm.rest1.conditions import words
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.replies.named import (
    addressable,
    check_wanted,
    none_named,
    read_named,
    read_names,
)
from rtorm.rest1.replies.searches import read_ids, read_records
from rtorm.rest1.versions import BLANKS_IN_NAMES, SEARCH_OF_OTHERS, version_of

__all__ = ["Searcher"]

_BLANK = re.compile(r"\s")


class Searcher:
    """Finds records by conditions and names."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def ids(self, kind: str, query: str, order: str) -> list[int]:
        """The ids of what a query finds, in one request.

        Raises:
            QueryError: RT is too old to search for others than tickets; nothing was sent.
        """
        self._check(kind)
        parameters = {"query": query, "orderby": order, "format": "i"}
        return read_ids(self._client.get(f"search/{kind}", parameters))

    def records(
        self, kind: str, query: str, order: str, fields: Sequence[str] | None = None
    ) -> Iterator[Shown]:
        """The same, each record with these fields, or all; raises as `ids`."""
        self._check(kind)
        parameters = {"query": query, "orderby": order, "format": "l"}
        if fields is not None:
            parameters["fields"] = ",".join(fields) or "id"
        return read_records(self._client.get(f"search/{kind}", parameters))

    def named(self, kind: str, name: str) -> Shown | RTError:
        """The queue, user or group of this name; of a user, also by the e-mail address.

        Raises:
            ValueError: The name is blank.
        """
        check_wanted(kind, name)
        if not addressable(kind, name):
            return self._searched(kind, name)
        if _BLANK.search(name) and (said := version_of(self._client).lacks(BLANKS_IN_NAMES)):
            return ProtocolError(_not_by_name(kind, name, said))
        reply = self._client.get("show", {"id": f"{kind}/{name}", "format": "l"})
        answer = read_named(reply, kind, name)
        if isinstance(answer, NotFound) and "@" in name:
            # RT takes it for an address alone, and a user may be called so.
            other = self._searched(kind, name)
            return other if isinstance(other, Shown) else answer
        return answer

    def _check(self, kind: str) -> None:
        if kind != "ticket" and (said := version_of(self._client).lacks(SEARCH_OF_OTHERS)):
            raise QueryError(said)

    def _searched(self, kind: str, name: str) -> Shown | RTError:
        if said := version_of(self._client).lacks(SEARCH_OF_OTHERS):
            return ProtocolError(_not_by_name(kind, name, said))
        try:
            found = self.records(kind, words("Name", "=", name), "+id")
            return next(found, None) or none_named(kind, name)
        except EncodeError:
            return none_named(kind, name)
        except RTError as error:
            return error

    def names(self, principals: Sequence[int]) -> dict[int, str]:
        """The names of users and groups by their ids, in one request."""
        if not principals:
            return {}
        # Users and groups share their numbers, so that each of them is one or the other.
        listed = ",".join(map(str, sorted(set(principals))))
        ids = [f"user/{listed}", f"group/{listed}"]
        return read_names(self._client.get("show", {"id": ids, "fields": "Name"}))


def _not_by_name(kind: str, name: str, why: str) -> str:
    return f"RT cannot be asked for the {kind} {name!r} by this name: {why}"
