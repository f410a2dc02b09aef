"""What RT says when it refuses, as a table: sentence, exception, remedy; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, QueryError, RTError

__all__ = ["SENTENCES", "error_for", "is_known"]


@dataclass(frozen=True, slots=True)
class _Sentence:
    pattern: re.Pattern[str]
    error: type[RTError]
    remedy: str = ""


def _table(*rows: tuple[str, type[RTError], str]) -> tuple[_Sentence, ...]:
    return tuple(_Sentence(re.compile(pattern), error, remedy) for pattern, error, remedy in rows)


def _right(name: str) -> str:
    return f"the account needs the right {name}"


def _lacks(name: str) -> str:
    return f"the account lacks the right {name}"


_DISABLED = "a disabled one answers to its id only"

SENTENCES = _table(
    (r"\w+ .+ does not exist\.?\Z", NotFound, ""),
    (r"No user named .* exists\.\Z", NotFound, _DISABLED),
    # Newer ones say so of what the account may not see, too (RT 5.0.3 as Debian mended it in 2026).
    (r"No queue named .* exists\.\Z", NotFound, f"{_DISABLED}, or {_lacks('SeeQueue')}"),
    (r"No group named .* exists\.\Z", NotFound, f"{_DISABLED}, or {_lacks('SeeGroup')}"),
    (r"Transaction \d+ is not related to Ticket \d+", NotFound, ""),
    (r"Couldn't load ticket id: ", NotFound, ""),
    (r"Link not found\Z", NotFound, ""),
    (r"You are not allowed to display ticket", PermissionDenied, _right("ShowTicket")),
    (r"You are not allowed to display group", PermissionDenied, _right("SeeGroup")),
    (r"You are not allowed to delete ticket", PermissionDenied, _right("DeleteTicket")),
    (r"You are not allowed to modify ticket", PermissionDenied, _right("ModifyTicket")),
    (r"You are not allowed to Comment on", PermissionDenied, _right("CommentOnTicket")),
    (r"You are not allowed to Correspond on", PermissionDenied, _right("ReplyToTicket")),
    (r"You are not allowed to ", PermissionDenied, ""),
    (r"No permission to create tickets", PermissionDenied, _right("CreateTicket")),
    (r"Permission denied\Z", PermissionDenied, _right("AdminUsers")),
    (r"Permission Denied\Z", PermissionDenied, ""),
    (r"Invalid query: ", QueryError, ""),
    (r"Unknown field(?: '|: )", QueryError, ""),
    (r"Unknown listing format: ", QueryError, ""),
    (r"Invalid operator specification: ", QueryError, ""),
    (r"Invalid field specification: ", QueryError, "a field whose name RT cannot be told"),
    (r"Unsupported object type\.", QueryError, "RT searches other things than tickets from 4.2 on"),
    (r"Invalid object specification: ", ProtocolError, ""),
    (r"Invalid object ID", ProtocolError, ""),
    (r"Invalid attachment id: ", NotFound, ""),
    (r"Unknown object type: ", ProtocolError, ""),
    (r"Objects of type \w+ must be specified by numeric id\.", ProtocolError, ""),
    (r"No objects specified\.", ProtocolError, ""),
    (r"You may submit only one form to this object\.", ProtocolError, ""),
    (r"Please resubmit with errors corrected\.", ProtocolError, ""),
    (r"Syntax error\.", ProtocolError, ""),
    (r"Cannot modify \w+ CF definitions via REST", PermissionDenied, ""),
    (
        r"Could not complete the merge\.",
        RTError,
        "RT gives no reason; the account needs the right ModifyTicket on both tickets",
    ),
    (r"You can only (?:take|steal|reassign) ", RTError, ""),
    (r"You already own this ticket|That user already owns that ticket", RTError, ""),
    (r"That user may not own tickets in that queue", PermissionDenied, _right("OwnTicket")),
    (r"Invalid action: ", ProtocolError, ""),
    (r"Empty comment with no attachments submitted\.", ProtocolError, ""),
    (r"No attachment for ", ProtocolError, ""),
    (r"Invalid link: ", ProtocolError, ""),
    (r"Couldn't resolve ", NotFound, ""),
)


def error_for(sentence: str) -> RTError:
    """The exception that stands for one of RT's sentences, in RT's own words."""
    if row := _sentence(sentence):
        return row.error(f"{sentence} ({row.remedy})" if row.remedy else sentence)
    return ProtocolError(f"RT said: {sentence}")


def is_known(said: str) -> bool:
    """Whether this is one of RT's sentences."""
    return _sentence(said) is not None


def _sentence(said: str) -> _Sentence | None:
    return next((row for row in SENTENCES if row.pattern.match(said)), None)
