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
from tests.support import Incident, Server, installed

DOCS = Path(__file__).parent.parent / "docs"
_FENCED = re.compile(r"^( *)```python\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
# Its programs start servers of their own.
_ALONE = "testing"
_PRINTED = re.compile(r"\s*print\(.*\)  # (.*)")


def _programs(page: str) -> list[str]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [textwrap.dedent(snippet) for _, snippet in _FENCED.findall(text)]


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
) -> None:
    """The snippets of a page run one after the other and print what their comments say."""
    prepare(rt)
    for name, value in (("RTSERVER", rt.url), ("RTUSER", "root"), ("RTPASSWD", "password")):
        monkeypatch.setenv(name, value)
    names = {name: getattr(rtorm, name) for name in rtorm.__all__} | tickets(session)
    names |= {"session": session, "folder": tmp_path, "SecretStr": SecretStr, "Incident": Incident}
    for snippet in _programs(page):
        printed = run(snippet, names)
        for number, line in enumerate(snippet.splitlines(), 1):
            if found := _PRINTED.match(line):
                assert printed[number] == [found[1]], line


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
    folders = [root / "rtorm" / name for name in ("", "rest1", "orm", "models", "codegen")]
    modules = {path.name for folder in folders for path in folder.glob("*.py")}
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
