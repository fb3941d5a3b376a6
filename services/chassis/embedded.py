"""The embedded bus: topics in one SQLite file, for the processes of one machine.

Every connection has a thread of its own, so nothing here blocks the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

from services.chassis.embedded_group import Groups, Seat, share
from services.chassis.embedded_log import Log
from services.chassis.ports import (
    Bounds,
    Listener,
    Outgoing,
    Record,
    TopicConfig,
    TopicPartition,
    Unavailable,
)

SESSION_SECONDS = 6.0
EXPIRE_SECONDS = 60.0
_BEAT_SECONDS = 0.25
_SETTLE_SECONDS = 0.01
_SHORTEST_PAUSE = 0.001
_LONGEST_PAUSE = 0.02

P = ParamSpec("P")
T = TypeVar("T")


class _Closes(Protocol):
    def close(self) -> None: ...


R = TypeVar("R", bound=_Closes)


class _Worker(Generic[R]):
    """A thread with the connection that is opened, used and closed in it."""

    def __init__(self, open_: Callable[[], R]) -> None:
        self._open = open_
        self._resource: R | None = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bus")

    async def run(self, work: Callable[Concatenate[R, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of the work, one hop away. `Unavailable` when SQLite cannot do it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, lambda: work(self._opened(), *args, **kwargs))
        except sqlite3.Error as error:
            raise Unavailable(f"the embedded bus cannot be used now: {error}") from error

    def _opened(self) -> R:
        if self._resource is None:
            self._resource = self._open()
        return self._resource

    async def close(self) -> None:
        """Waits for what is under way. Nothing may be run afterwards."""
        loop = asyncio.get_running_loop()
        with suppress(RuntimeError):
            await loop.run_in_executor(self._pool, self._close)
        self._pool.shutdown(wait=False)

    def _close(self) -> None:
        if self._resource is not None:
            self._resource.close()
            self._resource = None


class EmbeddedBus:
    """The `Bus` port over the SQLite file `path` and `path` + `.groups` beside it, made when missing.

    A group member that is silent for `session` seconds loses its partitions, one whose process has ended
    at once. What is older than a topic is kept is dropped by publishers, every `expire_every` seconds.
    """

    def __init__(
        self, path: Path, *, session: float = SESSION_SECONDS, expire_every: float = EXPIRE_SECONDS
    ) -> None:
        self._path = path
        self._session = session
        self._expire_every = expire_every
        self._log = _Worker(self._open_log)
        self._groups = _Worker(self._open_groups)

    def _open_log(self) -> Log:
        return Log(self._path)

    def _open_groups(self) -> Groups:
        return Groups(self._path.with_name(self._path.name + ".groups"), self._session)

    async def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        made = await self._log.run(Log.apply, list(topics))
        if made:
            await self._groups.run(Groups.regroup)
        return made

    async def partitions(self, topic: str) -> int:
        return await self._log.run(Log.partitions, topic)

    async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Of those partitions that exist."""
        return await self._log.run(Log.bounds, partitions)

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        return await self._log.run(Log.read, partition, offset, limit)

    async def lag(self, group: str, topics: Collection[str]) -> dict[TopicPartition, int]:
        """Counts what was committed up to a quarter of a second ago."""
        committed = await self._groups.run(Groups.committed, group)
        bounds = await self._log.run(_bounds_of_topics, topics)
        open_ = {part: _uncommitted(bound, committed.get(part, 0)) for part, bound in bounds.items()}
        return {part: count for part, count in open_.items() if count}

    def publisher(self) -> EmbeddedPublisher:
        return EmbeddedPublisher(_Worker(self._open_log), self._expire_every)

    async def consumer(self, group: str, topics: Collection[str], listener: Listener) -> EmbeddedConsumer:
        consumer = EmbeddedConsumer(group, topics, listener, self._session)
        await consumer.join(_Worker(self._open_log), _Worker(self._open_groups))
        return consumer

    async def close(self) -> None:
        """Publishers and consumers are closed on their own."""
        await self._log.close()
        await self._groups.close()


def _bounds_of_topics(log: Log, topics: Collection[str]) -> dict[TopicPartition, Bounds]:
    every = [TopicPartition(topic, number) for topic in topics for number in range(log.partitions(topic))]
    return log.bounds(every)


def _uncommitted(bounds: Bounds, committed: int) -> int:
    """A committed offset past the end is of a log that was wiped: nothing of this one is handled."""
    start = committed if committed <= bounds.end else 0
    return bounds.end - max(start, bounds.begin)


class EmbeddedPublisher:
    """The `Publisher` port; a batch is one transaction, on disk when `publish` returns."""

    def __init__(self, log: _Worker[Log], expire_every: float) -> None:
        self._log = log
        self._expire_every = expire_every
        self._expired = 0.0

    async def publish(self, batch: Sequence[Outgoing]) -> list[int]:
        return await self._log.run(self._append, batch) if batch else []

    def _append(self, log: Log, batch: Sequence[Outgoing]) -> list[int]:
        offsets = log.append(batch)
        if time.monotonic() - self._expired > self._expire_every and not self._expire(log):
            self._expired = time.monotonic()
        return offsets

    def _expire(self, log: Log) -> int:
        """A failure here must not make the batch look unpublished; the next publish tries again."""
        with suppress(sqlite3.Error):
            return log.expire(time.time_ns() // 1_000_000)
        return 0

    async def close(self) -> None:
        await self._log.close()


class EmbeddedConsumer:
    """The `Consumer` port. Partitions change hands only inside `poll`; closing tells the listener nothing."""

    _log: _Worker[Log]
    _groups: _Worker[Groups]
    _member: str
    _beating: asyncio.Task[None]

    def __init__(self, group: str, topics: Collection[str], listener: Listener, session: float) -> None:
        self._group = group
        self._topics = sorted(topics)
        self._listener = listener
        self._session = session
        self._seat = Seat(0, (), settled=False)
        self._seen = -1
        self._seen_at = 0.0
        self._assigned_in = -1
        self._positions: dict[TopicPartition, int] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self._halt = threading.Event()

    async def join(self, log: _Worker[Log], groups: _Worker[Groups]) -> None:
        """Enters the group; the partitions come with the first polls."""
        self._log, self._groups = log, groups
        try:
            self._member = await groups.run(Groups.join, self._group)
            await self._beat()
        except BaseException:
            await log.close()
            await groups.close()
            raise
        self._beating = asyncio.create_task(self._beat_on())

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(Unavailable):
                await self._flush()
                await self._beat()
            if self._seat.generation != self._assigned_in:
                self._halt.set()

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
        self._halt = halt = threading.Event()
        try:
            found = await self._log.run(_wait, dict(self._positions), limit, deadline, halt)
        except asyncio.CancelledError:
            halt.set()
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
        self._halt.set()
        self._beating.cancel()
        with suppress(asyncio.CancelledError):
            await self._beating
        with suppress(Unavailable):
            await self._flush()
            await self._groups.run(Groups.leave, self._group, self._member)
        await self._log.close()
        await self._groups.close()


def _wait(
    log: Log, positions: Mapping[TopicPartition, int], limit: int, deadline: float, halt: threading.Event
) -> dict[TopicPartition, list[Record]]:
    """Reads at once, then again whenever somebody wrote; looks rarely when nothing happens."""
    log.changed()
    found = log.tail(positions, limit)
    pause = _SHORTEST_PAUSE
    while not found:
        left = deadline - time.monotonic()
        if left <= 0 or halt.wait(min(pause, left)):
            break
        pause = min(pause * 1.3, _LONGEST_PAUSE)
        if log.changed():
            found = log.tail(positions, limit)
    return found
