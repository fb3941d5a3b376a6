"""A log that is witnessed, and every way in which somebody may alter it afterwards."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from services.audit.checkpoint import FILE, Log, lines
from services.audit.findings import Verified
from services.audit.leaves import Leaves, path_of
from services.audit.verify import Signed, sorted_out, verify
from services.audit.witness import Witness, known_keys
from services.chassis.ports import Commit, NewEvent, Store

Row = tuple[Any, ...]
EVENTS = 90
STREAMS = 7
LONG_ENOUGH = 60.0


def event(number: int) -> NewEvent:
    """The event of this number: who and why on a line, what on the next."""
    stream, version = f"order-{number % STREAMS}", number // STREAMS + 1
    meta = f'{{"k":"ACME","a":"ACME","r":{1_790_000_000_000_000 + number},"by":"Åse {number}"}}\n'
    return NewEvent(stream, version, f"order.step-{number % 3}.v1", f'{meta}{{"text":"{number}"}}'.encode())


class Audited:
    """A store with its witness. `look` follows it and signs."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder / "audit"
        self.key = folder / "keys" / "audit.pem"
        self.witness = self.begin()
        self.stored = 0

    def begin(self) -> Witness:
        return Witness({"order": self.store}, self.folder, self.key)

    @property
    def log(self) -> Log:
        return Log("order", self.store.log_id)

    def append(self, count: int) -> None:
        """So many events, in one transaction."""
        self.store.commit(Commit(events=[event(self.stored + number) for number in range(count)]))
        self.stored += count

    def look(self) -> None:
        self.witness.look(LONG_ENOUGH)

    def signed(self) -> Signed:
        return sorted_out(lines(self.folder / FILE), known_keys(self.folder))

    def leaves(self) -> Leaves:
        return self.leaves_of(self.log)

    def leaves_of(self, log: Log) -> Leaves:
        return Leaves(path_of(self.folder, log))

    def verified(self, signed: Signed | None = None) -> Verified:
        with closing(self.leaves()) as leaves:
            return verify(self.log, self.store, signed or self.signed(), leaves, lambda _: None)

    def close(self) -> None:
        self.witness.close()
        self.store.close()


def audited(store: Store, folder: Path) -> Audited:
    """A log of ninety events, signed after every nine of them."""
    made = Audited(store, folder)
    for _ in range(EVENTS // 9):
        made.append(9)
        made.look()
    return made


# ------------------------------------------------------------------------------------------ alterations


def with_(rows: Sequence[Row], at: int, column: int, value: object) -> list[Row]:
    changed = list(rows[at])
    changed[column] = value
    return [*rows[:at], tuple(changed), *rows[at + 1 :]]


def _other(byte: int, chance: random.Random) -> bytes:
    return bytes([(byte + chance.randrange(1, 256)) % 256])


def a_byte_changed(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    state = rows[at][4]
    where = chance.randrange(state.index(b"\n"), len(state))
    return with_(rows, at, 4, state[:where] + _other(state[where], chance) + state[where + 1 :])


def metadata_changed(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    state = rows[at][4]
    where = chance.randrange(state.index(b"\n"))
    return with_(rows, at, 4, state[:where] + _other(state[where], chance) + state[where + 1 :])


def a_byte_gone_or_added(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    state = rows[at][4]
    where = chance.randrange(len(state))
    new = b"" if chance.random() < 0.5 else b"x"
    return with_(rows, at, 4, state[:where] + new + state[where + (not new) :])


def renamed(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    name = rows[at][3]
    where = chance.randrange(len(name))
    return with_(rows, at, 3, name[:where] + "#" + name[where + 1 :])


def in_another_stream(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    return with_(rows, at, 1, f"{rows[at][1]}{chance.randrange(10)}")


def of_another_version(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    return with_(rows, at, 2, chance.randrange(1_000, 1 << 40))


def bytes_moved_between_columns(rows: Sequence[Row], at: int, _: random.Random) -> list[Row]:
    """Every byte is still there, in the same order: only where one text ends has moved."""
    sequence, stream, version, name, state = rows[at]
    moved = (sequence, stream + name[0], version, name[1:], state)
    return [*rows[:at], moved, *rows[at + 1 :]]


def gone(rows: Sequence[Row], at: int, _: random.Random) -> list[Row]:
    return [*rows[:at], *rows[at + 1 :]]


NAMED: tuple[Callable[[Sequence[Row], int, random.Random], list[Row]], ...] = (
    a_byte_changed,
    metadata_changed,
    a_byte_gone_or_added,
    renamed,
    in_another_stream,
    of_another_version,
    bytes_moved_between_columns,
    gone,
)
"""Those that touch one event: it must be named."""


def swapped(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    other = (at + chance.randrange(1, len(rows))) % len(rows)
    changed = list(rows)
    changed[at] = (rows[at][0], *rows[other][1:])
    changed[other] = (rows[other][0], *rows[at][1:])
    return changed


def _renumbered(rows: Iterable[Row]) -> list[Row]:
    return [(number, *row[1:]) for number, row in enumerate(rows, start=1)]


def moved(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    left = [*rows[:at], *rows[at + 1 :]]
    to = chance.choice([place for place in range(len(rows)) if place != at])
    return _renumbered([*left[:to], rows[at], *left[to:]])


def added_in_between(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    new = (0, "order-new", chance.randrange(1, 1_000), "order.step-1.v1", rows[at][4])
    return _renumbered([*rows[:at], new, *rows[at:]])


def added_in_front(rows: Sequence[Row], at: int, chance: random.Random) -> list[Row]:
    return [(-chance.randrange(1_000), "order-new", 1, "order.step-1.v1", rows[at][4]), *rows]


def gone_and_closed_up(rows: Sequence[Row], at: int, _: random.Random) -> list[Row]:
    return _renumbered([*rows[:at], *rows[at + 1 :]])


def cut(rows: Sequence[Row], at: int, _: random.Random) -> list[Row]:
    return list(rows[:at])


ALTERATIONS = (*NAMED, swapped, moved, added_in_between, added_in_front, gone_and_closed_up, cut)


# ---------------------------------------------------------------------------------------- put into stores


def rewrite_sqlite(path: Path, rows: Iterable[Row]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("DELETE FROM stored_events")
        connection.executemany(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
            "VALUES (?, ?, ?, ?, ?)",
            rows,
        )


@contextmanager
def unindexed(path: Path) -> Iterator[sqlite3.Connection]:
    """What is written to the log meanwhile is not found by its stream afterwards."""
    schema = "SELECT sql FROM sqlite_schema WHERE name = 'stored_events'"
    index = "SELECT type, name, tbl_name, rootpage FROM sqlite_schema WHERE name LIKE '%autoindex_stored%'"
    with closing(sqlite3.connect(path)) as connection, connection:
        (table,), entry = connection.execute(schema).fetchone(), connection.execute(index).fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = ? WHERE name = 'stored_events'",
            (table.replace(", PRIMARY KEY (originator_id, originator_version)", ""),),
        )
        connection.execute("DELETE FROM sqlite_schema WHERE name = ?", (entry[1],))
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'stored_events'", (table,))
        connection.execute(
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage) VALUES (?, ?, ?, ?)", entry
        )


def rewrite_postgres(connection: psycopg.Connection[Any], schema: str, rows: Iterable[Row]) -> None:
    table = Identifier(schema, "stored_events")
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(SQL("DELETE FROM {}").format(table))
        statement = SQL(
            "COPY {} (notification_id, originator_id, originator_version, topic, state) FROM STDIN"
        ).format(table)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
