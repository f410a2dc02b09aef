"""Values and names in RT's query languages, so that none can become a condition; pure.

Tickets are searched by TicketSQL, other records by one condition of three words, as a shell
would split them (RT 4.4-5.0).
"""

from __future__ import annotations

import re

from rtorm.rest1.forms import EncodeError, check_text

__all__ = ["custom_field_key", "quoted", "words"]

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_<>=!]+\Z")


def quoted(text: str) -> str:
    r"""A text as TicketSQL reads it back: `'it\'s'`.

    Raises:
        EncodeError: No field of RT can hold the text.
    """
    check_text(text)
    return "'" + _escaped(text, "'") + "'"


def custom_field_key(name: str, column: str = "", queue: str = "") -> str:
    """A custom field's name, or its number, as TicketSQL reads it back: `'CF.{Name}'`.

    Args:
        name: The name.
        column: The column of RT's database in which it is sought; empty for all of them.
        queue: The name of the queue whose custom field is meant; empty for that of any queue.

    Raises:
        EncodeError: RT would take the name for another one.
    """
    if ".{" in name:
        message = f"RT cannot search by the custom field {name!r}, since its name holds '.{{'"
        raise EncodeError(message)
    owner = "" if not queue or queue.isdecimal() or ".{" in queue else f"{queue}."
    return quoted(f"CF.{owner}{{{name}}}" + (f".{column}" if column else ""))


def words(*parts: str) -> str:
    """Words as RT splits them again, each of any text: `Name = "two words"`.

    Raises:
        EncodeError: No field of RT can hold a text.
    """
    return " ".join(map(_word, parts))


def _word(text: str) -> str:
    check_text(text)
    # Within single quotes RT knows no escapes.
    return text if _PLAIN_WORD.match(text) else '"' + _escaped(text, '"') + '"'


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
