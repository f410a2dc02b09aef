"""rtorm itself, with the settings that it has unasked."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import rtorm
from benchmarks.comparison.clients.client import QUEUE, Client, Fields, custom
from rtorm import Attachment, Session, Ticket

__all__ = ["Rtorm"]


class Rtorm(Client):
    """Records of a session."""

    name: ClassVar = "rtorm"
    _session: Session | None = None

    @property
    def version(self) -> str:
        return version("rtorm")

    def log_in(self) -> None:
        self.close()
        login = (self.at.user, self.at.password)
        self._session = rtorm.connect(self.at.url, auth=login, time_zone="UTC")
        self._open.query(Ticket).limit(1).all()

    @property
    def _open(self) -> Session:
        assert self._session is not None
        return self._session

    def create(self, subject: str, text: str, fields: Fields) -> object:
        ticket = self._open.add(Ticket(queue=QUEUE, subject=subject, text=text))
        _assign(ticket, fields)
        ticket.save()
        return ticket.id

    def edit(self, ticket: int, fields: Fields) -> object:
        record = self._open.get(Ticket, ticket)
        _assign(record, fields)
        return record.save()

    def change(self, ticket: int, subject: str) -> object:
        record = self._open.get(Ticket, ticket)
        record.subject = subject
        record.priority = int(record.priority or 0)
        return record.save()

    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        for record in self._open.get_many(Ticket, tickets):
            record.priority = priority
        return self._open.commit()

    def load(self, tickets: Sequence[int]) -> Sized:
        return self._open.get_many(Ticket, tickets)

    def read(self, ticket: int, field: str) -> object:
        record = self._open.get(Ticket, ticket)
        name = custom(field)
        value: object = record.cf[name] if name else getattr(record, field.lower())
        return value

    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        self._open.get(Ticket, ticket).comment(text, attachments=list(files))
        return None

    def files(self, ticket: int) -> dict[str, str]:
        listed = self._open.get(Ticket, ticket).attachments
        return {file.filename: str(file.id) for file in listed if file.filename}

    def fetch(self, file: str) -> bytes:
        return self._open.get(Attachment, int(file)).content

    def close(self) -> None:
        if self._session is not None:
            self._session.rollback()
            self._session.close()


def _assign(ticket: Ticket, fields: Fields) -> None:
    for field, value in fields.items():
        if name := custom(field):
            ticket.cf[name] = value
        else:
            setattr(ticket, field.lower(), value)
