"""RT's reply to a create; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rtorm.gateway import Created
from rtorm.rest1.replies.labels import UNKNOWN_FIELD, UPDATED, Labels
from rtorm.rest1.replies.reply import Reply, cut_short

__all__ = ["read_created"]

_CREATED = re.compile(r"(?:Ticket|Queue|User|Group) ([0-9]{1,18}) created\.\Z")
_NOT_CREATED = re.compile(r"Could not create (\w+)\.\s*")
_UNKNOWN_CF = re.compile(r"Invalid custom field name \((.*)\)\Z")

# Of a form RT says a line for each field at most; what says so many is not read line by line.
_MOST_LINES = 10_000
_QUOTED = 200

# Why a create was refused, and the field whose value was the reason.
_CREATE_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Queue not set|Could not load queue|No permission to create tickets"), "Queue"),
    (re.compile(r"No queue given|Queue .* does not exist|Invalid queue"), "Queue"),
    (re.compile(r"Status '.*' isn't a valid status|New tickets can ?not have status"), "Status"),
    (re.compile(r"Invalid value for status"), "Status"),
    (re.compile(r"No attachment for "), "Attachment"),
    (re.compile(r"Please set the \w+ name\."), "Name"),
)

# RT 4.4-5.0 says nothing more than that it could not create one.
_MAY_BE = {
    "queue": (
        ": the name is missing, in use or all digits, or the account lacks the right AdminQueue"
    ),
    "user": (
        ": the name or the e-mail address is missing, in use or malformed, the password is too "
        "short, or the account lacks the right AdminUsers"
    ),
    "group": (
        ": the name is missing, in use or all digits, or the account lacks the right AdminGroup"
    ),
}


def read_created(reply: Reply, keys: Mapping[str, str]) -> Created:
    """What became of a create; the id comes first, whatever the status line says.

    RT may answer 409 after it made the record (RT 3.8-4.0 for tickets; all for queues, users
    and groups), or 200 when it made none.
    """
    if reply.crash or reply.empty:
        said = f"RT crashed: {reply.crash}" if reply.crash else "RT answered with nothing at all"
        return Created(None, unclear=said)
    forms = reply.forms
    lines = [line for form in forms for line in (*form.comments, *form.loose)]
    created = next(filter(None, map(_CREATED.match, lines)), None)
    made = int(created[1]) if created else None
    cut = cut_short(reply.body, forms[0])
    if cut and made is None:
        return Created(None, unclear=cut)
    if len(lines) > _MOST_LINES:
        said = f"RT said {len(lines)} lines, which begin {' '.join(lines[:3])[:_QUOTED]!r}"
        return Created(made, unclear=said)
    errors: dict[str, list[str]] = {}
    labels = Labels(keys)
    for line in lines:
        reason = _NOT_CREATED.sub("", line, count=1)
        if reason and not (_CREATED.match(line) or UPDATED.match(line)):
            for key, reasons in _create_errors(reason, keys, labels).items():
                errors.setdefault(key, []).extend(reasons)
    if made is None and not errors:
        refused = next((found[1] for line in lines if (found := _NOT_CREATED.match(line))), None)
        if refused is not None:
            errors[""] = [f"RT refused it without a reason{_MAY_BE.get(refused, '')}"]
        else:
            cut = "RT's reply says nothing"
    return Created(made, errors, unclear=cut)


def _create_errors(line: str, keys: Mapping[str, str], labels: Labels) -> dict[str, list[str]]:
    """The field, and what is said of it; nothing if the line is no refusal."""
    named = ""
    if found := _UNKNOWN_CF.match(line):
        named = f"cf.{{{found.group(1)}}}"
    elif found := UNKNOWN_FIELD.match(line):
        named = found.group(1)
    else:
        named = next((field for pattern, field in _CREATE_REASONS if pattern.match(line)), "")
    if not named:
        return labels.by_key([line])
    key = next((key for key in keys if key.lower() == named.lower()), "")
    if key == "Queue" and line.startswith("Queue not set"):
        line += f" (RT finds no queue {keys[key]!r}: misspelt, disabled, or not for this account)"
    elif key == "Queue" and line.startswith("No permission to create tickets"):
        line += " (the account needs the right CreateTicket, or the queue is disabled)"
    return {key: [line]}
