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
from rtorm.models.ticket import Ticket
from rtorm.orm.fields import CF, Attr, ReadOnly, cf
from rtorm.orm.outcome import CommitReport, SaveResult
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
    "DetachedError",
    "ForbiddenError",
    "GoneError",
    "NotFound",
    "OutcomeUnknownError",
    "PartialSaveError",
    "PermissionDenied",
    "ProtocolError",
    "QueryError",
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
    "TransportError",
    "WrongThreadError",
    "auth",
    "cf",
    "connect",
    "state_of",
]
