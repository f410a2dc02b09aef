"""How RT is asked for each operator, by kind of field and by field: tables; standard library alone.

The facts hold for RT 4.4-5.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from rtorm.orm.columns import Operator
from rtorm.orm.declaring.roles import ROLES

__all__ = [
    "CUSTOM",
    "DATE",
    "EQUALITY",
    "FORMS",
    "LIKENESS",
    "LINKED",
    "NAMED",
    "NEGATIVE",
    "NUMBER",
    "OPTIONAL",
    "ORDER",
    "OWNER",
    "PEOPLE",
    "QUEUE",
    "RELATIONS",
    "SUBJECT",
    "TEXT",
    "WATCHED",
    "Forms",
]

Forms = Mapping[Operator, str]
"""How RT is asked for each operator; operators that it does not take are missing."""

EQUALITY: Forms = {"=": "{key} = {value}", "!=": "{key} != {value}"}
ORDER: Forms = {
    "<": "{key} < {value}",
    "<=": "{key} <= {value}",
    ">": "{key} > {value}",
    ">=": "{key} >= {value}",
}
LIKENESS: Forms = {
    "LIKE": "{key} LIKE {value}",
    "NOT LIKE": "{key} NOT LIKE {value}",
    "STARTSWITH": "{key} STARTSWITH {value}",
    "NOT STARTSWITH": "{key} NOT STARTSWITH {value}",
}
NULLITY: Forms = {"IS": "{key} IS NULL", "IS NOT": "{key} IS NOT NULL"}

NUMBER: Forms = {**EQUALITY, **ORDER}
TEXT: Forms = {**EQUALITY, **ORDER, **LIKENESS}
SUBJECT: Forms = {
    **TEXT,
    "IS": "({key} IS NULL OR {key} = '')",
    "IS NOT": "({key} IS NOT NULL AND {key} != '')",
}
CUSTOM: Forms = {**TEXT, **NULLITY}
# SQL finds no NULL by what it differs from; for custom fields RT sees to that itself.
OPTIONAL: Forms = {
    **CUSTOM,
    "!=": "({key} != {value} OR {key} IS NULL)",
    "NOT LIKE": "({key} NOT LIKE {value} OR {key} IS NULL)",
    "NOT STARTSWITH": "({key} NOT STARTSWITH {value} OR {key} IS NULL)",
}
# RT takes a date that equals another for one of the same day, and knows no "!=" of dates.
DATE: Forms = {
    **ORDER,
    **NULLITY,
    "=": "({key} >= {value} AND {key} <= {value})",
    "!=": "({key} < {value} OR {key} > {value} OR {key} IS NULL)",
}
# Any other operator RT applies to the queue's number.
QUEUE: Forms = {
    **EQUALITY,
    "LIKE": "{key} LIKE {value}",
    "NOT LIKE": "{key} NOT LIKE {value}",
}
# "Owner LIKE" loses tickets where it stands beside other conditions.
OWNER: Forms = {
    **EQUALITY,
    **{name: form.replace("{key}", "Owner.Name") for name, form in LIKENESS.items()},
}
NEGATIVE: frozenset[Operator] = frozenset(("!=", "NOT LIKE", "NOT STARTSWITH", "IS"))
"""What a field of several parts fulfils only if each of its parts does."""
# Where several users are like the text, RT finds by NOT LIKE also who has one of them and another.
WATCHED: Forms = {
    **EQUALITY,
    **{name: LIKENESS[name] for name in ("LIKE", "STARTSWITH")},
    # Asked for a column of theirs beside LIKE, RT takes them for watchers that are like it.
    "IS": "{role} IS NULL",
    "IS NOT": "{role} IS NOT NULL",
}
LINKED: Forms = {**EQUALITY, **NULLITY}

_DATES = ("Created", "Starts", "Started", "Due", "Resolved", "Told", "LastUpdated")
_NUMBERS = (
    "id",
    "Priority",
    "InitialPriority",
    "FinalPriority",
    "TimeEstimated",
    "TimeWorked",
    "TimeLeft",
)
FORMS: Mapping[str, Forms] = {
    "Queue": QUEUE,
    "Subject": SUBJECT,
    "Status": TEXT,
    "Owner": OWNER,
    "Creator": EQUALITY,
    "SLA": OPTIONAL,
    **dict.fromkeys(_NUMBERS, NUMBER),
    **dict.fromkeys(_DATES, DATE),
}
RELATIONS = {
    **{
        name: name for name in ("DependsOn", "DependedOnBy", "RefersTo", "ReferredToBy", "MemberOf")
    },
    "Members": "HasMember",
}
PEOPLE = ("Owner", "Creator")
# Which kind of record stands for its name.
NAMED = {"Queue": "queue", **dict.fromkeys((*PEOPLE, *ROLES), "user")}
