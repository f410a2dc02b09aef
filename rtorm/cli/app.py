"""The command and its subcommands, each of which is imported when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from rtorm.cli.ending import end, ended
from rtorm.cli.options import before_commands, epilogue
from rtorm.cli.streams import all_there

__all__ = ["COMMANDS", "Entry", "run"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command.

    Attributes:
        module: Where it stands; the module's `app` holds it.
        help: What it does, the first line of its own help.
    """

    module: str
    help: str


COMMANDS = {
    "check": Entry(
        "rtorm.cli.checking", "Tell whether RT can be reached, as whom, and what it can."
    ),
    "show": Entry("rtorm.cli.showing", "Show tickets, users, queues, groups."),
    "find": Entry("rtorm.cli.finding", "Find tickets by TicketSQL."),
    "edit": Entry(
        "rtorm.cli.editing", "Change tickets, and tell what RT took and what it refused."
    ),
    "create": Entry("rtorm.cli.creating", "Create a ticket."),
    "comment": Entry("rtorm.cli.commenting", "Comment on a ticket: staff sees it."),
    "reply": Entry("rtorm.cli.replying", "Reply to a ticket's requestors."),
    "take": Entry("rtorm.cli.taking", "Become the owner of tickets that have none."),
    "steal": Entry("rtorm.cli.stealing", "Become the owner of tickets of someone else."),
    "merge": Entry("rtorm.cli.merging", "Merge tickets into another one, which remains."),
    "export": Entry("rtorm.cli.exporting", "Write what a query finds to a file."),
    "models": Entry("rtorm.cli.models", "Write classes of tickets from what RT tells."),
    "shell": Entry("rtorm.cli.shell", "A Python shell with an open session."),
}
"""All of them; tests hold that the helps are the commands' own."""


_EXAMPLES = (
    "rtorm check --server https://rt.example.com --user ann",
    "rtorm find \"Owner = 'ann' AND Status = 'open'\"",
    "rtorm show 42 --history",
    "rtorm edit 42 status=resolved",
    "rtorm edit --help",
)


class _Later(TyperCommand):
    """A command of which only its place and its first line of help are known."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself, which is imported now."""
        module = import_module(COMMANDS[self.name or ""].module)
        real: Any = get_command(module.app)
        real.name = self.name
        return real.make_context(info_name, args, parent, **extra)


class _Commands(TyperGroup):
    """All of them; what one returns or raises becomes the exit status."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, and below it what to type first."""
        super().format_help(ctx, formatter)
        typer.echo(epilogue(_EXAMPLES))

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is called."""
        with ended():
            status = super().invoke(ctx)
        raise typer.Exit(status or 0)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    all_there()
    return end(lambda: _root().main(args=arguments, prog_name="rtorm"))


def _root() -> Any:
    root = typer.Typer(
        name="rtorm",
        help="Request Tracker's tickets at the command line: what RT took, and what it refused.",
        cls=_Commands,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    root.callback()(before_commands())
    for name, entry in COMMANDS.items():
        root.command(name, cls=_Later, help=entry.help)(_nothing)
    return get_command(root)


def _nothing() -> None:
    """Never called: it stands for a command until that is imported."""
