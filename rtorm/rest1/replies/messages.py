"""RT's replies to comments, replies, changes of owner and merges; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.gateway import Message, Said
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.reply import Reply, forms_of
from rtorm.rest1.replies.sentences import error_for

__all__ = ["read_message", "read_said"]

_REFUSED = 400
# RT 4.2 and later name the kind of the message, RT 3.8 and 4.0 do not.
_RECORDED = re.compile(r"(?:Comments|Correspondence) added\Z|Message recorded\b")
# Said to other requests: a proxy may have mixed up replies.
_OF_ANOTHER = re.compile(
    r"(?:Ticket|Links for ticket|Queue|User|Group) \S+ (?:updated|created)\.|Comments added\Z"
    r"|Correspondence added\Z|Message recorded\b"
)
_STATUS_SET = re.compile(r"Status changed from ")
_LOOK = "look at the ticket's history before you send it again"


def read_message(reply: Reply, message: Message) -> Said:
    """What became of a message; a bad status is refused though the message was recorded.

    Raises:
        OutcomeUnknownError: The reply does not say whether it was recorded.
    """
    lines = _lines(_forms(reply))
    if reply.status >= _REFUSED:
        return Said(refusal=_refusal(lines))
    if not lines or not _RECORDED.match(lines[0]):
        told = f"RT said {' '.join(lines)!r}"
        remedy = "RT tells this in the account's language: set that to English"
        raise OutcomeUnknownError(
            f"it is unknown whether the message was recorded: {told}; {_LOOK}. {remedy}"
        )
    refused = [line for line in lines[1:] if not _STATUS_SET.match(line)]
    return Said(errors={"Status": refused} if message.status and refused else {})


def read_said(reply: Reply) -> Said:
    """What became of a change of owner or a merge, which RT tells by its status.

    Raises:
        OutcomeUnknownError: RT crashed, the reply was cut short, or it is one to something else.
    """
    forms = _forms(reply)
    lines = _lines(forms)
    if reply.status >= _REFUSED:
        return Said(refusal=_refusal(lines))
    if any(form.fields for form in forms) or any(map(_OF_ANOTHER.match, lines)):
        message = f"it is unknown whether RT carried it out: it answered something else; {_LOOK}"
        raise OutcomeUnknownError(message)
    return Said()


def _forms(reply: Reply) -> Sequence[Form]:
    try:
        return forms_of(reply)
    except RTError as error:
        message = f"it is unknown whether RT carried it out: {error}; {_LOOK}"
        raise OutcomeUnknownError(message) from None


def _lines(forms: Iterable[Form]) -> list[str]:
    return [line for form in forms for line in _said_line_by_line(form)]


def _said_line_by_line(form: Form) -> tuple[str, ...]:
    return (*form.comments, *form.loose)


def _refusal(lines: list[str]) -> RTError:
    return error_for(" ".join(lines) or "RT refused it without a reason")
