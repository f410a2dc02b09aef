"""Who the watchers of tickets are whose lists are about to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rtorm.gateway import Gateway, Holders
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.record import Record
from rtorm.orm.state import state_of

__all__ = ["learn_holders"]


def learn_holders(gateway: Gateway, records: Iterable[Record]) -> None:
    """Learn which groups there are in lists that have been shown and changed since.

    Of a list that is set without having been shown, nothing is asked: it means what it says.

    Raises:
        RTError: The server did not answer.
    """
    changed = {record: names for record in records if (names := _changed(record))}
    numbers = sorted({vars(record)["id"] for record in changed})
    found: Mapping[int, Mapping[str, Holders]] = gateway.holders(numbers) if numbers else {}
    for record, names in changed.items():
        fields, told = layout_of(type(record)).fields, found.get(vars(record)["id"], {})
        wires = {name: fields[name].spec.wire for name in names}
        state_of(record).holders = {
            name: told[wire] for name, wire in wires.items() if wire in told
        }


def _changed(record: Record) -> Sequence[str]:
    state = state_of(record)
    state.holders = {}
    if not state.persistent or type(record).__rt_kind__ != "ticket":
        return []
    fields = layout_of(type(record)).fields
    return [
        name
        for name, change in record.changes.items()
        if name in fields and fields[name].spec.wire in ROLES and isinstance(change.old, list)
    ]
