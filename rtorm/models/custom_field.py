"""What RT tells of a custom field: of a queue's tickets, of a queue, of a group."""

from __future__ import annotations

from pydantic import BaseModel

from rtorm.gateway import Definition

__all__ = ["CustomField", "custom_field_of"]


class CustomField(BaseModel, frozen=True):
    """A custom field of a queue's tickets, or of a queue or a group itself, as far as RT tells.

    Attributes:
        id: Its number in RT; None where RT does not tell it (REST 1.0 does not).
        name: Its name, as it is declared with `cf(name)`.
        description: What it is for.
        type: Its kind in RT's words: `Select`, `Freeform`, `Text`, `Date`, `DateTime`,
            `IPAddress` …
        multiple: Whether it holds several values.
        pattern: What values must match: a comment of RT's in brackets, such as `[Digits]`, or a
            Perl regular expression; empty if nothing.
        values: The values to choose from; None where RT does not tell them (REST 1.0 does not).
    """

    id: int | None = None
    name: str
    description: str = ""
    type: str
    multiple: bool = False
    pattern: str = ""
    values: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        several = "several " if self.multiple else ""
        return f"<CustomField {self.name!r} {several}{self.type}>"


def custom_field_of(definition: Definition) -> CustomField:
    """The custom field that the server defines."""
    return CustomField(
        name=definition.name,
        description=definition.description,
        type=definition.type,
        multiple=definition.multiple,
        pattern=definition.pattern,
    )
