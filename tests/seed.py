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


_SEE, _MODIFY = "SeeCustomField", "ModifyCustomField"


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Queue": ["Incidents"], **more}


def _odd(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return _field(name, kind, Queue=["Odd"], **more)


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


_DIGITS = "(?#Digits)^\\d*$"

# One of each kind, and names that RT's forms, its errors or Python cannot tell from something else.
ODD_FIELDS: list[dict[str, Any]] = [
    _odd("With Space", "FreeformSingle", Description="what: it (is)"),
    _odd("Col: on", "FreeformSingle"),
    _odd("Br{ace}", "FreeformSingle"),
    _odd("Com, ma", "FreeformSingle"),
    _odd("Quo'te", "FreeformSingle"),
    _odd('Dq"uote', "FreeformSingle"),
    _odd("Back\\slash", "FreeformSingle"),
    _odd("Größe", "FreeformSingle"),
    _odd("ÄÖÜ Upper", "FreeformSingle"),
    _odd("Dup", "FreeformSingle", Description="the first one"),
    _odd("Dup", "FreeformSingle", Description="the second one"),
    _odd("Owner", "FreeformSingle", Pattern=_DIGITS),
    _odd("subject", "FreeformSingle"),
    _odd("class", "FreeformSingle"),
    _odd("Mandatory", "FreeformSingle", Pattern="(?#Mandatory)."),
    _odd("Digits", "FreeformSingle", Pattern=_DIGITS),
    _odd("Digits of many", "FreeformMultiple", Pattern=_DIGITS),
    _odd("Choice", "SelectSingle", Values=_values("low", "Größer, als", "quo'te", "back\\slash")),
    _odd("Choices", "SelectMultiple", Values=_values("net", "db", "a, b")),
    _odd("Yes or no", "SelectSingle", Values=_values("yes", "no")),
    _odd("At most three", "Freeform", MaxValues=3),
    _odd("Text", "TextSingle"),
    _odd("Wiki", "WikitextSingle"),
    _odd("Combo", "Combobox", Values=_values("x", "y")),
    _odd("Auto", "AutocompleteSingle", Values=_values("x", "y")),
    _odd("Autos", "AutocompleteMultiple", Values=_values("x", "y")),
    _odd("Day", "DateSingle"),
    _odd("Instant", "DateTimeSingle"),
    _odd("Address of one", "IPAddressSingle"),
    _odd("Addresses", "IPAddressMultiple"),
    _odd("Range", "IPAddressRangeSingle"),
    _odd("Ranges", "IPAddressRangeMultiple"),
    _odd("Picture", "ImageSingle"),
    _odd("Pictures", "ImageMultiple"),
    _odd("File", "BinarySingle"),
]

SEED: dict[str, list[dict[str, Any]]] = {
    "Queues": [
        {"Name": "Incidents", "CorrespondAddress": "incidents@rt.example.com"},
        {"Name": "Two Words"},
        {"Name": "Odd"},
    ],
    "CustomFields": [
        _field("Severity", "SelectSingle", Values=_values("low", "high", "critical")),
        _field("Affected hosts", "FreeformMultiple"),
        _field("Teams", "SelectMultiple", Values=_values("net", "db", "web")),
        _field("Note", "TextSingle"),
        _field("Count", "FreeformSingle", Pattern=_DIGITS),
        _field("Report date", "DateSingle"),
        _field("Deadline", "DateTimeSingle"),
        _field("Address", "IPAddressSingle"),
        _field("Comma, name", "FreeformSingle"),
        # Its errors would be told from those of RT's own Owner by nothing but their form.
        _field("Owner", "FreeformSingle", Pattern=_DIGITS),
        # RT lists it as `Odd (x): y [z] (of: (all) things): MultiValueFreeform [Word]`.
        _field(
            "Odd (x): y [z]",
            "FreeformMultiple",
            Queue=["Two Words"],
            Description="of: (all) things",
            Pattern="(?#Word)^\\w*$",
        ),
        *ODD_FIELDS,
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
        _user("sydney", Timezone="Australia/Sydney"),
        _user("unmodifying"),
        _user("unseeing"),
    ],
    "ACL": [
        *(_right(user, right) for user in ("alice", "roman", "french") for right in QUEUE_RIGHTS),
        *(_right("bob", right) for right in QUEUE_RIGHTS if right != "OwnTicket"),
        *(_right("alice", right, "Two Words") for right in QUEUE_RIGHTS),
        *(_right(user, right, "Odd") for user in ("alice", "roman") for right in QUEUE_RIGHTS),
        *(_right("reader", right) for right in ("SeeQueue", "ShowTicket", "SeeCustomField")),
        *(_right("creator", right) for right in ("SeeQueue", "CreateTicket", "ShowTicket")),
        # Messages alone: no ticket there is shown to it.
        *(_right("creator", right, "Two Words") for right in ("CommentOnTicket", "ReplyToTicket")),
        *(_right("sydney", right, "Odd") for right in QUEUE_RIGHTS),
        *(_right("unmodifying", right, "Odd") for right in QUEUE_RIGHTS if right != _MODIFY),
        *(_right("unseeing", right, "Odd") for right in QUEUE_RIGHTS if right != _SEE),
    ],
}


def password_of(user: str) -> str:
    """The password of a seeded user."""
    return "password" if user == "root" else f"{user}-password"


def number_of(custom_field: str, *, last: bool = False) -> int:
    """The number of a seeded custom field: RT has one of its own before them.

    Args:
        custom_field: Its name.
        last: Whether the last one of this name is meant, if several have it.
    """
    numbers = [
        number
        for number, field in enumerate(SEED["CustomFields"], 2)
        if field["Name"] == custom_field
    ]
    return numbers[-1 if last else 0]
