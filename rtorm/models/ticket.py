"""Tickets, and the classes of tickets that a program declares for its queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, Self, cast
from weakref import WeakValueDictionary

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from rtorm.models.attachment import Attachment, File
from rtorm.models.custom_values import CustomColumns, CustomValues
from rtorm.models.links import LINK_FIELDS, MIRRORS, LinkColumns, Links
from rtorm.models.queue import Queue
from rtorm.models.transaction import History
from rtorm.models.user import User
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.declaring.related import Related
from rtorm.orm.fields import Attr, ReadOnly, Reference, attr, shown
from rtorm.orm.record import Record
from rtorm.orm.saving.correspondence import compose_message
from rtorm.orm.state import state_of
from rtorm.rest1.checks import check_line, check_subject, check_watcher
from rtorm.rest1.codecs import (
    ADDRESSES,
    INSTANT,
    LINE,
    MESSAGE,
    MINUTES,
    PRIORITY,
    SUBJECT,
    optional,
)
from rtorm.texts import brief, in_line

__all__ = ["Ticket"]


def _whole_seconds(instant: datetime) -> datetime:
    """RT keeps whole seconds; instants are told in UTC."""
    try:
        return instant.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        message = f"{instant} is no date in UTC"
        raise ValueError(message) from None


def _no_record(value: Any) -> Any:
    if isinstance(value, Record):
        message = f"{value!r} is no text: give the e-mail address or the name"
        raise ValueError(message)  # noqa: TRY004 - one of Pydantic's validators
    return value


# Not names of whole types, since editors would show a name instead of what it stands for.
_LINE = AfterValidator(check_line)
_SUBJECT = AfterValidator(check_subject)
_NO_RECORD = BeforeValidator(_no_record)
_WATCHER = AfterValidator(check_watcher)
_WHOLE_SECONDS = AfterValidator(_whole_seconds)
_FROM_ZERO = Field(ge=0)

_SHOWN, _STATUS = 60, 20
_CLASSES: WeakValueDictionary[str, type[Ticket]] = WeakValueDictionary()


class Ticket(Record):
    """A ticket. Subclass it for the custom fields of a queue.

    ```python
    class Incident(Ticket, queue="Incidents"):
        severity: CF[str | None] = cf("Severity", default=None)
    ```

    Tickets of that queue then load as `Incident`, whichever class was asked for; of two classes
    for one queue the later one counts. Fields of a new ticket that are not set are not sent, so
    the queue's own defaults apply.

    What is not loaded is loaded when it is read, for all tickets that were loaded together; reading
    may then raise `NotFound`, `PermissionDenied` or `TransportError`.

    Dates are instants in UTC, of whole seconds, and are assigned as a `datetime` with a time zone;
    times are minutes.
    """

    __rt_kind__: ClassVar[str] = "ticket"
    __rt_queues__: ClassVar[tuple[str, ...]] = ()
    __rt_parts__ = LINK_FIELDS
    __rt_mirrors__ = MIRRORS
    # What RT sets by itself when an attribute changes; "" is any of them.
    __rt_affects__: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "": ("last_updated", "history"),
        "status": ("started", "resolved"),
        "queue": ("status", "owner", "started", "resolved", "sla"),
        "sla": ("starts", "due"),
        "message": (
            "status",
            "started",
            "resolved",
            "told",
            "time_worked",
            "time_left",
            "attachments",
        ),
    }

    queue: Reference[Queue] = attr("Queue", LINE, default=None, by_name=True)
    """The queue's name; a `Queue` may be assigned."""
    subject: Attr[Annotated[str, _SUBJECT]] = attr("Subject", SUBJECT, default=None)
    """One line of at most 200 bytes of UTF-8."""
    status: Attr[Annotated[str, _LINE]] = attr("Status", LINE, default=None)
    """One of the queue's lifecycle; RT sets `started` and `resolved` by it."""
    owner: Reference[User] = attr("Owner", LINE, default=None, by_name=True, lost_on_create=True)
    """A user's name, "Nobody" for none; a `User` may be assigned."""
    creator: ReadOnly[str] = shown("Creator", LINE, init=False)
    """The name of the user who made it."""
    priority: Attr[Annotated[int, _FROM_ZERO]] = attr("Priority", PRIORITY, default=None)
    """A number from 0."""
    initial_priority: Attr[Annotated[int, _FROM_ZERO]] = attr(
        "InitialPriority", PRIORITY, default=None
    )
    """The priority it began with."""
    final_priority: Attr[Annotated[int, _FROM_ZERO]] = attr("FinalPriority", PRIORITY, default=None)
    """The priority it moves to as it falls due."""
    requestors: Attr[list[Annotated[str, _NO_RECORD, _WATCHER]]] = attr(
        "Requestors",
        ADDRESSES,
        default_factory=list,
        create_wire="Requestor",
        dear=True,
        lost_on_create=True,
    )
    """E-mail addresses or user names.

    RT shows a group as its members. A changed list is sent with the group in their place where RT
    tells that there is one (RT 5 and later, by REST 2.0); RT 4 replaces the group by them.
    """
    cc: Attr[list[Annotated[str, _NO_RECORD, _WATCHER]]] = attr(
        "Cc", ADDRESSES, default_factory=list, dear=True, lost_on_create=True
    )
    """E-mail addresses or user names, as in `requestors`."""
    admin_cc: Attr[list[Annotated[str, _NO_RECORD, _WATCHER]]] = attr(
        "AdminCc", ADDRESSES, default_factory=list, dear=True, lost_on_create=True
    )
    """E-mail addresses or user names, as in `requestors`."""
    created: ReadOnly[datetime] = shown("Created", INSTANT, init=False)
    """When it was made."""
    starts: Attr[Annotated[AwareDatetime, _WHOLE_SECONDS] | None] = attr(
        "Starts", INSTANT, default=None, lost_on_create=True
    )
    """When work should start."""
    started: Attr[Annotated[AwareDatetime, _WHOLE_SECONDS] | None] = attr(
        "Started", INSTANT, default=None, lost_on_create=True
    )
    """When work started."""
    due: Attr[Annotated[AwareDatetime, _WHOLE_SECONDS] | None] = attr(
        "Due", INSTANT, default=None, lost_on_create=True
    )
    """When it falls due."""
    resolved: Attr[Annotated[AwareDatetime, _WHOLE_SECONDS] | None] = attr(
        "Resolved", INSTANT, default=None, lost_on_create=True
    )
    """When it was resolved."""
    told: Attr[Annotated[AwareDatetime, _WHOLE_SECONDS] | None] = attr(
        "Told", INSTANT, default=None, creatable=False
    )
    """When its requestors were last written to."""
    last_updated: ReadOnly[datetime] = shown("LastUpdated", INSTANT, init=False)
    """When it last changed."""
    time_estimated: Attr[int] = attr("TimeEstimated", MINUTES, default=None)
    """How long it should take, in minutes."""
    time_worked: Attr[int] = attr("TimeWorked", MINUTES, default=None)
    """How long was worked on it, in minutes."""
    time_left: Attr[int] = attr("TimeLeft", MINUTES, default=None)
    """How long it should still take, in minutes."""
    sla: Attr[Annotated[str, _LINE] | None] = attr(
        "SLA", optional(LINE), default=None, optional=True, lost_on_create=True, lost_on_edit=True
    )
    """The level of service; None where the queue has none."""
    text: Attr[str] = attr("Text", MESSAGE, default=None, editable=False, stored=False)
    """Of a new ticket: its first message, any Unicode.

    Newlines at its beginning, a lone `0` and what RT cannot hold are refused.
    """
    content_type: Attr[Annotated[str, _LINE]] = attr(
        "Content-Type", LINE, default=None, editable=False, stored=False
    )
    """Of a new ticket: the media type of `text`, `text/plain` unless given."""
    files: Attr[list[File]] = attr(
        "Attachment", LINE, default_factory=list, editable=False, stored=False
    )
    """Of a new ticket: paths, open binary files or attachments that go with `text`."""

    cf: ClassVar[CustomColumns] = CustomColumns(
        CustomValues,
        'custom fields are assigned one by one, ticket.cf["Name"] = value, or by update()',
    )
    """Its custom fields by RT's names, declared or not: see `CustomValues`."""
    links: ClassVar[LinkColumns] = LinkColumns(
        Links, "links are assigned one by one: ticket.links.depends_on = [1040]"
    )
    """Six lists of tickets and URIs, such as `links.depends_on`: see `Links`."""
    attachments: ClassVar[Related[tuple[Attachment, ...]]] = Related(())
    """The files of all its messages, oldest first, RT's own mail among them.

    Each is an `Attachment`, whose content is loaded when it is read.
    """
    history: ClassVar[Related[History]] = Related(History())
    """What happened to it, oldest first: a tuple of `Transaction`; loaded when first read."""

    def __init_subclass__(cls, *, queue: str | Sequence[str] | None = None, **kwargs: Any) -> None:
        """Declare a class of tickets.

        Args:
            queue: The name of the queue, or the names of several, whose tickets load as the class.
            kwargs: Settings of Pydantic.
        """
        super().__init_subclass__(**kwargs)
        if queue is not None:
            cls.__rt_queues__ = (queue,) if isinstance(queue, str) else tuple(queue)

    @classmethod
    def __rt_declared__(cls) -> None:
        """Have tickets of the class's queues load as the class, now that it is ready."""
        for name in vars(cls).get("__rt_queues__", ()):
            _CLASSES[name.lower()] = cls

    @classmethod
    def __rt_class_for__(cls, fields: Mapping[str, str]) -> type[Self] | None:
        """The class as which a ticket with these fields loads, None if it is not one of `cls`."""
        queue = fields.get("Queue", "").lower()
        declared = _CLASSES.get(queue)
        if declared is not None and issubclass(declared, cls):
            return declared
        if not cls.__rt_queues__ or "Queue" not in fields:
            return cls
        return cls if queue in {name.lower() for name in cls.__rt_queues__} else None

    def comment(
        self,
        text: str = "",
        *,
        content_type: str = "text/plain",
        cc: str | Iterable[str] = (),
        bcc: str | Iterable[str] = (),
        time_worked: int = 0,
        status: str | None = None,
        attachments: Iterable[File] = (),
    ) -> None:
        """Comment on the ticket: staff sees it, requestors do not. Sent once, never repeated.

        RT keeps the text bit by bit (RT 4.4-6.0, REST 1.0). Unsaved changes of the ticket are not
        sent with it; what RT changes by itself as it sees the message is loaded again when read.

        Args:
            text: The message; it may be empty where there are attachments.
            content_type: The media type of `text`: `text/plain` or `text/html`.
            cc: Addresses that get this message, and no later ones.
            bcc: The same, unseen by the others.
            time_worked: Minutes, added to the ticket's `time_worked`.
            status: The ticket's status afterwards; None leaves it to RT.
            attachments: Paths, files open in binary mode, or `Attachment`s.

        Raises:
            RejectedError: Nothing was recorded: a part of the message cannot be sent, and nothing
                was (`errors` names it), or RT refused it.
            PermissionDenied: The account lacks the right CommentOnTicket or ModifyTicket.
            PartialSaveError: The message was recorded, but RT refused the status.
            NotFound: The ticket is gone.
            OutcomeUnknownError: The reply was lost: `verify()` before you send it again.
            DetachedError: The ticket belongs to no session.
        """
        self._send(
            "comment",
            text,
            content_type=content_type,
            cc=cc,
            bcc=bcc,
            time_worked=time_worked,
            status=status,
            attachments=attachments,
        )

    def reply(
        self,
        text: str = "",
        *,
        content_type: str = "text/plain",
        cc: str | Iterable[str] = (),
        bcc: str | Iterable[str] = (),
        time_worked: int = 0,
        status: str | None = None,
        attachments: Iterable[File] = (),
    ) -> None:
        """Reply to the requestors, who see it. Sent once, never repeated.

        A reply may itself open the ticket, by RT's scrips.

        Args:
            text: As in `comment`.
            content_type: As in `comment`.
            cc: As in `comment`.
            bcc: As in `comment`.
            time_worked: Minutes, added to the ticket's `time_worked`.
            status: As in `comment`.
            attachments: As in `comment`.

        Raises:
            RejectedError: As in `comment`.
            PermissionDenied: The account lacks the right ReplyToTicket or ModifyTicket.
            PartialSaveError: The message was recorded, but RT refused the status.
            NotFound: The ticket is gone.
            OutcomeUnknownError: The reply was lost: `verify()` before you send it again.
            DetachedError: The ticket belongs to no session.
        """
        self._send(
            "correspond",
            text,
            content_type=content_type,
            cc=cc,
            bcc=bcc,
            time_worked=time_worked,
            status=status,
            attachments=attachments,
        )

    def _send(self, kind: Literal["comment", "correspond"], text: str, **parts: Any) -> None:
        owner = self._owner("send a message")
        owner.send(self, compose_message(self, kind, text, **parts))

    def take(self) -> None:
        """Become the owner of a ticket that has none; at once.

        Raises:
            RejectedError: RT refused; `errors["owner"]` says why: it has an owner, or is yours.
            PermissionDenied: The account lacks the right OwnTicket or TakeTicket.
            NotFound: The ticket is gone.
            OutcomeUnknownError: The reply was lost: `verify()` tells, or `owner` read again.
            DetachedError: The ticket belongs to no session.
        """
        self._owner("take the ticket").own(self, "take")

    def untake(self) -> None:
        """Leave your ticket to Nobody; at once.

        Raises:
            RejectedError: RT refused, such as for a ticket of someone else.
            PermissionDenied: The account lacks the right ModifyTicket.
            NotFound: The ticket is gone.
            OutcomeUnknownError: The reply was lost: `verify()` tells, or `owner` read again.
            DetachedError: The ticket belongs to no session.
        """
        self._owner("untake the ticket").own(self, "untake")

    def steal(self) -> None:
        """Become the owner of a ticket that someone else owns; at once.

        Raises:
            RejectedError: RT refused, such as for a ticket that is yours already.
            PermissionDenied: The account lacks the right OwnTicket or StealTicket.
            NotFound: The ticket is gone.
            OutcomeUnknownError: The reply was lost: `verify()` tells, or `owner` read again.
            DetachedError: The ticket belongs to no session.
        """
        self._owner("steal the ticket").own(self, "steal")

    def merge_into(self, ticket: Ticket | int) -> Ticket:
        """Merge this ticket into another one; at once, sent once, and not to be undone.

        Afterwards RT knows one ticket under both ids, and so does the session: both lead to the
        record of the other ticket. This object shows that ticket, too.

        Args:
            ticket: The ticket that remains, or its id.

        Returns:
            The session's record of the ticket that remains.

        Raises:
            RejectedError: This ticket has unsaved changes, or RT refused.
            PermissionDenied: The account lacks the right ModifyTicket.
            NotFound: One of the tickets is gone.
            ValueError: The other ticket is not in RT yet, or `ticket` is no id.
            OutcomeUnknownError: The reply was lost: `verify()` tells what became of it.
            DetachedError: The ticket belongs to no session.
        """
        merged = self._owner("merge the ticket").merge(self, ticket)
        return cast("Ticket", merged)

    def _default(self, field: FieldLayout) -> Any:
        if field.name == "queue" and len(self.__rt_queues__) == 1:
            return self.__rt_queues__[0]
        return super()._default(field)

    def _summary(self) -> str:
        values = vars(self)
        subject = f" {brief(values['subject'], _SHOWN)}" if "subject" in values else ""
        status = f" {in_line(str(values['status']), _STATUS)}" if "status" in values else ""
        return subject + status if state_of(self).persistent else subject
