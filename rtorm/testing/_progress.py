"""One line on the terminal that shows that something long is alive."""

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import Self

_EVERY_SECOND = 1.0
_EVERY_HALF_MINUTE = 30.0


class Progress:
    """Shows the elapsed seconds and the current step on standard error while in its context.

    On a terminal one line is drawn over and over; elsewhere, as in a build log, a line is added
    twice a minute.

    Args:
        title: What is being done.

    Attributes:
        step: The current step; assign it as often as you like.
    """

    def __init__(self, title: str) -> None:
        self.step = "starting"
        self._title = title
        self._begin = time.monotonic()
        self._over = threading.Event()
        self._drawer = threading.Thread(target=self._draw_until_over, daemon=True)

    def __enter__(self) -> Self:
        """Starts to draw."""
        _show(f"{self._title}\n")
        self._drawer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clears the line and tells how long it took."""
        self._over.set()
        self._drawer.join()
        outcome = "stopped" if error else "ended"
        self._draw(f"{outcome} after {self._elapsed():.0f} s", end="\n")

    def _draw_until_over(self) -> None:
        pause = _EVERY_SECOND if sys.stderr.isatty() else _EVERY_HALF_MINUTE
        while not self._over.wait(pause):
            end = "" if sys.stderr.isatty() else "\n"
            self._draw(f"{self._elapsed():4.0f} s  {self.step}", end=end)

    def _draw(self, text: str, *, end: str) -> None:
        # Cut off, as a line that wraps cannot be drawn over.
        fitting = text[: shutil.get_terminal_size().columns - 1]
        start = "\r\x1b[K" if sys.stderr.isatty() else ""
        _show(f"{start}{fitting}{end}")

    def _elapsed(self) -> float:
        return time.monotonic() - self._begin


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
