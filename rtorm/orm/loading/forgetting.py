"""What RT may have changed by itself is forgotten, so that it is read again; pure."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.orm.loading.shown import forget, forget_all
from rtorm.orm.records.defined import layout_for
from rtorm.orm.state import NOT_LOADED, state_of

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = ["forget_affected", "forget_links", "forgetting", "overtake"]

_LOOK_FIRST = (
    "{!r}: interrupted in the middle of a write, which RT may have carried out; look at the ticket "
    "before you send it again"
)


@contextmanager
def forgetting(*records: Record, change: str = "") -> Generator[None]:
    """Forget what RT may have changed if that is not known, or if the program is interrupted."""
    try:
        yield
    except BaseException as error:
        is_told = isinstance(error, RTError)
        if not is_told or isinstance(error, OutcomeUnknownError):
            for record in records:
                forget_affected(record, change)
        if not is_told:
            # Ctrl-C, or what another signal's handler has raised.
            error.add_note(_LOOK_FIRST.format(records[0]))
        raise


def forget_affected(record: Record, change: str) -> None:
    """Forget what RT sets by itself with such a change, or all."""
    affects = type(record).__rt_affects__
    if change:
        forget(record, {change, *affects[""], *affects.get(change, ())})
    else:
        forget_all(record)


def forget_links(tickets: Iterable[Record]) -> None:
    """Forget the links of tickets, and what changes with them."""
    for ticket in tickets:
        forget(ticket, (*ticket.__rt_names__(("links",)), "history", "last_updated"))


def overtake(record: Record, other: Record, sent: Iterable[str]) -> None:
    """Forget what is loaded of a record of which another object has sent these attributes.

    One of them may know a custom field by its name alone, or by another attribute.
    """
    original, fields = state_of(record).original, layout_for(record).fields
    written = layout_for(other).fields
    names = {name for name in sent if name in written}
    customs = {written[name].spec.custom for name in names} - {""}
    names |= {name for name, field in fields.items() if field.spec.custom in customs}
    original.update(dict.fromkeys(original.keys() & names, NOT_LOADED))
    forget_all(record)
