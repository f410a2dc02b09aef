"""The requests of a commit: several at a time, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.gateway import Created, EditReply, Gateway
from rtorm.orm.plan import CreatePlan, EditPlan, PlannedForm
from rtorm.orm.running.crew import Crew
from rtorm.orm.running.interrupts import Interrupts

__all__ = ["Letter", "Sending", "Sent"]

Sent = EditPlan | CreatePlan


@dataclass(eq=False, slots=True)
class Letter:
    """What is sent of one record, and what came of it.

    Attributes:
        plan: The record's plan.
        forms: The forms, of an edit.
        begun: Whether it was sent, or may have been: noted before.
        has_landed: Whether what came of it was taken in.
        replies: RT's reply to each form; None as long as there is none.
        created: RT's reply to a create.
        error: Why there is no reply.
    """

    plan: Sent
    forms: tuple[PlannedForm, ...] = ()
    begun: bool = False
    has_landed: bool = False
    replies: Sequence[EditReply] | None = None
    created: Created | None = None
    error: RTError | None = None

    @property
    def is_answered(self) -> bool:
        """Whether RT has said something to it."""
        return self.replies is not None or self.created is not None

    @property
    def is_lost(self) -> bool:
        """Whether RT may have carried it out, and nobody knows."""
        unknown = self.error is None or isinstance(self.error, OutcomeUnknownError)
        return self.begun and unknown and not self.is_answered


Work = Callable[[Sequence[Letter]], None]
Land = Callable[[Letter], None]


class Sending:
    """Sends letters by the chunk until a request fails, or the program is interrupted.

    Then nothing is begun any more; what is under way is waited for.

    Attributes:
        failure: What the first request that failed has failed with.
    """

    def __init__(self, gateway: Gateway, crew: Crew, batch: int, interrupts: Interrupts) -> None:
        self.failure: RTError | None = None
        self._gateway = gateway
        self._crew = crew
        self._batch = batch
        self._interrupts = interrupts
        self._letters: list[tuple[Letter, Land]] = []
        self._is_over = False

    def create(
        self,
        plans: Iterable[CreatePlan],
        land: Land,
        done: Callable[[int], None],
    ) -> None:
        """Have records made, each by a request; raises as `edit`."""
        self._send(self._create, [[Letter(plan)] for plan in plans], land, done)

    def edit(
        self,
        letters: Sequence[Letter],
        land: Land,
        done: Callable[[int], None],
        *,
        in_order: bool = False,
    ) -> None:
        """Have records edited.

        Args:
            letters: One for each record.
            land: Called with each letter that was begun, once nothing more is to become of it. If
                it raises, it is called with it again by `settle`.
            done: Called after each chunk with the number of its letters that were sent.
            in_order: Whether each chunk waits for the one before.

        Raises:
            BaseException: The program was interrupted; what was begun may have to be settled.
        """
        self._send(self._edit, list(_chunks(letters, self._batch)), land, done, in_order=in_order)

    def _send(
        self,
        work: Work,
        chunks: Sequence[Sequence[Letter]],
        land: Land,
        done: Callable[[int], None],
        *,
        in_order: bool = False,
    ) -> None:
        crew = _ALONE if in_order else self._crew
        self._letters += [(letter, land) for chunk in chunks for letter in chunk]
        results = crew.each(work, chunks)
        try:
            for chunk in chunks:
                self._interrupts.let_in(partial(next, results))
                for letter in chunk:
                    _land(letter, land)
                if begun := sum(letter.begun for letter in chunk):
                    done(begun)
        except BaseException:
            self._stop()
            raise

    def settle(self) -> None:
        """Have all land that was begun, whatever has kept it from that."""
        for letter, land in self._letters:
            _land(letter, land)

    def _stop(self) -> None:
        self._is_over = True
        try:
            self._interrupts.let_in(self._crew.rest)
        except BaseException:  # noqa: BLE001 - the first one is raised
            # Ctrl-C again: what is under way is given up.
            self._crew.give_up()

    def _begins(self, letters: Iterable[Letter]) -> bool:
        """Take note that they are sent, unless nothing is any more."""
        before = [(letter, letter.begun) for letter in letters]
        for letter, _ in before:
            letter.begun = True
        # Only then, since this may be a thread that was given up: either it sees that, or whoever
        # gave it up sees that they are begun.
        if self._is_over:
            for letter, begun in before:
                letter.begun = begun
            return False
        return True

    def _create(self, letters: Sequence[Letter]) -> None:
        [letter] = letters
        plan = letter.plan
        if self._is_over or not isinstance(plan, CreatePlan) or not self._begins(letters):
            return
        try:
            letter.created = self._gateway.create(
                type(plan.record).__rt_kind__, plan.fields, plan.files
            )
        except RTError as error:
            letter.error = error
            self._fail(error)

    def _edit(self, letters: Sequence[Letter]) -> None:
        self._attempt(letters)
        replies = [reply for letter in letters for reply in letter.replies or ()]
        if len(letters) > 1 and replies and all(reply.unclear for reply in replies):
            # RT crashed over one of them. Edits set values, so what was applied may be sent again.
            for letter in letters:
                self._attempt([letter])

    def _attempt(self, letters: Sequence[Letter]) -> None:
        if self._is_over or not self._begins(letters):
            return
        before = [letter.replies for letter in letters]
        for letter in letters:
            letter.replies = None
        edits = [form.edit for letter in letters for form in letter.forms]
        try:
            replies = iter(self._gateway.edit(edits) if edits else ())
        except RTError as error:
            self._fail(error)
            for letter, known in zip(letters, before, strict=True):
                if not isinstance(error, OutcomeUnknownError):
                    letter.replies = known
                letter.error = error
            return
        for letter in letters:
            letter.replies = [next(replies) for _ in letter.forms]

    def _fail(self, error: RTError) -> None:
        if not self._is_over:
            self.failure = error
        self._is_over = True


def _land(letter: Letter, land: Land) -> None:
    if letter.begun and not letter.has_landed:
        # A thread that was given up may still write into the letter.
        land(copy(letter))
        letter.has_landed = True


def _chunks(letters: Iterable[Letter], batch: int) -> Iterator[list[Letter]]:
    """As many letters as have so many forms together, but at least one."""
    chunk: list[Letter] = []
    size = 0
    for letter in letters:
        if chunk and size + len(letter.forms) > batch:
            yield chunk
            chunk, size = [], 0
        chunk.append(letter)
        size += len(letter.forms)
    if chunk:
        yield chunk


_ALONE = Crew(1)
