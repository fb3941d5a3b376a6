"""What only a real Apache Kafka can show: it goes away, comes back, comes back empty, or refuses us."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError

from services.chassis import kafka_consumer
from services.chassis.kafka import KafkaBus, KafkaSettings
from services.chassis.kafka_clients import Clients
from services.chassis.kafka_wire import SaslMechanism
from services.chassis.ports import Bounds, Outgoing, Record, TopicConfig, TopicPartition, Unavailable
from tests.brokers import LocalKafka
from tests.kafka import Kafka
from tests.processes import process, says

pytestmark = pytest.mark.kafka

PATIENCE = 45.0
TIMEOUT = 3.0


_MEMBER = """
import asyncio, sys
from contextlib import suppress
from services.chassis.kafka import KafkaBus, KafkaSettings
from services.chassis.ports import Unavailable

class Says:
    async def assigned(self, partitions):
        print("assigned", len(partitions), flush=True)
    async def revoked(self, partitions):
        print("revoked", len(partitions), flush=True)

async def main(bootstrap, topic):
    consumer = await KafkaBus(KafkaSettings(bootstrap=bootstrap)).consumer("group", [topic], Says())
    while True:
        with suppress(Unavailable):
            await consumer.poll(100, 0.2)

asyncio.run(main(*sys.argv[1:]))
"""


class Heard:
    """How many partitions a member has, and how often that changed."""

    def __init__(self) -> None:
        self.count = self.told = 0

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        self.count = len(partitions)
        self.told += 1

    async def revoked(self, _: Collection[TopicPartition]) -> None:
        self.count = 0


class Deaf:
    async def assigned(self, partitions: object) -> None: ...

    async def revoked(self, partitions: object) -> None: ...


@pytest.fixture(autouse=True)
def quiet_library() -> Iterator[None]:
    """The library says each of thousands of attempts."""
    logger = logging.getLogger("aiokafka")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.fixture
async def cleanup() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bus(own_kafka: LocalKafka, cleanup: AsyncExitStack) -> KafkaBus:
    return made(KafkaSettings(bootstrap=own_kafka.bootstrap, timeout=TIMEOUT), cleanup)


@pytest.fixture
async def topic(bus: KafkaBus) -> str:
    return await new_topic(bus)


@pytest.fixture
async def any_bus(kafka: Kafka, cleanup: AsyncExitStack) -> KafkaBus:
    """For what befalls members and not brokers."""
    return made(KafkaSettings(bootstrap=kafka.bootstrap, timeout=TIMEOUT), cleanup)


async def new_topic(bus: KafkaBus) -> str:
    name = f"orders-{uuid4().hex[:8]}"
    await bus.apply([TopicConfig(name, 2, None)])
    return name


def made(settings: KafkaSettings, cleanup: AsyncExitStack) -> KafkaBus:
    bus = KafkaBus(settings)
    cleanup.push_async_callback(bus.close)
    return bus


def numbered(topic: str, first: int, last: int) -> list[Outgoing]:
    return [Outgoing(topic, 0, b"ACC-1", b"%d" % number, ()) for number in range(first, last)]


async def persist(ask: Callable[[], Awaitable[object]]) -> object:
    """Does it again while the broker is away, as every caller of the port does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await ask()
        except Unavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)


async def stop(broker: LocalKafka, how: str) -> None:
    await asyncio.to_thread(getattr(broker, how))


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_publishing_says_in_time_that_the_broker_is_away_and_works_when_it_is_back(
    own_kafka: LocalKafka, bus: KafkaBus, topic: str, how: str, cleanup: AsyncExitStack
) -> None:
    publisher = bus.publisher()
    cleanup.push_async_callback(publisher.close)
    assert await publisher.publish(numbered(topic, 0, 3)) == [0, 1, 2]
    await stop(own_kafka, how)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await publisher.publish(numbered(topic, 3, 5))
        assert time.monotonic() - began < TIMEOUT + 5
    await asyncio.to_thread(own_kafka.start)
    offsets = await persist(lambda: publisher.publish(numbered(topic, 5, 7)))
    assert isinstance(offsets, list)
    records = await persist(lambda: bus.read(TopicPartition(topic, 0), offsets[0], 9))
    assert isinstance(records, list)
    assert [record.value for record in records] == [b"5", b"6"]


async def test_a_member_goes_on_by_itself_when_the_broker_is_back(
    own_kafka: LocalKafka, bus: KafkaBus, topic: str, cleanup: AsyncExitStack
) -> None:
    publisher, consumer = bus.publisher(), await bus.consumer("group", [topic], Deaf())
    cleanup.push_async_callback(publisher.close)
    cleanup.push_async_callback(consumer.close)
    await publisher.publish(numbered(topic, 0, 3))
    assert [record.value for record in await first(consumer.poll)] == [b"0", b"1", b"2"]
    await consumer.commit({TopicPartition(topic, 0): 3})
    await eventually_no_lag(bus, topic)
    await stop(own_kafka, "kill")
    with pytest.raises(Unavailable):
        await until_unavailable(consumer.poll)
    await asyncio.to_thread(own_kafka.start)
    await persist(lambda: publisher.publish(numbered(topic, 3, 5)))
    assert [record.value for record in await first(consumer.poll)][-1] == b"4"


async def test_a_member_paused_past_its_session_loses_its_partitions_and_enters_again(
    kafka: Kafka, any_bus: KafkaBus, cleanup: AsyncExitStack
) -> None:
    topic = await new_topic(any_bus)
    with process(_MEMBER, kafka.bootstrap, topic) as other:
        assert await asyncio.to_thread(says, other) == "assigned 2"
        other.send_signal(signal.SIGSTOP)
        heard = Heard()
        consumer = await any_bus.consumer("group", [topic], heard)
        cleanup.push_async_callback(consumer.close)
        await until(lambda: heard.count == 2, consumer.poll)
        other.send_signal(signal.SIGCONT)
        lines: list[str] = []
        hearing = asyncio.create_task(_hear(other, lines))
        # Both poll on: it may take the group more than one round until each has its share.
        await until(lambda: heard.count == 1 and lines[-1:] == ["assigned 1"], consumer.poll)
    await hearing
    assert lines[0] == "revoked 2"


async def _hear(other: subprocess.Popen[str], lines: list[str]) -> None:
    while line := await asyncio.to_thread(says, other):
        lines.append(line)


async def test_a_partition_lost_while_its_end_is_looked_for_is_no_fault(
    any_bus: KafkaBus, cleanup: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, heard = await new_topic(any_bus), Heard()
    consumer = await any_bus.consumer("group", [topic], heard)
    cleanup.push_async_callback(consumer.close)
    await until(lambda: heard.count == 2, consumer.poll)
    asked: list[object] = []

    async def lost(_: object, place: object) -> int:
        asked.append(place)
        raise IllegalStateError(f"Partition {place} is not assigned")

    monkeypatch.setattr(AIOKafkaConsumer, "position", lost)
    monkeypatch.setattr(kafka_consumer, "_WATCH_SECONDS", 0.0)
    await until(lambda: bool(asked), consumer.poll)
    monkeypatch.undo()
    publisher = any_bus.publisher()
    cleanup.push_async_callback(publisher.close)
    await publisher.publish(numbered(topic, 0, 3))
    assert [record.value for record in await first(consumer.poll)] == [b"0", b"1", b"2"]
    assert heard.told == 1


async def test_a_static_member_that_comes_back_in_time_keeps_its_partitions_without_a_rebalance(
    kafka: Kafka, any_bus: KafkaBus, cleanup: AsyncExitStack
) -> None:
    topic = await new_topic(any_bus)
    heard = Heard()
    consumer = await any_bus.consumer("group", [topic], heard)
    cleanup.push_async_callback(consumer.close)
    named = made(KafkaSettings(bootstrap=kafka.bootstrap, instance="replica-2"), cleanup)
    first_life = await named.consumer("group", [topic], Deaf())
    await until(lambda: heard.count == 1, consumer.poll, first_life.poll)
    rebalances = heard.told
    await first_life.close()
    second_life = await named.consumer("group", [topic], again := Heard())
    cleanup.push_async_callback(second_life.close)
    await until(lambda: again.count == 1, consumer.poll, second_life.poll)
    assert heard.told == rebalances


async def test_every_question_says_in_time_that_the_broker_is_away(
    own_kafka: LocalKafka, bus: KafkaBus, topic: str
) -> None:
    await stop(own_kafka, "stop")
    partition = TopicPartition(topic, 0)
    questions: list[Callable[[], Awaitable[object]]] = [
        lambda: bus.bounds([partition]),
        lambda: bus.read(partition, 0, 1),
        lambda: bus.lag("group", [topic]),
        lambda: bus.partitions(topic),
        lambda: bus.apply([TopicConfig(topic, 2, None)]),
        lambda: bus.consumer("group", [topic], Deaf()),
    ]
    for ask in questions:
        began = time.monotonic()
        with pytest.raises(Unavailable, match=own_kafka.bootstrap):
            await ask()
        assert time.monotonic() - began < TIMEOUT + 5


async def test_a_wiped_broker_is_seen_through_bounds_and_read_from_the_beginning(
    own_kafka: LocalKafka, bus: KafkaBus, topic: str, cleanup: AsyncExitStack
) -> None:
    partition = TopicPartition(topic, 0)
    publisher, consumer = bus.publisher(), await bus.consumer("group", [topic], Deaf())
    cleanup.push_async_callback(publisher.close)
    cleanup.push_async_callback(consumer.close)
    await publisher.publish(numbered(topic, 0, 5))
    assert len(await first(consumer.poll)) == 5
    await consumer.commit({partition: 5})
    await asyncio.to_thread(own_kafka.wipe)
    assert await persist(lambda: bus.bounds([partition])) == {}
    with pytest.raises(Unavailable):
        await publisher.publish(numbered(topic, 0, 1))
    assert await persist(lambda: bus.apply([TopicConfig(topic, 2, None)])) == [topic]
    assert await persist(lambda: bus.bounds([partition])) == {partition: Bounds(0, 0)}
    await persist(lambda: publisher.publish(numbered(topic, 10, 12)))
    assert [record.value for record in await first(consumer.poll)] == [b"10", b"11"]


async def test_a_producer_that_outlives_a_wipe_does_not_pass_for_the_next_one(
    own_kafka: LocalKafka, bus: KafkaBus, topic: str, cleanup: AsyncExitStack
) -> None:
    """The wiped broker gives producers the same numbers again, and drops what looks like a repetition."""
    old, new = bus.publisher(), bus.publisher()
    cleanup.push_async_callback(old.close)
    cleanup.push_async_callback(new.close)
    await asyncio.to_thread(own_kafka.wipe)
    await persist(lambda: bus.apply([TopicConfig(topic, 2, None)]))
    await old.publish([Outgoing(topic, 1, b"ACC-1", b"of the first log", ())])
    await asyncio.to_thread(own_kafka.wipe)
    await persist(lambda: bus.apply([TopicConfig(topic, 2, None)]))
    await persist(lambda: new.publish(numbered(topic, 0, 1)))
    await persist(lambda: old.publish(numbered(topic, 1, 2)))
    records = await bus.read(TopicPartition(topic, 0), 0, 10)
    assert [record.value for record in records] == [b"0", b"1"]


async def test_a_topic_that_is_not_there_is_said_within_seconds(bus: KafkaBus) -> None:
    publisher = bus.publisher()
    with pytest.raises(Unavailable, match="apply the topics first"):
        await publisher.publish(numbered("never-made", 0, 1))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_tls_with_a_login_carries_records(
    own_kafka: LocalKafka, mechanism: SaslMechanism, cleanup: AsyncExitStack
) -> None:
    await carries(made(sasl(own_kafka, mechanism), cleanup), cleanup)


async def test_tls_with_a_certificate_of_the_client_carries_records(
    own_kafka: LocalKafka, cleanup: AsyncExitStack
) -> None:
    certificates = own_kafka.ssl.certificates
    settings = KafkaSettings(
        bootstrap=own_kafka.ssl.bootstrap,
        security_protocol="SSL",
        ca_file=certificates.authority,
        cert_file=certificates.client_certificate,
        key_file=certificates.client_key,
    )
    await carries(made(settings, cleanup), cleanup)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_said_clearly(
    own_kafka: LocalKafka, mechanism: SaslMechanism, cleanup: AsyncExitStack
) -> None:
    settings = replace(sasl(own_kafka, mechanism), password="wrong")
    bus = made(settings, cleanup)
    publisher = bus.publisher()
    for ask in (
        lambda: bus.partitions("any"),
        lambda: publisher.publish(numbered("any", 0, 1)),
        lambda: bus.consumer("group", ["any"], Deaf()),
    ):
        with pytest.raises(Unavailable, match="refuses user aftersale"):
            await ask()


async def test_a_broker_that_an_unknown_authority_vouches_for_is_refused(
    own_kafka: LocalKafka, cleanup: AsyncExitStack
) -> None:
    bus = made(replace(sasl(own_kafka, "PLAIN"), ca_file=None), cleanup)
    with pytest.raises(Unavailable):
        await bus.partitions("any")


def test_a_login_without_a_password_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="needs a user and a password"):
        KafkaSettings(bootstrap="localhost:9092", security_protocol="SASL_SSL", user="aftersale")


def test_a_login_that_fails_as_a_missing_signature_is_said_clearly() -> None:
    """What aiokafka makes of a refused SCRAM login where the broker answers instead of hanging up."""
    wire = Clients(KafkaSettings(bootstrap="localhost:9092", user="aftersale"))
    with pytest.raises(Unavailable, match="refuses user aftersale"), wire.faults("publishing"):
        raise KeyError("v")
    with pytest.raises(KeyError, match="other"), wire.faults("publishing"):
        raise KeyError("other")


def test_a_password_is_not_shown() -> None:
    settings = KafkaSettings(
        bootstrap="localhost:9092", security_protocol="SASL_SSL", user="aftersale", password="secret"
    )
    assert "secret" not in repr(settings)


def sasl(broker: LocalKafka, mechanism: SaslMechanism) -> KafkaSettings:
    login = broker.sasl_ssl
    return KafkaSettings(
        bootstrap=login.bootstrap,
        security_protocol="SASL_SSL",
        sasl_mechanism=mechanism,
        user=login.user,
        password=login.password,
        ca_file=login.certificates.authority,
        timeout=TIMEOUT,
    )


async def carries(bus: KafkaBus, cleanup: AsyncExitStack) -> None:
    topic = f"orders-{uuid4().hex[:8]}"
    await bus.apply([TopicConfig(topic, 1, None)])
    publisher, consumer = bus.publisher(), await bus.consumer("group", [topic], Deaf())
    cleanup.push_async_callback(publisher.close)
    cleanup.push_async_callback(consumer.close)
    await publisher.publish(numbered(topic, 0, 3))
    assert [record.value for record in await first(consumer.poll)] == [b"0", b"1", b"2"]


Poll = Callable[[int, float], Awaitable[dict[TopicPartition, list[Record]]]]


async def first(poll: Poll) -> list[Record]:
    """The first records that come, however often the broker is away meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            polled = await poll(100, 0.5)
        except Unavailable:
            continue
        if polled:
            return [record for records in polled.values() for record in records]
    raise AssertionError("nothing came")


async def until(condition: Callable[[], bool], *polls: Poll) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.gather(*(poll(100, 0.1) for poll in polls))


async def until_unavailable(poll: Poll) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        await poll(100, 0.5)


async def eventually_no_lag(bus: KafkaBus, topic: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while await bus.lag("group", [topic]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
