"""RT's replies to a show of many records; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtorm.errors import ProtocolError, RTError
from rtorm.gateway import Shown
from rtorm.rest1.alike import count_forms
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.reply import Reply, forms_of, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = ["read_shows"]

# Longer numbers are none that RT gives, and int() refuses very long ones.
_SHOWN_ID = re.compile(r"\w+/([0-9]{1,18})(?:/links)?\Z")


def read_shows(reply: Reply, ids: Sequence[int], *, more: bool = False) -> list[Shown | RTError]:
    """What RT showed of each record, in the order asked for.

    Args:
        reply: The reply to a show of many.
        ids: The ids asked for, ascending, as RT sorts them.
        more: Whether something else was asked for after these.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    forms = forms_of(reply, len(ids) + 1)
    if more:
        forms = forms[: len(ids)]
    if len(forms) != len(ids):
        if len(forms) == 1 and (said := said_in(forms[0])):
            raise error_for(said)
        message = f"RT was asked for {len(ids)} records and showed {count_forms(reply.body)}"
        raise ProtocolError(message)
    return [_shown(form, number) for form, number in zip(forms, ids, strict=True)]


def _shown(form: Form, number: int) -> Shown | RTError:
    found = _SHOWN_ID.match(form.fields.get("id", ""))
    if found and (len(form.fields) > 1 or not form.comments):
        return Shown(int(found.group(1)), form.fields, form.doubled)
    said = said_in(form)
    return error_for(said) if said else ProtocolError(f"RT showed nothing of record {number}")
