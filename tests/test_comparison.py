"""The page that compares clients tells what was found, and of rtorm what is so today."""

from __future__ import annotations

from pathlib import Path

import pytest

import rtorm
from benchmarks.comparison.clients.client import Login
from benchmarks.comparison.clients.orm import Rtorm
from benchmarks.comparison.held import Held
from benchmarks.comparison.page import PAGE, columns, page, results
from benchmarks.comparison.server import Bench
from benchmarks.comparison.tap import tapped
from benchmarks.comparison.trials import TRIALS, Trial
from tests.support import Server


def test_the_page_has_the_table() -> None:
    """`docs/comparison.md` is as `python -m benchmarks.comparison` writes it."""
    text = PAGE.read_text("utf-8")
    assert page(text) == text


def test_no_cell_is_empty() -> None:
    """Each client was made to do each job."""
    found = results()
    assert found is not None
    missing = [
        (trial.name, name)
        for trial in TRIALS
        for name in columns()
        if not found["cells"][trial.name].get(name)
    ]
    assert missing == []


@pytest.mark.live
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_the_page_tells_of_rtorm_what_is_so(trial: Trial, rt: Server, tmp_path: Path) -> None:
    """A claim that is true no more is found before a reader finds it."""
    assert rt.tracker is not None
    found = results()
    assert found is not None
    held = Held(rt.tracker.directory / "rt.sqlite")
    with (
        tapped(rt.url) as tap,
        rtorm.connect(rt.url, auth=rt.tracker.admin, time_zone="UTC") as session,
    ):
        client = Rtorm(Login(tap.url, *rt.tracker.admin, rt.major))
        client.log_in()
        try:
            result = trial.run(Bench(client, tap, held, session, tmp_path))
        finally:
            client.close()
    told = found["cells"][trial.name][client.name][str(rt.major)]
    assert trial.cell(result) == trial.cell(told)
