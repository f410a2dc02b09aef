"""Contents of attachments: files on a real RT, replies of the loopback servers, and their reading."""

from __future__ import annotations

import re

from rtorm import Client
from rtorm.gateway import Upload
from rtorm.rest1.forms import compose
from tests.client.servers import Answer

PATH = "ticket/1/attachments/7/content"
OK = b"RT/5.0.3 200 Ok\n\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FIRST = b"%x\r\n%b\r\n" % (len(OK) + 5, OK + b"first")


def lengthy(content: bytes, **headers: str) -> Answer:
    """A reply of a known length."""
    return Answer(OK + content, headers=headers)


def attached(there: Client, *files: Upload) -> list[str]:
    """The paths of the contents of files that a new ticket has."""
    names = [("Attachment", file.filename) for file in files]
    form = compose([("id", "ticket/new"), ("Queue", "Incidents"), ("Subject", "files"), *names])
    number = there.post("ticket/new", form, files).body.split()[2]
    listed = there.get(f"ticket/{number}/attachments").body
    ids = [re.search(rf"(\d+): {re.escape(file.filename)} ", listed) for file in files]
    return [f"ticket/{number}/attachments/{found[1]}/content" for found in ids if found]


def content_of(there: Client, path: str = PATH) -> bytes:
    """A whole content."""
    with there.download(path) as download:
        return b"".join(download.chunks())
