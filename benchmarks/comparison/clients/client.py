"""What a client is asked to do; each does it in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

__all__ = ["QUEUE", "Client", "Fields", "Login", "custom"]

QUEUE = "Incidents"
"""Where the tickets are."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where to log in as whom.

    Attributes:
        url: Of the tap before RT.
        user: Who.
        password: Their password.
        major: RT's version, 4 or 5.
    """

    url: str
    user: str
    password: str
    major: int


Fields = Mapping[str, str | list[str]]
"""Values by REST 1.0's names, custom fields as `CF.{Name}`."""


def custom(field: str) -> str:
    """The name of a custom field of which `CF.{Name}` is given; empty of another field."""
    return field[4:-1] if field.startswith("CF.{") else ""


class Client(ABC):
    """One client. What it does not offer raises NotImplementedError.

    Args:
        at: Where to log in as whom.
    """

    name: ClassVar[str]
    majors: ClassVar[tuple[int, ...]] = (4, 5)
    success: ClassVar[str] = "no exception"
    """How it says that all went well."""

    def __init__(self, at: Login) -> None:
        self.at = at

    @property
    @abstractmethod
    def version(self) -> str:
        """Of the client, and of what runs it where that matters."""

    @abstractmethod
    def log_in(self) -> None:
        """Make ready for requests."""

    @abstractmethod
    def create(self, subject: str, text: str, fields: Fields) -> object:
        """Create a ticket."""

    @abstractmethod
    def edit(self, ticket: int, fields: Fields) -> object:
        """Edit a ticket."""

    @abstractmethod
    def change(self, ticket: int, subject: str) -> object:
        """Load a ticket, set its subject, and its priority to what it is; save."""

    @abstractmethod
    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        """Set the priority of tickets."""

    @abstractmethod
    def load(self, tickets: Sequence[int]) -> Sized:
        """Load tickets with their core fields."""

    @abstractmethod
    def read(self, ticket: int, field: str) -> object:
        """The value of a field, as the client gives it."""

    @abstractmethod
    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        """Comment on a ticket."""

    @abstractmethod
    def files(self, ticket: int) -> dict[str, str]:
        """What `fetch` needs to know of a ticket's files, by name."""

    @abstractmethod
    def fetch(self, file: str) -> bytes:
        """The content of one of them."""

    @abstractmethod
    def close(self) -> None:
        """Close its connections and end its processes."""
