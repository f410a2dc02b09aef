"""RT's replies: text to status, forms, outcomes and errors; pure.

RT answers HTTP 200 to almost everything, wrong passwords and crashes included, and its own
status line often misleads. So each reply is judged by its sentences, which stand in tables here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rtorm.errors import (
    AuthenticationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    QueryError,
    RTError,
)
from rtorm.gateway import Created, Edit, EditReply, Shown
from rtorm.rest1.forms import Form, parse_many

__all__ = ["Reply", "error_for", "read_created", "read_edits", "read_http", "read_shows"]

_STATUS = re.compile(r"RT/(\S+) (\d{3}) ([^\n]*)")
_VERSION = re.compile(r"\d+(?:\.\d+)*\w*")
_UPDATED = re.compile(r"(?:Ticket|Queue|User|Group) (\S+) updated\.\Z")
_CREATED = re.compile(r"(?:Ticket|Queue|User|Group) (\d+) created\.\Z")
_NUMBER = re.compile(r"\w+ (\d+) does not exist\.\Z|You are not allowed to \w+ \w+ (\d+)\.\Z")
_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of REST 1.0.

    Attributes:
        version: The server's version (`5.0.3`), empty if the reply has no status line.
        status: RT's own status number, 200 for an empty reply.
        reason: The words behind it.
        body: What follows the status line and one empty line.
        empty: A reply of no bytes: RT's way to say "nothing to do" or "nothing to show".
        crash: The first line of a Perl error text that RT sent instead of a reply.
    """

    version: str = ""
    status: int = 200
    reason: str = ""
    body: str = ""
    empty: bool = False
    crash: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    pattern: re.Pattern[str]
    error: type[RTError]
    remedy: str = ""


def _table(*rows: tuple[str, type[RTError], str]) -> tuple[_Sentence, ...]:
    return tuple(_Sentence(re.compile(pattern), error, remedy) for pattern, error, remedy in rows)


SENTENCES = _table(
    (r"\w+ \S+ does not exist\.?\Z", NotFound, ""),
    (r"No (?:queue|user|group) named .* exists\.\Z", NotFound, "a disabled one answers to its id only"),
    (r"Attachment \d+ does not exist\.", NotFound, ""),
    (r"Transaction \d+ is not related to Ticket \d+", NotFound, ""),
    (r"Couldn't load ticket id: ", NotFound, ""),
    (r"Link not found\Z", NotFound, ""),
    (r"You are not allowed to display ticket", PermissionDenied, "the account needs the right ShowTicket"),
    (r"You are not allowed to delete ticket", PermissionDenied, "the account needs the right DeleteTicket"),
    (r"You are not allowed to modify ticket", PermissionDenied, "the account needs the right ModifyTicket"),
    (r"You are not allowed to ", PermissionDenied, ""),
    (r"No permission to create tickets", PermissionDenied, "the account needs the right CreateTicket"),
    (r"Permission denied\Z", PermissionDenied, "the account needs the right AdminUsers"),
    (r"Permission Denied\Z", PermissionDenied, ""),
    (r"Invalid query: ", QueryError, ""),
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
    (r"Could not complete the merge\.", PermissionDenied, ""),
    (r"Invalid action: ", ProtocolError, ""),
    (r"Empty comment with no attachments submitted\.", ProtocolError, ""),
    (r"No attachment for ", ProtocolError, ""),
    (r"Invalid link: ", ProtocolError, ""),
    (r"Couldn't resolve ", NotFound, ""),
)

# Said of a field that already holds the value: not a refusal.
_ALREADY = re.compile(
    r"That is already the current value\.?\Z"
    r"|That user already owns that ticket\Z"
    r"|Queue is already set to "
    r"|\S+ is already (?:Cc|AdminCc|Requestor|a \w+)\b"
)

_LOWERED_LABELS = frozenset({"Queue", "Owner", "SLA"})
_MANY_LINED = frozenset({"Requestors", "Requestor", "Cc", "AdminCc"})

# Why a create was refused, and the field whose value was the reason.
_CREATE_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Queue not set|Could not load queue|No permission to create tickets"), "Queue"),
    (re.compile(r"No queue given|Queue .* does not exist|Invalid queue"), "Queue"),
    (re.compile(r"Status '.*' isn't a valid status|New tickets can ?not have status"), "Status"),
    (re.compile(r"Invalid value for status"), "Status"),
    (re.compile(r"No attachment for "), "Attachment"),
    (re.compile(r"Please set the \w+ name\."), "Name"),
)
_UNKNOWN_CF = re.compile(r"Invalid custom field name \((.*)\)\Z")
_UNKNOWN_FIELD = re.compile(r"(.+): Unknown field\.?\Z")


def read_http(status: int, content_type: str, location: str, content: bytes) -> Reply:
    """Tell a reply of RT's REST 1.0 from everything else that may answer at a URL.

    Args:
        status: The HTTP status.
        content_type: The `Content-Type` header, or an empty string.
        location: The `Location` header, or an empty string.
        content: The whole body.

    Raises:
        PermissionDenied: The account is not privileged, or the web server refuses it.
        ProtocolError: Anything else that is not REST 1.0; the message says what to check.
    """
    if status == 200 and not content:
        return Reply(empty=True)
    if status != 200 or "html" in content_type.lower() or content.lstrip()[:1] == b"<":
        raise _not_rest(status, location, content)
    return read_text(content.decode("utf-8", "replace"))


def read_text(text: str) -> Reply:
    """Read a plain-text reply: its status line and body, or the crash that it is.

    Raises:
        ProtocolError: Neither a status line nor a crash.
    """
    found = _STATUS.match(text)
    if found is None:
        if "Stack:" in text or re.search(r" at \S+ line \d+", text):
            return Reply(crash=text.split("\n", 1)[0][:_QUOTED])
        message = f"the reply is not RT's REST 1.0 (check the URL): it begins {_quote(text)}"
        raise ProtocolError(message)
    version = _VERSION.match(found.group(1))
    body = text[found.end() :].removeprefix("\n").removeprefix("\n")
    return Reply(
        version=version.group() if version else found.group(1),
        status=int(found.group(2)),
        reason=found.group(3),
        body=body,
    )


def error_for(sentence: str) -> RTError:
    """The exception that stands for one of RT's sentences, in RT's own words."""
    for row in SENTENCES:
        if row.pattern.match(sentence):
            return row.error(f"{sentence} ({row.remedy})" if row.remedy else sentence)
    return ProtocolError(f"RT said: {sentence}")


def read_shows(reply: Reply, ids: Sequence[int]) -> list[Shown | RTError]:
    """What RT showed of each record, in the order asked for.

    Args:
        reply: The reply to a show of many.
        ids: The ids asked for, ascending, as RT sorts them.

    Raises:
        RTError: The request as a whole was refused, crashed or cut short.
    """
    forms = _forms(reply)
    if len(forms) != len(ids):
        if len(forms) == 1 and (said := _said(forms[0])):
            raise error_for(said)
        message = f"RT was asked for {len(ids)} records and showed {len(forms)}"
        raise ProtocolError(message)
    return [_shown(form, number) for form, number in zip(forms, ids, strict=True)]


def _shown(form: Form, number: int) -> Shown | RTError:
    kind, _, shown_id = form.fields.get("id", "").partition("/")
    if kind and shown_id.isdecimal() and shown_id.isascii() and len(form.fields) > 1:
        return Shown(int(shown_id), form.fields)
    if kind and shown_id.isdecimal() and shown_id.isascii() and not form.comments:
        return Shown(int(shown_id), form.fields)
    said = _said(form)
    return error_for(said) if said else ProtocolError(f"RT showed nothing of record {number}")


def _said(form: Form) -> str:
    return " ".join((*form.comments, *form.loose)).strip()


def _forms(reply: Reply) -> list[Form]:
    if reply.crash:
        message = f"RT crashed: {reply.crash}"
        raise ProtocolError(message)
    if reply.empty:
        message = "RT answered with nothing at all"
        raise ProtocolError(message)
    if not reply.body.endswith("\n"):
        message = f"the reply was cut short: it ends {reply.body[-40:]!r}"
        raise ProtocolError(message)
    return parse_many(reply.body)


def read_edits(reply: Reply, edits: Sequence[Edit]) -> list[EditReply]:
    """What RT did with each form of a batch edit; never fails.

    RT's reply holds first the successes, as lines in one block, then a block for each failure,
    both in the order of the forms (RT 4.4-6.0). The forms and both lists are therefore merged
    from the end; what cannot be assigned is `unclear`.
    """
    if reply.crash:
        return [EditReply(unclear=f"RT crashed: {reply.crash}") for _ in edits]
    if reply.empty:
        return [EditReply() for _ in edits]
    try:
        forms = _forms(reply)
    except ProtocolError as error:
        return [EditReply(unclear=str(error)) for _ in edits]
    if any("Please resubmit with errors corrected." in form.comments for form in forms):
        refusal = ProtocolError(" ".join(said for form in forms if (said := _said(form))))
        return [EditReply(refusal=refusal) for _ in edits]
    return _assign(edits, *_successes_and_failures(forms))


def _successes_and_failures(forms: list[Form]) -> tuple[list[str], list[Form]]:
    first = forms[0]
    lines = [*first.comments, *first.loose]
    if lines and not first.fields and all(_UPDATED.match(line) for line in lines):
        return lines, forms[1:]
    return [], forms


def _assign(edits: Sequence[Edit], successes: list[str], failures: list[Form]) -> list[EditReply]:
    replies: list[EditReply] = []
    for edit in reversed(edits):
        if failures and _fits(failures[-1], edit):
            replies.append(_failure(failures.pop(), edit))
        elif successes:
            replies.append(_success(successes.pop(), edit))
        else:
            replies.append(EditReply(unclear="RT's reply does not say what became of it"))
    if failures or successes:
        left = " ".join([*successes, *(_said(form) for form in failures)])
        return [EditReply(unclear=f"RT's reply cannot be told apart: {left}") for _ in edits]
    replies.reverse()
    return replies


def _fits(form: Form, edit: Edit) -> bool:
    if "id" in form.fields:
        same_record = form.fields["id"] == f"{edit.kind}/{edit.id}"
        echoed = {key.lower() for key in form.fields} - {"id"}
        return same_record and echoed == {key.lower() for key in edit.fields}
    number = _NUMBER.search(form.comments[0]) if form.comments else None
    # A refusal without a number says nothing of its form: its place in the order has to do.
    return number is None or str(edit.id) in number.groups()


def _success(line: str, edit: Edit) -> EditReply:
    found = _UPDATED.match(line)
    number = found.group(1) if found else ""
    if number.isdecimal() and number != str(edit.id):
        return EditReply(merged_into=int(number))
    return EditReply()


def _failure(form: Form, edit: Edit) -> EditReply:
    if "id" not in form.fields:
        return EditReply(refusal=error_for(_said(form)))
    errors = _by_key(form.comments, edit.fields, _edit_labels)
    merged = [found.group(1) for line in form.comments if (found := _UPDATED.match(line))]
    other = next((int(n) for n in merged if n.isdecimal() and n != str(edit.id)), None)
    unclear = "RT's refusal names no field" if "" in errors else ""
    return EditReply(errors=errors, unclear=unclear, merged_into=other)


def _edit_labels(key: str) -> tuple[str, ...]:
    if key.startswith("CF.{"):
        return key[4:-1].lower(), key.lower()
    canonical = key.lower() if key in _LOWERED_LABELS else key
    return canonical, key.lower()


def _by_key(
    lines: Iterable[str], keys: Mapping[str, str], labels: Callable[[str], tuple[str, ...]]
) -> dict[str, list[str]]:
    # Longest first: names of custom fields and RT's messages may both contain ": ".
    known = sorted(
        ((label + ": ", key) for key in keys for label in labels(key)),
        key=lambda row: len(row[0]),
        reverse=True,
    )
    errors: dict[str, list[str]] = {}
    last = ""
    for line in lines:
        if _UPDATED.match(line):
            continue
        label, key = next((row for row in known if line.startswith(row[0])), ("", ""))
        if not label and last in _MANY_LINED:
            key = last
        last = key
        said = line.removeprefix(label)
        if not _ALREADY.match(said):
            errors.setdefault(key, []).append(said)
    return errors


def read_created(reply: Reply, keys: Mapping[str, str]) -> Created:
    """What became of a create; the id comes first, whatever the status line says.

    RT may answer 409 after it made the record (RT 3.8-4.0 for tickets; all for queues, users
    and groups), or 200 when it made none.
    """
    if reply.crash or reply.empty:
        said = f"RT crashed: {reply.crash}" if reply.crash else "RT answered with nothing at all"
        return Created(None, unclear=said)
    lines = [
        line
        for form in parse_many(reply.body)
        for line in (*form.comments, *form.loose)
        if not line.startswith("Could not create ")
    ]
    made = next((int(found.group(1)) for line in lines if (found := _CREATED.match(line))), None)
    errors: dict[str, list[str]] = {}
    for line in lines:
        if not (_CREATED.match(line) or _UPDATED.match(line)):
            key, said = _create_error(line, keys)
            errors.setdefault(key, []).append(said)
    if made is None and not errors:
        refused = "Could not create " in reply.body
        said = "RT refused it without a reason" if refused else ""
        return Created(None, {"": [said]} if refused else {}, unclear=said or "RT's reply says nothing")
    return Created(made, errors)


def _create_error(line: str, keys: Mapping[str, str]) -> tuple[str, str]:
    if found := _UNKNOWN_CF.match(line):
        wanted = f"cf.{{{found.group(1)}}}".lower()
        return next((key for key in keys if key.lower() == wanted), ""), line
    if found := _UNKNOWN_FIELD.match(line):
        wanted = found.group(1).lower()
        return next((key for key in keys if key.lower() == wanted), ""), line
    for pattern, field in _CREATE_REASONS:
        if pattern.match(line):
            return (field if field in keys else ""), line
    by_label = _by_key([line], keys, lambda key: (key, *_edit_labels(key)))
    if not by_label:
        return "", line
    key, said = next(iter(by_label.items()))
    return key, said[0]


def _not_rest(status: int, location: str, content: bytes) -> RTError:
    if 300 <= status < 400:
        return _redirect(location)
    page = content.decode("utf-8", "replace")
    for sign, error, message in _PAGES:
        if sign in page:
            return error(message)
    if status in _HTTP_ERRORS:
        error, message = _HTTP_ERRORS[status]
        return error(f"HTTP {status}: {message}")
    if status >= 500:
        return ProtocolError(f"the web server answered HTTP {status}: {_quote(page)}")
    if status != 200:
        return ProtocolError(f"the web server answered HTTP {status}, which is not RT: {_quote(page)}")
    return ProtocolError(
        "the reply is an HTML page, not REST 1.0: give the URL of RT itself, such as "
        f"https://rt.example.com or https://example.com/rt ({_title(page)})"
    )


def _redirect(location: str) -> RTError:
    if "/SelfService" in location:
        return PermissionDenied(
            "the account may log in but is not privileged, so RT sends it to the self-service "
            "pages: tick 'Let this user be granted rights' for it"
        )
    if "/NoAuth/Login" in location:
        return ProtocolError(
            "there is no REST 1.0 here, RT sends this address to its login page: give the URL of "
            "RT's front page"
        )
    return ProtocolError(
        f"the server redirects to {_without_query(location)!r}, and redirects are not followed: "
        "give the URL that it leads to"
    )


_PAGES: tuple[tuple[str, type[RTError], str], ...] = (
    (
        "Possible cross-site request forgery",
        ProtocolError,
        "RT took the request for cross-site forgery and did nothing: the session cookie comes "
        "from a web login; log in through rtorm",
    ),
    (
        "WebRemoteUserAuth error: NoInternalUser",
        AuthenticationError,
        "the web server accepts the login, but RT has no user of that name",
    ),
    (
        "WebRemoteUserAuth error",
        AuthenticationError,
        "RT expects the web server to log users in, and it did not",
    ),
)

_HTTP_ERRORS: dict[int, tuple[type[RTError], str]] = {
    401: (AuthenticationError, "the web server does not accept the login"),
    403: (AuthenticationError, "the web server refuses the login"),
    404: (
        ProtocolError,
        "there is no REST 1.0 at this address: give the URL of RT's front page",
    ),
    413: (ProtocolError, "the web server refuses a request of this size; nothing was carried out"),
}


def _title(page: str) -> str:
    found = re.search(r"<title>\s*([^<]{1,80})", page)
    return f"its title: {found.group(1).strip()!r}" if found else "it has no title"


def _quote(text: str) -> str:
    return repr(" ".join(text[:_QUOTED].split())[:80])


def _without_query(location: str) -> str:
    return location.split("?", 1)[0]


