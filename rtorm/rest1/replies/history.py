"""RT's long histories of tickets; pure.

The history of each ticket is a reply of its own, with a status line, in the midst of the reply:
first those of all tickets, then, once, what is to be said of tickets that do not exist. The lines
of values are indented, so that no value can look like a status line (RT 4.4-5.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rtorm.errors import ProtocolError, RTError
from rtorm.gateway import Entry, ListedFile
from rtorm.rest1.alike import count_forms
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.attachments import files_in, read_utc
from rtorm.rest1.replies.reply import Reply, body_of, forms_in, forms_of, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = [
    "FIELDS",
    "Answer",
    "Files",
    "entry_of",
    "is_endless",
    "is_hidden",
    "lists_in",
    "read_counts",
    "read_forms",
    "read_history",
    "read_history_and_files",
]

Answer = list[Entry] | RTError
Files = list[ListedFile] | RTError

FIELDS = (
    "id,Ticket,TimeTaken,Type,Field,OldValue,NewValue,Data,Description,Content,Creator,Created,"
    "Attachments"
)
"""All that RT shows of an entry."""

# Longer numbers are none that RT gives, and int() refuses very long ones.
_STATUS = re.compile(r"^RT/\S+ [0-9]{3} [^\n]*\n\n", re.MULTILINE)
_MISSING = re.compile(r"Ticket ([0-9]{1,18}) does not exist\.?\Z")
_COUNT = re.compile(r"([0-9]{1,18})/[0-9]{1,18} \(")
# The number of characters is told up to 1024, then that of thousands.
_FILE = re.compile(r"^([0-9]{1,18}): (.*) \((?:([0-9]{1,4})b|[0-9.]{1,20}k)\)$", re.MULTILINE)
_NUMBER = re.compile(r"-?[0-9]{1,18}\Z")
_NO_CONTENT = "This transaction appears to have no content"
_UNNAMED = "untitled"


def is_endless(reply: Reply) -> bool:
    """Whether RT crashed over a ticket of whose history the account may see nothing.

    RT then asks itself for the same history again and again.
    """
    return "infinite subrequest loop" in reply.crash


def read_history(reply: Reply, ids: Sequence[int]) -> list[Answer]:
    """The history of each ticket, oldest first, or why it cannot be shown.

    Args:
        reply: The reply to a show of several tickets' history in the long format.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    return list(map(_entries, read_forms(reply, ids)))


def read_forms(reply: Reply, ids: Sequence[int]) -> list[list[Form] | RTError]:
    """The forms of each ticket's history, or why it cannot be shown; as `read_history`."""
    shown: list[list[Form]] = []
    refused: list[Form] = []
    for forms in map(forms_in, _bodies(reply)):
        if any(form.fields for form in forms):
            shown.append(forms)
        else:
            refused += forms
    return _in_order(shown, refused, ids)


def read_history_and_files(reply: Reply, ids: Sequence[int]) -> list[tuple[Answer, Files]]:
    """The history of each ticket, oldest first, and its attachments, or why they cannot be shown.

    Args:
        reply: The reply to a show of the tickets, their attachments and their history, of the
            fields `FIELDS`, in the long format. RT puts the histories first all the same.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    *parts, rest = _bodies(reply)
    forms = forms_in(rest)
    files = files_in(rest, forms, ids)
    # Of tickets without attachments RT writes no list.
    refused = [form for form in forms[len(ids) :] if _MISSING.match(said_in(form))]
    histories = _in_order(map(forms_in, parts), refused, ids)
    return list(zip(map(_entries, histories), files, strict=True))


def _in_order(
    shown: Iterable[list[Form]], refused: Sequence[Form], ids: Sequence[int]
) -> list[list[Form] | RTError]:
    """What was shown of some tickets, and what was said of others, in the order of the ids."""
    shown, missing = list(shown), dict(map(_missing, refused))
    if len(shown) + len(missing) != len(ids) or not missing.keys() <= set(ids):
        message = f"RT was asked for {len(ids)} histories and showed {len(shown)}"
        raise ProtocolError(message)
    histories = iter(shown)
    return [error_for(missing[number]) if number in missing else next(histories) for number in ids]


def _entries(forms: list[Form] | RTError) -> Answer:
    if isinstance(forms, RTError):
        return forms
    return [entry_of(form) for form in forms if not is_hidden(form)]


def _bodies(reply: Reply) -> list[str]:
    """The bodies of the replies that stand in one."""
    return _STATUS.split(body_of(reply))


def _missing(form: Form) -> tuple[int, str]:
    """The ticket that does not exist, and what is said of it."""
    said = said_in(form)
    found = _MISSING.match(said)
    if found is None:
        raise error_for(said)
    return int(found[1]), said


def is_hidden(form: Form) -> bool:
    """Whether RT shows nothing of an entry, since the account may not see it."""
    # If RT counts such an entry at all, it shows it without any value.
    return form.fields.get("Type") == "" and form.fields.get("Created") == ""


def entry_of(form: Form) -> Entry:
    """An entry as RT shows it in the long format.

    Raises:
        ProtocolError: Something is missing in it.
    """
    fields = form.fields
    created = read_utc(fields.get("Created", ""))
    if created is None:
        message = f"RT showed an entry of a history without its date: {said_in(form)!r}"
        raise ProtocolError(message)
    files = _FILE.findall(_text(fields, "Attachments"))
    return Entry(
        id=_number(fields, "id"),
        ticket=_number(fields, "Ticket"),
        type=_text(fields, "Type"),
        field=_text(fields, "Field"),
        old_value=_text(fields, "OldValue"),
        new_value=_text(fields, "NewValue"),
        data=_text(fields, "Data"),
        description=_text(fields, "Description"),
        content=_content(_text(fields, "Content"), files),
        creator=_text(fields, "Creator"),
        created=created,
        minutes=_minutes(_text(fields, "TimeTaken")),
        files=tuple(int(number) for number, _, _ in files),
    )


def _content(text: str, files: Sequence[tuple[str, str, str]]) -> str | None:
    """The text of the message, unless RT only says that there is none."""
    if not files:
        return None
    may_say_so = any(name == _UNNAMED and _has_room(size) for _, name, size in files)
    return None if text == _NO_CONTENT and not may_say_so else text


def _has_room(size: str) -> bool:
    return not size or int(size) >= len(_NO_CONTENT)


def _text(fields: Mapping[str, str], key: str) -> str:
    if key not in fields:
        message = f"RT showed an entry of a history without its {key}"
        raise ProtocolError(message)
    return fields[key]


def _number(fields: Mapping[str, str], key: str) -> int:
    text = _text(fields, key)
    if not _NUMBER.match(text):
        message = f"RT showed an entry of a history with the {key} {text[:60]!r}"
        raise ProtocolError(message)
    return int(text)


def _minutes(text: str) -> int:
    # SQLite keeps what is no number.
    return int(text) if _NUMBER.match(text) else 0


def lists_in(reply: Reply, ids: Sequence[int]) -> Sequence[Form]:
    """What RT shows of each of several histories in the short format, where all are there.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    forms = forms_of(reply, len(ids) + 1)
    if len(forms) != len(ids):
        message = f"RT was asked for {len(ids)} histories and showed {count_forms(reply.body)}"
        raise ProtocolError(message)
    return forms


def read_counts(reply: Reply, ids: Sequence[int]) -> list[int | RTError]:
    """How many entries of each ticket's history the account may see, or why it cannot be shown.

    Args:
        reply: The reply to a show of several tickets' history in the short format.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    forms = lists_in(reply, ids)
    return [_count(form) for form in forms]


def _count(form: Form) -> int | RTError:
    found = _COUNT.match(form.comments[0]) if form.comments else None
    return int(found[1]) if found else error_for(said_in(form))
