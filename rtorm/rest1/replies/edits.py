"""RT's reply to a batch of edits, dealt out to the edits; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rtorm.errors import ProtocolError
from rtorm.gateway import Edit, EditReply
from rtorm.rest1.forms import Form
from rtorm.rest1.replies.labels import UPDATED, Labels
from rtorm.rest1.replies.reply import Reply, forms_of, said_in
from rtorm.rest1.replies.sentences import error_for, is_known

__all__ = ["read_edits", "target"]

_REFUSED_RECORD = re.compile(
    r"(?:(?P<gone>\w+) (?P<id>[0-9]+) does not exist"
    r"|You are not allowed to (?P<verb>\w+) (?P<kind>\w+) (?P<number>[0-9]+))\.\Z"
)


def target(edit: Edit) -> str:
    """What RT calls the object of an edit."""
    return f"{edit.kind}/{edit.id}" + (f"/{edit.part}" if edit.part else "")


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
        forms = forms_of(reply)
    except ProtocolError as error:
        return [EditReply(unclear=str(error)) for _ in edits]
    if any("Please resubmit with errors corrected." in form.comments for form in forms):
        refusal = ProtocolError(" ".join(said for form in forms if (said := said_in(form))))
        return [EditReply(refusal=refusal) for _ in edits]
    return _assign(edits, *_successes_and_failures(forms))


def _successes_and_failures(forms: list[Form]) -> tuple[list[str], list[Form]]:
    first = forms[0]
    lines = [*first.comments, *first.loose]
    if lines and not first.fields and all(UPDATED.match(line) for line in lines):
        return lines, forms[1:]
    return [], forms


# How many failures have been dealt out, and whether the last form was refused as a whole.
_State = tuple[int, bool]


def _assign(edits: Sequence[Edit], successes: list[str], failures: list[Form]) -> list[EditReply]:
    found: list[EditReply | None] = [None] * len(edits)
    if len(edits) == len(successes) + len(failures):
        found = _outcomes(edits, successes, failures)
    if None not in found:
        return [reply for reply in found if reply is not None]
    # Once for all of them: it may be long.
    left = " ".join([*successes, *(said_in(form) for form in failures)])
    unclear = EditReply(unclear=f"RT's reply cannot be told apart: {left}")
    return [unclear if reply is None else reply for reply in found]


def _outcomes(
    edits: Sequence[Edit], successes: list[str], failures: list[Form]
) -> list[EditReply | None]:
    """What became of each edit; None where it cannot be told."""
    steps: list[dict[_State, list[_State]]] = []
    states: set[_State] = {(0, False)}
    for at, edit in enumerate(edits):
        step = {state: list(_next(state, at, edit, successes, failures)) for state in states}
        states = {after for follow in step.values() for after in follow}
        steps.append(step)
    states = {state for state in states if state[0] == len(failures)}
    replies: list[EditReply | None] = []
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
) -> EditReply | None:
    if len(ways) != 1:
        return None
    [(failed, after)] = ways
    if after > failed:
        return _failure(failures[failed], edit)
    return EditReply(merged_into=_merged_into([successes[at - failed]], edit))


def _fits(form: Form, edit: Edit) -> bool:
    """Whether a failure may be that of this edit."""
    if "id" in form.fields:
        same_record = form.fields["id"] == target(edit)
        return same_record and _echoes(form, edit)
    said = said_in(form)
    found = _REFUSED_RECORD.match(said)
    if found is None:
        # Without a number the sentence says nothing of its form, if it is one at all.
        return is_known(said)
    kind = found["gone"] or found["kind"]
    same_record = kind.lower() == edit.kind and (found["id"] or found["number"]) == str(edit.id)
    if edit.part:
        # A form of links is refused as a whole only where there is no such ticket.
        return same_record and found["gone"] is not None
    # Of all forms, RT refuses those with "delete" that do nothing else.
    deletion = {key: value.lower() for key, value in edit.fields.items()} == {"status": "deleted"}
    return same_record and (found["gone"] is not None or (found["verb"] == "delete") == deletion)


def _echoes(form: Form, edit: Edit) -> bool:
    """Whether a failure repeats the fields of this edit."""
    sent = {key.lower() for key in edit.fields}
    if edit.kind == "ticket" and not edit.part:
        return {key.lower() for key in form.fields} - {"id"} == sent
    # Of links and of other records RT repeats all fields that it knows, and never a password.
    return {key.lower() for key, value in form.fields.items() if value} - {"id"} <= sent


def _names_record(form: Form) -> bool:
    return _REFUSED_RECORD.match(said_in(form)) is not None


def _updated(line: str, edit: Edit) -> bool:
    """Whether a success may be that of this edit: of a merged ticket RT tells the other number."""
    found = UPDATED.match(line)
    if found is None:
        return False
    if edit.part:
        return found["linked"] == str(edit.id)
    return (found["kind"] or "").lower() == edit.kind and (
        found["id"] == str(edit.id) or edit.kind == "ticket"
    )


def _merged_into(lines: Iterable[str], edit: Edit) -> int | None:
    numbers = (found["id"] for line in lines if (found := UPDATED.match(line)))
    return next((int(number) for number in numbers if number and number != str(edit.id)), None)


def _failure(form: Form, edit: Edit) -> EditReply:
    if "id" not in form.fields:
        return EditReply(refusal=error_for(said_in(form)))
    errors = Labels(edit.fields).by_key(form.comments)
    unclear = "RT's refusal names no field" if "" in errors or not form.comments else ""
    return EditReply(errors=errors, unclear=unclear, merged_into=_merged_into(form.comments, edit))
