"""The base of all records: assignment, comparison, and the verbs that a session carries out."""

from __future__ import annotations

import copy
import difflib
import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, cast, dataclass_transform

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from rtorm.errors import DetachedError, NotFound
from rtorm.orm.fields import Bound, Spec, attr, cf, collecting_fields, shown
from rtorm.orm.layout import FieldLayout, Layout, field_validators, layout_of
from rtorm.orm.state import NOT_LOADED, Change, State, TrackedList

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass

    from rtorm.orm.layout import Validate
    from rtorm.orm.outcome import SaveResult, Verify
    from rtorm.orm.state import Owner
else:
    ModelMetaclass = type(BaseModel)

__all__ = ["Record", "RecordMeta", "checked", "run_model_validators", "violations"]

_set = object.__setattr__


@dataclass_transform(kw_only_default=True, field_specifiers=(attr, cf, shown))
class RecordMeta(ModelMetaclass):
    """Builds a Pydantic class and puts a column on it for each field."""

    if not TYPE_CHECKING:

        def __new__(mcs, name, bases, namespace, **kwargs):
            """Build the class; declarations become Pydantic fields, then columns."""
            inherited = {}
            for base in reversed(bases):
                inherited.update(getattr(base, "__rt_specs__", {}))
            specs = inherited | {k: v for k, v in namespace.items() if isinstance(v, Spec)}
            declared = namespace.get("__annotations__", {})
            for field in specs:
                if field in declared or isinstance(namespace.get(field), Spec):
                    namespace[field] = specs[field].field_info()
            probing = collecting_fields.set(True)
            try:
                cls = super().__new__(mcs, name, bases, namespace, **kwargs)
            finally:
                collecting_fields.reset(probing)
            cls.__rt_specs__, cls.__rt_layout__, cls.__rt_validators__ = specs, None, {}
            for field in cls.__pydantic_fields__:
                if field not in specs:
                    message = f"{name}.{field} is not declared: write `{field}: CF[...] = cf('Its name')`"
                    raise TypeError(message)
                type.__setattr__(cls, field, Bound(field, specs[field].wire))
            return cls


class Record(BaseModel, metaclass=RecordMeta):
    """Something that RT holds, as a Pydantic model that tracks its changes.

    Records compare by identity: one session has one record for one id.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    __slots__ = ("__rt_state__", "__weakref__")

    __rt_kind__: ClassVar[str] = ""
    __rt_affects__: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    __rt_specs__: ClassVar[dict[str, Spec]] = {}
    __rt_layout__: ClassVar[Layout | None] = None
    __rt_validators__: ClassVar[dict[str, Validate]] = {}

    if TYPE_CHECKING:

        @property
        def __rt_state__(self) -> State: ...

    else:

        def __new__(cls, *args, **kwargs):
            self = super().__new__(cls)
            _set(self, "__rt_state__", State())
            return self

        def __setattr__(self, name, value):
            cls = type(self)
            check = (cls.__rt_validators__ or _cut_validators(cls)).get(name)
            if check is None:
                return _refuse_assignment(self, name, value)
            try:
                value = check(value)
            except ValidationError as error:
                raise violations(cls, name, error) from None
            _assign(self, name, value)

        def __delattr__(self, name):
            message = f"fields cannot be deleted: assign an empty value to {name!r}"
            raise AttributeError(message)

        __eq__ = object.__eq__
        __hash__ = object.__hash__

    @classmethod
    def __rt_class_for__(cls, fields: Mapping[str, str]) -> type[Self] | None:
        """The class as which a record with these fields loads, None if it is not one of `cls`."""
        del fields
        return cls

    def model_post_init(self, context: Any, /) -> None:
        """Take what the constructor was given as the new record's changes."""
        del context
        values, given = vars(self), self.__pydantic_fields_set__
        fields = layout_of(type(self)).fields
        for name in list(values):
            if name not in given:
                del values[name]
            elif fields[name].read_only:
                message = f"{name} cannot be given: RT sets it"
                raise PydanticCustomError("read_only", message)  # type: ignore[arg-type]
            else:
                self.__rt_state__.original[name] = NOT_LOADED
                values[name] = _tracked(self, name, values[name])

    def __rt_absent__(self, name: str) -> Any:
        """The value of a field that is not in the instance: its default, or loaded now."""
        field = layout_of(type(self)).fields[name]
        if not self.__rt_state__.persistent or not field.spec.stored:
            return self._default(name)
        self._owner(f"load {name}").load(self, name)
        if name not in vars(self):
            message = (
                f"RT does not show {field.spec.wire} of {self!r}: the queue does not have it, or "
                "the account may not see it (SeeCustomField)"
            )
            raise NotFound(message)
        return vars(self)[name]

    def _default(self, name: str) -> Any:
        value = type(self).model_fields[name].get_default(call_default_factory=True)
        if isinstance(value, list):
            vars(self)[name] = value = _tracked(self, name, value)
        return value

    def _owner(self, purpose: str) -> Owner:
        if self.__rt_state__.session is None:
            message = f"cannot {purpose}: {self!r} belongs to no session; add it with session.add()"
            raise DetachedError(message)
        return self.__rt_state__.session

    @property
    def is_dirty(self) -> bool:
        """Whether any field differs from what RT last said, or, of a new record, is set."""
        return bool(self.__rt_state__.original) and bool(self.changes)

    @property
    def changes(self) -> dict[str, Change[Any]]:
        """What a save would send: attribute name to `Change(old, new)`.

        A field that was set and set back is not among them.
        """
        fields, values = layout_of(type(self)).fields, vars(self)
        return {
            name: Change(old, _plain(values[name]))
            for name, old in self.__rt_state__.original.items()
            if name in values and self._differs(fields[name], old, values[name])
        }

    def _differs(self, field: FieldLayout, old: Any, new: Any) -> bool:
        if old is NOT_LOADED:
            return True
        if field.name in self.__rt_state__.undecoded:
            return bool(old != new)
        return not field.codec.same(old, new)

    @property
    def errors(self) -> dict[str, list[str]]:
        """What RT refused and why, by attribute name; `""` is the record as a whole.

        Assigning an attribute clears its entry.
        """
        return self.__rt_state__.errors

    def save(self, *, check: bool = False, verify: Verify | None = None) -> SaveResult:
        """Send what has changed, in one request, and nothing else; nothing changed, no request.

        Args:
            check: Compare first what is about to be written with the server, in one request, and
                send nothing if someone else changed it. A moment between the two requests remains.
            verify: `"risky"` reads back what RT can lose in silence, `"always"` all that was sent,
                `"never"` nothing; None as the session says.

        Returns:
            What RT accepted.

        Raises:
            RejectedError: Nothing was applied; `errors` says why, by attribute.
            PartialSaveError: Some fields were applied; the refused ones stay dirty.
            StaleError: `check` found a foreign change; nothing was sent.
            NotFound: The record is gone.
            PermissionDenied: The account may not modify the record.
            OutcomeUnknownError: The reply was lost. An edit may be saved again.
            DetachedError: The record belongs to no session.
        """
        return self._owner("save").save(self, check=check, verify=verify)

    def refresh(self, *names: str, keep_changes: bool = False) -> None:
        """Load fields anew; all of them when no names are given.

        Args:
            names: Attributes to load.
            keep_changes: Keep what was assigned here, on top of the server's new values. Without
                it, unsaved changes of these fields are dropped.

        Raises:
            NotFound: The record is gone.
            DetachedError: The record belongs to no session.
        """
        self._known(names)
        self._owner("refresh").refresh(self, names, keep_changes=keep_changes)

    def discard(self, *names: str) -> None:
        """Drop unsaved changes of these fields, or of all; sends nothing."""
        self._known(names)
        state, values = self.__rt_state__, vars(self)
        for name in names or tuple(state.original):
            if name not in state.original:
                continue
            old = state.original.pop(name)
            if old is NOT_LOADED:
                values.pop(name, None)
            else:
                values[name] = _tracked(self, name, old)
        for name in names or tuple(state.errors):
            state.errors.pop(name, None)

    def delete(self) -> None:
        """Delete the record in RT at once; what was not saved of it is dropped.

        Raises:
            RejectedError: RT refused.
            PermissionDenied: The account lacks the right DeleteTicket.
            DetachedError: The record belongs to no session.
        """
        self._owner("delete").delete(self)

    def _known(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in type(self).__pydantic_fields__:
                _refuse_name(self, name)

    def __repr__(self) -> str:
        values, state = vars(self), self.__rt_state__
        number = values.get("id") if state.persistent else "new"
        return f"<{type(self).__name__} {number}{self._summary()}{'*' if self.is_dirty else ''}>"

    def _summary(self) -> str:
        return ""

    __str__ = __repr__

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from vars(self).items()

    def __getstate__(self) -> dict[Any, Any]:
        values = {name: _plain(value) for name, value in vars(self).items()}
        state = self.__rt_state__
        kept = {
            "original": dict(state.original),
            "errors": {name: list(said) for name, said in state.errors.items()},
            "undecoded": dict(state.undecoded),
            "persistent": state.persistent,
            "deleted": state.deleted,
        }
        return super().__getstate__() | {"__dict__": values, "rtorm": kept}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        kept = state.pop("rtorm")
        super().__setstate__(state)
        for name, value in kept.items():
            setattr(self.__rt_state__, name, value)
        for name, value in vars(self).items():
            vars(self)[name] = _tracked(self, name, value)

    def __copy__(self) -> Self:
        other = type(self).__new__(type(self))
        other.__setstate__(self.__getstate__())
        return other

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        other = type(self).__new__(type(self))
        other.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return other


def _cut_validators(cls: type[Record]) -> dict[str, Validate]:
    fields = layout_of(cls).fields
    cut = {
        name: validate
        for name, validate in field_validators(cls).items()
        if not fields[name].read_only and fields[name].spec.editable
    }
    type.__setattr__(cls, "__rt_validators__", cut)
    return cut


def _assign(record: Record, name: str, value: Any) -> None:
    values, state = vars(record), record.__rt_state__
    if type(value) is list:
        value = TrackedList.track(cast("list[Any]", value), record, name)
    old = values.get(name, NOT_LOADED)
    if name not in state.original and (old is NOT_LOADED or old != value):
        state.touch(record, name, _plain(old))
    values[name] = value
    if state.errors:
        state.errors.pop(name, None)


def _refuse_assignment(record: Record, name: str, value: Any) -> None:
    if name.startswith("_"):
        _set(record, name, value)
        return
    field = layout_of(type(record)).fields.get(name)
    if field is None:
        _refuse_name(record, name)
    if field.read_only:
        message = f"{type(record).__name__}.{name} is read-only: RT sets it"
        raise AttributeError(message)
    if record.__rt_state__.persistent:
        message = f"{type(record).__name__}.{name} can be given only when the record is created"
        raise AttributeError(message)
    _assign(record, name, checked(type(record), name, value))


def _refuse_name(record: Record, name: str) -> NoReturn:
    known = type(record).__pydantic_fields__
    near = difflib.get_close_matches(name, known, 3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    message = f"{type(record).__name__} has no field {name!r}{hint}"
    raise AttributeError(message)


def checked(cls: type[Record], name: str, value: Any) -> Any:
    """The value as the field's own validators leave it.

    Raises:
        ValidationError: The value does not fit the field.
    """
    try:
        return field_validators(cls)[name](value)
    except ValidationError as error:
        raise violations(cls, name, error) from None


def violations(cls: type[Record], name: str, error: ValidationError) -> ValidationError:
    """The same errors, told of the class and the attribute."""
    details: list[InitErrorDetails] = []
    for row in error.errors(include_url=False):
        kind = PydanticCustomError(row["type"], row["msg"])  # type: ignore[arg-type]
        details.append({"type": kind, "loc": (name, *row["loc"]), "input": row["input"]})
    return ValidationError.from_exception_data(cls.__name__, details)


def run_model_validators(record: Record) -> list[str]:
    """What the class's own `@model_validator(mode="after")` methods object to."""
    said: list[str] = []
    for name, decorator in type(record).__pydantic_decorators__.model_validators.items():
        if decorator.info.mode != "after":
            continue
        method = getattr(record, name)
        try:
            method(*[None] * len(inspect.signature(method).parameters))
        except (ValueError, AssertionError) as error:
            said.append(str(error))
    return said


def _tracked(record: Record, name: str, value: Any) -> Any:
    if isinstance(value, list):
        return TrackedList.track(cast("list[Any]", value), record, name)
    return value


def _plain(value: Any) -> Any:
    return list(cast("list[Any]", value)) if isinstance(value, list) else value

