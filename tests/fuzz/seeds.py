"""Real replies of the recordings, to begin with."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from tests.fuzz.targets import APART, TARGETS

__all__ = ["seeds_of"]

_CASSETTES = Path(__file__).parent.parent.parent / "cassettes"
# Untyped, and no part of what rtorm needs: it comes with what makes the recordings.
yaml: Any = importlib.import_module("yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST = 4096
# What a target is given before the reply.
_BEFORE = {
    "http": b"" + APART + b"text/plain" + APART + APART,
    "answer": b"" + APART + b"Content-Type: text/plain" + APART,
    "download": b"" + APART + b"Content-Type: text/plain\nContent-Length: 5" + APART,
    "identity": b"Wed, 25 Nov 2026 09:51:17 GMT" + APART,
}


@cache
def seeds_of(name: str) -> tuple[bytes, ...]:
    """What a target should understand: recorded replies, then words, in a fixed order."""
    target = TARGETS[name]
    found = [
        _BEFORE.get(name, b"") + body for asked, body in _recorded() if _asks(target.like, asked)
    ]
    if name == "definitions":
        found = [found[at] + APART + found[at + 1] for at in range(len(found) - 1)]
    words = [word.encode() for word in target.words]
    return (*dict.fromkeys(found), *words, *(APART.join((one, one)) for one in words))


def _asks(like: str, asked: str) -> bool:
    return bool(like) and re.search(like, asked) is not None


@lru_cache(maxsize=1)
def _recorded() -> list[tuple[str, bytes]]:
    """What was asked, and the reply, each reply once; without the long ones."""
    replies: dict[bytes, str] = {}
    for path in sorted(_CASSETTES.rglob("*.yaml")):
        for asked, body in _exchanges(path):
            if len(body) <= _LONGEST:
                replies.setdefault(body, asked)
    return [(asked, body) for body, asked in replies.items()]


def _exchanges(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open(encoding="utf-8") as file:
        told: dict[str, Any] = yaml.load(file, _LOADER)
    for each in told["interactions"]:
        parts = urlsplit(str(each["request"]["uri"]))
        place = parts.path.partition("/REST/")[2].removeprefix("1.0/")
        body = each["response"]["body"]["string"]
        content = body if isinstance(body, bytes) else body.encode()
        yield f"{place}?{unquote_plus(parts.query)}", content
