"""Whether links lead somewhere: `python -m tests.site.links site README.md …`; standard library alone.

Of a built site also whether its pages would load anything from elsewhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself; a link of another `rel` it does not.
_LOADS: Mapping[str, tuple[str, ...]] = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src", "srcset"),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
_FETCHED = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "manifest"}
_IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# The theme fetches what draws these from a server of others.
_DRAWN_BY_OTHERS = {"mermaid"}

_FENCED = re.compile(r"^( *)(`{3,}).*?^\1\2", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)")
_HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)


@dataclass(slots=True)
class Page:
    """What a page refers to, and what others may refer to in it.

    Attributes:
        links: Where its links lead.
        loads: What a browser fetches with it.
        anchors: Its places with a name.
    """

    links: list[str] = field(default_factory=list[str])
    loads: list[str] = field(default_factory=list[str])
    anchors: set[str] = field(default_factory=set[str])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        self.page.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        elif tag == "link" and _FETCHED & set(given.get("rel", "").split()):
            self.page.loads.append(given.get("href", ""))
        elif _DRAWN_BY_OTHERS & set(given.get("class", "").split()):
            self.page.loads.append(f"https://{given['class']}")
        self.page.loads += [given[name] for name in _LOADS.get(tag, ()) if name in given]
        self.page.loads += in_style(given.get("style", ""))
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.page.loads += in_style(data)


def read_html(text: str) -> Page:
    """What a page of the site refers to."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


def read_markdown(text: str) -> Page:
    """What a page of Markdown refers to; what stands in code is none of it."""
    prose = _FENCED.sub("", text)
    anchors = {_anchor(title) for title in _HEADING.findall(prose)}
    return Page(_LINK.findall(_CODE.sub("", prose)), [], anchors)


def in_style(text: str) -> list[str]:
    """What a style sheet has a browser fetch, but for what it holds itself."""
    found = [one or other for one, other in _IN_STYLE.findall(text)]
    return [place for place in found if not place.startswith(("data:", "#"))]


def wrong_with_site(site: Path) -> Iterator[str]:
    """What is wrong with a built site, a line each."""
    pages = {path.resolve(): read_html(path.read_text("utf-8")) for path in site.rglob("*.html")}
    for path, page in sorted(pages.items()):
        told = path.relative_to(site.resolve())
        # The page that stands for any other is served under any other's address.
        if path.name != "404.html":
            for link in page.links:
                yield from (f"{told}: {why}" for why in _wrong_with(link, path, pages))
        for place in page.loads:
            if _ELSEWHERE.match(place):
                yield f"{told}: would be loaded from elsewhere: {place}"
    for path in sorted(site.rglob("*.css")):
        for place in in_style(path.read_text("utf-8")):
            if _ELSEWHERE.match(place):
                yield f"{path.relative_to(site)}: would be loaded from elsewhere: {place}"


def wrong_with_page(path: Path) -> Iterator[str]:
    """What is wrong with the links of a Markdown file that is read where it lies, a line each."""
    near = {path.resolve(): read_markdown(path.read_text("utf-8"))}
    for link in near[path.resolve()].links:
        target = _target(link, path.resolve())
        if target not in near and target.suffix == ".md" and target.is_file():
            near[target] = read_markdown(target.read_text("utf-8"))
        yield from (f"{path.name}: {why}" for why in _wrong_with(link, path.resolve(), near))


def _wrong_with(link: str, path: Path, pages: Mapping[Path, Page]) -> Iterator[str]:
    """Why a link leads nowhere, if it does not lead to one of these pages or to a file."""
    parts = urlsplit(link)
    if parts.scheme == "mailto":
        return
    if parts.scheme or parts.netloc:
        if parts.scheme != "https" or "." not in parts.netloc or " " in link:
            yield f"no address of a page: {link}"
        return
    target = _target(link, path)
    if not target.exists():
        yield f"leads nowhere: {link}"
    elif parts.fragment and unquote(parts.fragment) not in _anchors(target, pages):
        yield f"no such place on the page: {link}"


def _anchors(target: Path, pages: Mapping[Path, Page]) -> set[str]:
    return pages[target].anchors if target in pages else set()


def _target(link: str, path: Path) -> Path:
    place = unquote(urlsplit(link).path)
    target = (path.parent / place).resolve() if place else path
    return target / "index.html" if target.is_dir() and path.suffix == ".html" else target


def _anchor(title: str) -> str:
    """The name that a heading has, here and where repositories are shown."""
    words = re.sub(r"[^\w\s-]", "", _LINK.sub("", title).lower()).strip()
    return re.sub(r"\s", "-", words)


def main(places: list[str]) -> int:
    """Tell what is wrong with these sites and pages; the exit status says whether anything is."""
    found = [
        line
        for place in map(Path, places)
        for line in (wrong_with_site(place) if place.is_dir() else wrong_with_page(place))
    ]
    for line in found:
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
