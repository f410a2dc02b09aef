"""Records as plain dicts, to be sent and written elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.orm.loading.selection import Selection
from rtorm.orm.record import Record

__all__ = ["columns_of", "row_of"]


def columns_of(cls: type[Record], selection: Selection) -> tuple[str, ...]:
    """The attributes that a query loads, in the order in which they are declared.

    Args:
        cls: The class of the records.
        selection: What was chosen; all that cost RT little where nothing was. The id is always
            among them.

    Raises:
        ValueError: Something was chosen that is no plain value: attachments, history, `cf`.
    """
    fields = layout_of(cls).fields
    chosen = {"id", *(selection.only or ()), *selection.include}
    if selection.only is None:
        chosen |= {field.name for field in fields.values() if _is_cheap(field)}
    parts = {name.partition(".")[0] for name in fields if "." in name}
    if unfit := sorted(chosen - fields.keys() - parts):
        message = (
            f"{cls.__name__}.{unfit[0]} is no plain value: a row holds fields and links, so leave "
            "it out of only() and include()"
        )
        raise ValueError(message)
    return tuple(name for name in fields if name in chosen or name.partition(".")[0] in chosen)


def row_of(record: Record, columns: Sequence[str]) -> dict[str, Any]:
    """The values of these attributes; what is not loaded yet is loaded for its peers, too.

    Raises:
        NotFound: RT does not show one of them.
    """
    return {name: _plain(attrgetter(name)(record)) for name in columns}


def _is_cheap(field: FieldLayout) -> bool:
    """Whether RT shows it without being asked for it, and quickly."""
    spec = field.spec
    return spec.stored and not (spec.dear or spec.unlisted or spec.part)


def _plain(value: Any) -> Any:
    # A tracked list knows its record, and that one its session.
    return [*value] if isinstance(value, list) else value
