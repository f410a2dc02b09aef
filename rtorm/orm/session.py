"""The session: one record for each thing in RT, loaded on demand and saved together."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Literal, Self, TypeVar, overload

from rtorm.errors import CommitError, ConfigurationError
from rtorm.models.attachment import Attachment, File
from rtorm.models.ticket import Ticket
from rtorm.models.transaction import Transaction
from rtorm.orm.loading.classes import check_records
from rtorm.orm.loading.clocks import TimeZone, outside, zone_of
from rtorm.orm.loading.shown import forget, forget_all
from rtorm.orm.query import Query
from rtorm.orm.record import Record
from rtorm.orm.records.results import CommitReport, SaveResult, Verify, check_verify
from rtorm.orm.running.crew import Progress
from rtorm.orm.state import state_of
from rtorm.orm.workspace import Workspace
from rtorm.rest1.client import Client
from rtorm.rest1.gateway import Rest1

__all__ = ["Session"]

R = TypeVar("R", bound=Record)

_BATCH = 50
_TOLD = 5


class Session:
    """A unit of work on one RT.

    It holds one record for each ticket, queue, user and group that it has met, tracks their
    changes, and sends them when it is told to: nothing is written by a read, and what was sent is
    not taken back.

    A session belongs to the thread that made it; threads may share its client.

    Attributes:
        client: The connection; its `get` and `post` send what rtorm has no other place for.
    """

    def __init__(
        self,
        client: Client,
        *,
        time_zone: TimeZone | None = None,
        verify: Verify = "risky",
        batch: int = _BATCH,
        parallel: int = 1,
        owns_client: bool = False,
    ) -> None:
        """Open a session; nothing is sent yet.

        Args:
            client: The connection.
            time_zone: The time zone of the account in RT, as an IANA name or a tzinfo. RT prints
                dates in it without naming it. Without it, dates are read with the account's
                present offset, and cannot be written.
            verify: `"risky"` reads back after a write what RT can lose in silence, `"always"`
                everything sent, `"never"` nothing.
            batch: How many forms one request carries at most.
            parallel: How many requests are under way at most, where there are many: chunks of a
                commit, of an update, of a query. Each takes one of RT's processes, and one thread
                with a login of its own.
            owns_client: Whether closing the session closes the client.

        Raises:
            ConfigurationError: There is no such time zone, `verify` is none of these words, or
                `batch` or `parallel` no whole number from 1.
        """
        check_verify(verify)
        _check_count("batch", batch, "the forms of one request")
        _check_count("parallel", parallel, "the requests at a time")
        self.client = client
        self._owns_client = owns_client
        zone = None if time_zone is None else zone_of(time_zone)
        self._work = Workspace(
            Rest1(client), zone=zone, verify=verify, batch=batch, parallel=parallel
        )

    def __repr__(self) -> str:
        return f"<Session on {self.client.url}>"

    def __enter__(self) -> Self:
        self._work.check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def new(self) -> list[Record]:
        """Records that the next commit creates, in the order in which they were added."""
        return self._work.records.new

    @property
    def dirty(self) -> list[Record]:
        """Existing records with unsent changes."""
        return [record for record in self._work.records.touched if record.is_dirty]

    @overload
    def get(self, cls: type[R], id: int | str) -> R: ...
    @overload
    def get(self, cls: type[Transaction], id: int | str) -> Transaction: ...
    @overload
    def get(self, cls: type[Attachment], id: int | str) -> Attachment: ...
    def get(self, cls: type[Any], id: int | str) -> Any:  # noqa: A002 - RT's own word
        """The record of this id or name, with all its fields; or one entry, one attachment.

        A record that the session holds with all its fields is returned without a request; one of
        which only some are loaded is completed, and its unsaved changes stay. The id of a merged
        ticket gives the record of the ticket that it was merged into.

        A `Transaction` and an `Attachment` are what the ticket's `history` and `attachments` hold
        of this number, whichever ticket it is. They are asked for each time: an attachment in
        three requests, its content left out; a transaction in two, one more if it has attachments,
        one more for names of users.

        Args:
            cls: What to get: `Ticket`, or a class of tickets, `Queue`, `User`, `Group`;
                `Transaction`, `Attachment`.
            id: Its id; of a queue, user or group also its name, in any letter case, of a user also
                the e-mail address. Digits are an id. Disabled ones answer to their id only.

        Raises:
            NotFound: There is no such record, or it belongs to another class's queue; there is no
                such transaction or attachment, or it belongs to something else than a ticket.
            PermissionDenied: The account may not see it.
            ValueError: It is neither an id nor a name.
            TypeError: `cls` is none of these classes.
            DetachedError: The session is closed.
            TransportError: The network failed.
        """
        return self._work.get(cls, id)

    def get_many(
        self,
        cls: type[R],
        ids: Iterable[int | str],
        *,
        missing: Literal["raise", "skip"] = "raise",
    ) -> list[R]:
        """The records of these ids, in their order, in one request.

        The fields that cost RT little are loaded: its own and the class's custom fields. Watcher
        lists, which cost RT ten times all else, load for all of the records as soon as one of
        them is asked for.

        Args:
            cls: What to get.
            ids: Their ids, no names.
            missing: Whether a record that does not exist or may not be seen raises, or is left
                out.

        Raises:
            NotFound: One of them does not exist, or belongs to another class's queue.
            PermissionDenied: The account may not see one of them.
            ValueError: One of them is no id.
            TypeError: `cls` is no class of records.
            DetachedError: The session is closed.
            TransportError: The network failed.
        """
        check_records(cls)
        return self._work.get_many(cls, ids, missing=missing)

    def query(self, cls: type[R]) -> Query[R]:
        """A query for records of a class; nothing is sent before they are asked for.

        Args:
            cls: What to find: `Ticket`, or a class of tickets, `Queue`, `User`, `Group`.

        Raises:
            TypeError: `cls` is no class of records.
        """
        check_records(cls)
        return Query(self._work, cls)

    def check(self, query: Query[Any]) -> None:
        """Find out whether RT knows what a query names.

        RT itself finds nothing by an unknown name, and everything by its denial.

        Queues and users are asked for in one request each, and the custom fields of the queues
        that the query is for in one for each queue, if the account may see them. What a status is
        called, RT does not tell, and `sql()` is not looked into.

        Raises:
            QueryError: RT knows no such queue, user or custom field; or it cannot be asked this.
            ConfigurationError: A date is compared, and the account's time zone was not given.
            DetachedError: The session is closed.
            TransportError: The network failed.
        """
        query.__rt_check__()

    def add(self, record: R) -> R:
        """Have a new record created by the next commit, or take a detached one back.

        Returns:
            The same record.

        Raises:
            ValueError: It belongs to another session, or the session holds another record of
                its id.
            DetachedError: The session is closed.
        """
        self._work.add(record)
        return record

    def edit(self, cls: type[Record], id: int | str, **fields: Any) -> SaveResult:  # noqa: A002
        """Edit a record without loading it.

        Args:
            cls: What to edit: `Ticket`, or a class of tickets, `Queue`, `User`, `Group`.
            id: Its id, no name.
            fields: Attributes and their new values.

        Returns:
            What RT accepted.

        Raises:
            ValidationError: A value does not fit its field; nothing was sent.
            RejectedError: RT applied nothing.
            PartialSaveError: RT applied some of the fields.
            NotFound: There is no such record.
            PermissionDenied: The account may not modify it.
            AttributeError: There is no such field, or RT sets it.
            ValueError: It is no id.
            TypeError: `cls` is no class of records.
            DetachedError: The session is closed.
            OutcomeUnknownError: The reply was lost. An edit may be sent again.
        """
        check_records(cls)
        return self._work.edit(cls, id, fields)

    def comment(
        self,
        id: int | str,  # noqa: A002 - RT's own word
        text: str = "",
        *,
        content_type: str = "text/plain",
        cc: str | Iterable[str] = (),
        bcc: str | Iterable[str] = (),
        time_worked: int = 0,
        status: str | None = None,
        attachments: Iterable[File] = (),
    ) -> None:
        """Comment on a ticket without loading it: one request, as `Ticket.comment()` says.

        So can an account that may comment and may not see the ticket (RT 4.4-5.0, REST 1.0: the
        right CommentOnTicket is all that it takes). What the session holds of the ticket is loaded
        again when it is read.

        Args:
            id: The ticket's id.
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
            NotFound: There is no such ticket.
            ValueError: It is no id.
            DetachedError: The session is closed.
            OutcomeUnknownError: The reply was lost: `verify()` before you send it again.
        """
        self._work.unloaded(Ticket, id).comment(
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
        id: int | str,  # noqa: A002 - RT's own word
        text: str = "",
        *,
        content_type: str = "text/plain",
        cc: str | Iterable[str] = (),
        bcc: str | Iterable[str] = (),
        time_worked: int = 0,
        status: str | None = None,
        attachments: Iterable[File] = (),
    ) -> None:
        """Reply to a ticket's requestors without loading it, as `Ticket.reply()` says.

        Args:
            id: The ticket's id.
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
            NotFound: There is no such ticket.
            ValueError: It is no id.
            DetachedError: The session is closed.
            OutcomeUnknownError: The reply was lost: `verify()` before you send it again.
        """
        self._work.unloaded(Ticket, id).reply(
            text,
            content_type=content_type,
            cc=cc,
            bcc=bcc,
            time_worked=time_worked,
            status=status,
            attachments=attachments,
        )

    def commit(
        self,
        *,
        check: bool = False,
        verify: Verify | None = None,
        progress: Progress | None = None,
    ) -> CommitReport:
        """Send all unsent work: new records, each in a request, then all changes in few.

        Ctrl-C ends it, and tells how far it came. With the session's `parallel` above 1, what is
        under way is waited for, unless Ctrl-C is pressed again; otherwise the outcome of the
        request that was interrupted is unknown.

        With `parallel` above 1, new records of one kind are made in any order, so that their ids
        need not follow that of `add()`. Of edits the order is kept where records are known to
        depend on each other: links are changed, or a status of tickets whose links are loaded.

        Args:
            check: Compare first what is about to be written with the server, in one request for
                each kind of record, of tickets in two, and do not send what someone else changed:
                `report.stale`. What came in between is told by `report.overwritten`, as
                `Record.save()` says. New records need no check.
            verify: What to read back; None as the session says.
            progress: Called in this thread with the number of records that are done and that of
                all, first with none, then after each request that sends something. `rtorm.progress`
                has a bar. What it raises ends the commit as Ctrl-C does, and is raised with the
                report's summary in its notes.

        Returns:
            What became of every record.

        Raises:
            CommitError: Something was refused, or its reply was lost; everything else went through,
                unless the network failed: `report.unsent` is what was not sent then.
                What was refused is still dirty, so that another commit tries it again. With
                `check`, also where all went through and something was overwritten.
            CommitInterrupted: Ctrl-C was pressed; no `RTError`, but a `KeyboardInterrupt`.
            ConfigurationError: `verify` is none of these words.
            DetachedError: The session is closed.
            RTError: The first request failed, or that of the check, and nothing was sent.
        """
        self._work.check_open()
        records = [*self.new, *self.dirty]
        report = CommitReport(tuple(self._work.run(records, verify, progress, check=check)))
        if not report.ok:
            raise CommitError(report)
        return report

    def rollback(self) -> None:
        """Drop everything that was not sent: changes, and records that were not created."""
        self._work.check_thread()
        records, new = self._work.records, self.new
        for record in records.touched:
            record.discard()
        for record in new:
            state_of(record).session = None
        records.drop([*records.touched, *new])

    @contextmanager
    def begin(self, *, check: bool = False) -> Generator[Self]:
        """Commit when the block ends well; drop what was not sent when it raises.

        Args:
            check: Whether that commit compares first what it is about to write with the server, as
                `commit()` says.

        Raises:
            CommitError: Something was refused, or as `commit()` says of `check`.
            DetachedError: The session is closed.
        """
        self._work.check_open()
        try:
            yield self
        except BaseException:
            self.rollback()
            raise
        self.commit(check=check)

    def expire(self, record: Record, *names: str) -> None:
        """Forget loaded values that are not dirty; they load again when they are read.

        Args:
            record: The record.
            names: Attributes, `links`, `attachments` and `history` among them; all when none are
                given.

        Raises:
            AttributeError: There is no such attribute.
            DetachedError: The session is closed.
        """
        self._work.check_open()
        if not names:
            forget_all(record)
            return
        state = state_of(record)
        custom = [name for name in names if name.partition(".")[0] == "cf"]
        if custom:
            state.unread = None
        # Before it was asked which there are, none of them is loaded by its name.
        known = [name for name in names if state.defined is not None or name not in custom]
        if known:
            forget(record, record.__rt_names__(tuple(known)))

    def close(self) -> None:
        """Let go of all records, for good; warns if work is unsent.

        What is loaded of them can still be read, and they can be added to another session. Loading,
        saving, and all else that would send something raises `DetachedError`; closing the session
        again does nothing. A client that `connect()` has made is closed with it: its connections
        end, and a later request of the program's own logs in anew.

        Raises:
            WrongThreadError: It is closed by another thread than its own.
        """
        self._work.check_thread()
        unsent = [*self.new, *self.dirty]
        if unsent:
            told = ", ".join(map(repr, unsent[:_TOLD])) + (", …" if len(unsent) > _TOLD else "")
            warnings.warn(
                f"the session is closed with unsent work, which stays undone: {told}",
                stacklevel=outside(),
            )
        self._work.close()
        if self._owns_client:
            self.client.close()


def _check_count(name: str, given: object, what: str) -> None:
    if type(given) is not int or given < 1:
        message = f"{name}={given!r}: give a whole number from 1, {what}"
        raise ConfigurationError(message)
