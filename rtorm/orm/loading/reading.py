"""How a session reads: records by id and name, fields at first touch, what belongs to records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import tzinfo
from functools import partial
from typing import Literal, TypeVar, cast

from rtorm.errors import NotFound, PermissionDenied, RTError
from rtorm.gateway import FileDetails, Gateway, ListedFile, Shown
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.belongings import Belongings
from rtorm.orm.loading.classes import is_record_class
from rtorm.orm.loading.clocks import clock_for
from rtorm.orm.loading.custom_reading import CustomReader
from rtorm.orm.loading.identity_map import IdentityMap
from rtorm.orm.loading.selection import Selection
from rtorm.orm.loading.shown import blank, fill, fill_blank, forget, forget_all
from rtorm.orm.record import Record
from rtorm.orm.records.defined import PREFIX, layout_for
from rtorm.orm.running.crew import Crew
from rtorm.orm.running.guarded import Guarded
from rtorm.orm.state import NOT_LOADED, Owner, state_of, tie
from rtorm.rest1.clock import Clock

__all__ = ["Reading", "number_of", "to_ask"]

R = TypeVar("R", bound=Record)

_CUSTOM = PREFIX.rstrip(".")
_FILES, _HISTORY = "attachments", "history"


class Reading(Guarded, Owner):
    """The records of one session, and all that loads something of them.

    Attributes:
        gateway: The server.
        crew: Who sends requests, several at a time.
        records: Those that the session holds.
        made: The ids of the tickets that it has made.
    """

    def __init__(self, gateway: Gateway, zone: tzinfo | None, parallel: int = 1) -> None:
        super().__init__()
        self.gateway = gateway
        self.crew = Crew(parallel)
        self.records = IdentityMap()
        self.made: set[int] = set()
        self._belongings = Belongings(gateway, self)
        self._custom = CustomReader(gateway, self)
        self._zone = zone
        self._clock: Clock | None = None

    @property
    def time_zone(self) -> tzinfo | None:
        """The account's time zone, if it was given."""
        return self._zone

    @property
    def known_clock(self) -> Clock | None:
        """The account's clock, if the server was asked for it."""
        return self._clock

    def clock(self) -> Clock:
        """The account's clock; the server is asked for it once."""
        if self._clock is None:
            self._clock = clock_for(self.gateway.identity(), self._zone)
        return self._clock

    def close(self) -> None:
        """Let go of all records."""
        for record in self.records.clear():
            state_of(record).session = None
        self.crew.close()
        super().close()

    def get(self, cls: type[R], wanted: int | str) -> R:
        """The record of this id or name, complete; of what is no record, the one of this id."""
        self.check_open()
        if not is_record_class(cls):
            return cast("R", self._belongings.getter(cls)(number_of(wanted)))
        if cls.__rt_named__ and isinstance(wanted, str) and not _is_number(wanted):
            answer = self.gateway.named(cls.__rt_kind__, wanted)
            if isinstance(answer, RTError):
                raise answer
            return self._meet(cls, answer.id, answer, None)
        number = number_of(wanted)
        held = self.records.held(cls, number)
        if held is not None and not any(self._lacks(held, name) for name in _shown_at_once(held)):
            state_of(held).strict = False
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
        numbers = [number_of(given) for given in ids]
        found: dict[int, R] = {}
        for number, answer in self._each(cls, sorted(set(numbers))):
            if not isinstance(answer, RTError):
                found[number] = answer
            elif missing == "raise" or not isinstance(answer, NotFound | PermissionDenied):
                raise answer
        records = [found[number] for number in numbers if number in found]
        for record in records:
            state_of(record).strict = False
        tie(records)
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

    def found(self, cls: type[R], shown: Iterable[Shown], selection: Selection) -> list[R]:
        """The session's records of what a query has shown, with all that it is to load."""
        asked, met = selection.asked(cls), dict[int, R]()
        for each in shown:
            if each.id in met:
                continue  # RT may tell a ticket twice.
            try:
                met[each.id] = self._meet(cls, each.id, each, asked)
            except NotFound:
                continue  # It has left the class's queue meanwhile.
        records = list(met.values())
        for group in tie(records):
            for record in group:
                state_of(record).strict = selection.strict
            if selection.strict:
                self._note_unshown(group, asked or ())
            # The history brings the attachments along.
            later = sorted(selection.later(cls), key=lambda name: name != _HISTORY)
            if together := _together(cls, later):
                self._complete_together(group, together)
            for name in later:
                self._complete(group, name)
        return records

    def _note_unshown(self, records: Iterable[Record], wires: Iterable[str]) -> None:
        """Have strict records tell what was asked for and not shown from what was not asked for."""
        for record in records:
            layout, told = layout_for(record), state_of(record).told
            fields = [layout.at_wire(wire) for wire in wires]
            names = [field.name for field in fields if field is not None]
            told.update(dict.fromkeys((name for name in names if self._lacks(record, name)), None))

    def pieces(
        self, cls: type[R], numbers: Sequence[int], selection: Selection, size: int
    ) -> Iterator[list[R]]:
        """The records of these ids, so many at a time, as they are needed.

        Those that are gone meanwhile, or may not be seen any more, are left out.
        """
        asked = selection.asked(cls)
        chunks = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        show = partial(self.gateway.show, cls.__rt_kind__, fields=asked)
        for chunk, answers in zip(chunks, self.crew.each(show, chunks), strict=True):
            self.check_open()
            yield self.found(cls, _still_there(chunk, answers), selection)

    def load(self, record: Record, name: str) -> None:
        """Load a field for a record and its peers in one request, or what is related to them."""
        self.check_open()
        state, number = state_of(record), vars(record)["id"]
        if name in state.told:
            # Of a strict query's record nothing is asked for again.
            if said := state.told[name] if state.strict else state.told.pop(name):
                raise said.with_traceback(None)
            return
        kind = type(record).__rt_kind__
        # A commit ties records of several kinds, whose attributes and ids may be the same.
        alike = [peer for peer in state.peers() if type(peer).__rt_kind__ == kind]
        if error := self._load_for(record, name, alike).get(number):
            raise error

    def _load_for(
        self, record: Record, name: str, alike: Iterable[Record]
    ) -> Mapping[int, RTError]:
        """Load something of a record and of others that lack it; gives why it failed, by id."""
        lacking = [
            each
            for each in alike
            if each is not record and self._lacks(each, name) and name not in state_of(each).told
        ]
        peers = lacking if self._belongings.loads_many(name) else []
        failed = self._load(record, name, peers)
        for peer in peers:
            # Else each of them would have it asked for again, for all.
            if self._lacks(peer, name):
                state_of(peer).told[name] = failed.get(vars(peer)["id"])
        return failed

    def _complete_together(self, records: Sequence[Record], names: Iterable[str]) -> None:
        """Load links and attachments of those that lack all of these."""
        lacking = [each for each in records if all(self._lacks(each, name) for name in names)]
        answers = self.gateway.related([vars(each)["id"] for each in lacking]) if lacking else []
        for record, (links, files) in zip(lacking, answers, strict=True):
            if isinstance(links, Shown):
                self.take_in(record, links, ())
            self._belongings.list_files(record, files)

    def _complete(self, records: Sequence[Record], name: str) -> None:
        """Load something for all of these; where it cannot be, reading it says why."""
        for record in records:
            if name == _CUSTOM:
                self._custom.define(record)
            elif self._lacks(record, name) and name not in state_of(record).told:
                failed = self._load_for(record, name, records)
                if self._lacks(record, name):
                    state_of(record).told[name] = failed.get(vars(record)["id"])

    def _load(self, record: Record, name: str, peers: Sequence[Record]) -> Mapping[int, RTError]:
        """Load something of a record and its peers; gives why it failed, by id."""
        layout = layout_for(record)
        records = {vars(peer)["id"]: peer for peer in (*peers, record)}
        numbers = sorted(records)
        if name in layout.related:
            return self._belongings.load(name, record, [records[number] for number in numbers])
        links = bool(layout.fields[name].spec.part)
        wires = [] if links else _to_load(record, name)
        answers = self.gateway.show(type(record).__rt_kind__, numbers, wires, links=links)
        failed: dict[int, RTError] = {}
        for number, answer in zip(numbers, answers, strict=True):
            if isinstance(answer, Shown):
                self._take_over(records[number], answer)
                self.take_in(records[number], answer, wires)
            else:
                failed[number] = answer
        if name not in vars(record) and layout.fields[name].spec.number is not None:
            try:
                self._custom.load_numbered(record, name, records)
            except NotFound as error:
                failed |= {n: error for n, each in records.items() if name not in vars(each)}
        return failed

    def _take_over(self, record: Record, shown: Shown) -> None:
        """Make a record of a ticket that was merged meanwhile one of the other ticket."""
        if shown.id == vars(record)["id"]:
            return
        original = state_of(record).original
        original.update(dict.fromkeys(original, NOT_LOADED))
        forget_all(record)
        self.records.adopt(record, shown.id)
        self.records.settle()

    def define(self, record: Record) -> None:
        """Learn which custom fields a ticket has; loads those of it and its peers in one request.

        Of a ticket that is known to have them already, nothing is asked.
        """
        self.check_open()
        self._custom.define(record)

    def prepare(self, record: Record) -> None:
        """Learn what must be known before custom fields are written, if any are changed."""
        self._custom.prepare(record)

    def take_in(
        self,
        record: Record,
        shown: Shown,
        asked: Sequence[str] | None,
        *,
        rebase: bool = False,
    ) -> None:
        """Put what the server shows onto a record."""
        if asked is None and type(record).__rt_kind__ == "ticket":
            self._custom.catalogue.note(shown.fields.get("Queue"), shown)
        fields, doubled = shown.fields, shown.doubled
        fill(record, fields, self.clock(), asked=asked, rebase=rebase, doubled=doubled)

    def refresh(self, record: Record, names: tuple[str, ...], *, keep_changes: bool) -> None:
        """Load fields anew; all of them if there are no names."""
        self.check_open()
        layout = layout_for(record)
        forget(record, set(names) & set(layout.related) if names else layout.related)
        chosen = [name for name in names if name in layout.fields]
        if names and not chosen:
            return
        asked, links = to_ask(record, chosen or state_of(record).original)
        answer = self.shown(record, asked if chosen else None, links=links)
        if not keep_changes:
            record.discard(*names)
        # Before the values that the comparison is about change.
        state_of(record).settle(record)
        forget(record, chosen or layout.fields)
        self.take_in(record, answer, asked if chosen else None, rebase=True)
        if answer.id != vars(record)["id"]:
            self.records.adopt(record, answer.id)
        self.records.settle()

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
        if record is None or type(record).__rt_class_for__(shown.fields) is None:
            record = self._first_met(cls, shown, asked)
        else:
            self._show_again(record, shown, asked)
        if number != shown.id:
            self.records.hold(record, number)
        return record

    def _first_met(self, cls: type[R], shown: Shown, asked: Sequence[str] | None) -> R:
        """A record of what the server has shown, which the session does not have as such."""
        kind = cls.__rt_class_for__(shown.fields)
        if kind is None:
            raise _of_another_class(cls, shown)
        known = self.records.fitted(kind, shown.id, shown.fields)
        if known is not None:
            self._show_again(known, shown, asked)
            return known
        record = cast("R", blank(kind, shown.id))
        record.__rt_state__.session = self
        self.records.hold(record, shown.id)
        whole = asked is None or bool(shown.doubled)
        if whole or not fill_blank(record, shown.fields, self.clock(), tuple(asked or ())):
            self.take_in(record, shown, asked)
        return record

    def _show_again(self, record: Record, shown: Shown, asked: Sequence[str] | None) -> None:
        state = state_of(record)
        state.settle(record)
        state.strict = False
        self.take_in(record, shown, asked)

    def shown(self, record: Record, asked: Sequence[str] | None, *, links: bool) -> Shown:
        """What the server shows of a record now.

        Raises:
            RTError: It does not show it.
        """
        kind, number = type(record).__rt_kind__, vars(record)["id"]
        answer = self.gateway.show(kind, [number], asked, links=links)[0]
        if isinstance(answer, RTError):
            raise answer
        if said := type(record).__rt_hidden__(answer.fields):
            raise PermissionDenied(said)
        return answer

    def _lacks(self, record: Record, name: str) -> bool:
        state, layout = state_of(record), layout_for(record)
        return (
            state.session is self
            and state.persistent
            and name not in vars(record)
            and (name in layout.fields or name in layout.related)
        )


def _still_there(numbers: Sequence[int], answers: Iterable[Shown | RTError]) -> Iterator[Shown]:
    """What is shown of records that were found before; those merged into others are gone."""
    for number, answer in zip(numbers, answers, strict=True):
        if isinstance(answer, Shown) and answer.id == number:
            yield answer
        elif not isinstance(answer, Shown | NotFound | PermissionDenied):
            raise answer


def number_of(given: int | str) -> int:
    """The id that is meant.

    Raises:
        ValueError: It is none.
    """
    text = str(given).strip()
    if isinstance(given, bool) or not _is_number(text) or int(text) < 1:
        message = f"not an id: {given!r}; an id is a number from 1"
        raise ValueError(message)
    return int(text)


def _is_number(text: str) -> bool:
    # RT takes no other digits for numbers.
    return text.isascii() and text.isdecimal()


def to_ask(record: Record, names: Iterable[str]) -> tuple[list[str] | None, bool]:
    """RT's names of some fields, None for all if one has no such name; and whether links do."""
    fields = layout_for(record).fields
    chosen = [fields[name] for name in names]
    own = [field for field in chosen if not field.spec.part and field.spec.stored]
    askable = all(field.askable for field in own)
    asked = [field.spec.wire for field in own] if askable else None
    return asked, any(field.spec.part for field in chosen)


def _of_another_class(cls: type[Record], shown: Shown) -> NotFound:
    queue = shown.fields.get("Queue")
    return NotFound(f"{cls.__rt_kind__} {shown.id} is no {cls.__name__}: it is of queue {queue!r}")


def _shown_at_once(record: Record) -> list[str]:
    """What RT shows of a record in one reply."""
    specs = {name: field.spec for name, field in layout_for(record).fields.items()}
    return [
        name
        for name, spec in specs.items()
        if spec.stored and not (spec.part or spec.unlisted or spec.number)
    ]


def _together(cls: type[Record], names: Sequence[str]) -> list[str]:
    """Those of the names that are loaded in one request: links and attachments, if both are."""
    fields = layout_of(cls).fields
    links = [name for name in names if name in fields and fields[name].spec.part]
    return [*links, _FILES] if links and _FILES in names and _HISTORY not in names else []


def _to_load(record: Record, name: str) -> list[str] | None:
    """RT's names of what to load when an attribute is read: what costs little, all at once."""
    layout = layout_for(record)
    field = layout.fields[name]
    if field.spec.dear:
        return [field.spec.wire]
    if layout.cheap is None or not field.askable:
        return None
    present = vars(record)
    if name.startswith(PREFIX):
        alike = [each for each in layout.fields.values() if each.name.startswith(PREFIX)]
        absent = [each for each in alike if each.name not in present]
        return [each.spec.wire for each in absent] if all(e.askable for e in absent) else None
    missing = [wire for wire in layout.cheap if layout.by_wire[wire].name not in present]
    return missing if field.spec.wire in missing else [*missing, field.spec.wire]
