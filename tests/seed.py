"""What the servers of the suite hold: queues, custom fields, users and rights of every sort."""

from __future__ import annotations

from typing import Any

QUEUE_RIGHTS = (
    "SeeQueue",
    "CreateTicket",
    "ShowTicket",
    "ModifyTicket",
    "OwnTicket",
    "ReplyToTicket",
    "CommentOnTicket",
    "SeeCustomField",
    "ModifyCustomField",
    "Watch",
)


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Queue": ["Incidents"], **more}


def _values(*names: str) -> list[dict[str, Any]]:
    return [{"Name": name, "SortOrder": number} for number, name in enumerate(names, 1)]


def _user(name: str, *, privileged: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "RealName": name.title(),
        "EmailAddress": f"{name}@example.com",
        "Password": f"{name}-password",
        "Privileged": int(privileged),
        **more,
    }


def _right(user: str, right: str, queue: str = "Incidents") -> dict[str, Any]:
    return {"UserId": user, "Right": right, "Queue": queue}


SEED: dict[str, list[dict[str, Any]]] = {
    "Queues": [
        {"Name": "Incidents", "CorrespondAddress": "incidents@rt.example.com"},
        {"Name": "Two Words"},
    ],
    "CustomFields": [
        _field("Severity", "SelectSingle", Values=_values("low", "high", "critical")),
        _field("Affected hosts", "FreeformMultiple"),
        _field("Teams", "SelectMultiple", Values=_values("net", "db", "web")),
        _field("Note", "TextSingle"),
        _field("Count", "FreeformSingle", Pattern="(?#Digits)^\\d*$"),
        _field("Report date", "DateSingle"),
        _field("Deadline", "DateTimeSingle"),
        _field("Address", "IPAddressSingle"),
        _field("Comma, name", "FreeformSingle"),
        # Its errors would be told from those of RT's own Owner by nothing but their form.
        _field("Owner", "FreeformSingle", Pattern="(?#Digits)^\\d*$"),
        # RT lists it as `Odd (x): y [z] (of: (all) things): MultiValueFreeform [Word]`.
        _field(
            "Odd (x): y [z]",
            "FreeformMultiple",
            Queue=["Two Words"],
            Description="of: (all) things",
            Pattern="(?#Word)^\\w*$",
        ),
    ],
    "Groups": [
        {"Name": "Night shift", "Members": {"Users": ["reader"]}},
        {
            "Name": "Staff",
            "Description": "who answers",
            "Members": {"Users": ["alice", "bob"], "Groups": ["Night shift"]},
        },
    ],
    "Users": [
        _user("alice"),
        _user("bob"),
        _user("reader"),
        _user("creator"),
        _user("roman", Timezone="Europe/Rome"),
        _user("french", Lang="fr"),
        _user("selfie", privileged=False),
        _user("stranger"),
    ],
    "ACL": [
        *(_right(user, right) for user in ("alice", "roman", "french") for right in QUEUE_RIGHTS),
        *(_right("bob", right) for right in QUEUE_RIGHTS if right != "OwnTicket"),
        *(_right("alice", right, "Two Words") for right in QUEUE_RIGHTS),
        *(_right("reader", right) for right in ("SeeQueue", "ShowTicket", "SeeCustomField")),
        *(_right("creator", right) for right in ("SeeQueue", "CreateTicket", "ShowTicket")),
    ],
}


def password_of(user: str) -> str:
    """The password of a seeded user."""
    return "password" if user == "root" else f"{user}-password"
