"""`rtorm shell`: Python with an open session, at a prompt or for a script."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from types import ModuleType, TracebackType
from typing import Annotated, Any

import typer

from rtorm.cli.ending import complain
from rtorm.cli.opening import opened
from rtorm.cli.options import command, new_app
from rtorm.cli.statuses import OK, REFUSED
from rtorm.codegen.doubts import warnings
from rtorm.codegen.module import render
from rtorm.codegen.reading import read_queues
from rtorm.errors import ConfigurationError, RTError
from rtorm.orm.session import Session

__all__ = ["app"]

app = new_app()

_MODULE = "rt_models"


@command(
    app,
    examples=(
        "rtorm shell --queue Incidents",
        'rtorm shell -c "print(session.get(Ticket, 42).subject)"',
        "rtorm shell < script.py",
    ),
)
def shell(
    context: typer.Context,
    *,
    code: Annotated[
        str | None,
        typer.Option("--code", "-c", metavar="CODE", help="Run this, in the place of a prompt."),
    ] = None,
    queue: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Have a class for its tickets, made from what RT tells; may be repeated.",
        ),
    ] = None,
) -> int:
    """A Python shell with an open session.

    There are `session` and all names of rtorm. What standard input holds is run, if it is no
    terminal. Changes are sent by session.commit() and save() alone: what is unsent at the end is
    told. The history is not kept, since passwords may be in it.
    """
    is_prompt = code is None and sys.stdin.isatty()
    ipython = _ipython() if is_prompt else None
    with opened(context) as session:
        models = _models(session, queue or ())
        names = {"session": session} | _public() | models
        try:
            if ipython is None:
                return _run(sys.stdin.read() if code is None else code, names, is_given=bool(code))
            _prompt(ipython, _banner(session, models), names)
        finally:
            _tell_unsent(session)
    return OK


def _ipython() -> Any:
    try:
        return import_module("IPython.terminal.interactiveshell")
    except ImportError:
        message = (
            'the prompt of rtorm shell needs IPython: pip install "rtorm[cli]"; '
            "-c CODE and scripts on standard input do without"
        )
        raise ConfigurationError(message) from None


def _public() -> dict[str, Any]:
    rtorm: Any = import_module("rtorm")
    return {"rtorm": rtorm} | {name: getattr(rtorm, name) for name in rtorm.__all__}


def _models(session: Session, queues: Sequence[str]) -> dict[str, Any]:
    """Classes of tickets that are nowhere but in memory."""
    if not queues:
        return {}
    found = read_queues(session, queues)
    for warning in warnings(found):
        complain(f"warning: {warning}")
    # Pydantic looks names up in the module of a class.
    module = sys.modules[_MODULE] = ModuleType(_MODULE)
    exec(compile(render(found), f"<{_MODULE}>", "exec", dont_inherit=True), vars(module))  # noqa: S102
    made = vars(module).items()
    return {name: each for name, each in made if getattr(each, "__module__", "") == _MODULE}


def _banner(session: Session, models: Mapping[str, Any]) -> str:
    identity = session.client.identity()
    server = f"RT {identity.version} at {session.client.url}, as {identity.user}"
    here = ", ".join(("session", "rtorm's names", *models))
    return (
        f"{server} (rtorm {version('rtorm')})\n"
        f"Here are {here}. Changes wait for session.commit().\n"
    )


def _prompt(ipython: Any, banner: str, names: dict[str, Any]) -> None:
    config = import_module("traitlets.config").Config()
    # Nowhere but in memory: a password that was typed would be in it.
    config.HistoryManager.hist_file = ":memory:"
    config.TerminalInteractiveShell.confirm_exit = False
    made = ipython.TerminalInteractiveShell.instance(config=config, user_ns=names)
    made.show_banner(banner)
    made.mainloop()


def _run(code: str, names: dict[str, Any], *, is_given: bool) -> int:
    """Run a script; what it raises is told as Python tells it, and what RT said in one line."""
    names["__name__"] = "__main__"
    try:
        exec(compile(code, "<code>" if is_given else "<stdin>", "exec", dont_inherit=True), names)  # noqa: S102
    except SystemExit as error:
        return _status(error.code)
    except RTError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a script raises
        traceback.print_exception(error.with_traceback(_own(error.__traceback__)))
        return REFUSED
    return OK


def _own(frames: TracebackType | None) -> TracebackType | None:
    """The script's own frames: all but the one that runs it."""
    return frames.tb_next if frames else None


def _status(code: object) -> int:
    """The exit status that `sys.exit()` means."""
    if code is None or isinstance(code, int):
        return code or OK
    complain(str(code))
    return REFUSED


def _tell_unsent(session: Session) -> None:
    for record in session.new:
        complain(f"not sent: {record!r}, which is new")
    for record in session.dirty:
        complain(f"not sent: {record!r}: {', '.join(record.changes)}")
