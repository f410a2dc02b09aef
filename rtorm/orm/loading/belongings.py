"""Loads what belongs to records and has requests of its own, for many records in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rtorm.errors import RTError
from rtorm.gateway import WITH_CHOICES, Definition, Entry, Gateway, ListedFile
from rtorm.models.attachment import Attachment, Source, held
from rtorm.models.custom_field import custom_field_of
from rtorm.models.transaction import History, Transaction, principals_of, transaction_of
from rtorm.orm.loading.classes import is_class_of, no_such_class
from rtorm.orm.record import Record

__all__ = ["Belongings"]


# What has the custom fields that an attribute tells, by kind of record.
_DEFINED = {
    ("queue", "custom_fields"): "ticket",
    ("queue", "own_custom_fields"): "queue",
    ("group", "custom_fields"): "group",
}


class Belongings:
    """Attachments and history of tickets, definitions of custom fields."""

    def __init__(self, gateway: Gateway, source: Source) -> None:
        self._gateway = gateway
        self._source = source
        self._names: dict[int, str] = {}
        self._chosen: dict[int, tuple[str, ...] | None] = {}

    def load(self, name: str, record: Record, records: Sequence[Record]) -> Mapping[int, RTError]:
        """Load one attribute.

        Args:
            name: The attribute.
            record: The record of which it was asked.
            records: That one and its peers, for which it is loaded, too, where RT allows to load
                it for many at once.

        Returns:
            Why it cannot be loaded for some of them, by their ids.
        """
        loaders = {
            "attachments": self._load_attachments,
            "history": self._load_history,
        }
        if name in loaders:
            return loaders[name](records)
        self._load_definitions(name, record)
        return {}

    def loads_many(self, name: str) -> bool:
        """Whether an attribute is loaded for many records at once."""
        return not any(name == defined for _, defined in _DEFINED)

    def getter(self, cls: object) -> Callable[[int], Transaction | Attachment]:
        """What gets one thing of this class by its number, just as it is among those of its ticket.

        Raises:
            TypeError: None is got of this class.
        """
        getters = ((Transaction, self._entry), (Attachment, self._attachment))
        for each, get in getters:
            if is_class_of(cls, each):
                return get
        raise no_such_class(cls)

    def _entry(self, number: int) -> Transaction:
        answer = self._gateway.entry(number)
        self._learn_names([answer.entry])
        files = [held(self._source, answer.entry.ticket, listed) for listed in answer.files]
        return transaction_of(answer.entry, files, self._names)

    def _attachment(self, number: int) -> Attachment:
        answer = self._gateway.file(number)
        return held(self._source, answer.ticket, answer.listed, answer.details)

    def _load_attachments(self, records: Sequence[Record]) -> dict[int, RTError]:
        answers = self._gateway.files([_number(each) for each in records])
        for each, answer in zip(records, answers, strict=True):
            self.list_files(each, answer)
        return _failed(records, answers)

    def list_files(self, record: Record, listed: Sequence[ListedFile] | RTError) -> None:
        """Put a ticket's attachments onto its record, if they are told."""
        if not isinstance(listed, RTError):
            files = tuple(held(self._source, _number(record), each) for each in listed)
            vars(record)["attachments"] = files

    def _load_history(self, records: Sequence[Record]) -> dict[int, RTError]:
        answers = self._histories(records)
        found = [
            (each, answer)
            for each, answer in zip(records, answers, strict=True)
            if not isinstance(answer, RTError)
        ]
        unlisted = self._list_files(found)
        self._learn_names(entry for _, entries in found for entry in entries)
        for each, entries in found:
            if _number(each) in unlisted:
                continue  # What its attachments are cannot be told.
            files = {file.id: file for file in _attachments(each)}
            vars(each)["history"] = History(
                transaction_of(entry, [files[n] for n in entry.files if n in files], self._names)
                for entry in entries
            )
        return _failed(records, answers) | unlisted

    def _histories(self, records: Sequence[Record]) -> list[list[Entry] | RTError]:
        """The history of each, and the attachments of those that lack them."""
        numbers = [_number(each) for each in records]
        if all("attachments" in vars(each) for each in records):
            return self._gateway.history(numbers)
        answers = self._gateway.history_and_files(numbers)
        for each, (_, files) in zip(records, answers, strict=True):
            if "attachments" not in vars(each):
                self.list_files(each, files)
        return [history for history, _ in answers]

    def _list_files(self, found: Sequence[tuple[Record, list[Entry]]]) -> dict[int, RTError]:
        """The history shows no media types of attachments: the listing does, if it is as new."""
        unlisted = [
            each
            for each, entries in found
            if not _files_of(entries) <= {file.id for file in _attachments(each)}
        ]
        for each in unlisted:
            vars(each).pop("attachments", None)
        return self._load_attachments(unlisted) if unlisted else {}

    def _learn_names(self, entries: Iterable[Entry]) -> None:
        wanted = {number for entry in entries for number in principals_of(entry)}
        if unknown := sorted(wanted - self._names.keys()):
            self._names.update(self._gateway.names(unknown))

    def _load_definitions(self, name: str, record: Record) -> None:
        kind = type(record).__rt_kind__
        definitions = self._gateway.definitions(kind, _number(record), _DEFINED[kind, name])
        vars(record)[name] = tuple(
            custom_field_of(definition, self._choices(definition)) for definition in definitions
        )

    def _choices(self, definition: Definition) -> tuple[str, ...] | None:
        number = definition.id
        if number is None or definition.type not in WITH_CHOICES:
            return None
        if number not in self._chosen:
            # A custom field may be one of many queues.
            self._chosen[number] = self._gateway.choices(number)
        return self._chosen[number]


def _number(record: Record) -> int:
    number: int = vars(record)["id"]
    return number


def _failed(records: Sequence[Record], answers: Sequence[object]) -> dict[int, RTError]:
    return {
        _number(each): said
        for each, said in zip(records, answers, strict=True)
        if isinstance(said, RTError)
    }


def _files_of(entries: Iterable[Entry]) -> set[int]:
    return {number for entry in entries for number in entry.files}


def _attachments(record: Record) -> Sequence[Attachment]:
    files: Sequence[Attachment] = vars(record).get("attachments", ())
    return files
