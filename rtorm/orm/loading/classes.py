"""Which classes a session takes, and what is to be done where it is given another one."""

from __future__ import annotations

from typing import TypeGuard

from rtorm.models.attachment import Attachment
from rtorm.models.custom_field import CustomField
from rtorm.models.custom_values import CustomValues
from rtorm.models.links import Links
from rtorm.models.transaction import History, Transaction
from rtorm.orm.record import Record

__all__ = ["check_records", "is_class_of", "is_record_class", "no_such_class"]

_RECORDS = "Ticket or a class of tickets, Queue, User, Group"
_GETTABLE = f"{_RECORDS}, Transaction, Attachment"
_BY_NUMBER = "session.get() gets one by its number"
_REMEDIES: tuple[tuple[type, str], ...] = (
    (Transaction, _BY_NUMBER),
    (Attachment, _BY_NUMBER),
    (History, "read the history of a ticket"),
    (Links, "read the links of a ticket"),
    (CustomValues, "read the cf of a ticket"),
    (CustomField, "read the custom_fields of a queue or a group"),
)


def is_class_of(cls: object, base: type) -> bool:
    """Whether this is a class, and that one or one derived from it."""
    return isinstance(cls, type) and issubclass(cls, base)


def is_record_class(cls: object) -> TypeGuard[type[Record]]:
    """Whether RT holds records of this class."""
    return isinstance(cls, type) and issubclass(cls, Record) and bool(cls.__rt_kind__)


def check_records(cls: object) -> None:
    """Refuse what is no class of records.

    Raises:
        TypeError: It is none; the message says which there are.
    """
    if not is_record_class(cls):
        raise TypeError(_told(cls, _RECORDS))


def no_such_class(cls: object) -> TypeError:
    """What is raised when one thing is to be got of a class of which a session gets none."""
    return TypeError(_told(cls, _GETTABLE))


def _told(cls: object, known: str) -> str:
    if not isinstance(cls, type):
        return f"a session takes a class, not an object of {type(cls).__name__}: give {known}"
    remedies = (f" ({said})" for kind, said in _REMEDIES if is_class_of(cls, kind))
    return f"a session takes no {cls.__name__}{next(remedies, '')}: give {known}"
