"""What Request Tracker really holds, read from its database, past every client."""

from __future__ import annotations

import base64
import quopri
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["Held"]

_VALUES = """
    SELECT COALESCE(v.LargeContent, v.Content) FROM ObjectCustomFieldValues v
    JOIN CustomFields f ON f.id = v.CustomField
    WHERE v.ObjectType = 'RT::Ticket' AND v.ObjectId = ? AND f.Name = ? AND v.Disabled = 0
    ORDER BY v.id
"""
_OF_TICKET = """
    FROM Attachments a JOIN Transactions t ON t.id = a.TransactionId
    WHERE t.ObjectType = 'RT::Ticket' AND t.ObjectId = ?
"""


class Held:
    """A server's database, which is SQLite's.

    Args:
        database: Its file.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    def ticket(self, number: int) -> dict[str, str]:
        """Its core fields, by RT's names; the owner's name."""
        query = """
            SELECT t.Subject, t.Status, u.Name, t.Priority FROM Tickets t
            JOIN Users u ON u.id = t.Owner WHERE t.id = ?
        """
        [row] = self._rows(query, number)
        return dict(zip(("Subject", "Status", "Owner", "Priority"), map(_text, row), strict=True))

    def values(self, number: int, field: str) -> list[str]:
        """Of a custom field."""
        return [_text(row[0]) for row in self._rows(_VALUES, number, field)]

    def numbered(self, subject: str) -> list[int]:
        """The tickets with a subject."""
        rows = self._rows("SELECT id FROM Tickets WHERE Subject = ? ORDER BY id", subject)
        return [int(str(row[0])) for row in rows]

    def messages(self, number: int) -> list[str]:
        """The texts of a ticket's comments, oldest first."""
        query = f"SELECT a.Content, a.ContentEncoding {_OF_TICKET} AND t.Type = 'Comment'"
        query += " AND a.Content IS NOT NULL AND COALESCE(a.Filename, '') = '' ORDER BY a.id"
        return [_decoded(*row).decode() for row in self._rows(query, number)]

    def files(self, number: int) -> list[tuple[str, bytes]]:
        """Names and contents of a ticket's files, oldest first."""
        query = f"SELECT a.Filename, a.Content, a.ContentEncoding {_OF_TICKET}"
        query += " AND COALESCE(a.Filename, '') != '' ORDER BY a.id"
        return [(_text(name), _decoded(*rest)) for name, *rest in self._rows(query, number)]

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._open() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            yield connection


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _decoded(content: object, encoding: object) -> bytes:
    stored = content if isinstance(content, bytes) else str(content or "").encode()
    match _text(encoding or b"none"):
        case "base64":
            return base64.b64decode(stored)
        case "quoted-printable":
            return quopri.decodestring(stored)
        case _:
            return stored
