"""The records of the embedded bus: one SQLite table, appended in order and read lane by lane.

A lane is one partition of one topic. Records that are published together are kept together, some dozens in a
row, as Kafka does: a row costs more than what stands in it. All of it is synchronous; a `Log` belongs to one
thread.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.headers import pack
from services.chassis.embedded_file import BUSY_SECONDS, connect, transaction
from services.chassis.embedded_rows import Content, packed, unpacked
from services.chassis.ports import (
    Bounds,
    Kept,
    Outgoing,
    Record,
    TopicConfig,
    TopicPartition,
    Unavailable,
)

_BYTES_A_READ = 16 << 20
_ROWS_EXPIRED_AT_ONCE = 500
_TRUNCATE_MS = 50
_SLACK_MS = 600_000
"""What has expired is looked for every minute while a service runs, and the log beside the file emptied."""
_CACHE_KIB = 16_384

_TABLES = """
CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention_ms INTEGER);
CREATE TABLE IF NOT EXISTS lanes (
    lane INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, part INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, part));
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    timestamp INTEGER NOT NULL, records BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS batches_by_place ON batches (lane, last);
"""

_APPEND = "INSERT INTO batches (lane, first, last, timestamp, records) VALUES (?, ?, ?, ?, ?)"
_READ = "SELECT first, timestamp, records FROM batches WHERE lane = ? AND last >= ? ORDER BY last"
_EXPIRING = (
    "SELECT lane, retention_ms FROM lanes JOIN topics ON name = topic WHERE retention_ms < ?1 -"
    " (SELECT timestamp FROM batches WHERE batches.lane = lanes.lane ORDER BY last LIMIT 1)"
)
_KEPT_FROM = (
    "SELECT min(CASE WHEN timestamp >= ?1 THEN first END), max(last)"
    " FROM (SELECT first, last, timestamp FROM batches WHERE lane = ?2 ORDER BY last LIMIT ?3)"
)


class Lane(NamedTuple):
    """A partition of a topic in the table: its number there, first kept and next offset."""

    lane: int
    first: int
    next: int


class Log:
    """One connection to the table of records. Raises `sqlite3.Error`, `Unavailable` for a missing topic."""

    def __init__(self, path: Path) -> None:
        self._database = connect(path, "FULL")
        self._database.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        # What has expired is gone from the file, and not only from the table.
        self._database.execute("PRAGMA secure_delete=ON")
        self._lanes: dict[TopicPartition, int] = {}
        self._version = -1
        self._traces = True
        with transaction(self._database):
            for statement in _TABLES.split(";"):
                self._database.execute(statement)

    def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        """Makes missing topics, all or none; `ValueError` when one has another partition count."""
        made = []
        with transaction(self._database):
            for topic in topics:
                found = self.partitions(topic.name)
                if found and found != topic.partitions:
                    raise ValueError(
                        f"topic {topic.name} has {found} partitions, not {topic.partitions}:"
                        " the count is settled when a topic is made"
                    )
                if not found:
                    self._make(topic)
                    made.append(topic.name)
        return made

    def _make(self, topic: TopicConfig) -> None:
        self._database.execute("INSERT INTO topics VALUES (?, ?, ?)", topic)
        lanes = [(topic.name, number) for number in range(topic.partitions)]
        self._database.executemany("INSERT INTO lanes (topic, part) VALUES (?, ?)", lanes)

    def partitions(self, topic: str) -> int:
        found = self._database.execute("SELECT partitions FROM topics WHERE name = ?", (topic,)).fetchone()
        return found[0] if found else 0

    def kept(self, topics: Collection[str]) -> dict[str, Kept]:
        rows = self._database.execute("SELECT name, retention_ms FROM topics")
        return {name: Kept(retention, _SLACK_MS) for name, retention in rows if name in topics}

    def lane(self, partition: TopicPartition) -> int | None:
        """The number of a partition in the table, None when there is no such partition."""
        if partition not in self._lanes:
            rows = self._database.execute("SELECT topic, part, lane FROM lanes")
            self._lanes = {TopicPartition(topic, part): lane for topic, part, lane in rows}
        return self._lanes.get(partition)

    def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Of those partitions that exist."""
        lanes = self._found(partitions)
        return {partition: Bounds(lane.first, lane.next) for partition, lane in lanes.items()}

    def _found(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Lane]:
        numbers = {partition: self.lane(partition) for partition in partitions}
        listed = ",".join(str(lane) for lane in numbers.values() if lane is not None)
        rows = self._database.execute(f"SELECT lane, first, next FROM lanes WHERE lane IN ({listed})")
        lanes = {row[0]: Lane(*row) for row in rows}
        found = {part: lanes[lane] for part, lane in numbers.items() if lane is not None and lane in lanes}
        if len(lanes) < len(numbers):
            self._lanes = {}  # a topic is gone, and may come back under another number
        return found

    def append(self, batch: Sequence[Outgoing]) -> list[int]:
        """Offsets of the batch, in its order; one transaction, so all of it or nothing."""
        lanes = self._numbers({record[:2] for record in batch})
        now = time.time_ns() // 1_000_000
        offsets: list[int] = []
        contents: dict[int, list[Content]] = {lane: [] for lane in lanes.values()}
        with transaction(self._database):
            ends = self._ends(contents)
            if len(ends) < len(lanes):
                self._lanes = {}
                raise Unavailable("a topic is gone: the topics are applied again")
            for topic, partition, key, value, headers in batch:
                lane = lanes[topic, partition]
                content = contents[lane]
                offsets.append(ends[lane] + len(content))
                content.append((key, pack(headers), value))
            for lane, content in contents.items():
                self._database.executemany(_APPEND, packed(lane, ends[lane], now, content))
            updates = [(ends[lane] + len(content), lane) for lane, content in contents.items()]
            self._database.executemany("UPDATE lanes SET next = ? WHERE lane = ?", updates)
        return offsets

    def _numbers(self, partitions: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        numbers = {}
        for topic, number in partitions:
            lane = self.lane(TopicPartition(topic, number))
            if lane is None:
                raise Unavailable(f"there is no partition {number} of topic {topic}: apply the topics first")
            numbers[topic, number] = lane
        return numbers

    def _ends(self, lanes: Iterable[int]) -> dict[int, int]:
        listed = ",".join(map(str, sorted(lanes)))
        return dict(self._database.execute(f"SELECT lane, next FROM lanes WHERE lane IN ({listed})"))

    def changed(self) -> bool:
        """Whether another connection has written since the last time this was asked; nearly free."""
        version = self._database.execute("PRAGMA data_version").fetchone()[0]
        changed = version != self._version
        self._version = version
        return bool(changed)

    def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        """From `offset`, or the first kept above it, on; at least one record, then up to some megabytes."""
        lane = self.lane(partition)
        if lane is None:
            return []
        records: list[Record] = []
        size = 0
        for row in self._database.execute(_READ, (lane, offset)):
            records += unpacked(partition, row, offset, limit - len(records))
            size += len(row[2])
            if len(records) >= limit or size > _BYTES_A_READ:
                break
        if not records and not self._ends({lane}):
            self._lanes = {}  # the topic is gone; the next look finds it where it was made again
        return records

    def tail(self, positions: Mapping[TopicPartition, int], limit: int) -> dict[TopicPartition, list[Record]]:
        """Up to `limit` records from these positions on; partitions are served in the order given.

        A position past the end, which a wiped topic leaves behind, reads from the beginning.
        """
        found: dict[TopicPartition, list[Record]] = {}
        for partition, start in self._begun(positions):
            if records := self.read(partition, start, limit):
                found[partition] = records
                limit -= len(records)
                if limit <= 0:
                    break
        return found

    def _begun(self, positions: Mapping[TopicPartition, int]) -> list[tuple[TopicPartition, int]]:
        """Where there is something to read, and from which offset on: a look a poll at every lane it has."""
        lanes = self._numbered(positions)
        listed = ",".join(map(str, lanes))
        query = f"SELECT lane, first, next FROM lanes WHERE lane IN ({listed})"
        ends = {lane: (first, end) for lane, first, end in self._database.execute(query)}
        if len(ends) < len(positions):
            self._lanes = {}  # a topic is gone, and may come back under another number
        begun = []
        for lane, partition in lanes.items():
            first, end = ends.get(lane, (0, 0))
            position = positions[partition]
            if position < end:
                begun.append((partition, position))
            elif position > end > first:
                begun.append((partition, first))
        return begun

    def _numbered(self, partitions: Iterable[TopicPartition]) -> dict[int, TopicPartition]:
        """Those that are known, by their lanes, in the order given."""
        lanes = self._lanes
        numbers = {lanes.get(one) or self.lane(one): one for one in partitions}
        return {lane: partition for lane, partition in numbers.items() if lane is not None}

    def expire(self, now: int) -> int:
        """Drops what is older than its topic is kept, some thousand at most; answers how many.

        What was dropped is overwritten; a call that drops nothing more empties the log beside the file.
        """
        dropped = sum(self._expired(lane, now - retention) for lane, retention in self._oldest(now))
        self._traces |= dropped > 0
        if self._traces and not dropped:
            self._traces = not self._truncated()
        return dropped

    def _oldest(self, now: int) -> list[tuple[int, int]]:
        """The lanes whose first record has expired, and how long they are kept."""
        return self._database.execute(_EXPIRING, (now,)).fetchall()

    def _expired(self, lane: int, before: int) -> int:
        kept, last = self._database.execute(_KEPT_FROM, (before, lane, _ROWS_EXPIRED_AT_ONCE)).fetchone()
        return self._drop(lane, kept if kept is not None else last + 1 if last is not None else 0)

    def _truncated(self) -> bool:
        """False when others were reading or writing: the next time does it."""
        self._database.execute(f"PRAGMA busy_timeout={_TRUNCATE_MS}")
        try:
            busy, _, _ = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._database.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        return not busy

    def _drop(self, lane: int, first: int) -> int:
        kept: int = self._database.execute("SELECT first FROM lanes WHERE lane = ?", (lane,)).fetchone()[0]
        if first <= kept:
            return 0
        with transaction(self._database):
            self._database.execute("DELETE FROM batches WHERE lane = ? AND last < ?", (lane, first))
            self._database.execute("UPDATE lanes SET first = ? WHERE lane = ?", (first, lane))
        return first - kept

    def close(self) -> None:
        self._database.close()
