"""rtorm: Request Tracker's tickets as Pydantic models, loaded and saved over REST 1.0."""

from rtorm import auth
from rtorm.connecting import connect
from rtorm.errors import (
    AuthenticationError,
    CommitError,
    ConfigurationError,
    DetachedError,
    ForbiddenError,
    GoneError,
    NotFound,
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
from rtorm.models.attachment import Attachment
from rtorm.models.custom_field import CustomField
from rtorm.models.group import Group
from rtorm.models.links import Links
from rtorm.models.queue import Queue
from rtorm.models.ticket import Ticket
from rtorm.models.transaction import Transaction
from rtorm.models.user import User
from rtorm.orm.columns import sql
from rtorm.orm.fields import CF, Attr, ReadOnly, cf
from rtorm.orm.outcome import CommitReport, SaveResult
from rtorm.orm.query import Query
from rtorm.orm.session import Session
from rtorm.orm.state import NOT_LOADED, Change, Status, state_of
from rtorm.rest1.client import Client

__all__ = [
    "CF",
    "NOT_LOADED",
    "Attachment",
    "Attr",
    "AuthenticationError",
    "Change",
    "Client",
    "CommitError",
    "CommitReport",
    "ConfigurationError",
    "CustomField",
    "DetachedError",
    "ForbiddenError",
    "GoneError",
    "Group",
    "Links",
    "NotFound",
    "OutcomeUnknownError",
    "PartialSaveError",
    "PermissionDenied",
    "ProtocolError",
    "Query",
    "QueryError",
    "Queue",
    "RTError",
    "ReadOnly",
    "RejectedError",
    "SaveError",
    "SaveResult",
    "Session",
    "StaleError",
    "Status",
    "Ticket",
    "TimeZoneWarning",
    "Transaction",
    "TransportError",
    "User",
    "WrongThreadError",
    "auth",
    "cf",
    "connect",
    "sql",
    "state_of",
]
