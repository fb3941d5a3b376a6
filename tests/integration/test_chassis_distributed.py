"""The promises of the chassis on Apache Kafka and PostgreSQL: both go away, and come back."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import structlog

from schemas.topics import CRM_ORDERS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis import host, relay
from services.chassis.clock import Clock
from services.chassis.host import Host, setup, topics
from services.chassis.kafka import KafkaBus, KafkaSettings
from services.chassis.keys import open_postgres_keys
from services.chassis.ports import Bus, Outgoing, Record, TopicPartition, Unavailable
from services.chassis.service import Service
from services.chassis.store import open_postgres
from tests.brokers import LocalKafka
from tests.kafka import Kafka
from tests.service.test_chassis_inbox import Side
from tests.switch import Switch
from tests.toy import PARTITIONS, add, counters, raw, seen, totals

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
PATIENCE = 60.0


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CHECK_SECONDS", 0.5)
    monkeypatch.setattr(host, "WIPE_SECONDS", 0.5)


class Replica:
    """A host on PostgreSQL and Kafka."""

    def __init__(self, service: Service, dsn: str, bus: Bus) -> None:
        self.store = open_postgres(dsn, f"aftersale_{service.name}")
        self.keys = open_postgres_keys(dsn, "aftersale_keys")
        self.parts = setup(service, self.store, self.keys, PARTITIONS)
        self.bus = bus
        self.host = Host(service, self.parts, bus, Clock())
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.host.run(self.stop))

    async def end(self) -> float:
        began = time.monotonic()
        self.stop.set()
        assert self.task is not None
        await self.task
        took = time.monotonic() - began
        await asyncio.to_thread(self.store.close)
        await asyncio.to_thread(self.keys.close)
        await self.bus.close()
        return took

    def state(self, category: str, id: str) -> Any:
        kind = self.parts.categories[category]
        state = kind.initial(id)
        for stored in self.store.load({f"{category}-{id}": 0})[f"{category}-{id}"]:
            state = kind.evolve(state, self.parts.codec.decode(stored))
        return state

    def heard(self, accounts: int = 5) -> list[int]:
        totals = (self.state("total", f"A-{n}").heard for n in range(accounts))
        return [amount for heard in totals for _, _, amount in heard]


class Site:
    """The brokers and the database of one test."""

    def __init__(self, bootstrap: str, database: str, switch: Switch, stack: AsyncExitStack) -> None:
        self.bootstrap = bootstrap
        self.database = database
        self.switch = switch
        self.bus = self.open()
        self._stack = stack
        stack.push_async_callback(self.bus.close)

    def open(self) -> KafkaBus:
        return KafkaBus(KafkaSettings(bootstrap=self.bootstrap, timeout=4.0))

    async def run(self, service: Service, dsn: str | None = None) -> Replica:
        # In a thread, as the switch is on this loop.
        replica = await asyncio.to_thread(Replica, service, dsn or self.switch.dsn, self.open())
        replica.start()
        self._stack.push_async_callback(replica.end)
        return replica

    async def send(self, *commands: Outgoing) -> None:
        """As a CRM does it: again and again, until the brokers have it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            publisher = self.bus.publisher()
            try:
                await self.bus.apply(topics(PARTITIONS))
                await publisher.publish(commands)
            except Unavailable:
                await asyncio.sleep(0.1)
            else:
                return
            finally:
                await publisher.close()
        raise AssertionError("the brokers do not come back")

    async def on(self, topic: str) -> list[Record]:
        found = []
        for number in range(PARTITIONS):
            offset = 0
            while part := await self.bus.read(TopicPartition(topic, number), offset, 10_000):
                found += part
                offset = part[-1].offset + 1
        return found


@pytest.fixture
async def site(clean_kafka: Kafka, postgres_database: str) -> AsyncIterator[Site]:
    async with _site(clean_kafka.bootstrap, postgres_database) as site:
        yield site


@pytest.fixture
async def own_site(own_kafka: LocalKafka, postgres_database: str) -> AsyncIterator[Site]:
    """On a broker that the test may stop, kill and wipe."""
    await asyncio.to_thread(own_kafka.wipe)
    async with _site(own_kafka.bootstrap, postgres_database) as site:
        yield site


@asynccontextmanager
async def _site(bootstrap: str, database: str) -> AsyncIterator[Site]:
    async with Switch(database) as switch, AsyncExitStack() as stack:
        yield Site(bootstrap, database, switch, stack)
        switch.mend()


def some(count: int, first: int = 0) -> list[Outgoing]:
    return [add(f"c-{n}", n, counter=f"C-{n % 5}", account=f"A-{n % 5}") for n in range(first, first + count)]


async def all_heard(replica: Replica, numbers: Sequence[int]) -> None:
    """Each once, and the sum of it stays so."""
    await seen(
        lambda: asyncio.to_thread(replica.heard),
        lambda heard: len(heard) >= len(numbers),
        patience=PATIENCE,
    )
    assert sorted(await asyncio.to_thread(replica.heard)) == sorted(numbers)


async def test_the_database_is_cut_again_and_again_and_nothing_is_lost_or_takes_effect_twice(
    site: Site,
) -> None:
    await site.run(counters())
    second = await site.run(totals(), site.database)
    await site.send(*some(20))
    await all_heard(second, range(20))
    dice = random.Random(1)
    with structlog.testing.capture_logs() as logs:
        for turn in range(8):
            await site.send(*some(20, first=20 + 20 * turn))
            await asyncio.sleep(dice.uniform(0, 0.05))
            site.switch.cut(swallow=turn % 2 == 0)
            await asyncio.sleep(dice.uniform(0.1, 0.5))
            site.switch.mend()
        await all_heard(second, range(180))
    said = {(line["event"], line["log_level"]) for line in logs}
    assert ("away, trying again", "warning") in said
    assert ("failed, trying again", "error") not in said
    await site.send(*some(180))
    await site.send(*some(1, first=180))
    await all_heard(second, range(181))


async def test_the_broker_is_away_at_the_start_and_stopping_meanwhile_takes_less_than_two_seconds(
    own_site: Site, own_kafka: LocalKafka
) -> None:
    await asyncio.to_thread(own_kafka.stop)
    first, second = await own_site.run(counters()), await own_site.run(totals())
    with structlog.testing.capture_logs() as logs:
        await seen(lambda: [line for line in logs if line["event"] == "away, trying again"])
    assert await first.end() < 2
    first = await own_site.run(counters())
    await asyncio.to_thread(own_kafka.start)
    await own_site.send(*some(10))
    await all_heard(second, range(10))
    assert await first.end() < 2


async def test_the_broker_is_killed_and_later_wiped_under_running_services(
    own_site: Site, own_kafka: LocalKafka
) -> None:
    first, second = await own_site.run(counters()), await own_site.run(totals())
    await own_site.send(*some(100))
    await all_heard(second, range(100))

    await asyncio.to_thread(own_kafka.kill)
    await asyncio.to_thread(own_kafka.start)
    await own_site.send(*some(50, first=100))
    await all_heard(second, range(150))
    before = {record.value for record in await own_site.on(ORDER_EVENTS)}

    await asyncio.to_thread(own_kafka.wipe)
    await seen(
        lambda: own_site.on(ORDER_EVENTS),
        lambda found: {record.value for record in found} == before,
        patience=PATIENCE,
    )
    await seen(lambda: own_site.on(INVENTORY_EVENTS), lambda found: len(found) >= 150, patience=PATIENCE)
    await own_site.send(*some(200))
    await all_heard(second, range(200))
    assert not await asyncio.to_thread(first.store.rows_of, "parked")


async def test_a_message_of_a_mebibyte_goes_through_and_one_that_is_larger_is_parked(site: Site) -> None:
    first, second = await site.run(counters()), await site.run(totals())
    await site.send(
        add("c-1", 1, account="A-1", pad=1024 * 1024 - 2_000),
        add("c-2", 2, account="A-2", counter="C-2", pad=1024 * 1024),
        raw("A-3", b"\xff" * 1_000_000),
        add("c-4", 4, account="A-4", counter="C-4"),
    )
    await all_heard(second, [1, 4])
    await seen(lambda: site.on(f"{CRM_ORDERS}.parked"), lambda found: len(found) == 2, patience=PATIENCE)
    assert len(await asyncio.to_thread(first.store.rows_of, "parked")) == 2


async def test_a_gap_on_kafka_waits_and_goes_on_when_it_is_filled(site: Site) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n, account="A-1") for n in range(1, 6)))
    one, two, three, four, five = side.published()
    second = await site.run(totals())
    await site.send(one, three, four)
    await all_heard(second, [1])
    await seen(lambda: second.host._reading.gaps, patience=PATIENCE)
    lag = await site.bus.lag("aftersale-inventory", [ORDER_EVENTS])
    assert sum(lag.values()) > 0
    await site.send(five, two)
    await all_heard(second, [1, 2, 3, 4, 5])
    assert await asyncio.to_thread(second.heard) == [1, 2, 3, 4, 5]
    await seen(lambda: not second.host._reading.gaps, patience=PATIENCE)
