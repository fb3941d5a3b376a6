"""The inbox: takes records of the partitions this process owns, and lets each take effect exactly once.

A batch is one transaction: the places of our own messages, the answers to commands from outside, the events
they caused and the rows that decisions need. Synchronous: it runs in a thread, never on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.chassis import answers, timers
from services.chassis.answers import ParkedMessage
from services.chassis.batch import Batch, Setup
from services.chassis.cache import Cache
from services.chassis.deciding import decide_all, order_of, read_beforehand, run, said, work_of
from services.chassis.intake import Intake
from services.chassis.outbox import Outbox
from services.chassis.parking import QUEUE, Parking
from services.chassis.ports import Conflict, Fence, PortError, Record, Row, Timer
from services.chassis.service import Service
from services.chassis.taken import Faulted, Handled
from services.chassis.work import MessageWork

__all__ = ["Faulted", "Inbox"]

log = structlog.get_logger()


class Clock(Protocol):
    """Now, and how far that is ahead of real time."""

    def now(self) -> datetime: ...

    @property
    def ahead(self) -> timedelta: ...


class Inbox:
    """Handles batches for one service. One thread at a time."""

    def __init__(self, service: Service, setup: Setup, cache: Cache, clock: Clock) -> None:
        self.service = service
        self.setup = setup
        self.cache = cache
        self.clock = clock
        self.parking = Parking(setup)
        self._outbox = Outbox(service, setup)
        self.intake = Intake(service, setup, self.parking)

    # -------------------------------------------------------------------------------------- a batch

    def handle(self, records: Sequence[Record], fences: Sequence[Fence]) -> Handled:
        """Handles the records in order, in one transaction.

        Raises `Faulted` (something of it failed), `Fenced`, `Unavailable`, or `Conflict` when another writer
        won twice; nothing took effect then, and the cache has forgotten what the batch changed.
        """

        def decide(batch: Batch, handled: Handled) -> None:
            decide_all(batch, self.parking, self.intake.take(batch, records, handled), handled)

        return self._faulting(records, decide, fences)

    def park(self, record: Record, error: Exception, fences: Sequence[Fence]) -> Handled:
        """Parks a record that faulted again and again; it counts as handled. Raises `PortError`."""

        def decide(batch: Batch, handled: Handled) -> None:
            for one in self.intake.take(batch, (record,), handled):
                work = MessageWork(batch, one.envelope, one.key)
                self.parking.fault(batch, work, record, (said(error), order_of(one)))

        def bytes_only(batch: Batch, handled: Handled) -> None:
            if self.intake.pass_over(batch, record, handled):
                self.parking.unreadable(batch, record, said(error))

        try:
            return self._twice(decide, fences)
        except PortError:
            raise
        except Exception as worse:
            log.error("it cannot even be read: parked as bytes, its order does not wait", error=said(worse))
            return self._twice(bytes_only, fences)

    def fire(self, due: Sequence[Timer], fences: Sequence[Fence]) -> Handled:
        """Runs timers that are due, and takes them away, in one transaction. Raises as `handle` does."""

        def decide(batch: Batch, handled: Handled) -> None:
            taken = [timers.taken(self.service, timer) for timer in due]
            read_beforehand(batch, taken)
            for timer, one in zip(due, taken, strict=True):
                if batch.stands(timer):
                    batch.timer(timer.timer, None)
                    decide_all(batch, self.parking, [one], handled)

        return self._faulting([timers.record_of(self.service, timer) for timer in due], decide, fences)

    def park_timer(self, timer: Timer, error: Exception, fences: Sequence[Fence]) -> Handled:
        """Parks a timer that faulted again and again, under the topic of the service's own events."""
        record = timers.record_of(self.service, timer)

        def decide(batch: Batch, _: Handled) -> None:
            batch.timer(timer.timer, None)
            envelope = timers.envelope_of(self.service, timer)
            work = MessageWork(batch, envelope, envelope.account or timer.timer)
            self.parking.fault(batch, work, record, (said(error), self._order_of(timer)))

        return self._twice(decide, fences)

    def _order_of(self, timer: Timer) -> str | None:
        try:
            return order_of(timers.taken(self.service, timer))
        except Exception as error:
            log.error("the timer cannot be read: its order does not wait", error=said(error))
            return None

    def retry(self, id: str, fences: Sequence[Fence]) -> Handled:
        """Handles a parked message and its queue in order, in one transaction with their resolutions.

        When one of them fails again all stay parked, with the new reason.
        """
        try:
            return self._twice(lambda batch, _: self._retry(batch, id), fences)
        except PortError:
            raise
        except Exception as error:
            reason = said(error)
            return self._twice(lambda batch, _: self._failed(batch, id, reason), fences)

    def discard(self, id: str, fences: Sequence[Fence]) -> Handled:
        """Takes a parked message off the list unhandled, and has what waits behind it tried again."""
        return self._twice(lambda batch, _: self._discard(batch, id), fences)

    def _discard(self, batch: Batch, id: str) -> None:
        state: ParkedMessage = batch.fold(answers.PARKED, id).state
        self.parking.answered(batch, state)
        if state.open:
            self.parking.resolved(batch, state, "discarded")
            self.parking.promoted(batch, state)

    def _retry(self, batch: Batch, id: str) -> None:
        waiting = sorted(batch.members(QUEUE, id))
        for parked in (id, *(member.split(":", 1)[1] for member in waiting)):
            state: ParkedMessage = batch.fold(answers.PARKED, parked).state
            if state.open:
                self._again(batch, state)
        for member in waiting:
            batch.drop(Row(QUEUE, id, member))
        self.parking.answered(batch, batch.fold(answers.PARKED, id).state)
        self.parking.forget()

    def _again(self, batch: Batch, state: ParkedMessage) -> None:
        record = self.parking.record(batch, state)
        if (timer := timers.timer_of(self.service, record)) is not None:
            one = timers.taken(self.service, timer)
        else:
            one = self.intake.again(record)
        self.parking.resolved(batch, state, run(batch, one, work_of(batch, one)))

    def _failed(self, batch: Batch, id: str, reason: str) -> None:
        state: ParkedMessage = batch.fold(answers.PARKED, id).state
        self.parking.failed(batch, state, reason)
        self.parking.answered(batch, state)

    def forget(self) -> None:
        """Drops all that is remembered; the next batch reads the store."""
        self.cache.clear()
        self.parking.forget()
        self.intake.forget()

    def _faulting(
        self, records: Sequence[Record], decide: Callable[[Batch, Handled], None], fences: Sequence[Fence]
    ) -> Handled:
        try:
            return self._twice(decide, fences)
        except (PortError, Faulted):
            raise
        except Exception as error:
            raise Faulted(records[0]) from error

    def _twice(self, decide: Callable[[Batch, Handled], None], fences: Sequence[Fence]) -> Handled:
        try:
            return self._transaction(decide, fences)
        except Conflict:
            self.forget()
            return self._transaction(decide, fences)

    def _transaction(self, decide: Callable[[Batch, Handled], None], fences: Sequence[Fence]) -> Handled:
        batch = Batch(self.setup, self.cache, self.clock.now(), self.clock.ahead)
        handled = Handled()
        try:
            decide(batch, handled)
            for appended in batch.large():
                self._outbox.check(appended)
            batch.commit.fences = list(fences)
            commit = batch.written()
            if not commit.empty:
                handled.committed = self.setup.store.commit(commit)
        except BaseException:
            batch.abandon()
            self.parking.forget()
            self.intake.forget()
            raise
        self.intake.landed(commit.places)
        handled.appended, handled.places = batch.appended, commit.places
        self.cache.trim()
        return handled
