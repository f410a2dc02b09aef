"""Which files arrive byte by byte under their names, and come back so."""

from __future__ import annotations

import hashlib
from pathlib import Path

from benchmarks.comparison.server import Bench
from benchmarks.comparison.told import asked
from benchmarks.comparison.trials.trial import Result, Trial
from rtorm import Attachment, Ticket

__all__ = ["DOWNLOAD", "UPLOAD"]

FILES: dict[str, bytes] = {
    "large.bin": b"".join(hashlib.sha256(b"%d" % each).digest() for each in range(312_500)),
    "empty.txt": b"",
    "photo (1), Größe.png": bytes(range(256)),
    'qu"ote.bin': b"\n\n\x00\r\n\n",
    "日本.txt": "ä\r\n日本\n\n".encode(),
}
"""The first has 10 MB."""


def _upload(bench: Bench) -> Result:
    found = dict[str, str]()
    for name, content in FILES.items():
        [ticket] = bench.tickets(1)
        file = _written(bench.folder, name, content)
        told = asked(lambda file=file, ticket=ticket: bench.client.comment(ticket, "x", [file]))  # type: ignore[misc]
        found[name] = _verdict(name, content, bench.held.files(ticket), told.raised)
    return found


def _download(bench: Bench) -> Result:
    [ticket] = bench.tickets(1)
    given = [Attachment(filename=name, content=content) for name, content in FILES.items()]
    bench.session.get(Ticket, ticket).comment("x", attachments=given)
    assert dict(bench.held.files(ticket)) == FILES
    listed = bench.client.files(ticket)
    return {name: _fetched(bench, name, listed.get(name)) for name in FILES}


def _fetched(bench: Bench, name: str, file: str | None) -> str:
    if file is None:
        return "not listed"
    told = asked(lambda: bench.client.fetch(file))
    got = told.given if isinstance(told.given, bytes) else b""
    return _verdict(name, FILES[name], [(name, got)], told.raised)


def _written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _verdict(name: str, content: bytes, held: list[tuple[str, bytes]], raised: str) -> str:
    if raised:
        return f"`{raised}`"
    if not held:
        return "lost"
    [(kept, stored)] = held
    if stored != content:
        return f"{len(stored):,} bytes instead of {len(content):,}"
    return "exact" if kept == name else f"named `{kept!r}`"


def _cell(result: Result) -> str:
    if set(result.values()) == {"exact"}:
        return "exact"
    parts = [f"`{name}`: {verdict}" for name, verdict in result.items() if verdict != "exact"]
    return "; ".join(parts).replace("|", "\\|")


UPLOAD = Trial("upload", "Sent: files of 10 MB, of no byte, with odd names", _upload, _cell)
DOWNLOAD = Trial("download", "Fetched: the same files", _download, _cell)
