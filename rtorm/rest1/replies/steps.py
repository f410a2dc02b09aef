"""RT's replies that tell how far the histories of tickets have come, and by what; pure.

Whatever entries of a history are shown, RT says of how many: `# 1/62 (id/5924/total)` over each in
the long format, `# 0/62 (type/None/total)` over a list. It counts entries that the account may not
see, such as mail, but not comments (RT 4.4-5.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtorm.errors import ProtocolError, RTError
from rtorm.gateway import Step, Steps
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.history import lists_in, read_forms
from rtorm.rest1.replies.reply import Reply, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = ["STEP_FIELDS", "read_lengths", "read_steps"]

STEP_FIELDS = "id,Type,Field,OldValue,NewValue,TimeTaken,Description"
"""What is asked of an entry; its message, which costs RT most, is not among it."""

_TOTAL = re.compile(r"[0-9]{1,18}/([0-9]{1,18}) \(")
_NUMBER = re.compile(r"-?[0-9]{1,18}\Z")


def read_lengths(reply: Reply, ids: Sequence[int]) -> list[int | RTError]:
    """How long each history is, or why that is not told.

    Args:
        reply: The reply to a show of a list of some entries of several histories.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    forms = lists_in(reply, ids)
    totals = [_total([form]) for form in forms]
    return [
        error_for(said_in(form)) if total is None else total
        for form, total in zip(forms, totals, strict=True)
    ]


def read_steps(reply: Reply, ids: Sequence[int]) -> list[Steps | RTError]:
    """The history of each ticket without its messages, or why it cannot be shown.

    Args:
        reply: The reply to a show of several histories of the fields `STEP_FIELDS`.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    return [_steps(forms) for forms in read_forms(reply, ids)]


def _steps(forms: list[Form] | RTError) -> Steps | RTError:
    if isinstance(forms, RTError):
        return forms
    seen = sorted((_step(form) for form in forms if form.fields.get("Type")), key=_by_id)
    return Steps(tuple(seen), _total(forms) or len(forms))


def _by_id(step: Step) -> int:
    return step.id


def _step(form: Form) -> Step:
    fields = form.fields
    number, minutes = fields.get("id", ""), fields.get("TimeTaken", "")
    if not _NUMBER.match(number) or "Field" not in fields:
        message = f"RT showed an entry of a history that cannot be read: {said_in(form)!r}"
        raise ProtocolError(message)
    return Step(
        id=int(number),
        type=fields["Type"],
        field=fields["Field"],
        old_value=fields.get("OldValue", ""),
        new_value=fields.get("NewValue", ""),
        # SQLite keeps what is no number.
        minutes=int(minutes) if _NUMBER.match(minutes) else 0,
        description=fields.get("Description", ""),
    )


def _total(forms: Sequence[Form]) -> int | None:
    """What a history says of its length; None if it says nothing of it."""
    comments = [comment for form in forms[:1] for comment in form.comments[:1]]
    found = [_TOTAL.match(comment) for comment in comments]
    return next((int(each[1]) for each in found if each), None)
