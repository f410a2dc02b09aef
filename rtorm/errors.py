"""Every exception that rtorm raises, one tree; imports the standard library alone.

```
RTError
├── TransportError        the network failed, and nothing was carried out
├── OutcomeUnknownError   the reply to a write was lost: it may or may not have happened
├── AuthenticationError   RT or the web server does not accept the login
├── PermissionDenied      the account may not do this
├── NotFound              no such record, or it is gone
├── QueryError            RT refused the TicketSQL
├── ProtocolError         the reply is not REST 1.0, or cannot be understood
├── ConfigurationError    time zone, language, missing or wrong settings
├── SaveError             RT or a validator refused a save
│   ├── RejectedError     nothing was applied
│   │   ├── ForbiddenError    … since the account lacks a right (also a PermissionDenied)
│   │   └── GoneError         … since there is no such record (also a NotFound)
│   ├── PartialSaveError  some fields were applied, others refused
│   └── StaleError        someone else changed the fields; nothing was sent
│       └── OverwrittenError  … or it was: the change came between check and write
├── CommitError           a commit in which at least one record was refused
├── DetachedError         the record belongs to no session, or the session is closed
├── NotLoadedError        an attribute was read that a strict query has not loaded
└── WrongThreadError      a session was used from a thread that is not its own
CommitInterrupted (KeyboardInterrupt)   Ctrl-C during a commit: what was sent and what was not
TimeZoneWarning, ExposedPasswordWarning (UserWarning)
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtorm.orm.record import Record
    from rtorm.orm.records.results import CommitReport
    from rtorm.orm.state import Change

__all__ = [
    "AuthenticationError",
    "CommitError",
    "CommitInterrupted",
    "ConfigurationError",
    "DetachedError",
    "ExposedPasswordWarning",
    "ForbiddenError",
    "GoneError",
    "NotFound",
    "NotLoadedError",
    "OutcomeUnknownError",
    "OverwrittenError",
    "PartialSaveError",
    "PermissionDenied",
    "ProtocolError",
    "QueryError",
    "RTError",
    "RejectedError",
    "SaveError",
    "StaleError",
    "TimeZoneWarning",
    "TransportError",
    "WrongThreadError",
]


class RTError(Exception):
    """The root of everything that rtorm raises.

    Attributes:
        retry_after: Seconds after which the same may be tried again, where it may do better then
            and does no harm; None elsewhere. Reads and edits were tried again before, as `retries`
            of the `Client` says.
    """

    retry_after: float | None = None


class TransportError(RTError):
    """The network failed and RT carried out nothing: a read, or a write that was never sent."""


class OutcomeUnknownError(RTError):
    """The reply to a write was lost, so RT may or may not have carried it out.

    Edits set absolute values and may be saved again. A create, comment, reply or merge is
    never repeated by rtorm: `verify()` finds out whether it happened.

    Attributes:
        found: Ids of what may have come of the write, as far as `verify()` has found any: of
            records, for a create; of history entries, for a comment or reply.
    """

    found: tuple[int, ...] = ()
    _happened: bool | None = None
    __rt_ask__: Callable[[float], tuple[bool | None, tuple[int, ...]]] | None = None

    def verify(self, *, wait: float = 10.0) -> bool | None:
        """Ask RT whether the write was carried out; nothing is written, and it may be called again.

            except OutcomeUnknownError as error:
                if error.verify() is False:
                    session.add(ticket).save()

        - **Create of a ticket**: looks for tickets that the account has created since, with this
          queue, subject, text, files and requestors, but for those that the session made otherwise.
          If there is one, the record stands for it from then on: it is in the session, and what RT
          does not hold of it is unsaved. Of several, and where scrips may have altered one, the
          answer is None, and `found` tells them. Of a queue, user or group it is False or None: RT
          tells their names, not when they were made.
        - **Edit, deletion**: compares what was sent with what RT holds, which its record then
          knows. What RT does not hold is still unsaved. Of a commit's request that held edits of
          several records, this is of all of them.
        - **Comment, reply**: looks for it in the ticket's history. One in HTML cannot be told from
          others, since RT shows it as plain text.
        - **Take, untake, steal; merge**: looks at the owner; at the ticket.

        An equal ticket or message of the same account, made by another program at the same time or
        within the two seconds before, counts as it.

        Args:
            wait: Seconds for which a create or a message is looked for again while it is not there,
                since RT may still be at work. Where a time limit ran out, give more.

        Returns:
            True where it was carried out, False where it was not; None where that cannot be told,
            as where the account may not see what it has created, where RT does not tell its time,
            or after `client.post`.

        Raises:
            RTError: RT could not be asked, or does not show the record.
            DetachedError: The session is closed.
            WrongThreadError: It is called in another thread than the session's own.
        """
        if self.__rt_ask__ is None:
            return None
        if not self._happened:
            self._happened, self.found = self.__rt_ask__(wait)
        return self._happened

    def __reduce__(self) -> tuple[Any, ...]:
        # A session does not travel.
        return type(self), self.args, {k: v for k, v in vars(self).items() if k != "__rt_ask__"}


class AuthenticationError(RTError):
    """RT, or the web server in front of it, does not accept the login."""


class PermissionDenied(RTError):  # noqa: N818 - the public name says what RT says
    """The account is logged in but lacks a right."""


class NotFound(RTError):  # noqa: N818 - the public name says what happened
    """The record does not exist, is gone, or does not show the field."""


class QueryError(RTError):
    """RT refused the text of a query."""


class ProtocolError(RTError):
    """The reply is not one of REST 1.0: a wrong URL, an HTML page, a cut or crashed reply."""


class ConfigurationError(RTError):
    """A setting is missing or contradicts the server; the message names the remedy."""


class SaveError(RTError):
    """A save was refused, wholly or in part.

    Attributes:
        record: The record that was saved.
        applied: What RT accepted, attribute name to `Change`.
        errors: What was refused and why, in RT's own words: attribute name to messages.
            The key `""` stands for the record as a whole.
        deed: What was tried: the record was to be "saved", "merged", "commented on" …
    """

    def __init__(
        self,
        record: Record,
        errors: Mapping[str, list[str]],
        applied: Mapping[str, Change[Any]] | None = None,
        deed: str = "saved",
    ) -> None:
        self.record = record
        self.deed = deed
        self.errors: dict[str, list[str]] = dict(errors)
        self.applied: dict[str, Change[Any]] = dict(applied or {})
        super().__init__(self._sentence())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.record, self.errors, self.applied, self.deed)

    def _sentence(self) -> str:
        refused = "; ".join(
            f"{name}: {' '.join(messages)}" if name else " ".join(messages)
            for name, messages in self.errors.items()
        )
        return f"{self._headline()}: {refused}" if refused else self._headline()

    def _headline(self) -> str:
        return f"{self.record!r} was not {self.deed}"


class RejectedError(SaveError):
    """Nothing of the save was applied; every change is still there, to mend and save again."""


class ForbiddenError(RejectedError, PermissionDenied):
    """Nothing of the save was applied, since the account lacks a right."""


class GoneError(RejectedError, NotFound):
    """Nothing of the save was applied, since the record does not exist."""


class PartialSaveError(SaveError):
    """RT applied some fields and refused others; only the refused ones are still dirty.

    Of a list that it refuses, RT may have applied items: nothing is in `applied` then.
    """

    def _headline(self) -> str:
        accepted = ", ".join(self.applied)
        extent = f"in part ({accepted} accepted)" if accepted else "at most in part"
        rest = "the rest was refused or could not be read back"
        return f"{self.record!r} was {self.deed} {extent}, {rest}"


class StaleError(SaveError):
    """Someone else changed a field that was about to be written; nothing was sent.

    Of what is an `OverwrittenError` all was sent: the change came too late to be seen.

    Attributes:
        theirs: The server's present values of those fields, by attribute name. Call
            `record.refresh(keep_changes=True)` to take note of them, then save again.
    """

    _SAID = "is {!r} on the server meanwhile"

    def __init__(
        self,
        record: Record,
        theirs: Mapping[str, object],
        applied: Mapping[str, Change[Any]] | None = None,
        refused: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.theirs: dict[str, object] = dict(theirs)
        self._refused: dict[str, list[str]] = dict(refused or {})
        said = {name: [self._SAID.format(value)] for name, value in theirs.items()}
        super().__init__(record, {**self._refused, **said}, applied)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.record, self.theirs, self.applied, self._refused)


class OverwrittenError(StaleError):
    """A checked save went through, and took the place of a change that nobody has seen.

    It came between the check and the write, and RT's history told of it afterwards. Where both
    crossed each other, it cannot be told which one RT holds now: `record.refresh()` shows it.

    Attributes:
        applied: What RT accepted, attribute name to `Change`: all that was sent, but for what
            `errors` says that RT refused.
        theirs: What they had set, by attribute name, as far as RT's history tells: of several
            values the last one, of a list what it was with the members that they added, and
            without those that they removed.
    """

    _SAID = "was set to {!r} by someone else between check and write"

    def _headline(self) -> str:
        return f"{self.record!r} was saved over a change that had not been seen"


def _first_line(report: CommitReport) -> str:
    return report.summary().partition("\n")[0]


class CommitError(RTError):
    """At least one record of a commit was refused; everything else went through.

    Of a checked commit also: something went through over a change that had not been seen.

    Attributes:
        report: The `CommitReport`: what became of every record, in order.
    """

    def __init__(self, report: CommitReport) -> None:
        self.report = report
        super().__init__(report.summary())

    def __repr__(self) -> str:
        # Its words are of many lines, and `report` has all of them.
        return f"{type(self).__name__}({_first_line(self.report)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.report,)


_GO_ON = (
    "another commit() goes on with the rest; of an update(), save the record of each of "
    "report.unsent and report.unknown, or run it again"
)


class CommitInterrupted(KeyboardInterrupt):
    """Ctrl-C was pressed during a commit; it began nothing new and tells what became of all.

    What RT has applied is clean. What was not sent or not confirmed is still dirty, so that another
    commit goes on with it; a new record of which it is not known whether it was made has left the
    session. What a query's `update()` has not sent no commit sends: the report alone knows those
    records. Each of them can be saved by `result.record.save()`, or the update run again.

    Attributes:
        report: The `CommitReport`: what became of every record, in order; `report.unsent` are those
            whose turn never came.
    """

    def __init__(self, report: CommitReport) -> None:
        self.report = report
        super().__init__(f"interrupted; {_GO_ON}; {report.summary()}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_first_line(self.report)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.report,)


class DetachedError(RTError):
    """Nothing can be loaded or saved: the record is of no session, or the session is closed."""


class NotLoadedError(RTError):
    """An attribute was read that a `strict()` query has not loaded, and is not to load."""


class WrongThreadError(RTError):
    """A session was used from a thread that is not the one that made it."""


class TimeZoneWarning(UserWarning):
    """Dates are read with the account's present offset, since no `time_zone` was given."""


class ExposedPasswordWarning(UserWarning):
    """A file of settings holds a password, and other accounts of the machine may read it."""
