"""Handles what was polled: in one transaction, else one by one, and parks what cannot be handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

import structlog

from services.chassis.backoff import Backoff
from services.chassis.inbox import Faulted, Inbox
from services.chassis.pause import pause
from services.chassis.ports import Consumer, Fence, Fenced, PortError, Record, TopicPartition, Unavailable
from services.chassis.taken import Handled
from services.chassis.ticks import Threaded

ATTEMPTS = 3
ATTEMPT_SECONDS = 0.2

log = structlog.get_logger()

Polled = Mapping[TopicPartition, list[Record]]


class Handling:
    """Of one replica. `done` is told of what took effect, with the records that it came of."""

    def __init__(self, inbox: Inbox, in_thread: Threaded, done: Callable[[Polled, Handled], None]) -> None:
        self._inbox = inbox
        self._in_thread = in_thread
        self._done = done
        self.fences: dict[int, Fence] = {}
        """By partition number: what this replica owns."""

    async def handle(self, consumer: Consumer, records: Polled, stop: asyncio.Event) -> None:
        """One transaction for all of them; apart when that is refused, so that one never stops another."""
        flat = [record for part in records.values() for record in part]
        backoff = Backoff("store")
        while not stop.is_set():
            fences = self._fences_of(records)
            if fences is None:
                return self._back(consumer, records)
            try:
                handled = await self._in_thread(self._inbox.handle, flat, fences)
            except Fenced:
                return self._back(consumer, records)
            except Unavailable as error:
                await self._in_thread(self._inbox.forget)
                await backoff.wait(error, stop)
            except (Faulted, PortError):
                return await self._one_by_one(consumer, records, stop)
            else:
                backoff.succeeded()
                self._done(records, handled)
                return None
        return self._back(consumer, records)

    def _back(self, consumer: Consumer, records: Polled) -> None:
        """Nothing of these was handled: they come again, here or to their new owner."""
        for partition, part in records.items():
            if partition.partition in self.fences:
                consumer.seek(partition, part[0].offset)

    async def _one_by_one(self, consumer: Consumer, records: Polled, stop: asyncio.Event) -> None:
        for partition, part in records.items():
            for record in part:
                if not await self._single(partition, record, stop):
                    self._back(consumer, {partition: part[part.index(record) :]})
                    break

    async def _single(self, partition: TopicPartition, record: Record, stop: asyncio.Event) -> bool:
        """Handles one record; parks it when it faults again and again. False when it must come again."""
        attempt, backoff = 1, Backoff("store")
        while not stop.is_set():
            fences = self._fences_of((partition,))
            if fences is None:
                return False
            try:
                handled = await self._in_thread(self._inbox.handle, [record], fences)
            except Fenced:
                return False
            except Unavailable as error:
                await self._in_thread(self._inbox.forget)
                await backoff.wait(error, stop)
            except (Faulted, PortError) as error:
                if attempt < ATTEMPTS:
                    attempt += 1
                    await pause(stop, ATTEMPT_SECONDS * attempt)
                    continue
                return await self._park(partition, record, error)
            else:
                backoff.succeeded()
                self._done({partition: [record]}, handled)
                return True
        return False

    async def _park(self, partition: TopicPartition, record: Record, error: Exception) -> bool:
        fences = self._fences_of((partition,))
        if fences is None:
            return False
        log.debug("why it is parked", exc_info=error)
        try:
            handled = await self._in_thread(self._inbox.park, record, error, fences)
        except Fenced:
            return False
        self._done({partition: [record]}, handled)
        return True

    def _fences_of(self, partitions: Collection[TopicPartition]) -> list[Fence] | None:
        """The fences under which these may be committed; None when one is not ours (any more)."""
        numbers = {partition.partition for partition in partitions}
        if not numbers <= self.fences.keys():
            return None
        return [self.fences[number] for number in sorted(numbers)]
