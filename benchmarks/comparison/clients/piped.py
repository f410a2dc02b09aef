"""A client in another language: a process that takes a line of JSON a call, and gives one."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Sequence, Sized
from pathlib import Path
from typing import Any

from benchmarks.comparison.clients.client import QUEUE, Client, Fields
from benchmarks.comparison.told import RaisedError

__all__ = ["Piped"]


class Piped(Client):
    """What such clients share."""

    _process: subprocess.Popen[str] | None = None

    @property
    def _command(self) -> list[str]:
        raise NotImplementedError

    def log_in(self) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        self._ask("log_in", url=self.at.url, user=self.at.user, password=self.at.password)

    def create(self, subject: str, text: str, fields: Fields) -> object:
        given = {"Queue": QUEUE, "Subject": subject, **fields}
        return self._ask("create", fields=given, text=text)

    def edit(self, ticket: int, fields: Fields) -> object:
        return self._ask("edit", ticket=ticket, fields=dict(fields))

    def change(self, ticket: int, subject: str) -> object:
        return self._ask("change", ticket=ticket, subject=subject)

    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        return self._ask("edit_many", tickets=list(tickets), priority=priority)

    def load(self, tickets: Sequence[int]) -> Sized:
        return range(int(self._ask("load", first=tickets[0], last=tickets[-1])))

    def read(self, ticket: int, field: str) -> object:
        return self._ask("read", ticket=ticket, field=field)

    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        return self._ask("comment", ticket=ticket, text=text, files=list(map(str, files)))

    def files(self, ticket: int) -> dict[str, str]:
        found: dict[str, str] = self._ask("files", ticket=ticket)
        return {name: f"{ticket}/{number}" for name, number in found.items()}

    def fetch(self, file: str) -> bytes:
        ticket, number = file.split("/")
        return base64.b64decode(self._ask("fetch", ticket=int(ticket), file=number))

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()

    def _ask(self, verb: str, **more: Any) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps({"verb": verb, **more}), file=process.stdin, flush=True)
        line = process.stdout.readline()
        assert line, f"{self.name} has ended"
        answer = json.loads(line)
        if "missing" in answer:
            raise NotImplementedError(answer["missing"])
        if "raised" in answer:
            raise RaisedError(answer["raised"].rpartition("::")[2], answer["said"])
        return answer["given"]
