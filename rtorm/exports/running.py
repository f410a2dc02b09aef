"""An export from its beginning to its end, or from where it was interrupted."""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path

from rtorm.errors import ConfigurationError
from rtorm.exports.columns import CUSTOM, spelt
from rtorm.exports.durable import sync
from rtorm.exports.journal import Field, Mark, Plan, Trouble, differences
from rtorm.exports.keeping import Kept, Places, begin, go_on
from rtorm.exports.lines import lines_of
from rtorm.exports.tickets import Source
from rtorm.orm.running.crew import Progress

__all__ = ["Report", "is_parquet", "opened", "run"]

_KINDS = (".jsonl", ".ndjson", ".parquet")
_PARQUET = "rtorm.exports.parquet"
_PIECE, _PIECE_WITH_MORE = 100, 10


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an export.

    Attributes:
        tickets: How many tickets the output holds.
        troubles: What the search found and the output lacks.
        missing: The file that tells the troubles; None if there are none.
        unknown: What is wrong with columns of custom fields that no ticket has.
        texts: Which columns of Parquet are text, since a value does not fit their type.
    """

    tickets: int
    troubles: tuple[Trouble, ...]
    missing: Path | None
    unknown: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the output is all that was wanted."""
        return not self.troubles and not self.unknown


def is_parquet(output: str | os.PathLike[str]) -> bool:
    """Whether an output is one of Parquet; else of JSON Lines, as its name says.

    Raises:
        ValueError: Its name says neither.
    """
    suffix = Path(output).suffix.lower()
    if suffix not in _KINDS:
        message = f"{os.fspath(output)}: name a file that ends in .jsonl or .parquet"
        raise ValueError(message)
    return suffix == _KINDS[-1]


def opened(
    source: Source, wanted: Plan, output: str | os.PathLike[str], *, resume: bool = False
) -> Kept:
    """Begin to export tickets into a file, or go on; nothing is loaded yet.

    Args:
        source: Where the tickets come from; it is searched if the export begins.
        wanted: What is exported, without ids yet.
        output: The file.
        resume: Whether to go on with what an interrupted export has left, if it has left something.

    Raises:
        FileExistsError: Something is there that would be replaced.
        ConfigurationError: What is to be gone on with is another export.
        BlockingIOError: Another process is at work on it.
        ValueError: The output's name does not say what it is.
        OSError: A file cannot be read or written.
        RTError: RT cannot be asked, or refuses the query.
    """
    wanted = replace(wanted, parquet=is_parquet(output))
    if wanted.parquet:
        # What is missing for it is told before hours of work.
        import_module(_PARQUET)
    places = Places.of(output)
    if resume and places.state.exists():
        if kept := go_on(places):
            return _same(kept, wanted)
        places.clear()
    if not wanted.replace:
        places.check_free()
        _check_empty(wanted.attachments)
    ids = tuple(dict.fromkeys(source.ids(wanted.query)))
    if wanted.replace:
        places.clear()
    return begin(places, replace(wanted, ids=ids))


def run(
    kept: Kept, source: Source, *, over: bool, chunk: int | None = None, progress: Progress
) -> Report:
    """Load what is left of an export, and give the output its name, now that it is whole.

    Args:
        kept: The export.
        source: Where the tickets come from.
        over: Whether it may take the place of another file, as it may if that was said before.
        chunk: How many tickets are loaded and kept at a time.
        progress: Called with the number of tickets that are done and that of all.

    Raises:
        FileExistsError: Another program has made the output meanwhile.
        ValueError: `chunk` is no number from 1.
        OSError: A file cannot be read or written.
        RTError: RT cannot be asked.
    """
    size, texts = _chunk(chunk, kept.plan), tuple[str, ...]()
    if not kept.is_whole:
        _load(kept, source, size, progress)
        new, texts = _made(kept)
        _tell_missing(kept)
        kept.finish(new, over=over or kept.plan.replace)
    kept.tidy_up()
    return _report(kept, texts)


def _chunk(given: int | None, wanted: Plan) -> int:
    if given is None:
        has_more = wanted.history or wanted.attachments is not None
        return _PIECE_WITH_MORE if has_more else _PIECE
    if given < 1:
        message = f"chunk={given}: give a whole number from 1"
        raise ValueError(message)
    return given


def _same(kept: Kept, wanted: Plan) -> Kept:
    if not (found := differences(kept.plan, wanted)):
        return kept
    with kept:
        message = (
            f"{kept.places.output}: what was interrupted is another export: {'; '.join(found)}. "
            "To begin anew, give --force in the place of --resume"
        )
        raise ConfigurationError(message)


def _check_empty(attachments: str | None) -> None:
    if attachments is not None and Path(attachments).is_dir() and any(Path(attachments).iterdir()):
        message = "there is something in this folder: name a new one, or give --force"
        raise FileExistsError(errno.EEXIST, message, attachments)


def _load(kept: Kept, source: Source, size: int, progress: Progress) -> None:
    """Load and keep what is left, piece by piece."""
    ids, at = kept.plan.ids, kept.marks[-1].done
    known = set(_fields(kept))
    progress(at, len(ids))
    while at < len(ids):
        numbers = ids[at : at + size]
        piece = source.piece(kept.plan, numbers, _telling(progress, at, len(ids)))
        at += len(numbers)
        new = tuple(field for field in piece.fields if field not in known)
        known.update(new)
        kept.add(lines_of(piece.rows), Mark(done=at, troubles=piece.troubles, fields=new))
    progress(at, len(ids))


def _telling(progress: Progress, done: int, total: int) -> Callable[[], None]:
    def tell() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return tell


def _made(kept: Kept) -> tuple[Path, tuple[str, ...]]:
    """The file that becomes the output, and which columns of Parquet are text."""
    if not kept.plan.parquet:
        return kept.places.part, ()
    write = import_module(_PARQUET).write_parquet
    texts = write(kept.places.part, kept.places.new, kept.plan, _fields(kept))
    return kept.places.new, tuple(texts)


def _tell_missing(kept: Kept) -> None:
    """Write down what the output lacks, so that it is known when the terminal is closed."""
    if troubles := _troubles(kept):
        kept.places.missing.write_bytes(lines_of(map(asdict, troubles)))
        sync(kept.places.missing)


def _report(kept: Kept, texts: tuple[str, ...]) -> Report:
    troubles = _troubles(kept)
    return Report(
        tickets=len(kept.plan.ids) - sum(not each.lacks for each in troubles),
        troubles=troubles,
        missing=kept.places.missing if troubles else None,
        unknown=tuple(_unknown(kept)) if kept.plan.ids else (),
        texts=texts,
    )


def _unknown(kept: Kept) -> Iterator[str]:
    known = spelt(field.name for field in _fields(kept))
    for column in kept.plan.columns:
        name = column.removeprefix(CUSTOM)
        if column.startswith(CUSTOM) and name.lower() not in known:
            near = difflib.get_close_matches(name.lower(), known, 1)
            hint = f": did you mean {CUSTOM}{known[near[0]]}?" if near else ""
            yield f"column {column}: no ticket has such a custom field, or shows it{hint}"


def _fields(kept: Kept) -> list[Field]:
    return [field for mark in kept.marks for field in mark.fields]


def _troubles(kept: Kept) -> tuple[Trouble, ...]:
    return tuple(trouble for mark in kept.marks for trouble in mark.troubles)
