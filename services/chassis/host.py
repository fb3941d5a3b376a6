"""Runs one service: consumes, handles, fires timers, relays, keeps the pages; until it is asked to stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from schemas.topics import TOPICS, parked
from services.chassis import answers
from services.chassis.backoff import Backoff
from services.chassis.batch import Setup
from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.follower import Follower
from services.chassis.handling import Handling, Polled
from services.chassis.inbox import Inbox
from services.chassis.logs import note
from services.chassis.outbox import Outbox
from services.chassis.pause import asked_to_end
from services.chassis.ports import (
    Bus,
    Consumer,
    Fence,
    Fenced,
    Keys,
    PortError,
    Store,
    TopicConfig,
    TopicPartition,
)
from services.chassis.reading import Reading
from services.chassis.relay import Relay
from services.chassis.service import Service
from services.chassis.stored import Codec
from services.chassis.taken import Handled
from services.chassis.ticks import Ticks

BATCH = 700
POLL_SECONDS = 0.1
TICK_SECONDS = 0.25
COMMIT_SECONDS = 0.5
RECOMMIT_SECONDS = 10.0
WIPE_SECONDS = 3.0
GRACE_SECONDS = 0.8

T = TypeVar("T")
log = structlog.get_logger()


def setup(service: Service, store: Store, keys: Keys, partitions: int) -> Setup:
    """What the parts of the chassis share for one service."""
    categories = {category.name: category for category in (*service.categories, *answers.CATEGORIES)}
    codec = Codec((*service.stored, *answers.STORED))
    return Setup(store, keys, codec, categories, partitions, service.shared_rows)


def topics(partitions: int) -> list[TopicConfig]:
    """Every topic as it is made, those of parked messages included."""
    made = [TopicConfig(one.name, one.partitions or partitions, one.retention_ms) for one in TOPICS.values()]
    return made + [TopicConfig(parked(one.name), one.partitions, None) for one in made]


class Stopped(Exception):
    """A part of the service ended by itself: better no process than one that does nothing."""


class WrongTopics(Exception):
    """The topics were made with another partition count than this installation has."""


async def _finish(tasks: Collection[asyncio.Task[None]]) -> None:
    """Waits a second for what is under way; what waits for something that is away is given up."""
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)


class Host:
    """One replica of one service. It touches the file `heartbeat` for as long as it takes what comes."""

    def __init__(
        self, service: Service, parts: Setup, bus: Bus, clock: Clock, heartbeat: Path | None = None
    ) -> None:
        self._service = service
        self._store = parts.store
        self._bus = bus
        self._clock = clock
        self._inbox = Inbox(service, parts, Cache(), clock)
        self._relay = Relay(Outbox(service, parts), bus, topics(parts.partitions))
        self._follower = Follower(service, parts)
        self._reading = Reading(bus)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="handler")
        self._handling = Handling(self._inbox, self._in_thread, self._done)
        self._ticks = Ticks(self._inbox, clock, self._in_thread, self._took_effect)
        self._partitions = parts.partitions
        self._committed_at = self._recommitted_at = 0.0
        self._heartbeat = heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped: what was taken is finished and saved first, unless that takes a second.

        Goes on by itself after any failure. Raises `WrongTopics`.
        """
        ended = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            consuming = tasks.create_task(self._consume(stop))
            others = [tasks.create_task(part.run(ended)) for part in (self._relay, self._follower)]
            stopping = tasks.create_task(stop.wait())
            await asyncio.wait((consuming, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                raise Stopped("nobody asked the consumer to end, and it has")
            await _finish([consuming])
            ended.set()
            await _finish(others)
        self._thread.shutdown(wait=not consuming.cancelled())

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    # ------------------------------------------------------------------------------------ consuming

    async def _consume(self, stop: asyncio.Event) -> None:
        backoff = Backoff("consumer")
        while not stop.is_set():
            consumer: Consumer | None = None
            try:
                await self._apply()
                consumer = await self._bus.consumer(
                    f"aftersale-{self._service.name}", self._service.topics, self
                )
                await self._loop(consumer, backoff, stop)
            except WrongTopics:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if asked_to_end():
                    raise
                # Also a fault of ours: a service that stands still in silence would be worse.
                await self._forget()
                await backoff.wait(error, stop)
            finally:
                if consumer is not None:
                    await self._leave(consumer)

    async def _apply(self) -> None:
        try:
            await self._bus.apply(topics(self._partitions))
        except ValueError as error:
            raise WrongTopics(str(error)) from error

    async def _forget(self) -> None:
        """As new: whatever was read or remembered may be of another time."""
        self._reading = Reading(self._bus)
        await self.revoked(())

    async def _leave(self, consumer: Consumer) -> None:
        """Whatever else fails, it is closed: a member that nobody polls would keep its partitions."""
        for last in (partial(consumer.commit, self._reading.offsets()), consumer.close):
            try:
                await last()
            except (Exception, asyncio.CancelledError) as error:
                if asked_to_end():
                    raise
                log.warning("left without a word", error=str(error))

    async def _loop(self, consumer: Consumer, backoff: Backoff, stop: asyncio.Event) -> None:
        ticked = wiped = time.monotonic()
        while not stop.is_set():
            records = await consumer.poll(BATCH, POLL_SECONDS)
            if records:
                await self._handling.handle(consumer, records, stop)
            backoff.succeeded()
            if time.monotonic() - ticked > TICK_SECONDS:
                await self._tick(consumer)
                ticked = time.monotonic()
            if time.monotonic() - wiped > WIPE_SECONDS:
                await self._reading.wiped(consumer)
                wiped = time.monotonic()
            await self._commit(consumer, idle=not records)

    async def _commit(self, consumer: Consumer, idle: bool) -> None:
        if not idle and time.monotonic() - self._committed_at < COMMIT_SECONDS:
            return
        if time.monotonic() - self._recommitted_at > RECOMMIT_SECONDS:
            # A commit may have been lost without a word, and nobody may ever write here again.
            self._reading.recommit()
            self._recommitted_at = time.monotonic()
        if offsets := self._reading.offsets():
            await consumer.commit(offsets)
            self._reading.committed(offsets)
        self._committed_at = time.monotonic()

    def _done(self, records: Polled, handled: Handled) -> None:
        self._took_effect(handled)
        self._reading.handled(records, handled)
        if unknown := handled.counts["unknown"]:
            log.warning("passed over messages of types that are not known here yet", count=unknown)

    def _took_effect(self, handled: Handled) -> None:
        note(handled.appended)
        self._relay.offer(handled)

    # ----------------------------------------------------------------------------------- assignment

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """Raises the fence of every partition number that is ours now."""
        numbers = sorted({partition.partition for partition in partitions})
        epochs = await self._in_thread(self._store.claim, numbers)
        self._handling.fences = {number: Fence(number, epoch) for number, epoch in epochs.items()}
        self._relay.alone(len(epochs) == self._partitions)
        log.info("assigned", partitions=numbers)

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        """Forgets what was cached: somebody else may change it from now on."""
        self._handling.fences = {}
        self._relay.alone(False)
        self._reading.forget(list(partitions))
        await self._in_thread(self._inbox.forget)

    # ---------------------------------------------------------------------------------------- ticks

    async def _tick(self, consumer: Consumer) -> None:
        """Timers, people's retries of parked messages, the clock, and partitions with a gap."""
        if self._heartbeat is not None:
            self._heartbeat.touch()
        try:
            await self._ticks.run(self._handling.fences)
        except Fenced:
            log.info("fenced: another replica owns a partition now")
        except PortError as error:
            log.warning("the store is away", error=str(error))
            await self._in_thread(self._inbox.forget)
        await self._reading.reread(consumer)
