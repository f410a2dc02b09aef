"""How far a long job is: what is told of it, and a bar that shows it.

```python
with rtorm.progress.bar("Saving") as progress:
    session.commit(progress=progress)
```
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rtorm.errors import ConfigurationError
from rtorm.orm.running.crew import Progress

__all__ = ["Progress", "bar"]


@contextmanager
def bar(description: str) -> Generator[Progress]:
    """A progress bar on standard error while in its context, silent where that is no terminal.

    It shows the description, how many records are done, and how long the rest will take. The last
    state stays visible, also after an exception. It needs Rich: `pip install "rtorm[progress]"`.

    Args:
        description: What is being done.

    Yields:
        What `commit`, `update` and `stream` take as `progress=`.

    Raises:
        ConfigurationError: Rich is not installed.
    """
    try:
        # Here, so that `import rtorm` needs neither it nor the time for it.
        from rich import progress as rich  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415
        from rich.markup import escape  # noqa: PLC0415
    except ImportError:
        message = 'rtorm.progress.bar() needs Rich: pip install "rtorm[progress]"'
        raise ConfigurationError(message) from None
    console = Console(stderr=True)
    columns = (
        rich.TextColumn("[progress.description]{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TaskProgressColumn(),
        rich.TimeRemainingColumn(elapsed_when_finished=True),
    )
    with rich.Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task(escape(description), total=None)

        def progress(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield progress
