"""The relay: follows the store's log in order and publishes it. One is active per service.

After a crash it may publish twice, with the same id, never out of order for one key. The broker is
disposable: a partition that was wiped is published again from the start of the log.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress

import structlog

from schemas.topics import TOPICS
from services.chassis.backoff import Backoff
from services.chassis.outbox import Letter, Outbox, Pair
from services.chassis.pause import asked_to_end, pause
from services.chassis.places import At, Places
from services.chassis.ports import Bus, Outgoing, PortError, Publisher, TopicConfig, Unavailable
from services.chassis.taken import Handled

READ = 600
SAVE_SECONDS = 1.0
CHECK_SECONDS = 3.0
LEAD_SECONDS = 0.5
SHARED_SECONDS = 0.01
"""So long a commit of another replica may wait to be seen."""
ALONE_SECONDS = 0.25
"""The same while every partition is this replica's: what is committed here is offered."""
QUIET_SECONDS = 0.05
MEMORY = 20_000

log = structlog.get_logger()


class Relay:
    """Publishes one service's log. `offer` is called from the handler's side, `run` is the task."""

    def __init__(self, outbox: Outbox, bus: Bus, topics: Sequence[TopicConfig]) -> None:
        self._outbox = outbox
        self._topics = topics
        self._store = outbox.setup.store
        self._bus = bus
        self._publisher: Publisher | None = None
        self._offered: deque[tuple[int, Sequence[Pair]]] = deque()
        self._wake = asyncio.Event()
        self._position = 0
        self._places = Places(self._store.log_id)
        self._saved = (0, 0.0)
        self._every = SHARED_SECONDS
        self._read_at = 0.0
        self._leading = False

    @property
    def position(self) -> int:
        """The last sequence that was published."""
        return self._position

    def offer(self, handled: Handled) -> None:
        """What was just committed here, so that it need not be read again."""
        if handled.committed is None or not handled.appended:
            return
        if self._leading and len(self._offered) < MEMORY // READ:
            pairs = list(zip(handled.committed.sequences, handled.appended, strict=True))
            self._offered.append((handled.committed.before, pairs))
        self._wake.set()

    def alone(self, alone: bool) -> None:
        """Whether only this replica commits from now on."""
        self._every = ALONE_SECONDS if alone else SHARED_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped; then what was published is saved. Goes on by itself after any failure."""
        backoff = Backoff("relay")
        checking = asyncio.create_task(self._keep_checking(stop))
        try:
            while not stop.is_set():
                await self._go_on(backoff, stop)
        finally:
            checking.cancel()
        await self._end()

    async def _go_on(self, backoff: Backoff, stop: asyncio.Event) -> None:
        try:
            if self._leading or await self._lead(stop):
                await self._step(stop)
                backoff.succeeded()
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            # Also a fault of ours: the log is there, so it is tried again, and said each time.
            self._leading = False
            await self._drop_publisher()
            await backoff.wait(error, stop)

    # ----------------------------------------------------------------------------------- leadership

    async def _lead(self, stop: asyncio.Event) -> bool:
        if not await asyncio.to_thread(self._store.lead, "relay"):
            await pause(stop, LEAD_SECONDS)
            return False
        await self._drop_publisher()
        self._position = await asyncio.to_thread(self._store.relay_position)
        self._places = Places(self._store.log_id, await asyncio.to_thread(self._store.relay_places))
        self._saved = (self._position, time.monotonic())
        self._offered.clear()
        self._read_at = 0.0
        await self._bus.apply(self._topics)
        self._publisher = self._bus.publisher()
        await self._refill(await self._places.wiped(self._bus))
        self._leading = True
        return True

    async def _drop_publisher(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()

    async def _end(self) -> None:
        if self._leading:
            try:
                await self._save(0.0)
            except PortError as error:
                log.warning(
                    "relay position not saved, some messages will be published twice", error=str(error)
                )
        await self._drop_publisher()

    # ------------------------------------------------------------------------------------ following

    async def _step(self, stop: asyncio.Event) -> None:
        self._wake.clear()
        if self._places.suspects:
            await self._refill(set(self._places.suspects))
        entries = await self._next()
        if entries:
            await self._publish(entries)
            self._position = entries[-1][0]
            await self._save(SAVE_SECONDS)
        else:
            await self._save(QUIET_SECONDS)
            await self._idle(stop)

    async def _idle(self, stop: asyncio.Event) -> None:
        # Other replicas' commits are not offered here, so the log is looked at again soon.
        if stop.is_set():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._every)

    async def _next(self) -> Sequence[Pair]:
        """From memory while it joins up with what was published, else from the log."""
        entries: list[Pair] = []
        position = self._position
        while self._offered and len(entries) < READ:
            before, offered = self._offered[0]
            last = offered[-1][0]
            if last <= position:
                self._offered.popleft()
            elif before == position:
                entries += offered
                position = last
                self._offered.popleft()
            else:
                break
        if entries:
            # It joined up with the log, so nothing lies between: the log need not be looked at again so soon.
            self._read_at = time.monotonic()
            return entries
        if not self._offered and time.monotonic() - self._read_at < self._every:
            return entries
        found = await asyncio.to_thread(self._read, self._position)
        self._read_at = time.monotonic() if len(found) < READ else 0.0
        return found

    def _read(self, after: int) -> Sequence[Pair]:
        return self._outbox.entries(self._store.log(after, READ))

    async def _publish(self, entries: Sequence[Pair]) -> None:
        letters: list[Letter] = []

        def make() -> list[Outgoing]:
            letters.extend(self._outbox.letters(entries, self._places.sequences()))
            return [letter.outgoing for letter in letters]

        assert self._publisher is not None
        # Made where they are written: a way to another thread and back costs as much as ten letters.
        self._places.published(letters, await self._publisher.publish(make))

    async def _publish_again(self, letters: Sequence[Letter]) -> None:
        assert self._publisher is not None
        offsets = await self._publisher.publish([letter.outgoing for letter in letters])
        self._places.published(letters, offsets)

    async def _save(self, seconds: float) -> None:
        position, at = self._saved
        if position != self._position and time.monotonic() - at >= seconds:
            await self._save_now()

    async def _save_now(self) -> None:
        moved = self._places.moved()
        await asyncio.to_thread(self._store.save_relay, self._position, moved)
        self._places.saved(moved)
        self._saved = (self._position, time.monotonic())

    # ---------------------------------------------------------------------------- a disposable broker

    async def _keep_checking(self, stop: asyncio.Event) -> None:
        """Beside the publishing, so that reading back never delays a message."""
        while not stop.is_set():
            await pause(stop, CHECK_SECONDS)
            if self._leading and not stop.is_set():
                await self._check()
                self._wake.set()

    async def _check(self) -> None:
        try:
            leads = await asyncio.to_thread(self._store.lead, "relay")
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            log.warning("the relay may lead no longer", error=str(error))
            leads = False
        self._leading = leads and self._leading
        places, emptied = self._places, self._places.emptied
        try:
            wiped = await places.wiped(self._bus)
            if emptied == places.emptied:
                places.suspects |= wiped
        except Unavailable as error:
            log.debug("the broker cannot be checked now", error=str(error))
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            log.error("checking the broker failed, trying again", exc_info=error)

    async def _refill(self, wiped: Collection[At]) -> None:
        """Publishes these partitions again from the start of the log, with the same ids and sequences."""
        only = set(wiped)
        if not only:
            return
        log.warning("the broker was wiped: publishing again", partitions=len(only))
        await self._bus.apply(self._topics)
        self._places.empty(only)
        last: dict[At, int] = {}
        after, end = 0, self._position
        while after < end:
            log_part = await asyncio.to_thread(self._store.log, after, READ)
            entries = await asyncio.to_thread(
                self._outbox.entries, [e for e in log_part if e.sequence <= end]
            )
            if not entries:
                break
            after = entries[-1][0]
            letters = await asyncio.to_thread(self._outbox.letters, entries, last, only)
            await self._publish_again([letter for letter in letters if not _expired(letter)])
        self._places.suspects -= only
        await self._save_now()


def _expired(letter: Letter) -> bool:
    """Older than its topic keeps records, by real time."""
    topic = TOPICS.get(letter.outgoing.topic)
    if topic is None or topic.retention_ms is None:
        return False
    return letter.real < (time.time() * 1000 - topic.retention_ms) * 1000
