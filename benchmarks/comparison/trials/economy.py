"""How much is sent: of a ticket of which one field was changed, and of twenty tickets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote_plus

from benchmarks.comparison.server import Bench
from benchmarks.comparison.tap import Request
from benchmarks.comparison.told import asked
from benchmarks.comparison.trials.trial import Result, Trial

__all__ = ["BATCH", "LOADING", "MINIMAL"]

_COUNT = 20
_KEYS = re.compile(
    r"^(Subject|Priority|Status|Owner|Queue): |\"(Subject|Priority)\":",
    re.IGNORECASE | re.MULTILINE,
)


def _minimal(bench: Bench) -> Result:
    [ticket] = bench.tickets(1)
    bench.tap.requests.clear()
    told = asked(lambda: bench.client.change(ticket, "Disk full on db3"))
    sent = [name for each in bench.tap.requests if each.writes for name in _fields_of(each)]
    return {"sent": sorted(sent), "told": told.raised, "held": bench.held.ticket(ticket)["Subject"]}


def _fields_of(request: Request) -> list[str]:
    text = request.body.decode("utf-8", "replace")
    if "content=" in text and "\n" not in text:
        text = unquote_plus(text.partition("content=")[2])
    text = text.removeprefix("content=")
    return [(found[1] or found[2]).capitalize() for found in _KEYS.finditer(text)]


def _batch(bench: Bench) -> Result:
    tickets = bench.tickets(_COUNT)
    bench.client.load(tickets)
    bench.tap.requests.clear()
    bench.client.edit_many(tickets, 7)
    held = [bench.held.ticket(each)["Priority"] for each in tickets]
    writes = [each for each in bench.tap.requests if each.writes and each.method != "GET"]
    edits = [each for each in writes if b"riority" in each.body]
    return {"requests": len(edits), "edited": held.count("7")}


def _loading(bench: Bench) -> Result:
    tickets = bench.tickets(_COUNT)
    bench.client.load(tickets[:1])
    bench.tap.requests.clear()
    count = len(bench.client.load(tickets))
    return {"requests": len(bench.tap.requests), "loaded": count}


def _sent(result: Result) -> str:
    fields: Sequence[str] = result["sent"]
    return ", ".join(f"`{field}`" for field in fields) or "nothing"


def _requests(result: Result) -> str:
    return str(result["requests"])


_TITLE = "Sent of a ticket whose subject was changed and priority set to what it is"
MINIMAL = Trial("minimal", _TITLE, _minimal, _sent)
BATCH = Trial("batch", f"Requests to edit {_COUNT} tickets alike", _batch, _requests)
LOADING = Trial("loading", f"Requests to load {_COUNT} tickets", _loading, _requests)
