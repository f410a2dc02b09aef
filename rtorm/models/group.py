"""Groups of users."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator

from rtorm.models.custom_field import CustomField
from rtorm.orm.declaring.custom import SHOWN
from rtorm.orm.declaring.related import Related
from rtorm.orm.fields import Attr, ReadOnly, attr, shown
from rtorm.orm.record import Record
from rtorm.rest1.checks import check_name, check_width
from rtorm.rest1.codecs import FLAG, LINE, MEMBERS, TEXT
from rtorm.texts import brief

__all__ = ["Group"]

# Not names of whole types, since editors would show a name instead of what it stands for.
_NAME = AfterValidator(lambda text: check_name(text, blanks=False))
_DESCRIPTION = AfterValidator(lambda text: check_width(text, 255))


class Group(Record):
    """A group that users have defined; RT's own, of roles and of the system, answer to their ids.

    It is shown to accounts that have the right SeeGroup; by its id older servers show it to all (RT
    4.4, and 5.0 without Debian's security update of 2026).
    """

    __rt_kind__: ClassVar[str] = "group"
    __rt_named__: ClassVar[bool] = True
    __rt_custom_fields__ = SHOWN

    name: Attr[Annotated[str, _NAME]] = attr("Name", LINE, default=None)
    """Its name, found in any letter case; not of digits alone, and without blanks at its ends.

    At most 200 bytes of UTF-8, since RT cuts longer ones in silence.
    """
    description: Attr[Annotated[str, _DESCRIPTION]] = attr("Description", TEXT, default="")
    """At most 255 bytes."""
    disabled: Attr[bool] = attr("Disabled", FLAG, default=False)
    """A disabled group answers to its id only, and is found by a query that asks for `disabled`."""
    members: ReadOnly[list[str]] = shown(
        "Members", MEMBERS, init=False, dear=True, unlisted=True, default_factory=list
    )
    """Its members; loaded when first read. REST 1.0 cannot change them.

    A user is `Real Name <address>`, a group `GROUP [name] (Real Name <address>;…)`.
    """
    custom_fields: ClassVar[Related[tuple[CustomField, ...]]] = Related(())
    """The custom fields of the group itself, global ones included; loaded when first read.

    RT tells those of which the account has the right SeeCustomField. Their values are fields of a
    subclass: `floor: ReadOnly[str | None] = cf("Floor", default=None)`.
    """

    def _summary(self) -> str:
        name = vars(self).get("name")
        return "" if name is None else f" {brief(name)}"
