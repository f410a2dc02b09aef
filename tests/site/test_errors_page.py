"""The error index knows every exception and every sentence, and says what becomes of it."""

from __future__ import annotations

import re

import pytest

from rtorm import RejectedError, Session, Ticket, errors
from rtorm.rest1.replies.sentences import SENTENCES, error_for
from tests.site.errors_page import GAP, OF_AN_EDIT, PAGE, in_order_of_the_tree, page, sentences

# A sentence, what is raised, and the remedy.
_TOLD = re.compile(
    r"^#### (.+)\n\n\[`(\w+)`\]\[rtorm\.\2\]; of a write \[`(\w+)`\]\[rtorm\.\3\]\.(.*)$",
    re.MULTILINE,
)


def test_the_page_is_up_to_date() -> None:
    """`docs/reference/errors.md` is what `python -m tests.site.errors_page` would write today."""
    assert PAGE.read_text("utf-8") == page()


def test_every_exception_is_told_once() -> None:
    """The tree, by which the page is ordered, has all of them."""
    assert sorted(in_order_of_the_tree()) == sorted(errors.__all__)


def test_a_sentence_of_the_page_becomes_what_the_page_says() -> None:
    """Whatever stands in the gaps, rtorm reads the sentence as the page tells."""
    lines = re.sub(r"(?<!\n)\n(?!\n)", " ", PAGE.read_text("utf-8"))
    told = _TOLD.findall(lines)
    assert len(told) >= len(SENTENCES)
    for sentence, raised, written, remedy in told:
        error = error_for(sentence.replace(GAP, "7"))
        assert type(error).__name__ == raised, sentence
        refusal = getattr(errors, written)
        assert issubclass(refusal, errors.RejectedError)
        if refusal is not errors.RejectedError:
            assert issubclass(refusal, type(error))
        assert remedy.strip(" .").lower() in str(error).lower()


def test_rt_says_so_of_a_field(session: Session) -> None:
    """The sentences that no table of rtorm has are those of the server."""
    ticket = session.add(Ticket(queue="Odd", subject="Refused"))
    session.commit()
    ticket.requestors, ticket.cf["Choice"] = ["no such"], "huge"
    ticket.links.depends_on.append(99999)
    said: list[tuple[str, str]] = []
    for owner, another in (("no-such-user", "status"), ("bob", "queue")):
        ticket.owner = owner
        setattr(ticket, another, "Nowhere")
        with pytest.raises(RejectedError) as caught:
            ticket.save()
        said += [(name, each) for name, several in caught.value.errors.items() for each in several]
        ticket.discard()
    for sentence, attribute, _ in OF_AN_EDIT:
        pattern = re.compile(re.escape(sentence).replace(GAP, ".+"))
        assert any(name == attribute and pattern.fullmatch(each) for name, each in said), sentence


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (r"Link not found\Z", ["Link not found"]),
        (r"No user named .* exists\.\Z", [f"No user named {GAP} exists."]),
        (r"Unknown field(?: '|: )", [f"Unknown field ' {GAP}", f"Unknown field: {GAP}"]),
        (r"One\Z|That (?:un)?two\Z", ["One", "That untwo", "That two"]),
    ],
)
def test_a_pattern_reads_as_a_sentence(pattern: str, told: list[str]) -> None:
    """What varies is a gap, and alternatives are sentences of their own."""
    assert sentences(re.compile(pattern)) == told
