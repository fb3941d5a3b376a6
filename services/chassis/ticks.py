"""What a replica does by itself, often: timers, people's retries of what is parked, the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from services.chassis.clock import Clock
from services.chassis.inbox import Faulted, Inbox
from services.chassis.parking import DISCARD, RETRY
from services.chassis.ports import Fence, Timer
from services.chassis.stored import micros
from services.chassis.taken import Handled

TIMERS = 200
ATTEMPTS = 3

log = structlog.get_logger()

Threaded = Callable[..., Awaitable[Any]]
"""Runs a function in the handler's thread."""


class Ticks:
    """Of the partitions whose fences are given; what was committed is offered to the relay."""

    def __init__(
        self, inbox: Inbox, clock: Clock, in_thread: Threaded, offer: Callable[[Handled], None]
    ) -> None:
        self._inbox = inbox
        self._store = inbox.setup.store
        self._clock = clock
        self._in_thread = in_thread
        self._offer = offer
        self._failures: dict[str, int] = {}

    async def run(self, fences: Mapping[int, Fence]) -> None:
        """Once. Raises `PortError`."""
        await self._in_thread(self._clock.follow, self._store)
        await self._fire(fences)
        await self._retry(fences)

    async def _fire(self, fences: Mapping[int, Fence]) -> None:
        due = await self._due(list(fences))
        if not due:
            return
        try:
            numbers = sorted({timer.partition for timer in due})
            await self._fired(due, [fences[number] for number in numbers])
        except Faulted:
            for timer in due:
                await self._single(timer, fences[timer.partition])

    async def _due(self, partitions: Sequence[int]) -> list[Timer]:
        now = micros(self._clock.now())
        found: list[Timer] = await self._in_thread(self._store.due, partitions, now, TIMERS)
        return found

    async def _fired(self, due: Sequence[Timer], fences: Sequence[Fence]) -> None:
        self._offer(await self._in_thread(self._inbox.fire, due, fences))
        for timer in due:
            self._failures.pop(timer.timer, None)

    async def _single(self, timer: Timer, fence: Fence) -> None:
        """One that faults again and again is parked. Those before it may have taken it away."""
        if timer not in await self._due([timer.partition]):
            return
        try:
            await self._fired([timer], [fence])
        except Faulted as error:
            failures = self._failures[timer.timer] = self._failures.get(timer.timer, 0) + 1
            if failures < ATTEMPTS:
                return
            log.debug("why it is parked", timer=timer.timer, exc_info=error)
            self._offer(await self._in_thread(self._inbox.park_timer, timer, error, [fence]))
            del self._failures[timer.timer]

    async def _retry(self, fences: Mapping[int, Fence]) -> None:
        for row in await self._in_thread(self._store.rows_of, RETRY):
            if (fence := fences.get(int(row.key))) is None:
                continue
            id, _, verb = row.member.partition(":")
            work = self._inbox.discard if verb == DISCARD else self._inbox.retry
            self._offer(await self._in_thread(work, id, [fence]))
