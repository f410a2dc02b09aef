"""How RT has the custom fields of a kind of record: named, written, shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, get_origin

from rtorm.orm.declaring.kinds import check_texts
from rtorm.orm.fields import ReadOnly, Spec, declared_type

__all__ = ["SHOWN", "WRITTEN", "CustomFields", "is_lowered_wrongly", "is_unnamable"]


@dataclass(frozen=True, slots=True)
class CustomFields:
    """The custom fields of a kind of record in REST 1.0.

    Attributes:
        name: How RT calls one, with `{}` in place of its own name.
        writable: Whether RT takes values.
        askable: Whether RT shows one that is asked for by name.
        quoted: Whether RT quotes a value among several that holds a comma.
    """

    name: str
    writable: bool
    askable: bool
    quoted: bool

    def of(self, spec: Spec) -> Spec:
        """The declaration of a field, as this kind of record has it."""
        if not spec.custom:
            return spec
        return replace(
            spec,
            wire=self.name.format(spec.custom),
            creatable=self.writable,
            editable=self.writable,
            lost_on_create=self.writable,
            askable=self.askable,
            joined=not self.quoted,
        )

    def check(self, called: str, spec: Spec, annotation: Any) -> None:
        """Refuse a declaration that this kind of record cannot have.

        Args:
            called: The attribute and its class.
            spec: The declaration.
            annotation: Its type.

        Raises:
            TypeError: RT does not write the field, or its name cannot be told from its value, or
                it is true or false and its texts are not known.
        """
        if not spec.custom:
            return
        check_texts(called, declared_type(annotation), spec.texts)
        if self.writable:
            return
        if get_origin(annotation) is not ReadOnly:
            message = (
                f"{called}: RT's REST 1.0 only shows the custom field {spec.custom!r} and never "
                "writes it: declare it as ReadOnly[its type]"
            )
            raise TypeError(message)
        if ": " in spec.custom:
            message = (
                f"{called}: RT shows `{spec.wire}: value`, of which it cannot be told where the "
                "name of the custom field ends"
            )
            raise TypeError(message)


def is_unnamable(name: str) -> bool:
    """Whether RT cannot be told of a custom field by this name: a comma ends it (RT 3.8-6.0)."""
    return "," in name


def is_lowered_wrongly(name: str) -> bool:
    """Whether RT does not find a custom field by this name in an edit.

    It looks for the name in small letters, and SQLite takes no others for the same than those of
    ASCII (RT 4.4-5.0).
    """
    return any(letter.lower() != letter for letter in name if not letter.isascii())


WRITTEN: Final = CustomFields("CF.{{{}}}", writable=True, askable=True, quoted=True)
"""Those of tickets (RT 4.4-6.0)."""

SHOWN: Final = CustomFields("CF-{}", writable=False, askable=False, quoted=False)
"""Those that queues, groups and users have themselves (RT 4.4-5.0).

Asked for by name, as `CF-Name`, RT shows none of them: it takes the name for `CF.{Name}`.
"""
