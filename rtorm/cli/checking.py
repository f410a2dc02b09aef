"""`rtorm check`: whether RT can be reached, as whom, and what it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtorm.auth import Auth, Kerberos, Token
from rtorm.cli.cells import visible
from rtorm.cli.ending import as_sentence
from rtorm.cli.opening import configuration_of, login_of, session_of
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.settings import Settings
from rtorm.cli.statuses import OK, REFUSED
from rtorm.cli.terminal import results
from rtorm.cli.wording import in_options
from rtorm.config import Configuration
from rtorm.errors import RTError
from rtorm.gateway import Identity
from rtorm.models.queue import Queue
from rtorm.orm.loading.clocks import clock_for, zone_of
from rtorm.orm.session import Session
from rtorm.rest1.versions import FEATURES, Version

__all__ = ["Line", "app", "features", "time_difference", "zone"]

app = new_app()

Verdict = Literal["ok", "note", "FAIL"]
_STYLES: dict[Verdict, str] = {"ok": "green", "note": "magenta", "FAIL": "bold red"}
_VERDICT, _WHAT = 6, 11
_SETTINGS: Mapping[type[Auth], tuple[str, ...]] = {Token: ("token",), Kerberos: ("user", "auth")}
# What a machine may be off without anybody minding.
_APART = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Line:
    """What was found out of one thing.

    Attributes:
        verdict: Whether it is as it should be.
        what: What it is.
        said: What there is to say.
    """

    verdict: Verdict
    what: str
    said: str


@command(app, examples=("rtorm check", "rtorm check --server https://rt.example.com --user me"))
def check(context: typer.Context) -> int:
    """Tell whether RT can be reached, as whom, and what it can."""
    console, failed = results(context), False
    for line in _lines(settings_of(context)):
        _print(console, line)
        failed |= line.verdict == "FAIL"
    return REFUSED if failed else OK


def _lines(settings: Settings) -> Iterator[Line]:
    """What is found out, one after the other; nothing more where the next needs what failed."""
    try:
        configuration = configuration_of(settings)
        yield Line("ok", "server", _told(configuration.url(), configuration.source("server")))
        login = login_of(configuration)
        session = session_of(settings, configuration.url(), login)
    except (RTError, OSError) as error:
        yield Line("FAIL", "settings", as_sentence(error))
        return
    with session:
        yield Line("ok", "login", _login(login, configuration))
        try:
            identity = session.client.identity()
        except RTError as error:
            yield Line("FAIL", "account", as_sentence(error))
            return
        yield Line("ok", "account", identity.user)
        yield Line("ok", "RT", identity.version or "of a version that it does not tell")
        yield time_difference(identity.time, datetime.now(UTC))
        yield from features(Version.parse(identity.version))
        found = _tried("time zone", lambda: zone(settings.time_zone, identity))
        yield found
        if found.verdict != "FAIL":
            yield _tried("queues", lambda: _queues(session))


def time_difference(theirs: datetime, ours: datetime) -> Line:
    """How far RT's clock is from this machine's; half a second more or less is the way there."""
    apart = round((theirs - ours).total_seconds())
    if abs(apart) <= _APART.total_seconds():
        return Line("ok", "clock", "as on this machine, within a minute")
    ahead = "ahead of" if apart > 0 else "behind"
    return Line("note", "clock", f"RT is {abs(apart)} s {ahead} this machine")


def zone(given: str | None, identity: Identity) -> Line:
    """What is known of the account's time zone, which RT does not name.

    Raises:
        ConfigurationError: The one that is given is none, or contradicts RT.
    """
    if given is not None:
        clock_for(identity, zone_of(given))
        return Line("ok", "time zone", given)
    now = "unknown" if identity.offset is None else f"{timezone(identity.offset)} at present"
    advice = "to write dates, give --time-zone ZONE or set RTTIMEZONE"
    return Line("note", "time zone", f"{now}; {advice}")


def features(version: Version) -> list[Line]:
    """What this version of RT cannot do."""
    lacking = [said for each in FEATURES if (said := version.lacks(each))]
    if not lacking:
        return [Line("ok", "features", "all that rtorm knows")]
    return [Line("note", "lacks", in_options(said)) for said in lacking]


def _queues(session: Session) -> Line:
    names = sorted(queue.name for queue in session.query(Queue))
    if not names:
        return Line("note", "queues", "none is shown to the account, which needs SeeQueue")
    return Line("ok", "queues", f"{len(names)}: {', '.join(names)}")


def _tried(what: str, find: Callable[[], Line]) -> Line:
    try:
        return find()
    except RTError as error:
        return Line("FAIL", what, as_sentence(error))


def _login(login: Auth, configuration: Configuration) -> str:
    of_login = _SETTINGS.get(type(login), ("user", "passwd", "auth"))
    sources = [source for each in of_login if (source := configuration.source(each))]
    return _told(type(login).__name__, ", ".join(dict.fromkeys(sources)))


def _told(value: str, source: str) -> str:
    return f"{value} ({source})" if source else value


def _print(console: Console, line: Line) -> None:
    said = visible(line.said)
    if not console.is_terminal:
        console.out(f"{line.verdict:<{_VERDICT}}{line.what:<{_WHAT}}{said}", highlight=False)
        return
    row = Table.grid()
    row.add_column(width=_VERDICT, style=_STYLES[line.verdict])
    row.add_column(width=_WHAT)
    row.add_column(overflow="fold")
    row.add_row(Text(line.verdict), Text(line.what), Text(said))
    console.print(row)
