"""rtorm: Request Tracker's tickets as Pydantic models, loaded and saved over REST 1.0.

What a name stands for is imported when it is first used, so that a program waits for nothing that
it does not need.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rtorm import auth
    from rtorm import errors as errors
    from rtorm import progress as progress
    from rtorm.connecting import connect
    from rtorm.errors import (
        AuthenticationError,
        CommitError,
        CommitInterrupted,
        ConfigurationError,
        DetachedError,
        ExposedPasswordWarning,
        ForbiddenError,
        GoneError,
        NotFound,
        NotLoadedError,
        OutcomeUnknownError,
        OverwrittenError,
        PartialSaveError,
        PermissionDenied,
        ProtocolError,
        QueryError,
        RejectedError,
        RTError,
        SaveError,
        StaleError,
        TimeZoneWarning,
        TransportError,
        WrongThreadError,
    )
    from rtorm.gateway import Identity, Upload
    from rtorm.models.attachment import Attachment
    from rtorm.models.custom_field import CustomField
    from rtorm.models.custom_values import CustomValues
    from rtorm.models.group import Group
    from rtorm.models.links import Links
    from rtorm.models.queue import Queue
    from rtorm.models.ticket import Ticket
    from rtorm.models.transaction import History, Transaction
    from rtorm.models.user import User
    from rtorm.orm.columns import Clause, Column, Ordering, sql
    from rtorm.orm.declaring.loadable import Loadable
    from rtorm.orm.fields import CF, Attr, ReadOnly, cf
    from rtorm.orm.queries.partitions import Partition
    from rtorm.orm.query import Query
    from rtorm.orm.record import Record
    from rtorm.orm.records.results import CommitReport, SaveResult
    from rtorm.orm.session import Session
    from rtorm.orm.state import NOT_LOADED, Change, State, Status, state_of
    from rtorm.rest1.client import Client
    from rtorm.rest1.downloads import Download
    from rtorm.rest1.replies.reply import Reply

    __version__: str

__all__ = [
    "CF",
    "NOT_LOADED",
    "Attachment",
    "Attr",
    "AuthenticationError",
    "Change",
    "Clause",
    "Client",
    "Column",
    "CommitError",
    "CommitInterrupted",
    "CommitReport",
    "ConfigurationError",
    "CustomField",
    "CustomValues",
    "DetachedError",
    "Download",
    "ExposedPasswordWarning",
    "ForbiddenError",
    "GoneError",
    "Group",
    "History",
    "Identity",
    "Links",
    "Loadable",
    "NotFound",
    "NotLoadedError",
    "Ordering",
    "OutcomeUnknownError",
    "OverwrittenError",
    "PartialSaveError",
    "Partition",
    "PermissionDenied",
    "ProtocolError",
    "Query",
    "QueryError",
    "Queue",
    "RTError",
    "ReadOnly",
    "Record",
    "RejectedError",
    "Reply",
    "SaveError",
    "SaveResult",
    "Session",
    "StaleError",
    "State",
    "Status",
    "Ticket",
    "TimeZoneWarning",
    "Transaction",
    "TransportError",
    "Upload",
    "User",
    "WrongThreadError",
    "auth",
    "cf",
    "connect",
    "sql",
    "state_of",
]

_MODULES: Final = ("auth", "dask", "errors", "progress")

# The same as above, for those who run it; tests hold that.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "connecting": ("connect",),
    "errors": (
        "AuthenticationError",
        "CommitError",
        "CommitInterrupted",
        "ConfigurationError",
        "DetachedError",
        "ExposedPasswordWarning",
        "ForbiddenError",
        "GoneError",
        "NotFound",
        "NotLoadedError",
        "OutcomeUnknownError",
        "OverwrittenError",
        "PartialSaveError",
        "PermissionDenied",
        "ProtocolError",
        "QueryError",
        "RejectedError",
        "RTError",
        "SaveError",
        "StaleError",
        "TimeZoneWarning",
        "TransportError",
        "WrongThreadError",
    ),
    "gateway": (
        "Identity",
        "Upload",
    ),
    "models.attachment": ("Attachment",),
    "models.custom_field": ("CustomField",),
    "models.custom_values": ("CustomValues",),
    "models.group": ("Group",),
    "models.links": ("Links",),
    "models.queue": ("Queue",),
    "models.ticket": ("Ticket",),
    "models.transaction": (
        "History",
        "Transaction",
    ),
    "models.user": ("User",),
    "orm.columns": (
        "Clause",
        "Column",
        "Ordering",
        "sql",
    ),
    "orm.fields": (
        "CF",
        "Attr",
        "ReadOnly",
        "cf",
    ),
    "orm.declaring.loadable": ("Loadable",),
    "orm.records.results": (
        "CommitReport",
        "SaveResult",
    ),
    "orm.queries.partitions": ("Partition",),
    "orm.query": ("Query",),
    "orm.record": ("Record",),
    "orm.session": ("Session",),
    "orm.state": (
        "NOT_LOADED",
        "Change",
        "State",
        "Status",
        "state_of",
    ),
    "rest1.client": ("Client",),
    "rest1.downloads": ("Download",),
    "rest1.replies.reply": ("Reply",),
}

_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names}


# Type checkers would take any name for one of these.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what is asked for."""
        if name in _MODULES:
            return import_module(f"rtorm.{name}")
        if name == "__version__":
            return import_module("importlib.metadata").version("rtorm")
        if name not in _HOMES:
            message = f"module 'rtorm' has no attribute {name!r}"
            raise AttributeError(message)
        found = getattr(import_module(f"rtorm.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*__all__, *_MODULES})
