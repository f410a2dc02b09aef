"""What RT shows of an entry of a history that is asked for by its number alone; pure.

Users, groups and queues have transactions as tickets do, and `transaction/T` shows the number of
any of them as `Ticket`. Whether it is a ticket's is told by the history of that ticket alone, which
shows none but its own (RT 4.4-5.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rtorm.errors import NotFound, PermissionDenied, ProtocolError
from rtorm.gateway import Entry
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.attachments import size_of
from rtorm.rest1.replies.history import entry_of, is_hidden
from rtorm.rest1.replies.reply import Reply, forms_of, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = ["FILES", "TICKET", "read_entry", "read_sizes", "read_ticket"]

TICKET = "Ticket"
FILES = "Attachments"

# Longer numbers are none that RT gives, and int() refuses very long ones.
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_SIZE = re.compile(r"^([0-9]{1,18}): .* \(([0-9]{1,12}(?:\.[0-9])?)([bk])\)$", re.MULTILINE)


def read_ticket(reply: Reply, number: int) -> int:
    """The id of the ticket of which an entry may be, or of something that is no ticket.

    Args:
        reply: The reply to a show of the transaction, in the long format, of the field `TICKET`.
            With other fields RT crashes over one that does not exist.
        number: Its number.

    Raises:
        NotFound: There is no such transaction.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    [form] = forms_of(reply, 1)
    shown, ticket = form.fields.get("id"), form.fields.get(TICKET, "")
    if shown == "":
        message = f"transaction {number} does not exist"
        raise NotFound(message)
    if shown != str(number) or not _NUMBER.match(ticket):
        said = said_in(form) or f"id {shown!r}, Ticket {ticket[:60]!r}"
        message = f"RT was asked for transaction {number} and showed: {said}"
        raise ProtocolError(message)
    return int(ticket)


def read_entry(reply: Reply, number: int) -> tuple[Entry, dict[int, int]]:
    """An entry of a ticket's history, and the sizes of its attachments by their numbers.

    Args:
        reply: The reply to a show of the entry as one of the ticket, in the long format.
        number: Its number.

    Raises:
        NotFound: It is not of this ticket, or there is no such ticket.
        PermissionDenied: The account may not see it.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    form = _form(reply, number)
    if is_hidden(form):
        message = (
            f"RT does not show transaction {number}: the account needs the right ShowTicket, for "
            "a comment ShowTicketComments, for mail that RT sent ShowOutgoingEmail, for a custom "
            "field SeeCustomField"
        )
        raise PermissionDenied(message)
    return entry_of(form), _sizes(form.fields)


def read_sizes(reply: Reply, number: int) -> dict[int, int]:
    """The sizes of an entry's attachments by their numbers, as the list of the ticket has them.

    Args:
        reply: The reply to a show of the entry as one of the ticket, of the field `FILES`.
        number: The entry's number.

    Raises:
        NotFound: It is not of this ticket, or there is no such ticket.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    return _sizes(_form(reply, number).fields)


def _form(reply: Reply, number: int) -> Form:
    [form] = forms_of(reply, 1)
    if form.fields.get("id") == str(number):
        return form
    said = said_in(form)
    error = error_for(said)
    if isinstance(error, NotFound):
        message = (
            f"transaction {number} is of no ticket, but perhaps of a user, a group or a queue; RT "
            f"said: {said}"
        )
        raise NotFound(message)
    raise error


def _sizes(fields: Mapping[str, str]) -> dict[int, int]:
    found = _SIZE.findall(fields.get(FILES, ""))
    return {int(number): size_of(size, unit) for number, size, unit in found}
