"""A server in a few lines that replies to batches of edits as RT does: its words, and what they mean.

Tickets may be gone, merged or beyond the account's rights; queues, users and groups may be gone;
any field may be refused, and links, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from rtorm.gateway import Edit
from tests.rest1.rt_rules import reply, write_body, write_form

CHANGED = "That is already the current value"
CF_MESSAGES = [
    "Invalid value for custom field",
    "Could not add a new value to custom field 'X: y': Input must match [Digits]",
    "Unknown custom field.",
    "Permission Denied",
    CHANGED,
]
CORE_MESSAGES = [
    "Permission Denied",
    "Status 'a: b' isn't a valid status for this ticket.",
    "That user does not exist",
    "TimeWorked could not be set to 5 minutes.",
    "Immutable field",
    CHANGED,
]
WATCHER_MESSAGES = [
    "Could not find or create user 'Subject: x'",
    "Could not find or create user 'bad one'",
    "in@rt is an address RT receives mail at. Adding it as a 'Cc' would create a mail loop",
    "root@x is already Cc",
]
WATCHERS = ("Requestors", "Cc", "AdminCc")
LOWERED = ("Queue", "Owner", "SLA")
CORE = ["Queue", "Owner", "SLA", "Subject", "Status", "Due", "TimeWorked", "Told", *WATCHERS]
NAMES = [
    "a",
    "a: b",
    "a: b: c",
    "A: B: x",
    "Owner",
    "queue",
    "Subject",
    "Cc",
    "Status",
    "x}",
    "29",
    "With Space",
    "Größe",
    "Col: on",
    "Ticket 1 updated.",
    "Requestor",
    "# y",
]
KEYS = [*CORE, *(f"CF.{{{name}}}" for name in NAMES)]


@dataclass
class Fate:
    """What the server does with one form.

    Attributes:
        said: The words about each field that it speaks of.
        refused: The sentence by which it refuses the form.
        shown_id: The number under which it reports success.
    """

    said: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    refused: str = ""
    shown_id: int = 0

    @property
    def errors(self) -> dict[str, list[str]]:
        kept = {
            key: [words for words in said if words != CHANGED and " is already Cc" not in words]
            for key, said in self.said.items()
        }
        return {key: said for key, said in kept.items() if said}


RELATIONS: tuple[str, ...] = (
    "DependsOn",
    "DependedOnBy",
    "RefersTo",
    "ReferredToBy",
    "Members",
    "MemberOf",
)
LINK_MESSAGES = [
    "Ticket 99 does not exist.",
    "Couldn't resolve 'x: y' into a link.",
    "Can't link a ticket to itself",
    "Permission Denied",
]
# What RT shows of a refused queue, user or group: all that it knows of it.
KNOWN = {
    "queue": ("Name", "Description", "CorrespondAddress", "CommentAddress", "Disabled"),
    "user": ("Name", "EmailAddress", "RealName", "FreeformContactInfo", "Lang", "Disabled"),
    "group": ("Name", "Description", "Disabled"),
}
UNKNOWN_KEYS = ("Foo", "Members", "Ticket")
OTHER_MESSAGES = [
    "Name in use",
    "Permission Denied",
    "Illegal value for Name",
    "Password: Permission Denied",
    "Ticket 1 updated.",
]


def label_on_edit(key: str, words: str) -> str:
    """What the server calls a field of a ticket that it refuses."""
    if words == "Unknown field.":
        return key.lower()
    if key.startswith("CF.{"):
        return key[4:-1].lower()
    if key.lower() == "status":
        return "Status"
    return key.lower() if key in LOWERED else key


def labels_of(edit: Edit) -> list[str]:
    """What the server may call the fields of an edit."""
    return [label_on_edit(key, "") for key in edit.fields]


def _failure_block(edit: Edit, fate: Fate, draw: Any) -> str:
    if edit.part:
        return _failed_links(edit, fate, draw)
    if edit.kind != "ticket":
        return _failed_other(edit, fate, draw)
    lines: list[str] = []
    for key in draw(st.permutations(list(fate.said))):
        for number, words in enumerate(fate.said[key]):
            bare = number > 0 and key in WATCHERS
            lines.append(words if bare else f"{label_on_edit(key, words)}: {words}")
    lines.append(f"Ticket {fate.shown_id} updated.")
    echo = draw(st.permutations(list(edit.fields.items())))
    return write_form({"id": f"ticket/{edit.id}", **dict(echo)}, lines)


def _failed_links(edit: Edit, fate: Fate, draw: Any) -> str:
    """Without a word of success, and with all six relations."""
    order = draw(st.permutations(list(fate.said)))
    lines = [f"{key}: {words}" for key in order for words in fate.said[key]]
    echo = {relation: edit.fields.get(relation, "") for relation in RELATIONS}
    return write_form({"id": f"ticket/{edit.id}/links", **echo}, lines)


def _failed_other(edit: Edit, fate: Fate, draw: Any) -> str:
    """With all fields that the server knows, and some of those that it does not."""
    known = KNOWN[edit.kind]
    order = draw(st.permutations(list(fate.said)))
    lines = [
        f"{key if key in known else key.lower()}: {words}"
        for key in order
        for words in fate.said[key]
    ]
    lines.append(f"{edit.kind.title()} {edit.id} updated.")
    others = [key for key in edit.fields if key not in known and draw(st.booleans())]
    echo = {key: edit.fields.get(key, "") for key in (*known, *others)}
    return write_form({"id": f"{edit.kind}/{edit.id}", **echo}, lines)


def _success(edit: Edit, fate: Fate) -> str:
    if edit.part:
        # Of links, RT tells the number that was sent, of a merged ticket, too.
        return f"# Links for ticket {edit.id} updated.\n"
    number = fate.shown_id if edit.kind == "ticket" else edit.id
    return f"# {edit.kind.title()} {number} updated.\n"


def batch_reply(edits: Sequence[Edit], fates: Sequence[Fate], draw: Any) -> str:
    """RT's reply: the successes in one block, then the failures, each in the forms' order."""
    both = list(zip(edits, fates, strict=True))
    done = [_success(edit, fate) for edit, fate in both if not (fate.said or fate.refused)]
    blocks = ["".join(done)] if done else []
    for edit, fate in both:
        if fate.refused:
            blocks.append(write_form({}, [fate.refused]))
        elif fate.said:
            blocks.append(_failure_block(edit, fate, draw))
    return reply(write_body(blocks), "409 Syntax Error")


@st.composite
def _words_about(draw: st.DrawFn, edit: Edit, key: str) -> list[str]:
    if edit.part:
        return [draw(st.sampled_from(LINK_MESSAGES))]
    if edit.kind != "ticket":
        unknown = key in UNKNOWN_KEYS
        return ["Unknown field."] if unknown else [draw(st.sampled_from(OTHER_MESSAGES))]
    if key in WATCHERS:
        return draw(st.lists(st.sampled_from(WATCHER_MESSAGES), min_size=1, max_size=3))
    if key.startswith("CF.{"):
        return [draw(st.sampled_from(CF_MESSAGES))]
    unknown_here = ["Unknown field."] if key in ("Told", "SLA", "Cc") else []
    return [draw(st.sampled_from(CORE_MESSAGES + unknown_here))]


@dataclass
class Held:
    """What the server knows of one record, as this account sees it."""

    gone: bool
    may_modify: bool
    may_delete: bool
    target: int


@st.composite
def fates_of(draw: st.DrawFn, edits: Sequence[Edit]) -> list[Fate]:
    """Play the forms through the server."""
    rarely = st.sampled_from([True, False, False, False])
    records = {
        (edit.kind, edit.id): Held(draw(rarely), not draw(rarely), draw(st.booleans()), edit.id)
        for edit in edits
    }
    tickets = [number for kind, number in records if kind == "ticket"]
    for (kind, _), held in records.items():
        if kind == "ticket" and draw(rarely):
            held.target = draw(st.sampled_from([*tickets, 77]))
    return [draw(_fate_of(edit, records[edit.kind, edit.id])) for edit in edits]


@st.composite
def _fate_of(draw: st.DrawFn, edit: Edit, held: Held) -> Fate:
    whole = edit.kind == "ticket" and not edit.part
    deletion = edit.fields == {"status": "deleted"}
    if held.gone:
        return Fate(refused=f"{edit.kind.title()} {edit.id} does not exist.")
    if whole and deletion and not held.may_delete:
        return Fate(refused=f"You are not allowed to delete ticket {edit.id}.")
    if whole and not deletion and not held.may_modify:
        return Fate(refused=f"You are not allowed to modify ticket {edit.id}.")
    failing = draw(st.lists(st.sampled_from(list(edit.fields)), unique=True, max_size=3))
    said = {} if draw(st.booleans()) else {key: draw(_words_about(edit, key)) for key in failing}
    # A ticket that moved may be out of reach for the next form.
    moved = whole and "Queue" in edit.fields and "Queue" not in said
    held.may_modify = held.may_modify and not (moved and draw(st.booleans()))
    return Fate(said, shown_id=held.target)


def _forms_of(pool: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    values = st.sampled_from(["x", "", "a\nb\n", "--", "# Ticket 1 updated.", "}: x", " y"])
    chosen = st.lists(
        st.sampled_from(pool), min_size=1, max_size=4, unique_by=lambda key: key.lower()
    )
    return chosen.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, values)))


def _own_forms_of(pool: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    full = _forms_of(pool)
    return st.one_of(full, full, full, st.just({"status": "deleted"}))


_LINKS = st.sampled_from(["", "5", "5, http://x/", "x: y"])
link_forms: st.SearchStrategy[dict[str, str]] = st.lists(
    st.sampled_from(RELATIONS), min_size=1, max_size=4, unique=True
).flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, _LINKS)))
"""What a form of links may hold."""


def _other_forms(kind: str) -> st.SearchStrategy[dict[str, str]]:
    more = ("Password",) if kind == "user" else ()
    return _forms_of([*KNOWN[kind], *UNKNOWN_KEYS, *more])


@st.composite
def _forms_of_one(draw: st.DrawFn, kind: str, number: int) -> list[Edit]:
    """The forms of one record: they follow each other and share no field."""
    if kind != "ticket":
        return [Edit(kind, number, draw(_other_forms(kind)))]
    forms: list[dict[str, str]] = []
    left = list(KEYS)
    for _ in range(draw(st.integers(0, 3))):
        form = draw(_own_forms_of(left))
        taken = {key.lower() for key in form}
        left = [key for key in left if key.lower() not in taken]
        if form not in forms:
            forms.append(form)
    edits = [Edit("ticket", number, form) for form in forms]
    if not forms or draw(st.booleans()):
        edits.append(Edit("ticket", number, draw(link_forms), "links"))
    return edits


_KINDS = st.sampled_from(["ticket", "ticket", "queue", "user", "group"])


@st.composite
def planned(draw: st.DrawFn) -> list[Edit]:
    """A batch as it is planned: the forms of one record after those of another."""
    records = draw(
        st.lists(st.tuples(_KINDS, st.integers(1, 4)), unique=True, min_size=1, max_size=5)
    )
    return [edit for kind, number in records for edit in draw(_forms_of_one(kind, number))]


wild_batches = st.lists(
    st.one_of(
        st.builds(Edit, st.just("ticket"), st.integers(1, 3), _own_forms_of(KEYS[:6])),
        st.builds(Edit, st.just("ticket"), st.integers(1, 3), _own_forms_of(KEYS[:6])),
        st.builds(Edit, st.just("ticket"), st.integers(1, 3), link_forms, st.just("links")),
        st.sampled_from(["queue", "user", "group"]).flatmap(
            lambda kind: st.builds(Edit, st.just(kind), st.integers(1, 2), _other_forms(kind))
        ),
    ),
    min_size=1,
    max_size=7,
)
"""Any forms in any order."""
