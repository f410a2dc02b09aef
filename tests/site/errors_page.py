"""Writes `docs/reference/errors.md` from the code: `python -m tests.site.errors_page`.

What an exception means and holds is its documentation, which the site shows; who raises it is read
from the documentation of those; RT's sentences are the tables by which rtorm reads them.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path

import griffe

import rtorm
from rtorm import errors
from rtorm.orm import outcome
from rtorm.rest1.replies import creates, labels
from rtorm.rest1.replies.sentences import SENTENCES

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "errors.md"
GAP = "…"

# Members whose names begin with an underscore, and which the reference shows all the same.
_SHOWN = ("__iter__", "__getitem__")
_OPTIONS = "{heading_level: 3, members: false, inherited_members: false, show_bases: true}"
_TOP_LEVEL = re.compile(r"\|(?![^(]*\))")

_WHAT_TO_DO: Mapping[str, str] = {
    "RTError": "Catch it where a program does the same whatever went wrong, as a nightly job does.",
    "TransportError": "Try again, after `error.retry_after` seconds where that is a number.",
    "OutcomeUnknownError": "An edit may be saved again. Of all else ask `error.verify()` first: see "
    "[what is never repeated](../explanation/never-repeated.md).",
    "AuthenticationError": "The message says what to check: name and password, token, Kerberos "
    "ticket, or the web server's login. See [connecting](../connecting.md).",
    "PermissionDenied": "The message names the right where it is known; an administrator of RT "
    "grants it.",
    "NotFound": "Check the id or the name, and whether the account may see it: RT says the same of "
    "both. A disabled record answers to its id only.",
    "QueryError": "The message names the condition. `session.check(query)` finds names that RT does "
    "not know. See [queries](../queries.md).",
    "ProtocolError": "Check that the URL is RT's front page and that nothing between here and RT "
    "answers in its place; RT's log tells of a crash. See [connecting](../connecting.md).",
    "ConfigurationError": "The message names the setting and what it may be.",
    "SaveError": "Catch it to see to all refusals of one record alike; `error.errors` says why, by "
    "attribute. See [when RT refuses](../errors.md).",
    "RejectedError": "Mend what `error.errors` names and save again: all changes are still there.",
    "ForbiddenError": "As of a `RejectedError`; the account lacks a right.",
    "GoneError": "As of a `RejectedError`; there is nothing to save to any more.",
    "PartialSaveError": "Mend what `error.errors` names and save again: only the rest is sent. See "
    "[partial failures](../partial-failures.md).",
    "StaleError": "Look at `error.theirs`; `record.refresh(keep_changes=True)`, then save again.",
    "OverwrittenError": "Compare `error.applied` with `error.theirs`, and write what shall stand.",
    "CommitError": "Go through `error.report`; another `commit()` tries again what was refused.",
    "CommitInterrupted": "`error.report` says how far it came; another `commit()` goes on.",
    "DetachedError": "`session.add(record)`, in a session that is open.",
    "NotLoadedError": "Have the query load it: `.include(...)`, or leave out `.strict()`.",
    "WrongThreadError": "Give each thread a session of its own; they may share a client.",
    "TimeZoneWarning": "Give `connect()` the account's `time_zone`.",
    "ExposedPasswordWarning": "`chmod 600` the file.",
}

# What RT says of a field that it refuses, as it says it on 4.4 and 5.0; tests hold that it does.
OF_AN_EDIT: tuple[tuple[str, str, str], ...] = (
    ("That user does not exist", "owner", "RT knows no user of this name"),
    (
        f"Status '{GAP}' isn't a valid status for this ticket.",
        "status",
        "see the queue's lifecycle",
    ),
    (f"Could not find or create user '{GAP}'", "requestors", "neither a user nor an address"),
    ("Invalid value for custom field", "cf.Choice", "none of the values to choose from"),
    ("That user may not own tickets in that queue", "owner", "the user needs the right OwnTicket"),
    (f"Queue {GAP} does not exist", "queue", "misspelt, disabled, or not for this account"),
    (f"Ticket {GAP} does not exist.", "links.depends_on", "there is nothing to link to"),
)

# What RT's sentences are about, by what rtorm makes of them.
_ABOUT: Mapping[str, str] = {
    "NotFound": "What is not there",
    "PermissionDenied": "What the account may not do",
    "QueryError": "What RT cannot be asked",
    "ProtocolError": "What RT cannot read",
    "RTError": "What RT does not do",
}

_OF_A_WRITE: Mapping[str, str] = {
    cause.__name__: refusal.__name__
    for refusal in errors.RejectedError.__subclasses__()
    for cause in refusal.__bases__
    if cause is not errors.RejectedError
}

_TEXT = """\
---
search:
  boost: 2
---

# Error index

Every exception with what it means, what it holds, what to do and who raises it; then [what RT
says](#what-rt-says) and what that becomes. Paste a message into the search above to find it here,
without names and numbers of your own. How they are used is told in [when RT
refuses](../errors.md). This page is made [from the code](#where-this-stands-in-the-code), and a
test holds that it is up to date.

```text
{tree}
```

## Exceptions

{exceptions}

## What RT says

RT's sentences, as far as rtorm knows them, whichever exception tells them; {gap} stands for any
text. Where a record was to be written, the sentence is in `error.errors`, and the exception is the
one that is named for a write. A sentence that is not here is told as it is: of a field in
`error.errors`, else by a [`ProtocolError`][rtorm.ProtocolError] that begins with "RT said:".

{said}

### Of one field of a new ticket

When RT refuses a create, it gives one reason. rtorm finds the attribute that it is about, and
raises a [`RejectedError`][rtorm.RejectedError] with the sentence in `error.errors`.

#### Could not create ticket.

What RT says first; the reason stands behind it.

{reasons}

#### {gap}: Unknown field

RT has no such field in this record, or not in this version: in `error.errors`, under the attribute.

### Of one field of an edit

In `error.errors`, of a [`PartialSaveError`][rtorm.PartialSaveError] where RT took other fields of
the record, of a [`RejectedError`][rtorm.RejectedError] where it took none.

{edits}

### What is no refusal

RT says so of a field that already holds the value; rtorm takes it for applied.

{already}

## What rtorm says in RT's place

RT drops some values without a word. rtorm [reads back](../explanation/silent-losses.md) what it may
have lost, and tells it in `error.errors` of a [`PartialSaveError`][rtorm.PartialSaveError] in these
words:

{lost}

## Where this stands in the code

| to change | look into |
|---|---|
| what a sentence becomes, and the advice beside it | `rtorm/rest1/replies/sentences.py` |
| which field a refused create is about | `rtorm/rest1/replies/creates.py` |
| what is no refusal, and which field a line of an edit is about | `rtorm/rest1/replies/labels.py` |
| what rtorm says of a loss | `rtorm/orm/outcome.py` |
| what to do about an exception, the meanings of an edit's sentences | `tests/site/errors_page.py` |

`python -m tests.site.errors_page` then writes this page anew.
"""


def page() -> str:
    """The page, as the code is now."""
    return _TEXT.format(
        tree=(errors.__doc__ or "").partition("```\n")[2].partition("\n```")[0],
        exceptions="\n\n".join(_exceptions()),
        gap=GAP,
        said="\n\n".join(_said()),
        reasons="\n\n".join(_reasons()),
        edits="\n\n".join(
            f"#### {sentence}\n\nSaid of `{attribute}`: {meaning}."
            for sentence, attribute, meaning in OF_AN_EDIT
        ),
        already=_each(sentences(labels._ALREADY), "Not an error: the field counts as applied."),  # pyright: ignore[reportPrivateUsage]
        lost=_each(_lost(), "Unsaved, and among `error.errors`."),
    )


def in_order_of_the_tree() -> list[str]:
    """The names of all exceptions, as the tree has them."""
    named = re.findall(r"\w+(?:Error|Warning|Interrupted|Denied|Found)\b", errors.__doc__ or "")
    return [name for name in dict.fromkeys(named) if name in errors.__all__]


def _exceptions() -> Iterator[str]:
    raised_by = _raised_by()
    for name in in_order_of_the_tree():
        yield f"::: rtorm.{name}\n    options: {_OPTIONS}"
        yield _wrapped(f"**What to do.** {_WHAT_TO_DO[name]}")
        if places := raised_by.get(name):
            told = ",\n".join(f"[`{place}`][rtorm.{place}]" for place in places)
            yield f"**Raised by** {told}."
        if name == "OutcomeUnknownError":
            yield "::: rtorm.OutcomeUnknownError.verify\n    options: {heading_level: 4}"


def _raised_by() -> dict[str, list[str]]:
    """Exceptions to the functions and methods whose documentation names them."""
    package = griffe.load("rtorm", docstring_parser="google", search_paths=[ROOT])
    found: dict[str, list[str]] = defaultdict(list)
    for name in (*rtorm.__all__, "dask.to_bag", "dask.to_dataframe", "progress.bar"):
        for place, thing in _documented(name, package[name]):
            for section in thing.docstring.parsed if thing.docstring else ():
                if section.kind is griffe.DocstringSectionKind.raises:
                    for each in section.value:
                        found[str(each.annotation)].append(place)
    return found


def _documented(
    name: str, thing: griffe.Object | griffe.Alias
) -> Iterator[tuple[str, griffe.Object | griffe.Alias]]:
    """A name and its members, as far as the reference shows them."""
    yield name, thing
    here = thing.final_target if isinstance(thing, griffe.Alias) else thing
    for each, member in here.members.items():
        if each == "__init__":
            yield name, member
        elif not member.is_alias and (each in _SHOWN or not each.startswith("_")):
            yield f"{name}.{each}", member


def _said() -> Iterator[str]:
    about: dict[str, list[str]] = {name: [] for name in _ABOUT}
    for row in SENTENCES:
        name = row.error.__name__
        write = _OF_A_WRITE.get(name, "RejectedError")
        for sentence in sentences(row.pattern):
            lines = f"[`{name}`][rtorm.{name}]; of a write [`{write}`][rtorm.{write}]."
            remedy = f" {row.remedy[:1].upper()}{row.remedy[1:]}." if row.remedy else ""
            about[name].append(f"#### {sentence}\n\n{_wrapped(lines + remedy)}")
    for name, told in about.items():
        yield "\n\n".join([f"### {_ABOUT[name]}", *told])


def _reasons() -> Iterator[str]:
    reasons = creates._CREATE_REASONS  # pyright: ignore[reportPrivateUsage]
    known = {sentence for row in SENTENCES for sentence in sentences(row.pattern)}
    for pattern, field in reasons:
        for sentence in sentences(pattern):
            if sentence not in known:
                yield f"#### {sentence}\n\nAbout the field `{field}`."


def _lost() -> list[str]:
    own = (outcome._TAKEN, outcome._LOST, outcome._NOT_SHOWN)  # pyright: ignore[reportPrivateUsage]
    named = outcome._LOST_BY_WIRE.values()  # pyright: ignore[reportPrivateUsage]
    gaps = (outcome._DROPPED, outcome._UNSHOWN)  # pyright: ignore[reportPrivateUsage]
    return [*own, *named, *(template.format(GAP) for template in gaps)]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _each(told: Iterable[str], meaning: str) -> str:
    """A heading for each, which the search finds before any text."""
    return "\n\n".join(f"#### {sentence}\n\n{meaning}" for sentence in told)


def sentences(pattern: re.Pattern[str]) -> list[str]:
    """The sentences that a pattern of the tables is written for, with gaps for what varies."""
    ways = _TOP_LEVEL.split(pattern.pattern)
    return list(dict.fromkeys(_plain(each) for way in ways for each in _ways(way)))


def _ways(pattern: str) -> list[str]:
    """The pattern without its groups, once for each choice among their alternatives."""
    parts = re.split(r"\(\?:([^()]*)\)(\??)", pattern)
    texts, groups, optional = parts[::3], parts[1::3], parts[2::3]
    choices = [
        [*group.split("|"), *([""] if maybe else [])]
        for group, maybe in zip(groups, optional, strict=True)
    ]
    return [
        "".join([texts[0], *(part for pair in zip(way, texts[1:], strict=True) for part in pair)])
        for way in product(*choices)
    ]


def _plain(pattern: str) -> str:
    ended = pattern.endswith((r"\Z", r"\.", r"\b"))
    text = re.sub(r"\(?(?:\.|\\w|\\d|\\S)[*+]\)?", GAP, pattern.removesuffix(r"\Z"))
    text = text.replace(r"\.?", ".").replace(r"\b", "").replace(" ?", "").replace("\\", "")
    return text if ended else f"{text.removesuffix(' ')} {GAP}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
