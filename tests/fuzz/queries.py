"""Any clause on tickets, made of bytes, and what RT would read of the TicketSQL that it becomes.

The reader knows of RT's language what matters here: where quotes end, and what stands outside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network
from typing import Any, cast
from zoneinfo import ZoneInfo

from rtorm import CF, Queue, Ticket, User, cf
from rtorm.errors import RTError
from rtorm.orm.columns import And, Clause, Comparison, Not, Operator, Or, Ordering
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.loading.shown import blank
from rtorm.orm.queries.clauses import normal
from rtorm.orm.queries.operators import FORMS, RELATIONS
from rtorm.orm.queries.ticketsql import order_of, ticket_sql
from rtorm.rest1.clock import Clock

__all__ = [
    "FIELDS",
    "NOON",
    "OPERATORS",
    "Odd",
    "allowed_texts",
    "check_clause",
    "named",
    "read_query",
]


class Odd(Ticket, queue="It's {a} queue"):
    """Custom fields of odd names and kinds."""

    plain: CF[str | None] = cf("Plain", default=None)
    odd: CF[str | None] = cf("It's {x}: a, \\' b", default=None)
    by_id: CF[str | None] = cf("Comma, name", id=29, default=None)
    several: CF[list[str]] = cf("Several", default_factory=list)
    price: CF[Decimal | None] = cf("Price", default=None)
    day: CF[date | None] = cf("Day", default=None)
    moment: CF[datetime | None] = cf("Moment", default=None)
    address: CF[IPv4Address | None] = cf("Address", default=None)
    net: CF[IPv4Network | None] = cf("Net", default=None)


OPERATORS: tuple[Operator, ...] = (
    *("=", "!=", "<", "<=", ">", ">=", "LIKE", "NOT LIKE", "STARTSWITH", "NOT STARTSWITH"),
    *("IS", "IS NOT"),
)
FIELDS = (
    *FORMS,
    *ROLES,
    *RELATIONS,
    *(f"CF.{{{name}}}" for name in ("Plain", "It's {x}: a, \\' b", "Comma, name", "29", "Several")),
    *(f"CF.{{{name}}}" for name in ("Price", "Day", "Moment", "Address", "Net")),
    "CF",
    "Nope",
)
_CLOCK = Clock(ZoneInfo("Europe/Rome"), exact=True)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

# What RT reads outside quotes, and nothing else: the names of fields, words, signs, numbers.
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>'(?:[^'\\]|\\.)*')|(?P<sign>[<>!]=|[<>=()])|(?P<word>[A-Za-z]+(?:\.[A-Za-z]+)?)"
    r"|(?P<number>-?[0-9]+))",
    re.DOTALL,
)
_WORDS = frozenset(
    {
        *("AND", "OR", "NOT", "IS", "NULL", "LIKE", "STARTSWITH", "id", "Owner.Name"),
        *FORMS,
        *RELATIONS.values(),
        *(
            f"{role}{key}"
            for role in ROLES.values()
            for key in ("", ".id", ".Name", ".EmailAddress")
        ),
    }
)


def check_clause(clause: Clause, order: str = "id") -> list[str]:
    """Ask for a clause; whatever its values are, they stay values.

    Returns:
        The texts between quotes, as RT reads them; nothing where the clause is refused.
    """
    try:
        text = ticket_sql(normal(clause), Odd, lambda: _CLOCK)
        order_of([Ordering(order, descending=False)], Odd)
    except RTError:
        return []
    return _Reader(text).condition()


class _Reader:
    """Reads a condition: names, operators and values, with parentheses, one connector a level."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._values: list[str] = []

    def condition(self) -> list[str]:
        self._level(depth=0)
        assert not self._tokens, f"left over: {self._tokens}"
        return self._values

    def _level(self, depth: int) -> None:
        connectors: set[str] = set()
        self._one(depth)
        while self._tokens and self._tokens[0][1] in ("AND", "OR"):
            connectors.add(self._take())
            self._one(depth)
        assert len(connectors) <= 1, "AND meets OR on one level"

    def _one(self, depth: int) -> None:
        if self._tokens[0] == ("sign", "("):
            self._take()
            self._level(depth + 1)
            assert self._take() == ")"
            return
        kind, key = self._tokens[0]
        self._take()
        if kind == "quoted":
            assert key.startswith("CF."), key
        else:
            assert kind == "word", key
            assert key not in ("AND", "OR", "NOT", "IS", "NULL"), key
        operator = self._take()
        if operator == "IS":
            assert self._take() in ("NULL", "NOT")
            if self._tokens and self._tokens[0][1] == "NULL":
                self._take()
            return
        operator = self._take() if operator == "NOT" else operator
        assert operator in ("=", "!=", "<", "<=", ">", ">=", "LIKE", "STARTSWITH"), operator
        kind, value = self._tokens[0]
        self._take()
        assert kind in ("quoted", "number"), value
        self._values.append(value)

    def _take(self) -> str:
        return self._tokens.pop(0)[1]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        kind = found.lastgroup if found else None
        assert found is not None, f"outside of quotes: {text[at:]!r}"
        assert kind is not None
        token = found[kind]
        if kind == "quoted":
            token = re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)
        elif kind == "word":
            assert token in _WORDS, f"a word of no one's: {token!r}"
        yield kind, token
        at = found.end()


def named(cls: type[Any], number: int, name: str) -> Any:
    """A record that RT holds."""
    record = blank(cls, number)
    vars(record)["name"] = name
    return record


def read_query(data: bytes) -> None:
    """A clause of these bytes: each comparison is a field, an operator, a kind of value, a value."""
    texts: list[str] = []
    clauses = [_comparison(each, texts) for each in data.split(b"\xfe")[:6]]
    shapes = data[:1] or b"\0"
    whole: Clause = clauses[0]
    for number, clause in enumerate(clauses[1:]):
        whole = _JOINS[(shapes[0] + number) % len(_JOINS)](whole, clause)
    found = check_clause(whole, FIELDS[shapes[0] % len(FIELDS)])
    # Texts come in as they are, for whichever condition.
    allowed = {str(text) for text in texts}
    for value in found:
        assert value in allowed or value.strip() in allowed or not texts, (value, texts)


_JOINS: tuple[Callable[[Clause, Clause], Clause], ...] = (
    lambda one, other: And((one, other)),
    lambda one, other: Or((one, other)),
    lambda one, other: Not(And((one, other))),
    lambda one, other: Or((Not(one), other)),
)


def _comparison(data: bytes, texts: list[str]) -> Comparison:
    head, rest = data[:3].ljust(3, b"\0"), data[3:].decode("utf-8", "surrogateescape")
    field = FIELDS[head[0] % len(FIELDS)]
    if field == "CF":
        name, _, rest = rest.partition("\0")
        field = f"CF.{{{name}}}"
    value = _value(head[2], rest)
    texts.extend(allowed_texts(value))
    return Comparison(field, OPERATORS[head[1] % len(OPERATORS)], value)


def _value(kind: int, text: str) -> object:
    count = len(text)
    values: Sequence[object] = (
        text,
        text,
        text,
        count,
        -count,
        None,
        True,
        Decimal(count) / 10,
        NOON + timedelta(seconds=count),
        NOON.replace(tzinfo=None),
        date(2026, 1, 1) + timedelta(days=count),
        IPv4Address(count),
        IPv4Network((count << 8, 24)),
        [text],
        named(User, 12, text),
        named(Queue, 3, text),
        cast("Any", blank(Ticket, count + 1)),
        text.encode("utf-8", "replace"),
    )
    return values[kind % len(values)]


def allowed_texts(value: object) -> Iterator[str]:
    """The texts that may stand for a value."""
    yield ""
    if isinstance(value, datetime | date):
        local = value
        if isinstance(value, datetime) and value.tzinfo:
            local = value.astimezone(_CLOCK.zone)
        yield local.strftime("%Y-%m-%d %H:%M:%S")
        yield local.strftime("%Y-%m-%d")
        yield local.strftime("%Y-%m-%d 12:00:00")
    elif isinstance(value, User | Queue | Ticket):
        yield str(vars(value)["id"])
        yield str(vars(value).get("name", ""))
    elif isinstance(value, list):
        yield from (text for each in cast("list[object]", value) for text in allowed_texts(each))
    else:
        yield value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        yield str(value).strip()
        yield "1" if value is True else str(value)
        if isinstance(value, str) and (bare := value.strip()).startswith("t:"):
            yield bare.removeprefix("t:")
        if isinstance(value, str) and value.strip().removeprefix("t:").isdigit():
            yield str(int(value.strip().removeprefix("t:")))
