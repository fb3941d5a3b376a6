"""One member of a consumer group of the embedded bus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress

from services.chassis.embedded_bell import Bell
from services.chassis.embedded_group import Groups, Seat, share
from services.chassis.embedded_log import Log
from services.chassis.embedded_worker import Worker
from services.chassis.ports import Listener, Record, TopicPartition, Unavailable

_BEAT_SECONDS = 0.25
_SETTLE_SECONDS = 0.01
_LOOK_SECONDS = 0.05


class EmbeddedConsumer:
    """The `Consumer` port. Partitions change hands only inside `poll`; closing tells the listener nothing."""

    _log: Worker[Log]
    _groups: Worker[Groups]
    _bell: Bell
    _rest: _Rest
    _member: str
    _beating: asyncio.Task[None]

    def __init__(
        self, group: str, topics: Collection[str], listener: Listener, session: float, expire_every: float
    ) -> None:
        self._group = group
        self._topics = sorted(topics)
        self._listener = listener
        self._session = session
        self._expire_every = expire_every
        self._expired = time.monotonic()
        self._seat = Seat(0, (), settled=False)
        self._seen = -1
        self._seen_at = 0.0
        self._assigned_in = -1
        self._positions: dict[TopicPartition, int] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self._closed = False

    async def join(self, log: Worker[Log], groups: Worker[Groups], bell: Bell) -> None:
        """Enters the group; the partitions come with the first polls."""
        self._log, self._groups, self._bell = log, groups, bell
        self._rest = _Rest(bell)
        try:
            self._member = await groups.run(Groups.join, self._group)
            await self._beat()
        except BaseException:
            await self._close()
            raise
        self._beating = asyncio.create_task(self._beat_on())

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(Unavailable):
                await self._flush()
                await self._beat()
                await self._expire()
            if self._seat.generation != self._assigned_in:
                self._rest.end()

    async def _expire(self) -> None:
        """Also where nobody publishes any more, nothing lies longer than its topic is kept."""
        if time.monotonic() - self._expired > self._expire_every:
            while await self._log.run(Log.expire, time.time_ns() // 1_000_000):
                pass
            self._expired = time.monotonic()

    async def _beat(self) -> None:
        self._seat = await self._groups.run(Groups.beat, self._group, self._member, self._seen)

    async def _flush(self) -> None:
        offsets, self._uncommitted = self._uncommitted, {}
        if not offsets:
            return
        try:
            await self._groups.run(Groups.commit, self._group, offsets)
        except Unavailable:
            self._uncommitted = {**offsets, **self._uncommitted}
            raise

    async def poll(self, limit: int, timeout: float) -> dict[TopicPartition, list[Record]]:  # noqa: ASYNC109
        """As the port says; a batch of a backlog is of few partitions, and the others have the next turns."""
        deadline = time.monotonic() + timeout
        if self._seat.generation != self._assigned_in and not await self._adapt(deadline):
            return {}
        self._rest = rest = _Rest(self._bell)
        try:
            found = await self._log.run(_wait, dict(self._positions), limit, deadline, rest)
        except asyncio.CancelledError:
            rest.end()
            raise
        for partition, records in found.items():
            del self._positions[partition]
            self._positions[partition] = records[-1].offset + 1
        return found

    async def _adapt(self, deadline: float) -> bool:
        """Gives up what it had, waits until every member has seen the same group, takes its share."""
        await self._give_up()
        while not self._agreed():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_SETTLE_SECONDS)
            await self._beat()
        await self._take()
        return True

    async def _give_up(self) -> None:
        if self._positions:
            await self._listener.revoked(list(self._positions))
            self._positions = {}
            await self._flush()

    def _agreed(self) -> bool:
        """A member that lives but does not poll is waited for as long as a silent one; the fence holds it."""
        if self._seat.generation != self._seen:
            self._seen = self._seat.generation
            self._seen_at = time.monotonic()
            return False
        return self._seat.settled or time.monotonic() - self._seen_at > self._session

    async def _take(self) -> None:
        seat = self._seat
        counts = {topic: await self._log.run(Log.partitions, topic) for topic in self._topics}
        committed = await self._groups.run(Groups.committed, self._group)
        mine = sorted(share(seat.members, self._member, counts))
        self._positions = {partition: committed.get(partition, 0) for partition in mine}
        await self._listener.assigned(mine)
        self._assigned_in = seat.generation

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Written within a quarter of a second, when partitions change hands and when closing."""
        self._uncommitted.update(offsets)

    async def committed(self, partition: TopicPartition) -> int | None:
        with suppress(Unavailable):
            await self._flush()
        return (await self._groups.run(Groups.committed, self._group)).get(partition)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition not in self._positions:
            raise ValueError(f"{partition.topic}/{partition.partition} is not assigned to this member")
        self._positions[partition] = offset

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._rest.end()
        self._beating.cancel()
        with suppress(asyncio.CancelledError):
            await self._beating
        with suppress(Unavailable):
            await self._flush()
            await self._groups.run(Groups.leave, self._group, self._member)
        await self._close()

    async def _close(self) -> None:
        await self._log.close()
        await self._groups.close()
        self._bell.close()


def _wait(
    log: Log, positions: Mapping[TopicPartition, int], limit: int, deadline: float, rest: _Rest
) -> dict[TopicPartition, list[Record]]:
    """Reads at once, then again whenever somebody wrote."""
    log.changed()
    found = log.tail(positions, limit)
    while not found:
        left = deadline - time.monotonic()
        if left <= 0 or rest.over:
            break
        rest.bell.wait(min(_LOOK_SECONDS, left))
        if log.changed():
            found = log.tail(positions, limit)
    return found


class _Rest:
    """The waiting of one poll, which others may end before its time."""

    def __init__(self, bell: Bell) -> None:
        self.bell = bell
        self.over = False

    def end(self) -> None:
        self.over = True
        self.bell.ring()
