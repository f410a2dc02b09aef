"""A client of a language server: what an editor asks, and what it would show."""

from __future__ import annotations

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

CURSOR = "⌖"
"""Stands in a text where the cursor is."""

_PATIENCE = 60.0
_ERROR = 1
_PLAIN = ["plaintext"]
_CAPABILITIES: Mapping[str, Any] = {
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": _PLAIN}},
        "hover": {"contentFormat": _PLAIN},
        "signatureHelp": {"signatureInformation": {"documentationFormat": _PLAIN}},
        "diagnostic": {},
    },
}


class LanguageServerError(Exception):
    """The server said that it failed, was silent for too long, or ended."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a completion offers.

    Attributes:
        name: As the editor lists it.
        place: By what the editor sorts it.
        raw: All that the server said of it.
    """

    name: str
    place: str
    raw: Mapping[str, Any]


class LanguageServer:
    """A server on its standard input and output, with one document; ended with the block.

    Texts hold a `⌖` where the cursor is. All characters must be of the Basic Multilingual Plane.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        settings: Mapping[str, Any],
        patience: float = _PATIENCE,
    ) -> None:
        """A server that is not started yet.

        Args:
            command: What starts it.
            folder: The folder that the editor has open.
            settings: What the editor's settings say, by section, such as `python`.
            patience: Seconds to wait for an answer.
        """
        self._command = command
        self._folder = folder
        self._settings = settings
        self._patience = patience
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._answers: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._document = {"uri": (folder / "program.py").as_uri()}

    def __enter__(self) -> Self:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input, self._output = self._process.stdin, self._process.stdout
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._begin()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._ask("shutdown")
                self._tell("exit")
                self._process.wait(self._patience)
        finally:
            self._kill()

    def offers(self, text: str) -> list[Offer]:
        """What is offered at the cursor, in the order of the editor."""
        found = self._ask_at_cursor("textDocument/completion", text)
        rows: list[dict[str, Any]] = found["items"] if found else []
        offers = [Offer(row["label"], row.get("sortText") or row["label"], row) for row in rows]
        return sorted(offers, key=lambda offer: offer.place)

    def documentation(self, offer: Offer) -> str:
        """What is shown beside the last offers when one is selected: its declaration and text."""
        return _plain(self._ask("completionItem/resolve", **offer.raw).get("documentation"))

    def hover(self, text: str) -> str:
        """What is shown when the mouse rests where the cursor is; empty if nothing."""
        found = self._ask_at_cursor("textDocument/hover", text)
        return _plain(found["contents"]) if found else ""

    def signature(self, text: str) -> tuple[str, str]:
        """The signature of the call in which the cursor is, and its documentation."""
        found = self._ask_at_cursor("textDocument/signatureHelp", text)
        shown = found["signatures"][found.get("activeSignature") or 0]
        return shown["label"], _plain(shown.get("documentation"))

    def errors(self, text: str) -> dict[int, str]:
        """What is underlined in red, by line from 1."""
        self._show(text)
        found = self._ask("textDocument/diagnostic", textDocument=self._document)
        return {
            row["range"]["start"]["line"] + 1: row["message"].replace("\xa0", " ")
            for row in found["items"]
            if row["severity"] == _ERROR
        }

    def _begin(self) -> None:
        folder = {"uri": self._folder.as_uri(), "name": self._folder.name}
        self._ask(
            "initialize",
            processId=os.getpid(),
            rootUri=folder["uri"],
            workspaceFolders=[folder],
            capabilities=_CAPABILITIES,
        )
        self._tell("initialized")
        document = {"languageId": "python", "version": 0, "text": "", **self._document}
        self._tell("textDocument/didOpen", textDocument=document)

    def _show(self, text: str) -> None:
        version = next(self._numbers)
        self._tell(
            "textDocument/didChange",
            textDocument={"version": version, **self._document},
            contentChanges=[{"text": text}],
        )

    def _ask_at_cursor(self, method: str, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        self._show(before + after)
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(method, textDocument=self._document, position=position)

    def _ask(self, method: str, **parameters: Any) -> Any:
        """Send a request and wait for its result.

        Raises:
            LanguageServerError: There is none.
        """
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._answer(number, method)
        if "error" in answer:
            raise self._failed(f"{method}: {answer['error']}")
        return answer["result"]

    def _answer(self, number: int, method: str) -> Mapping[str, Any]:
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                message = f"no answer to {method} in {self._patience} s"
                raise self._failed(message) from None
            if answer is None:
                raise self._failed(f"it ended before it answered {method}")
            if answer["id"] == number:
                return answer

    def _tell(self, method: str, **parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            with self._writing:
                self._input.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                self._input.flush()
        except OSError:
            raise self._failed("it ended") from None

    def _listen(self) -> None:
        """Keep the answers, and answer what the server asks of an editor."""
        with suppress(LanguageServerError, ValueError):
            while length := _length(self._output):
                message = json.loads(self._output.read(length))
                if "method" not in message:
                    self._answers.put(message)
                elif "id" in message:
                    self._send({"id": message["id"], "result": self._setting(message)})
        self._answers.put(None)

    def _setting(self, message: Mapping[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item.get("section", "")) for item in message["params"]["items"]]

    def _failed(self, why: str) -> LanguageServerError:
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace")
        return LanguageServerError(f"{self._command[0]}: {why}\n{said}")

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._listener.join()
        self._stderr.close()
        self._output.close()
        with suppress(OSError):
            self._input.close()


def _length(stream: IO[bytes]) -> int:
    """The length that a message's header tells; 0 at the end of the stream."""
    length = 0
    while (line := stream.readline()) not in {b"", b"\r\n"}:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return length


def _plain(told: Any) -> str:
    """Documentation, where there is any."""
    return str(told["value"]) if told else ""


def pyright(folder: Path, root: Path) -> LanguageServer:
    """Pyright's server, as an editor starts it.

    Args:
        folder: The folder that the editor has open.
        root: Where rtorm lies.
    """
    server = Path(sys.executable).with_name("pyright-langserver")
    settings = {"python": {"pythonPath": sys.executable, "analysis": {"extraPaths": [str(root)]}}}
    return LanguageServer([str(server), "--stdio"], folder, settings)
