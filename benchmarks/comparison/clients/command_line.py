"""RT's own `bin/rt`."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence, Sized
from pathlib import Path
from typing import ClassVar

from benchmarks.comparison.clients.client import QUEUE, Client, Fields, Login
from benchmarks.comparison.told import RaisedError
from benchmarks.peers.command_line import NO_HOME

__all__ = ["CommandLine"]


class CommandLine(Client):
    """A process for each command, as people type them."""

    name: ClassVar = "`bin/rt`"
    success: ClassVar = "exit status 0"

    def __init__(self, at: Login) -> None:
        super().__init__(at)
        self._home = tempfile.TemporaryDirectory(prefix="rtorm-bench-")
        (Path(self._home.name) / "NoHome.pm").write_text(NO_HOME)

    @property
    def version(self) -> str:
        command = ["dpkg-query", "-W", "-f", "${Version}", f"rt{self.at.major}-clients"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return re.split(r"[+~-]", done.stdout)[0]

    def log_in(self) -> None:
        self._run("list", "-i", "id = 1")

    def create(self, subject: str, text: str, fields: Fields) -> object:
        given: Fields = {"Queue": QUEUE, "Subject": subject, "Text": text, **fields}
        told = self._run("create", "-t", "ticket", "set", *_assignments(given))
        made = re.search(r"# Ticket (\d+) created", told)
        return int(made[1]) if made and told.count("\n") == 1 else told

    def edit(self, ticket: int, fields: Fields) -> object:
        return self._run("edit", f"ticket/{ticket}", "set", *_assignments(fields))

    def change(self, ticket: int, subject: str) -> object:
        shown = self._run("show", "-f", "Priority", f"ticket/{ticket}")
        found = re.search(r"^Priority: (.*)", shown, re.MULTILINE)
        return self.edit(ticket, {"Subject": subject, "Priority": found[1] if found else ""})

    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        numbers = f"ticket/{tickets[0]}-{tickets[-1]}"
        return self._run("edit", numbers, "set", f"Priority={priority}")

    def load(self, tickets: Sequence[int]) -> Sized:
        return self._run("show", "-l", f"ticket/{tickets[0]}-{tickets[-1]}").split("\n--\n")

    def read(self, ticket: int, field: str) -> object:
        raise NotImplementedError("prints RT's forms as they are")

    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        attached = [part for file in files for part in ("-a", str(file))]
        return self._run("comment", "-m", text, *attached, f"ticket/{ticket}")

    def files(self, ticket: int) -> dict[str, str]:
        shown = self._run("show", "-s", f"ticket/{ticket}/attachments")
        listed = re.findall(r"(\d+): (.*) \(\S+ / \S+\),?$", shown, re.MULTILINE)
        return {name: f"ticket/{ticket}/attachments/{number}" for number, name in listed}

    def fetch(self, file: str) -> bytes:
        return self._bytes("show", f"{file}/content")

    def close(self) -> None:
        self._home.cleanup()

    def _run(self, *arguments: str) -> str:
        return self._bytes(*arguments).decode()

    def _bytes(self, *arguments: str) -> bytes:
        """What it prints.

        Raises:
            RaisedError: It failed, with what it printed.
        """
        home = self._home.name
        command = ["perl", f"-I{home}", "-MNoHome", f"/usr/bin/rt-{self.at.major}"]
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            "EDITOR": "false",
            "RTCONFIG": f"{home}/none",
            "RTSERVER": self.at.url,
            "RTUSER": self.at.user,
            "RTPASSWD": self.at.password,
        }
        done = subprocess.run(
            [*command, *arguments],
            check=False,
            env=environment,
            cwd=home,
            capture_output=True,
            input=b"",
        )
        if done.returncode or done.stderr:
            said = (done.stdout + done.stderr).decode()
            how = f"exit status {done.returncode}"
            raise RaisedError(how if done.returncode else f"{how}, an error printed", said)
        return done.stdout


def _assignments(fields: Fields) -> list[str]:
    pairs = [(key, [value] if isinstance(value, str) else value) for key, value in fields.items()]
    return [f"{key}={each}" for key, values in pairs for each in values]
