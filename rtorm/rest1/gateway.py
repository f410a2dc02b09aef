"""The gateway's verbs in REST 1.0: forms out, replies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rtorm.errors import RTError
from rtorm.gateway import Created, Edit, EditReply, Identity, Shown, Upload
from rtorm.rest1.client import Client
from rtorm.rest1.codecs import attachment_line
from rtorm.rest1.forms import compose, compose_many
from rtorm.rest1.replies import read_created, read_edits, read_shows

__all__ = ["Rest1"]


class Rest1:
    """A server spoken to in REST 1.0 (RT 3.8-6.0)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def identity(self) -> Identity:
        """Who we are, what time it is there, which version it is."""
        return self._client.identity()

    def show(
        self, kind: str, ids: Sequence[int], fields: Sequence[str] | None = None
    ) -> list[Shown | RTError]:
        """The records of these ids in one request, in the order of the ids."""
        # RT sorts the ids of one parameter and shows repeated ones again.
        ascending = sorted(set(ids))
        parameters = {"id": ",".join(map(str, ascending))}
        if fields is not None:
            parameters["fields"] = ",".join(fields)
        reply = self._client.get(f"{kind}/show", parameters)
        shown = dict(zip(ascending, read_shows(reply, ascending), strict=True))
        return [shown[number] for number in ids]

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        """Carry out the edits in their order, in one request."""
        forms = ([("id", f"{edit.kind}/{edit.id}"), *edit.fields.items()] for edit in edits)
        return read_edits(self._client.post("edit", compose_many(forms)), edits)

    def create(self, kind: str, fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Created:
        """Make one record; sent once."""
        names = [("Attachment", attachment_line(file.filename)) for file in files]
        content = compose([("id", f"{kind}/new"), *fields.items(), *names])
        return read_created(self._client.post(f"{kind}/new", content, files), fields)
