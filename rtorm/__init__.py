"""rtorm: Request Tracker's tickets as Pydantic models, loaded and saved over REST 1.0."""

from rtorm import auth
from rtorm.connecting import connect
from rtorm.errors import (
    AuthenticationError,
    CommitError,
    CommitInterrupted,
    ConfigurationError,
    DetachedError,
    ForbiddenError,
    GoneError,
    NotFound,
    NotLoadedError,
    OutcomeUnknownError,
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
from rtorm.orm.fields import CF, Attr, ReadOnly, cf
from rtorm.orm.outcome import CommitReport, SaveResult
from rtorm.orm.partitions import Partition
from rtorm.orm.query import Query
from rtorm.orm.record import Record
from rtorm.orm.session import Session
from rtorm.orm.state import NOT_LOADED, Change, State, Status, state_of
from rtorm.rest1.client import Client
from rtorm.rest1.downloads import Download
from rtorm.rest1.replies.reply import Reply

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
    "ForbiddenError",
    "GoneError",
    "Group",
    "History",
    "Identity",
    "Links",
    "NotFound",
    "NotLoadedError",
    "Ordering",
    "OutcomeUnknownError",
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
