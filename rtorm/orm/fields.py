"""How a field is declared: `Attr`, `CF`, `ReadOnly`, `attr()`, `cf()`; and its descriptor.

`severity: CF[str | None] = cf("Severity", default=None)` reads, for type checkers, as a column on
the class and as `str | None` on an instance; for Pydantic, as a plain field of that type.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    Never,
    TypeVar,
    get_args,
    get_origin,
    overload,
)

from pydantic import AfterValidator, BeforeValidator, Field

from rtorm.orm.columns import Column
from rtorm.orm.declaring.instants import instants_kept
from rtorm.rest1.checks import check_line
from rtorm.rest1.codecs import Codec

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic_core import CoreSchema

    from rtorm.orm.record import Record

__all__ = [
    "CF",
    "Attr",
    "Bound",
    "ReadOnly",
    "Reference",
    "Spec",
    "WriteOnly",
    "attr",
    "cf",
    "collecting_fields",
    "declared_type",
    "hidden",
    "shown",
]

T = TypeVar("T")
R = TypeVar("R")


class _Declared(Generic[T]):
    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> Column[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object | None, owner: object) -> Column[T] | T: ...

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(declared_type(source))


class Attr(_Declared[T]):
    """A field that can be assigned: `subject: Attr[str]`.

    Read on a record it is a value, on the class a column to build conditions with.
    """

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T) -> None: ...


class CF(Attr[T]):
    """A custom field: `severity: CF[str | None] = cf("Severity", default=None)`.

    The type chooses how RT's text is read and written: `str`, `int`, `date`, `datetime` (with a
    time zone), IP addresses and networks of `ipaddress`, `Literal`, an `Enum`, else whatever
    Pydantic makes of text and back; `list` of one of these where the field has several values; and
    `None` beside it where it may have none, as every field of RT may.
    """


class Reference(_Declared[Any], Generic[R]):
    """A field that holds the name of another record, and takes the record, too.

    `queue: Reference[Queue]` reads as `str` and is assigned, or compared with, a name or a `Queue`.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> Column[str | R]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> str: ...
        def __get__(self, instance: object | None, owner: object) -> Column[str | R] | str: ...

        def __set__(self, instance: object, value: str | R) -> None: ...


class ReadOnly(_Declared[T]):
    """A field that is read only: RT sets it by itself, or does not take it over REST 1.0.

    So `created: ReadOnly[datetime]`; so are the custom fields of queues, groups and users, and what
    a program shall not write: `picture: ReadOnly[str | None] = cf("Picture", default=None)`.
    """

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: Never) -> None: ...


class WriteOnly(_Declared[T | None], Generic[T]):
    """A field that RT takes and never shows: read, it is None unless it was just assigned."""

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: T) -> None: ...


def declared_type(annotation: Any) -> Any:
    """The type that a field holds: the `T` of `CF[T]`, the name for a `Reference`.

    Raises:
        TypeError: The annotation is none of `Attr[T]`, `CF[T]`, `ReadOnly[T]`, `Reference[R]`.
    """
    origin = get_origin(annotation)
    if not (isinstance(origin, type) and issubclass(origin, _Declared)):
        message = f"a field is annotated as CF[its type], not as {annotation!r}"
        raise TypeError(message)
    [held] = get_args(annotation)
    if issubclass(origin, Reference):
        return Annotated[str, BeforeValidator(_name_for(held)), AfterValidator(check_line)]
    return held


def _name_for(kind: Any) -> Callable[[Any], Any]:
    def name(value: Any) -> Any:
        return value.name if isinstance(value, kind) else value

    return name


class _Required:
    def __repr__(self) -> str:
        return "<required>"


REQUIRED: Final[Any] = _Required()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a declaration says of a field, beside its type.

    Attributes:
        wire: RT's name of the field when it is shown.
        codec: How it is read and written; None: chosen by the type.
        create_wire: RT's name of it when a record is created, if another.
        edit_wire: RT's name of it when a record is edited, if another.
        creatable: Whether RT takes it when a record is created.
        editable: Whether RT takes it on an existing record.
        stored: Whether RT shows it again (the text of a new ticket it does not).
        dear: Whether it costs RT much to show, so that it is loaded only when touched.
        unlisted: Whether RT shows it only where it is asked for by name.
        optional: Whether RT leaves it out where it does not apply; it is None then.
        by_name: Whether RT takes a number in place of the name that it shows.
        lost_on_create: Whether RT may drop a value in silence when a record is created.
        lost_on_edit: Whether RT may drop a value in silence on an existing record.
        part: What of the record has the field, if not the record itself: `links`. It is shown and
            edited by a form of its own.
        custom: The name of the custom field that it is; empty for RT's own. RT's name of it then
            depends on what kind of record has it.
        number: The number of the custom field that it is, where it was declared.
        askable: Whether RT shows it where it is asked for by name.
        joined: Whether RT shows several values joined by commas without quoting them.
        texts: RT's texts for True and for False, of a custom field that is one of the two.
    """

    wire: str
    codec: Codec | None = None
    create_wire: str = ""
    edit_wire: str = ""
    creatable: bool = True
    editable: bool = True
    stored: bool = True
    dear: bool = False
    unlisted: bool = False
    optional: bool = False
    by_name: bool = False
    lost_on_create: bool = False
    lost_on_edit: bool = False
    part: str = ""
    custom: str = ""
    number: int | None = None
    askable: bool = True
    joined: bool = False
    texts: tuple[str, str] | None = None
    default: Any = REQUIRED
    default_factory: Callable[[], Any] | None = None

    @property
    def column(self) -> str:
        """RT's name of it in queries: by its number, where it was declared."""
        return self.wire if self.number is None else self.edit_wire

    def field_info(self) -> FieldInfo:
        """The same declaration as Pydantic wants it."""
        info: FieldInfo
        if self.default_factory is not None:
            info = Field(default_factory=self.default_factory)
        elif self.default is REQUIRED:
            info = Field()
        else:
            info = Field(default=self.default)
        if self.custom:
            info.metadata.append(AfterValidator(instants_kept))
        return info


def attr(
    wire: str,
    codec: Codec,
    *,
    default: Any = REQUIRED,
    default_factory: Callable[[], Any] | None = None,
    **flags: Any,
) -> Any:
    """Declare a field of RT's own."""
    return Spec(wire=wire, codec=codec, default=default, default_factory=default_factory, **flags)


def shown(wire: str, codec: Codec, *, init: Literal[False] = False, **flags: Any) -> Any:
    """Declare a field that RT sets by itself; `init` is for type checkers alone."""
    del init
    return Spec(wire=wire, codec=codec, default=None, creatable=False, editable=False, **flags)


def hidden(*, init: Literal[False] = False) -> Any:
    """For type checkers: an attribute that the constructor does not take."""
    return init


def cf(
    name: str,
    *,
    id: int | None = None,  # noqa: A002 - RT's own word
    true: str | None = None,
    false: str | None = None,
    default: Any = REQUIRED,
    default_factory: Callable[[], Any] | None = None,
) -> Any:
    """Declare a custom field, as `CF[its type]`, or as `ReadOnly[its type]` to only read it.

    A value is validated when it is assigned; what RT shows is read as far as it fits, and stays
    text where it does not; `state_of(record).undecoded` lists it then, but for a choice that a
    `Literal` does not have, which is shown as it is. Custom fields that queues,
    groups and users have themselves are `ReadOnly`, since REST 1.0 shows them and never writes
    them.

    RT has no fields that are true or false, so that a `CF[bool]` is declared with the texts that
    stand for the two: `urgent: CF[bool | None] = cf("Urgent", true="yes", false="no",
    default=None)`. They are read without regard to the case of letters, as RT keeps choices. An
    empty field is None; of a `CF[bool]` it is neither, and stays an empty text, unless one of the
    two texts is empty: `cf("Urgent", true="yes", false="")` is False where nothing is chosen.

    Args:
        name: Its name in RT, as RT shows it.
        id: Its number in RT. It is written by this number, which is the only way for names that
            RT cannot be told: with a comma, or borne by two fields (RT 4.4-6.0, REST 1.0).
        true: RT's text for True; with `false`, for `bool` and no other type.
        false: RT's text for False.
        default: The value of a new record; it is not sent, so that the queue's own default
            applies. Without any default the constructor demands a value, so that `ReadOnly` fields
            need one.
        default_factory: Makes that value, for lists: `default_factory=list`.

    Returns:
        What the class makes its field of; type checkers take it for the field's type.

    Raises:
        ValueError: The name is empty, or `id` no number from 1, or `true` and `false` are the same
            but for the case of letters.
        TypeError: Only one of `true` and `false` is given.
    """
    if not name.strip():
        message = f"cf({name!r}): give the custom field's name, as RT shows it"
        raise ValueError(message)
    if id is not None and (type(id) is not int or id < 1):
        message = f"cf({name!r}, id={id!r}): give the custom field's number in RT, an int from 1"
        raise ValueError(message)
    if (true is None) != (false is None):
        message = f"cf({name!r}): give both texts, true= and false=, or none of them"
        raise TypeError(message)
    if true is not None and false is not None and true.lower() == false.lower():
        message = f"cf({name!r}, true={true!r}, false={false!r}): RT could not tell the two apart"
        raise ValueError(message)
    by_id = f"CF.{{{id}}}" if id is not None else ""
    return Spec(
        wire=name,
        create_wire=by_id,
        edit_wire=by_id,
        custom=name,
        number=id,
        texts=None if true is None or false is None else (true, false),
        default=default,
        default_factory=default_factory,
    )


collecting_fields: ContextVar[bool] = ContextVar("collecting_fields", default=False)
"""Set while Pydantic builds a class and probes the attributes of its bases."""


class Bound:
    """What stands on the class for a field: a column there, the deferred load on an instance.

    A non-data descriptor: Python asks it for an instance only while the value is not in the
    instance's `__dict__`, so a loaded field costs nothing extra.
    """

    __slots__ = ("name", "wire")

    def __init__(self, name: str, wire: str) -> None:
        self.name = name
        self.wire = wire

    def __get__(self, instance: Record | None, owner: type[Record]) -> Any:
        if instance is not None:
            return instance.__rt_absent__(self.name)
        if collecting_fields.get():
            raise AttributeError(self.name)
        return Column[Any](self.name, self.wire)
