"""The options for all commands, and how a command gets them beside its own."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

import typer
from typer.core import TyperCommand

from rtorm.cli.settings import LoginKind, Settings, merged
from rtorm.cli.statuses import MEANINGS

__all__ = ["before_commands", "command", "epilogue", "new_app", "settings_of"]

_F = TypeVar("_F", bound=Callable[..., Any])
_PANEL = "Options for all commands"
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def _shared(  # noqa: PLR0913 - the options for all commands
    *,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="RT's front page; else RTSERVER, or .rtrc.", rich_help_panel=_PANEL
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The account in RT; else RTUSER, or .rtrc. Its password comes from RTPASSWD or "
            ".rtrc, or is asked for.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    auth: Annotated[
        LoginKind | None,
        typer.Option(
            metavar="KIND",
            help="How to log in: password, basic, token, kerberos; else by RTTOKEN if it is set, "
            "or as .rtrc says.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A file that holds a token; else RTTOKEN.", rich_help_panel=_PANEL
        ),
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(
            metavar="CA|no",
            help="Certificates to trust, a file or folder; 'no' trusts any.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="How long to wait for the connection, and for each piece of a reply.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            envvar="RTTIMEZONE",
            help="The account's time zone in RT, such as Europe/Rome; needed to write dates.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            metavar="",
            help="Log each request to standard error; twice: all that is sent and said, without "
            "secrets.",
            rich_help_panel=_PANEL,
        ),
    ] = 0,
    no_color: Annotated[
        bool,
        typer.Option(
            "--no-color",
            metavar="",
            help="No colours; NO_COLOR in the environment says the same.",
            rich_help_panel=_PANEL,
        ),
    ] = False,
) -> None:
    """Nothing: it is the place where they are declared."""


_SHARED = inspect.signature(_shared, eval_str=True).parameters


def new_app() -> typer.Typer:
    """An app for a command's file."""
    return typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )


def command(
    app: typer.Typer, name: str | None = None, *, examples: Sequence[str] = ()
) -> Callable[[_F], _F]:
    """Make a function a command that takes the options for all, beside its own.

    The function's first parameter is a `typer.Context`, for which `opened()` gives a session. It
    returns its exit status, or None for 0. Its docstring is the command's help.

    Args:
        app: What it is registered with.
        name: Its name; that of the function if None.
        examples: Command lines, which its help shows.
    """

    def register(function: _F) -> _F:
        help_class = type("Command", (_Command,), {"epilogue": epilogue(examples)})
        app.command(name, cls=help_class, help=_unwrapped(function))(_with_shared(function))
        return function

    return register


def before_commands() -> Callable[..., Any]:
    """What takes the same options before a command's name, and `--version`."""
    return _with_shared(_before)


def settings_of(context: typer.Context) -> Settings:
    """What the options for all commands say."""
    given: Settings | None = context.obj
    return given or Settings()


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"rtorm {version('rtorm')}")
        raise typer.Exit


def _before(
    context: typer.Context,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar="",
            is_eager=True,
            callback=_print_version,
            help="Print rtorm's version.",
        ),
    ] = False,
) -> None:
    del context, version


def _with_shared(function: Callable[..., Any]) -> Callable[..., Any]:
    own = inspect.signature(function, eval_str=True)

    def run(context: typer.Context, **given: Any) -> Any:
        shared = {name: given.pop(name) for name in _SHARED}
        context.obj = merged(context.obj, Settings(**shared))
        _log(context.obj.verbose)
        return function(context, **given)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    parameters = [*own.parameters.values(), *_SHARED.values()]
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters[1:]]
    signature = own.replace(parameters=[parameters[0], *keywords])
    vars(run)["__signature__"] = signature
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _log(verbose: int) -> None:
    """Have the library's log on standard error."""
    if verbose:
        logging.basicConfig(format="%(message)s", level=logging.WARNING)
        logging.getLogger("rtorm").setLevel(_LEVELS[min(verbose, len(_LEVELS) - 1)])


class _Command(TyperCommand):
    """A command whose help ends with examples and exit statuses, a line each."""

    epilogue: ClassVar[str] = ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; of its last lines Typer's versions would each make something else."""
        super().format_help(ctx, formatter)
        typer.echo(self.epilogue)


def _unwrapped(function: Callable[..., Any]) -> str:
    """A docstring with its paragraphs in a line each."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs).replace("[", r"\[")


def epilogue(examples: Sequence[str]) -> str:
    """The last lines of a help: examples and exit statuses."""
    statuses = (f"{status:<5}{meaning}" for status, meaning in MEANINGS.items())
    told = [("Examples", examples), ("Exit status", statuses)]
    return "\n\n".join("\n   ".join([f" {head}:", *lines]) for head, lines in told) + "\n"
