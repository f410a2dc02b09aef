"""Exit statuses, and what they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from rtorm import (
    Change,
    ConfigurationError,
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    SaveResult,
    StaleError,
    Ticket,
    TransportError,
)
from rtorm.cli.app import COMMANDS
from rtorm.cli.checking import features, time_difference
from rtorm.cli.outcomes import grid_of, rows_of, status_of_results
from rtorm.cli.statuses import FAILED, INTERRUPTED, OK, REFUSED, UNKNOWN, status_of
from rtorm.rest1.versions import Version

TICKET = Ticket(queue="Incidents")
CHANGES = {"status": Change("new", "open"), "owner": Change("Nobody", "x")}
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def outcomes(result: SaveResult) -> list[tuple[str, str, str]]:
    return [(row.field, row.outcome, row.said) for row in rows_of(result, CHANGES)]


def test_a_part_was_refused() -> None:
    """Each field has its own outcome, and RT's words."""
    result = SaveResult(
        TICKET, "partial", {"status": CHANGES["status"]}, {"owner": ["That user does not exist"]}
    )
    assert outcomes(result) == [
        ("status", "applied", ""),
        ("owner", "refused", "That user does not exist"),
    ]
    assert status_of_results([result]) == REFUSED


def test_nothing_was_done() -> None:
    """What RT says of the ticket as a whole is said of each field."""
    result = SaveResult(TICKET, "rejected", {}, {"": ["Permission Denied"]})
    assert outcomes(result) == [
        ("status", "refused", "Permission Denied"),
        ("owner", "refused", "Permission Denied"),
    ]
    named = SaveResult(TICKET, "rejected", {}, {"queue": ["no such queue"]})
    assert outcomes(named)[0] == ("status", "refused", "no such queue")


def test_an_unknown_outcome_is_told_as_such() -> None:
    """It goes before everything else in the exit status."""
    cause = OutcomeUnknownError("the reply was lost")
    unknown = SaveResult(TICKET, "unknown", {}, {"": [str(cause)]}, cause)
    refused = SaveResult(TICKET, "rejected", {}, {"": ["no"]})
    assert [outcome for _, outcome, _ in outcomes(unknown)] == ["unknown", "unknown"]
    assert status_of_results([refused, unknown, SaveResult(TICKET, "updated")]) == UNKNOWN


def test_what_was_not_sent() -> None:
    """Someone else's change, and a network that failed before."""
    stale = StaleError(TICKET, {"status": "stalled"})
    result = SaveResult(TICKET, "rejected", {}, stale.errors, stale)
    assert outcomes(result)[0][:2] == ("status", "stale")
    assert status_of_results([result]) == REFUSED
    cause = TransportError("no route")
    unsent = SaveResult(TICKET, "rejected", {}, {"": ["not sent"]}, cause, unsent=True)
    assert outcomes(unsent)[0] == ("status", "not sent", "not sent")
    assert status_of_results([unsent]) == FAILED
    assert status_of_results([]) == OK


def test_what_was_overwritten_is_said() -> None:
    """It was applied, and the exit status is not that of success."""
    result = SaveResult(
        TICKET, "updated", {"status": CHANGES["status"]}, overwritten={"status": "stalled"}
    )
    assert "'stalled'" in outcomes(result)[0][2]
    assert status_of_results([result]) == REFUSED


def test_a_table_tells_the_ticket_where_there_are_several() -> None:
    """With one, its number is on the command line."""
    rows = rows_of(SaveResult(TICKET, "updated", CHANGES), {})
    assert grid_of(rows, UTC).columns == ["field", "old", "new", "outcome"]
    two = [rows[0], rows[1].__class__(7, "status", "new", "open", "applied")]
    assert grid_of(two, UTC).columns[0] == "ticket"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OutcomeUnknownError("x"), UNKNOWN),
        (PermissionDenied("x"), REFUSED),
        (StaleError(TICKET, {}), REFUSED),
        (TransportError("x"), FAILED),
        (ConfigurationError("x"), FAILED),
        (NotFound("x"), FAILED),
        (ValueError("x"), FAILED),
        (KeyboardInterrupt(), INTERRUPTED),
    ],
)
def test_the_exit_status_of_an_error(error: BaseException, status: int) -> None:
    """Scripts tell them apart."""
    assert status_of(error) == status


def test_clocks_that_differ() -> None:
    """A minute is nobody's fault."""
    assert time_difference(NOW, NOW + timedelta(seconds=59)).verdict == "ok"
    late = time_difference(NOW, NOW + timedelta(hours=1))
    assert (late.verdict, late.said) == ("note", "RT is 3600 s behind this machine")


def test_what_an_old_version_lacks() -> None:
    """A line each; nothing of a new one."""
    assert [line.verdict for line in features(Version.parse("6.0.0"))] == ["ok"]
    assert len(features(Version.parse("4.0.0"))) > 5


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_begins_as_the_list_tells(name: str) -> None:
    """`rtorm --help` imports none of them, so it has the line by itself."""
    entry = COMMANDS[name]
    app = import_module(entry.module).app
    told = [app.info.help, *(each.help for each in app.registered_commands)]
    assert entry.help in [str(text).split("\n")[0] for text in told]
