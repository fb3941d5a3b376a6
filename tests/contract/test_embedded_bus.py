"""What only the embedded bus has: several processes over one file, each of which may die at any time."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import embedded_file
from services.chassis.embedded import EmbeddedBus
from services.chassis.embedded_group import share
from services.chassis.ports import (
    Bounds,
    Consumer,
    Outgoing,
    Record,
    TopicConfig,
    TopicPartition,
    Unavailable,
)
from tests.processes import process, says

PATIENCE = 20.0

_PUBLISHER = """
import asyncio, sys
from pathlib import Path
from services.chassis.embedded import EmbeddedBus
from services.chassis.ports import Outgoing

async def main(path, mark):
    publisher = EmbeddedBus(Path(path)).publisher()
    for number in range(100):
        value = f"{mark} {number}".encode()
        await publisher.publish([Outgoing("orders", number % 4, b"key", value, ()), Outgoing("orders", 0, b"key", value, ())])
    await publisher.close()

asyncio.run(main(*sys.argv[1:]))
"""  # noqa: E501

_MEMBER = """
import asyncio, sys
from pathlib import Path
from services.chassis.embedded import EmbeddedBus

class Says:
    async def assigned(self, partitions):
        print("assigned", len(partitions), flush=True)
    async def revoked(self, partitions):
        print("revoked", len(partitions), flush=True)

async def main(path, session):
    consumer = await EmbeddedBus(Path(path), session=float(session)).consumer("group", ["orders"], Says())
    while True:
        await consumer.poll(100, 0.2)

asyncio.run(main(*sys.argv[1:]))
"""


class Heard:
    def __init__(self) -> None:
        self.now: set[TopicPartition] = set()

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        self.now = set(partitions)

    async def revoked(self, _: Collection[TopicPartition]) -> None:
        self.now = set()


@pytest.fixture
async def cleanup() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bus(tmp_path: Path, cleanup: AsyncExitStack) -> EmbeddedBus:
    bus = EmbeddedBus(tmp_path / "bus.sqlite", session=2.0)
    cleanup.push_async_callback(bus.close)
    await bus.apply([TopicConfig("orders", 4, None)])
    return bus


async def member(bus: EmbeddedBus, cleanup: AsyncExitStack) -> tuple[Consumer, Heard]:
    heard = Heard()
    consumer = await bus.consumer("group", ["orders", "later"], heard)
    cleanup.push_async_callback(consumer.close)
    return consumer, heard


async def until(condition: Callable[[], bool], consumer: Consumer) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        await consumer.poll(100, 0.05)


async def test_processes_that_publish_at_once_leave_no_gap_and_lose_nothing(
    bus: EmbeddedBus, tmp_path: Path
) -> None:
    path = tmp_path / "bus.sqlite"
    with process(_PUBLISHER, path, "one") as one, process(_PUBLISHER, path, "two") as two:
        assert await asyncio.to_thread(one.wait, PATIENCE) == 0
        assert await asyncio.to_thread(two.wait, PATIENCE) == 0
    found = [
        record for number in range(4) for record in await bus.read(TopicPartition("orders", number), 0, 999)
    ]
    assert len(found) == 400
    for number in range(4):
        mine = [record for record in found if record.partition == number]
        assert [record.offset for record in mine] == list(range(len(mine)))
        for mark in (b"one", b"two"):
            order = [int(record.value.split()[1]) for record in mine if record.value.startswith(mark)]
            assert order == sorted(order)


async def test_the_partitions_of_a_killed_process_move_before_its_session_ends(
    tmp_path: Path, cleanup: AsyncExitStack
) -> None:
    bus = EmbeddedBus(tmp_path / "bus.sqlite", session=600.0)
    cleanup.push_async_callback(bus.close)
    await bus.apply([TopicConfig("orders", 4, None)])
    with process(_MEMBER, tmp_path / "bus.sqlite", 600.0) as other:
        assert await asyncio.to_thread(says, other) == "assigned 4"
        consumer, heard = await member(bus, cleanup)
        await until(lambda: len(heard.now) == 2, consumer)
        other.kill()
        other.wait()
        await until(lambda: len(heard.now) == 4, consumer)


async def test_a_process_paused_past_its_session_loses_its_partitions_and_enters_again(
    bus: EmbeddedBus, tmp_path: Path, cleanup: AsyncExitStack
) -> None:
    with process(_MEMBER, tmp_path / "bus.sqlite", 2.0) as other:
        assert await asyncio.to_thread(says, other) == "assigned 4"
        other.send_signal(signal.SIGSTOP)
        consumer, heard = await member(bus, cleanup)
        await until(lambda: len(heard.now) == 4, consumer)
        other.send_signal(signal.SIGCONT)
        assert await asyncio.to_thread(says, other) == "revoked 4"
        await until(lambda: len(heard.now) == 2, consumer)
        assert await asyncio.to_thread(says, other) == "assigned 2"


async def test_the_bell_of_a_killed_process_is_taken_away(bus: EmbeddedBus, tmp_path: Path) -> None:
    bells = tmp_path / "bus.sqlite.bells"
    with process(_MEMBER, tmp_path / "bus.sqlite", 2.0) as other:
        assert await asyncio.to_thread(says, other) == "assigned 4"
        publisher = bus.publisher()
        await publisher.publish([Outgoing("orders", 0, b"key", b"value", ())])
        assert len(os.listdir(bells)) == 1
        other.kill()
        other.wait()
    await publisher.publish([Outgoing("orders", 0, b"key", b"value", ())])
    assert os.listdir(bells) == []
    await publisher.close()


async def test_a_topic_made_later_reaches_the_members_of_a_group(
    bus: EmbeddedBus, cleanup: AsyncExitStack
) -> None:
    consumer, heard = await member(bus, cleanup)
    await until(lambda: len(heard.now) == 4, consumer)
    await bus.apply([TopicConfig("later", 4, None)])
    await until(lambda: len(heard.now) == 8, consumer)


async def test_a_wiped_topic_is_seen_through_bounds_and_read_from_the_beginning(
    bus: EmbeddedBus, tmp_path: Path, cleanup: AsyncExitStack
) -> None:
    publisher = bus.publisher()
    cleanup.push_async_callback(publisher.close)
    partition = TopicPartition("orders", 0)
    await publisher.publish([Outgoing("orders", 0, b"key", b"old", ())] * 5)
    consumer, _ = await member(bus, cleanup)
    assert len((await polled(consumer))[partition]) == 5
    await consumer.commit({partition: 5})
    with closing(sqlite3.connect(tmp_path / "bus.sqlite")) as database, database:
        database.execute("DELETE FROM batches")
        database.execute("UPDATE lanes SET first = 0, next = 0")
    assert await bus.bounds([partition]) == {partition: Bounds(0, 0)}
    await publisher.publish([Outgoing("orders", 0, b"key", b"new", ())] * 2)
    assert [record.value for record in (await polled(consumer))[partition]] == [b"new", b"new"]
    assert await consumer.committed(partition) == 5
    assert await bus.lag("group", ["orders"]) == {partition: 2}


async def polled(consumer: Consumer) -> dict[TopicPartition, list[Record]]:
    deadline = time.monotonic() + PATIENCE
    while not (found := await consumer.poll(100, 0.2)):
        assert time.monotonic() < deadline
    return found


async def test_a_file_that_cannot_be_opened_makes_the_bus_unavailable(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path / "missing" / "bus.sqlite")
    with pytest.raises(Unavailable, match="unable to open"):
        await bus.partitions("orders")
    await bus.close()


async def test_a_writer_that_never_ends_makes_publishing_unavailable_and_nothing_is_written(
    bus: EmbeddedBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_file, "BUSY_SECONDS", 0.3)
    publisher = bus.publisher()
    await publisher.publish([Outgoing("orders", 0, b"key", b"1", ())])
    with closing(sqlite3.connect(tmp_path / "bus.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await publisher.publish([Outgoing("orders", 0, b"key", b"2", ())])
        writer.execute("ROLLBACK")
    assert await publisher.publish([Outgoing("orders", 0, b"key", b"3", ())]) == [1]
    await publisher.close()


async def test_a_batch_with_a_missing_topic_is_not_written_at_all(bus: EmbeddedBus) -> None:
    publisher = bus.publisher()
    batch = [Outgoing("orders", 0, b"key", b"1", ()), Outgoing("missing", 0, b"key", b"1", ())]
    with pytest.raises(Unavailable, match="no partition 0 of topic missing"):
        await publisher.publish(batch)
    assert await bus.bounds([TopicPartition("orders", 0)]) == {TopicPartition("orders", 0): Bounds(0, 0)}
    await publisher.close()


@given(st.integers(1, 9), st.dictionaries(st.sampled_from("abc"), st.integers(0, 20), min_size=1))
def test_a_share_is_of_every_partition_once(count: int, counts: dict[str, int]) -> None:
    members = [f"member-{number}" for number in range(count)]
    shares = [share(members, one, counts) for one in members]
    every = {TopicPartition(topic, number) for topic, many in counts.items() for number in range(many)}
    assert sum(map(len, shares)) == len(every)
    assert set().union(*shares) == every


async def test_what_has_expired_is_overwritten_also_where_nobody_publishes_any_more(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite"
    bus = EmbeddedBus(path, expire_every=0.0)
    await bus.apply([TopicConfig("orders", 1, 60_000)])
    publisher = bus.publisher()
    await publisher.publish([Outgoing("orders", 0, b"A", b"planted " * 4_000, ())] * 20)
    await publisher.close()
    assert _held(tmp_path)
    consumer = await bus.consumer("service", ["orders"], Heard())
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE batches SET timestamp = 0")
    deadline = time.monotonic() + PATIENCE
    while _held(tmp_path):
        assert time.monotonic() < deadline
        await consumer.poll(10, 0.05)
    await consumer.close()
    await bus.close()


def _held(directory: Path) -> bool:
    return any(b"planted " in file.read_bytes() for file in directory.iterdir() if file.is_file())


# ---------------------------------------------------------------------------------- rows of many records


def _kept(path: Path) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT first, last FROM batches ORDER BY id").fetchall()


async def test_what_is_published_together_shares_rows_that_are_read_from_any_record_on(
    bus: EmbeddedBus, tmp_path: Path
) -> None:
    publisher = bus.publisher()
    partition = TopicPartition("orders", 0)
    values = [b"%d" % number for number in range(150)]
    await publisher.publish([Outgoing("orders", 0, b"key", value, ()) for value in values])
    assert _kept(tmp_path / "bus.sqlite") == [(0, 63), (64, 127), (128, 149)]
    for first in (0, 1, 63, 64, 100, 149):
        found = await bus.read(partition, first, 70)
        assert [record.value for record in found] == values[first : first + 70]
        assert [record.offset for record in found] == list(range(first, min(first + 70, 150)))
    await publisher.close()


async def test_large_records_do_not_share_a_row(bus: EmbeddedBus, tmp_path: Path) -> None:
    publisher = bus.publisher()
    await publisher.publish([Outgoing("orders", 0, b"key", b"x" * 600_000, ())] * 3)
    assert _kept(tmp_path / "bus.sqlite") == [(0, 0), (1, 1), (2, 2)]
    assert len(await bus.read(TopicPartition("orders", 0), 1, 9)) == 2
    await publisher.close()
