"""The session: one record for each thing in RT, loaded on demand and saved together."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Literal, Self, TypeVar, cast
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rtorm.errors import (
    CommitError,
    ConfigurationError,
    NotFound,
    RTError,
    StaleError,
    TimeZoneWarning,
    WrongThreadError,
)
from rtorm.gateway import Gateway, Identity, Shown
from rtorm.orm.layout import layout_of
from rtorm.orm.loading import blank, decode, fill, forget
from rtorm.orm.outcome import CommitReport, SaveResult, Verify, save_error
from rtorm.orm.plan import plan
from rtorm.orm.record import Record
from rtorm.orm.state import NOT_LOADED, Status, peers_of, state_of
from rtorm.orm.unit import UnitOfWork
from rtorm.rest1.client import Client
from rtorm.rest1.codecs import Clock
from rtorm.rest1.gateway import Rest1

__all__ = ["Session"]

R = TypeVar("R", bound=Record)
TimeZone = str | tzinfo

_BATCH = 50


class Session:
    """A unit of work on one RT.

    It holds one record for each ticket that it has met, tracks their changes, and sends them when
    it is told to: nothing is written by a read, and what was sent is not taken back.

    A session belongs to the thread that made it; threads may share its client.

    Attributes:
        client: The connection.
    """

    def __init__(
        self,
        client: Client,
        *,
        time_zone: TimeZone | None = None,
        verify: Verify = "risky",
        batch: int = _BATCH,
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
            owns_client: Whether closing the session closes the client.

        Raises:
            ConfigurationError: There is no such time zone.
        """
        self.client = client
        self._gateway: Gateway = Rest1(client)
        self._zone = None if time_zone is None else _zone(time_zone)
        self._verify: Verify = verify
        self._batch = batch
        self._owns_client = owns_client
        self._thread = threading.get_ident()
        self._known_clock: Clock | None = None
        self._records: WeakValueDictionary[tuple[str, int], Record] = WeakValueDictionary()
        self._touched: dict[int, Record] = {}
        self._new: dict[int, Record] = {}

    def __repr__(self) -> str:
        return f"<Session on {self.client.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def new(self) -> list[Record]:
        """Records that the next commit creates, in the order in which they were added."""
        return list(self._new.values())

    @property
    def dirty(self) -> list[Record]:
        """Existing records with unsent changes."""
        return [record for record in self._touched.values() if record.is_dirty]

    def get(self, cls: type[R], id: int | str) -> R:  # noqa: A002 - RT's own word
        """The record of this id, with all its fields.

        A record that the session holds with all its fields is returned without a request; one of
        which only some are loaded is completed, and its unsaved changes stay. The id of a merged
        ticket gives the record of the ticket that it was merged into.

        Args:
            cls: What to get: `Ticket`, or a class of tickets.
            id: Its id.

        Raises:
            NotFound: There is no such record, or it belongs to another class's queue.
            PermissionDenied: The account may not see it.
        """
        self._check_thread()
        number = _number(id)
        held = self._held(cls, number)
        if held is not None and not any(self._lacks(held, name) for name in _stored(held)):
            return held
        answer = self._gateway.show(cls.__rt_kind__, [number])[0]
        if isinstance(answer, RTError):
            raise answer
        return self._meet(cls, number, answer, None)

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
            ids: Their ids.
            missing: Whether a record that does not exist or may not be seen raises, or is left
                out.

        Raises:
            NotFound: One of them does not exist.
            PermissionDenied: The account may not see one of them.
        """
        self._check_thread()
        numbers = [_number(given) for given in ids]
        found: dict[int, R] = {}
        for number in numbers:
            held = self._held(cls, number)
            if held is not None:
                found[number] = held
        wanted = sorted(set(numbers) - found.keys())
        if wanted:
            cheap = layout_of(cls).cheap
            for number, answer in zip(
                wanted, self._gateway.show(cls.__rt_kind__, wanted, cheap), strict=True
            ):
                if isinstance(answer, Shown):
                    found[number] = self._meet(cls, number, answer, cheap)
                elif missing == "raise":
                    raise answer
        records = [found[number] for number in numbers if number in found]
        tied = peers_of(records)
        for record in records:
            state_of(record).peers = tied
        return records

    def add(self, record: R) -> R:
        """Have a new record created by the next commit, or take a detached one back.

        Returns:
            The same record.

        Raises:
            ValueError: It belongs to another session, or the session holds another record of
                its id.
        """
        self._check_thread()
        state = state_of(record)
        if state.session is not None and state.session is not self:
            message = f"{record!r} belongs to another session"
            raise ValueError(message)
        if not state.persistent:
            self._new[id(record)] = record
        else:
            self._hold(record, vars(record)["id"])
            if state.original:
                self._touched[id(record)] = record
        state.session = self
        return record

    def edit(self, cls: type[Record], id: int | str, **fields: Any) -> SaveResult:  # noqa: A002
        """Edit a record without loading it.

        Args:
            cls: What to edit: `Ticket`, or a class of tickets.
            id: Its id.
            fields: Attributes and their new values.

        Returns:
            What RT accepted.

        Raises:
            ValidationError: A value does not fit its field; nothing was sent.
            RejectedError: RT applied nothing.
            PartialSaveError: RT applied some of the fields.
            NotFound: There is no such record.
        """
        self._check_thread()
        number = _number(id)
        record = blank(cls, number)
        for name, value in fields.items():
            setattr(record, name, value)
        # Only now, so that the record is not taken for one of the session's own.
        state_of(record).session = self
        try:
            return self._save_one(record, None)
        finally:
            held = self._records.get((cls.__rt_kind__, number))
            if held is not None and held is not record:
                forget(held, layout_of(type(held)).fields)

    def commit(self, *, verify: Verify | None = None) -> CommitReport:
        """Send all unsent work: new records, each in a request, then all changes in few.

        Args:
            verify: What to read back; None as the session says.

        Returns:
            What became of every record.

        Raises:
            CommitError: Something was refused; everything else went through. What was refused
                is still dirty, so that another commit tries it again.
            RTError: The first request failed, and nothing was sent.
        """
        self._check_thread()
        records = [*self._new.values(), *self.dirty]
        results = self._run(records, verify)
        report = CommitReport(tuple(results))
        if not report.ok:
            raise CommitError(report)
        return report

    def rollback(self) -> None:
        """Drop everything that was not sent: changes, and records that were not created."""
        self._check_thread()
        for record in self._touched.values():
            record.discard()
        self._touched.clear()
        for record in self._new.values():
            state_of(record).session = None
        self._new.clear()

    @contextmanager
    def begin(self) -> Generator[Self]:
        """Commit when the block ends well; drop what was not sent when it raises.

        Raises:
            CommitError: Something was refused.
        """
        try:
            yield self
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def expire(self, record: Record, *names: str) -> None:
        """Forget loaded values that are not dirty; they load again when they are read.

        Args:
            record: The record.
            names: Attributes; all when none are given.
        """
        self._check_thread()
        forget(record, names or layout_of(type(record)).fields)

    def close(self) -> None:
        """Let go of all records; warns if work is unsent."""
        unsent = [*self._new.values(), *self.dirty]
        if unsent:
            told = ", ".join(map(repr, unsent[:5])) + (", …" if len(unsent) > 5 else "")  # noqa: PLR2004
            warnings.warn(
                f"the session is closed with unsent work, which stays undone: {told}",
                stacklevel=_outside(),
            )
        for record in [*self._records.values(), *self._touched.values(), *self._new.values()]:
            state_of(record).session = None
        self._records.clear()
        self._touched.clear()
        self._new.clear()
        if self._owns_client:
            self.client.close()

    def touched(self, record: Record) -> None:
        """Take note that a record is about to change; records call it."""
        self._check_thread()
        if state_of(record).persistent:
            self._touched[id(record)] = record

    def load(self, record: Record, name: str) -> None:
        """Load a field for a record and its peers in one request; records call it."""
        self._check_thread()
        peers = [peer for peer in state_of(record).peers() if self._lacks(peer, name)]
        records = {vars(peer)["id"]: peer for peer in (*peers, record)}
        wires = _to_load(record, name)
        answers = self._gateway.show(type(record).__rt_kind__, sorted(records), wires)
        for number, answer in zip(sorted(records), answers, strict=True):
            if isinstance(answer, Shown):
                fill(records[number], answer.fields, self._clock(), asked=wires)
            elif records[number] is record:
                raise answer

    def save(self, record: Record, *, check: bool, verify: Verify | None) -> SaveResult:
        """Send one record's changes; records call it."""
        self._check_thread()
        if check:
            self._compare_first(record)
        return self._save_one(record, verify)

    def refresh(self, record: Record, names: tuple[str, ...], *, keep_changes: bool) -> None:
        """Load fields anew; records call it."""
        self._check_thread()
        fields = layout_of(type(record)).fields
        wires = [fields[name].spec.wire for name in names if fields[name].spec.stored]
        whole = not names or any(not fields[name].askable for name in names)
        asked = None if whole else wires
        answer = self._gateway.show(type(record).__rt_kind__, [vars(record)["id"]], asked)[0]
        if isinstance(answer, RTError):
            raise answer
        if not keep_changes:
            record.discard(*names)
        forget(record, names or fields)
        fill(record, answer.fields, self._clock(), asked=asked, rebase=True)
        if answer.id != vars(record)["id"]:
            self._adopt(record, answer.id)
        self._settle_touched()

    def delete(self, record: Record) -> None:
        """Delete one record; records call it."""
        self._check_thread()
        doomed = blank(type(record), vars(record)["id"])
        setattr(doomed, "status", "deleted")  # noqa: B010 - of the tickets among records
        state_of(doomed).session = self
        result = self._unit(None).run([plan(doomed, self._clock)])[0]
        state = state_of(record)
        state.errors.update(result.errors)
        if error := save_error(SaveResult(record, result.outcome, {}, result.errors, result.cause)):
            raise error
        record.discard()
        state.deleted = True
        self._touched.pop(id(record), None)
        forget(record, layout_of(type(record)).fields)

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            message = (
                "a session belongs to the thread that made it: give each thread a session of its "
                "own, on the same client"
            )
            raise WrongThreadError(message)

    def _held(self, cls: type[R], number: int) -> R | None:
        record = self._records.get((cls.__rt_kind__, number))
        if record is None:
            return None
        if not isinstance(record, cls):
            raise _of_another_class(cls, number, type(record).__name__)
        return record

    def _meet(self, cls: type[R], number: int, shown: Shown, asked: Sequence[str] | None) -> R:
        """The session's record of what the server has shown, made if it is not there yet."""
        record = self._held(cls, shown.id)
        if record is None:
            kind = cls.__rt_class_for__(shown.fields)
            if kind is None:
                raise _of_another_class(cls, shown.id, f"queue {shown.fields.get('Queue')!r}")
            record = cast("R", blank(kind, shown.id))
            state_of(record).session = self
            self._records[cls.__rt_kind__, shown.id] = record
        fill(record, shown.fields, self._clock(), asked=asked)
        if number != shown.id:
            self._records[cls.__rt_kind__, number] = record
        return record

    def _hold(self, record: Record, number: int) -> None:
        key = (type(record).__rt_kind__, number)
        other = self._records.get(key)
        if other is not None and other is not record:
            message = f"the session holds another record of the same id: {other!r}"
            raise ValueError(message)
        self._records[key] = record

    def _adopt(self, record: Record, number: int) -> None:
        """Hold a record under an id that it was just given."""
        kind = type(record).__rt_kind__
        vars(record)["id"] = number
        other = self._records.get((kind, number))
        if other is None:
            self._records[kind, number] = record
        elif other is not record:
            forget(other, layout_of(type(other)).fields)
        self._new.pop(id(record), None)
        self._touched[id(record)] = record

    def _save_one(self, record: Record, verify: Verify | None) -> SaveResult:
        state = state_of(record)
        if state.status is not Status.PENDING and not record.is_dirty:
            return SaveResult(record, "unchanged")
        result = self._run([record], verify)[0]
        if error := save_error(result):
            raise error
        return result

    def _run(self, records: Sequence[Record], verify: Verify | None) -> list[SaveResult]:
        if not records:
            return []
        results = self._unit(verify).run([plan(record, self._clock) for record in records])
        for result in results:
            if result.outcome == "unknown" and not state_of(result.record).persistent:
                # Sent again, it might be created twice: only the program may decide to add it.
                self._new.pop(id(result.record), None)
                state_of(result.record).session = None
        self._settle_touched()
        return results

    def _unit(self, verify: Verify | None) -> UnitOfWork:
        return UnitOfWork(
            self._gateway, self._clock, verify or self._verify, self._batch, self._adopt
        )

    def _settle_touched(self) -> None:
        for key, record in list(self._touched.items()):
            if not state_of(record).original:
                del self._touched[key]

    def _lacks(self, record: Record, name: str) -> bool:
        state = state_of(record)
        return (
            state.session is self
            and state.persistent
            and name in type(record).__pydantic_fields__
            and name not in vars(record)
        )

    def _compare_first(self, record: Record) -> None:
        """Refuse to overwrite what someone else changed since it was read."""
        fields = layout_of(type(record)).fields
        known = {n: c.old for n, c in record.changes.items() if c.old is not NOT_LOADED}
        if not known or not state_of(record).persistent:
            return
        wires = [fields[name].spec.wire for name in known]
        asked = wires if all(fields[name].askable for name in known) else None
        answer = self._gateway.show(type(record).__rt_kind__, [vars(record)["id"]], asked)[0]
        if isinstance(answer, RTError):
            raise answer
        now = decode(record, answer.fields, self._clock(), asked=asked, expected=known)
        theirs = {
            name: now[name]
            for name, old in known.items()
            if name in now and not fields[name].codec.same(old, now[name])
        }
        if theirs:
            error = StaleError(record, theirs)
            record.errors.update(error.errors)
            raise error

    def _clock(self) -> Clock:
        if self._known_clock is None:
            self._known_clock = _clock(self._gateway.identity(), self._zone)
        return self._known_clock


def _outside() -> int:
    """The `stacklevel` of the program's own line, for a warning by the caller."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("rtorm."):
        frame, level = frame.f_back, level + 1
    return level


def _number(given: int | str) -> int:
    text = str(given).strip()
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal()) or int(text) < 1:
        message = f"not an id: {given!r}"
        raise ValueError(message)
    return int(text)


def _stored(record: Record) -> list[str]:
    fields = layout_of(type(record)).fields
    return [name for name, field in fields.items() if field.spec.stored]


def _of_another_class(cls: type[Record], number: int, of: str) -> NotFound:
    message = f"{cls.__rt_kind__} {number} is no {cls.__name__}: it is of {of}"
    return NotFound(message)


def _to_load(record: Record, name: str) -> list[str] | None:
    """RT's names of what to load when an attribute is read: what costs little, all at once."""
    layout = layout_of(type(record))
    field = layout.fields[name]
    if not field.askable:
        return None
    if field.spec.dear:
        return [field.spec.wire]
    present = vars(record)
    missing = [wire for wire in layout.cheap if layout.by_wire[wire].name not in present]
    return missing if field.spec.wire in missing else [*missing, field.spec.wire]


def _zone(given: TimeZone) -> tzinfo:
    if isinstance(given, tzinfo):
        return UTC if str(given) == "UTC" else given
    try:
        return UTC if given.upper() == "UTC" else ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"no such time zone: {given!r} (give an IANA name such as 'Europe/Rome')"
        raise ConfigurationError(message) from error


def _clock(identity: Identity, zone: tzinfo | None) -> Clock:
    learnt = identity.offset
    if zone is None:
        if learnt is None:
            return Clock(None, exact=False)
        if learnt:
            warnings.warn(
                f"RT shows dates to {identity.user} with the offset {_hours(learnt)}, which is "
                "used for all dates, whatever the season: pass time_zone= to be exact",
                TimeZoneWarning,
                stacklevel=_outside(),
            )
        return Clock(timezone(learnt) if learnt else UTC, exact=False)
    here = identity.time.astimezone(zone).utcoffset()
    if learnt is not None and here != learnt:
        message = (
            f"time_zone={str(zone)!r} is now at {_hours(here or timedelta(0))}, but RT shows dates "
            f"to {identity.user} with the offset {_hours(learnt)}: give the time zone that the "
            "account has in RT"
        )
        raise ConfigurationError(message)
    return Clock(zone, exact=True)


def _hours(offset: timedelta) -> str:
    return f"UTC{timezone(offset).tzname(None).removeprefix('UTC') or '+00:00'}"
