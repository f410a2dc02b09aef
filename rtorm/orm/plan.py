"""Dirty records to ordered forms; pure.

RT applies the fields of one form one after the other in random order, each for itself. So what
depends on something else goes into a later form of the same request (RT 3.8-6.0, REST 1.0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pydantic import ValidationError

from rtorm.errors import RTError
from rtorm.gateway import Edit, Upload
from rtorm.models.attachment import upload_of
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.loading.mirroring import Agreement
from rtorm.orm.record import Record
from rtorm.orm.records.checking import checked, objections, run_model_validators
from rtorm.orm.records.defined import PREFIX, layout_for
from rtorm.orm.records.groups import with_groups
from rtorm.orm.state import NOT_LOADED, Change, TrackedList, state_of
from rtorm.rest1.checks import attachment_line
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import LINKS
from rtorm.rest1.forms import EncodeError

__all__ = ["CreatePlan", "EditPlan", "Plan", "PlannedForm", "Unsendable", "plan", "plans"]

_FILES = "Attachment"


@dataclass(frozen=True, slots=True)
class PlannedForm:
    """One form of an edit, and the attribute that each of its keys stands for."""

    edit: Edit
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EditPlan:
    """The forms that carry the changes of one existing record, in their order.

    Attributes:
        record: The record.
        changes: What was set.
        forms: The forms.
        waits: Whether it links to a ticket that is new; `replanned` once that has a number.
        regrouped: Lists of watchers of which RT is told groups in place of their members.
    """

    record: Record
    changes: Mapping[str, Change[Any]]
    forms: tuple[PlannedForm, ...]
    waits: bool = False
    regrouped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CreatePlan:
    """What makes one new record.

    Attributes:
        record: The record.
        changes: What was set.
        fields: What RT is told, by its names.
        names: The attribute that each of these names stands for.
        files: What goes with the new record's text.
        later: The attributes that RT takes once there is a record, for `later_forms`.
    """

    record: Record
    changes: Mapping[str, Change[Any]]
    fields: Mapping[str, str]
    names: Mapping[str, str]
    files: tuple[Upload, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A record that must not be sent as it is, and why.

    Attributes:
        record: The record.
        errors: What is wrong, by attribute.
        cause: What is wrong with the record as a whole, if that is why.
    """

    record: Record
    errors: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cause: RTError | None = None


Plan = EditPlan | CreatePlan | Unsendable


def plan(
    record: Record,
    clock: Callable[[], Clock],
    agreement: Agreement,
    unmade: Mapping[Record, str] | None = None,
) -> Plan:
    """Plan how to send what has changed of a record.

    Args:
        record: A record with changes.
        clock: Gives the account's clock; asked before anything is sent.
        agreement: What is sent with it, to which it may link though it is new.
        unmade: What was to be sent with it and is not, and why.

    Raises:
        ConfigurationError: A date is to be written, and the account's zone was not given, or the
            zone contradicts the server.
    """
    errors = _objections(record, record.changes)
    if said := run_model_validators(record):
        errors[""] = said
    changes = agreement.changes_of(record)
    company = _Company(agreement.records, unmade or {})
    if state_of(record).persistent:
        return _plan_edit(record, changes, clock, errors, company)
    return _plan_create(record, changes, clock, errors, company)


def plans(records: Sequence[Record], clock: Callable[[], Clock]) -> tuple[list[Plan], Agreement]:
    """Plan how to send what has changed of some records; one plan for each, in their order.

    What is not sent has no say in what others are linked to, and nothing is linked to it.

    Raises:
        ConfigurationError: As `plan`.
    """
    planned: dict[Record, Plan] = {}
    sendable = list(records)
    while True:
        agreement = Agreement(sendable)
        unmade = {r: _why_unsent(p) for r, p in planned.items() if isinstance(p, Unsendable)}
        planned |= {record: plan(record, clock, agreement, unmade) for record in sendable}
        left = [record for record in sendable if not isinstance(planned[record], Unsendable)]
        if len(left) == len(sendable):
            return [planned[record] for record in records], agreement
        sendable = left


def replanned(waiting: EditPlan, clock: Callable[[], Clock], agreement: Agreement) -> Plan:
    """The plan of a record that links to new tickets, which have their numbers now."""
    record = waiting.record
    errors = _objections(record, record.changes)
    company = _Company(unmade=dict.fromkeys(agreement.records, _NOT_MADE))
    return _plan_edit(record, agreement.changes_of(record, made=True), clock, errors, company)


def later_forms(
    made: CreatePlan, clock: Callable[[], Clock], agreement: Agreement
) -> tuple[CreatePlan, tuple[PlannedForm, ...], dict[str, list[str]]]:
    """What RT takes only of a record that it has made: forms, and what cannot be sent."""
    record = made.record
    errors = _objections(record, {name: record.changes[name] for name in made.later})
    agreed = agreement.changes_of(record, made=True)
    changes = {name: agreed[name] for name in made.later}
    fields = layout_for(record).fields
    company = _Company(unmade=dict.fromkeys(agreement.records, _NOT_MADE))
    told = ((fields[name], change.new) for name, change in changes.items())
    encoded = _encode(told, clock, errors, company)
    forms = _forms(record, fields, encoded)
    return replace(made, changes={**made.changes, **changes}), forms, errors


def _objections(record: Record, changes: Mapping[str, Change[Any]]) -> dict[str, list[str]]:
    """Check what changed past its validator."""
    fields, values = layout_for(record).fields, vars(record)
    errors: dict[str, list[str]] = {}
    for name, change in changes.items():
        # A list may have changed in place. A validator may alter it, too.
        if fields[name].many or name.startswith(PREFIX):
            try:
                valid = checked(record, name, change.new)
            except ValidationError as error:
                errors[name] = objections(error)
            else:
                if fields[name].many:
                    cast("TrackedList[Any]", values[name]).put(valid)
    return errors


def _encode(
    fields: Iterable[tuple[FieldLayout, Any]],
    clock: Callable[[], Clock],
    errors: dict[str, list[str]],
    company: _Company,
) -> dict[str, str]:
    """Wire text by attribute name; what cannot be sent goes to `errors`."""
    encoded: dict[str, str] = {}
    for laid_out, value in fields:
        if laid_out.name in errors:
            continue
        try:
            told = _with_numbers(value, company) if laid_out.codec is LINKS else value
            encoded[laid_out.name] = laid_out.codec.encode(told, clock())
        except EncodeError as error:
            errors[laid_out.name] = [str(error)]
    return encoded


@dataclass(frozen=True, slots=True)
class _Company:
    """What a record is sent with, to which it may link.

    Attributes:
        together: Those that are made by the same commit, if they are new.
        unmade: Those that were to be and are not, and why.
    """

    together: Collection[Record] = ()
    unmade: Mapping[Record, str] = field(default_factory=dict[Record, str])


_NOT_MADE = "this commit did not make it, or does not know whether it did; its own errors say why"
_BY_ONE_COMMIT = "it is made and linked by one commit() of a session that holds both"


def _why_unsent(refused: Unsendable) -> str:
    return f"it is not sent, since it cannot be: {_told(refused.errors)}"


def _why_missing(new: Record) -> str:
    """Why there is none to link to, of a new ticket that is not sent with the other one."""
    # Of one that was sent before it may be unknown whether RT has made it.
    said = _told(state_of(new).errors)
    return f"{said}; {_BY_ONE_COMMIT}" if said else _BY_ONE_COMMIT


def _told(errors: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name or 'record'}: {' '.join(said)}" for name, said in errors.items())


def _with_numbers(members: Iterable[Any], company: _Company) -> list[Any]:
    """The members of a list of links but for tickets that are about to get their numbers.

    Raises:
        EncodeError: There is a new ticket that is not made by this commit.
    """
    for member in members:
        if isinstance(member, Record) and member not in company.together:
            why = company.unmade.get(member) or _why_missing(member)
            message = f"{member!r} is not in RT, as far as is known: {why}"
            raise EncodeError(message)
    return [member for member in members if not isinstance(member, Record)]


def _plan_edit(
    record: Record,
    changes: Mapping[str, Change[Any]],
    clock: Callable[[], Clock],
    errors: dict[str, list[str]],
    company: _Company,
) -> EditPlan | Unsendable:
    fields = layout_for(record).fields
    sent = _with_groups(record, changes, errors)
    encoded = _encode(((fields[name], new) for name, new in sent.items()), clock, errors, company)
    for name in encoded:
        if said := fields[name].not_told(created=False):
            errors[name] = [said]
        elif fields[name].codec is LINKS and vars(record)["id"] in changes[name].new:
            errors[name] = [_ITSELF]
    if errors:
        return Unsendable(record, errors)
    forms = _forms(record, fields, encoded, freed=_is_freed(changes))
    linked = (c.new for name, c in changes.items() if fields[name].codec is LINKS)
    waits = any(isinstance(member, Record) for members in linked for member in members)
    regrouped = frozenset(
        name for name in state_of(record).holders if sent[name] != changes[name].new
    )
    return EditPlan(record, changes, forms, waits, regrouped)


def _with_groups(
    record: Record, changes: Mapping[str, Change[Any]], errors: dict[str, list[str]]
) -> dict[str, Any]:
    """What is to be sent of each change: lists of watchers with the groups that RT hides."""
    sent = {name: change.new for name, change in changes.items()}
    valid = {name: held for name, held in state_of(record).holders.items() if name not in errors}
    for name, holders in valid.items():
        try:
            sent[name] = with_groups(changes[name].old, sent[name], holders)
        except EncodeError as error:
            errors[name] = [str(error)]
    return sent


def _is_freed(changes: Mapping[str, Change[Any]]) -> bool:
    """Whether a ticket ceases to depend on another one as its status changes."""
    status, links = changes.get("status"), changes.get("links.depends_on")
    # RT shows no links of a deleted ticket, so it could not remove one.
    if status is None or links is None or status.old == "deleted":
        return False
    return not links.new if links.old is NOT_LOADED else not set(links.old) <= set(links.new)


def _forms(
    record: Record,
    fields: Mapping[str, FieldLayout],
    encoded: Mapping[str, str],
    *,
    freed: bool = False,
) -> tuple[PlannedForm, ...]:
    """The forms of an edit, in the order in which RT must take them."""
    kind, number = type(record).__rt_kind__, vars(record).get("id") or 0
    forms: list[PlannedForm] = []
    for part, names in _in_order(fields, encoded, freed=freed):
        keys = {_key(fields[name], encoded[name]): name for name in names}
        texts = {key: encoded[name] for key, name in keys.items()}
        forms.append(PlannedForm(Edit(kind, number, texts, part), keys))
    return tuple(forms)


def _in_order(
    fields: Mapping[str, FieldLayout], encoded: Mapping[str, str], *, freed: bool
) -> Iterable[tuple[str, list[str]]]:
    """The part of the record and the attributes of each form."""
    stages: dict[tuple[int, str], list[str]] = {}
    by_status = "status" in encoded
    for name in encoded:
        stage = _stage(name, encoded[name], by_status=by_status, freed=freed)
        stages.setdefault((stage, fields[name].spec.part), []).append(name)
    for stage, part in sorted(stages):
        for names in _without_equal_labels(fields, stages[stage, part]):
            yield part, names


def _stage(name: str, text: str, *, by_status: bool, freed: bool) -> int:
    if name == "queue":
        # Custom fields, owner and status depend on it.
        return 0
    if name == "links.depends_on" and freed:
        # RT refuses to resolve a ticket that depends on an open one.
        return 1
    if name.startswith("links.") or (by_status and name in ("started", "resolved")):
        # RT sets these dates by itself as the status changes, and shows links of no deleted ticket.
        return 3
    if name == "status" and text.lower() == "deleted":
        # Alone, it takes the right DeleteTicket only.
        return 4
    return 2


def _key(laid_out: FieldLayout, text: str) -> str:
    # RT looks for a lower-case key when it decides whether DeleteTicket is enough.
    deletion = laid_out.edit_wire == "Status" and text.lower() == "deleted"
    return "status" if deletion else laid_out.edit_wire


def _without_equal_labels(
    fields: Mapping[str, FieldLayout], names: list[str]
) -> Iterable[list[str]]:
    """Split so that no form has two fields that RT's errors would call by the same name."""
    forms: list[dict[str, str]] = []
    for name in names:
        label = fields[name].edit_wire.removeprefix("CF.{").removesuffix("}").lower()
        form = next((form for form in forms if label not in form), None)
        if form is None:
            forms.append(form := {})
        form[label] = name
    return [list(form.values()) for form in forms]


def _plan_create(
    record: Record,
    changes: Mapping[str, Change[Any]],
    clock: Callable[[], Clock],
    errors: dict[str, list[str]],
    company: _Company,
) -> CreatePlan | Unsendable:
    fields = layout_for(record).fields
    wanted = {name: change.new for name, change in changes.items() if name != "files"}
    if "queue" in fields and "queue" not in wanted:
        wanted = _with_queue(record, wanted, errors)
    for name in wanted:
        if not fields[name].spec.creatable:
            errors[name] = ["RT takes it only once the ticket exists"]
        elif said := fields[name].not_told(created=True):
            errors[name] = [said]
        elif fields[name].codec is LINKS and record in wanted[name]:
            errors[name] = [_ITSELF]
    told = ((fields[name], value) for name, value in wanted.items())
    encoded = _encode(told, clock, errors, company)
    given = changes["files"].new if "files" in changes and "files" not in errors else ()
    files = tuple(upload_of(file) for file in given)
    for file in files:
        try:
            attachment_line(file.filename)
        except EncodeError as error:
            errors.setdefault("files", []).append(str(error))
    if errors:
        return Unsendable(record, errors)
    own = {
        name: text
        for name, text in encoded.items()
        if not (fields[name].spec.part or _waits_for_ticket(fields[name], clock))
    }
    later = tuple(name for name in encoded if name not in own and wanted[name])
    names = {fields[name].create_wire: name for name in own}
    wire = {fields[name].create_wire: text for name, text in own.items() if text}
    names |= {_FILES: "files"} if files else {}
    return CreatePlan(record, changes, wire, names, files, later)


def _waits_for_ticket(laid_out: FieldLayout, clock: Callable[[], Clock]) -> bool:
    """Whether RT takes several values of a custom field only once there is a ticket."""
    # RT before 4.2.11 would make one value of them all.
    is_custom_list = laid_out.many and laid_out.spec.wire.startswith("CF.")
    return is_custom_list and clock().old_lists


def _with_queue(
    record: Record, wanted: Mapping[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    queue = getattr(record, "queue", None)
    if queue is None:
        errors["queue"] = ["a new ticket needs a queue"]
        return dict(wanted)
    return {"queue": queue, **wanted}


_ITSELF = "a ticket cannot be linked to itself"
