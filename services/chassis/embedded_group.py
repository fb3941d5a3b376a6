"""Consumer groups of the embedded bus: who is a member, who has which partition, what is committed.

In a file of its own, written without waiting for the disk: it is only an optimisation, as on Kafka.
Everything here is synchronous; a `Groups` belongs to one thread.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from services.chassis.embedded_file import connect, transaction
from services.chassis.ports import TopicPartition

_TABLES = """
CREATE TABLE IF NOT EXISTS groups (name TEXT PRIMARY KEY, generation INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS members (
    member TEXT PRIMARY KEY, name TEXT NOT NULL, pid INTEGER NOT NULL, seen INTEGER NOT NULL,
    beat REAL NOT NULL);
CREATE TABLE IF NOT EXISTS offsets (
    name TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (name, topic, part)) WITHOUT ROWID;
"""
_NEXT_GENERATION = "UPDATE groups SET generation = generation + 1 WHERE name = ?"


class Seat(NamedTuple):
    """What a member knows of its group: the generation, who is in it, and whether all have seen it."""

    generation: int
    members: tuple[str, ...]
    settled: bool


def share(members: Sequence[str], member: str, counts: Mapping[str, int]) -> set[TopicPartition]:
    """Range assignment as Kafka's: contiguous numbers per topic, the first members have one more."""
    place = sorted(members).index(member)
    mine = set()
    for topic, count in counts.items():
        each, more = divmod(count, len(members))
        start = each * place + min(place, more)
        stop = start + each + (place < more)
        mine |= {TopicPartition(topic, number) for number in range(start, stop)}
    return mine


class Groups:
    """One connection to the groups of a bus. A member that is silent for `session` seconds is put out."""

    def __init__(self, path: Path, session: float) -> None:
        self._database = connect(path, "OFF")
        self._session = session
        with transaction(self._database):
            for statement in _TABLES.split(";"):
                self._database.execute(statement)

    def join(self, group: str) -> str:
        """A new member, under a name that is its own."""
        member = f"{os.getpid()}-{uuid4().hex}"
        with transaction(self._database):
            self._database.execute("INSERT OR IGNORE INTO groups VALUES (?, 0)", (group,))
            self._enter(group, member)
        return member

    def _enter(self, group: str, member: str) -> None:
        row = (member, group, os.getpid(), time.time())
        self._database.execute("INSERT INTO members VALUES (?, ?, ?, -1, ?)", row)
        self._database.execute(_NEXT_GENERATION, (group,))

    def leave(self, group: str, member: str) -> None:
        with transaction(self._database):
            self._remove(group, [member])

    def _remove(self, group: str, members: Sequence[str]) -> None:
        gone = self._database.executemany("DELETE FROM members WHERE member = ?", [(one,) for one in members])
        if gone.rowcount > 0:
            self._database.execute(_NEXT_GENERATION, (group,))

    def beat(self, group: str, member: str, seen: int) -> Seat:
        """Says that the member is alive and which generation it has adapted to; enters again if put out."""
        now = time.time()
        with transaction(self._database):
            alive = self._database.execute(
                "UPDATE members SET beat = ?, seen = ? WHERE member = ?", (now, seen, member)
            )
            if not alive.rowcount:
                self._enter(group, member)
            rows = self._database.execute(
                "SELECT member, pid, beat, seen FROM members WHERE name = ?", (group,)
            ).fetchall()
            self._remove(group, [row[0] for row in rows if self._gone(row[1], row[2], now)])
            generation = self._generation(group)
        living = [row for row in rows if not self._gone(row[1], row[2], now)]
        settled = all(row[3] == generation for row in living)
        return Seat(generation, tuple(row[0] for row in living), settled)

    def _generation(self, group: str) -> int:
        row = self._database.execute("SELECT generation FROM groups WHERE name = ?", (group,)).fetchone()
        return int(row[0])

    def _gone(self, pid: int, beat: float, now: float) -> bool:
        return abs(now - beat) > self._session or not _runs(pid)

    def regroup(self, made: Sequence[str]) -> None:
        """Makes every group share the partitions anew, as these topics are new.

        What was committed of them is of another log, which is gone.
        """
        with transaction(self._database):
            topics = [(topic,) for topic in made]
            self._database.executemany("DELETE FROM offsets WHERE topic = ?", topics)
            self._database.execute("UPDATE groups SET generation = generation + 1")

    def commit(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        rows = [(group, topic, number, offset) for (topic, number), offset in offsets.items()]
        with transaction(self._database):
            self._database.executemany("INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", rows)

    def committed(self, group: str) -> dict[TopicPartition, int]:
        """Every offset that the group has committed."""
        rows = self._database.execute("SELECT topic, part, next FROM offsets WHERE name = ?", (group,))
        return {TopicPartition(topic, number): offset for topic, number, offset in rows}

    def close(self) -> None:
        self._database.close()


def _runs(pid: int) -> bool:
    """Only a hint that saves waiting for the session to end: where it cannot be asked, every process runs."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
