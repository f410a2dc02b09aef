"""Tables on a Rich console."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO

from rich.console import Console
from rich.text import Text

from rtorm import Attachment, Change, Client, CommitReport, SaveResult, Session
from rtorm.display.rich import rich_of
from rtorm.orm.state import state_of
from tests.orm.doubles import Shelf, loaded
from tests.support import Incident

SAID = ["[blink]That user does not exist"]
MARKUP = "[red]Disk[/red] full [link=https://example.com]x[/link] :boom:"


def printed(*shown: object, width: int = 80) -> str:
    """What a console of this width prints."""
    out = StringIO()
    console = Console(file=out, width=width, color_system="truecolor", force_terminal=True)
    for each in shown:
        console.print(each)
    return Text.from_ansi(out.getvalue()).plain


def ticket(shelf: Shelf | None = None) -> Incident:
    """A ticket with markup in it, a change and a refusal."""
    made = loaded(Incident, shelf, subject=MARKUP, status="new", owner="Nobody", note="[bold]")
    made.owner = "no-such"
    state_of(made).errors["owner"] = SAID
    return made


def test_markup_in_values_is_text() -> None:
    """Square brackets, emoji codes and links of a subject mean nothing."""
    text = printed(ticket(), width=200)
    assert MARKUP in text
    assert "[bold]" in text
    assert "[blink]That user does not exist" in text


def test_it_fits_a_terminal() -> None:
    """No line is wider than the terminal, and it tells all the same what was refused."""
    result = SaveResult(ticket(), "partial", {"status": Change("new", "open")}, {"owner": SAID})
    shelf = Shelf()
    query = Session(Client("http://127.0.0.1:9", auth=("a", "b"))).query(Incident)
    for width in (80, 40):
        text = printed(ticket(shelf), result, CommitReport((result,)), query, width=width)
        assert max(map(len, text.splitlines())) <= width
        assert "Query for Incident" in text
    assert "applied" in printed(result)
    assert "→ no-such" in printed(result)
    assert [asked for asked in shelf.asked if asked[0] != "touched"] == []


def test_within_other_things_one_line_is_shown() -> None:
    """A list of tickets is a list of their `repr`, not all of their fields."""
    text = printed(
        [ticket()], {"file": Attachment(filename="a.txt", content=b"x" * 1000)}, width=150
    )
    assert repr(ticket()) in text
    assert "<Attachment 'a.txt' application/octet-stream 1000 bytes>" in text


def test_data_and_drawing_are_apart() -> None:
    """What is drawn is the table that a notebook shows, too."""
    shown = ticket()
    assert printed(shown) == printed(rich_of(shown.__rt_table__()))


def test_rich_is_not_needed_to_look_at_things() -> None:
    """Without Rich everything has its `repr` and its HTML, and nobody waits for it."""
    code = (
        "import sys; sys.modules['rich'] = None\n"
        "from rtorm import Ticket\n"
        "ticket = Ticket(subject='x')\n"
        "print(repr(ticket), ticket._repr_html_().count('<table>'))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown.strip() == "<Ticket new 'x'*> 1"
