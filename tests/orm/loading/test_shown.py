"""What the server shows becomes values, in the quick way and in the thorough one."""

from __future__ import annotations

from datetime import UTC
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.shown import blank, fill, fill_blank
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock
from tests.support import Incident

CLOCK = Clock(UTC, exact=True)
DATE = "Mon Nov 23 16:38:00 2026"
TEXTS = ["", "x", "0", "7", "45 minutes", "Not set", DATE, DATE.replace("23", "99"), "a, b", "-1"]
SPELT = ["queue", "CF.{severity}", "CF.{Never seen}", "Odd"]
# A date of creation that cannot be read says that no date can.
WIRES = [wire for wire in (*layout_of(Incident).by_wire, *SPELT) if wire != "Created"]


@given(st.dictionaries(st.sampled_from(WIRES), st.sampled_from(TEXTS) | st.text(max_size=5)))
def test_the_quick_way_gives_what_the_thorough_one_gives(shown: dict[str, str]) -> None:
    """Or nothing at all, as where there are lists, unknown names and texts that are no values."""
    quick, thorough = blank(Incident, 7), blank(Incident, 7)
    shown = {"id": "ticket/7", "Created": DATE, **shown}
    fill(thorough, shown, CLOCK, asked=WIRES)
    was_quick = fill_blank(quick, shown, CLOCK, tuple(WIRES))
    odd = bool(state_of(thorough).undecoded)
    assert not (was_quick and odd)
    assert vars(quick) == (vars(thorough) if was_quick else {"id": 7})


def test_an_ordinary_ticket_is_read_in_the_quick_way() -> None:
    """All that a query asks for."""
    layout = layout_of(Incident)
    wires = cast("tuple[str, ...]", layout.cheap)
    plain = {wire: "" for wire in wires if not layout.by_wire[wire].many}
    numbers: dict[str, Any] = dict.fromkeys(
        ["Priority", "InitialPriority", "FinalPriority", "TimeWorked", "TimeLeft"], "5"
    )
    record = blank(Incident, 7)
    shown = {**plain, **numbers, "TimeEstimated": "0", "Created": DATE, "id": "ticket/7"}
    assert fill_blank(record, shown, CLOCK, wires)
    assert cast("Any", record).priority == 5
