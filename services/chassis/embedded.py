"""The embedded bus: topics in one SQLite file, for the processes of one machine.

Every connection has a thread of its own, so nothing here blocks the event loop.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from services.chassis.embedded_bell import Bell, Ringer
from services.chassis.embedded_consumer import EmbeddedConsumer
from services.chassis.embedded_group import Groups
from services.chassis.embedded_log import Log
from services.chassis.embedded_worker import Worker
from services.chassis.lag import lag as behind
from services.chassis.ports import Bounds, Kept, Listener, Outgoing, Record, TopicConfig, TopicPartition

SESSION_SECONDS = 6.0
EXPIRE_SECONDS = 60.0


class EmbeddedBus:
    """The `Bus` port over the SQLite file `path`, with `.groups` and `.bells` beside it, made when missing.

    A group member that is silent for `session` seconds loses its partitions, one whose process has ended
    at once. What is older than a topic is kept is dropped by publishers and consumers, every `expire_every`
    seconds.
    """

    def __init__(
        self, path: Path, *, session: float = SESSION_SECONDS, expire_every: float = EXPIRE_SECONDS
    ) -> None:
        self._path = path
        self._bells = path.with_name(path.name + ".bells")
        self._session = session
        self._expire_every = expire_every
        self._log = Worker(self._open_log)
        self._groups = Worker(self._open_groups)

    def _open_log(self) -> Log:
        return Log(self._path)

    def _open_groups(self) -> Groups:
        return Groups(self._path.with_name(self._path.name + ".groups"), self._session)

    async def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        made = await self._log.run(Log.apply, list(topics))
        if made:
            await self._groups.run(Groups.regroup, made)
        return made

    async def partitions(self, topic: str) -> int:
        return await self._log.run(Log.partitions, topic)

    async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Of those partitions that exist."""
        return await self._log.run(Log.bounds, partitions)

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        return await self._log.run(Log.read, partition, offset, limit)

    async def records_at(self, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
        return await self._log.run(_records_at, places)

    async def kept(self, topics: Collection[str]) -> dict[str, Kept]:
        return await self._log.run(Log.kept, topics)

    async def lag(self, group: str, topics: Collection[str]) -> dict[TopicPartition, int]:
        """Counts what was committed up to a quarter of a second ago."""
        committed = await self._groups.run(Groups.committed, group)
        bounds = await self._log.run(_bounds_of_topics, topics)
        return behind(bounds, committed)

    def publisher(self) -> EmbeddedPublisher:
        return EmbeddedPublisher(Worker(self._open_log), Ringer(self._bells), self._expire_every)

    async def consumer(self, group: str, topics: Collection[str], listener: Listener) -> EmbeddedConsumer:
        consumer = EmbeddedConsumer(group, topics, listener, self._session, self._expire_every)
        await consumer.join(Worker(self._open_log), Worker(self._open_groups), Bell(self._bells))
        return consumer

    async def close(self) -> None:
        """Publishers and consumers are closed on their own."""
        await self._log.close()
        await self._groups.close()


def _records_at(log: Log, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
    found = ((partition, log.read(partition, offset, 1)) for partition, offset in places.items())
    return {partition: records[0] for partition, records in found if records}


def _bounds_of_topics(log: Log, topics: Collection[str]) -> dict[TopicPartition, Bounds]:
    every = [TopicPartition(topic, number) for topic in topics for number in range(log.partitions(topic))]
    return log.bounds(every)


class EmbeddedPublisher:
    """The `Publisher` port; a batch is one transaction, on disk when `publish` returns."""

    def __init__(self, log: Worker[Log], ringer: Ringer, expire_every: float) -> None:
        self._log = log
        self._ringer = ringer
        self._expire_every = expire_every
        self._expired = 0.0

    async def publish(self, batch: Sequence[Outgoing] | Callable[[], Sequence[Outgoing]]) -> list[int]:
        return await self._log.run(self._append, batch) if batch else []

    def _append(self, log: Log, batch: Sequence[Outgoing] | Callable[[], Sequence[Outgoing]]) -> list[int]:
        made = batch() if callable(batch) else batch
        if not made:
            return []
        offsets = log.append(made)
        self._ringer.ring()
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
        self._ringer.close()
