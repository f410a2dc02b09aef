"""The lists of watchers of a ticket, as forms and as queries call them."""

from __future__ import annotations

__all__ = ["ROLES"]

ROLES = {"Requestors": "Requestor", "Cc": "Cc", "AdminCc": "AdminCc"}
