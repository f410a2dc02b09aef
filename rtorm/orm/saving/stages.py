"""Which edits of a commit may be under way at the same time; pure.

RT carries out requests at once that come at once. Of two that set one link from its two ends it
may make two links, and it resolves a ticket only once those are resolved that it depends on
(RT 4.4-5.0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rtorm.orm.plan import EditPlan, Plan
from rtorm.orm.record import Record
from rtorm.orm.state import NOT_LOADED

__all__ = ["Stage", "stages"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Edits that wait for those of the stage before.

    Attributes:
        plans: What is sent.
        in_order: Whether one chunk of them waits for another, too.
    """

    plans: Sequence[EditPlan]
    in_order: bool


def stages(plans: Iterable[Plan], *, parallel: bool) -> Iterator[Stage]:
    """The edits among some plans, by what may be sent together.

    Args:
        plans: The plans of a commit.
        parallel: Whether several requests are sent at a time; otherwise the order is kept.
    """
    edits = [plan for plan in plans if isinstance(plan, EditPlan)]
    if not parallel:
        yield Stage(edits, in_order=True)
        return
    # Tickets name queues and users, by names that may be changed with them.
    for _, group in groupby(edits, key=_is_of_ticket):
        alike = list(group)
        tied = _tied(alike)
        yield Stage([plan for plan in alike if plan.record not in tied], in_order=False)
        yield Stage([plan for plan in alike if plan.record in tied], in_order=True)


def _tied(plans: Sequence[EditPlan]) -> set[Record]:
    """The records of which one may have to wait for another, as far as they tell."""
    times = Counter(_key(plan.record) for plan in plans)
    moving = [plan for plan in plans if "status" in plan.changes or _changes_links(plan)]
    numbers = {vars(plan.record)["id"] for plan in moving}
    ends = {end for plan in moving for end in _ends(plan)}
    tied = [plan for plan in plans if times[_key(plan.record)] > 1 or _changes_links(plan)]
    tied += [
        plan
        for plan in moving
        if vars(plan.record)["id"] in ends or not numbers.isdisjoint(_ends(plan))
    ]
    return {plan.record for plan in tied}


def _changes_links(plan: EditPlan) -> bool:
    return plan.waits or any(form.edit.part for form in plan.forms)


def _ends(plan: EditPlan) -> Iterator[object]:
    """What a ticket is linked to, and was, as far as that is loaded."""
    for name in type(plan.record).__rt_mirrors__:
        change = plan.changes.get(name)
        if change is not None and change.old is not NOT_LOADED:
            yield from change.old
        yield from vars(plan.record).get(name, ())


def _key(record: Record) -> tuple[str, int]:
    # A queue or user that was met as one of two classes is two records.
    return type(record).__rt_kind__, vars(record)["id"]


def _is_of_ticket(plan: EditPlan) -> bool:
    return type(plan.record).__rt_kind__ == "ticket"
