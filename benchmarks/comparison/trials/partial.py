"""Who tells that RT took a part of an edit, and which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from benchmarks.comparison.server import Bench
from benchmarks.comparison.told import Told, asked
from benchmarks.comparison.trials.trial import Result, Trial

__all__ = ["PARTIAL", "PARTIAL_STATUS"]

# RT answers in another order from one process to the next.
_TIMES = 6
_APPLIED = r"(?i)subject.*(changed|accepted|applied)"
_UPDATED = r"Ticket \d+ updated"
_OWNER = {"Owner": "no-such-user"}, r"user does not exist"
_STATUS = {"Status": "on-fire"}, r"isn't a valid status"


def _trial(name: str, title: str, *refused: tuple[dict[str, str], str]) -> Trial:
    fields = {"Subject": "Disk full on db3"}
    for more, _ in refused:
        fields |= more
    words = [each for _, each in refused]

    def run(bench: Bench) -> Result:
        tellings = Counter[str]()
        held, example = dict[str, str](), ""
        for _ in range(_TIMES):
            bench.client.log_in()
            [ticket] = bench.tickets(1)
            told = asked(partial(bench.client.edit, ticket, fields))
            tellings[_summary(told, words, bench.client.success)] += 1
            held = bench.held.ticket(ticket)
            example = re.sub(rf"\b{ticket}\b", "1", told.text)
        taken = [field for field, value in fields.items() if held[field] == value]
        return {"told": dict(tellings), "applied": taken, "example": example}

    return Trial(name, title, run, _cell)


def _summary(told: Told, words: Sequence[str], success: str) -> str:
    named = sum(bool(re.search(each, told.text)) for each in words)
    how = f"`{told.raised}`" if told.raised else success
    if not named and not told.raised:
        return f"{how}; `{told.said[:40]}`"
    refused = f"{named} of {len(words)} {'refusals' if len(words) > 1 else 'refusal'}"
    return f"{how}; {refused}{_applied(told.text)}"


def _applied(text: str) -> str:
    if re.search(_APPLIED, text):
        return "; what was applied"
    return "; that something was applied" if re.search(_UPDATED, text) else ""


def _cell(result: Result) -> str:
    return " or ".join(sorted(result["told"]))


_BOTH = "Edit of a subject, with an owner and a status that RT refuses"
_ONE = "Edit of a subject, with a status that RT refuses"
PARTIAL = _trial("partial", _BOTH, _OWNER, _STATUS)
PARTIAL_STATUS = _trial("partial-status", _ONE, _STATUS)
