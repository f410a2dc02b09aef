"""The requests that reached Apache, as its log has them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from rtorm.testing import AuthLab
from tests.testing.talk import eventually


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    status: int
    user: str
    method: str
    path: str


class AccessLog:
    """The requests since this was made."""

    def __init__(self, lab: AuthLab) -> None:
        self._lab = lab
        self._seen = len(self._lines())

    def at(self, url: str) -> list[Request]:
        """Those at one of the lab's doors, in the order of their answers."""
        self._catch_up()
        port = str(urlsplit(url).port)
        return [_read(line) for line in self._lines()[self._seen :] if line.split()[0] == port]

    def _catch_up(self) -> None:
        """Apache writes when the answer has gone; what it is asked last, it writes last."""
        mark = f"/mark-{len(self._lines())}"
        requests.get(f"{self._lab.plain}{mark}", timeout=60, allow_redirects=False)
        assert eventually(lambda: any(line.endswith(mark) for line in self._lines()))

    def _lines(self) -> list[str]:
        return self._lab.access_log.read_text().splitlines()


def _read(line: str) -> Request:
    _, status, user, method, path = line.split(" ", 4)
    return Request(int(status), user, method, path)
