"""RT's own `bin/rt`, in its shell where that will do."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import tempfile
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.peers.peer import CORE, QUEUE, Edit, Login, New, Peer

__all__ = ["NO_HOME", "CommandLine"]

_PROMPT = b"rt> "
# It asks the password file for the folder that it keeps its login in, before it looks at HOME.
NO_HOME = "package NoHome; BEGIN { *CORE::GLOBAL::getpwuid = sub { () } } 1;"
_PIECE = 1 << 16
_FIELDS = ",".join(CORE)
_WATCHERS = ",Requestors,Cc,AdminCc"


class CommandLine(Peer):
    """`bin/rt`: it prints what RT says, and makes nothing of it."""

    name: ClassVar = "bin/rt"
    notes: ClassVar = (
        "RT's own command line, which prints RT's replies as they are; `list -l -f`, and `show` of "
        "ranges, in its shell; `edit -i` and `create -i`, which take forms written by somebody "
        "else, with the start of their process"
    )
    in_process: ClassVar = False
    _shell: subprocess.Popen[bytes] | None = None
    _terminal = -1

    def __init__(self, login: Login) -> None:
        super().__init__(login)
        self._home = tempfile.TemporaryDirectory(prefix="rtorm-bench-")
        (Path(self._home.name) / "NoHome.pm").write_text(NO_HOME)

    def log_in(self) -> None:
        (Path(self._home.name) / ".rt_sessions").unlink(missing_ok=True)
        # The shell keeps its login in a file, where the other processes find it, when it ends.
        self._run("list", "-i", "id = 1")
        self._start_shell()

    def first(self, ticket: int) -> object:
        (Path(self._home.name) / ".rt_sessions").unlink(missing_ok=True)
        return self._run("show", "-l", f"ticket/{ticket}")

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        pass

    def edit(self, edits: Sequence[Edit]) -> None:
        forms = [
            f"id: ticket/{edit.ticket}\nSubject: {edit.subject}\nPriority: {edit.priority}\n"
            for edit in edits
        ]
        told = self._run("edit", "-i", "ticket/1", text="--\n".join(forms))
        assert told.count(" updated.") == len(edits), told

    def load(self, first: int, last: int) -> list[str]:
        return self._listed(first, last, _FIELDS)

    def load_watchers(self, first: int, last: int) -> list[str]:
        return self._listed(first, last, _FIELDS + _WATCHERS)

    def load_related(self, first: int, last: int) -> list[tuple[str, str]]:
        links = self._typed(f"show ticket/{first}-{last}/links").split("\n--\n")
        files = self._typed(f"show -s ticket/{first}-{last}/attachments").split("\n--\n")
        return list(zip(links, files, strict=True))

    def create(self, tickets: Sequence[New]) -> list[str]:
        forms = [
            f"id: ticket/new\nQueue: {QUEUE}\nSubject: {new.subject}\nPriority: {new.priority}\n"
            f"Text: {new.text}\n"
            for new in tickets
        ]
        told = self._run("create", "-i", "-t", "ticket", text="--\n".join(forms))
        return re.findall(r"# Ticket (\d+) created", told)

    def close(self) -> None:
        self._end_shell()
        self._home.cleanup()

    def _listed(self, first: int, last: int, fields: str) -> list[str]:
        query = f"id >= {first} AND id <= {last}"
        return self._typed(f'list -l -o +id -f {fields} "{query}"').split("\n--\n")

    @property
    def _command(self) -> list[str]:
        return ["perl", f"-I{self._home.name}", "-MNoHome", f"/usr/bin/rt-{self.at.major}"]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": self._home.name,
            "LC_ALL": "C.UTF-8",
            "PERL_RL": "Stub",
            "RTCONFIG": f"{self._home.name}/none",
            "RTSERVER": self.at.url,
            "RTUSER": self.at.user,
            "RTPASSWD": self.at.password,
        }

    def _run(self, *arguments: str, text: str = "") -> str:
        """What one process prints."""
        done = subprocess.run(
            [*self._command, *arguments],
            input=text,
            env=self._environment,
            cwd=self._home.name,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _start_shell(self) -> None:
        """Its shell reads from a terminal alone."""
        self._end_shell()
        self._terminal, theirs = pty.openpty()
        settings = termios.tcgetattr(theirs)
        settings[1] &= ~termios.OPOST
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self._shell = subprocess.Popen(
            ["setsid", "--ctty", *self._command, "shell"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self._environment,
            cwd=self._home.name,
        )
        os.close(theirs)
        self._answer()

    def _end_shell(self) -> None:
        if self._shell is not None:
            os.close(self._terminal)
            self._shell.wait()
            self._shell = None

    def _typed(self, line: str) -> str:
        """What the shell prints before its next prompt."""
        os.write(self._terminal, line.encode() + b"\n")
        return self._answer()

    def _answer(self) -> str:
        told = bytearray()
        while not told.endswith(_PROMPT):
            told += os.read(self._terminal, _PIECE)
        return told[: -len(_PROMPT)].decode()
