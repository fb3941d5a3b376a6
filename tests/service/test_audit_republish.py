"""The past again on a new topic: the same messages in the same order, and nobody else hears anything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schemas.registry import full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS, TOPICS, parked
from services.audit.republish import Addressed, NotThere, Past, Wanted, check, partitions_of, republish
from services.chassis.embedded import EmbeddedBus
from services.chassis.host import topics
from services.chassis.ports import Bus, Outgoing, Publisher, Record, TopicPartition, Unavailable
from services.chassis.stored import micros, read_meta
from tests.history import TICK, lived, sources
from tests.reader import PARTITIONS
from tests.scenarios import place
from tests.world import World

EVENTS = (ORDER_EVENTS, INVENTORY_EVENTS, FULFILLMENT_EVENTS)
TOPIC = "analytics.past"
CHANGE = (place("O1", "change", "NET", characteristics={"speed": 1000}),)
SUSPEND = (place("O2", "suspend", "MOB", reason="holidays"),)
FAST = 1e9
ALL = Wanted()


@pytest.fixture(scope="module")
def world() -> World:
    return lived(CHANGE, SUSPEND)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    opened = EmbeddedBus(tmp_path / "bus.db")
    await opened.apply(topics(PARTITIONS))
    yield opened
    await opened.close()


async def sent(bus: Bus, world: World, wanted: Wanted = ALL, rate: float = FAST) -> list[Record]:
    """Republishes, and reads what then stands on the topic, partition by partition."""
    past = Past(sources(world), world.keys, PARTITIONS, wanted)
    addressed = Addressed(TOPIC, await partitions_of(bus, TOPIC, PARTITIONS))
    before = len(await read(bus, TOPIC))
    told = await republish(bus, past.letters(), addressed, rate)
    found = await read(bus, TOPIC)
    assert sum(told.values()) == len(found) - before
    return found


async def read(bus: Bus, topic: str) -> list[Record]:
    lanes = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    return [record for lane in lanes for record in await bus.read(lane, 0, 100_000)]


def header(record: Record | Outgoing, name: str) -> str:
    return dict(record.headers)[name].decode()


def of(records: list[Record], source: str) -> list[tuple[str, str, bytes | None, bytes]]:
    return [
        (header(one, "ce_id"), header(one, "ce_type"), one.key, one.value)
        for one in records
        if header(one, "ce_source") == source
    ]


def said(world: World, topic: str) -> list[Record]:
    """What the service said when it happened."""
    return [record for lane in sorted(world.log) if lane[0] == topic for record in world.log[lane]]


async def test_the_same_messages_come_in_the_same_order(bus: Bus, world: World) -> None:
    found = await sent(bus, world)
    assert len(found) == sum(len(said(world, topic)) for topic in EVENTS)
    for name, topic in zip(("order", "inventory", "fulfillment"), EVENTS, strict=True):
        source = f"/aftersale/{name}"
        assert of(found, source) == of(said(world, topic), source)


async def test_an_effect_never_comes_before_its_cause(bus: Bus, world: World) -> None:
    seen: set[str] = set()
    everything = {header(one, "ce_id") for topic in EVENTS for one in said(world, topic)}
    for record in await sent(bus, world):
        if record.key != b"ACME":
            continue
        cause = dict(record.headers).get("ce_causationid", b"").decode()
        assert cause not in everything or cause in seen
        seen.add(header(record, "ce_id"))
    assert seen


async def test_a_reader_that_follows_the_sequence_finds_no_gap(bus: Bus, world: World) -> None:
    wanted = Wanted(types=frozenset({full("domain-order.state-changed"), full("order.created")}))
    last: dict[tuple[str, int], str] = {}
    for record in await sent(bus, world, wanted):
        lane = (header(record, "ce_logid"), record.partition)
        assert header(record, "ce_previous") == last.get(lane, "0")
        last[lane] = header(record, "ce_sequence")


async def test_only_what_was_asked_for_is_said_again(bus: Bus, world: World) -> None:
    wanted = Wanted(account="OTHER")
    assert {record.key for record in await sent(bus, world, wanted)} == {b"OTHER"}


async def test_types_choose_among_the_messages(bus: Bus, world: World) -> None:
    found = await sent(bus, world, Wanted(types=frozenset({full("order.completed")})))
    assert [header(record, "ce_subject") for record in found] == ["O1", "O2"]


async def test_times_choose_by_when_it_was_recorded(bus: Bus, world: World) -> None:
    placed = next(e for e in sources(world)["order"].store.log(0, 1_000) if e.stream == "order-O2")
    whole = await sent(bus, world)
    at = read_meta(placed.state).recorded
    past = [
        len(list(Past(sources(world), world.keys, PARTITIONS, wanted).letters()))
        for wanted in (Wanted(begin=at), Wanted(until=at), Wanted(begin=micros(world.clock.at + TICK)))
    ]
    assert past[0] + past[1] == len(whole)
    assert past[0] > 0
    assert past[2] == 0


async def test_nothing_is_said_on_our_own_topics(bus: Bus, world: World) -> None:
    await sent(bus, world)
    for topic in TOPICS:
        assert await read(bus, topic) == []


@pytest.mark.parametrize("topic", [*TOPICS, *map(parked, TOPICS), "x.parked", "", "a b", ".."])
def test_a_topic_of_our_own_or_of_no_name_is_refused(topic: str) -> None:
    with pytest.raises(NotThere, match=r"of its own|no name"):
        check(topic)


async def test_a_second_time_says_the_same(bus: Bus, world: World) -> None:
    first = await sent(bus, world, Wanted(account="OTHER"))
    again = await sent(bus, world, Wanted(account="OTHER"))
    assert [one.value for one in again] == [one.value for one in first] * 2
    assert {header(one, "ce_id") for one in again} == {header(one, "ce_id") for one in first}


async def test_no_more_go_in_a_second_than_asked_for(bus: Bus, world: World) -> None:
    begun = time.monotonic()
    found = await sent(bus, world, Wanted(account="ACME"), rate=100.0)
    assert len(found) / (time.monotonic() - begun) < 110


async def test_personal_values_stay_sealed(bus: Bus, world: World) -> None:
    assert not any(b"Ola Nordmann" in record.value for record in await sent(bus, world))


class Failing:
    """A publisher that is away every other time, after it has written."""

    def __init__(self, publisher: Publisher, failures: list[int]) -> None:
        self._publisher = publisher
        self._failures = failures

    async def publish(self, batch: list[Outgoing]) -> list[int]:
        offsets = await self._publisher.publish(batch)
        self._failures.append(len(batch))
        if len(self._failures) % 2:
            raise Unavailable("gone after the write")
        return offsets

    async def close(self) -> None:
        await self._publisher.close()


async def test_after_a_failure_what_comes_twice_has_the_same_id(
    bus: Bus, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []
    real = bus.publisher
    monkeypatch.setattr(bus, "publisher", lambda: Failing(real(), failures))
    past = Past(sources(world), world.keys, PARTITIONS, Wanted(account="OTHER"))
    addressed = Addressed(TOPIC, await partitions_of(bus, TOPIC, PARTITIONS))
    told = await republish(bus, past.letters(), addressed, FAST)
    ids = [header(one, "ce_id") for one in await read(bus, TOPIC)]
    assert len(ids) == 2 * sum(told.values()) == 2 * len(set(ids))
