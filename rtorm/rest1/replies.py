"""RT's replies: text to status, forms, outcomes and errors; pure.

RT answers HTTP 200 to almost everything, wrong passwords and crashes included, and its own
status line often misleads. So each reply is judged by its sentences, which stand in tables here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

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
# Longer numbers are none that RT gives, and int() refuses very long ones.
_UPDATED = re.compile(r"(Ticket|Queue|User|Group) ([0-9]{1,18}) updated\.\Z")
_CREATED = re.compile(r"(?:Ticket|Queue|User|Group) ([0-9]{1,18}) created\.\Z")
_SHOWN_ID = re.compile(r"\w+/([0-9]{1,18})\Z")
_REFUSED_RECORD = re.compile(
    r"(?:(?P<gone>\w+) (?P<id>[0-9]+) does not exist"
    r"|You are not allowed to (?P<verb>\w+) (?P<kind>\w+) (?P<number>[0-9]+))\.\Z"
)
_NOT_CREATED = re.compile(r"Could not create \w+\.\s*")
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


def _right(name: str) -> str:
    return f"the account needs the right {name}"


SENTENCES = _table(
    (r"\w+ .+ does not exist\.?\Z", NotFound, ""),
    (
        r"No (?:queue|user|group) named .* exists\.\Z",
        NotFound,
        "a disabled one answers to its id only",
    ),
    (r"Transaction \d+ is not related to Ticket \d+", NotFound, ""),
    (r"Couldn't load ticket id: ", NotFound, ""),
    (r"Link not found\Z", NotFound, ""),
    (r"You are not allowed to display ticket", PermissionDenied, _right("ShowTicket")),
    (r"You are not allowed to delete ticket", PermissionDenied, _right("DeleteTicket")),
    (r"You are not allowed to modify ticket", PermissionDenied, _right("ModifyTicket")),
    (r"You are not allowed to ", PermissionDenied, ""),
    (r"No permission to create tickets", PermissionDenied, _right("CreateTicket")),
    (r"Permission denied\Z", PermissionDenied, _right("AdminUsers")),
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

_LOWERED_LABELS = frozenset({"queue", "owner", "sla"})
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
    if status == HTTPStatus.OK and not content:
        return Reply(empty=True)
    if status != HTTPStatus.OK or "html" in content_type.lower() or content.lstrip()[:1] == b"<":
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
    if row := _sentence(sentence):
        return row.error(f"{sentence} ({row.remedy})" if row.remedy else sentence)
    return ProtocolError(f"RT said: {sentence}")


def _sentence(said: str) -> _Sentence | None:
    return next((row for row in SENTENCES if row.pattern.match(said)), None)


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
    found = _SHOWN_ID.match(form.fields.get("id", ""))
    if found and (len(form.fields) > 1 or not form.comments):
        return Shown(int(found.group(1)), form.fields)
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
    forms = parse_many(reply.body)
    if cut := _cut_short(reply, forms):
        raise ProtocolError(cut)
    return forms


def _cut_short(reply: Reply, forms: Sequence[Form]) -> str:
    """Why the reply cannot be whole; empty if it can."""
    # RT ends forms with two newlines, and bare sentences with one at least.
    bare = len(forms) == 1 and not forms[0].fields and not forms[0].comments
    if reply.body.endswith("\n\n") or (bare and reply.body.endswith("\n")):
        return ""
    return f"the reply was cut short: it ends {reply.body[-40:]!r}"


def read_edits(reply: Reply, edits: Sequence[Edit]) -> list[EditReply]:
    """What RT did with each form of a batch edit; never fails.

    RT's reply holds first the successes, as lines in one block, then a block for each failure,
    both in the order of the forms (RT 4.4-6.0). An edit has the outcome that it has in every way
    of dealing the two lists out to the edits that agrees with what they say; if the ways differ,
    it is `unclear`.
    """
    if reply.crash:
        return [EditReply(unclear=f"RT crashed: {reply.crash}") for _ in edits]
    if reply.empty:
        # An edit that changes nothing has this reply only where its form has no id.
        return [EditReply(unclear="RT answered with nothing at all") for _ in edits]
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


# How many failures have been dealt out, and whether the last form was refused as a whole.
_State = tuple[int, bool]


def _assign(edits: Sequence[Edit], successes: list[str], failures: list[Form]) -> list[EditReply]:
    steps: list[dict[_State, list[_State]]] = []
    states: set[_State] = {(0, False)}
    for at, edit in enumerate(edits):
        step = {state: list(_next(state, at, edit, successes, failures)) for state in states}
        states = {after for follow in step.values() for after in follow}
        steps.append(step)
    states = {state for state in states if len(edits) == state[0] + len(successes)}
    states = {state for state in states if state[0] == len(failures)}
    replies: list[EditReply] = []
    for at, step in reversed(list(enumerate(steps))):
        ways = {(old[0], new[0]) for old, follow in step.items() for new in follow if new in states}
        states = {old for old, follow in step.items() if states.intersection(follow)}
        replies.append(_outcome(ways, at, edits[at], successes, failures))
    replies.reverse()
    return replies


def _next(
    state: _State, at: int, edit: Edit, successes: list[str], failures: list[Form]
) -> Iterable[_State]:
    """The states that may follow if this edit failed, and if it succeeded."""
    failed, refused = state
    if failed < len(failures) and _fits(failures[failed], edit):
        yield failed + 1, "id" not in failures[failed].fields
    # What refused the last form of a record refuses the next one: nothing has changed meanwhile.
    barred = refused and _names_record(failures[failed - 1]) and _fits(failures[failed - 1], edit)
    if not barred and at - failed < len(successes) and _updated(successes[at - failed], edit):
        yield failed, False


def _outcome(
    ways: set[tuple[int, int]],
    at: int,
    edit: Edit,
    successes: list[str],
    failures: list[Form],
) -> EditReply:
    if len(ways) != 1:
        left = " ".join([*successes, *(_said(form) for form in failures)])
        return EditReply(unclear=f"RT's reply cannot be told apart: {left}")
    [(failed, after)] = ways
    if after > failed:
        return _failure(failures[failed], edit)
    return EditReply(merged_into=_merged_into([successes[at - failed]], edit))


def _fits(form: Form, edit: Edit) -> bool:
    """Whether a failure may be that of this edit."""
    if "id" in form.fields:
        same_record = form.fields["id"] == f"{edit.kind}/{edit.id}"
        return same_record and _echoes(form, {key.lower() for key in edit.fields})
    said = _said(form)
    found = _REFUSED_RECORD.match(said)
    if found is None:
        # Without a number the sentence says nothing of its form, if it is one at all.
        return _sentence(said) is not None
    kind = found["gone"] or found["kind"]
    same_record = kind.lower() == edit.kind and (found["id"] or found["number"]) == str(edit.id)
    # Of all forms, RT refuses those with "delete" that do nothing else.
    deletion = {key: value.lower() for key, value in edit.fields.items()} == {"status": "deleted"}
    return same_record and (found["gone"] is not None or (found["verb"] == "delete") == deletion)


def _echoes(form: Form, sent: set[str]) -> bool:
    """Whether a failure repeats these fields."""
    if form.fields["id"].startswith("ticket/"):
        return {key.lower() for key in form.fields} - {"id"} == sent
    # Of other records RT repeats all fields that it knows, and never a password.
    return {key.lower() for key, value in form.fields.items() if value} - {"id"} <= sent


def _names_record(form: Form) -> bool:
    return _REFUSED_RECORD.match(_said(form)) is not None


def _updated(line: str, edit: Edit) -> bool:
    """Whether a success may be that of this edit: of a merged ticket RT tells the other number."""
    found = _UPDATED.match(line)
    if found is None or found.group(1).lower() != edit.kind:
        return False
    return found.group(2) == str(edit.id) or edit.kind == "ticket"


def _merged_into(lines: Iterable[str], edit: Edit) -> int | None:
    numbers = (found.group(2) for line in lines if (found := _UPDATED.match(line)))
    return next((int(number) for number in numbers if number != str(edit.id)), None)


def _failure(form: Form, edit: Edit) -> EditReply:
    if "id" not in form.fields:
        return EditReply(refusal=error_for(_said(form)))
    errors = _by_key(form.comments, edit.fields)
    unclear = "RT's refusal names no field" if "" in errors or not form.comments else ""
    return EditReply(errors=errors, unclear=unclear, merged_into=_merged_into(form.comments, edit))


def _label(key: str) -> str:
    """What RT calls a field when it refuses its value."""
    if key.startswith("CF.{"):
        return key[4:-1].lower()
    return key.lower() if key.lower() in _LOWERED_LABELS else key[:1].upper() + key[1:]


def _by_key(lines: Iterable[str], keys: Mapping[str, str]) -> dict[str, list[str]]:
    by_label: dict[str, str] = {}
    for key in keys:
        label = _label(key)
        # RT's own Owner and a custom field of that name are called the same: it is neither then.
        by_label[label] = key if label not in by_label else ""
    # Of a field that it does not know, RT repeats the whole key, in lower case or as sent.
    whole = {key.lower(): key for key in keys}
    by_label = {**whole, **{key: key for key in keys}, **by_label}
    # Longest first: names of custom fields and RT's messages may both contain ": ".
    known = sorted(by_label.items(), key=lambda row: len(row[0]), reverse=True)
    errors: dict[str, list[str]] = {}
    last = ""
    for line in lines:
        if _UPDATED.match(line):
            continue
        label, key = next((row for row in known if line.startswith(row[0] + ": ")), ("", ""))
        if found := _UNKNOWN_FIELD.match(line):
            key = whole.get(found.group(1).lower(), key)
        if not label and last in _MANY_LINED:
            key = last
        last = key
        said = line.removeprefix(label + ": ") if label else line
        if not _ALREADY.match(said):
            errors.setdefault(key, []).append(said if key else line)
    return errors


def read_created(reply: Reply, keys: Mapping[str, str]) -> Created:
    """What became of a create; the id comes first, whatever the status line says.

    RT may answer 409 after it made the record (RT 3.8-4.0 for tickets; all for queues, users
    and groups), or 200 when it made none.
    """
    if reply.crash or reply.empty:
        said = f"RT crashed: {reply.crash}" if reply.crash else "RT answered with nothing at all"
        return Created(None, unclear=said)
    forms = parse_many(reply.body)
    lines = [line for form in forms for line in (*form.comments, *form.loose)]
    made = next((int(found.group(1)) for line in lines if (found := _CREATED.match(line))), None)
    cut = _cut_short(reply, forms)
    if cut and made is None:
        return Created(None, unclear=cut)
    errors: dict[str, list[str]] = {}
    for line in lines:
        reason = _NOT_CREATED.sub("", line, count=1)
        if reason and not (_CREATED.match(line) or _UPDATED.match(line)):
            for key, reasons in _create_errors(reason, keys).items():
                errors.setdefault(key, []).extend(reasons)
    if made is None and not errors:
        if any(_NOT_CREATED.match(line) for line in lines):
            errors[""] = ["RT refused it without a reason"]
        else:
            cut = "RT's reply says nothing"
    return Created(made, errors, unclear=cut)


def _create_errors(line: str, keys: Mapping[str, str]) -> dict[str, list[str]]:
    """The field, and what is said of it; nothing if the line is no refusal."""
    named = ""
    if found := _UNKNOWN_CF.match(line):
        named = f"cf.{{{found.group(1)}}}"
    elif found := _UNKNOWN_FIELD.match(line):
        named = found.group(1)
    else:
        named = next((field for pattern, field in _CREATE_REASONS if pattern.match(line)), "")
    if named:
        return {next((key for key in keys if key.lower() == named.lower()), ""): [line]}
    return _by_key([line], keys)


def _not_rest(status: int, location: str, content: bytes) -> RTError:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirect(location)
    page = content.decode("utf-8", "replace")
    for sign, error, message in _PAGES:
        if sign in page:
            return error(message)
    if status in _HTTP_ERRORS:
        error, message = _HTTP_ERRORS[status]
        return error(f"HTTP {status}: {message}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProtocolError(f"the web server answered HTTP {status}: {_quote(page)}")
    if status != HTTPStatus.OK:
        said = f"the web server answered HTTP {status}, which is not RT: {_quote(page)}"
        return ProtocolError(said)
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
        AuthenticationError,
        "RT did nothing, taking it for cross-site forgery: the session cookie is of a web login",
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
    401: (
        AuthenticationError,
        "the web server does not accept the login, or this is the address of REST 2.0",
    ),
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
