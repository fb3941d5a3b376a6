"""Publishes batches to Kafka: one request for many partitions, in order, or not known to be done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from services.chassis.kafka_wire import Wire
from services.chassis.ports import Outgoing, Unavailable

_TOPIC_SECONDS = 2.0


class _Chunk(NamedTuple):
    """A batch of the library, and which of the records given are in it."""

    batch: Any
    indexes: list[int]


class KafkaPublisher:
    """The `Publisher` port. One batch at a time; a failure costs a new producer, never the order."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._producer: Any = None
        self._connections: dict[Any, Any] = {}
        self._turn = asyncio.Lock()

    async def publish(self, batch: Sequence[Outgoing] | Callable[[], Sequence[Outgoing]]) -> list[int]:
        if callable(batch):
            batch = await asyncio.to_thread(batch)
        if not batch:
            return []
        async with self._turn:
            try:
                with self._wire.faults("publishing"):
                    async with asyncio.timeout(self._wire.settings.timeout):
                        return await self._publish(batch)
            except BaseException:
                await self._throw_away()
                raise

    async def _publish(self, batch: Sequence[Outgoing]) -> list[int]:
        if self._producer is not None and self._lost():
            await self._throw_away()
        if self._producer is None:
            self._producer = self._wire.producer()
            await self._wire.start(self._producer)
        await self._check(batch)
        queues = self._chunks(batch)
        offsets = [-1] * len(batch)
        while queues:
            for base, chunk in zip(*await self._send_first(queues), strict=True):
                for place, index in enumerate(chunk.indexes):
                    offsets[index] = base + place
            queues = {partition: chunks for partition, chunks in queues.items() if chunks}
        if self._lost():
            raise Unavailable("publishing: a broker was away meanwhile, and may have come back empty")
        self._connections = self._wire.connections(self._producer)
        return offsets

    def _lost(self) -> bool:
        """Whether a broker was away meanwhile, and so may have come back empty.

        It would then give the number of this producer to another one, take what one of them sends for what
        the other has sent before, and acknowledge it without writing it.
        """
        now = self._wire.connections(self._producer)
        return any(now.get(broker) is not before for broker, before in self._connections.items())

    async def _check(self, batch: Sequence[Outgoing]) -> None:
        """The library would wait for a topic that is not there until the time is over."""
        for topic, number in {(record.topic, record.partition) for record in batch}:
            known = self._producer.client.cluster.partitions_for_topic(topic)
            if known is None:
                known = await self._look_up(topic)
            if number not in known:
                raise Unavailable(f"there is no partition {number} of topic {topic}: apply the topics first")

    async def _look_up(self, topic: str) -> set[int]:
        try:
            async with asyncio.timeout(_TOPIC_SECONDS):
                return set(await self._producer.partitions_for(topic))
        except TimeoutError:
            return set()

    def _chunks(self, batch: Sequence[Outgoing]) -> dict[tuple[str, int], deque[_Chunk]]:
        """Per partition the records in order, in as many batches as their size takes."""
        queues: dict[tuple[str, int], deque[_Chunk]] = {}
        for index, (topic, number, key, value, headers) in enumerate(batch):
            queue = queues.get((topic, number))
            if queue is None:
                queue = queues[topic, number] = deque((self._chunk(),))
            listed = list(headers)
            if queue[-1].batch.append(timestamp=None, key=key, value=value, headers=listed) is None:
                queue.append(self._chunk())
                queue[-1].batch.append(timestamp=None, key=key, value=value, headers=listed)
            queue[-1].indexes.append(index)
        return queues

    def _chunk(self) -> _Chunk:
        return _Chunk(self._producer.create_batch(), [])

    async def _send_first(
        self, queues: dict[tuple[str, int], deque[_Chunk]]
    ) -> tuple[list[int], list[_Chunk]]:
        """Submits one batch of each partition, then waits for all, so that they share requests."""
        chunks, sent = [], []
        for (topic, number), queue in queues.items():
            chunks.append(queue.popleft())
            sent.append(await self._producer.send_batch(chunks[-1].batch, topic, partition=number))
        bases = []
        for answer in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer
            if answer.offset < 0:
                raise Unavailable("publishing: the broker has the records, but cannot say where")
            bases.append(answer.offset)
        return bases, chunks

    async def _throw_away(self) -> None:
        producer, self._producer, self._connections = self._producer, None, {}
        if producer is not None:
            await self._wire.let_go(producer)

    async def close(self) -> None:
        async with self._turn:
            await self._throw_away()
