"""What an account must see, so that finding nothing means that there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from rtorm.gateway import Gateway, Identity, Step, Steps
from rtorm.orm.verifying.sight import sees_comments, sees_tickets

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@dataclass
class Seen:
    """A server that finds tickets from the so manyth search on, and shows their histories."""

    from_search: int = 1
    types: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list[str])

    def identity(self) -> Identity:
        return Identity("o'hara", timedelta(0), NOW, "5.0.3")

    def search(self, kind: str, query: str, order: str = "") -> list[int]:
        assert (kind, order) == ("ticket", "-id")
        self.asked.append(query)
        return list(range(100, 50, -1)) if len(self.asked) >= self.from_search else []

    def steps(self, tickets: Sequence[int]) -> list[Steps]:
        assert list(tickets) == list(range(100, 80, -1))
        return [Steps(tuple(Step(1, each, "", "", "") for each in self.types), 5) for _ in tickets]


def test_a_ticket_counts_in_which_the_account_has_no_part() -> None:
    """Rights may be given to owners, requestors and those who watch, and to them alone."""
    server = Seen()
    assert sees_tickets(cast("Gateway", server), "It's one", NOW)
    [asked] = server.asked
    assert asked == (
        r"Queue = 'It\'s one' AND Owner != 'o\'hara' AND Requestor.Name != 'o\'hara' AND "
        r"Cc.Name != 'o\'hara' AND AdminCc.Name != 'o\'hara' AND Created > '2026-03-30 00:00:00'"
    )


def test_a_part_that_it_has_in_the_other_one_too_is_none() -> None:
    """Who is a requestor of the one sees it if they see others of which they are that."""
    server = Seen()
    assert sees_tickets(cast("Gateway", server), "5", NOW, ["Requestors", "Cc"])
    [asked] = server.asked
    assert "Requestor" not in asked
    assert " Cc." not in asked
    assert "AdminCc.Name != " in asked


def test_old_tickets_are_looked_for_only_where_there_are_no_new_ones() -> None:
    """A queue may have a hundred thousand; but one that has been quiet for a month counts, too."""
    server = Seen(from_search=3)
    assert sees_tickets(cast("Gateway", server), "5", NOW)
    day, month, ever = server.asked
    assert day.endswith("Created > '2026-03-30 00:00:00'")
    assert month.endswith("Created > '2026-03-01 00:00:00'")
    assert "Created" not in ever
    assert not sees_tickets(cast("Gateway", Seen(from_search=4)), "5", NOW)


def test_comments_are_seen_where_one_is() -> None:
    """RT does not tell that it hides any; of the latest tickets one may have one."""
    assert sees_comments(cast("Gateway", Seen(types=("Create", "Comment"))), "5", NOW)
    assert not sees_comments(cast("Gateway", Seen(types=("Create", "Correspond"))), "5", NOW)
    assert not sees_comments(cast("Gateway", Seen(types=("Comment",), from_search=4)), "5", NOW)
