"""The form of a comment or reply; pure."""

from __future__ import annotations

from rtorm.gateway import Message
from rtorm.rest1.checks import attachment_line
from rtorm.rest1.forms import compose

__all__ = ["message_form"]


def message_form(message: Message) -> str:
    """The form of a comment or reply.

    Raises:
        EncodeError: RT would change the text or a file's name.
    """
    # Unlike elsewhere, RT tells capitals from small letters in these keys, and drops other keys.
    fields = [
        ("Action", message.kind),
        ("Text", message.text),
        ("Content-Type", message.content_type),
        ("Cc", ", ".join(message.cc)),
        ("Bcc", ", ".join(message.bcc)),
        ("TimeWorked", str(message.minutes) if message.minutes else ""),
        ("Status", message.status),
    ]
    files = [("Attachment", attachment_line(file.filename)) for file in message.files]
    return compose([*((key, value) for key, value in fields if value), *files])
