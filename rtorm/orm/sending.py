"""The requests of a commit: several at a time, and what is known of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.gateway import Created, EditReply, Gateway
from rtorm.orm.crew import Crew
from rtorm.orm.plan import CreatePlan, EditPlan, PlannedForm

__all__ = ["Letter", "Sending", "Sent"]

Sent = EditPlan | CreatePlan


@dataclass(eq=False, slots=True)
class Letter:
    """What is sent of one record, and what came of it.

    Attributes:
        plan: The record's plan.
        forms: The forms, of an edit.
        begun: Whether it was sent, or may have been.
        replies: RT's reply to each form; None as long as there is none.
        created: RT's reply to a create.
        error: Why there is no reply.
    """

    plan: Sent
    forms: tuple[PlannedForm, ...] = ()
    begun: bool = False
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


class Sending:
    """Sends letters by the chunk until a request fails, or the program is interrupted.

    Then nothing is begun any more; what is under way is waited for.

    Attributes:
        failure: What the first request that failed has failed with.
    """

    def __init__(self, gateway: Gateway, crew: Crew, batch: int) -> None:
        self.failure: RTError | None = None
        self._gateway = gateway
        self._crew = crew
        self._batch = batch
        self._is_over = False

    def create(
        self,
        plans: Iterable[CreatePlan],
        land: Callable[[Letter], None],
        done: Callable[[int], None],
    ) -> None:
        """Have records made, each by a request; raises as `edit`."""
        self._send(self._create, [[Letter(plan)] for plan in plans], land, done)

    def edit(
        self,
        letters: Sequence[Letter],
        land: Callable[[Letter], None],
        done: Callable[[int], None],
        *,
        in_order: bool = False,
    ) -> None:
        """Have records edited.

        Args:
            letters: One for each record.
            land: Called with each letter once nothing more is to become of it. If the program is
                interrupted meanwhile, it may be called with it again.
            done: Called after each chunk with the number of its letters that were sent.
            in_order: Whether each chunk waits for the one before.

        Raises:
            BaseException: The program was interrupted; what was begun has landed.
        """
        self._send(self._edit, list(_chunks(letters, self._batch)), land, done, in_order=in_order)

    def _send(
        self,
        work: Work,
        chunks: Sequence[Sequence[Letter]],
        land: Callable[[Letter], None],
        done: Callable[[int], None],
        *,
        in_order: bool = False,
    ) -> None:
        crew = _ALONE if in_order else self._crew
        waiting = deque(chunks)
        try:
            for _ in crew.each(work, chunks):
                for letter in waiting[0]:
                    land(letter)
                begun = sum(letter.begun for letter in waiting.popleft())
                if begun:
                    done(begun)
        except BaseException:
            self._stop()
            for chunk in waiting:
                for letter in chunk:
                    land(letter)
            raise

    def _stop(self) -> None:
        self._is_over = True
        try:
            self._crew.rest()
        except KeyboardInterrupt:
            # Ctrl-C again: what is under way is given up.
            self._crew.close()

    def _create(self, letters: Sequence[Letter]) -> None:
        [letter] = letters
        plan = letter.plan
        if self._is_over or not isinstance(plan, CreatePlan):
            return
        letter.begun = True
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
        if self._is_over:
            return
        before = [letter.replies for letter in letters]
        for letter in letters:
            letter.begun, letter.replies = True, None
        edits = [form.edit for letter in letters for form in letter.forms]
        try:
            replies = iter(self._gateway.edit(edits) if edits else ())
        except RTError as error:
            self._fail(error)
            for letter, known in zip(letters, before, strict=True):
                letter.error = error
                if not letter.is_lost:
                    letter.replies = known
            return
        for letter in letters:
            letter.replies = [next(replies) for _ in letter.forms]

    def _fail(self, error: RTError) -> None:
        if not self._is_over:
            self.failure = error
        self._is_over = True


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
