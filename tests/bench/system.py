"""The system under measurement: its processes, what it is fed, and how its answers are watched."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from schemas.envelope import Envelope, write
from schemas.registry import MESSAGES, full
from schemas.topics import CATALOG, ORDER_EVENTS, TASKS, TOPICS
from services.chassis.host import topics
from services.chassis.partitions import partition_of
from services.chassis.ports import Bus, Outgoing, Publisher, TopicPartition
from services.chassis.settings import SERVICES, Settings
from tests.bench.shape import Shape
from tests.scenarios import CATALOG as SPECIFICATIONS

PROCESSES = (*(("-m", f"services.{name}") for name in SERVICES), ("-m", "tests.bench.stand_in"))
COMPLETED = full("order.completed").encode()
REQUESTED = full("task.requested").encode()
ENDED = {COMPLETED, full("order.rejected").encode()}
SAMPLE = 3_000


@contextmanager
def running(environment: dict[str, str], commands: Sequence[Sequence[str]], folder: Path) -> Iterator[None]:
    """These processes of the same interpreter, ended at the end; their output lies in the folder."""
    processes = []
    for index, command in enumerate(commands):
        with (folder / f"{index}.log").open("ab") as output:
            processes.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    env={**os.environ, **environment},
                    stdout=output,
                    stderr=output,
                )
            )
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


# ------------------------------------------------------------------------------------------ workload


def _command(name: str, account: str | None, id: str, data: dict[str, Any], partitions: int) -> Outgoing:
    topic = MESSAGES[full(name)].topics[0]
    key = (data["specificationId"] if topic == CATALOG else account or "").encode()
    envelope = Envelope(id=id, source="/bench", type=full(name), account=account, actor="bench")
    partition = partition_of(key, TOPICS[topic].partitions or partitions)
    return Outgoing(topic, partition, key, json.dumps(data).encode(), write(envelope))


def catalog(partitions: int) -> list[Outgoing]:
    """The specifications that the orders need."""
    return [
        _command(name, None, f"spec-{n}", data, partitions) for n, (name, data) in enumerate(SPECIFICATIONS)
    ]


def base(run: str, count: int, partitions: int) -> list[Outgoing]:
    """For each order an account that owns internet access: product, two services, a port."""
    loads: list[Outgoing] = []
    for n in range(count):
        account, id = f"{run}-A{n}", f"{run}-{n}"
        parent: str | None = None
        for kind, specification in (
            ("product", "internet"),
            ("service", "cfs-internet"),
            ("service", "rfs-access"),
            ("resource", "port"),
        ):
            data: dict[str, Any] = {
                "instanceId": f"{id}-{specification}",
                "accountId": account,
                "kind": kind,
                "specificationId": specification,
                "specificationVersion": "1",
                "state": "active",
                "location": "SITE-1",
                "characteristics": {} if kind == "resource" else {"speed": 100},
            }
            if parent is not None:
                data["parentId"] = parent
            parent = data["instanceId"]
            loads.append(_command("instance.load", account, f"load-{parent}", data, partitions))
    return loads


def order(run: str, n: int, partitions: int) -> Outgoing:
    """The n-th order: of ten, six change the speed, two suspend, one disconnects and one moves."""
    account, action = f"{run}-A{n}", ("change",) * 6 + ("suspend",) * 2 + ("disconnect", "move")
    data: dict[str, Any] = {
        "orderId": f"{run}-O{n}",
        "accountId": account,
        "action": action[n % 10],
        "selection": [f"{run}-{n}-internet"],
        "approve": True,
    }
    if data["action"] == "change":
        data["characteristics"] = {"speed": 200}
    if data["action"] == "move":
        data["location"] = "SITE-2"
    return _command("order.place", account, f"place-{run}-{n}", data, partitions)


# ---------------------------------------------------------------------------------------- measuring


class Watcher:
    """Reads a topic to its end, again and again, outside any group."""

    def __init__(self, bus: Bus, topic: str, partitions: int) -> None:
        self._bus = bus
        self._partitions = [TopicPartition(topic, number) for number in range(partitions)]
        self._offsets: dict[TopicPartition, int] = {}

    async def skip(self) -> None:
        """Only what comes from now on counts."""
        bounds = await self._bus.bounds(self._partitions)
        self._offsets = {partition: bounds[partition].end for partition in self._partitions}

    async def read(self) -> list[tuple[bytes, bytes]]:
        """(type, value) of what came since."""
        bounds = await self._bus.bounds(self._partitions)
        found: list[tuple[bytes, bytes]] = []
        for partition, bound in bounds.items():
            while self._offsets[partition] < bound.end:
                records = await self._bus.read(partition, self._offsets[partition], 2_000)
                found += [(dict(record.headers).get("ce_type", b""), record.value) for record in records]
                self._offsets[partition] = records[-1].offset + 1
        return found


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
        watcher = Watcher(self.bus, ORDER_EVENTS, partitions)
        await watcher.skip()
        orders = [order(run, n, partitions) for n in range(count)]
        begun = time.perf_counter()
        await self.publish(orders)
        ends: Counter[bytes] = Counter()
        while ends.total() < count:
            ends.update(type_ for type_, _ in await watcher.read() if type_ in ENDED)
            await asyncio.sleep(0.05)
        return time.perf_counter() - begun, ends

    async def paced(self, run: str, rate: int, seconds: float) -> list[float]:
        """Publishes orders at a steady rate: seconds from each command to its first task."""
        partitions, count = self.settings.partitions, int(rate * seconds)
        await self.load(run, count)
        watcher = Watcher(self.bus, TASKS, partitions)
        await watcher.skip()
        sent: dict[str, float] = {}
        first: dict[str, float] = {}
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
            await asyncio.sleep(0.001)

    async def settled(self) -> None:
        """Until no group has anything left to read."""
        quiet = 0
        while quiet < 3:
            lags = [await self.bus.lag(f"aftersale-{name}", self._heard(name)) for name in SERVICES]
            quiet = quiet + 1 if not any(lags) else 0
            await asyncio.sleep(0.3)

    def _heard(self, name: str) -> Collection[str]:
        from importlib import import_module

        heard: Collection[str] = import_module(f"services.{name}.service").SERVICE.topics
        return heard

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

    async def shape(self, before: tuple[dict[str, int], dict[str, int]], count: int) -> Shape:
        """What each of the last `count` orders took since `before`."""
        after = await self.counts()
        messages = {
            topic: (after[0][topic] - before[0][topic]) / count
            for topic in after[0]
            if after[0][topic] > before[0][topic] and topic not in ("crm.inventory", CATALOG)
        }
        events = {name: (after[1][name] - before[1][name]) / count for name in SERVICES}
        return Shape(
            messages=messages,
            message_bytes={topic: await self._message_bytes(topic) for topic in messages},
            events=events,
            event_bytes=await asyncio.to_thread(self._event_bytes, after[1]),
        )

    async def _message_bytes(self, topic: str) -> int:
        sizes = []
        for number in range(self.settings.partitions):
            partition = TopicPartition(topic, number)
            end = (await self.bus.bounds([partition]))[partition].end
            for record in await self.bus.read(partition, max(0, end - 50), 50):
                headers = sum(len(name) + len(value) for name, value in record.headers)
                sizes.append(len(record.value) + headers)
        return sum(sizes) // len(sizes)

    def _event_bytes(self, heads: dict[str, int]) -> dict[str, int]:
        sizes = {}
        for name in SERVICES:
            store = self.settings.open_store(name)
            events = store.log(max(0, heads[name] - SAMPLE), SAMPLE)
            sizes[name] = sum(len(event.state) for event in events) // len(events)
            store.close()
        return sizes

    async def close(self) -> None:
        if self._publisher is not None:
            await self._publisher.close()
        await self.bus.close()
