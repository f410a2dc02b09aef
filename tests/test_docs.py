"""Every snippet of the documentation runs on a real server and prints what stands beside it."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import rtorm
from rtorm import Session
from tests.own_fields import prepare
from tests.serving import fixture_of
from tests.support import Incident, Server, Wire, installed

DOCS = Path(__file__).parent.parent / "docs"
_FENCED = re.compile(r"^( *)```python\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
# Its programs start servers of their own.
_ALONE = "testing"
# Below a snippet: what it sends; the numbers of tickets are those of a fresh RT.
_SENT = re.compile(r'^```text title="sent to RT"\n(.*?)^```', re.DOTALL | re.MULTILINE)
_TICKETS = re.compile(r"(?<=ticket/)[0-9]+|(?<=^id=)[0-9,]+", re.MULTILINE)
_PRINTED = re.compile(r"\s*print\(.*\)  # (.*)")


# The programs of the pages search, and would find what other tests have made.
rt = fixture_of("module")


def _programs(page: str) -> list[str]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [textwrap.dedent(snippet) for _, snippet in _FENCED.findall(text)]


def _sent(page: str) -> list[str | None]:
    """What each of the programs sends, where the page tells it."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    behind = _FENCED.split(text)[3::3]
    found = [_SENT.search(prose) for prose in behind]
    return [told[1] if told else None for told in found]


PAGES = sorted(
    page
    for path in DOCS.rglob("*.md")
    if (page := path.relative_to(DOCS).with_suffix("").as_posix()) != _ALONE and _programs(page)
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(
    page: str,
    rt: Server,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """The snippets of a page run one after the other, print what their comments say, send that."""
    prepare(rt)
    told = _sent(page)
    wire: Wire | None = request.getfixturevalue("wire") if any(told) else None
    numbers: dict[str, str] = {}
    for name, value in (("RTSERVER", rt.url), ("RTUSER", "root"), ("RTPASSWD", "password")):
        monkeypatch.setenv(name, value)
    names = {name: getattr(rtorm, name) for name in rtorm.__all__} | tickets(session)
    names |= {"session": session, "folder": tmp_path, "SecretStr": SecretStr, "Incident": Incident}
    for snippet, sent in zip(_programs(page), told, strict=True):
        if wire is not None:
            wire.clear()
        printed = run(snippet, names)
        for number, line in enumerate(snippet.splitlines(), 1):
            if found := _PRINTED.match(line):
                assert printed[number] == [found[1]], line
        if wire is not None and sent is not None:
            assert _numbered(_written(wire), numbers) == sent


def _written(wire: Wire) -> str:
    """What was sent, as a page tells it."""
    requests = [f"{sent.method} {sent.path}\n{sent.text.strip()}\n" for sent in wire.sent]
    return "\n".join(requests) or "(nothing)\n"


def _numbered(text: str, numbers: dict[str, str]) -> str:
    """The tickets counted from 1, as they come."""

    def number(found: re.Match[str]) -> str:
        ids = found[0].split(",")
        return ",".join(numbers.setdefault(each, str(len(numbers) + 1)) for each in ids)

    return _TICKETS.sub(number, text)


@pytest.mark.real_rt
@pytest.mark.skipif(not installed(5), reason="not installed")
def test_the_page_on_testing_does_what_it_says() -> None:
    """Its programs start the servers that they speak of; its tests are pytest's business."""
    programs = [program for program in _programs(_ALONE) if "def " not in program]
    assert len(programs) == 4
    for program in programs:
        run(program, {})


def test_every_page_is_in_the_navigation(root: Path) -> None:
    """No page of the documentation is left out of the site."""
    told = (root / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    assert sorted(page for page in pages if page not in told) == []


def test_the_map_names_every_module(root: Path) -> None:
    """CONTRIBUTING.md tells a newcomer where everything is."""
    told = (root / "CONTRIBUTING.md").read_text().split()
    # Of some folders it says what each file there is about.
    told_as_one = {"readers", "replies", "testing", "wire"}
    paths = (root / "rtorm").rglob("*.py")
    modules = {path.name for path in paths if path.parent.name not in told_as_one}
    modules -= {"__init__.py"}
    assert sorted(name for name in modules if name not in told) == []


def tickets(session: Session) -> dict[str, Any]:
    """The tickets that the pages speak of."""
    made = {
        name: session.add(Incident(subject=f"The {name}"))
        for name in ("ticket", "other", "duplicate")
    }
    session.commit()
    return dict(made)


def run(snippet: str, names: dict[str, Any]) -> dict[int, list[str]]:
    """Run a snippet; gives what it printed, by line."""
    printed: dict[int, list[str]] = defaultdict(list)

    def tell(*values: object) -> None:
        caller = inspect.stack()[1]
        printed[caller.lineno].append(" ".join(map(str, values)))

    names |= {"print": tell, "__name__": "snippet"}
    exec(compile(snippet, "snippet", "exec", dont_inherit=True), names)
    return printed
