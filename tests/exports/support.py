"""Tickets that need no server, and exports of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from rtorm.exports import keeping, running
from rtorm.exports.journal import Field, Plan, Trouble
from rtorm.exports.running import Report, opened, run
from rtorm.exports.tickets import Piece

GONE, IN_PART = 4, 6
WANTED = Plan(
    query="id > 0",
    columns=("id", "subject"),
    history=False,
    attachments=None,
    time_zone="UTC",
    replace=False,
    server="https://rt.example.com",
    account="alice",
)


@dataclass
class Shelf:
    """Tickets that are there at once: of 4 RT shows nothing any more, of 6 not all.

    Attributes:
        numbers: Their ids.
        asked: The ids for which a row was made, in turn.
        searches: How often it was searched.
        before: Called before each search and each piece.
    """

    numbers: Sequence[int] = range(1, 8)
    asked: list[int] = field(default_factory=list[int])
    searches: int = 0
    before: Callable[[], None] = lambda: None

    def ids(self, query: str) -> Sequence[int]:
        """All of them."""
        assert query == WANTED.query
        self.before()
        self.searches += 1
        return self.numbers

    def piece(self, plan: Plan, numbers: Sequence[int], tell: Callable[[], None]) -> Piece:
        """A row for each but one."""
        self.before()
        self.asked += numbers
        for _ in numbers:
            tell()
        why = {GONE: Trouble(GONE, "no right"), IN_PART: Trouble(IN_PART, "no", "attachment 9")}
        return Piece(
            [row_of(number) for number in numbers if number != GONE],
            tuple(why[number] for number in numbers if number in why),
            (Field("Severity", "Select", multiple=False),),
        )


def row_of(number: int) -> dict[str, Any]:
    """The row of a ticket: with what ends a line elsewhere, and letters of several bytes."""
    return {"id": number, "subject": f"größer {number}\n\u2028 {'x' * number}"}


def rows_in(path: Path) -> list[dict[str, Any]]:
    """What a file of JSON Lines holds, each line whole."""
    text = path.read_bytes()
    assert text == b"" or text.endswith(b"\n")
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def export(
    output: Path,
    shelf: Shelf | None = None,
    *,
    resume: bool = False,
    chunk: int = 2,
    told: list[tuple[int, int]] | None = None,
    **wanted: Any,
) -> Report:
    """Export tickets of a shelf."""
    told, shelf = [] if told is None else told, shelf or Shelf()
    plan = replace(WANTED, **wanted)
    with opened(shelf, plan, output, resume=resume) as kept:
        return run(
            kept,
            shelf,
            over=plan.replace,
            chunk=chunk,
            progress=lambda done, total: told.append((done, total)),
        )


def check_whole(output: Path, shelf: Shelf) -> None:
    """The output holds each ticket once, and nothing but what belongs there is beside it."""
    assert rows_in(output) == [row_of(number) for number in shelf.numbers if number != GONE]
    missing = output.with_name(f"{output.name}.missing")
    assert [row["id"] for row in rows_in(missing)] == [GONE, IN_PART]
    assert sorted(output.parent.iterdir()) == [output, missing]


class Crash(BaseException):
    """The process is gone."""


STEPS: tuple[tuple[Any, str], ...] = (
    (keeping, "append"),
    (keeping, "sync"),
    (running, "sync"),
    (os, "fsync"),
    (Path, "hardlink_to"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "unlink"),
)


@contextmanager
def crashing(monkeypatch: pytest.MonkeyPatch, at: int) -> Generator[Callable[[], bool]]:
    """The process ends before, within or after its n-th step on the disk, if there is one."""
    step = 0

    def crashes() -> bool:
        nonlocal step
        step += 1
        return step == at + 1

    def patched(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            if crashes():
                raise Crash
            if name == "append" and crashes():
                given[0].seek(0, 2)
                given[0].write(given[1][: len(given[1]) // 2])
                raise Crash
            result = original(*given, **named)
            if crashes():
                raise Crash
            return result

        patch.setattr(owner, name, wrapped)

    with monkeypatch.context() as patch:
        for owner, name in STEPS:
            patched(owner, name)
        yield lambda: step > at
