"""The floor: the same messages and stored events moved by bare clients, one commit a batch, no domain.

`python -m tests.bench.floor PROCESS CONFIG` runs one of the processes of the pipeline until it is ended.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.chassis.partitions import partition_of
from tests.bench.shape import Shape, Stage, heard_by, payload, read, stages

BATCH = 2_000
_EVENT_TABLE = (
    "originator_id text NOT NULL, originator_version bigint NOT NULL, notification_id {serial}, topic text, "
    "state {blob}"
)


class Work:
    """What a batch of messages makes a process store and publish."""

    def __init__(self, process: str, shape: Shape) -> None:
        self._stages: dict[tuple[str, str], Stage] = {
            (stage.hears, stage.trigger): stage for stage in stages(shape) if stage.process == process
        }
        self._shape = shape
        self._state = b"." * shape.event_bytes.get(process, 1)
        self._versions = itertools.count(1)

    def of(
        self, topic: str, values: Iterable[bytes]
    ) -> tuple[list[tuple[str, int, str, bytes]], list[tuple[str, str, bytes]]]:
        """(stream, version, name, state) to store, and (topic, key, value) to publish."""
        events: list[tuple[str, int, str, bytes]] = []
        messages: list[tuple[str, str, bytes]] = []
        for value in values:
            order, trigger = read(value)
            stage = self._stages.get((topic, trigger))
            if stage is None:
                continue
            events += [
                (f"o-{order}", next(self._versions), "floor.v1", self._state) for _ in range(stage.events)
            ]
            for out, number, last in stage.publishes:
                size = self._shape.message_bytes[out]
                messages += [(out, order, payload(order, "-", size)) for _ in range(number - 1)]
                messages.append((out, order, payload(order, last, size)))
        return events, messages


# -------------------------------------------------------------------------------------------- Kafka


def partition(order: str, partitions: int) -> int:
    return partition_of(order.encode(), partitions)


def make_tables(database: Any, process: str) -> None:
    """The columns and keys of the real table of stored events, and one of places."""
    table = f"floor_{process.replace('-', '_')}"
    columns = _EVENT_TABLE.format(serial="SERIAL", blob="bytea")
    database.execute(f"DROP TABLE IF EXISTS {table}, {table}_place")
    database.execute(
        f"CREATE TABLE {table} ({columns}, "
        "PRIMARY KEY (originator_id, originator_version), UNIQUE (notification_id))"
    )
    database.execute(f"CREATE TABLE {table}_place (position bigint)")
    database.execute(f"INSERT INTO {table}_place VALUES (0)")


async def run_on_kafka(process: str, config: dict[str, Any]) -> None:
    """Bare aiokafka and bare psycopg COPY; one transaction, one offset commit a batch."""
    import psycopg
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    work = Work(process, Shape(**config["shape"]))
    database = psycopg.connect(config["dsn"], autocommit=False)
    table = f"floor_{process.replace('-', '_')}"
    prefix = config["prefix"]
    consumer = AIOKafkaConsumer(
        *(prefix + topic for topic in heard_by(process)),
        bootstrap_servers=config["bootstrap"],
        group_id=f"{prefix}{process}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=8 << 20,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=config["bootstrap"], enable_idempotence=True, max_batch_size=1_000_000
    )
    await consumer.start()
    await producer.start()
    while True:
        found = await consumer.getmany(timeout_ms=50, max_records=BATCH)
        if not found:
            continue
        events: list[Any] = []
        messages: list[tuple[str, str, bytes]] = []
        for partition, records in found.items():
            made = work.of(partition.topic.removeprefix(prefix), (record.value for record in records))
            events += made[0]
            messages += made[1]
        if events:
            await asyncio.to_thread(_copy, database, table, events)
        await _send(producer, prefix, messages, config["partitions"])
        await consumer.commit()


def _copy(database: Any, table: str, events: list[Any]) -> None:
    with database.cursor() as cursor:
        sql = (
            f"COPY {table} (originator_id, originator_version, topic, state) FROM STDIN WITH (FORMAT BINARY)"
        )
        with cursor.copy(sql) as copy:
            copy.set_types(["text", "int8", "text", "bytea"])
            for event in events:
                copy.write_row(event)
        cursor.execute(f"UPDATE {table}_place SET position = position + 1")
    database.commit()


async def _send(producer: Any, prefix: str, messages: list[tuple[str, str, bytes]], partitions: int) -> None:
    batches: dict[tuple[str, int], list[Any]] = {}
    for topic, order, value in messages:
        at = (prefix + topic, partition_of(order.encode(), partitions))
        chunks = batches.setdefault(at, [producer.create_batch()])
        if chunks[-1].append(key=order.encode(), value=value, timestamp=None) is None:
            chunks.append(producer.create_batch())
            chunks[-1].append(key=order.encode(), value=value, timestamp=None)
    while batches:
        sent = [
            await producer.send_batch(chunks.pop(0), topic, partition=number)
            for (topic, number), chunks in batches.items()
        ]
        await asyncio.gather(*sent)
        batches = {at: chunks for at, chunks in batches.items() if chunks}


# ------------------------------------------------------------------------------------------- SQLite


def open_bus(path: Path) -> sqlite3.Connection:
    """A row a message: topic and partition in one number, place, key, headers, value."""
    database = _connect(path)
    database.execute(
        "CREATE TABLE IF NOT EXISTS records ("
        "id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, place INTEGER NOT NULL, timestamp INTEGER NOT NULL, "
        "key BLOB, headers BLOB NOT NULL, value BLOB NOT NULL)"
    )
    database.execute("CREATE UNIQUE INDEX IF NOT EXISTS records_by_place ON records (lane, place)")
    return database


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    return database


def publish(
    bus: sqlite3.Connection, lanes: dict[str, int], messages: Iterable[tuple[str, str, bytes]]
) -> None:
    """One transaction."""
    bus.execute("BEGIN IMMEDIATE")
    ends = {
        lane: bus.execute(
            "SELECT coalesce(max(place), -1) + 1 FROM records WHERE lane = ?", (lane,)
        ).fetchone()[0]
        for lane in lanes.values()
    }
    rows = []
    for topic, order, value in messages:
        lane = lanes[topic]
        rows.append((lane, ends[lane], 0, order.encode(), b"", value))
        ends[lane] += 1
    bus.executemany(
        "INSERT INTO records (lane, place, timestamp, key, headers, value) VALUES (?,?,?,?,?,?)", rows
    )
    bus.execute("COMMIT")


def run_on_sqlite(process: str, config: dict[str, Any]) -> None:
    """Bare sqlite3 on the same files, with the same `synchronous`; one commit a batch and file."""
    work = Work(process, Shape(**config["shape"]))
    folder, lanes = Path(config["folder"]), config["lanes"]
    bus = open_bus(folder / "bus.db")
    store = _connect(folder / f"{process}.db")
    columns = _EVENT_TABLE.format(serial="INTEGER PRIMARY KEY AUTOINCREMENT", blob="blob")
    store.execute(
        f"CREATE TABLE IF NOT EXISTS events ({columns}, UNIQUE (originator_id, originator_version))"
    )
    store.execute("CREATE TABLE IF NOT EXISTS place (topic text PRIMARY KEY, position int)")
    places = dict.fromkeys(heard_by(process), 0)
    while True:
        if not _sqlite_batch(work, bus, store, (lanes, places)):
            time.sleep(0.001)


def _sqlite_batch(
    work: Work,
    bus: sqlite3.Connection,
    store: sqlite3.Connection,
    where: tuple[dict[str, int], dict[str, int]],
) -> bool:
    lanes, places = where
    events: list[Any] = []
    messages: list[tuple[str, str, bytes]] = []
    before = dict(places)
    for topic in places:
        rows = bus.execute(
            "SELECT place, value FROM records WHERE lane = ? AND place >= ? ORDER BY place LIMIT ?",
            (lanes[topic], places[topic], BATCH),
        ).fetchall()
        if rows:
            places[topic] = rows[-1][0] + 1
            made = work.of(topic, (value for _, value in rows))
            events += made[0]
            messages += made[1]
    if places == before:
        return False
    store.execute("BEGIN IMMEDIATE")
    store.executemany(
        "INSERT INTO events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)", events
    )
    store.executemany("INSERT OR REPLACE INTO place VALUES (?,?)", places.items())
    store.execute("COMMIT")
    if messages:
        publish(bus, lanes, messages)
    return True


def main() -> None:
    process, config = sys.argv[1], json.loads(sys.argv[2])
    if "bootstrap" in config:
        asyncio.run(run_on_kafka(process, config))
    else:
        run_on_sqlite(process, config)


if __name__ == "__main__":
    main()
