"""Users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from rtorm.models.password import Password, hidden, hiding_input, with_hidden_input
from rtorm.orm.declaring.custom import SHOWN
from rtorm.orm.fields import Attr, WriteOnly, attr
from rtorm.orm.record import Record
from rtorm.orm.state import Change
from rtorm.rest1.checks import check_line, check_name, check_width
from rtorm.rest1.codecs import FLAG, LINE, SECRET, TEXT
from rtorm.rest1.forms import check_text
from rtorm.texts import brief

__all__ = ["User"]


def _text(value: str) -> str:
    check_text(value)
    return value


def _line_of(width: int) -> AfterValidator:
    return AfterValidator(lambda text: check_width(check_line(text), width))


# Not names of whole types, since editors would show a name instead of what it stands for.
_NAME = AfterValidator(lambda text: check_name(text, digits=True))
_TEXT = AfterValidator(_text)


class User(Record):
    """A user.

    RT shows address lines, state, zip, phones, contact info, comments and signature to
    administrators (right AdminUsers) and to the user only; to others they look empty.

    Texts are limited in bytes of UTF-8, since RT cuts longer ones in silence.

    Custom fields of users are fields of a subclass, which REST 1.0 only shows:
    `desk: ReadOnly[str | None] = cf("Desk", default=None)`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    __rt_kind__: ClassVar[str] = "user"
    __rt_named__: ClassVar[bool] = True
    __rt_custom_fields__ = SHOWN

    name: Attr[Annotated[str, _NAME]] = attr("Name", LINE, default=None)
    """What the user logs in with, found in any letter case; at most 200 bytes.

    A new user without one is called as the e-mail address.
    """
    email_address: Attr[Annotated[str, _line_of(120)]] = attr("EmailAddress", LINE, default="")
    """At most 120 bytes; no two users have the same."""
    real_name: Attr[Annotated[str, _line_of(120)]] = attr("RealName", LINE, default="")
    """At most 120 bytes."""
    nick_name: Attr[Annotated[str, _line_of(16)]] = attr("NickName", LINE, default="")
    """At most 16 bytes."""
    gecos: Attr[Annotated[str, _line_of(16)]] = attr("Gecos", LINE, default="")
    """The name in the operating system; at most 16 bytes."""
    organization: Attr[Annotated[str, _line_of(200)]] = attr("Organization", LINE, default="")
    """At most 200 bytes."""
    address1: Attr[Annotated[str, _line_of(200)]] = attr("Address1", LINE, default="")
    """At most 200 bytes."""
    address2: Attr[Annotated[str, _line_of(200)]] = attr("Address2", LINE, default="")
    """At most 200 bytes."""
    city: Attr[Annotated[str, _line_of(100)]] = attr("City", LINE, default="")
    """At most 100 bytes."""
    state: Attr[Annotated[str, _line_of(100)]] = attr("State", LINE, default="")
    """At most 100 bytes."""
    zip: Attr[Annotated[str, _line_of(16)]] = attr("Zip", LINE, default="")
    """At most 16 bytes."""
    country: Attr[Annotated[str, _line_of(50)]] = attr("Country", LINE, default="")
    """At most 50 bytes."""
    home_phone: Attr[Annotated[str, _line_of(30)]] = attr("HomePhone", LINE, default="")
    """At most 30 bytes."""
    work_phone: Attr[Annotated[str, _line_of(30)]] = attr("WorkPhone", LINE, default="")
    """At most 30 bytes."""
    mobile_phone: Attr[Annotated[str, _line_of(30)]] = attr("MobilePhone", LINE, default="")
    """At most 30 bytes."""
    pager_phone: Attr[Annotated[str, _line_of(30)]] = attr("PagerPhone", LINE, default="")
    """At most 30 bytes."""
    # RT shows it as ContactInfo and takes it by both names, but calls it by this one in errors.
    contact_info: Attr[Annotated[str, _TEXT]] = attr(
        "ContactInfo",
        TEXT,
        default="",
        create_wire="FreeformContactInfo",
        edit_wire="FreeformContactInfo",
    )
    """Text of any length."""
    comments: Attr[Annotated[str, _TEXT]] = attr("Comments", TEXT, default="")
    """Text of any length, for administrators."""
    signature: Attr[Annotated[str, _TEXT]] = attr("Signature", TEXT, default="")
    """Text of any length."""
    lang: Attr[Annotated[str, _line_of(16)]] = attr("Lang", LINE, default="")
    """The language of RT's pages, such as `en`; at most 16 bytes.

    Accounts that rtorm logs in with need English.
    """
    privileged: Attr[bool] = attr("Privileged", FLAG, default=False)
    """Whether the user may be granted rights."""
    disabled: Attr[bool] = attr("Disabled", FLAG, default=False)
    """A disabled user cannot log in and answers to the id only.

    A query that asks for `disabled` finds it.
    """
    password: WriteOnly[Password] = attr("Password", SECRET, default=None, stored=False)
    """Written, never shown: None once it is saved.

    Copies and pickles go without it, and no error of a validator tells what it was given.
    """

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None:
            hiding_input(lambda: super(User, self).__setattr__(name, value))

    @property
    def changes(self) -> dict[str, Change[Any]]:
        """As of every record; the password hides itself, whatever a validator has made of it."""
        return {
            name: Change(hidden(change.old), hidden(change.new))
            for name, change in super().changes.items()
        }

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Around all validators, those of subclasses included."""
        return with_hidden_input(handler.resolve_ref_schema(handler(source)))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **settings: Any) -> Self:
        """As in Pydantic; what is no JSON is not shown, either."""
        return hiding_input(lambda: super(User, cls).model_validate_json(json_data, **settings))

    def _summary(self) -> str:
        name = vars(self).get("name")
        return "" if name is None else f" {brief(name)}"

    def __getstate__(self) -> dict[Any, Any]:
        """Pickles, and copies, which are made the same way, go without the password."""
        state = super().__getstate__()
        state["__dict__"].pop("password", None)
        return state
