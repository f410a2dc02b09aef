"""Keeps what is dear to make, for all processes of this user."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

_MINUTE = 60.0
_DAY = 24 * 60 * _MINUTE


def cache_directory() -> Path:
    """Gives the cache's directory, made when missing.

    It is $RTORM_TESTING_CACHE, else $XDG_CACHE_HOME/rtorm, else ~/.cache/rtorm; for accounts whose
    home cannot be written, a directory of their own among the temporary files.

    Raises:
        OSError: $RTORM_TESTING_CACHE cannot be made.
        PermissionError: The directory among the temporary files belongs to someone else.
    """
    if chosen := os.environ.get("RTORM_TESTING_CACHE"):
        return _made(Path(chosen))
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = _made(Path(home) / "rtorm")
        if os.access(directory, os.W_OK):
            return directory
    except (OSError, RuntimeError):
        pass
    return _private(Path(tempfile.gettempdir()) / f"rtorm-cache-{os.getuid()}")


def cached(key: str, make: Callable[[Path], None]) -> Path:
    """Gives the cached file of that key; at most one process makes it, and it appears whole.

    Args:
        key: File name under the cache directory.
        make: Called with a new empty directory; leaves the file there, under the same name.
    """
    target = cache_directory() / key
    if not target.exists():
        with _locked(target.with_name(f"{key}.lock")):
            if not target.exists():
                _make(target, make)
    os.utime(target)
    return target


def _make(target: Path, make: Callable[[Path], None]) -> None:
    _sweep(target.parent)
    scratch = Path(tempfile.mkdtemp(prefix="making-", dir=target.parent))
    try:
        make(scratch)
        (scratch / target.name).rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _sweep(directory: Path) -> None:
    """Removes what makers that were killed have left, and what no one has used for long."""
    now = time.time()
    for entry in directory.iterdir():
        with contextlib.suppress(OSError):
            age = now - entry.stat().st_mtime
            if entry.name.startswith("making-") and age > 60 * _MINUTE:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name.startswith("rt-") and age > 30 * _DAY:
                entry.unlink()


@contextlib.contextmanager
def _locked(file: Path) -> Generator[None, None, None]:
    # Imported here because Windows lacks it, where the package must still load.
    import fcntl  # noqa: PLC0415

    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory.resolve()


def _private(directory: Path) -> Path:
    # Anyone may make a name in /tmp, and what lies in this cache is executed by RT as Perl.
    _made(directory)
    status = directory.lstat()
    if status.st_uid != os.getuid() or directory.is_symlink():
        raise PermissionError(f"{directory} belongs to another user; set RTORM_TESTING_CACHE")
    return directory
