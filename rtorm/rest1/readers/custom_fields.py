"""Custom fields: what REST 1.0 tells of them, and what REST 2.0 adds to it (RT 5 and later)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from rtorm.errors import TransportError
from rtorm.gateway import Definition
from rtorm.rest1.client import Client
from rtorm.rest1.readers.tickets import searched
from rtorm.rest1.replies.definitions import read_definitions, read_outline
from rtorm.rest1.wire.request import Parameters
from rtorm.rest2.choices import has_choices, read_choices, read_listed
from rtorm.rest2.fields import (
    ASKED,
    OF_TICKETS,
    completed,
    read_field,
    read_numbers,
    read_own_fields,
)
from rtorm.rest2.pages import PER_PAGE, all_pages
from rtorm.rest2.plain import members
from rtorm.rest2.values import fields_of, read_types, read_values

__all__ = ["CustomFieldReader"]

_VALUES = {"fields": "CustomFields", "fields[CustomFields]": "Type"}


class CustomFieldReader:
    """Reads definitions, values to choose from, and values by the numbers of their fields."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lost = False

    def definitions(self, kind: str, own: int, of: str) -> list[Definition]:
        """The custom fields of a queue, of its tickets, or of a group.

        One or two requests of REST 1.0 and, if there are any, one of REST 2.0; of tickets, one for
        each hundred of the queue's custom fields of all sorts.

        Raises:
            NotFound: There is no such queue or group.
            ProtocolError: RT crashed, or its two lists do not fit together.
        """
        found = self._listed(
            f"{kind}/{own}/{'customfields' if of == kind else f'{of}customfields'}"
        )
        if not found:
            return found
        return self._of_tickets(own, found) if of == "ticket" else self._own(kind, own, found)

    def outline(self, queue: str) -> list[Definition]:
        """The custom fields of a queue's tickets by the queue's name or id, without their numbers.

        Raises:
            NotFound: There is no such queue.
            ProtocolError: RT crashed, as over a queue that the account may not see, or its two
                lists do not fit together.
        """
        return self._listed(f"queue/{queue}/ticketcustomfields")

    def numbers(self, queue: int) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the custom fields of a queue's tickets by name, in one request.

        RT tells them whether or not the account may see the fields (RT 5.0).
        """
        return read_numbers(self._rest2(f"queue/{queue}"))

    def _listed(self, path: str) -> list[Definition]:
        details = self._client.get(path, {"format": "l"})
        found = read_outline(details)
        return read_definitions(self._client.get(path), details) if found is None else found

    def choices(self, custom_field: int) -> tuple[str, ...] | None:
        """The values to choose from; one request, of Combobox and Autocomplete two and more."""
        told = self._rest2(f"customfield/{custom_field}")
        choices = read_choices(told)
        if choices is not None or not has_choices(told):
            return choices
        listed = self._all(f"customfield/{custom_field}/values", {})
        return None if listed is None else read_listed(listed)

    def values(
        self, tickets: Sequence[int], custom_fields: Sequence[int]
    ) -> list[Mapping[int, tuple[str, ...]]] | None:
        """The values of custom fields by their numbers, of each ticket.

        One request for 50 tickets, and one for each that no search finds: a deleted one, or one
        that the account may not see.
        """
        if not tickets or not custom_fields:
            return [{} for _ in tickets]
        wanted = sorted(set(tickets))
        found = searched(self._client, wanted, _VALUES)
        if found is None:
            return None
        types = read_types(field for ticket in found.values() for field in fields_of(ticket))
        lonely = [ticket for ticket in wanted if ticket not in found]
        found |= {ticket: members(self._client.rest2(f"ticket/{ticket}")) for ticket in lonely}
        if any(found[ticket] for ticket in lonely):
            types |= self._types(each for each in custom_fields if each not in types)
        told = {ticket: read_values(found[ticket], types) for ticket in wanted}
        return [{n: told[each][n] for n in custom_fields if n in told[each]} for each in tickets]

    def _of_tickets(self, queue: int, found: Sequence[Definition]) -> list[Definition]:
        # Both lists are sorted by SortOrder, Name and id (RT 5.0).
        listed = self._all(f"queue/{queue}/customfields", {"fields": ASKED}) or []
        fields = [field for each in listed if (field := read_field(each)) is not None]
        of_tickets = [field for field in fields if field.owner == OF_TICKETS]
        return completed(found, of_tickets, in_order=True)

    def _own(self, kind: str, own: int, found: Sequence[Definition]) -> list[Definition]:
        # A list of one, since the record itself would come without what is asked of each field.
        asked = {"fields": "CustomFields", "fields[CustomFields]": ASKED}
        told = self._rest2(f"{kind}s", {"query": _ids([own]), **asked})
        return completed(found, read_own_fields(told), in_order=False)

    def _types(self, custom_fields: Iterable[int]) -> dict[int, str]:
        # A ticket by itself comes without the kinds of its fields.
        if not (numbers := list(custom_fields)):
            return {}
        asked = {"query": _ids(numbers), "fields": "Type"}
        return read_types(self._all("customfields", asked) or [])

    def _all(self, path: str, parameters: Mapping[str, str]) -> list[Mapping[str, object]] | None:
        def ask(page: int) -> object:
            paging = {"per_page": str(PER_PAGE), "page": str(page)}
            return self._rest2(path, {**parameters, **paging})

        return all_pages(ask)

    def _rest2(self, path: str, parameters: Parameters | None = None) -> object:
        """What REST 2.0 adds to an answer of REST 1.0; None where the way there is cut off.

        A firewall may let REST 1.0 alone through; that is waited for once.
        """
        if self._lost:
            return None
        try:
            return self._client.rest2(path, parameters)
        except TransportError:
            self._lost = True
            return None


def _ids(numbers: Sequence[int]) -> str:
    """The condition that a record has one of these ids."""
    return json.dumps([{"field": "id", "operator": "=", "value": each} for each in numbers])
