"""The distributed bus: Apache Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from services.chassis.kafka_clients import Clients
from services.chassis.kafka_consumer import KafkaConsumer, record_of
from services.chassis.kafka_publisher import KafkaPublisher
from services.chassis.kafka_topics import REPLICAS, kept, new_topic, refuse_other_counts
from services.chassis.kafka_wire import KafkaSettings
from services.chassis.lag import lag as behind
from services.chassis.ports import Bounds, Kept, Listener, Record, TopicConfig, TopicPartition

__all__ = ["KafkaBus", "KafkaSettings"]

_AGAIN_SECONDS = 0.1


class KafkaBus:
    """The `Bus` port over Apache Kafka.

    Topics are expected to be made by `apply` only: on brokers that make them on their own
    (`auto.create.topics.enable`) a name that is asked for too early gets their partition count.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._wire = Clients(settings)
        self._settings = settings
        self._turn = asyncio.Lock()
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None

    async def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        wanted = {topic.name: topic for topic in topics}
        async with self._asking("making topics"):
            counts = await self._counts()
            refuse_other_counts(wanted, counts)
            missing = [topic for name, topic in wanted.items() if name not in counts]
            made = await self._make(missing)
            await self._until_ready(wanted.keys())
            refuse_other_counts(wanted, await self._counts())
        return made

    async def _make(self, topics: Collection[TopicConfig]) -> list[str]:
        if not topics:
            return []
        admin = await self._started_admin()
        brokers = len((await admin.describe_cluster())["brokers"])
        replicas = self._settings.replication_factor or min(REPLICAS, brokers)
        answer = await admin.create_topics([new_topic(topic, replicas) for topic in topics])
        made = []
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"topic {name}")
            made += [] if code else [name]
        return made

    async def _until_ready(self, topics: Collection[str]) -> None:
        """A new topic can be used when the brokers have heard of it and its partitions have leaders."""
        while True:
            found = await self._topics()
            leaders = {topic["topic"]: [part["leader"] for part in topic["partitions"]] for topic in found}
            if all(name in leaders and min(leaders[name]) >= 0 for name in topics):
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _topics(self) -> list[dict[str, Any]]:
        """Asks for all, as asking for one by name would make it where brokers make topics on their own."""
        found: list[dict[str, Any]] = await (await self._started_admin()).describe_topics()
        return found

    async def _counts(self) -> dict[str, int]:
        return {topic["topic"]: len(topic["partitions"]) for topic in await self._topics()}

    async def partitions(self, topic: str) -> int:
        async with self._asking("looking for topics"):
            return (await self._counts()).get(topic, 0)

    async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Of those partitions that exist."""
        async with self._asking("looking for the bounds of topics"):
            return await self._bounds(partitions)

    async def _bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        counts = await self._counts()
        places = [Place(topic, number) for topic, number in partitions if number < counts.get(topic, 0)]
        if not places:
            return {}
        reader = await self._started_reader()
        begins, ends = await asyncio.gather(reader.beginning_offsets(places), reader.end_offsets(places))
        return {TopicPartition(*place): Bounds(begins[place], ends[place]) for place in places}

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        doing = f"reading {partition.topic}/{partition.partition}"
        async with self._asking(doing), self._reader_at({partition: offset}) as (reader, waiting):
            raw: list[Any] = []
            while waiting and not raw:
                found = await reader.getmany(timeout_ms=1000, max_records=limit)
                raw = found.get(Place(*partition), [])
            return list(map(record_of, raw))

    async def records_at(self, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
        async with self._asking("reading single records"), self._reader_at(places) as (reader, waiting):
            found: dict[TopicPartition, Record] = {}
            while waiting:
                # One record a call: more would be those behind it.
                for place, raw in (await reader.getmany(*waiting, timeout_ms=1000, max_records=1)).items():
                    waiting.remove(place)
                    found[TopicPartition(*place)] = record_of(raw[0])
            return found

    @asynccontextmanager
    async def _reader_at(
        self, places: Mapping[TopicPartition, int]
    ) -> AsyncIterator[tuple[AIOKafkaConsumer, set[Place]]]:
        """The reader at the first record kept at or above each offset, where there is one."""
        bounds = await self._bounds(places)
        starts = {
            Place(*partition): max(offset, bounds[partition].begin)
            for partition, offset in places.items()
            if partition in bounds and max(offset, bounds[partition].begin) < bounds[partition].end
        }
        reader = await self._started_reader()
        if starts:
            reader.assign(list(starts))
        for place, start in starts.items():
            reader.seek(place, start)
        yield reader, set(starts)
        if starts:
            reader.unsubscribe()

    async def kept(self, topics: Collection[str]) -> dict[str, Kept]:
        """A segment takes records for `segment.ms`, and goes as a whole `retention.ms` after its newest."""
        async with self._asking("looking how long topics are kept"):
            there = await self._counts()
            wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics if name in there]
            if not wanted:
                return {}
            answers = await (await self._started_admin()).describe_configs(wanted)
        return {
            name: kept(name, code, entries)
            for answer in answers
            for code, _, _, name, entries in answer.resources
        }

    async def lag(self, group: str, topics: Collection[str]) -> dict[TopicPartition, int]:
        async with self._asking(f"looking for the lag of group {group}"):
            counts = await self._counts()
            every = [
                TopicPartition(topic, number) for topic in topics for number in range(counts.get(topic, 0))
            ]
            bounds = await self._bounds(every)
            committed = await self._committed(group)
        return behind(bounds, committed)

    async def _committed(self, group: str) -> dict[TopicPartition, int]:
        """Asks again while the brokers look for the one that knows the group, as they do after a start."""
        admin = await self._started_admin()
        while True:
            try:
                found = await admin.list_consumer_group_offsets(group)
            except KafkaError as error:
                if not error.retriable:
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return {TopicPartition(*place): at.offset for place, at in found.items()}

    def publisher(self) -> KafkaPublisher:
        return KafkaPublisher(self._wire)

    async def consumer(self, group: str, topics: Collection[str], listener: Listener) -> KafkaConsumer:
        """`Unavailable` while one of the topics is missing."""
        consumer = KafkaConsumer(self._wire, group, topics, listener)
        await consumer.open()
        return consumer

    @asynccontextmanager
    async def _asking(self, doing: str) -> AsyncIterator[None]:
        """One question at a time over shared connections, which a failure throws away."""
        async with self._turn, AsyncExitStack() as failing:
            failing.push_async_callback(self._let_go)
            with self._wire.faults(doing):
                async with asyncio.timeout(self._settings.timeout):
                    yield
            failing.pop_all()

    async def _started_admin(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            self._admin = self._wire.admin()
            await self._wire.start(self._admin)
        return self._admin

    async def _started_reader(self) -> AIOKafkaConsumer:
        if self._reader is None:
            self._reader = self._wire.reader()
            await self._wire.start(self._reader)
        return self._reader

    async def _let_go(self) -> None:
        admin, self._admin = self._admin, None
        reader, self._reader = self._reader, None
        for client in (admin, reader):
            if client is not None:
                await self._wire.let_go(client)

    async def close(self) -> None:
        """Publishers and consumers are closed on their own."""
        async with self._turn:
            await self._let_go()
