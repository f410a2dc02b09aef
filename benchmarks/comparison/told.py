"""What a client told its caller of one call: what it gave back, raised, or warned of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["RaisedError", "Told", "asked"]


class RaisedError(Exception):
    """What a client in another process raised.

    Attributes:
        kind: Its class, as that language calls it.
    """

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller of one call learns.

    Attributes:
        raised: The class of the exception; empty if there was none.
        said: Its text, or what was given back.
        warned: Warnings that were given meanwhile.
        given: What was given back.
    """

    raised: str
    said: str
    warned: str = ""
    given: object = None

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(part for part in (self.raised, self.said, self.warned) if part)


def asked(call: Callable[[], object]) -> Told:
    """Make a call and note what is told."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            result = call()
        except NotImplementedError:
            raise
        except RaisedError as error:
            raised, said, result = error.kind, str(error), None
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
            raised, said, result = type(error).__name__, str(error), None
        else:
            raised, said = "", repr(result)
    warned = "\n".join(str(each.message) for each in given if _is_meant(each.category))
    return Told(raised, said, warned, result)


def _is_meant(category: type[Warning]) -> bool:
    return not issubclass(category, DeprecationWarning | ResourceWarning)
