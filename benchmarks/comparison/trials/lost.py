"""Who notices what RT drops from a new ticket without refusing it."""

from __future__ import annotations

from benchmarks.comparison.clients.client import Fields
from benchmarks.comparison.server import Bench
from benchmarks.comparison.told import asked
from benchmarks.comparison.trials.trial import Result, Trial

__all__ = ["LOST_OWNER", "LOST_VALUE"]


def _running(subject: str, fields: Fields) -> Trial:
    [(field, value)] = fields.items()

    def run(bench: Bench) -> Result:
        before = bench.held.numbered(subject)
        told = asked(lambda: bench.client.create(subject, "x", fields))
        made = bench.held.numbered(subject)[len(before) :]
        words = str(value).lower(), field.strip("CF.{}").lower()
        named = any(word in told.text.lower() for word in words)
        return {"raised": told.raised, "named": named, "made": len(made), "example": told.text}

    name = "lost-owner" if field == "Owner" else "lost-value"
    head = "an owner that is unknown" if field == "Owner" else "a value that is none of the field's"
    return Trial(name, f"A new ticket with {head}", run, _cell)


def _cell(result: Result) -> str:
    if not result["made"]:
        return f"`{result['raised']}`: no ticket is made"
    if not result["named"]:
        return "not told" if not result["raised"] else f"`{result['raised']}`, not what was lost"
    return f"`{result['raised']}`, names it" if result["raised"] else "a warning or text names it"


LOST_OWNER = _running("Owned by nobody", {"Owner": "no-such-user"})
LOST_VALUE = _running("Severe", {"CF.{Severity}": "catastrophic"})
