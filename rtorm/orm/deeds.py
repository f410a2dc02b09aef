"""What is done to tickets beside saving: messages, changes of owner, merges."""

from __future__ import annotations

import time
from datetime import tzinfo
from functools import partial

from rtorm.errors import RejectedError, RTError
from rtorm.gateway import Action, Gateway, Message, Shown
from rtorm.orm.loading.forgetting import forget_affected, forgetting
from rtorm.orm.loading.reading import Reading, number_of
from rtorm.orm.loading.shown import forget
from rtorm.orm.record import Record
from rtorm.orm.records.refusals import refusal_of
from rtorm.orm.saving.correspondence import message_error
from rtorm.orm.state import NOT_LOADED, state_of
from rtorm.orm.verifying.inquiry import inquire
from rtorm.orm.verifying.resemblance import Words
from rtorm.orm.verifying.writes import of_merge, of_message, of_owner

__all__ = ["Deeds"]

# Seconds within which RT's history may not tell two equal messages apart.
_CLOSE = 10.0
_OWNED: dict[Action, str] = {"take": "taken", "untake": "untaken", "steal": "stolen"}


class Deeds(Reading):
    """Each is sent once, and never repeated."""

    def __init__(self, gateway: Gateway, zone: tzinfo | None, parallel: int = 1) -> None:
        super().__init__(gateway, zone, parallel)
        self._said: dict[tuple[int, str, Words], float] = {}

    def send(self, record: Record, message: Message) -> None:
        """Comment on a ticket or reply to it."""
        self.check_open()
        number = vars(record)["id"]
        again = self._repeats(number, message)
        inquiry = partial(of_message, self, number, message, again=again)
        with forgetting(record, change="message"):
            with inquire(inquiry):
                said = self.gateway.message(number, message)
            if said.refusal is None:
                self._renew(record, "message")
        if said.errors and self._has_status(number, message.status):
            return
        if said.refusal is not None or said.errors:
            raise message_error(record, message, said)

    def own(self, record: Record, action: Action) -> None:
        """Change the owner of a ticket."""
        self.check_open()
        number = vars(record)["id"]
        with forgetting(record, change="owner"):
            with inquire(lambda _began, _wait: of_owner(self, number, action)):
                said = self.gateway.own(number, action)
            if said.refusal is not None:
                # RT's reason may be an owner that was not loaded.
                forget(record, ("owner",))
                raise refusal_of(record, "owner", said.refusal, _OWNED[action])
            self._renew(record, "owner")

    def merge(self, record: Record, into: Record | int) -> Record:
        """Merge a ticket into another one; both ids lead to the record of that one then."""
        self.check_open()
        old, number = vars(record)["id"], _target_of(into)
        if said := _objection_to_merging(record, number):
            raise RejectedError(record, {"": [said]}, None, "merged")
        target = self.records.of(type(record).__rt_kind__, number) or record
        with forgetting(record, target):
            with inquire(lambda _began, _wait: of_merge(self, old, number)):
                answer = self.gateway.merge(old, number)
            if answer.refusal is not None:
                raise refusal_of(record, "", answer.refusal, "merged")
            self.records.hold(target, old)
            self.records.hold(target, number)
            vars(record)["id"] = number
            for each in {id(record): record, id(target): target}.values():
                self._renew(each)
        return target

    def _repeats(self, number: int, message: Message) -> bool:
        """Take note of a message that is sent; whether an equal one was sent just before."""
        words = Words.of(message.text, message.content_type, message.files)
        now, key = time.monotonic(), (number, message.kind, words)
        self._said = {each: at for each, at in self._said.items() if now - at < _CLOSE}
        repeats = key in self._said
        self._said[key] = now
        return repeats

    def _has_status(self, number: int, status: str) -> bool:
        """Whether the ticket has the status that RT said nothing good of: it may have had it."""
        try:
            answer = self.gateway.show("ticket", [number], ["Status"])[0]
        except RTError:
            # The message was recorded, and that is what must be told.
            return False
        return isinstance(answer, Shown) and answer.fields["Status"].lower() == status.lower()

    def _renew(self, record: Record, change: str = "") -> None:
        """Forget what RT sets by itself with such a change, or all, of what is not dirty."""
        state, changed = state_of(record), record.changes
        for name in [name for name in state.original if name not in changed]:
            del state.original[name]
        if changed:
            # What is unsaved is compared from now on with what RT holds after that.
            try:
                self.refresh(record, (), keep_changes=True)
            except BaseException as error:
                state.original.update(dict.fromkeys(changed, NOT_LOADED))
                if not isinstance(error, RTError):
                    raise
        forget_affected(record, change)


def _target_of(into: Record | int) -> int:
    if isinstance(into, Record) and type(into).__rt_kind__ != "ticket":
        message = f"{into!r} is no ticket"
        raise ValueError(message)
    if isinstance(into, Record) and not state_of(into).persistent:
        message = f"{into!r} is not in RT yet; commit it first"
        raise ValueError(message)
    return number_of(into.id if isinstance(into, Record) else into)


def _objection_to_merging(record: Record, number: int) -> str:
    if number == vars(record)["id"]:
        return "a ticket cannot be merged into itself"
    if record.is_dirty:
        return (
            "it has unsaved changes, which would be saved on the ticket that it is merged into: "
            "save() or discard() them first"
        )
    return ""
