"""Tables as HTML for notebooks: one element, no scripts, nothing to fetch, no ids; pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from rtorm.display.tables import Cell, Row, Table

__all__ = ["html_of"]

# Text takes the notebook's own colour. A tint that lets the page shine through does in the light
# and in the dark. The selectors name their class twice, to outweigh those by which JupyterLab sets
# all texts of tables to the right.
_STYLE: Final = """\
<style>
div.rtorm{overflow-x:auto}
div.rtorm.rtorm table{border-collapse:collapse;table-layout:auto;margin:.3em 0;color:inherit;
font-size:inherit}
div.rtorm.rtorm caption{caption-side:top;text-align:left;padding:.2em 0;color:inherit}
div.rtorm.rtorm table tr>*{text-align:left;vertical-align:top;padding:.2em .7em;
min-width:16ch;max-width:60ch;
color:inherit;border:0 solid rgba(128,128,128,.35);border-width:0 0 1px;white-space:pre-wrap;
overflow-wrap:anywhere}
div.rtorm.rtorm table tr>.rtorm-short{white-space:nowrap;min-width:0}
div.rtorm.rtorm table tr>:first-child{border-left:3px solid transparent}
div.rtorm.rtorm table tr.rtorm-changed>*{background:rgba(200,140,0,.14)}
div.rtorm.rtorm table tr.rtorm-applied>*{background:rgba(40,160,70,.14)}
div.rtorm.rtorm table tr.rtorm-refused>*{background:rgba(220,50,50,.16)}
div.rtorm.rtorm table tr.rtorm-unknown>*{background:rgba(130,90,220,.18)}
div.rtorm.rtorm table tr.rtorm-changed>:first-child{border-left-color:rgb(200,140,0)}
div.rtorm.rtorm table tr.rtorm-applied>:first-child{border-left-color:rgb(40,160,70)}
div.rtorm.rtorm table tr.rtorm-refused>:first-child{border-left-color:rgb(220,50,50)}
div.rtorm.rtorm table tr.rtorm-unknown>:first-child{border-left-color:rgb(130,90,220)}
div.rtorm.rtorm p{margin:.2em 0;font-size:.9em;opacity:.8;overflow-wrap:anywhere;max-width:90ch}
</style>
"""


# What is not broken into lines; a time with its zone is as long as that.
_SHORT = 24


def html_of(table: Table) -> str:
    """The table as one `div`, with a style that touches nothing else.

    All that comes from RT or the program is text: there is neither a link nor another element of
    theirs in it. Each is set apart from its surroundings, so that text from right to left turns
    nothing around but itself.
    """
    return "".join(_parts(table))


def _parts(table: Table) -> Iterator[str]:
    yield f'<div class="rtorm">\n{_STYLE}<table>\n'
    about = f" {_isolated(table.about)}" if table.about else ""
    yield f"<caption><b>{escape(table.title)}</b>{about}</caption>\n"
    if table.head:
        heads = "".join(_element('th scope="col"', Cell(head)) for head in table.head)
        yield f"<thead><tr>{heads}</tr></thead>\n"
    yield "<tbody>\n"
    yield from map(_row, table.rows)
    yield "</tbody>\n</table>\n"
    for note in table.notes:
        yield f"<p>{_isolated(note)}</p>\n"
    yield "</div>"


def _row(row: Row) -> str:
    first, *others = row.cells
    mark = "" if row.mark == "plain" else f' class="rtorm-{row.mark}"'
    cells = "".join(_element("td", cell) for cell in others)
    head = _element('th scope="row"', first)
    return f"<tr{mark}>{head}{cells}</tr>\n"


def _element(tag: str, cell: Cell) -> str:
    kind = ' class="rtorm-short"' if len(cell.text) + len(cell.old or "") <= _SHORT else ""
    return f"<{tag}{kind}>{_cell(cell)}</{tag[:2]}>"


def _cell(cell: Cell) -> str:
    if cell.old is None:
        return _isolated(cell.text)
    before = f"{_isolated(cell.old)} " if cell.old else ""
    return f"{before}→ <b>{_isolated(cell.text)}</b>"


def _isolated(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
