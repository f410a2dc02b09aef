"""Which values arrive as they are, and are read as they are."""

from __future__ import annotations

from ast import literal_eval
from typing import cast

from benchmarks.comparison.server import Bench
from benchmarks.comparison.told import asked
from benchmarks.comparison.trials.trial import Result, Trial
from rtorm import Ticket

__all__ = ["MESSAGE", "READ_LINES", "READ_SEVERAL", "WRITE_LINES", "WRITE_ONE", "WRITE_SEVERAL"]

_ONE = "50 % & more: \"A\" + 'b' #1, Größe 日本"
_LINES = "first\n# second\n\n    third: x\n--\nGröße 日本"
_SEVERAL = ["a, b", "c'd", 'e"f', "plain"]


def _edit(field: str, value: str | list[str]) -> Trial:
    def run(bench: Bench) -> Result:
        [ticket] = bench.tickets(1)
        told = asked(lambda: bench.client.edit(ticket, {field: value}))
        if field == "Subject":
            return _result(value, bench.held.ticket(ticket)["Subject"], told.raised)
        held = bench.held.values(ticket, field[4:-1])
        if isinstance(value, list):
            return _result(sorted(value), sorted(held), told.raised)
        return _result([value], held, told.raised)

    name, title = _TITLES[field]
    return Trial(f"write-{name}", f"Written: {title}", run, _cell)


def _read(field: str, value: str | list[str]) -> Trial:
    def run(bench: Bench) -> Result:
        [ticket] = bench.tickets(1)
        record = bench.session.get(Ticket, ticket)
        record.cf[field[4:-1]] = value
        record.save()
        told = asked(lambda: bench.client.read(ticket, field))
        shown = told.given
        if not isinstance(shown, list):
            return _result(value, shown, told.raised)
        # RT keeps values in an order of its own; REST 2.0 gives a list also of one.
        given = sorted(map(str, cast("list[object]", shown)))
        wanted = sorted(value) if isinstance(value, list) else [value]
        return _result(wanted, given, told.raised)

    name, title = _TITLES[field]
    return Trial(f"read-{name}", f"Read: {title}", run, _given)


def _message(bench: Bench) -> Result:
    [ticket] = bench.tickets(1)
    told = asked(lambda: bench.client.comment(ticket, _LINES, []))
    return _result([_LINES], bench.held.messages(ticket), told.raised)


def _result(wanted: object, held: object, raised: str) -> Result:
    return {"exact": wanted == held, "held": repr(held), "raised": raised}


def _cell(result: Result) -> str:
    if result["exact"]:
        return "exact"
    if result["raised"]:
        return f"`{result['raised']}`"
    return f"RT holds `{result['held']}`, and nobody is told"


def _given(result: Result) -> str:
    if result["exact"] or result["raised"]:
        return "exact" if result["exact"] else f"`{result['raised']}`"
    given: object = literal_eval(result["held"])
    text = str(given)
    if text.removesuffix("\n") == _LINES:
        return "with a newline more"
    if text == "\n".join(line.strip() for line in _LINES.split("\n")):
        return "without its indentation"
    return f"one text, `{text}`"


_TITLES = {
    "Subject": ("one", "`% & + # , \" '` and non-Latin letters in a subject"),
    "CF.{Note}": ("lines", "a text of several lines with `#`, `--`, a blank line, indentation"),
    "CF.{Affected hosts}": ("several", "several values with commas and quotes"),
}
WRITE_ONE = _edit("Subject", _ONE)
WRITE_LINES = _edit("CF.{Note}", _LINES)
WRITE_SEVERAL = _edit("CF.{Affected hosts}", _SEVERAL)
READ_LINES = _read("CF.{Note}", _LINES)
READ_SEVERAL = _read("CF.{Affected hosts}", _SEVERAL)
MESSAGE = Trial("message", "A comment of such lines", _message, _cell)
