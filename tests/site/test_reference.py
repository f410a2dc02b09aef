"""The reference of the site has every public name, once, with its documentation."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import griffe

import rtorm
from tests.site.aliases import PlainAliases
from tests.site.annotations import PlainAnnotations
from tests.site.defaults import PlainDefaults

_SHOWN = re.compile(r"^::: (rtorm[.\w]*)", re.MULTILINE)
# Those of which a page shows the whole module.
MODULES = ("rtorm.auth", "rtorm.dask", "rtorm.progress", "rtorm.testing")


def shown(root: Path) -> list[str]:
    """What the pages show, all pages together."""
    pages = sorted((root / "docs" / "reference").glob("*.md"))
    return [name for page in pages for name in _SHOWN.findall(page.read_text("utf-8"))]


def test_every_public_name_is_there_once(root: Path) -> None:
    """A program's author finds each name that `import rtorm` offers in one place."""
    names = {f"rtorm.{name}" for name in rtorm.__all__} | set(MODULES)
    told = Counter(name for name in shown(root) if name != "rtorm.OutcomeUnknownError.verify")
    assert told == Counter(names)


def test_every_public_module_is_one_of_them() -> None:
    """What `rtorm` offers as a module is shown as one; its exceptions have a page."""
    offered = {f"rtorm.{name}" for name in vars(rtorm)["_MODULES"]}
    assert offered | {"rtorm.testing"} == {*MODULES, "rtorm.errors"}


def test_what_is_shown_is_found_and_documented(root: Path) -> None:
    """The reference is read from the text of the code, where names are imported for checkers."""
    package = griffe.load("rtorm", search_paths=[root])
    for name in shown(root):
        thing = package[name.removeprefix("rtorm.")]
        assert thing.docstring, name
    for module in map(import_module, MODULES):
        for name in module.__all__:
            assert package[f"{module.__name__.removeprefix('rtorm.')}.{name}"].docstring, name


def test_a_field_is_shown_as_it_is_read(root: Path) -> None:
    """Of a declaration a reader wants the type, not what rtorm keeps beside it."""
    extensions = griffe.load_extensions(PlainAnnotations)
    package = griffe.load("rtorm", search_paths=[root], extensions=extensions)
    ticket = package["models.ticket.Ticket"]
    read = {name: str(ticket[name].annotation) for name in ticket.attributes}
    assert read["subject"] == read["queue"] == "str"
    assert read["requestors"] == "list[str]"
    assert read["due"] == "AwareDatetime | None"
    assert read["created"] == "datetime"
    assert read["links"] == "Links"
    assert read["history"] == "History"
    assert "read only" in ticket["created"].labels
    assert "read only" not in ticket["subject"].labels


def test_a_default_is_shown_as_its_value(root: Path) -> None:
    """Of a constant's private name a reader learns nothing."""
    extensions = griffe.load_extensions(PlainDefaults)
    package = griffe.load("rtorm", search_paths=[root], extensions=extensions)
    for name in shown(root):
        thing = package[name.removeprefix("rtorm.")]
        members = thing.final_target.members if thing.is_alias else thing.members
        for each in members.values():
            if isinstance(each, griffe.Function):
                defaults = [str(parameter.default) for parameter in each.parameters]
                assert [told for told in defaults if told.startswith("_")] == [], each.path
    parameters = package["orm.session.Session.__init__"].parameters
    assert str(parameters["batch"].default) == "50"


def test_a_type_is_shown_as_what_may_be_given(root: Path) -> None:
    """Of `Retries` and its like, which are not public, a reader finds nothing to look up."""
    extensions = griffe.load_extensions(PlainAliases)
    package = griffe.load("rtorm", search_paths=[root], extensions=extensions)
    connect = {each.name: str(each.annotation) for each in package["connecting.connect"].parameters}
    assert connect["time_zone"] == "str | tzinfo | None"
    assert connect["timeout"] == "float | tuple[float, float]"
    assert connect["retries"] == "int | urllib3.Retry"
    assert connect["auth"] == "Login | None"
    read_back = "Literal['risky', 'always', 'never']"
    assert connect["verify"].startswith(read_back)
    assert str(package["orm.session.Session.commit"].parameters["verify"].annotation) == (
        f"{read_back} | None"
    )
    assert str(package["orm.records.results.SaveResult.outcome"].annotation).startswith("Literal[")
    saved = package["models.attachment.Attachment.save_to"].parameters["progress"]
    assert str(saved.annotation) == "Callable[[int], None] | None"
