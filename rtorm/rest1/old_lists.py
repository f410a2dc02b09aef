r"""Custom fields of several values as RT before 4.2.11 writes and reads them; pure.

It puts values that hold a comma into quotes and writes `\'` for `'` in all of them, a backslash as
it is. It reads `'...'` with `\'` in it, cuts at every comma first, and puts the pieces of a value
in quotes together again without the blanks beside its commas (RT 3.8-4.2, REST 1.0; not run here).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtorm.rest1.forms import EncodeError

__all__ = ["join_values", "split_values"]

# An item in quotes, or else all up to the next comma: no other item begins with a bare quote.
_ITEM = re.compile(r"(?:'([^']*+(?:(?<=\\)'[^']*+)*)'|([^,]*+))(?:,|\Z)")

# What RT would change, or what has it read on beyond the end of the value.
_LOST = (
    (re.compile(r"\s,|,\s"), "drops the blanks beside a comma"),
    (re.compile(r"\A,"), "takes a comma at the beginning for the end"),
    (re.compile(r"\\\Z"), "does not find the end of a value with a backslash there"),
    (re.compile(r"\\',"), "takes a quote behind a backslash and before a comma for the end"),
)


def split_values(text: str) -> list[str]:
    """The values that RT shows as this text."""
    values = [found[found.lastindex or 0].replace("\\'", "'") for found in _ITEM.finditer(text)]
    # What is found last is the empty rest.
    return values[:-1]


def join_values(values: Sequence[str]) -> str:
    """The text from which RT reads these values.

    Raises:
        EncodeError: RT would change one of them.
    """
    return ",".join(map(_quoted, values))


def _quoted(value: str) -> str:
    for pattern, said in _LOST:
        if pattern.search(value):
            message = f"{value!r}: RT before 4.2.11 {said}"
            raise EncodeError(message)
    escaped = value.replace("'", "\\'")
    return f"'{escaped}'"
