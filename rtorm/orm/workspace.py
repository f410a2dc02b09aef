"""What stands behind a session: its records, their loading and saving, and the verbs of tickets.

Records, attachments and queries speak to it; programs speak to the `Session`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import tzinfo
from typing import Any, Literal, TypeVar, cast

from rtorm.errors import (
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    RejectedError,
    RTError,
    StaleError,
)
from rtorm.gateway import Action, FileDetails, Gateway, ListedFile, Message, Shown
from rtorm.orm.belongings import Belongings
from rtorm.orm.classes import is_record_class
from rtorm.orm.clocks import clock_for
from rtorm.orm.correspondence import message_error
from rtorm.orm.guarded import Guarded
from rtorm.orm.identity_map import IdentityMap
from rtorm.orm.layout import layout_of
from rtorm.orm.loading import blank, decode, fill, forget
from rtorm.orm.mirroring import agree, take_note
from rtorm.orm.outcome import SaveResult, Verify, check_verify, refusal_of, save_error
from rtorm.orm.plan import CreatePlan, Plan, Unsendable, plan
from rtorm.orm.record import Record
from rtorm.orm.state import NOT_LOADED, Change, Status, peers_of, state_of
from rtorm.orm.unit import UnitOfWork
from rtorm.rest1.clock import Clock

__all__ = ["Workspace"]

R = TypeVar("R", bound=Record)

_OWNED: dict[Action, str] = {"take": "taken", "untake": "untaken", "steal": "stolen"}


class Workspace(Guarded):
    """The records of one session and what can be done with them, in one thread."""

    def __init__(
        self, gateway: Gateway, *, zone: tzinfo | None, verify: Verify, batch: int
    ) -> None:
        super().__init__()
        self.gateway = gateway
        self.records = IdentityMap()
        self._belongings = Belongings(gateway, self)
        self._zone = zone
        self._verify: Verify = verify
        self._batch = batch
        self._clock: Clock | None = None

    def clock(self) -> Clock:
        """The account's clock; the server is asked for it once."""
        if self._clock is None:
            self._clock = clock_for(self.gateway.identity(), self._zone)
        return self._clock

    def close(self) -> None:
        """Let go of all records."""
        for record in self.records.clear():
            state_of(record).session = None
        super().close()

    def get(self, cls: type[R], wanted: int | str) -> R:
        """The record of this id or name, complete; of what is no record, the one of this id."""
        self.check_open()
        if not is_record_class(cls):
            return cast("R", self._belongings.getter(cls)(_number(wanted)))
        if cls.__rt_named__ and isinstance(wanted, str) and not wanted.isdecimal():
            answer = self.gateway.named(cls.__rt_kind__, wanted)
            if isinstance(answer, RTError):
                raise answer
            return self._meet(cls, answer.id, answer, None)
        number = _number(wanted)
        held = self.records.held(cls, number)
        if held is not None and not any(self._lacks(held, name) for name in _shown_at_once(held)):
            return held
        answer = self.gateway.show(cls.__rt_kind__, [number])[0]
        if isinstance(answer, RTError):
            raise answer
        return self._meet(cls, number, answer, None)

    def get_many(
        self, cls: type[R], ids: Iterable[int | str], *, missing: Literal["raise", "skip"]
    ) -> list[R]:
        """The records of these ids, in their order, with what costs little."""
        self.check_open()
        numbers = [_number(given) for given in ids]
        found: dict[int, R] = {}
        for number, answer in self._each(cls, sorted(set(numbers))):
            if not isinstance(answer, RTError):
                found[number] = answer
            elif missing == "raise" or not isinstance(answer, NotFound | PermissionDenied):
                raise answer
        records = [found[number] for number in numbers if number in found]
        tied = peers_of(records)
        for record in records:
            state_of(record).peers = tied
        return records

    def _each(self, cls: type[R], numbers: Sequence[int]) -> Iterator[tuple[int, R | RTError]]:
        """The record of each id, or why there is none of this class."""
        kind, cheap = cls.__rt_kind__, layout_of(cls).cheap
        # Strongly, since a record that nobody holds may be gone at any time.
        held = {number: self.records.held(cls, number) for number in numbers}
        wanted = [number for number, record in held.items() if record is None]
        answers = self.gateway.show(kind, wanted, cheap) if wanted else []
        shown = dict(zip(wanted, answers, strict=True))
        for number in numbers:
            answer = shown.get(number)
            try:
                if isinstance(answer, Shown):
                    yield number, self._meet(cls, number, answer, cheap)
                elif answer is not None:
                    yield number, answer
                elif record := held[number]:
                    yield number, record
            except (NotFound, PermissionDenied) as error:
                yield number, error

    def met(self, cls: type[R], shown: Shown) -> R:
        """The session's record of what a query has shown of a queue, a user or a group."""
        return self._meet(cls, shown.id, shown, None)

    def add(self, record: Record) -> None:
        """Take a new record, or a detached one."""
        self.check_open()
        state = state_of(record)
        if state.session is not None and state.session is not self:
            message = f"{record!r} belongs to another session"
            raise ValueError(message)
        self.records.take(record)
        if state.session is None:
            # The attachments of a copy belong to no session.
            forget(record, layout_of(type(record)).related)
        state.session = self

    def edit(self, cls: type[Record], wanted: int | str, fields: Mapping[str, Any]) -> SaveResult:
        """Edit a record without loading it."""
        self.check_open()
        number = _number(wanted)
        record = blank(cls, number)
        for name, value in fields.items():
            setattr(record, name, value)
        # Only now, so that the record is not taken for one of the session's own.
        state_of(record).session = self
        try:
            return self._save_one(record, None)
        finally:
            held = self.records.of(cls.__rt_kind__, number)
            if held is not None and held is not record:
                _overtake(held, fields)

    def touched(self, record: Record) -> None:
        """Take note that a record is about to change."""
        self.check_open()
        if state_of(record).persistent:
            self.records.touch(record)

    def load(self, record: Record, name: str) -> None:
        """Load a field for a record and its peers in one request, or what is related to them."""
        self.check_open()
        kind, layout = type(record).__rt_kind__, layout_of(type(record))
        # A commit ties records of several kinds, whose attributes and ids may be the same.
        alike = [peer for peer in state_of(record).peers() if type(peer).__rt_kind__ == kind]
        peers = [peer for peer in alike if self._lacks(peer, name)]
        records = {vars(peer)["id"]: peer for peer in (*peers, record)}
        numbers = sorted(records)
        if name in layout.related:
            self._belongings.load(name, record, [records[number] for number in numbers])
            return
        links = bool(layout.fields[name].spec.part)
        wires = [] if links else _to_load(record, name)
        answers = self.gateway.show(kind, numbers, wires, links=links)
        for number, answer in zip(numbers, answers, strict=True):
            if isinstance(answer, Shown):
                fill(records[number], answer.fields, self.clock(), asked=wires)
            elif records[number] is record:
                raise answer

    def refresh(self, record: Record, names: tuple[str, ...], *, keep_changes: bool) -> None:
        """Load fields anew; all of them if there are no names."""
        self.check_open()
        layout = layout_of(type(record))
        forget(record, set(names) & set(layout.related) if names else layout.related)
        chosen = [name for name in names if name in layout.fields]
        if names and not chosen:
            return
        asked, links = _to_ask(record, chosen or state_of(record).original)
        answer = self._shown(record, asked if chosen else None, links=links)
        if not keep_changes:
            record.discard(*names)
        forget(record, chosen or layout.fields)
        fill(record, answer.fields, self.clock(), asked=asked if chosen else None, rebase=True)
        if answer.id != vars(record)["id"]:
            self.records.adopt(record, answer.id)
        self.records.settle()

    def save(self, record: Record, *, check: bool, verify: Verify | None) -> SaveResult:
        """Send one record's changes."""
        self.check_open()
        if check:
            self._compare_first(record)
        return self._save_one(record, verify)

    def run(self, records: Sequence[Record], verify: Verify | None) -> list[SaveResult]:
        """Send the changes of some records; one result for each."""
        if not records:
            return []
        unit, together = self._unit(verify), frozenset(records)
        agree(records, self._ticket)
        plans = [plan(record, self.clock, together) for record in records]
        results = unit.run(plans)
        self._forget_linked(plans)
        if any(map(_is_about_deletion, results)):
            _forget_links(self.records.of_kind("ticket"))
        for result in results:
            take_note(result.record, result.applied, self._ticket)
            self._forget_namesake(result.record, {*result.applied, *result.errors})
            if result.outcome == "unknown" and not state_of(result.record).persistent:
                self._let_go(result.record)
        self.records.settle()
        return results

    def delete(self, record: Record) -> None:
        """Delete one record."""
        self.check_open()
        if "status" not in layout_of(type(record)).fields:
            said = f"RT deletes no {type(record).__rt_kind__} over REST 1.0: disable it instead"
            raise RejectedError(record, {"": [said]}, None, "deleted")
        doomed = blank(type(record), vars(record)["id"])
        # Past the validators of its class, which may not know this status.
        vars(doomed)["status"] = "deleted"
        state_of(doomed).original["status"] = NOT_LOADED
        state_of(doomed).session = self
        result = self._unit(None).run([plan(doomed, self.clock)])[0]
        state = state_of(record)
        state.errors.update(result.errors)
        told = SaveResult(record, result.outcome, {}, result.errors, result.cause)
        if error := save_error(told, "deleted"):
            raise error
        record.discard()
        state.deleted = True
        self.records.drop([record])
        _forget_all(record)
        _forget_links(self.records.of_kind("ticket"))

    def send(self, record: Record, message: Message) -> None:
        """Comment on a ticket or reply to it."""
        self.check_open()
        number = vars(record)["id"]
        with _forgetting(record, "message"):
            said = self.gateway.message(number, message)
        if said.refusal is None:
            self._renew(record, "message")
        if said.errors and self._has_status(number, message.status):
            return
        if said.refusal is not None or said.errors:
            raise message_error(record, message, said)

    def own(self, record: Record, action: Action) -> None:
        """Change the owner of a ticket."""
        self.check_open()
        with _forgetting(record, "owner"):
            said = self.gateway.own(vars(record)["id"], action)
        if said.refusal is not None:
            # RT's reason may be an owner that was not loaded.
            forget(record, ("owner",))
            raise refusal_of(record, "owner", said.refusal, _OWNED[action])
        self._renew(record, "owner")

    def merge(self, record: Record, into: Record | int) -> Record:
        """Merge a ticket into another one; both ids lead to the record of that one then."""
        self.check_open()
        old, number = vars(record)["id"], _target_of(into)
        if said := _objection_to_merging(record, number):
            raise RejectedError(record, {"": [said]}, None, "merged")
        target = self.records.of(type(record).__rt_kind__, number) or record
        with _forgetting(record), _forgetting(target):
            answer = self.gateway.merge(old, number)
        if answer.refusal is not None:
            raise refusal_of(record, "", answer.refusal, "merged")
        self.records.hold(target, old)
        self.records.hold(target, number)
        vars(record)["id"] = number
        for each in {id(record): record, id(target): target}.values():
            self._renew(each)
        return target

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of an attachment, by pieces."""
        self.check_open()
        return self.gateway.download(ticket, file)

    def details(self, file: int) -> FileDetails:
        """What RT tells of an attachment beside its bytes."""
        self.check_open()
        return self.gateway.file_details(file)

    def _meet(self, cls: type[R], number: int, shown: Shown, asked: Sequence[str] | None) -> R:
        """The session's record of what the server has shown, made if it is not there yet."""
        if said := cls.__rt_hidden__(shown.fields):
            raise PermissionDenied(said)
        record = self.records.held(cls, shown.id)
        if record is None:
            kind = cls.__rt_class_for__(shown.fields)
            if kind is None:
                raise _of_another_class(cls, shown)
            record = cast("R", self.records.narrowed(kind, shown.id) or blank(kind, shown.id))
            state_of(record).session = self
            self.records.hold(record, shown.id)
        fill(record, shown.fields, self.clock(), asked=asked)
        self.records.hold(record, number)
        return record

    def _shown(self, record: Record, asked: Sequence[str] | None, *, links: bool) -> Shown:
        kind, number = type(record).__rt_kind__, vars(record)["id"]
        answer = self.gateway.show(kind, [number], asked, links=links)[0]
        if isinstance(answer, RTError):
            raise answer
        if said := type(record).__rt_hidden__(answer.fields):
            raise PermissionDenied(said)
        return answer

    def _save_one(self, record: Record, verify: Verify | None) -> SaveResult:
        state = state_of(record)
        if state.status is not Status.PENDING and not record.is_dirty:
            return SaveResult(record, "unchanged")
        result = self.run([record], verify)[0]
        if error := save_error(result):
            raise error
        return result

    def _unit(self, verify: Verify | None) -> UnitOfWork:
        chosen: Verify = self._verify if verify is None else verify
        check_verify(chosen)
        return UnitOfWork(
            gateway=self.gateway,
            clock=self.clock,
            verify=chosen,
            batch=self._batch,
            adopt=self.records.adopt,
            let_go=self._let_go,
        )

    def _let_go(self, record: Record) -> None:
        """Sent again, it might be created twice: only the program may decide to add it."""
        self.records.drop([record])
        state_of(record).session = None

    def _ticket(self, number: int) -> Record | None:
        return self.records.of("ticket", number)

    def _forget_namesake(self, record: Record, sent: Iterable[str]) -> None:
        """After a merge there are two objects for one ticket: what one wrote, the other reads."""
        other = self.records.of(type(record).__rt_kind__, vars(record).get("id", 0))
        if other is not None and other is not record:
            _overtake(other, sent)

    def _forget_linked(self, plans: Iterable[Plan]) -> None:
        """Links show on both of their tickets: what is loaded of the other one is out of date."""
        sent = [(each.record, links) for each in plans if (links := _links_in(each))]
        unseen = [record for record, links in sent if NOT_LOADED in (c.old for c in links)]
        if unseen:
            # What was linked before is not known.
            kept = unseen if len(unseen) == 1 else ()
            _forget_links(ticket for ticket in self.records.of_kind("ticket") if ticket not in kept)
        for record, links in sent:
            ends = (end for change in links for end in _ends_of(change) if isinstance(end, int))
            others = map(self._ticket, ends)
            _forget_links(other for other in others if other is not None and other is not record)

    def _has_status(self, number: int, status: str) -> bool:
        """Whether the ticket has the status that RT said nothing good of: it may have had it."""
        try:
            answer = self.gateway.show("ticket", [number], ["Status"])[0]
        except RTError:
            # The message was recorded, and that is what must be told.
            return False
        return isinstance(answer, Shown) and answer.fields["Status"].lower() == status.lower()

    def _renew(self, record: Record, change: str = "") -> None:
        """Forget what RT sets by itself with such a change, or all, of what is not dirty."""
        state, changed = state_of(record), record.changes
        for name in [name for name in state.original if name not in changed]:
            del state.original[name]
        if changed:
            # What is unsaved is compared from now on with what RT holds after that.
            try:
                self.refresh(record, (), keep_changes=True)
            except RTError:
                state.original.update(dict.fromkeys(changed, NOT_LOADED))
        _forget_affected(record, change)

    def _lacks(self, record: Record, name: str) -> bool:
        state, layout = state_of(record), layout_of(type(record))
        return (
            state.session is self
            and state.persistent
            and name not in vars(record)
            and (name in layout.fields or name in layout.related)
        )

    def _compare_first(self, record: Record) -> None:
        """Refuse to overwrite what someone else changed since it was read."""
        fields = layout_of(type(record)).fields
        known = {n: c.old for n, c in record.changes.items() if c.old is not NOT_LOADED}
        if not known or not state_of(record).persistent:
            return
        asked, links = _to_ask(record, known)
        answer = self._shown(record, asked, links=links)
        now = decode(record, answer.fields, self.clock(), asked=asked, expected=known)
        theirs = {
            name: now[name]
            for name, old in known.items()
            if name in now and not fields[name].codec.same(old, now[name])
        }
        if theirs:
            error = StaleError(record, theirs)
            record.errors.update(error.errors)
            raise error


def _of_another_class(cls: type[Record], shown: Shown) -> NotFound:
    queue = shown.fields.get("Queue")
    return NotFound(f"{cls.__rt_kind__} {shown.id} is no {cls.__name__}: it is of queue {queue!r}")


def _number(given: int | str) -> int:
    text = str(given).strip()
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal()) or int(text) < 1:
        message = f"not an id: {given!r}; an id is a number from 1"
        raise ValueError(message)
    return int(text)


def _shown_at_once(record: Record) -> list[str]:
    """What RT shows of a record in one reply."""
    specs = {name: field.spec for name, field in layout_of(type(record)).fields.items()}
    return [n for n, spec in specs.items() if spec.stored and not (spec.part or spec.unlisted)]


def _to_load(record: Record, name: str) -> list[str] | None:
    """RT's names of what to load when an attribute is read: what costs little, all at once."""
    layout = layout_of(type(record))
    field = layout.fields[name]
    if field.spec.dear:
        return [field.spec.wire]
    if layout.cheap is None or not field.askable:
        return None
    present = vars(record)
    missing = [wire for wire in layout.cheap if layout.by_wire[wire].name not in present]
    return missing if field.spec.wire in missing else [*missing, field.spec.wire]


def _to_ask(record: Record, names: Iterable[str]) -> tuple[list[str] | None, bool]:
    """RT's names of some fields, None for all if one has no such name; and whether links do."""
    fields = layout_of(type(record)).fields
    chosen = [fields[name] for name in names]
    own = [field for field in chosen if not field.spec.part and field.spec.stored]
    askable = all(field.askable for field in own)
    asked = [field.spec.wire for field in own] if askable else None
    return asked, any(field.spec.part for field in chosen)


def _is_about_deletion(result: SaveResult) -> bool:
    """Whether RT hides links of a ticket now, or no more; it does so at their other ends, too."""
    status = result.applied.get("status")
    return status is not None and "deleted" in (status.old, str(status.new).lower())


def _links_in(sent: Plan) -> list[Change[Any]]:
    """The changes of links that were sent, with what the record holds now among the new ones."""
    if isinstance(sent, Unsendable):
        return []
    new = isinstance(sent, CreatePlan)
    return [
        Change([] if new else change.old, [*change.new, *vars(sent.record).get(name, ())])
        for name, change in sent.changes.items()
        if name.startswith("links.")
    ]


def _ends_of(change: Change[Any]) -> Iterator[Any]:
    yield from change.new
    yield from () if change.old is NOT_LOADED else change.old


def _forget_links(tickets: Iterable[Record]) -> None:
    for ticket in tickets:
        forget(ticket, (*ticket.__rt_names__(("links",)), "history", "last_updated"))


def _target_of(into: Record | int) -> int:
    if isinstance(into, Record) and type(into).__rt_kind__ != "ticket":
        message = f"{into!r} is no ticket"
        raise ValueError(message)
    if isinstance(into, Record) and not state_of(into).persistent:
        message = f"{into!r} is not in RT yet; commit it first"
        raise ValueError(message)
    return _number(into.id if isinstance(into, Record) else into)


def _objection_to_merging(record: Record, number: int) -> str:
    if number == vars(record)["id"]:
        return "a ticket cannot be merged into itself"
    if record.is_dirty:
        return (
            "it has unsaved changes, which would be saved on the ticket that it is merged into: "
            "save() or discard() them first"
        )
    return ""


@contextmanager
def _forgetting(record: Record, change: str = "") -> Generator[None]:
    """Forget what RT may have changed if that is not known, after Ctrl-C, too."""
    try:
        yield
    except (OutcomeUnknownError, KeyboardInterrupt):
        _forget_affected(record, change)
        raise


def _forget_affected(record: Record, change: str) -> None:
    """Forget what RT sets by itself with such a change, or all."""
    affects = type(record).__rt_affects__
    if change:
        forget(record, {change, *affects[""], *affects.get(change, ())})
    else:
        _forget_all(record)


def _overtake(record: Record, sent: Iterable[str]) -> None:
    """Forget what is loaded of a record of which another object has sent these attributes."""
    original = state_of(record).original
    original.update(dict.fromkeys(original.keys() & set(sent), NOT_LOADED))
    _forget_all(record)


def _forget_all(record: Record) -> None:
    layout = layout_of(type(record))
    forget(record, (*layout.fields, *layout.related))
