"""The base of all records: assignment, comparison, and the verbs that a session carries out."""

from __future__ import annotations

import copy
import difflib
import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticUndefined

from rtorm.display.records import record_table
from rtorm.display.showing import Brief, Shown
from rtorm.errors import DetachedError, NotFound, NotLoadedError
from rtorm.orm.declaring.custom import WRITTEN, CustomFields
from rtorm.orm.declaring.layout import FieldLayout, Layout, layout_of
from rtorm.orm.declaring.metaclass import RecordMeta
from rtorm.orm.fields import ReadOnly, Spec, hidden, shown
from rtorm.orm.records.checking import checked, validators_of, violations
from rtorm.orm.records.defined import PREFIX, layout_for
from rtorm.orm.state import NOT_LOADED, Change, State, TrackedList
from rtorm.rest1.codecs import INTEGER

if TYPE_CHECKING:
    from rtorm.display.tables import Table
    from rtorm.orm.declaring.layout import Validate
    from rtorm.orm.records.results import SaveResult, Verify
    from rtorm.orm.state import Owner

__all__ = ["Record"]

_set = object.__setattr__
_CUSTOM = PREFIX.rstrip(".")


class Record(Brief, Shown, BaseModel, metaclass=RecordMeta):
    """Something that RT holds, as a Pydantic model that tracks its changes.

    Records compare by identity: one session has one record for one id. A dump (`model_dump`,
    `model_dump_json`) holds the fields that are loaded, and loads nothing.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    __slots__ = ("__rt_state__", "__weakref__")

    __rt_kind__: ClassVar[str] = ""
    # Whether it answers to a name, too.
    __rt_named__: ClassVar[bool] = False
    __rt_affects__: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    __rt_custom_fields__: ClassVar[CustomFields] = WRITTEN
    __rt_specs__: ClassVar[dict[str, Spec]] = {}
    # Fields of what hangs on the record, such as `links.depends_on`, with their types.
    __rt_parts__: ClassVar[Mapping[str, tuple[Spec, Any]]] = {}
    # The fields that show the same at the other end of a link.
    __rt_mirrors__: ClassVar[Mapping[str, str]] = {}
    __rt_layout__: ClassVar[Layout | None] = None
    __rt_validators__: ClassVar[dict[str, Validate]] = {}

    id: ReadOnly[int] = shown("id", INTEGER, init=False)
    """Its number in RT; None until it is created."""

    if TYPE_CHECKING:
        __rt_state__: State = hidden()

    else:

        def __new__(cls, /, *_args: Any, **_kwargs: Any) -> Self:
            """Give each record its state, however it comes to be."""
            self = BaseModel.__new__(cls)
            _set(self, "__rt_state__", State())
            return self

        def __setattr__(self, name: str, value: Any) -> None:
            cls = type(self)
            check = (cls.__rt_validators__ or validators_of(cls)).get(name)
            if check is None:
                _assign_otherwise(self, name, value)
                return
            try:
                valid = check(value)
            except ValidationError as error:
                _undo(self, name, value)
                raise violations(cls, error, tuple(name.split("."))) from None
            _assign(self, name, valid, value)

        def __delattr__(self, name: str) -> None:
            if name in type(self).__pydantic_fields__:
                message = f"fields cannot be deleted: assign an empty value to {name!r}"
                raise AttributeError(message)
            super().__delattr__(name)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)

    @classmethod
    def __rt_declared__(cls) -> None:
        """Take note that the class is ready."""

    @classmethod
    def __rt_class_for__(cls, fields: Mapping[str, str]) -> type[Self] | None:
        """The class as which a record with these fields loads, None if it is not one of `cls`."""
        del fields
        return cls

    @classmethod
    def __rt_hidden__(cls, fields: Mapping[str, str]) -> str:
        """Why what the server shows is no record but emptiness; nothing if it is one."""
        del fields
        return ""

    def __rt_begin__(self) -> None:
        """Take what the constructor was given as the new record's changes."""
        values, given = vars(self), self.__pydantic_fields_set__
        original, fields = self.__rt_state__.original, layout_of(type(self)).fields
        if refused := [name for name in values if name in given and fields[name].read_only]:
            raise _not_to_be_given(self, refused)
        # What is noted already was assigned by a `model_post_init` that now calls its base's.
        for name in [name for name in values if name not in original]:
            if name in given:
                original[name] = NOT_LOADED
                values[name] = _tracked(self, name, values[name])
            else:
                del values[name]

    def model_post_init(self, context: Any, /) -> None:
        """Nothing more: the metaclass has what was given to the constructor tracked before."""

    def __rt_absent__(self, name: str) -> Any:
        """The value of a field that is not in the instance: its default, or loaded now."""
        field = layout_for(self).fields[name]
        if self._never_loads(field):
            return self._default(field)
        self.__rt_load__(name)
        if name not in vars(self):
            owner = "the queue" if type(self).__rt_kind__ == "ticket" else "it"
            message = (
                f"RT does not show {field.spec.wire} of {self!r}: {owner} does not have it, or "
                "the account may not see it (SeeCustomField)"
            )
            raise NotFound(message)
        return vars(self)[name]

    def __rt_related__(self, name: str, empty: Any) -> Any:
        """What is loaded by requests of its own: loaded now if it is not there yet."""
        held = vars(self)
        if name not in held:
            if not self.__rt_state__.persistent:
                return empty
            self.__rt_load__(name)
        return held[name]

    def __rt_load__(self, name: str) -> None:
        """Load what is read and not there, unless its query did not want that."""
        owner, state = self._owner(f"load {name}"), self.__rt_state__
        if state.strict and name not in state.told:
            raise _not_loaded(self, name)
        owner.load(self, name)

    def __rt_define__(self) -> None:
        """Have the custom fields known that the server defines."""
        owner, state = self._owner("tell its custom fields", new=True), self.__rt_state__
        if state.strict and (state.defined is None or state.unread is None):
            raise _not_loaded(self, _CUSTOM)
        owner.define(self)

    def __rt_changing__(self, name: str, values: TrackedList[Any]) -> None:
        """Take note that a list is about to change in place, before it does."""
        if values.forgotten:
            message = f"this list of {self!r} is out of date: read {name} again and change that one"
            raise DetachedError(message)
        state, held = self.__rt_state__, vars(self)
        field = layout_for(self).fields[name]
        unset = name not in held and self._never_loads(field)
        if values is not (state.defaults if unset else held).get(name):
            return  # Another value has taken its place since.
        _check_assignable(self, field)
        if unset:
            held[name] = state.defaults.pop(name)
        if name in state.original:
            state.errors.pop(name, None)
        else:
            _touch(self, name, list(values))

    def _never_loads(self, field: FieldLayout) -> bool:
        if not (self.__rt_state__.persistent and field.spec.stored):
            return True
        # Before a ticket is in another queue, RT shows nothing of that one's custom fields.
        return field.name.startswith(PREFIX) and self.__rt_moves__()

    def __rt_moves__(self) -> bool:
        """Whether a ticket is about to go to another queue."""
        return "queue" in self.__rt_state__.original and "queue" in self.changes

    def _default(self, field: FieldLayout) -> Any:
        defaults, name = self.__rt_state__.defaults, field.name
        if name in defaults:
            return defaults[name]
        declared = type(self).__pydantic_fields__.get(name)
        value: Any = [] if field.many else None
        if declared is not None:
            value = declared.get_default(call_default_factory=True)
        if value.__class__ is list:
            value = defaults[name] = TrackedList.track(value, self, name)
        return None if value is PydanticUndefined else value

    def _owner(self, purpose: str, *, new: bool = False) -> Owner:
        """The session, which does this with records that exist in RT; if `new`, with others too."""
        state = self.__rt_state__
        if state.session is None:
            message = f"cannot {purpose}: {self!r} belongs to no session; add it with session.add()"
            raise DetachedError(message)
        if not (new or state.persistent):
            message = f"cannot {purpose}: {self!r} is not in RT yet; commit it first"
            raise DetachedError(message)
        return state.session

    @property
    def is_dirty(self) -> bool:
        """Whether any field differs from what RT last said, or, of a new record, is set."""
        return bool(self.__rt_state__.original) and bool(self.changes)

    @property
    def changes(self) -> dict[str, Change[Any]]:
        """What a save would send: attribute name to `Change(old, new)`.

        A field that was set and set back is not among them.
        """
        values = vars(self)
        return {
            name: Change(_plain(old), _plain(values[name]))
            for name, old in self.__rt_state__.original.items()
            if name in values and self.__rt_differs__(name, old, values[name])
        }

    def __rt_differs__(self, name: str, old: Any, new: Any) -> bool:
        """Whether RT would not keep two values of a field as one."""
        if old is NOT_LOADED:
            return True
        if name in self.__rt_state__.undecoded:
            return bool(old != new)
        try:
            return not layout_for(self).fields[name].codec.same(old, new)
        except (AttributeError, TypeError):
            # A list may hold anything until it is validated by the save.
            return True

    @property
    def errors(self) -> dict[str, list[str]]:
        """What RT refused and why, by attribute name; `""` is the record as a whole.

        Assigning an attribute clears its entry.
        """
        return self.__rt_state__.errors

    def save(self, *, check: bool = False, verify: Verify | None = None) -> SaveResult:
        """Send what has changed, in one request, and nothing else; nothing changed, no request.

        Args:
            check: Compare first what is about to be written with the server, in one request, of a
                ticket in two, and send nothing if someone else changed it. RT has no write with a
                condition, so that others may still come in between; of tickets, RT's history is
                therefore looked at afterwards, and tells what they had set. What this cannot tell
                is listed in the result's `unchecked`: fields that were assigned without being
                read; all fields of queues, users and groups, whose history RT does not tell over
                REST 1.0; and what the account may not see. Of several others at the same moment it
                may tell too much, but what RT itself has not recorded yet it cannot tell.
            verify: `"risky"` reads back what RT can lose in silence, `"always"` all that was sent,
                `"never"` nothing; None as the session says.

        Returns:
            What RT accepted.

        Raises:
            RejectedError: Nothing was applied; `errors` says why, by attribute.
            PartialSaveError: Some fields were applied; the refused ones stay dirty.
            StaleError: `check` found a foreign change; nothing was sent.
            OverwrittenError: Everything was sent, but what RT refused; `check` found afterwards
                that this took the place of a change that came meanwhile.
            NotFound: The record is gone.
            PermissionDenied: The account may not modify the record.
            OutcomeUnknownError: The reply was lost. An edit may be saved again; of a create, its
                `verify()` finds out whether there is a record now.
            DetachedError: The record belongs to no session.
        """
        return self._owner("save", new=True).save(self, check=check, verify=verify)

    def refresh(self, *names: str, keep_changes: bool = False) -> None:
        """Load fields anew; all of them when no names are given.

        Args:
            names: Attributes to load. `attachments` and `history` are only forgotten, and load when
                they are next read.
            keep_changes: Keep what was assigned here, on top of the server's new values. Without
                it, unsaved changes of these fields are dropped.

        Raises:
            NotFound: The record is gone.
            PermissionDenied: The account may not see it any more.
            AttributeError: There is no such field.
            DetachedError: The record belongs to no session.
        """
        owner = self._owner("refresh")
        if any(name.partition(".")[0] == _CUSTOM for name in names):
            owner.define(self)
        expanded = self.__rt_names__(names)
        if expanded or not names:
            owner.refresh(self, expanded, keep_changes=keep_changes)

    def discard(self, *names: str) -> None:
        """Drop unsaved changes of these fields, or of all, and what RT said to them; sends nothing.

        Args:
            names: Attributes, such as `subject`, `links` or `links.depends_on`.

        Raises:
            AttributeError: There is no such field.
        """
        state, values, given = self.__rt_state__, vars(self), names
        names = self.__rt_names__(names)
        for name in names if given else tuple(state.original):
            if name not in state.original:
                continue
            old = state.original.pop(name)
            state.outdated.pop(name, None)
            if old is NOT_LOADED or not state.persistent:
                values.pop(name, None)
            else:
                values[name] = _tracked(self, name, old)
            state.defaults.pop(name, None)
            self.__pydantic_fields_set__.discard(name)
        for name in names if given else tuple(state.errors):
            state.errors.pop(name, None)

    def delete(self) -> None:
        """Delete a ticket in RT at once; what was not saved of it is dropped.

        RT keeps deleted tickets: they answer to their id, and no search finds them.

        Raises:
            RejectedError: RT refused. Queues, users and groups are not deleted but disabled.
            PermissionDenied: The account lacks the right DeleteTicket.
            DetachedError: The record belongs to no session.
        """
        self._owner("delete").delete(self)

    def __rt_names__(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The fields that are meant: `links` is all of its lists.

        Raises:
            AttributeError: There is no such field.
        """
        layout, expanded = layout_for(self), list[str]()
        for name in names:
            if name == _CUSTOM:
                expanded += [each.name for each in layout.fields.values() if each.spec.custom]
                continue
            known = name in layout.fields
            part = [] if known else [f for f in layout.fields if f.startswith(f"{name}.")]
            if not part and name not in layout.fields and name not in layout.related:
                _refuse_name(self, name)
            expanded += part or [name]
        return tuple(expanded)

    def __repr__(self) -> str:
        values, state = vars(self), self.__rt_state__
        number = values.get("id") if state.persistent else "new"
        return f"<{type(self).__name__} {number}{self._summary()}{'*' if self.is_dirty else ''}>"

    def _summary(self) -> str:
        return ""

    def __rt_table__(self) -> Table:
        """What is loaded, unsaved and refused; loads nothing."""
        return record_table(self)

    __str__ = __repr__

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from vars(self).items()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that belongs to no session.

        Args:
            update: Attributes to assign to the copy; they are validated.
            deep: Whether values are copied, too.
        """
        copied = super().model_copy(deep=deep)
        for name, value in (update or {}).items():
            setattr(copied, name, value)
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        return super().__getstate__() | {
            "__dict__": {name: _plain(value) for name, value in vars(self).items()},
            "__pydantic_fields_set__": set(self.__pydantic_fields_set__),
            "rtorm": self.__rt_state__.portable(),
        }

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self.__rt_state__.restore(state["rtorm"])
        values = vars(self)
        for name in layout_for(self).fields.keys() & values.keys():
            values[name] = _tracked(self, name, values[name])

    def __copy__(self) -> Self:
        other = type(self).__new__(type(self))
        other.__setstate__(self.__getstate__())
        return other

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        memo = {} if memo is None else memo
        # Tickets that are new may link to each other.
        other = memo[id(self)] = type(self).__new__(type(self))
        other.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return other


def _not_to_be_given(record: Record, names: list[str]) -> ValidationError:
    fields, values = layout_of(type(record)).fields, vars(record)
    details = [
        InitErrorDetails(
            type=PydanticCustomError(
                "read_only", "it cannot be given: {why}", {"why": _why(fields[name])}
            ),
            loc=(name,),
            input=values[name],
        )
        for name in names
    ]
    return ValidationError.from_exception_data(type(record).__name__, details)


def _not_loaded(record: Record, name: str) -> NotLoadedError:
    cls = type(record).__name__
    return NotLoadedError(
        f"{name} of {record!r} is not loaded, and its query is strict: add "
        f".include({cls}.{name.partition('.')[0]}) to the query, or get() the record"
    )


def _assign(record: Record, name: str, value: Any, given: Any) -> None:
    """Put a value in its place; `given` is what it was before it was validated."""
    values, state = vars(record), record.__rt_state__
    old = values.get(name, NOT_LOADED)
    if name not in state.original and (old is NOT_LOADED or old != value):
        _touch(record, name, _plain(old))
    if value.__class__ is list:
        if given is old:
            # `record.cc += …` assigns the list itself, which others may hold, too.
            given.put(value)
            value = given
        else:
            value = TrackedList.track(value, record, name)
    values[name] = value
    if state.errors:
        state.errors.pop(name, None)


def _touch(record: Record, name: str, before: object) -> None:
    record.__rt_state__.touch(record, name, before)
    record.__pydantic_fields_set__.add(name)


def _undo(record: Record, name: str, value: Any) -> None:
    """After `record.cc += …` was refused: the list has been changed all the same."""
    if isinstance(value, TrackedList) and value is vars(record).get(name):
        cast("TrackedList[Any]", value).undo()


def _assign_otherwise(record: Record, name: str, value: Any) -> None:
    """Assign what is no editable field, or is validated together with other fields."""
    cls = type(record)
    field = layout_for(record).fields.get(name)
    if field is not None:
        _check_assignable(record, field)
        try:
            valid = checked(record, name, value)
        except ValidationError:
            _undo(record, name, value)
            raise
        _assign(record, name, valid, value)
    elif name.startswith("_"):
        BaseModel.__setattr__(record, name, value)
    elif hasattr(inspect.getattr_static(cls, name, None), "__set__"):
        _set(record, name, value)
    else:
        _refuse_name(record, name)


def _check_assignable(record: Record, field: FieldLayout) -> None:
    called = f"{type(record).__name__}.{field.name}"
    if field.read_only:
        message = f"{called} is read-only: {_why(field)}"
        raise AttributeError(message)
    if not field.spec.editable and record.__rt_state__.persistent:
        message = f"{called} can be given only when the record is created"
        raise AttributeError(message)


def _why(field: FieldLayout) -> str:
    """Why a field is read-only."""
    if field.barred:
        return field.barred
    return "it is declared as ReadOnly[...]" if field.spec.custom else "RT sets it"


def _refuse_name(record: Record, name: str) -> NoReturn:
    known = type(record).__pydantic_fields__
    near = difflib.get_close_matches(name, known, 3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    message = f"{type(record).__name__} has no field {name!r}{hint}"
    raise AttributeError(message)


def _tracked(record: Record, name: str, value: Any) -> Any:
    return TrackedList.track(value, record, name) if value.__class__ is list else value


def _plain(value: Any) -> Any:
    return list(value) if value.__class__ in (list, TrackedList) else value
