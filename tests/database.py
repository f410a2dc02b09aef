"""What the database of a running server holds, read beside it, and what has changed in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, object]

TABLES = (
    "Tickets",
    "Transactions",
    "Attachments",
    "ObjectCustomFieldValues",
    "Links",
    "Users",
    "Queues",
    "Groups",
    "GroupMembers",
    "CustomFields",
    "CustomFieldValues",
    "ObjectCustomFields",
    "ACL",
    "Attributes",
    "Principals",
)
# Every change of a record changes these, and has a transaction beside.
_FOLLOWING = frozenset({"LastUpdated", "LastUpdatedBy"})
_KINDS = {"Tickets": "ticket", "Users": "user", "Queues": "queue"}
_ROLES = {"RT::Ticket-Role": "ticket", "RT::Queue-Role": "queue", "UserEquiv": "user"}


class Table(Mapping[int, Row]):
    """The rows of a table by their numbers; each is made a mapping when it is looked at."""

    def __init__(self, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
        self._columns = columns
        at = columns.index("id")
        self._rows = {int(str(row[at])): row for row in rows}

    def __getitem__(self, number: int) -> Row:
        return dict(zip(self._columns, self._rows[number], strict=True))

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment]

    def unlike(self, other: Table) -> set[int]:
        """The numbers of the rows that are not the same in both."""
        return {number for number, _ in self._rows.items() ^ other._rows.items()}


Tables = Mapping[str, Table]


class Database:
    """The SQLite database of a server, which is never written to."""

    def __init__(self, directory: Path) -> None:
        self._uri = f"file:{directory / 'rt.sqlite'}?mode=ro"
        self._known: tuple[int, Tables] | None = None
        self._connection = sqlite3.connect(self._uri, uri=True)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def read(self) -> Tables:
        """All that the tables hold; the same object as before where nothing was written."""
        [version] = self._connection.execute("PRAGMA data_version").fetchone()
        if self._known is None or self._known[0] != version:
            self._known = (version, {name: self._rows(name) for name in TABLES})
        return self._known[1]

    def _rows(self, table: str) -> Table:
        with closing(self._connection.execute(f"SELECT * FROM {table}")) as cursor:
            return Table([column[0] for column in cursor.description], cursor)


@dataclass(frozen=True, slots=True, order=True)
class Changed:
    """A row that is new or gone, or a value that is another one.

    Attributes:
        table: Its table.
        owner: Whose it is: `ticket 7`, `user 14`, `queue 3`, `group 90`.
        what: The column; of a row `+` or `-`, of transactions and links with their type.
    """

    table: str
    owner: str
    what: str


def changes(before: Tables, after: Tables) -> list[Changed]:
    """What is not as it was."""
    return sorted(set(_changes(before, after)))


def _changes(before: Tables, after: Tables) -> Iterator[Changed]:
    for table in TABLES if before is not after else ():
        old, new = before[table], after[table]
        for number in old.unlike(new):
            was, is_now = old.get(number), new.get(number)
            row = is_now or was or {}
            for owner in _owners(table, row, before, after):
                if was and is_now:
                    columns = {name for name in was if was[name] != is_now[name]} - _FOLLOWING
                    yield from (Changed(table, owner, column) for column in columns)
                else:
                    kind = row["Type"] if table in ("Transactions", "Links") else ""
                    yield Changed(table, owner, f"{'+' if is_now else '-'}{kind}")


def _owners(table: str, row: Row, before: Tables, after: Tables) -> list[str]:
    match table:
        case "Tickets" | "Users" | "Queues":
            owners = [f"{_KINDS[table]} {row['id']}"]
        case "Groups":
            owners = [_of_group(row)]
        case "GroupMembers":
            owners = [_of_group(_found("Groups", row["GroupId"], before, after))]
        case "Attachments":
            owners = [_of_object(_found("Transactions", row["TransactionId"], before, after))]
        case "Links":
            owners = [f"ticket {end}" for end in (row["LocalBase"], row["LocalTarget"]) if end]
        case _:
            owners = [_of_object(row) if "ObjectType" in row else f"{table} {row['id']}"]
    return owners


def _of_object(row: Row) -> str:
    return f"{str(row['ObjectType']).removeprefix('RT::').lower()} {row['ObjectId']}"


def _of_group(row: Row) -> str:
    kind = _ROLES.get(str(row["Domain"]))
    return f"{kind} {row['Instance']}" if kind else f"group {row['id']}"


def _found(table: str, number: object, before: Tables, after: Tables) -> Row:
    key = int(str(number))
    return after[table].get(key) or before[table][key]
