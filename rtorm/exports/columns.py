"""What a row of an export holds: the names that a user gives, and what they stand for; pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from rtorm.models.ticket import Ticket
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.selection import CHEAP
from rtorm.orm.queries.rows import columns_of

__all__ = ["CUSTOM", "EVERY_CUSTOM", "columns_named", "spelt", "usual_columns"]

CUSTOM = "cf."
"""What the name of a custom field's column begins with: `cf.Severity`."""
EVERY_CUSTOM = "cf"
"""The custom fields that each ticket's queue has, a column each."""

_LINKS = "links"
_OPTIONS = {"history": "--history", "attachments": "--attachments"}
# The name of a custom field stands in braces where it holds a comma; RT itself writes it so.
_ONE = re.compile(r"\s*((?:cf|CustomField)\.\{.+?\}|[^,]*?)\s*(?:,|\Z)", re.IGNORECASE | re.DOTALL)
_BRACED = re.compile(r"(?:cf|CustomField)\.\{(.+)\}\Z", re.IGNORECASE | re.DOTALL)


def usual_columns() -> tuple[str, ...]:
    """All that costs RT little, and the custom fields."""
    return (*columns_of(Ticket, CHEAP), EVERY_CUSTOM)


def columns_named(texts: Iterable[str]) -> tuple[str, ...]:
    """The columns that are meant, each once, the id before all.

    Args:
        texts: Names joined by commas: those of attributes, `links` for all links, `cf.Severity` or
            `cf.{Severity}` for a custom field, `cf` for all.

    Raises:
        ValueError: There is no such attribute.
    """
    given = [name for text in texts for name in _ONE.findall(text) if name]
    names = [each for name in given for each in _meant(name)]
    if EVERY_CUSTOM in names:
        names = [name for name in names if not name.startswith(CUSTOM)]
    return tuple(dict.fromkeys(("id", *names)))


def spelt(names: Iterable[str]) -> dict[str, str]:
    """Names of custom fields as RT has them, by their small letters: any letter case will do."""
    return {name.lower(): name for name in names}


def _meant(name: str) -> tuple[str, ...]:
    if found := _BRACED.match(name):
        name = CUSTOM + found[1]
    lower = name.lower()
    if lower == EVERY_CUSTOM:
        return (EVERY_CUSTOM,)
    if lower.startswith(CUSTOM) and name[len(CUSTOM) :].strip():
        return (CUSTOM + name[len(CUSTOM) :],)
    known = _known()
    links = tuple(each for each in known if each.partition(".")[0] == _LINKS)
    if lower == _LINKS:
        return links
    if lower in known:
        return (lower,)
    if option := _OPTIONS.get(name):
        message = f"column {name!r} comes by {option}"
        raise ValueError(message)
    near = difflib.get_close_matches(name, [*known, _LINKS, EVERY_CUSTOM], 1)
    hint = f"did you mean {near[0]!r}? A" if near else "a"
    message = f"column {name!r}: tickets have no such attribute; {hint} custom field is cf.NAME"
    raise ValueError(message)


def _known() -> list[str]:
    fields = layout_of(Ticket).fields.values()
    return [field.name for field in fields if field.spec.stored]
