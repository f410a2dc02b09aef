"""Queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from rtorm.models.custom_field import CustomField
from rtorm.orm.declaring.custom import SHOWN
from rtorm.orm.declaring.related import Related
from rtorm.orm.fields import Attr, attr
from rtorm.orm.record import Record
from rtorm.rest1.checks import check_line, check_name, check_width
from rtorm.rest1.codecs import FLAG, LINE, TEXT
from rtorm.texts import brief

__all__ = ["Queue"]

# Not names of whole types, since editors would show a name instead of what it stands for.
_NAME = AfterValidator(check_name)
_DESCRIPTION = AfterValidator(lambda text: check_width(text, 255))
_ADDRESS = AfterValidator(lambda text: check_width(check_line(text), 120))


class Queue(Record):
    """A queue."""

    __rt_kind__: ClassVar[str] = "queue"
    __rt_named__: ClassVar[bool] = True
    __rt_custom_fields__ = SHOWN

    name: Attr[Annotated[str, _NAME]] = attr("Name", LINE, default=None)
    """Its name, found in any letter case; not of digits alone.

    At most 200 bytes of UTF-8, since RT cuts longer ones in silence.
    """
    description: Attr[Annotated[str, _DESCRIPTION]] = attr("Description", TEXT, default="")
    """At most 255 bytes."""
    correspond_address: Attr[Annotated[str, _ADDRESS]] = attr("CorrespondAddress", LINE, default="")
    """Where replies to its tickets go; at most 120 bytes."""
    comment_address: Attr[Annotated[str, _ADDRESS]] = attr("CommentAddress", LINE, default="")
    """Where comments on its tickets go; at most 120 bytes."""
    disabled: Attr[bool] = attr("Disabled", FLAG, default=False)
    """A disabled queue answers to its id only, and is found by a query that asks for `disabled`."""
    sla_disabled: Attr[bool] = attr("SLADisabled", FLAG, default=True)
    """Whether its tickets have no level of service."""
    custom_fields: ClassVar[Related[tuple[CustomField, ...]]] = Related(())
    """The custom fields of its tickets, global ones included; loaded when first read.

    RT tells those of which the account has the right SeeCustomField globally or on the field
    itself: granted on the queue, that shows the values of tickets and not these.
    """
    own_custom_fields: ClassVar[Related[tuple[CustomField, ...]]] = Related(())
    """The custom fields of the queue itself; loaded when first read.

    RT tells those of which the account has the right SeeCustomField, also on the queue. Their
    values are fields of a subclass: `floor: ReadOnly[str | None] = cf("Floor", default=None)`.
    """

    @classmethod
    def __rt_hidden__(cls, fields: Mapping[str, str]) -> str:
        """RT shows a queue that the account may not see as one of empty values (RT 4.4-5.0)."""
        if fields.get("Name") != "":
            return ""
        return "RT does not show the queue to this account, which needs the right SeeQueue"

    def _summary(self) -> str:
        name = vars(self).get("name")
        return "" if name is None else f" {brief(name)}"
