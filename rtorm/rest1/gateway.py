"""The gateway's verbs in REST 1.0, with what REST 2.0 alone tells: forms out, replies in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from rtorm.errors import RTError
from rtorm.gateway import (
    Action,
    Created,
    Definition,
    Edit,
    EditReply,
    Entry,
    EntryFound,
    FileDetails,
    FileFound,
    Holders,
    Identity,
    ListedFile,
    Message,
    Said,
    Shown,
    Steps,
    Upload,
)
from rtorm.rest1.checks import attachment_line
from rtorm.rest1.client import Client
from rtorm.rest1.forms import compose, compose_many
from rtorm.rest1.link_forms import LinkWriter, together
from rtorm.rest1.messages import message_form
from rtorm.rest1.readers.by_number import NumberReader
from rtorm.rest1.readers.custom_fields import CustomFieldReader
from rtorm.rest1.readers.files import FileReader
from rtorm.rest1.readers.histories import HistoryReader
from rtorm.rest1.readers.links import RELATIONS, LinkReader
from rtorm.rest1.readers.related import RelatedReader
from rtorm.rest1.readers.searches import Searcher
from rtorm.rest1.readers.steps import StepReader
from rtorm.rest1.readers.watchers import read_watchers
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.edits import read_edits, target
from rtorm.rest1.replies.messages import read_message, read_said
from rtorm.rest1.replies.named import addressable
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.untellable import untellable
from rtorm.rest1.versions import TEXT_TYPES, version_of

__all__ = ["Rest1"]

_PLAIN = ("", "text/plain")


class Rest1:
    """A server spoken to in REST 1.0 (RT 3.8-6.0)."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._links = LinkReader(client)
        self._files = FileReader(client)
        self._link_writer = LinkWriter(client, self._links)
        self._related = RelatedReader(client, self._links)
        self._history = HistoryReader(client, self._files)
        self._steps = StepReader(client)
        self._numbers = NumberReader(client)
        self._searcher = Searcher(client)
        self._custom_fields = CustomFieldReader(client)

    def identity(self) -> Identity:
        """Who we are, what time it is there, which version it is."""
        return self._client.identity()

    def now(self) -> datetime | None:
        """RT's own time, in UTC, asked each time; None where it does not tell it."""
        return self._client.now()

    def show(
        self,
        kind: str,
        ids: Sequence[int],
        fields: Sequence[str] | None = None,
        *,
        links: bool = False,
    ) -> list[Shown | RTError]:
        """The records of these ids in one request, in the order of the ids."""
        # RT sorts the ids of one parameter and shows repeated ones again.
        ascending = sorted(set(ids))
        listed = ",".join(map(str, ascending))
        parameters: dict[str, str | list[str]] = {"id": listed}
        if fields is None:
            # RT leaves out the empty fields of a user otherwise.
            parameters |= {"format": "l"} if kind == "user" else {}
        else:
            parameters["fields"] = ",".join([*fields, *(RELATIONS if links else ())]) or "id"
        if links:
            parameters["id"] = [listed, f"{listed}/links"]
        reply = self._client.get(f"{kind}/show", parameters)
        answers = read_shows(reply, ascending * 2 if links else ascending)
        if links:
            answers = self._links.joined(answers)
        shown = dict(zip(ascending, answers, strict=True))
        return [shown[number] for number in ids]

    def named(self, kind: str, name: str) -> Shown | RTError:
        """The queue, user or group of this name, or why it cannot be shown."""
        return self._searcher.named(kind, name)

    def names(self, principals: Sequence[int]) -> dict[int, str]:
        """The names of users and groups, as far as they can be told."""
        return self._searcher.names(principals)

    def search(self, kind: str, query: str, order: str = "") -> list[int]:
        """The ids of what a query finds: TicketSQL, or `rest1.conditions.words` for others."""
        return self._searcher.ids(kind, query, order)

    def search_shown(
        self, kind: str, query: str, order: str = "", fields: Sequence[str] | None = None
    ) -> Iterator[Shown]:
        """What a query finds, each record with these fields, or all, in one request.

        RT names no fields of queues, users and groups but all.
        """
        return self._searcher.records(kind, query, order, fields)

    def outline(self, queue: str) -> list[Definition]:
        """The custom fields of a queue's tickets by the queue's name.

        One request, two where a name or a description has brackets, and one more where RT finds
        the queue by a search alone.

        Raises:
            NotFound: There is no such queue.
            ProtocolError: RT crashed, as over a queue that the account may not see.
        """
        if addressable("queue", queue):
            return self._custom_fields.outline(queue)
        found = self.named("queue", queue)
        if isinstance(found, RTError):
            raise found
        return self._custom_fields.outline(str(found.id))

    def field_numbers(self, queue: int) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the custom fields of a queue's tickets by name (RT 5 and later)."""
        return self._custom_fields.numbers(queue)

    def definitions(self, kind: str, number: int, of: str) -> list[Definition]:
        """The custom fields of a queue, of its tickets, or of a group; with their numbers on RT 5.

        Raises:
            NotFound: There is no such queue or group.
            ProtocolError: RT's two lists of them do not fit together.
        """
        return self._custom_fields.definitions(kind, number, of)

    def choices(self, custom_field: int) -> tuple[str, ...] | None:
        """The values to choose from of a custom field (RT 5 and later)."""
        return self._custom_fields.choices(custom_field)

    def numbered_values(
        self, tickets: Sequence[int], custom_fields: Sequence[int]
    ) -> list[Mapping[int, tuple[str, ...]]] | None:
        """The values of custom fields by their numbers, of each ticket (RT 5 and later)."""
        return self._custom_fields.values(tickets, custom_fields)

    def holders(self, tickets: Sequence[int]) -> Mapping[int, Mapping[str, Holders]]:
        """Who holds the roles of tickets (RT 5 and later)."""
        return read_watchers(self._client, tickets)

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        """Carry out the edits in their order, in one request.

        Links on RT before 4.4.3 take a second one, that reads what is there.
        """
        repeated = self._link_writer.repeated(edits)
        sent = [edit for each in repeated if not isinstance(each, EditReply) for edit in each]
        replies = iter(self._edited(sent) if sent else ())
        return [
            each if isinstance(each, EditReply) else together([next(replies) for _ in each])
            for each in repeated
        ]

    def _edited(self, edits: Sequence[Edit]) -> list[EditReply]:
        forms = ([("id", target(edit)), *edit.fields.items()] for edit in edits)
        return read_edits(self._client.post("edit", compose_many(forms), idempotent=True), edits)

    def untellable(
        self, fields: Mapping[str, str], files: Sequence[Upload] = ()
    ) -> Mapping[str, str]:
        """What of a record a server of this version cannot be told, by RT's names, and why."""
        return untellable(version_of(self._client), fields, files)

    def create(self, kind: str, fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Created:
        """Make one record; sent once."""
        names = [("Attachment", attachment_line(file.filename)) for file in files]
        content = compose([("id", f"{kind}/new"), *fields.items(), *names])
        return read_created(self._client.post(f"{kind}/new", content, files), fields)

    def message(self, ticket: int, message: Message) -> Said:
        """Comment on a ticket or reply to it; sent once."""
        if message.content_type not in _PLAIN and (
            said := version_of(self._client).lacks(TEXT_TYPES)
        ):
            return Said(refusal=RTError(said))
        content = message_form(message)
        reply = self._client.post(f"ticket/{ticket}/comment", content, message.files)
        return read_message(reply, message)

    def own(self, ticket: int, action: Action) -> Said:
        """Take a ticket, give it up, or take it from its owner; sent once."""
        form = compose([("Action", action)])
        return read_said(self._client.post(f"ticket/{ticket}/take", form))

    def merge(self, ticket: int, into: int) -> Said:
        """Merge a ticket into another one; sent once."""
        # RT looks at the URL alone, but takes an empty form for none.
        form = compose([("id", f"ticket/{ticket}")])
        return read_said(self._client.post(f"ticket/{ticket}/merge/{into}", form))

    def files(self, tickets: Sequence[int]) -> list[list[ListedFile] | RTError]:
        """The attachments of each ticket, or why they cannot be listed; 100 a request."""
        return self._files.files(tickets)

    def related(
        self, tickets: Sequence[int]
    ) -> list[tuple[Shown | RTError, list[ListedFile] | RTError]]:
        """The links of each ticket, as its fields, and its attachments; 100 a request."""
        return self._related.related(tickets)

    def file_details(self, file: int) -> FileDetails:
        """What RT tells of an attachment beside its bytes.

        Raises:
            NotFound: There is no such attachment.
            PermissionDenied: The account may not see it.
        """
        return self._files.details(file)

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        """The exact bytes of an attachment, by pieces, while the connection is open.

        Raises:
            NotFound: There is no such attachment, or no such ticket.
            PermissionDenied: The account may not see it.
        """
        return self._files.download(ticket, file)

    def history(self, tickets: Sequence[int]) -> list[list[Entry] | RTError]:
        """The history of each ticket, oldest first, or why it cannot be shown; 100 a request."""
        return self._history.history(tickets)

    def history_and_files(
        self, tickets: Sequence[int]
    ) -> list[tuple[list[Entry] | RTError, list[ListedFile] | RTError]]:
        """The history of each ticket and its attachments; 100 a request."""
        return self._history.history_and_files(tickets)

    def lengths(self, tickets: Sequence[int]) -> list[int | RTError]:
        """How many entries each ticket's history has, or why it is not told; 100 a request."""
        return self._steps.lengths(tickets)

    def steps(self, tickets: Sequence[int]) -> list[Steps | RTError]:
        """The history of each ticket, without its messages; 100 a request."""
        return self._steps.steps(tickets)

    def entry(self, number: int) -> EntryFound:
        """One entry of whichever ticket's history it is; two requests, three with attachments.

        Raises:
            NotFound: There is no such entry, or it is of no ticket.
            PermissionDenied: The account may not see it.
        """
        return self._numbers.entry(number)

    def file(self, number: int) -> FileFound:
        """One attachment of whichever ticket it is, in three requests.

        Raises:
            NotFound: There is no such attachment, or it is of no ticket.
            PermissionDenied: The account may not see it.
        """
        return self._numbers.file(number)
