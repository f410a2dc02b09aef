"""Perl's RT::Client::REST, in a process that stays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.peer import QUEUE, Edit, New, Peer

__all__ = ["PerlClient"]

_SCRIPT = Path(__file__).with_name("rt_client_rest.pl")


class PerlClient(Peer):
    """RT::Client::REST: a request for each ticket, whatever is done."""

    name: ClassVar = "RT::Client::REST"
    notes: ClassVar = (
        "Perl, with `keep_alive`; `edit`, `create`, `show`, `get_links` and "
        "`get_attachments_metadata` a ticket, after a `search` for the ids; without the start of "
        "its process"
    )
    in_process: ClassVar = False
    _process: subprocess.Popen[str] | None = None

    def log_in(self) -> None:
        self._ask("login")

    def first(self, ticket: int) -> object:
        return self._ask("first", ticket=ticket)

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        pass

    def edit(self, edits: Sequence[Edit]) -> None:
        assert self._ask("edit", edits=[asdict(edit) for edit in edits]) == len(edits)

    def load(self, first: int, last: int) -> range:
        return range(self._ask("load", first=first, last=last))

    load_watchers = load

    def load_related(self, first: int, last: int) -> range:
        return range(self._ask("related", first=first, last=last))

    def create(self, tickets: Sequence[New]) -> range:
        return range(self._ask("create", queue=QUEUE, tickets=[asdict(new) for new in tickets]))

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()

    def start(self) -> None:
        """Start its process."""
        self._process = subprocess.Popen(
            ["perl", str(_SCRIPT), self.at.url, self.at.user, self.at.password],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ask("ready")

    def _ask(self, verb: str, **more: Any) -> int:
        """Have something done; gives how many tickets it was done with."""
        if self._process is None:
            self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"verb": verb, **more}), file=self._process.stdin, flush=True)
        told = self._process.stdout.readline()
        assert told, f"{_SCRIPT.name} has ended"
        return int(told)
