"""How RT reads and writes forms, lists, names of files and dates, told in Python so that tests can ask it.

Checked against RT 4.4 and RT 5.0 with random hostile text, both ways. It is written from what
those servers do, not from their source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

# What Perl takes for white space in decoded text; Python's `\s` has four signs more.
SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_WIDEST_INDENT = 16
_FALLBACK_INDENT = 4
_WIDEST_LINE = 70

# Greedy on purpose: the *last* fitting colon of a line ends the name of a custom field.
_FIELD = re.compile(
    r"([A-Z][A-Z0-9_-]*|(?:CF|CustomField)-[^,]+|CF\.\{[^,]+\}):(?:[" + SPACE + r"]+(.*))?",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)

Value = str | list[str]


@dataclass(slots=True)
class Read:
    """One form as RT understood it.

    Attributes:
        fields: Key to value; a list where a key came more than once.
        comments: Lines that begin with `#`.
        broken: Whether RT calls it a syntax error and does nothing.
    """

    fields: dict[str, Value] = field(default_factory=dict[str, Value])
    comments: list[str] = field(default_factory=list[str])
    broken: bool = False


def read_forms(text: str) -> list[Read]:
    """What RT makes of a request's `content`."""
    forms: list[Read] = []
    lines: list[str] = []
    for line in [*text.split("\n"), "--"]:
        if line == "--":
            form = _read_form(lines)
            # A form of nothing that RT knows is none.
            if form.fields or form.comments:
                forms.append(form)
            lines = []
        else:
            lines.append(line)
    return forms


def _read_form(lines: Sequence[str]) -> Read:
    form = Read()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("#"):
            # Comments may stand above the first field, in one block, and nowhere else.
            first = not form.comments or lines[at - 2].startswith("#")
            form.broken = form.broken or bool(form.fields) or not first
            form.comments.append(line)
        found = _FIELD.fullmatch(line)
        if found is None:
            continue
        more: list[str] = []
        while at < len(lines) and (not lines[at] or lines[at][0] in SPACE):
            more.append(lines[at])
            at += 1
        _take(form.fields, found[1], _unwrap(found[2] or "", more))
    return form


def _unwrap(first: str, more: list[str]) -> str:
    while more and not more[-1]:
        more.pop()
    # The blanks themselves, not their number: a tab is not removed where a space was shortest.
    shortest = min((_indent(line) for line in more if line), key=len, default="")
    lines = [line.removeprefix(shortest) for line in more]
    if first:
        lines = [first, *lines]
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(SPACE))]


def _take(fields: dict[str, Value], key: str, value: str) -> None:
    if key not in fields:
        fields[key] = value
        return
    before = fields[key]
    items = before if isinstance(before, list) else _items(before)
    fields[key] = [*items, *_items(value)]


def _items(value: str) -> list[str]:
    """A repeated key makes a list, and each of its values may be one, too."""
    items = re.split(rf"[{SPACE}]*[,\n][{SPACE}]*", value.strip(SPACE))
    while items and not items[-1]:
        items.pop()
    return items


def write_form(fields: Mapping[str, Value], comments: Iterable[str] = ()) -> str:
    """One form as RT writes it into a reply."""
    text = "".join(f"# {comment}\n" for comment in comments)
    if text:
        text += "\n"
    spaced = True
    for key, value in fields.items():
        lines, long = _write_field(key, value)
        if long and not spaced:
            text += "\n"
        text += lines
        if long:
            text += "\n"
        spaced = long
    return text


def _write_field(key: str, value: Value) -> tuple[str, bool]:
    """The lines of a field, and whether empty lines set it apart."""
    indent = len(key) + 2
    prefix = " " * (indent if indent <= _WIDEST_INDENT else _FALLBACK_INDENT)
    if isinstance(value, list):
        return _write_list(key, value, prefix)
    # An empty rest after the last line break gets no prefix.
    wrapped = re.sub(r"\n(?!\Z)", "\n" + prefix, value)
    return f"{key}: {wrapped}\n", "\n" in value


def _write_list(key: str, items: Sequence[str], prefix: str) -> tuple[str, bool]:
    if not items:
        return f"{key}:\n", False
    lines: list[str] = []
    line = f"{key}: {items[0]}"
    for item in items[1:]:
        if len(line) + len(item) + 1 >= _WIDEST_LINE:
            lines.append(line + ",")
            line = prefix + item
        else:
            line += f", {item}"
    return "\n".join([*lines, line]) + "\n", bool(lines)


def write_body(forms: Iterable[str], *, tail: int = 1) -> str:
    """The body of a reply: forms, separators, and the newlines at the end."""
    return "\n--\n\n".join(forms) + "\n" * tail


def reply(body: str, status: str = "200 Ok") -> str:
    """A whole reply."""
    return f"RT/5.0.3+dfsg-3~deb12u6 {status}\n\n{body}"


def read_list(text: str) -> list[str]:
    """What RT stores of a custom field of several values; a set, so the order is its own."""
    values: list[str] = []
    rest = text.lstrip(SPACE)
    while rest:
        found = re.match(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", rest, re.DOTALL)
        after = rest[found.end() :].lstrip(SPACE) if found else ""
        if found and (not after or after[0] == ","):
            quote = rest[0]
            value = re.sub(rf"\\([\\{quote}])", r"\1", rest[1 : found.end() - 1])
            rest = after[1:].lstrip(SPACE)
        else:
            raw, _, rest = rest.partition(",")
            value, rest = raw.strip(SPACE), rest.lstrip(SPACE)
        if value and value not in values:
            values.append(value)
    return values


def write_list(values: Iterable[str]) -> str:
    """How RT shows a custom field of several values: only those with a comma are quoted."""
    return ",".join(
        "'" + re.sub(r"([\\'])", r"\\\1", value) + "'" if "," in value else value
        for value in values
    )


def stored_filename(line: str) -> list[str]:
    """The names of the files that RT finds on one `Attachment:` line."""
    line = line.strip(SPACE)
    if len(line) > 1 and line[0] == line[-1] == '"':
        # Blanks collapse between these quotes if they hold a comma.
        names = [re.sub(" +", " ", line[1:-1]) if "," in line else line[1:-1]]
    elif re.fullmatch(r"q\{.*\}", line, re.DOTALL):
        names = [f"'{line[2:-1]}'"]
    else:
        names = [name.strip(SPACE) for name in line.split(",")]
    return [_stored_name(name) for name in names]


def _stored_name(name: str) -> str:
    name = re.sub(r"=\?.*\?=", "(decoded)", name, flags=re.DOTALL)
    name = re.split(r"[/\\]", name)[-1].replace("\t", " ").replace("\r", "")
    return name.encode()[:255].decode(errors="ignore").strip(SPACE)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stored_instant(text: str, zone: tzinfo) -> datetime | None:
    """The instant that RT stores for `YYYY-MM-DD HH:MM:SS`, written by an account of this zone.

    It takes the offset of the moment at which a clock in UTC shows the time written, so it goes
    wrong by the difference in the hours around a change of daylight saving.
    """
    if not text:
        return None
    clock = datetime.fromisoformat(text).replace(tzinfo=UTC)
    instant = clock - (clock.astimezone(zone).utcoffset() or timedelta(0))
    return instant if instant > _EPOCH else None


def stored_day(text: str, zone: tzinfo) -> date:
    """The day that RT keeps in a custom field for a day, or a day and a time, written to it."""
    instant = stored_instant(text if " " in text else f"{text} 00:00:00", zone)
    assert instant is not None
    return instant.astimezone(zone).date()


def shown_instant(instant: datetime | None, zone: tzinfo) -> str:
    """How RT shows an instant to an account of this zone, with the preferences of a new account."""
    if instant is None:
        return "Not set"
    local = instant.astimezone(zone)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day} {month} {local:%d %H:%M:%S} {local.year:04}"
