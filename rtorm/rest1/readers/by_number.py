"""One entry of a history, one attachment: found by its number, whichever ticket it is of."""

from __future__ import annotations

from rtorm.errors import NotFound, ProtocolError
from rtorm.gateway import EntryFound, FileFound, ListedFile
from rtorm.rest1.client import Client
from rtorm.rest1.replies.attachments import DETAILS, NAMES, read_details, read_names
from rtorm.rest1.replies.by_number import FILES, TICKET, read_entry, read_sizes, read_ticket
from rtorm.rest1.replies.reply import Reply

__all__ = ["NumberReader"]


class NumberReader:
    """Finds the ticket first, and then reads what the history of that ticket shows."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def entry(self, number: int) -> EntryFound:
        """One entry of whichever ticket's history it is, with its attachments."""
        ticket = self._ticket_of(number)
        entry, sizes = read_entry(self._history(ticket, number, {"format": "l"}), number)
        if not sizes:
            return EntryFound(entry, ())
        # The entry shows no media types. The list of the ticket would, but RT reads the contents
        # of all the ticket's attachments for it.
        asked = {"id": ",".join(map(str, sizes)), "fields": NAMES}
        files = read_names(self._client.get("attachment/show", asked), sizes)
        return EntryFound(entry, tuple(files))

    def file(self, number: int) -> FileFound:
        """One attachment of whichever ticket it is."""
        reply = self._client.get(f"attachment/{number}", {"fields": DETAILS})
        details = read_details(reply, number)
        try:
            ticket, size = self._place_of(number, details.transaction)
        except NotFound as error:
            message = f"attachment {number} belongs to transaction {details.transaction}: {error}"
            raise NotFound(message) from error
        listed = ListedFile(number, details.filename, details.content_type, size)
        return FileFound(ticket, listed, details)

    def _place_of(self, file: int, entry: int) -> tuple[int, int]:
        """The ticket of an attachment, and its size as the ticket's list has it."""
        ticket = self._ticket_of(entry)
        sizes = read_sizes(self._history(ticket, entry, {"fields": FILES}), entry)
        if file not in sizes:
            message = f"RT shows attachment {file} of transaction {entry}, but not among its own"
            raise ProtocolError(message)
        return ticket, sizes[file]

    def _ticket_of(self, entry: int) -> int:
        # In the short format RT shows no fields of a transaction.
        asked = {"format": "l", "fields": TICKET}
        return read_ticket(self._client.get(f"transaction/{entry}", asked), entry)

    def _history(self, ticket: int, entry: int, asked: dict[str, str]) -> Reply:
        return self._client.get(f"ticket/{ticket}/history/id/{entry}", asked)
