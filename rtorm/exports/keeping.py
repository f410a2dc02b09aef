"""The files of one export: its output, and what is kept beside it until that is whole."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Self

from rtorm.errors import ConfigurationError
from rtorm.exports.durable import (
    Digest,
    append,
    digest_of,
    good_prefix,
    lock,
    nothing,
    permit_as,
    place,
    supersede,
    sync,
    sync_folder,
)
from rtorm.exports.journal import Journal, Mark, Plan, Whole, line_of, read
from rtorm.models.saving import place_of

__all__ = ["Kept", "Places", "begin", "go_on", "how_far"]

_THERE = "it is there already: --force has it replaced, once the export is whole"
_INTERRUPTED = "interrupted before: --resume goes on, --force begins anew"
_AT_WORK = "another process is at work on this export"
_TAKEN_AWAY = (
    "somebody has removed or replaced it while the export was running, so that nothing is made of "
    "it: begin anew"
)
_NO_FILE = "this is no plain file, and cannot be replaced by one: name another"
_MADE_MEANWHILE = "another program has made it meanwhile: --resume --force replaces it"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of an export are.

    Attributes:
        output: What is there at the end.
        part: The rows so far.
        state: The journal.
        new: What becomes the output, where that is not the rows themselves.
        missing: The tickets that the output lacks, and why; only if there are any.
    """

    output: Path
    part: Path
    state: Path
    new: Path
    missing: Path

    @classmethod
    def of(cls, output: str | os.PathLike[str]) -> Self:
        """Those beside an output: where a link leads, so that it stays a link.

        Raises:
            FileExistsError: It is neither a plain file nor a folder, but a device or a pipe.
            FileNotFoundError: There is no such folder.
            IsADirectoryError: It is a folder.
            NotADirectoryError: It ends as a folder does, and there is none.
        """
        path = place_of(output)
        if path.is_symlink():
            path = Path(os.path.realpath(path))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "this is a folder: name a file", str(output))
        if path.exists() and not path.is_file():
            raise FileExistsError(errno.EEXIST, _NO_FILE, str(output))
        if not path.parent.is_dir():
            message = "no such folder; make it first"
            raise FileNotFoundError(errno.ENOENT, message, str(path.parent))
        ends = (".part", ".state", ".new", ".missing")
        return cls(path, *(path.with_name(path.name + end) for end in ends))

    def check_free(self) -> None:
        """Refuse to begin where something is.

        Raises:
            BlockingIOError: Another process is at work on it.
            FileExistsError: Something is there.
        """
        if os.path.lexists(self.state):
            # Not to be called interrupted where it is not.
            with suppress(FileNotFoundError):
                _locked(self.state).close()
            raise FileExistsError(errno.EEXIST, _INTERRUPTED, str(self.output))
        for path in (self.output, self.part, self.new, self.missing):
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, _THERE, str(path))

    def clear(self) -> None:
        """Remove what an earlier export has left, but for its output.

        Raises:
            BlockingIOError: Another process is at work on it.
        """
        with ExitStack() as stack:
            with suppress(FileNotFoundError):
                stack.enter_context(_locked(self.state))
            for path in (self.part, self.new, self.missing, self.state):
                path.unlink(missing_ok=True)


class Kept:
    """An export under way: its rows and its journal, open, and this process's alone.

    Attributes:
        places: Where its files are.
        plan: What is exported.
        marks: How far it is, piece by piece.
        is_whole: Whether the output is there, so that nothing is left to be done but to tidy up.
    """

    def __init__(
        self, places: Places, files: tuple[FileIO, FileIO], journal: Journal, digest: Digest
    ) -> None:
        self.places = places
        self.plan = journal.plan
        self.marks = [*journal.marks]
        self.is_whole = journal.whole is not None
        self._state, self._part = files
        self._digest = digest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._part.close()
        self._state.close()

    def add(self, rows: bytes, mark: Mark) -> None:
        """Add a piece: its rows, then the line that says that they are whole.

        Args:
            rows: The rows.
            mark: What the line says, but for the size and the digest.

        Raises:
            FileNotFoundError: Somebody has taken the files away.
            OSError: It cannot be written; what was kept before stays good.
        """
        self._check_there()
        append(self._part, rows)
        self._digest.update(rows)
        size = self.marks[-1].size + len(rows)
        told = replace(mark, size=size, digest=self._digest.hexdigest())
        append(self._state, line_of(told))
        self.marks.append(told)

    def finish(self, new: Path, *, over: bool) -> None:
        """Give the output's name to a file; what is kept beside it is no longer needed then.

        Args:
            new: The file.
            over: Whether it may take the place of another one.

        Raises:
            FileExistsError: Another program has made the output meanwhile.
            FileNotFoundError: Somebody has taken the files away.
            OSError: It cannot be done; another run goes on from here.
        """
        self._check_there()
        if over:
            permit_as(new, self.places.output)
        sync(new)
        append(self._state, line_of(Whole(*digest_of(new))))
        if over:
            supersede(new, self.places.output)
        else:
            self._place(new)
        self.is_whole = True

    def _place(self, new: Path) -> None:
        try:
            place(new, self.places.output)
        except FileExistsError:
            output = str(self.places.output)
            raise FileExistsError(errno.EEXIST, _MADE_MEANWHILE, output) from None

    def _check_there(self) -> None:
        """Refuse what has another's rows under the names of these: the lock was removed as well."""
        for file, path in ((self._state, self.places.state), (self._part, self.places.part)):
            if not _is_at(file, path):
                raise FileNotFoundError(errno.ENOENT, _TAKEN_AWAY, str(path))

    def tidy_up(self) -> None:
        """Remove what was kept, the journal last."""
        for path in (self.places.part, self.places.new, self.places.state):
            path.unlink(missing_ok=True)
        sync_folder(self.places.output.parent)


def begin(places: Places, plan: Plan) -> Kept:
    """Write down what is exported.

    Raises:
        FileExistsError: Another export into this output began at the same time.
        OSError: It cannot be written.
    """
    with ExitStack() as stack:
        state = stack.enter_context(places.state.open("xb", buffering=0))
        _check_alone(state, places.state)
        append(state, line_of(plan))
        part = stack.enter_context(places.part.open("xb", buffering=0))
        # What is private stays private, from the first row on.
        permit_as(places.part, places.output)
        sync_folder(places.state.parent)
        stack.pop_all()
    return Kept(places, (state, part), Journal(plan, (Mark(),), None, ()), nothing())


def go_on(places: Places) -> Kept | None:
    """Open what was kept, and cut off what is not whole; None if not even the plan is.

    Raises:
        FileNotFoundError: Nothing was kept.
        ConfigurationError: What was kept is damaged, or of another version of rtorm.
        BlockingIOError: Another process is at work on it.
        OSError: It cannot be read or written.
    """
    with ExitStack() as stack:
        state = stack.enter_context(_locked(places.state))
        part = stack.enter_context(places.part.open("a+b", buffering=0))
        journal = _read(state, places)
        if journal is None:
            if os.fstat(part.fileno()).st_size:
                message = f"{places.state} is damaged: --force begins anew"
                raise ConfigurationError(message)
            return None
        is_whole = journal.whole is not None and _is_there(journal.whole, places.output)
        good, digest = good_prefix(part, [(m.size, m.digest) for m in journal.marks])
        if not is_whole:
            part.truncate(journal.marks[good - 1].size)
            state.truncate(journal.ends[good - 1])
            journal = replace(journal, marks=journal.marks[:good], whole=None)
        stack.pop_all()
    return Kept(places, (state, part), journal, digest)


def how_far(output: str | os.PathLike[str]) -> tuple[int, int] | None:
    """How many tickets of how many an interrupted export has; None if there is none."""
    try:
        journal = read(Places.of(output).state.read_bytes())
    except (OSError, ValueError):
        return None
    return None if journal is None else (journal.marks[-1].done, len(journal.plan.ids))


def _read(state: FileIO, places: Places) -> Journal | None:
    try:
        return read(state.readall())
    except ValueError as error:
        message = f"{places.state}: {error}; --force begins anew"
        raise ConfigurationError(message) from None


def _is_there(whole: Whole, output: Path) -> bool:
    try:
        return digest_of(output) == (whole.size, whole.digest)
    except FileNotFoundError:
        return False


def _is_at(file: FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _locked(path: Path) -> FileIO:
    file = path.open("r+b", buffering=0)
    _check_alone(file, path)
    return file


def _check_alone(file: FileIO, path: Path) -> None:
    if not lock(file):
        file.close()
        raise BlockingIOError(errno.EAGAIN, _AT_WORK, str(path))
