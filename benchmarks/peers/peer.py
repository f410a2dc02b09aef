"""What a client is asked to do; each sends what it does in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["CORE", "QUEUE", "Edit", "Login", "New", "Peer"]

QUEUE = "Bench"
"""Where the tickets are."""

CORE = (
    "id",
    "Queue",
    "Subject",
    "Status",
    "Owner",
    "Creator",
    "Priority",
    "InitialPriority",
    "FinalPriority",
    "Created",
    "Starts",
    "Started",
    "Due",
    "Resolved",
    "Told",
    "LastUpdated",
    "TimeEstimated",
    "TimeWorked",
    "TimeLeft",
)
"""RT's names of a ticket's core fields."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where to log in as whom.

    Attributes:
        url: RT's front page, or a proxy's before it.
        user: Who.
        password: Their password.
        major: RT's version, 4 or 5.
    """

    url: str
    user: str
    password: str
    major: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Two fields of one ticket, each with a value that it did not have before."""

    ticket: int
    subject: str
    priority: int


@dataclass(frozen=True, slots=True)
class New:
    """A ticket to be created in the queue of the others."""

    subject: str
    text: str
    priority: int


class Peer(ABC):
    """One client. What it cannot do at all raises NotImplementedError.

    What is loaded is given as the client gives it to its user, one item for each ticket.
    """

    name: ClassVar[str]
    notes: ClassVar[str]
    """How it is used, for the table's legend."""
    majors: ClassVar[tuple[int, ...]] = (4, 5)
    in_process: ClassVar[bool] = True
    """Whether it runs in this process, so that its memory and processor time can be measured."""

    def __init__(self, login: Login) -> None:
        self.at = login

    def start(self) -> None:  # noqa: B027 - most need nothing
        """Start what it needs and is not counted: the process of another language."""

    @abstractmethod
    def log_in(self) -> None:
        """Make ready for requests: a new login, also where there was one before."""

    def forget(self) -> None:  # noqa: B027 - most keep nothing
        """Know nothing any more of what was loaded."""

    @abstractmethod
    def first(self, ticket: int) -> object:
        """Log in and load one ticket."""

    @abstractmethod
    def prepare_edit(self, tickets: Sequence[int]) -> None:
        """Have what an edit needs and is not counted: the records of an ORM."""

    @abstractmethod
    def edit(self, edits: Sequence[Edit]) -> None:
        """Edit tickets, and see that every edit went through."""

    @abstractmethod
    def load(self, first: int, last: int) -> Sized:
        """Load the tickets of these ids with all core fields."""

    @abstractmethod
    def load_watchers(self, first: int, last: int) -> Sized:
        """The same, with requestors, cc and admin cc."""

    @abstractmethod
    def load_related(self, first: int, last: int) -> Sized:
        """The links and the attachment lists of these tickets."""

    @abstractmethod
    def create(self, tickets: Sequence[New]) -> Sized:
        """Create tickets; gives their ids."""

    @abstractmethod
    def close(self) -> None:
        """Close its connections and end its processes."""
