"""Links lead somewhere, and the site loads nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.links import main, wrong_with_page, wrong_with_site


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_the_front_pages_lead_somewhere(root: Path, page: str) -> None:
    """Whoever reads them in the repository gets to the pages that they name."""
    assert list(wrong_with_page(root / page)) == []


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """Of a file, a place on another page, a place on the same one, and an address."""
    (tmp_path / "other.md").write_text("# The other\n\n## One, `two`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n[a](other.md) [b](other.md#one-two) [c](#page) [d](https://example.com/x#y)\n"
        "[e](gone.md) [f](other.md#three) [g](#gone) [h](http://example.com) [i](https:///x)\n"
        "```sh\n[j](gone.md)\n```\n`[k](gone.md)`\n"
    )
    assert list(wrong_with_page(page)) == [
        "page.md: leads nowhere: gone.md",
        "page.md: no such place on the page: other.md#three",
        "page.md: no such place on the page: #gone",
        "page.md: no address of a page: http://example.com",
        "page.md: no address of a page: https:///x",
    ]


def test_links_of_a_site_lead_somewhere(tmp_path: Path) -> None:
    """To pages, to folders with one, to places with a name; the page for lost ones is left out."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text('<h1 id="top">x</h1><a href="..">up</a>')
    (tmp_path / "404.html").write_text('<a href="/nowhere">x</a>')
    (tmp_path / "index.html").write_text(
        '<a href="sub/">a</a><a href="sub/index.html#top">b</a><a href="sub/#gone">c</a>'
        '<a href="gone.html">d</a><a href="mailto:me@example.com">e</a>'
    )
    assert list(wrong_with_site(tmp_path)) == [
        "index.html: no such place on the page: sub/#gone",
        "index.html: leads nowhere: gone.html",
    ]
    assert main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    "loading",
    [
        '<script src="https://cdn.example.com/x.js"></script>',
        '<script src="//cdn.example.com/x.js"></script>',
        '<link rel="stylesheet" href="https://fonts.example.com/css">',
        '<link rel="preconnect" href="https://fonts.example.com">',
        '<img src="https://img.example.com/badge.svg">',
        '<p style="background: url(https://img.example.com/x.png)">x</p>',
        "<style>@import 'https://fonts.example.com/css';</style>",
        '<pre class="mermaid"><code>graph</code></pre>',
    ],
)
def test_what_would_be_loaded_from_elsewhere_is_told(tmp_path: Path, loading: str) -> None:
    """A reader's browser asks no other server: no fonts, scripts or images of others."""
    (tmp_path / "index.html").write_text(loading)
    [told] = wrong_with_site(tmp_path)
    assert told.startswith("index.html: would be loaded from elsewhere: ")


def test_a_style_sheet_loads_nothing_from_elsewhere_either(tmp_path: Path) -> None:
    """What it holds itself, and what lies beside it, is no matter."""
    (tmp_path / "x.css").write_text(
        "a { b: url(data:image/svg+xml;x), url('y.png') } c { d: url(http://e.example.com/f) }"
    )
    assert list(wrong_with_site(tmp_path)) == [
        "x.css: would be loaded from elsewhere: http://e.example.com/f"
    ]
