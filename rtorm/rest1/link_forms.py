"""Links of tickets on an RT that makes one change of a relation for each form.

RT before 4.4.3 takes the same list of links as a newer one, and makes one of the changes that are
missing. So a form is sent as many times as there are changes; one too many does no harm. A ticket's
number RT before 4.2 takes for that of ticket 1, its URI as it is (RT 3.8-4.4, REST 1.0; not run
here).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rtorm.gateway import Edit, EditReply, Shown
from rtorm.rest1.client import Client
from rtorm.rest1.readers.links import RELATIONS, LinkReader
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.versions import LINKS_BY_NUMBER, MANY_LINKS, Version, version_of

__all__ = ["LinkWriter", "together"]


class LinkWriter:
    """Knows how often an edit is to be sent."""

    def __init__(self, client: Client, links: LinkReader) -> None:
        self._client = client
        self._links = links

    def repeated(self, edits: Sequence[Edit]) -> list[Sequence[Edit] | EditReply]:
        """The edits to send in the place of each, or why it must not be sent.

        Of an RT before 4.4.3, this reads the present links, in one request.
        """
        tickets = sorted({edit.id for edit in edits if edit.part})
        if not tickets or self._version.has(MANY_LINKS):
            return [[edit] for edit in edits]
        held = self._held(tickets)
        return [self._of(edit, held.get(edit.id, {})) if edit.part else [edit] for edit in edits]

    @property
    def _version(self) -> Version:
        return version_of(self._client)

    def _held(self, tickets: Sequence[int]) -> dict[int, Mapping[str, str]]:
        """The links of each ticket, as far as RT shows them."""
        listed = ",".join(map(str, tickets))
        parameters = {"id": [listed, f"{listed}/links"], "fields": ",".join(("id", *RELATIONS))}
        answers = read_shows(self._client.get("ticket/show", parameters), [*tickets, *tickets])
        shown = self._links.joined(answers)
        return {
            ticket: answer.fields
            for ticket, answer in zip(tickets, shown, strict=True)
            if isinstance(answer, Shown)
        }

    def _of(self, edit: Edit, held: Mapping[str, str]) -> Sequence[Edit] | EditReply:
        wanted = {key: _items(text) for key, text in edit.fields.items()}
        changes = [len(_items(held.get(key, "")) ^ items) for key, items in wanted.items()]
        prefix = self._links.own_prefix
        bare = [key for key, items in wanted.items() if any(map(str.isdecimal, items))]
        if bare and not prefix and (why := self._version.lacks(LINKS_BY_NUMBER)):
            left = f"not sent, since {', '.join(bare)} cannot be: {why}"
            return EditReply(errors={key: [why if key in bare else left] for key in wanted})
        fields = {key: _as_uris(text, prefix) for key, text in edit.fields.items()}
        return [replace(edit, fields=fields)] * max(1, *changes)


def together(replies: Sequence[EditReply]) -> EditReply:
    """What the server said to one edit, which may have been sent several times."""
    if len(replies) == 1:
        return replies[0]
    errors: dict[str, list[str]] = {}
    for reply in replies:
        for key, messages in reply.errors.items():
            known = errors.setdefault(key, [])
            known += [said for said in messages if said not in known]
    return EditReply(
        errors,
        refusal=next((reply.refusal for reply in replies if reply.refusal), None),
        unclear=next((reply.unclear for reply in replies if reply.unclear), ""),
        merged_into=next((reply.merged_into for reply in replies if reply.merged_into), None),
    )


def _items(text: str) -> set[str]:
    return {item for item in text.split(", ") if item}


def _as_uris(text: str, prefix: str) -> str:
    """The links with the URIs of tickets, as far as it is known what they begin with."""
    items = text.split(", ") if text else []
    return ", ".join(f"{prefix}{each}" if prefix and each.isdecimal() else each for each in items)
