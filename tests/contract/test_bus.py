"""What every bus keeps to: one suite for the embedded log and for Apache Kafka."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from schemas.headers import Headers
from services.chassis.embedded import EmbeddedBus
from services.chassis.kafka import KafkaBus, KafkaSettings
from services.chassis.partitions import partition_of
from services.chassis.ports import (
    Bounds,
    Bus,
    Consumer,
    Outgoing,
    Publisher,
    Record,
    TopicConfig,
    TopicPartition,
)
from tests.kafka import Kafka

PATIENCE = 30.0
PARTITIONS = 4


class Heard:
    """A listener that remembers what it was told."""

    def __init__(self) -> None:
        self.now: set[TopicPartition] = set()
        self.told: list[tuple[str, set[TopicPartition]]] = []

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        self.now |= set(partitions)
        self.told.append(("assigned", set(partitions)))

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        self.now -= set(partitions)
        self.told.append(("revoked", set(partitions)))


class Setup:
    """A bus under test, topics and groups with names of their own, and what only a test may do to it."""

    def __init__(self, bus: Bus, cleanup: AsyncExitStack) -> None:
        self.bus = bus
        self._cleanup = cleanup
        self._mark = uuid4().hex[:8]

    def name(self, short: str) -> str:
        return f"{short}-{self._mark}"

    async def topic(self, short: str, partitions: int = PARTITIONS, retention_ms: int | None = None) -> str:
        await self.bus.apply([TopicConfig(self.name(short), partitions, retention_ms)])
        return self.name(short)

    def publisher(self) -> Publisher:
        publisher = self.bus.publisher()
        self._cleanup.push_async_callback(publisher.close)
        return publisher

    async def member(self, topics: Collection[str], group: str = "group") -> tuple[Consumer, Heard]:
        heard = Heard()
        consumer = await self.bus.consumer(self.name(group), topics, heard)
        self._cleanup.push_async_callback(consumer.close)
        return consumer, heard

    async def expire(self, partition: TopicPartition, before: int) -> None:
        """Drops what is older than the topic is kept: here the records below an offset."""
        raise NotImplementedError

    async def forget_member(self, consumer: Consumer) -> None:
        """Ends a member without its leaving the group, as SIGKILL does."""
        raise NotImplementedError


class EmbeddedSetup(Setup):
    path: Path

    async def expire(self, partition: TopicPartition, before: int) -> None:
        age = "UPDATE batches SET timestamp = 0 WHERE last < ? AND lane ="
        lane = "(SELECT lane FROM lanes WHERE topic = ? AND part = ?)"
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute("UPDATE topics SET retention_ms = 60000 WHERE name = ?", (partition.topic,))
            database.execute(f"{age} {lane}", (before, *partition))

    async def forget_member(self, consumer: Consumer) -> None:
        consumer._beating.cancel()  # type: ignore[attr-defined]


class KafkaSetup(Setup):
    bootstrap: str

    async def expire(self, partition: TopicPartition, before: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.delete_records({Place(*partition): RecordsToDelete(before_offset=before)})
        finally:
            await admin.close()

    async def forget_member(self, consumer: Consumer) -> None:
        coordinator = consumer._raw._coordinator  # type: ignore[attr-defined]
        for task in (coordinator._heartbeat_task, coordinator._coordination_task):
            task.cancel()


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def setup(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Setup]:
    async with AsyncExitStack() as cleanup:
        if request.param == "embedded":
            embedded = EmbeddedBus(tmp_path / "bus.sqlite", session=2.0, expire_every=0.0)
            made: Setup = EmbeddedSetup(embedded, cleanup)
            made.path = tmp_path / "bus.sqlite"  # type: ignore[attr-defined]
        else:
            kafka: Kafka = request.getfixturevalue("kafka")
            made = KafkaSetup(KafkaBus(KafkaSettings(bootstrap=kafka.bootstrap)), cleanup)
            made.bootstrap = kafka.bootstrap
        cleanup.push_async_callback(made.bus.close)
        yield made


def record(
    topic: str, partition: int, value: bytes, key: bytes = b"ACC-1", headers: Headers = ()
) -> Outgoing:
    return Outgoing(topic, partition, key, value, headers)


def numbered(topic: str, partition: int, count: int) -> list[Outgoing]:
    return [record(topic, partition, b"%d" % number) for number in range(count)]


async def drain(consumer: Consumer, count: int, limit: int = 100) -> list[Record]:
    """Polls until so many records have come."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {len(found)} of {count} records came"
        for records in (await consumer.poll(limit, 0.5)).values():
            found += records
    return found


async def until(condition: Callable[[], bool], *consumers: Consumer) -> list[Record]:
    """Keeps polling these members until the condition holds; what they got meanwhile."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the members do not come to terms"
        for polled in await asyncio.gather(*(consumer.poll(100, 0.1) for consumer in consumers)):
            for records in polled.values():
                found += records
    return found


async def eventually(
    ask: Callable[[], Awaitable[object]], wanted: object, patience: float = PATIENCE
) -> None:
    deadline = time.monotonic() + patience
    while (got := await ask()) != wanted:
        assert time.monotonic() < deadline, f"still {got}, not {wanted}"
        await asyncio.sleep(0.05)


async def test_offsets_returned_are_where_the_records_stand(setup: Setup) -> None:
    topic = await setup.topic("orders")
    publisher = setup.publisher()
    batch = [record(topic, number % 3, b"%d" % number) for number in range(30)]
    offsets = await publisher.publish(batch) + await publisher.publish(batch)
    for sent, offset in zip(batch + batch, offsets, strict=True):
        (found,) = await setup.bus.read(TopicPartition(topic, sent.partition), offset, 1)
        assert (found.offset, found.value) == (offset, sent.value)
    assert sorted(offsets) == sorted(list(range(20)) * 3)


async def test_records_of_a_key_come_in_the_order_in_which_they_were_published(setup: Setup) -> None:
    topic = await setup.topic("orders")
    publisher = setup.publisher()
    keys = [b"ACC-%d" % number for number in range(20)]
    dice = random.Random(7)
    for start in range(0, 600, 60):
        batch = []
        for number in range(start, start + 60):
            key = dice.choice(keys)
            batch.append(record(topic, partition_of(key, PARTITIONS), b"%d" % number, key))
        await publisher.publish(batch)
    consumer, _ = await setup.member([topic])
    heard: dict[bytes, list[int]] = {}
    for found in await drain(consumer, 600, limit=37):
        heard.setdefault(found.key or b"", []).append(int(found.value))
    assert sum(map(len, heard.values())) == 600
    assert all(numbers == sorted(numbers) for numbers in heard.values())


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("ce_id", b"A-1"),),
        (("ce_id", b"A-1"), ("ce_actor", "Zoë".encode()), ("naïve", b"")),
        (("twice", b"1"), ("twice", b"2")),
        (("binary", bytes(range(256))), ("after", b"x")),
        (("empty", b""), ("nul", b"\0")),
        (("", b"no name"), ("a", b"")),
    ],
    ids=str,
)
async def test_headers_keys_and_binary_values_survive(setup: Setup, headers: Headers) -> None:
    topic = await setup.topic("orders")
    value = bytes(range(256)) * 8
    before = time.time() * 1000
    (offset,) = await setup.publisher().publish([record(topic, 1, value, b"\0\xff", headers)])
    consumer, _ = await setup.member([topic])
    (found,) = await drain(consumer, 1)
    assert found._replace(timestamp=0) == Record(topic, 1, offset, 0, b"\0\xff", value, headers)
    assert before - 1000 <= found.timestamp <= time.time() * 1000 + 1000
    assert await setup.bus.read(TopicPartition(topic, 1), offset, 5) == [found]


async def test_a_large_batch_of_large_records_is_published_whole_and_in_order(setup: Setup) -> None:
    topic = await setup.topic("orders")
    batch = [record(topic, number % 2, b"%04d" % number + bytes(200_000)) for number in range(24)]
    offsets = await setup.publisher().publish(batch)
    assert offsets == [number // 2 for number in range(24)]
    consumer, _ = await setup.member([topic])
    found = await drain(consumer, 24)
    assert [one.value[:4] for one in sorted(found, key=lambda one: (one.offset, one.partition))] == [
        b"%04d" % number for number in range(24)
    ]


async def test_a_poll_gives_at_most_as_many_as_asked_for_and_every_partition_has_its_turn(
    setup: Setup,
) -> None:
    topic = await setup.topic("orders")
    for partition in range(PARTITIONS):
        await setup.publisher().publish(numbered(topic, partition, 50))
    consumer, _ = await setup.member([topic])
    seen: dict[int, int] = {}
    deadline = time.monotonic() + PATIENCE
    while sum(seen.values()) < 200 and time.monotonic() < deadline:
        polled = await consumer.poll(20, 0.5)
        assert sum(map(len, polled.values())) <= 20
        for (_, number), records in polled.items():
            last = records[-1].offset
            assert [one.offset for one in records] == list(range(seen.get(number, 0), last + 1))
            seen[number] = last + 1
    assert seen == {0: 50, 1: 50, 2: 50, 3: 50}


async def test_a_poll_without_records_ends_in_time(setup: Setup) -> None:
    topic = await setup.topic("orders")
    consumer, heard = await setup.member([topic])
    await until(lambda: len(heard.now) == PARTITIONS, consumer)
    began = time.monotonic()
    assert await consumer.poll(10, 0.2) == {}
    assert 0.1 < time.monotonic() - began < 2.0


async def test_a_waiting_poll_is_woken_by_a_record(setup: Setup) -> None:
    topic = await setup.topic("orders")
    consumer, heard = await setup.member([topic])
    await until(lambda: len(heard.now) == PARTITIONS, consumer)
    waiting = asyncio.create_task(consumer.poll(10, PATIENCE))
    await setup.publisher().publish(numbered(topic, 2, 1))
    began = time.monotonic()
    assert list(await waiting) == [TopicPartition(topic, 2)]
    assert time.monotonic() - began < 2.0


async def test_a_poll_that_is_given_up_loses_nothing(setup: Setup) -> None:
    topic = await setup.topic("orders")
    consumer, heard = await setup.member([topic])
    await until(lambda: len(heard.now) == PARTITIONS, consumer)
    waiting = asyncio.create_task(consumer.poll(10, PATIENCE))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await setup.publisher().publish(numbered(topic, 2, 3))
    assert [one.value for one in await drain(consumer, 3)] == [b"0", b"1", b"2"]


async def test_two_members_share_the_same_partition_numbers_of_every_topic(setup: Setup) -> None:
    topics = [await setup.topic("orders"), await setup.topic("results")]
    one, heard_one = await setup.member(topics)
    await until(lambda: len(heard_one.now) == 8, one)
    two, heard_two = await setup.member(topics)
    await until(lambda: len(heard_one.now) == len(heard_two.now) == 4, one, two)
    assert heard_one.now.isdisjoint(heard_two.now)
    for heard in (heard_one, heard_two):
        numbers = [{part.partition for part in heard.now if part.topic == topic} for topic in topics]
        assert numbers[0] == numbers[1]
        assert sorted(numbers[0]) in ([0, 1], [2, 3])


async def test_every_record_goes_to_one_of_two_members(setup: Setup) -> None:
    topic = await setup.topic("orders")
    one, heard_one = await setup.member([topic])
    await until(lambda: len(heard_one.now) == 4, one)
    two, heard_two = await setup.member([topic])
    await until(lambda: len(heard_one.now) == len(heard_two.now) == 2, one, two)
    for partition in range(PARTITIONS):
        await setup.publisher().publish(numbered(topic, partition, 25))
    for consumer, heard in ((one, heard_one), (two, heard_two)):
        found = await drain(consumer, 50)
        assert {TopicPartition(record.topic, record.partition) for record in found} == heard.now


async def test_a_listener_hears_of_its_partitions_before_their_records(setup: Setup) -> None:
    topic = await setup.topic("orders")
    await setup.publisher().publish(numbered(topic, 0, 5))
    consumer, heard = await setup.member([topic])
    while not (polled := await consumer.poll(10, 0.5)):
        pass
    assert set(polled) <= heard.now
    assert heard.told == [("assigned", {TopicPartition(topic, number) for number in range(PARTITIONS)})]


async def test_a_listener_that_fails_is_told_again(setup: Setup) -> None:
    topic = await setup.topic("orders")
    await setup.publisher().publish(numbered(topic, 0, 5))
    consumer, heard = await setup.member([topic])
    assigned, refusals = heard.assigned, iter([ConnectionError("the store is away")])

    async def fail_once(partitions: Collection[TopicPartition]) -> None:
        for refusal in refusals:
            raise refusal
        await assigned(partitions)

    heard.assigned = fail_once  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await until(lambda: False, consumer)
    assert heard.now == set()
    assert len(await drain(consumer, 5)) == 5
    assert len(heard.now) == PARTITIONS


async def test_the_partitions_of_a_member_that_leaves_move(setup: Setup) -> None:
    topic = await setup.topic("orders")
    one, heard_one = await setup.member([topic])
    two, heard_two = await setup.member([topic])
    await until(lambda: len(heard_one.now) == len(heard_two.now) == 2, one, two)
    await one.close()
    await until(lambda: len(heard_two.now) == 4, two)
    await setup.publisher().publish([record(topic, number, b"x") for number in range(PARTITIONS)])
    assert {found.partition for found in await drain(two, 4)} == {0, 1, 2, 3}


async def test_the_partitions_of_a_member_that_was_killed_move(setup: Setup) -> None:
    topic = await setup.topic("orders")
    one, heard_one = await setup.member([topic])
    two, heard_two = await setup.member([topic])
    await until(lambda: len(heard_one.now) == len(heard_two.now) == 2, one, two)
    await setup.forget_member(one)
    await until(lambda: len(heard_two.now) == 4, two)


async def test_what_was_committed_is_not_read_again_by_the_next_member(setup: Setup) -> None:
    topic = await setup.topic("orders")
    partition = TopicPartition(topic, 3)
    await setup.publisher().publish(numbered(topic, 3, 10))
    one, _ = await setup.member([topic])
    assert await one.committed(partition) is None
    assert len(await drain(one, 10)) == 10
    await one.commit({partition: 6})
    assert await one.committed(partition) == 6
    await one.close()
    two, _ = await setup.member([topic])
    assert [found.offset for found in await drain(two, 4)] == [6, 7, 8, 9]


async def test_another_group_reads_everything(setup: Setup) -> None:
    topic = await setup.topic("orders")
    await setup.publisher().publish(numbered(topic, 0, 10))
    for group in ("inventory", "fulfillment"):
        consumer, _ = await setup.member([topic], group)
        assert len(await drain(consumer, 10)) == 10


async def test_seeking_back_delivers_again(setup: Setup) -> None:
    topic = await setup.topic("orders")
    await setup.publisher().publish(numbered(topic, 0, 10))
    consumer, _ = await setup.member([topic])
    await drain(consumer, 10)
    consumer.seek(TopicPartition(topic, 0), 4)
    assert [found.offset for found in await drain(consumer, 6)] == [4, 5, 6, 7, 8, 9]


async def test_only_a_partition_that_is_assigned_can_be_sought(setup: Setup) -> None:
    topic = await setup.topic("orders")
    consumer, _ = await setup.member([topic])
    with pytest.raises(ValueError, match="not assigned"):
        consumer.seek(TopicPartition(topic, 99), 0)


async def test_a_partition_is_read_outside_any_group(setup: Setup) -> None:
    topic = await setup.topic("orders")
    partition = TopicPartition(topic, 1)
    await setup.publisher().publish(numbered(topic, 1, 10))
    assert [found.offset for found in await setup.bus.read(partition, 0, 100)] == list(range(10))
    assert [found.offset for found in await setup.bus.read(partition, 7, 2)] == [7, 8]
    assert await setup.bus.read(partition, 10, 5) == []
    assert await setup.bus.read(partition, 99, 5) == []
    assert await setup.bus.read(TopicPartition(topic, 0), 0, 5) == []
    assert await setup.bus.read(TopicPartition(setup.name("missing"), 0), 0, 5) == []


async def test_single_records_of_many_partitions_are_looked_at_at_once(setup: Setup) -> None:
    topic, other, missing = await setup.topic("orders"), await setup.topic("other"), setup.name("missing")
    await setup.publisher().publish(numbered(topic, 0, 10) + numbered(topic, 2, 3) + numbered(other, 2, 5))
    asked = {
        TopicPartition(topic, 0): 7,
        TopicPartition(topic, 1): 0,
        TopicPartition(topic, 2): 3,
        TopicPartition(other, 2): 0,
        TopicPartition(missing, 0): 0,
    }
    for _ in range(2):
        found = await setup.bus.records_at(asked)
        assert {at: record.offset for at, record in found.items()} == {
            TopicPartition(topic, 0): 7,
            TopicPartition(other, 2): 0,
        }
    assert [found[TopicPartition(topic, 0)]] == await setup.bus.read(TopicPartition(topic, 0), 7, 1)
    assert await setup.bus.records_at({}) == {}


async def test_bounds_are_of_those_partitions_that_exist(setup: Setup) -> None:
    topic = await setup.topic("orders")
    await setup.publisher().publish(numbered(topic, 1, 10))
    asked = [TopicPartition(topic, 0), TopicPartition(topic, 1), TopicPartition(topic, 99)]
    missing = TopicPartition(setup.name("missing"), 0)
    assert await setup.bus.bounds([*asked, missing]) == {asked[0]: Bounds(0, 0), asked[1]: Bounds(0, 10)}


async def test_lag_counts_what_a_group_has_not_committed(setup: Setup) -> None:
    topic, quiet = await setup.topic("orders"), await setup.topic("quiet")
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    await setup.publisher().publish(numbered(topic, 0, 10) + numbered(topic, 1, 5))
    group = setup.name("group")
    topics = [topic, quiet, setup.name("missing")]
    assert await setup.bus.lag(group, topics) == {partitions[0]: 10, partitions[1]: 5}
    consumer, _ = await setup.member([topic, quiet])
    await drain(consumer, 15)
    await consumer.commit({partitions[0]: 7})
    await consumer.commit({partitions[1]: 5})
    await eventually(lambda: setup.bus.lag(group, topics), {partitions[0]: 3}, patience=2.0)


async def test_apply_makes_what_is_missing_and_refuses_another_partition_count(setup: Setup) -> None:
    orders, tasks = setup.name("orders"), setup.name("tasks")
    wanted = [TopicConfig(orders, 4, None), TopicConfig(tasks, 1, 3_600_000)]
    assert await setup.bus.partitions(orders) == 0
    assert await setup.bus.apply(wanted) == [orders, tasks]
    assert await setup.bus.apply(wanted) == []
    assert [await setup.bus.partitions(topic) for topic in (orders, tasks)] == [4, 1]
    with pytest.raises(ValueError, match=f"{orders} has 4 partitions, not 6"):
        await setup.bus.apply([TopicConfig(setup.name("more"), 2, None), TopicConfig(orders, 6, None)])
    assert await setup.bus.partitions(setup.name("more")) == 0


async def test_what_has_expired_moves_the_beginning_and_readers_go_on_there(setup: Setup) -> None:
    topic = await setup.topic("orders", retention_ms=86_400_000)
    partition = TopicPartition(topic, 0)
    publisher = setup.publisher()
    ten = numbered(topic, 0, 10)
    await publisher.publish(ten[:6])
    await publisher.publish(ten[6:])
    await setup.expire(partition, 6)
    await publisher.publish(numbered(topic, 1, 1))
    await eventually(lambda: setup.bus.bounds([partition]), {partition: Bounds(6, 10)})
    assert [found.offset for found in await setup.bus.read(partition, 0, 2)] == [6, 7]
    assert (await setup.bus.records_at({partition: 0}))[partition].offset == 6
    consumer, _ = await setup.member([topic])
    found = await drain(consumer, 5)
    assert [one.offset for one in found if one.partition == 0] == [6, 7, 8, 9]
    (offset,) = await publisher.publish(numbered(topic, 0, 1))
    assert offset == 10


async def test_it_tells_how_long_a_topic_is_really_kept(setup: Setup) -> None:
    orders = await setup.topic("orders", retention_ms=86_400_000)
    events = await setup.topic("events")
    kept = await setup.bus.kept((orders, events, setup.name("missing")))
    assert {name: one.retention_ms for name, one in kept.items()} == {orders: 86_400_000, events: None}
    assert all(one.slack_ms >= 600_000 for one in kept.values())


async def test_offsets_go_on_when_everything_has_expired(setup: Setup) -> None:
    topic = await setup.topic("orders", retention_ms=86_400_000)
    partition = TopicPartition(topic, 0)
    publisher = setup.publisher()
    await publisher.publish(numbered(topic, 0, 10))
    await setup.expire(partition, 10)
    await publisher.publish(numbered(topic, 1, 1))
    await eventually(lambda: setup.bus.bounds([partition]), {partition: Bounds(10, 10)})
    assert await publisher.publish(numbered(topic, 0, 1)) == [10]


async def test_an_empty_batch_is_published_at_once(setup: Setup) -> None:
    assert await setup.publisher().publish([]) == []
