"""The distributed bus: Apache Kafka. The only module that knows aiokafka."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAlreadyExistsError,
    for_code,
)
from aiokafka.helpers import create_ssl_context

from schemas.envelope import MAX_OUT_BYTES
from services.chassis.kafka_consumer import KafkaConsumer, record_of
from services.chassis.kafka_publisher import KafkaPublisher
from services.chassis.kafka_wire import KafkaSettings, Rebalance
from services.chassis.lag import lag as behind
from services.chassis.pause import asked_to_end
from services.chassis.ports import Bounds, Kept, Listener, Record, TopicConfig, TopicPartition, Unavailable

__all__ = ["KafkaBus", "KafkaSettings"]

MAX_MESSAGE_BYTES = MAX_OUT_BYTES + 64 * 1024
"""What Kafka counts is a batch, with its own heads."""
_BATCH_BYTES = 1_000_000
_PARTITION_FETCH_BYTES = 4 << 20
_FETCH_BYTES = 32 << 20
_METADATA_MS = 5_000
"""So soon a member of a group hears of a topic that was made again."""
_LET_GO_SECONDS = 2.0
_AGAIN_SECONDS = 0.1
_REPLICAS = 3
_DELETE_MS = 15 * 60 * 1000
"""Brokers look for what has expired every five minutes, and remove its file a minute later."""

log = logging.getLogger(__name__)


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    def __init__(self, revoked: Rebalance, assigned: Rebalance) -> None:
        self._revoked = revoked
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Collection[Place]) -> None:
        await self._revoked(revoked)

    async def on_partitions_assigned(self, assigned: Collection[Place]) -> None:
        await self._assigned(assigned)


class _Aiokafka:
    """The `Wire` port over aiokafka 0.14."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self._common: dict[str, Any] = {
            "bootstrap_servers": settings.bootstrap,
            "client_id": settings.client_id,
            "request_timeout_ms": int(settings.timeout * 1000),
            "security_protocol": settings.security_protocol,
            "ssl_context": _tls(settings),
        }
        if settings.security_protocol.startswith("SASL"):
            self._common["sasl_mechanism"] = settings.sasl_mechanism
            self._common["sasl_plain_username"] = settings.user
            self._common["sasl_plain_password"] = settings.password

    def producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **self._common, enable_idempotence=True, linger_ms=0, max_batch_size=_BATCH_BYTES
        )

    def consumer(
        self, group: str, topics: Collection[str], revoked: Rebalance, assigned: Rebalance
    ) -> AIOKafkaConsumer:
        settings = self.settings
        consumer = AIOKafkaConsumer(
            **self._common,
            **self._fetching(),
            group_id=group,
            group_instance_id=f"{settings.instance}-{group}" if settings.instance else None,
            session_timeout_ms=settings.session_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            partition_assignment_strategy=(RangePartitionAssignor,),
        )
        consumer.subscribe(list(topics), listener=_Rebalances(revoked, assigned))
        return consumer

    def reader(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**self._common, **self._fetching())

    def admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(**self._common)

    def _fetching(self) -> dict[str, Any]:
        return {
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "metadata_max_age_ms": _METADATA_MS,
            "fetch_max_wait_ms": self.settings.fetch_wait_ms,
            "max_partition_fetch_bytes": _PARTITION_FETCH_BYTES,
            "fetch_max_bytes": _FETCH_BYTES,
        }

    @contextmanager
    def faults(self, doing: str) -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            if error.args != ("v",):  # the server's signature, which a refused SCRAM login does not have
                raise
            raise self._refused(doing) from error
        except SaslAuthenticationFailed as error:
            raise self._refused(doing) from error
        except asyncio.CancelledError as error:
            if asked_to_end():
                raise
            raise Unavailable(f"{doing} on Kafka at {self.settings.bootstrap}: given up") from error
        except (KafkaError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unavailable(f"{doing} on Kafka at {self.settings.bootstrap}: {reason}") from error

    def _refused(self, doing: str) -> Unavailable:
        where, user = self.settings.bootstrap, self.settings.user
        return Unavailable(f"{doing} on Kafka at {where}: the broker refuses user {user}, or the password")

    async def start(self, client: Any) -> None:
        """The library only says that no broker was reached, and logs why: asks again for the reason."""
        try:
            await client.start()
        except KafkaConnectionError:
            for host, port, _ in collect_hosts(self.settings.bootstrap):
                common = {name: value for name, value in self._common.items() if name != "bootstrap_servers"}
                (await create_conn(host, port, **common)).close()
            raise

    def connections(self, client: Any) -> dict[Any, Any]:
        found = (client.client if isinstance(client, AIOKafkaProducer) else client._client)._conns
        return {broker: connection for broker, connection in found.items() if connection.connected()}

    async def let_go(self, client: Any) -> None:
        try:
            async with asyncio.timeout(_LET_GO_SECONDS):
                if isinstance(client, AIOKafkaProducer):
                    await _empty(client)
                await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
        except (KafkaError, OSError, TimeoutError, KeyError, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            log.warning("a client of Kafka did not stop in time: %r", error)
            await _cut(client)


async def _empty(producer: AIOKafkaProducer) -> None:
    """An idempotent producer never stops while the broker is down, so what it waits for is given up first."""
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
        for connection in list(producer.client._conns.values()):
            connection.close()
        await asyncio.wait([sender])
    accumulator = producer._message_accumulator
    accumulator._pending_batches.update(batch for queue in accumulator._batches.values() for batch in queue)
    for batch in list(accumulator._pending_batches):
        batch.future.cancel()


async def _cut(client: Any) -> None:
    """What `stop` would have done next: the background tasks and connections of a client end here."""
    owners = [getattr(client, name, None) for name in ("_sender", "_coordinator", "_fetcher")]
    names = ("_sender_task", "_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_fetch_task")
    tasks = [task for owner in owners for name in names if (task := getattr(owner, name, None)) is not None]
    for task in tasks:
        task.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LET_GO_SECONDS):
            await asyncio.gather(*tasks, return_exceptions=True)
            await (client.client if isinstance(client, AIOKafkaProducer) else client._client).close()


def _tls(settings: KafkaSettings) -> ssl.SSLContext | None:
    if not settings.security_protocol.endswith("SSL"):
        return None
    context: ssl.SSLContext = create_ssl_context(
        cafile=settings.ca_file, certfile=settings.cert_file, keyfile=settings.key_file
    )
    return context


class KafkaBus:
    """The `Bus` port over Apache Kafka.

    Topics are expected to be made by `apply` only: on brokers that make them on their own
    (`auto.create.topics.enable`) a name that is asked for too early gets their partition count.
    """

    one_machine = False

    def __init__(self, settings: KafkaSettings) -> None:
        self._wire = _Aiokafka(settings)
        self._settings = settings
        self._turn = asyncio.Lock()
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None

    async def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        wanted = {topic.name: topic for topic in topics}
        async with self._asking("making topics"):
            counts = await self._counts()
            _refuse_other_counts(wanted, counts)
            missing = [topic for name, topic in wanted.items() if name not in counts]
            made = await self._make(missing)
            await self._until_ready(wanted.keys())
            _refuse_other_counts(wanted, await self._counts())
        return made

    async def _ready(self, topics: Collection[str]) -> bool:
        """A new topic can be used when the brokers have heard of it and its partitions have leaders."""
        found = {topic["topic"]: topic for topic in await self._topics()}
        return all(
            name in found and all(part["leader"] >= 0 for part in found[name]["partitions"])
            for name in topics
        )

    async def _make(self, topics: Collection[TopicConfig]) -> list[str]:
        if not topics:
            return []
        admin = await self._started_admin()
        brokers = len((await admin.describe_cluster())["brokers"])
        replicas = self._settings.replication_factor or min(_REPLICAS, brokers)
        answer = await admin.create_topics([_new_topic(topic, replicas) for topic in topics])
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
        async with self._asking(f"reading {partition.topic}/{partition.partition}"):
            bounds = (await self._bounds([partition])).get(partition, Bounds(0, 0))
            start = max(offset, bounds.begin)
            if start >= bounds.end:
                return []
            reader, place = await self._started_reader(), Place(*partition)
            reader.assign([place])
            reader.seek(place, start)
            raw: list[Any] = []
            while not raw:
                raw = (await reader.getmany(place, timeout_ms=1000, max_records=limit)).get(place, [])
            reader.unsubscribe()
            return list(map(record_of, raw))

    async def kept(self, topics: Collection[str]) -> dict[str, Kept]:
        """A segment takes records for `segment.ms`, and goes as a whole `retention.ms` after its newest."""
        async with self._asking("looking how long topics are kept"):
            there = await self._counts()
            wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics if name in there]
            if not wanted:
                return {}
            answers = await (await self._started_admin()).describe_configs(wanted)
        return {
            name: _kept(name, code, entries)
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


def _new_topic(topic: TopicConfig, replicas: int) -> NewTopic:
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
    if replicas >= _REPLICAS:
        settings["min.insync.replicas"] = "2"
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=settings)


def _kept(topic: str, code: int, entries: Iterable[Sequence[Any]]) -> Kept:
    if code:
        raise Unavailable(f"how long {topic} is kept is not told: {for_code(code).description}")
    said = {entry[0]: entry[1] for entry in entries}
    retention = int(said["retention.ms"])
    for_ever = retention < 0 or "delete" not in said["cleanup.policy"]
    return Kept(None if for_ever else retention, int(said["segment.ms"]) + _DELETE_MS)


def _refuse_other_counts(wanted: dict[str, TopicConfig], counts: dict[str, int]) -> None:
    for name, topic in wanted.items():
        found = counts.get(name, topic.partitions)
        if found != topic.partitions:
            raise ValueError(
                f"topic {name} has {found} partitions, not {topic.partitions}:"
                " the count is settled when a topic is made"
            )
