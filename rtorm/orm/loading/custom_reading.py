"""Loads the custom fields of tickets that no class declares, or that share their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rtorm.errors import NotFound
from rtorm.gateway import Gateway, Shown
from rtorm.orm.declaring.custom import WRITTEN, is_unnamable
from rtorm.orm.loading.catalogue import Catalogue, queue_of
from rtorm.orm.loading.shown import decode, fill, numbered_texts, undeclared
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock

__all__ = ["CustomReader", "by_number", "seen_by_number"]


class Holder(Protocol):
    """What holds the records."""

    def clock(self) -> Clock:
        """The account's clock."""
        ...

    def take_in(self, record: Record, shown: Shown, asked: Sequence[str] | None) -> None:
        """Put what the server shows onto a record."""
        ...


class CustomReader:
    """Reads custom fields by what the server defines.

    Attributes:
        catalogue: What is known of the queues' custom fields.
    """

    def __init__(self, gateway: Gateway, holder: Holder) -> None:
        self.catalogue = Catalogue(gateway)
        self._gateway = gateway
        self._holder = holder

    def define(self, record: Record) -> None:
        """Learn which custom fields a ticket has; loads those of it and its peers in one request.

        Of a ticket that is known to have them already, nothing is asked.
        """
        state, queue = state_of(record), queue_of(record)
        known = state.defined is not None and state.defined.queue == queue
        if known and not state.unread and (state.unread is not None or not state.persistent):
            return
        if record.__rt_moves__():
            # RT shows nothing of another queue's custom fields before the ticket is there.
            state.unread = {}
        elif state.defined is not None and not known:
            state.unread = None
        if state.persistent and state.unread is None:
            self._load(record, queue)
        self.catalogue.define(record, queue)
        self._read(record)

    def prepare(self, record: Record) -> None:
        """Learn what must be known before custom fields are written, if any are changed."""
        if self.catalogue.prepare(record):
            self._read(record)

    def load_numbered(self, record: Record, name: str, records: Mapping[int, Record]) -> None:
        """Load a custom field that has its name in common with another one, by its number.

        Args:
            record: The record of which it was asked.
            name: The attribute.
            records: That one and its peers, by id.

        Raises:
            NotFound: The server does not tell it.
        """
        field = layout_for(record).fields[name]
        lacking = {number: each for number, each in records.items() if name not in vars(each)}
        numbers = sorted(lacking)
        answers = self._gateway.numbered_values(numbers, [field.spec.number or 0])
        if answers is None:
            message = (
                f"{record!r}: RT shows one value for all custom fields that are called "
                f"{field.spec.custom!r}, and only RT 5 and later tell by REST 2.0 which is whose"
            )
            raise NotFound(message)
        for number, values in zip(numbers, answers, strict=True):
            texts = numbered_texts(field, values)
            fill(lacking[number], texts, self._holder.clock(), asked=())

    def numbered_now(self, record: Record, names: Sequence[str]) -> dict[str, Any]:
        """What RT holds now of custom fields that share their name with others, if it tells it."""
        number, clock = vars(record)["id"], self._holder.clock()
        told = seen_by_number(self._gateway, record, number, dict.fromkeys(names), clock)
        return told or {}

    def _read(self, record: Record) -> None:
        """Put what was shown of custom fields into the fields that there are now."""
        state = state_of(record)
        if state.unread:
            fill(record, state.unread, self._holder.clock(), asked=())
            # Once: what is saved meanwhile is newer than what was shown.
            state.unread = undeclared(layout_for(record), state.unread)

    def _load(self, record: Record, queue: str) -> None:
        """Load the custom fields of a ticket, and of its peers in the same queue."""
        peers = {vars(peer)["id"]: peer for peer in _peers(record, queue)}
        asked, numbers = self._wires(queue), sorted(peers)
        answers = self._gateway.show("ticket", numbers, asked)
        for number, answer in zip(numbers, answers, strict=True):
            peer = peers[number]
            if isinstance(answer, Shown):
                self._holder.take_in(peer, answer, asked)
                state_of(peer).unread = undeclared(layout_for(peer), answer.fields)
            elif peer is record:
                raise answer

    def _wires(self, queue: str) -> list[str] | None:
        """RT's names of the custom fields of a queue; None if it cannot be asked for them alone."""
        names = [definition.name for definition in self.catalogue.definitions(queue)]
        if not names or len(set(names)) < len(names) or any(map(is_unnamable, names)):
            return None
        return list(map(WRITTEN.name.format, names))


def seen_by_number(
    gateway: Gateway, record: Record, ticket: int, expected: Mapping[str, Any], clock: Clock
) -> dict[str, Any] | None:
    """The values that RT holds of custom fields by their numbers; None if it does not tell them.

    Args:
        gateway: The server.
        record: The ticket.
        ticket: Its id.
        expected: What it should hold, by attribute; those without a number are left out.
        clock: The account's clock.
    """
    fields = layout_for(record).fields
    numbers = [number for n in expected if (number := fields[n].spec.number) is not None]
    if not numbers:
        return {}
    answers = gateway.numbered_values([ticket], numbers)
    return None if answers is None else by_number(record, answers[0], expected, clock)


def by_number(
    record: Record,
    values: Mapping[int, Sequence[str]],
    expected: Mapping[str, Any],
    clock: Clock,
) -> dict[str, Any]:
    """What a ticket holds of custom fields, from what the server tells by their numbers."""
    fields = layout_for(record).fields
    told = [
        numbered_texts(fields[n], values) for n in expected if fields[n].spec.number is not None
    ]
    texts = {wire: text for each in told for wire, text in each.items()}
    return decode(record, texts, clock, asked=(), expected=expected)


def _peers(record: Record, queue: str) -> list[Record]:
    """A ticket and those that were loaded with it, as far as their custom fields were not."""
    others = [
        peer
        for peer in state_of(record).peers()
        if state_of(peer).session is state_of(record).session
        and state_of(peer).persistent
        and state_of(peer).unread is None
        and vars(peer).get("queue") == queue
    ]
    return [*others, record]
