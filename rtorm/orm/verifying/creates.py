"""Finds out whether a new record whose create got no reply was made; only asks RT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rtorm.errors import NotFound, RTError
from rtorm.gateway import Entry, Gateway, Shown
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.loading.reading import Reading
from rtorm.orm.loading.shown import begin_life
from rtorm.orm.outcome import address_of
from rtorm.orm.plan import CreatePlan
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.state import state_of
from rtorm.orm.verifying.inquiry import UNTOLD, Finding, Moment, patiently
from rtorm.orm.verifying.resemblance import Likeness, Words, least
from rtorm.orm.verifying.sight import sees_tickets

__all__ = ["LostCreate"]

# With this condition on them, RT finds those that were merged into others, too (RT 4.4-5.0).
_MINE = "Creator = '__CurrentUser__' AND Created > '{:%Y-%m-%d} 00:00:00' AND EffectiveId > 0"
_SHOWN = ("Subject", "Queue", "Requestors")
_CHUNK = 20


class LostCreate:
    """A new record of which it is not known whether it was made."""

    def __init__(self, session: Reading, plan: CreatePlan, began: Moment) -> None:
        self._session = session
        self._gateway = session.gateway
        self._plan = plan
        self._began = began
        self._number: int | None = None

    def __call__(self, wait: float) -> Finding:
        """Whether it was made; if so, it stands for what RT has made from then on.

        Args:
            wait: Seconds for which it is looked for.

        Raises:
            RTError: RT could not be asked.
        """
        self._session.check_open()
        kind = type(self._plan.record).__rt_kind__
        if kind != "ticket":
            return _of_named(self._gateway, kind, self._plan)
        if self._number is None:
            happened, found = patiently(self._look, wait)
            if not happened:
                return happened, found
            [self._number] = found
        self._become(self._number)
        return True, (self._number,)

    def _look(self) -> Finding:
        since = self._began.at_server(self._gateway)
        if since is None:
            return UNTOLD
        # RT takes the day for one of the account's zone.
        mine = self._gateway.search("ticket", _MINE.format(since - timedelta(days=1)), "-id")
        made = dict(self._made_since([n for n in mine if n not in self._session.made], since))
        likely = self._likenesses({n: entry for n, entry in made.items() if entry is not None})
        same = [number for number, likeness in likely.items() if likeness == "same"]
        if len(same) == 1:
            return True, tuple(same)
        if alike := sorted(number for number, likeness in likely.items() if likeness != "other"):
            return None, tuple(alike)
        if None in made.values() or not self._would_be_seen(since):
            return UNTOLD
        return False, ()

    def _made_since(
        self, newest: Sequence[int], since: datetime
    ) -> Iterator[tuple[int, Entry | None]]:
        """The tickets that were made since then, and how: None of one that does not tell."""
        for at in range(0, len(newest), _CHUNK):
            chunk = newest[at : at + _CHUNK]
            histories = zip(chunk, self._gateway.history(chunk), strict=True)
            births = [(number, _birth(number, entries)) for number, entries in histories]
            recent = [(n, entry) for n, entry in births if entry is None or entry.created >= since]
            yield from recent
            if not recent:
                return

    def _likenesses(self, made: dict[int, Entry]) -> dict[int, Likeness]:
        """How far each of these tickets is the new one; scrips may have changed that since."""
        if not made:
            return {}
        numbers, plan = list(made), self._plan
        words = Words.of(
            plan.fields.get("Text", ""), plan.fields.get("Content-Type", ""), plan.files
        )
        shown = self._gateway.show("ticket", numbers, _SHOWN)
        listed = self._gateway.files(numbers)
        return {
            number: "like"
            if isinstance(ticket, RTError) or isinstance(files, RTError)
            else self._likeness(number, ticket, words.likeness(made[number], files))
            for number, ticket, files in zip(numbers, shown, listed, strict=True)
        }

    def _likeness(self, number: int, ticket: Shown, words: Likeness) -> Likeness:
        if words == "other":
            return "other"
        if ticket.id != number:
            # One that was merged into another one shows that one.
            return "like"
        wanted = self._plan.fields.get("Subject", "").strip()
        subject = ticket.fields["Subject"].strip()
        if subject == wanted and self._is_queue(ticket) and self._has_requestors(ticket):
            return words
        # A text alone may be enough for one that was given another subject.
        is_told = bool(self._plan.fields.get("Text")) or wanted.lower() in subject.lower()
        return least("like", words) if is_told else "other"

    def _is_queue(self, ticket: Shown) -> bool:
        given = self._plan.fields["Queue"]
        if given.isdecimal():
            answer = self._gateway.show("queue", [int(given)], ["Name"])[0]
            given = answer.fields["Name"] if isinstance(answer, Shown) else ""
        return given.lower() == ticket.fields["Queue"].lower()

    def _has_requestors(self, ticket: Shown) -> bool:
        sent = {address_of(each) for each in _people(self._plan, "Requestors")}
        if not all("@" in each for each in sent):
            # RT shows the addresses of users and of a group's members.
            return True
        shown = ticket.fields["Requestors"].replace("\n", " ").lower().split(",")
        return sent == {address.strip() for address in shown} - {""}

    def _would_be_seen(self, since: datetime) -> bool:
        me = self._gateway.identity().user
        parts = [role for role in ROLES if me in _people(self._plan, role)]
        return sees_tickets(self._gateway, self._plan.fields["Queue"], since, parts)

    def _become(self, number: int) -> None:
        """Have the record stand for the ticket, unless the program has gone on otherwise."""
        record, session = self._plan.record, self._session
        state = state_of(record)
        is_free = not state.persistent and state.session in (None, session)
        if not is_free or session.records.of("ticket", number) is not None:
            return
        answer = self._gateway.show("ticket", [number])[0]
        if isinstance(answer, RTError):
            raise answer
        _stand_for(record, number, session)
        session.take_in(record, answer, None, rebase=True)
        session.records.settle()


def _birth(number: int, entries: list[Entry] | RTError) -> Entry | None:
    """The entry with which a ticket's own history begins: others may have been merged into it."""
    if isinstance(entries, RTError):
        return None
    return next((each for each in entries if each.type == "Create" and each.ticket == number), None)


def _stand_for(record: Record, number: int, session: Reading) -> None:
    """Make a new record one of the session; what RT holds of it is not known yet."""
    state = state_of(record)
    state.errors.pop("", None)
    state.session = session
    session.made.add(number)
    session.records.adopt(record, number)
    begin_life(record)


def _of_named(gateway: Gateway, kind: str, plan: CreatePlan) -> Finding:
    """Of a name RT makes one queue, user or group at most, and does not tell when it made it."""
    if plan.fields.get("Disabled", "0") not in ("", "0"):
        # RT finds none by its name that is disabled.
        return UNTOLD
    answer = gateway.named(kind, plan.fields["Name"])
    if isinstance(answer, Shown):
        return None, (answer.id,)
    return (False, ()) if isinstance(answer, NotFound) else UNTOLD


def _people(plan: CreatePlan, role: str) -> Sequence[str]:
    """Whom the new record was to have in a role, which is told by RT's name."""
    field = layout_for(plan.record).at_wire(role)
    change = plan.changes.get(field.name) if field is not None else None
    return () if change is None else change.new
