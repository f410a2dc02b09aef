"""What becomes of a write when the connection is cut after RT has carried it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from benchmarks.comparison.server import Bench
from benchmarks.comparison.told import Told, asked
from benchmarks.comparison.trials.trial import Result, Trial

__all__ = ["CUT_COMMENT", "CUT_CREATE", "CUT_EDIT"]


def _create(bench: Bench) -> Result:
    before = len(bench.held.numbered("Created, cut"))
    told, sent = _cut(bench, "Created, cut", lambda mark: bench.client.create(mark, "x", {}))
    return _result(told, sent, len(bench.held.numbered("Created, cut")) - before)


def _comment(bench: Bench) -> Result:
    [ticket] = bench.tickets(1)
    told, sent = _cut(bench, "Comment, cut", lambda mark: bench.client.comment(ticket, mark, []))
    return _result(told, sent, len(bench.held.messages(ticket)))


def _edit(bench: Bench) -> Result:
    [ticket] = bench.tickets(1)
    subject = "Edited, cut"
    told, sent = _cut(bench, subject, lambda mark: bench.client.edit(ticket, {"Subject": mark}))
    return _result(told, sent, int(bench.held.ticket(ticket)["Subject"] == subject))


def _cut(bench: Bench, mark: str, write: Callable[[str], object]) -> tuple[Told, int]:
    """What is told of a write of which the first reply is lost, and how often it was sent."""
    tap = bench.tap
    tap.requests.clear()
    tap.cut, tap.marks = 0, (mark.encode(), quote_plus(mark).encode(), quote(mark).encode())
    told = asked(lambda: write(mark))
    sent = sum(map(tap.is_marked, tap.requests))
    tap.marks = ()
    assert tap.cut == 1, "nothing was cut"
    return told, sent


def _result(told: Told, sent: int, times: int) -> Result:
    example = re.sub(r"127\.0\.0\.1:\d+", "rt.example.com", told.text)
    return {"raised": told.raised, "example": example, "sent": sent, "times": times}


def _cell(result: Result) -> str:
    how = f"`{result['raised']}`" if result["raised"] else "no exception"
    sent, times = (
        {1: "once", 2: "twice"}.get(each, f"{each} times")
        for each in (result["sent"], result["times"])
    )
    return f"{how}; sent {sent}, done {times}"


CUT_CREATE = Trial("cut-create", "Reply to a create lost", _create, _cell)
CUT_COMMENT = Trial("cut-comment", "Reply to a comment lost", _comment, _cell)
CUT_EDIT = Trial("cut-edit", "Reply to an edit lost", _edit, _cell)
