"""RT's lists of attachments, and what it tells of one attachment; pure.

An item of a list is `12: a, b.txt (text/plain / 3b)`, and nothing in it is quoted. Where it ends
can be told all the same: RT cuts the folders off a file's name and drops line breaks in it, and a
media type has no blank, so that nothing in a name looks like the end of an item (RT 4.4-5.0,
REST 1.0; files by form, by mail and by REST 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rtorm.errors import PermissionDenied, ProtocolError, RTError
from rtorm.gateway import FileDetails, ListedFile
from rtorm.rest1.alike import count_forms
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.reply import Reply, forms_of, said_in
from rtorm.rest1.replies.sentences import error_for

__all__ = [
    "DETAILS",
    "LISTED",
    "LITTLE",
    "NAMES",
    "files_in",
    "read_details",
    "read_files",
    "read_little",
    "read_names",
    "read_utc",
    "size_of",
]

LISTED = "id,Attachments"
NAMES = "Created,Filename,ContentType"
DETAILS = "Created,Transaction,Filename,ContentType,Headers"
LITTLE = "Created,Content"

# Longer numbers are none that RT gives, and int() refuses very long ones.
_TICKET = re.compile(r"ticket/([0-9]{1,18})\Z")
_ITEM = re.compile(
    r"([0-9]{1,18}): (.*?) \((\S*) / ([0-9.]{1,20})([kb])\)(?:\Z|,[ \n](?=[0-9]{1,18}: ))",
    re.DOTALL,
)
# RT begins the field anew for an item with a line break, which no name has that it took itself.
_LISTS = re.compile(
    r"^(?:id: ticket/([0-9]{1,18})/attachments$|Attachments: (.*+(?:\n {13}.*+)*+))", re.MULTILINE
)
_INDENT = "\n" + " " * len("Attachments: ")
_UNNAMED = "(Unnamed)"
_KILO = 1024


def read_files(reply: Reply, ids: Sequence[int]) -> list[list[ListedFile] | RTError]:
    """The attachments of each ticket, or why they cannot be listed.

    Args:
        reply: The reply to a show of the tickets and then of their attachments, of the fields
            `LISTED`. Of a ticket that the account may not see RT lists nothing, as of one without
            attachments; so the tickets themselves are asked for, too.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    return files_in(reply.body, forms_of(reply, len(ids) + 1), ids)


def files_in(
    body: str, forms: Sequence[Form], ids: Sequence[int]
) -> list[list[ListedFile] | RTError]:
    """The same of a body whose forms have been read, all or one more than tickets."""
    if len(forms) < len(ids):
        said = said_in(forms[0])
        message = f"RT was asked for {len(ids)} tickets and showed {len(forms)}"
        raise error_for(said) if said else ProtocolError(message)
    lists = _lists(body)
    return [_listed(form, number, lists) for form, number in zip(forms, ids, strict=False)]


def _listed(
    form: Form, asked: int, lists: Mapping[str, Sequence[str]]
) -> list[ListedFile] | RTError:
    # Of a ticket that was merged into another, RT shows that one's number and attachments.
    found = _TICKET.match(form.fields.get("id", ""))
    if found is None:
        said = said_in(form)
        return error_for(said) if said else ProtocolError(f"RT showed nothing of ticket {asked}")
    try:
        return [item for text in lists.get(found[1], ()) for item in _items(text)]
    except ValueError as error:
        return ProtocolError(f"the attachments of ticket {asked} cannot be read: {error}")


def _lists(body: str) -> dict[str, list[str]]:
    """The texts of the lists by the number of their ticket."""
    lists: dict[str, list[str]] = {}
    texts: list[str] = []
    for found in _LISTS.finditer(body):
        if found[1]:
            # A ticket is listed again where another one was merged into it.
            texts = lists[found[1]] = []
        else:
            texts.append(found[2].replace(_INDENT, "\n"))
    return lists


def _items(text: str) -> list[ListedFile]:
    items: list[ListedFile] = []
    at = 0
    while at < len(text):
        found = _ITEM.match(text, at)
        if found is None:
            message = f"not an attachment: {text[at : at + 60]!r}"
            raise ValueError(message)
        number, name, kind, size, unit = found.groups()
        items.append(
            ListedFile(int(number), "" if name == _UNNAMED else name, kind, size_of(size, unit))
        )
        at = found.end()
    return items


def size_of(number: str, unit: str) -> int:
    """A size as RT lists it: `12` and `b` for characters or bytes, `1.2` and `k` for thousands."""
    return int(float(number) * (_KILO if unit == "k" else 1))


def read_details(reply: Reply, file: int) -> FileDetails:
    """What RT tells of an attachment beside its bytes.

    Args:
        reply: The reply to a show of the attachment, of the fields `DETAILS`.
        file: Its number.

    Raises:
        NotFound: There is no such attachment.
        PermissionDenied: The account may not see it.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    fields = _shown(reply, file)
    number = fields.get("Transaction", "")
    return FileDetails(
        id=file,
        filename=fields.get("Filename", ""),
        content_type=fields.get("ContentType", ""),
        transaction=int(number) if re.fullmatch("[0-9]{1,18}", number) else 0,
        created=read_utc(fields["Created"]),
        headers=fields.get("Headers", ""),
    )


def read_little(reply: Reply, file: int) -> bytes:
    """The content of an attachment of which RT sends no bytes: none, or `0`.

    Args:
        reply: The reply to a show of the attachment, of the fields `LITTLE`.
        file: Its number.

    Raises:
        NotFound: There is no such attachment.
        PermissionDenied: The account may not see it.
        ProtocolError: RT crashed, the reply was cut short, or there is more content than that.
    """
    content = _shown(reply, file).get("Content", "")
    if content not in ("", "0"):
        message = f"RT sent no bytes of attachment {file}, but it has some"
        raise ProtocolError(message)
    return content.encode()


def read_names(reply: Reply, sizes: Mapping[int, int]) -> list[ListedFile]:
    """Some attachments, in the order of their numbers.

    Args:
        reply: The reply to a show of the attachments, of the fields `NAMES`.
        sizes: Their numbers and sizes.

    Raises:
        NotFound: One of them is gone.
        PermissionDenied: The account may not see one of them.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    forms, ids = forms_of(reply, len(sizes) + 1), sorted(sizes)
    if len(forms) != len(ids):
        message = f"RT was asked for {len(ids)} attachments and showed {count_forms(reply.body)}"
        raise ProtocolError(message)
    # RT shows them in the order of their numbers, whatever the order in which they are asked for.
    return [_named(form, file, sizes[file]) for form, file in zip(forms, ids, strict=True)]


def _named(form: Form, file: int, size: int) -> ListedFile:
    fields = _fields(form, file)
    return ListedFile(file, fields.get("Filename", ""), fields.get("ContentType", ""), size)


def _shown(reply: Reply, file: int) -> Mapping[str, str]:
    [form] = forms_of(reply, 1)
    return _fields(form, file)


def _fields(form: Form, file: int) -> Mapping[str, str]:
    if "Created" not in form.fields:
        said = said_in(form)
        raise error_for(said) if said else ProtocolError(f"RT showed nothing of attachment {file}")
    if not form.fields["Created"]:
        # RT shows what is forbidden as empty.
        message = (
            f"RT does not show attachment {file}: the account needs the right ShowTicket, for one "
            "of a comment ShowTicketComments, for mail that RT sent ShowOutgoingEmail"
        )
        raise PermissionDenied(message)
    return form.fields


def read_utc(text: str) -> datetime | None:
    """An instant as RT keeps it, in UTC; None if it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC)
