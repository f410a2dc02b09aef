"""How RT is asked for each operator, by kind of field: tables; standard library alone.

The facts hold for RT 4.4-5.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from rtorm.orm.columns import Operator

__all__ = [
    "CUSTOM",
    "DATE",
    "EQUALITY",
    "LIKENESS",
    "LINKED",
    "NUMBER",
    "OPTIONAL",
    "ORDER",
    "OWNER",
    "QUEUE",
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
# Where several users are like the text, RT finds by NOT LIKE also who has one of them and another.
WATCHED: Forms = {
    **EQUALITY,
    **{name: LIKENESS[name] for name in ("LIKE", "STARTSWITH")},
    **NULLITY,
}
LINKED: Forms = {**EQUALITY, **NULLITY}
