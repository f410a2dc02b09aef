"""Servers of versions that do not run here: they answer in the words that those were seen to use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.client.servers import USER, Answer, Request
from tests.rest1.rt_rules import Read, read_forms, write_body, write_form

ORGANIZATION = "fsck.com-rt://old.example/ticket/"

Body = Callable[[Request], str]


@dataclass(slots=True)
class OldRT:
    """One that lets everybody in and answers by the path.

    Attributes:
        version: Its version.
        answers: What follows the status line, by path, or the whole reply; what makes it.
        attributes: What follows the session cookie.
        writes: Path and form of each write, in order.
    """

    version: str
    answers: Mapping[str, str | Body] = field(default_factory=dict[str, str | Body])
    attributes: str = ""
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        path, content = request.path.partition("/REST/1.0/")[2], _content(request)
        if content:
            self.writes.append((path, content))
        if path == "ticket/new" and not content:
            text = f"# Required: id, Queue\n\nid: ticket/new\nRequestor: {USER}\n"
            text += "Starts: 2026-01-05 10:00:00\n\n"
        else:
            body = self.answers[path]
            text = body if isinstance(body, str) else body(request)
        head = "" if text.startswith("RT/") else f"RT/{self.version} 200 Ok\n\n"
        cookie = {"Set-Cookie": f"RT_SID_x=1; path=/; HttpOnly{self.attributes}"}
        return Answer(head + text, headers={**cookie, "Date": "Mon, 05 Jan 2026 10:00:01 GMT"})

    @property
    def sent(self) -> list[Mapping[str, object]]:
        """The fields of each form that was written, in order."""
        return [form.fields for _, content in self.writes for form in read_forms(content)]


def _content(request: Request) -> str:
    if request.headers.get("content-type", "").startswith("multipart/"):
        return request.body.decode("utf-8", "replace")
    return request.form.get("content", "")


@dataclass(slots=True)
class Linked:
    """Ticket 5 of an RT before 4.4.3: a form makes one change of each relation.

    Attributes:
        by_number: Whether it understands numbers (4.2), or takes each for that of ticket 1.
        held: The URIs that the ticket is linked to.
        changes: How many links came and went.
    """

    by_number: bool
    held: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    changes: int = 0

    def edit(self, request: Request) -> str:
        """Carry out forms of links."""
        said = list(map(self._carry_out, read_forms(request.form["content"])))
        return "".join(f"# {line}\n" for line in said) + "\n"

    def _carry_out(self, form: Read) -> str:
        for key, text in form.fields.items():
            if key != "id":
                self._change(key, [self._uri(item) for item in str(text).split(", ") if item])
        return "Links for ticket 5 updated."

    def _uri(self, item: str) -> str:
        if not item.isdecimal():
            return item
        return ORGANIZATION + (item if self.by_number else "1")

    def _change(self, relation: str, wanted: list[str]) -> None:
        held = self.held.setdefault(relation, [])
        too_many = [uri for uri in held if uri not in wanted]
        missing = [uri for uri in wanted if uri not in held]
        if too_many:
            held.remove(too_many[0])
        elif missing:
            held.append(missing[0])
        self.changes += bool(too_many or missing)

    def show(self, request: Request) -> str:
        """The ticket and its links."""
        shown = {relation: uris for relation, uris in self.held.items() if uris}
        forms = [
            write_form({"id": "ticket/5", "Queue": "General", "Subject": "x"}),
            write_form({"id": "ticket/5/links", **shown}),
        ]
        both = "links" in request.form.get("id", "") or "links" in request.target
        return write_body(forms if both else forms[:1])

    def search(self, request: Request) -> str:
        """Whether the ticket has a link to a ticket of this RT."""
        found = re.fullmatch(r"id = 5 AND (\w+) = (\d+)", request.form["query"])
        held = found is None or ORGANIZATION + found[2] in self.held.get(found[1], ())
        return "ticket/5\n\n\n" if held else "\n\n"

    def answers(self) -> dict[str, str | Body]:
        """What the server says by path."""
        return {"edit": self.edit, "ticket/show": self.show, "search/ticket": self.search}
