"""Promise 2 and 3: the store is the outbox, the broker is disposable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from schemas.envelope import MAX_OUT_BYTES
from schemas.topics import CRM_ORDERS, ORDER_EVENTS, TASKS, parked
from services.chassis import relay as relay_module
from services.chassis.embedded import EmbeddedBus
from services.chassis.host import topics
from services.chassis.inbox import Faulted
from services.chassis.memory import MemoryStore
from services.chassis.outbox import Outbox
from services.chassis.places import Places
from services.chassis.ports import (
    Bounds,
    Outgoing,
    Publisher,
    Record,
    RelayPlace,
    TopicPartition,
    Unavailable,
)
from services.chassis.relay import Relay
from services.chassis.service import Public
from tests.service.test_chassis_inbox import Side, one_by_one
from tests.toy import PARTITIONS, Trouble, add, counters, raw, recorded, seen, totals


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "bus.db")
    await bus.apply(topics(PARTITIONS))
    yield bus
    await bus.close()


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(relay_module, "LEAD_SECONDS", 0.05)


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for one in relays:
            tasks.create_task(one.run(stop))
        try:
            yield
        finally:
            stop.set()


async def on_the_bus(bus: EmbeddedBus, topic: str = ORDER_EVENTS) -> list[Record]:
    found = []
    for number in range(PARTITIONS):
        found += await bus.read(TopicPartition(topic, number), 0, 10_000)
    return found


async def until(bus: EmbeddedBus, count: int, topic: str = ORDER_EVENTS) -> list[Record]:
    found: list[Record] = await seen(lambda: on_the_bus(bus, topic), lambda found: len(found) >= count)
    return found


def ids(records: Sequence[Record]) -> list[str]:
    return [dict(record.headers)["ce_id"].decode() for record in records]


def made(side: Side, bus: Any) -> Relay:
    return Relay(side.outbox, bus, topics(PARTITIONS))


class Faulty(EmbeddedBus):
    """A bus whose publishers write a part of a batch, or all, and say that they did not."""

    failures = 0
    written: int | None = None
    made = 0

    def publisher(self) -> Any:
        self.made += 1
        return Failing(self, super().publisher())


class Failing:
    def __init__(self, bus: Faulty, inner: Publisher) -> None:
        self.bus = bus
        self.inner = inner
        self.dead = False

    async def publish(self, batch: Sequence[Outgoing] | Callable[[], Sequence[Outgoing]]) -> list[int]:
        assert not self.dead, "a publisher that failed is used again"
        batch = batch() if callable(batch) else batch
        if self.bus.failures:
            self.bus.failures -= 1
            self.dead = True
            await self.inner.publish(batch[: self.bus.written])
            raise Unavailable("the answer was lost")
        return await self.inner.publish(batch)

    async def close(self) -> None:
        await self.inner.close()


# ---------------------------------------------------------------------------------- the outbox


async def test_what_was_published_before_a_crash_and_not_saved_is_published_again_with_the_same_bytes(
    bus: EmbeddedBus,
) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(1, 6)))
    async with running(made(side, bus)):
        first = await until(bus, 5)
    side.store.save_relay(2, [])
    side.store.memory.relay_places.clear()
    side.store.close()
    async with running(made(Side(counters(), MemoryStore(side.store.memory)), bus)):
        both = await until(bus, 8)
    assert ids(both) == ids(first) + ids(first)[2:]


@pytest.mark.parametrize("written", [0, 1, 2, None])
async def test_a_failed_batch_throws_the_publisher_away_and_goes_on_where_the_acknowledged_ones_end(
    tmp_path: Path, written: int | None
) -> None:
    faulty = Faulty(tmp_path / "faulty.db")
    await faulty.apply(topics(PARTITIONS))
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(1, 4)))
    faulty.failures, faulty.written = 2, written
    async with running(made(side, faulty)):
        await seen(side.store.relay_position, lambda position: position >= 3)
    found = await on_the_bus(faulty)
    assert faulty.made == 3
    assert list(dict.fromkeys(ids(found))) == [f"counter-C-1@{n}" for n in (1, 2, 3)]
    heard = Side(totals())
    heard.inbox.handle(found, ())
    assert [amount for _, _, amount in heard.state("total", "A-1").heard] == [1, 2, 3]
    await faulty.close()


async def test_a_message_keeps_its_bytes_whether_it_was_handed_over_in_memory_or_read_from_the_log(
    bus: EmbeddedBus,
) -> None:
    side = Side(counters())
    read: list[int] = []
    relay = made(side, bus)
    log = side.store.log
    side.store.log = lambda *args: read.append(len(found := log(*args))) or found  # type: ignore
    async with running(relay):
        await seen(lambda: relay._leading)
        for n in range(20):
            relay.offer(side.take(add(f"c-{n}", n, note=f"N{n}")))
            await asyncio.sleep(0)
        found = await until(bus, 20)
    assert sum(read) < 20, "nothing was handed over in memory"
    side.store.log = log  # type: ignore[method-assign]
    assert [record.value for record in found] == [one.value for one in side.published()]
    assert [record.headers for record in found] == [one.headers for one in side.published()]


async def test_of_two_replicas_one_relays_and_the_other_takes_over(bus: EmbeddedBus) -> None:
    side = Side(counters())
    side.take(add("c-1", 1))
    other = Side(counters(), MemoryStore(side.store.memory))
    async with running(made(other, bus)):
        async with running(made(side, bus)):
            await until(bus, 1)
            other.take(add("c-2", 2))
            await until(bus, 2)
            await asyncio.sleep(0.2)
            assert len(await on_the_bus(bus)) == 2
            leader = next(iter(side.store.memory.leaders.values()))
        follower = other if leader is side.store else side
        leader.close()  # type: ignore[attr-defined]
        if follower is other:
            other.take(add("c-3", 3))
            await until(bus, 3)


async def test_what_another_replica_committed_in_between_is_published_before_what_was_handed_over(
    bus: EmbeddedBus,
) -> None:
    side = Side(counters())
    other = Side(counters(), MemoryStore(side.store.memory))
    relay = made(side, bus)
    async with running(relay):
        relay.offer(side.take(add("c-1", 1)))
        await until(bus, 1)
        other.take(add("c-2", 2, counter="C-2"))
        relay.offer(side.take(add("c-3", 3)))
        found = await until(bus, 3)
    assert ids(found) == ["counter-C-1@1", "counter-C-2@1", "counter-C-1@2"]


@pytest.mark.parametrize("alone", [True, False])
async def test_the_log_is_looked_at_again_and_again_only_where_another_replica_may_write_to_it(
    bus: EmbeddedBus, alone: bool
) -> None:
    side = Side(counters())
    relay = made(side, bus)
    relay.alone(alone)
    looks: list[int] = []
    log = side.store.log
    async with running(relay):
        await seen(lambda: relay._leading)
        side.store.log = lambda *args: looks.append(1) or log(*args)  # type: ignore
        await asyncio.sleep(0.3)
    assert (len(looks) < 5) is alone


async def test_only_places_that_moved_are_saved(bus: EmbeddedBus) -> None:
    side = Side(counters())
    saved: list[set[tuple[str, int]]] = []
    save = side.store.save_relay
    relay = made(side, bus)

    def saving(position: int, places: Collection[RelayPlace]) -> None:
        saved.append({(place.topic, place.partition) for place in places})
        save(position, places)

    side.store.save_relay = saving  # type: ignore[method-assign, assignment]
    async with running(relay):
        for n in range(9):
            relay.offer(side.take(add(f"c-{n}", n, account=f"A-{n}", counter=f"C-{n}")))
        await until(bus, 9)
        await seen(side.store.relay_position, lambda position: position == 9)
        known = side.store.relay_places()
        saved.clear()
        relay.offer(side.take(add("c-9", 9, account="A-1", counter="C-1")))
        await seen(side.store.relay_position, lambda position: position == 10)
    (moved,) = saved
    assert len(moved) == 1
    assert len(known) > 1
    assert side.store.relay_places().keys() == known.keys()


async def test_a_fault_of_ours_in_the_relay_is_said_and_tried_again(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = Side(counters())
    side.take(add("c-1", 1))
    letters = Outbox.letters
    faults = [ZeroDivisionError("a bug"), ZeroDivisionError("a bug")]

    def broken(*args: Any, **named: Any) -> Any:
        if faults:
            raise faults.pop()
        return letters(*args, **named)

    monkeypatch.setattr(Outbox, "letters", broken)
    with structlog.testing.capture_logs() as logs:
        async with running(made(side, bus)):
            await until(bus, 1)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["failed, trying again"] * 2


# ------------------------------------------------------------------------------ a disposable broker


async def wipe(bus: EmbeddedBus) -> None:
    """As if every record had never been: topics and their partitions stay."""
    await bus._log.run(
        lambda log: [
            log._database.execute(statement)
            for statement in ("DELETE FROM batches", "UPDATE lanes SET first = 0, next = 0")
        ]
    )


async def test_a_wiped_broker_is_filled_again_under_a_running_relay(bus: EmbeddedBus) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n, account=f"A-{n}", counter=f"C-{n}") for n in range(30)))
    async with running(made(side, bus)):
        before = await until(bus, 30)
        await wipe(bus)
        after = await until(bus, 30)
        assert [(r.key, r.value, r.headers) for r in after] == [(r.key, r.value, r.headers) for r in before]
        side.take(add("c-31", 31))
        await until(bus, 31)
    places = side.store.relay_places().values()
    assert sum(place.offset + 1 for place in places) == 31


async def test_a_wipe_is_seen_when_the_relay_starts(bus: EmbeddedBus) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(5)))
    async with running(made(side, bus)):
        await until(bus, 5)
    await wipe(bus)
    side.take(add("c-5", 5))
    async with running(made(side, bus)):
        assert ids(await until(bus, 6)) == [f"counter-C-1@{n}" for n in range(1, 7)]


async def test_another_record_where_the_last_acknowledged_one_stood_is_a_wipe(bus: EmbeddedBus) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(3)))
    async with running(made(side, bus)):
        (*_, last) = await until(bus, 3)
        await wipe(bus)
        stranger = Outgoing(ORDER_EVENTS, last.partition, b"A-1", b"{}", ())
        publisher = bus.publisher()
        await publisher.publish([stranger] * 5)
        await publisher.close()
        found = await until(bus, 8)
    assert [dict(record.headers).get("ce_id") for record in found][5:] == [
        b"counter-C-1@1",
        b"counter-C-1@2",
        b"counter-C-1@3",
    ]


async def test_a_new_message_in_the_wiped_log_is_a_sign_too(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "CHECK_SECONDS", 60.0)
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(3)))
    relay = made(side, bus)
    async with running(relay):
        await until(bus, 3)
        await wipe(bus)
        relay.offer(side.take(add("c-3", 3)))
        found = ids(await until(bus, 5))
    assert found == [f"counter-C-1@{n}" for n in (4, 1, 2, 3, 4)]


async def test_a_relay_that_ends_while_it_fills_a_wiped_log_leaves_it_to_the_next_one(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "CHECK_SECONDS", 60.0)
    monkeypatch.setattr(relay_module, "SAVE_SECONDS", 0.0)
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(3)))
    relay = made(side, bus)
    filling = asyncio.Event()

    async def never(_: object) -> None:
        filling.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(relay, "_publish_again", never)
    first = asyncio.create_task(relay.run(asyncio.Event()))
    await until(bus, 3)
    await seen(lambda: len(side.store.relay_places()) == 1)
    await wipe(bus)
    relay.offer(side.take(add("c-3", 3)))
    await asyncio.wait_for(filling.wait(), 5)
    first.cancel()
    await asyncio.wait([first])
    side.store.close()
    async with running(made(Side(counters(), MemoryStore(side.store.memory)), bus)):
        found = ids(await until(bus, 5))
    assert found == [f"counter-C-1@{n}" for n in (4, 1, 2, 3, 4)]


async def test_a_wipe_is_seen_on_a_topic_that_others_have_written_to_since(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "CHECK_SECONDS", 0.5)
    topic = parked(CRM_ORDERS)
    side = Side(counters())
    relay = made(side, bus)
    async with running(relay):
        relay.offer(side.take(*(raw("A-1", b"no json %d" % n) for n in range(3))))
        (*_, last) = await until(bus, 3, topic)
        await seen(lambda: relay._places.proved == 1)
        await wipe(bus)
        publisher = bus.publisher()
        await publisher.publish([Outgoing(topic, last.partition, b"A-1", b"another", ())] * 4)
        await publisher.close()
        relay.offer(side.take(raw("A-1", b"no json 9"), first=9))
        found = await until(bus, 4 + 1 + 4, topic)
    ours = [record.value for record in found if record.value != b"another"]
    assert [value for value in ours[1:]] == [*ours[1:4], ours[0]]


async def test_a_wiped_log_of_which_all_has_expired_is_filled_once(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(3)))
    async with running(made(side, bus)):
        await until(bus, 3)
    await wipe(bus)
    monkeypatch.setattr(relay_module, "_expired", lambda _: True)
    for refills in (1, 0):
        relay = made(side, bus)
        async with running(relay):
            await seen(lambda: relay._leading)  # noqa: B023
        assert relay._places.emptied == refills


async def test_without_the_checks_a_wiped_log_stays_empty(
    bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> set[Any]:
        return set()

    monkeypatch.setattr(Places, "wiped", nothing)
    side = Side(counters())
    side.take(add("c-1", 1))
    async with running(made(side, bus)):
        await until(bus, 1)
        await wipe(bus)
        await asyncio.sleep(0.5)
        assert await on_the_bus(bus) == []


async def test_what_is_published_while_the_broker_is_asked_is_no_wipe(bus: EmbeddedBus) -> None:
    """The bounds that come back are older than the last acknowledged record by then."""
    side = Side(counters())
    relay = made(side, bus)
    side.take(*(add(f"c-{n}", n) for n in range(3)))

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(bus, name)

        async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
            found = await bus.bounds(partitions)
            if found:
                await relay._publish(side.outbox.entries(side.store.log(3, 1)))
            return found

    async with running(relay):
        await until(bus, 3)
    relay._publisher = bus.publisher()
    relay._bus = Slow()
    side.take(add("c-9", 9))
    assert await relay._places.wiped(relay._bus) == set()
    await relay._publisher.close()


async def test_expired_is_not_wiped(bus: EmbeddedBus) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(5)))
    async with running(made(side, bus)):
        await until(bus, 5)
        partition = (await on_the_bus(bus))[0].partition
        await bus._log.run(lambda log: log._drop(log.lane(TopicPartition(ORDER_EVENTS, partition)) or 0, 5))
        await asyncio.sleep(0.4)
        assert await on_the_bus(bus) == []
        side.take(add("c-5", 5))
        assert ids(await until(bus, 1)) == ["counter-C-1@6"]


async def test_a_topic_with_a_retention_gets_only_what_is_younger_in_real_time() -> None:
    service = replace(counters(), publish=lambda happened: (Public(TASKS, "toy.task", happened.id, {}),))
    side = Side(service)
    now = datetime.now(UTC)
    for id, ago, ahead in (("old", 15, 0), ("young", 13, 0), ("young, clock set ahead", -20, 33)):
        side.clock.at, side.clock.ahead = now - timedelta(days=ago), timedelta(days=ahead)
        side.take(add(id, 1, counter=id))
    letters = side.outbox.letters(side.outbox.entries(side.store.log(0, 10)), {})
    kept = [one.message for one in letters if not relay_module._expired(one)]
    assert kept == ["counter-young@1+", "counter-young, clock set ahead@1+"]


async def test_a_wiped_topic_with_a_retention_is_filled_with_only_what_is_younger(bus: EmbeddedBus) -> None:
    service = replace(counters(), publish=lambda happened: (Public(TASKS, "toy.task", happened.id, {}),))
    side = Side(service)
    now = datetime.now(UTC)
    for id, ago in (("old", 15), ("young", 13)):
        side.clock.at = now - timedelta(days=ago)
        side.take(add(id, 1, counter=id))
    async with running(made(side, bus)):
        await until(bus, 2, TASKS)
        await wipe(bus)
        assert ids(await until(bus, 1, TASKS)) == ["counter-young@1+"]
        side.clock.at = now
        side.take(add("new", 1, counter="new"))
        assert ids(await until(bus, 2, TASKS)) == ["counter-young@1+", "counter-new@1+"]


# ----------------------------------------------------------------------------------------- sizes


async def test_a_message_too_large_to_go_out_is_parked_before_anything_is_stored(bus: EmbeddedBus) -> None:
    side = Side(counters())
    records = recorded([add("c-1", 1), add("c-2", 2, pad=MAX_OUT_BYTES), add("c-3", 3, counter="C-3")])
    with pytest.raises(Faulted):
        side.inbox.handle(records, ())
    one_by_one(side, records)
    assert (side.amounts("C-1"), side.amounts("C-3")) == ([1], [3])
    (message,) = side.parked()
    assert "1048576" in message.reason
    async with running(made(side, bus)):
        await until(bus, 2)
        await until(bus, 1, f"{CRM_ORDERS}.parked")


async def test_a_record_that_is_parked_is_shown_without_its_bytes_where_they_are_too_many(
    bus: EmbeddedBus,
) -> None:
    side = Side(counters())
    huge = raw("A-1", b"\xff" * 900_000)
    side.take(huge, add("c-1", 1))
    async with running(made(side, bus)):
        (shown,) = await until(bus, 1, f"{CRM_ORDERS}.parked")
        await until(bus, 1)
    assert len(shown.value) < MAX_OUT_BYTES
    assert dict(shown.headers)["parked-left-out"]


def test_two_messages_of_one_event_on_one_topic_are_a_fault_as_readers_would_take_one_of_them() -> None:
    service = counters(Trouble())
    twice = replace(service, publish=lambda happened: [*service.publish(happened)] * 2)
    side = Side(twice)
    side.take(add("c-1", 1))
    with pytest.raises(ValueError, match="two messages"):
        side.published()
    with suppress(Faulted):
        side.take(add("c-2", 1))
