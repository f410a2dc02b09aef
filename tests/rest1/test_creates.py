"""RT's replies to creates: the id first, then what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from rtorm.errors import RTError
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.reply import read_text
from tests.rest1.rt_rules import reply
from tests.rest1.support import RT4, RT5, plain


@dataclass(frozen=True)
class Made:
    """A reply to a create, and what it means."""

    text: str
    id: int | None
    errors: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])


KEYS_SENT = {"Queue": "Q", "Subject": "s", "Status": "x", "CF.{Nope}": "1", "Requestors": "a, b"}
NO_REASON = (
    "RT refused it without a reason: the name is missing, in use or all digits, or the account "
    "lacks the right AdminQueue"
)
NO_QUEUE = "Queue not set (RT finds no queue 'Q': misspelt, disabled, or not for this account)"
NO_RIGHT = "(the account needs the right CreateTicket, or the queue is disabled)"
NO_USER = "Could not find or create user 'bad address'"
CREATES = {
    "created": Made(f"{RT5} 200 Ok\n\n# Ticket 191 created.\n\n", 191),
    "then updated": Made(f"{RT5} 200 Ok\n\n# Ticket 7 created.\n# Ticket 7 updated.\n\n", 7),
    "no such queue": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n# Could not create ticket. Queue not set\n\n",
        None,
        {"Queue": [NO_QUEUE]},
    ),
    "no right": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n"
        "# No permission to create tickets in the queue 'Incidents'\n\n",
        None,
        {"Queue": [f"No permission to create tickets in the queue 'Incidents' {NO_RIGHT}"]},
    ),
    "bad status": Made(
        f"{RT4} 200 Ok\n\n# Could not create ticket.\n"
        "# Status 'bogus' isn't a valid status for tickets in this queue.\n\n",
        None,
        {"Status": ["Status 'bogus' isn't a valid status for tickets in this queue."]},
    ),
    "no initial status": Made(
        f"{RT4} 200 Ok\n\n# Could not create ticket.\n"
        "# New tickets can not have status 'resolved' in this queue.\n\n",
        None,
        {"Status": ["New tickets can not have status 'resolved' in this queue."]},
    ),
    "unknown field": Made(
        f"{RT5} 409 Syntax Error\n\n# Could not create ticket.\n# Subject: Unknown field\n\n"
        "Subject: 1\n\n",
        None,
        {"Subject": ["Subject: Unknown field"]},
    ),
    "another's unknown field": Made(
        f"{RT5} 409 Syntax Error\n\n# Could not create ticket.\n# Foo: Unknown field\n\nFoo: 1\n\n",
        None,
        {"": ["Foo: Unknown field"]},
    ),
    "missing file": Made(
        f"{RT5} 200 Ok\n\n# No attachment for f\n\n", None, {"": ["No attachment for f"]}
    ),
    "broken database": Made(
        f"{RT5} 200 Ok\n\n# Could not create ticket.\n"
        "# Ticket could not be created due to an internal error\n\n",
        None,
        {"": ["Ticket could not be created due to an internal error"]},
    ),
    "no reason": Made(
        f"{RT5} 400 Bad Request\n\n# Could not create queue.\n\n\n",
        None,
        {"": [NO_REASON]},
    ),
    "template name": Made(
        f"{RT5} 409 Syntax Error\n\n# Please set the queue name.\n\nid: \nName: \n\n",
        None,
        {"": ["Please set the queue name."]},
    ),
    "created without a field": Made(
        f"{RT4} 200 Ok\n\n# Invalid custom field name (Nope)\n# Ticket 18 created.\n\n",
        18,
        {"CF.{Nope}": ["Invalid custom field name (Nope)"]},
    ),
    "created, then refused": Made(
        f"{RT4} 409 Syntax Error\n\n# Invalid custom field name (Nope)\n# Ticket 19 created.\n"
        f"# Requestors: {NO_USER}\n\nid: \nSubject: x\nRequestors: a@x.org, bad address\n\n",
        19,
        {"CF.{Nope}": ["Invalid custom field name (Nope)"], "Requestors": [NO_USER]},
    ),
    "created under 409": Made(
        f"{RT4} 409 Syntax Error\n\n# User 179 created.\n# foo: Unknown field.\n\n"
        "id: \nName: nu\nEmailAddress: \n\n",
        179,
        {"": ["foo: Unknown field."]},
    ),
    "as it was": Made(
        f"{RT5} 200 Ok\n\n# Ticket 5 created.\n# Subject: That is already the current value\n\n", 5
    ),
}


@pytest.mark.parametrize("made", CREATES.values(), ids=CREATES.keys())
def test_a_create_is_judged_by_its_sentences(made: Made) -> None:
    """The id comes first, whatever the status says; each refusal goes to its field."""
    got = read_created(plain(made.text.encode()), KEYS_SENT)
    assert got.id == made.id
    assert got.errors == made.errors
    assert not got.unclear


@pytest.mark.parametrize("made", CREATES.values(), ids=CREATES.keys())
def test_a_create_cut_anywhere_is_never_taken_for_refused(made: Made) -> None:
    """Without its end, a reply tells that a record was made, or that it cannot be known."""
    for cut in range(1, len(made.text) - 1):
        try:
            got = read_created(plain(made.text[:cut].encode()), KEYS_SENT)
        except RTError:
            continue
        if got.id is None:
            assert got.unclear or made.id is None
        else:
            assert got.id == made.id


@pytest.mark.parametrize(
    "body", ["", "\n\n", "x", "# Ticket " + "9" * 5000 + " created.\n", "# Ticket 19", "id: 1\n\n"]
)
def test_a_create_without_a_word_is_unclear(body: str) -> None:
    """What RT does not say is not guessed: the record may be there."""
    got = read_created(read_text(reply(body)), KEYS_SENT)
    assert got.id is None
    assert got.unclear
    assert not got.errors


def test_an_empty_reply_to_a_create_is_unclear() -> None:
    """So is a reply of no bytes."""
    assert read_created(plain(b""), KEYS_SENT).unclear
