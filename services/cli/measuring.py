"""Measuring an installation through its bus and its stores: orders a second, and how soon work goes out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Self
from uuid import uuid4

from pydantic_core import from_json

from schemas.headers import glance
from schemas.registry import full
from schemas.topics import ORDER_EVENTS, TASKS, TOPICS
from services.chassis.host import topics
from services.chassis.ports import Bus, Outgoing, Publisher, TopicPartition
from services.chassis.settings import SERVICES, Settings
from services.cli.installation import service_of
from services.cli.workload import base, catalog, order

COMPLETED = full("order.completed").encode()
REQUESTED = full("task.requested").encode()
ENDED = {COMPLETED, full("order.rejected").encode()}


class Watcher:
    """Hears all of a topic from now on, as a system that subscribed does: in a group of its own.

    Reading from outside any group asks for the bounds each time, on Kafka a dozen questions a look:
    it would measure itself.
    """

    def __init__(self, bus: Bus, topic: str, partitions: int) -> None:
        self._bus = bus
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._next: dict[TopicPartition, int] = {}
        self._assigned: set[TopicPartition] = set()

    async def __aenter__(self) -> Self:
        bounds = await self._bus.bounds(self._places)
        self._next = {place: bound.end for place, bound in bounds.items()}
        group = f"aftersale-bench-{uuid4().hex}"
        self._consumer = await self._bus.consumer(group, [self._places[0].topic], self)
        while self._assigned != set(self._places):
            await self._consumer.poll(1, 0.1)
        await self.assigned(self._places)  # back to the end of then: the polls above may have read on
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.close()

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        for place in partitions:
            self._consumer.seek(place, self._next[place])
        self._assigned.update(partitions)

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        self._assigned.difference_update(partitions)

    async def read(self) -> list[tuple[bytes, bytes]]:
        """(type, value) of what came since; waits up to a tenth of a second for the first of it."""
        found = await self._consumer.poll(2_000, 0.1)
        self._next |= {place: records[-1].offset + 1 for place, records in found.items()}
        return [(glance(record.headers)[0], record.value) for part in found.values() for record in part]


class System:
    """A running installation, seen through its bus and its stores."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bus = settings.open_bus()
        self._publisher: Publisher | None = None

    async def prepare(self) -> None:
        """Topics and catalog."""
        await self.bus.apply(topics(self.settings.partitions))
        self._publisher = self.bus.publisher()
        await self.publish(catalog(self.settings.partitions))

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        assert self._publisher is not None
        for begin in range(0, len(messages), 1_000):
            await self._publisher.publish(messages[begin : begin + 1_000])

    async def load(self, run: str, count: int) -> None:
        """The installed base that `count` orders of this run need."""
        await self.publish(base(run, count, self.settings.partitions))
        await self.settled()

    async def burst(self, run: str, count: int, loaded: bool = False) -> tuple[float, Counter[bytes]]:
        """Publishes so many orders at once: seconds until the last one ended, and how they ended."""
        partitions = self.settings.partitions
        if not loaded:
            await self.load(run, count)
        orders = [order(run, n, partitions) for n in range(count)]
        ends: Counter[bytes] = Counter()
        async with Watcher(self.bus, ORDER_EVENTS, partitions) as watcher:
            begun = time.perf_counter()
            await self.publish(orders)
            while ends.total() < count:
                ends.update(type_ for type_, _ in await watcher.read() if type_ in ENDED)
                await asyncio.sleep(0.05)
            return time.perf_counter() - begun, ends

    async def paced(self, run: str, rate: int, seconds: float) -> list[float]:
        """Publishes orders at a steady rate: seconds from each command to its first task."""
        partitions, count = self.settings.partitions, int(rate * seconds)
        await self.load(run, count)
        sent: dict[str, float] = {}
        first: dict[str, float] = {}
        async with Watcher(self.bus, TASKS, partitions) as watcher:
            watching = asyncio.create_task(self._first_tasks(watcher, first, count))
            begun = time.perf_counter()
            for n in range(count):
                await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
                sent[f"{run}-O{n}"] = time.perf_counter()
                await self.publish([order(run, n, partitions)])
            await asyncio.wait_for(watching, 60)
        return sorted(first[id] - sent[id] for id in sent)

    async def _first_tasks(self, watcher: Watcher, first: dict[str, float], count: int) -> None:
        while len(first) < count:
            for type_, value in await watcher.read():
                if type_ == REQUESTED:
                    first.setdefault(from_json(value)["orderId"], time.perf_counter())

    async def settled(self) -> None:
        """Until no group has anything left to read."""
        quiet = 0
        while quiet < 3:
            lags = [await self.bus.lag(f"aftersale-{name}", service_of(name).topics) for name in SERVICES]
            quiet = quiet + 1 if not any(lags) else 0
            await asyncio.sleep(0.3)

    async def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Messages by topic, and head of the log by service."""
        partitions = self.settings.partitions
        at = [
            TopicPartition(name, number)
            for name, topic in TOPICS.items()
            for number in range(topic.partitions or partitions)
        ]
        bounds = await self.bus.bounds(at)
        messages: Counter[str] = Counter()
        for partition, bound in bounds.items():
            messages[partition.topic] += bound.end
        return dict(messages), await asyncio.to_thread(self._heads)

    def _heads(self) -> dict[str, int]:
        heads = {}
        for name in SERVICES:
            store = self.settings.open_store(name)
            heads[name] = store.head()
            store.close()
        return heads

    async def close(self) -> None:
        if self._publisher is not None:
            await self._publisher.close()
        await self.bus.close()
