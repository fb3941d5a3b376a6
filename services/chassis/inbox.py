"""The inbox: takes records of the partitions this process owns, and lets each take effect exactly once.

A batch is one transaction: the places of our own messages, the answers to commands from outside, the events
they caused and the rows that decisions need. Synchronous: it runs in a thread, never on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import ValidationError
from pydantic_core import from_json

from schemas.envelope import Envelope, Unreadable, read
from schemas.topics import CATALOG, TOPICS
from services.chassis import answers
from services.chassis.answers import ParkedMessage, identity, refusal
from services.chassis.cache import Cache
from services.chassis.intake import Handled, Intake, Taken
from services.chassis.parking import QUEUE, Parking
from services.chassis.ports import (
    Conflict,
    Fence,
    PortError,
    Record,
    Row,
    Timer,
)
from services.chassis.service import Refused, Service, Why
from services.chassis.stored import adapter
from services.chassis.work import Batch, MessageWork, Setup, wishes


class Clock(Protocol):
    """Now, and how far that is ahead of real time."""

    def now(self) -> datetime: ...

    @property
    def ahead(self) -> timedelta: ...


class Faulted(Exception):
    """A message could not be handled; nothing of its batch took effect. The cause is `__cause__`."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"{record.topic}/{record.partition}@{record.offset} could not be handled")
        self.record = record


class Inbox:
    """Handles batches for one service. One thread at a time."""

    def __init__(self, service: Service, setup: Setup, cache: Cache, clock: Clock) -> None:
        self.service = service
        self.setup = setup
        self.cache = cache
        self.clock = clock
        self.parking = Parking(setup)
        self.intake = Intake(service, setup, self.parking)

    # -------------------------------------------------------------------------------------- a batch

    def handle(self, records: Sequence[Record], fences: Sequence[Fence]) -> Handled:
        """Handles the records in order, in one transaction.

        Raises `Faulted` (a handler failed), `Fenced`, `Unavailable`, or `Conflict` when another writer won
        twice; nothing took effect then, and the cache has forgotten what the batch changed.
        """

        def decide(batch: Batch, handled: Handled) -> None:
            self._decide(batch, self.intake.take(batch, records, handled), handled)

        return self._twice(decide, fences)

    def park(self, record: Record, error: Exception, fences: Sequence[Fence]) -> Handled:
        """Parks a record that faulted again and again; it counts as handled."""

        def decide(batch: Batch, handled: Handled) -> None:
            for one in self.intake.take(batch, (record,), handled):
                work = MessageWork(batch, one.envelope, one.key)
                order = one.route.order(one.data) if one.route is not None else None
                self.parking.fault(batch, work, record, (_said(error), order))

        return self._twice(decide, fences)

    def fire(self, timers: Sequence[Timer], fences: Sequence[Fence]) -> Handled:
        """Runs timers that are due, and takes them away, in one transaction. Raises as `handle` does."""

        def decide(batch: Batch, handled: Handled) -> None:
            for timer in timers:
                self._fire(batch, timer)
                handled.counts["timers"] += 1

        return self._twice(decide, fences)

    def _fire(self, batch: Batch, timer: Timer) -> None:
        body = from_json(timer.body)
        name, account = body["name"], body["account"]
        envelope = Envelope(
            id=f"timer/{timer.timer}/{timer.due}",
            source=f"/aftersale/{self.service.name}",
            type=name,
            account=account,
            correlation=body["correlation"],
            actor=body.get("actor"),
        )
        work = MessageWork(batch, envelope, account or timer.timer)
        work.cancel_timer(timer.timer)
        route = self.service.timers[name]
        data = adapter(route.model).validate_python(body["data"])
        wishes((route.needs(data, work),), batch)
        route.handle(data, work)

    def retry(self, id: str, fences: Sequence[Fence]) -> Handled:
        """Handles a parked message and its queue in order, in one transaction with their resolutions.

        When one of them fails again all stay parked, with the new reason.
        """
        try:
            return self._twice(lambda batch, _: self._retry(batch, id), fences)
        except (Faulted, Unreadable, ValidationError) as error:
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            return self._twice(lambda batch, _: self._failed(batch, id, cause), fences)

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
        external = TOPICS[record.topic].external
        envelope, body = read(record.headers, record.value, keyless=not external or record.topic == CATALOG)
        reasons, data = self.intake.read(envelope, record, body)
        key = envelope.account or (record.key or b"").decode()
        one = Taken(
            record, envelope, key, self.service.routes.get(envelope.type), data, external, body, reasons
        )
        work = MessageWork(batch, envelope, key, body if external else None)
        self.parking.resolved(batch, state, self._run(batch, one, work))

    def _failed(self, batch: Batch, id: str, error: Exception) -> None:
        state: ParkedMessage = batch.fold(answers.PARKED, id).state
        self.parking.failed(batch, state, _said(error))
        self.parking.answered(batch, state)

    def forget(self) -> None:
        """Drops all that is remembered; the next batch reads the store."""
        self.cache.clear()
        self.parking.forget()
        self.intake.forget()

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
        handled.appended = batch.appended
        self.cache.trim()
        return handled

    def _decide(self, batch: Batch, taken: Sequence[Taken], handled: Handled) -> None:
        works = [
            MessageWork(batch, one.envelope, one.key, one.body if one.external else None) for one in taken
        ]
        self._grant(batch, taken, works)
        for one, work in zip(taken, works, strict=True):
            handled.counts[self._one(batch, one, work)] += 1

    def _grant(self, batch: Batch, taken: Sequence[Taken], works: Sequence[MessageWork]) -> None:
        needs = (
            one.route.needs(one.data, work)
            for one, work in zip(taken, works, strict=True)
            if one.route is not None and not one.refusal
        )
        try:
            wishes(needs, batch)
        except PortError:
            raise
        except Exception as error:
            raise Faulted(taken[0].record) from error

    def _one(self, batch: Batch, one: Taken, work: MessageWork) -> str:
        order = one.route.order(one.data) if one.route is not None and not one.refusal else None
        if order is not None and (blocker := self.parking.blocker(order)) is not None:
            self.parking.queue(batch, work, one.record, (order, blocker))
            return "queued"
        return self._run(batch, one, work)

    def _run(self, batch: Batch, one: Taken, work: MessageWork) -> Literal["handled", "refused"]:
        mark = batch.mark()
        try:
            if one.refusal:
                raise Refused(*one.refusal)
            assert one.route is not None
            one.route.handle(one.data, work)
        except Refused as refused:
            if not one.external:
                raise Faulted(one.record) from refused
            batch.back_to(mark)
            self._refuse(work, one, refused.reasons)
            return "refused"
        except (PortError, Faulted):
            raise
        except Exception as error:
            raise Faulted(one.record) from error
        return "handled"

    def _refuse(self, work: MessageWork, one: Taken, reasons: tuple[Why, ...]) -> None:
        envelope = one.envelope
        about = one.route.order(one.data) if one.route is not None and one.data is not None else None
        event = refusal(envelope, reasons, about)
        work.append(answers.REFUSED, identity(envelope.source, envelope.id), event)
        if about is not None:
            work.put("refused", about, identity(envelope.source, envelope.id))


def _said(error: Exception) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}"
