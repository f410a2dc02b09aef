"""RT's lists of a queue's custom fields."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.errors import NotFound, ProtocolError, RTError
from rtorm.gateway import Definition
from rtorm.rest1.replies.definitions import read_definitions, read_outline
from rtorm.rest1.replies.reply import Reply, read_text
from tests.rest1.rt_rules import reply
from tests.rest1.support import RT4, plain

NAMES = (
    f'{RT4} 200 Ok\n\nid: queue/3\nAffected hosts: \nback\\slash "q": \nComma, name: \nCount: \n'
    "It's {x}: a (b): c: \nPat N: \n\n"
)
DETAILS = (
    f"{RT4} 200 Ok\n\nid: queue/3\nAffected hosts (): MultiValueFreeform\n"
    'back\\slash "q" (): SingleValueFreeform\nComma, name (): SingleValueFreeform\n'
    "Count (): SingleValueFreeform [Digits]\n"
    "It's {x}: a (b): c (odd: (one)): SingleValueDateTime\nPat N (many): MultiValueSelect [Word]\n\n"
)


def lists(definitions: list[Definition]) -> tuple[Reply, Reply]:
    """The two lists as RT writes them."""
    names = "".join(f"{each.name}: \n" for each in definitions)
    entries = [
        f"{each.name} ({each.description}): {'Multi' if each.multiple else 'Single'}Value{each.type}"
        + (f" {each.pattern}" if each.pattern else "")
        for each in definitions
    ]
    details = ""
    for before, entry in pairwise(["id", *entries]):
        # RT parts an entry of several lines from its neighbours, the id included.
        details += ("\n" if "\n" in before + entry else "") + entry + "\n"
    return tuple(read_text(reply(f"id: queue/3\n{body}\n")) for body in (names, details))  # type: ignore[return-value]


def test_the_lists_are_matched_by_their_order() -> None:
    """Names are told exactly, whatever they hold, with what the other list says of them."""
    found = read_definitions(plain(NAMES.encode()), plain(DETAILS.encode()))
    assert found == [
        Definition("Affected hosts", "", "Freeform", multiple=True, pattern=""),
        Definition('back\\slash "q"', "", "Freeform", multiple=False, pattern=""),
        Definition("Comma, name", "", "Freeform", multiple=False, pattern=""),
        Definition("Count", "", "Freeform", multiple=False, pattern="[Digits]"),
        Definition("It's {x}: a (b): c", "odd: (one)", "DateTime", multiple=False, pattern=""),
        Definition("Pat N", "many", "Select", multiple=True, pattern="[Word]"),
    ]


def test_a_description_of_several_lines_stands_apart() -> None:
    """As RT writes it, between blank lines (RT 4.4-5.0)."""
    names = f"{RT4} 200 Ok\n\nid: group/3\nFirst: \nQuote: \nPar (x: \nEmpty: \n\n"
    details = (
        f"{RT4} 200 Ok\n\nid: group/3\n\nFirst (one: x\n\nthree): SingleValueFreeform\n\n"
        "Quote (d): MultiValueFreeform\n\n"
        "Par (x (multi\nline): SingleValueFreeform\nfoo (bar): SingleValueFreeform\n\n"
        "Empty (): SingleValueFreeform\n\n"
    )
    found = read_definitions(plain(names.encode()), plain(details.encode()))
    assert [(each.name, each.description) for each in found] == [
        ("First", "one: x\n\nthree"),
        ("Quote", "d"),
        ("Par (x", "multi\nline): SingleValueFreeform\nfoo (bar"),
        ("Empty", ""),
    ]


def test_a_queue_without_visible_fields_has_none() -> None:
    """RT shows the same to an account without SeeCustomField."""
    empty = plain(f"{RT4} 200 Ok\n\nid: queue/1\n\n".encode())
    assert read_definitions(empty, empty) == []


def test_a_missing_queue_is_not_found() -> None:
    """RT says so in a comment."""
    gone = plain(f"{RT4} 200 Ok\n\n# Queue 99 does not exist.\n\n\n".encode())
    with pytest.raises(NotFound, match="Queue 99 does not exist"):
        read_definitions(gone, gone)


def test_lists_of_different_moments_are_no_answer() -> None:
    """A field that was renamed between the two requests is not guessed."""
    renamed = DETAILS.replace("Count ()", "Number ()")
    with pytest.raises(ProtocolError, match="differ at 'Comma, name'"):
        read_definitions(plain(NAMES.encode()), plain(renamed.encode()))


WORDS = st.text("ab ():[]{}.,é'", min_size=1).map(str.strip).filter(bool)
DEFINITIONS = st.builds(
    Definition,
    WORDS,
    WORDS | st.just("") | st.just("two\nlines"),
    st.sampled_from(["Freeform", "Select", "DateTime"]),
    multiple=st.booleans(),
    pattern=st.sampled_from(["", "[Digits]", "^\\w+ (x)$"]),
)


@given(st.lists(DEFINITIONS, max_size=4, unique_by=lambda each: each.name))
@example([Definition("a", "b): SingleValueText\nc", "Select", multiple=True, pattern="")])
def test_any_names_and_descriptions_are_told_apart(definitions: list[Definition]) -> None:
    """Names and descriptions may hold the signs that RT puts between them."""
    names, details = lists(definitions)
    assert read_definitions(names, details) == definitions
    assert read_outline(details) in (None, definitions)


def test_the_long_list_alone_tells_usual_names() -> None:
    """Where there are no brackets but RT's own, one request is enough."""
    usual = [Definition("a, b: c", "it is", "Select", multiple=True, pattern="[x]")]
    _, details = lists(usual)
    assert read_outline(details) == usual
    assert read_outline(plain(DETAILS.encode())) is None


@given(st.text(), st.text())
def test_any_replies_are_a_result_or_an_error_of_rtorm(one: str, other: str) -> None:
    """Whatever answers, no other exception comes out."""
    try:
        read_outline(read_text(reply(other)))
        read_definitions(read_text(reply(one)), read_text(reply(other)))
    except RTError:
        return
