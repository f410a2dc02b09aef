"""A custom field whose values are of several kinds, each of which has a text of its own; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_TEXT, Codec, same_letters
from rtorm.rest1.forms import EncodeError

__all__ = ["Kind", "one_of"]

# RT shows the dates of custom fields in UTC.
_SHOWN = Clock(UTC, exact=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    Attributes:
        holds: Whether a value is of this kind.
        codec: How it is read and written.
    """

    holds: Callable[[Any], bool]
    codec: Codec


def one_of(kinds: Sequence[Kind]) -> Codec:
    """A field that holds a value of any of these kinds.

    What RT shows is of the first kind that would be shown so: `007` is no number beside texts, but
    a text. Where no kind would, and text is none of them, it is of the first that can read it.
    Texts come last.

    Args:
        kinds: The kinds, in the order in which they are tried.
    """
    texts = [kind for kind in kinds if kind.codec is CF_TEXT]
    others = [kind for kind in kinds if kind.codec is not CF_TEXT]

    def exactly(text: str, clock: Clock) -> Any:
        for kind in others:
            try:
                value = kind.codec.decode(text, clock)
                if same_letters(kind.codec.encode(value, _SHOWN), text):
                    return value
            except (ValueError, OverflowError):
                continue
        return text

    def decode(text: str, clock: Clock) -> Any:
        value = exactly(text, clock)
        return value if texts or not isinstance(value, str) else _first(others, text, clock)

    def encode(value: Any, clock: Clock) -> str:
        found = next((kind for kind in (*others, *texts) if kind.holds(value)), None)
        if found is None:
            message = f"{type(value).__name__} is none of the types that the field may have"
            raise EncodeError(message)
        return found.codec.encode(value, clock)

    def alike(compare: Callable[[Codec], Callable[[Any, Any], bool]]) -> Callable[..., bool]:
        def equal(one: Any, other: Any) -> bool:
            # A text and a value of another kind may be shown alike.
            left, right = (exactly(v, _SHOWN) if isinstance(v, str) else v for v in (one, other))
            return any(compare(kind.codec)(left, right) for kind in kinds)

        return equal

    return Codec(
        decode,
        encode,
        alike(lambda codec: codec.same),
        kept=alike(lambda codec: codec.kept or codec.same),
    )


def _first(kinds: Sequence[Kind], text: str, clock: Clock) -> Any:
    for kind in kinds:
        try:
            return kind.codec.decode(text, clock)
        except (ValueError, OverflowError):
            continue
    message = f"none of the types that the field may have: {text!r}"
    raise ValueError(message)
