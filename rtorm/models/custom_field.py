"""What RT tells of a custom field: of a queue's tickets, of a queue, of a group."""

from __future__ import annotations

from pydantic import BaseModel

from rtorm.display.showing import Brief
from rtorm.gateway import Definition
from rtorm.orm.declaring.describing import describe
from rtorm.texts import brief

__all__ = ["CustomField", "custom_field_of"]


class CustomField(Brief, BaseModel, frozen=True):
    """A custom field of a queue's tickets, or of a queue or a group itself, as far as RT tells."""

    id: int | None = None
    """Its number in RT; None where RT does not tell it (RT 4 does not)."""
    name: str
    """Its name, as it is declared with `cf(name)`."""
    description: str = ""
    """What it is for."""
    type: str
    """Its kind in RT's words: `Select`, `Freeform`, `Text`, `Date`, `DateTime`, `IPAddress` …"""
    multiple: bool = False
    """Whether it holds several values."""
    maximum: int | None = None
    """How many values it holds at most; None for any number, or where RT does not tell it.

    RT 4 does not.
    """
    pattern: str = ""
    """What values must match; empty if nothing.

    It is a Perl regular expression, in place of which RT 4 tells its comment in brackets if it has
    one, such as `[Digits]`.
    """
    values: tuple[str, ...] | None = None
    """The values to choose from, in RT's order.

    None for a kind without them, or where RT does not tell them (RT 4 does not).
    """

    def __repr__(self) -> str:
        several = "several " if self.multiple else ""
        return f"<CustomField {brief(self.name)} {several}{self.type}>"


describe(CustomField)


def custom_field_of(definition: Definition, values: tuple[str, ...] | None = None) -> CustomField:
    """The custom field that the server defines, with the values to choose from."""
    return CustomField(
        id=definition.id,
        name=definition.name,
        description=definition.description,
        type=definition.type,
        multiple=definition.multiple,
        maximum=definition.maximum,
        pattern=definition.pattern,
        values=values,
    )
