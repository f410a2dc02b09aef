"""One request to RT: what it asks or writes, and how it travels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from rtorm.gateway import Upload

__all__ = ["LOGOUT", "WHO_AM_I", "Parameters", "Request", "check_parameters", "form_text"]

Parameters = Mapping[str, str | Sequence[str]]

# RT answers with nothing at all to some reads, and to an edit of one object that changes nothing.
_ALWAYS_ANSWERED = re.compile(r"(?:\w+/)?edit\Z|.+/(?:new|comment|take|merge/\d+)\Z")
_LONGEST_QUERY = 1500


def form_text(content: object) -> str:
    """The text of a form.

    Raises:
        TypeError: It is no text.
    """
    if not isinstance(content, str):
        message = (
            f"a form is text, not {type(content).__name__}: rtorm.rest1.forms.compose() makes it "
            "of pairs of a field and its value"
        )
        raise TypeError(message)
    return content


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that are no text.

    Raises:
        TypeError: One is neither text nor several texts.
    """
    for name, given in parameters.items():
        values = list(cast("Sequence[object]", given)) if isinstance(given, Sequence) else [given]
        if not all(isinstance(value, str) for value in values):
            message = f"the parameter {name}={given!r} is no text: give a str, or a list of them"
            raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to RT beside the login.

    Attributes:
        path: What follows `/REST/1.0/`, or `/REST/2.0/`.
        parameters: The query.
        content: The form of a write; None in a read.
        files: What goes with the form.
        rest: Which of RT's REST interfaces is asked.
        idempotent: Whether a write does no harm if it is carried out twice.
    """

    path: str
    parameters: Parameters
    content: str | None = field(default=None, repr=False)
    files: tuple[Upload, ...] = ()
    rest: Literal["1.0", "2.0"] = "1.0"
    idempotent: bool = False

    @property
    def place(self) -> str:
        """The path below RT's front page."""
        return f"REST/{self.rest}/{self.path}"

    @property
    def name(self) -> str:
        """The path as the log tells it."""
        return self.path if self.rest == "1.0" else self.place

    @property
    def writes(self) -> bool:
        """Whether RT is to change something."""
        return self.content is not None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when it is not known what became of it."""
        return self.idempotent or not self.writes

    @property
    def form(self) -> Parameters:
        """The query and the form, as RT takes them together."""
        content = {} if self.content is None else {"content": self.content}
        return {**self.parameters, **content}

    @property
    def parts(self) -> list[tuple[str, tuple[str, bytes, str]]]:
        """The files as parts of a multipart body."""
        # RT takes the names from the form's own lines; the parts' file names do not matter.
        return [
            (f"attachment_{number}", (f"attachment_{number}", file.content, file.content_type))
            for number, file in enumerate(self.files, 1)
        ]

    @property
    def may_find_nothing(self) -> bool:
        """Whether RT may answer with nothing at all; a reply cut off in its head looks the same."""
        return not self.writes or _ALWAYS_ANSWERED.match(self.path) is None

    @property
    def in_body(self) -> bool:
        """Whether it is too long for a URL, or a write, which has no place in one."""
        size = sum(len(key) + sum(map(len, value)) for key, value in self.parameters.items())
        return self.writes or size > _LONGEST_QUERY


WHO_AM_I = Request("ticket/new", {})
"""Shows who is logged in, as which RT names the requestor of a new ticket."""

LOGOUT = Request("logout", {})
"""Ends the session."""
