"""What shows itself as a table, in a notebook and on a Rich console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rtorm.display.html import html_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rtorm.display.tables import Table

__all__ = ["Brief", "Shown"]


class Brief:
    """Has Rich show a Pydantic model within other things by its `repr`, not field by field."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __rich_repr__(self) -> None:
            """Nothing but the `repr`."""


class Shown:
    """Gives a class the two looks of its table. To look at something asks RT for nothing."""

    __slots__ = ()

    def __rt_table__(self) -> Table:
        """What is shown; nothing is loaded for it."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return html_of(self.__rt_table__())

    def __rich__(self) -> RenderableType:
        """What `rich.print` shows."""
        # Whoever asks has Rich; nobody else need.
        from rtorm.display.rich import rich_of  # noqa: PLC0415

        return rich_of(self.__rt_table__())
