"""RT's replies to a search; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rtorm.errors import ProtocolError, RTError
from rtorm.gateway import Shown
from rtorm.rest1.alike import fields_or_form
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.reply import Reply, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = ["read_ids", "read_records"]

_REFUSED = 400
_KINDS = frozenset({"ticket", "queue", "user", "group"})
# Longer numbers are none that RT gives, and int() refuses very long ones.
_LONGEST = 18
_NONE = "No matching results."
# RT puts two empty lines after whatever it found.
_END = "\n\n"
# Where a Perl error speaks of the program instead of the query.
_PERL = re.compile(r" at /\S+ line [0-9].*", re.DOTALL)
_QUERY = re.compile(r"Invalid query: '(.*)", re.DOTALL)


def read_ids(reply: Reply) -> list[int]:
    """The ids that a search found, in its order; of a search for ids alone (`format=i`).

    Raises:
        QueryError: RT refused the query; in RT's words.
        PermissionDenied: The account may not search for this.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    return [_id(line) for line in _body(reply).split("\n") if line]


def read_records(reply: Reply) -> Iterator[Shown]:
    """The records that a search found, with their fields, in its order (`format=l`).

    Each is read when it is asked for.

    Raises:
        QueryError: RT refused the query; in RT's words.
        PermissionDenied: The account may not search for this.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    body = _body(reply)
    if body.startswith(_NONE) and body.strip("\n") == _NONE:
        return iter(())
    return map(_shown, fields_or_form(body, tail=2))


def _body(reply: Reply) -> str:
    if reply.crash:
        message = f"RT crashed: {reply.crash}"
        raise ProtocolError(message)
    if reply.status >= _REFUSED:
        raise _refusal(reply.body)
    if reply.empty or not reply.body.endswith(_END):
        message = f"the reply to a search was cut short: it ends {reply.body[-40:]!r}"
        raise ProtocolError(message)
    return reply.body


def _refusal(body: str) -> RTError:
    said = body.strip()
    if found := _QUERY.match(said):
        return error_for("Invalid query: " + _PERL.sub("", found[1]).removesuffix("'."))
    return error_for(said)


def _id(line: str) -> int:
    kind, _, digits = line.partition("/")
    known = kind in _KINDS and digits.isascii() and digits.isdecimal()
    if not known or len(digits) > _LONGEST:
        raise error_for(line)
    return int(digits)


def _shown(form: Form | Mapping[str, str]) -> Shown:
    fields = form.fields if isinstance(form, Form) else form
    if "id" in fields:
        return Shown(_id(fields["id"]), fields)
    raise error_for(said_in(form) if isinstance(form, Form) else "")
