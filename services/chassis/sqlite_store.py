"""The store in an SQLite file, and its read models in a second one, so that views never block a commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from sqlite3 import Cursor
from threading import Lock
from typing import IO, Any, Protocol
from uuid import uuid4

from services.chassis.locks import seize
from services.chassis.ports import (
    Commit,
    Committed,
    Conflict,
    Document,
    Fence,
    Fenced,
    NewEvent,
    RelayPlace,
    Row,
    StoredEvent,
    Timer,
)
from services.chassis.sqlite import SQLiteFile
from services.chassis.sqlite_schema import (
    ANSWERS,
    LOAD,
    MOVE_PLACE,
    MOVE_POSITION,
    RAISE_FENCE,
    ROWS,
    TABLES,
    VIEW_TABLES,
)


class Log(Protocol):
    """The tables that the event sourcing library keeps."""

    def create(self, cursor: Cursor) -> None: ...

    def append(self, cursor: Cursor, events: list[NewEvent]) -> None: ...


class SQLiteStore:
    """A `Store` in the file `path`, its read models in `<name>.views.db` and its locks beside it.

    Any thread may call it; writes wait for each other, reads wait for nobody.
    """

    def __init__(self, path: Path, log: Log) -> None:
        self._path = path
        self._log = log
        self._file = SQLiteFile(path)
        self._views = SQLiteFile(path.with_name(f"{path.stem}.views.db"))
        self._leading: dict[str, IO[bytes]] = {}
        self._turn = Lock()
        self._closed = False
        try:
            self.make_tables()
            self.log_id = str(self.setting("log_id"))
        except BaseException:
            self.close()
            raise

    def make_tables(self) -> None:
        """Makes what is missing; safe at any time, from any number of processes."""
        self._file.create(self._create)
        self._views.create(lambda cursor: [cursor.execute(statement) for statement in VIEW_TABLES])

    def commit(self, commit: Commit) -> Committed:
        with self._file.write() as cursor:
            _check_fences(cursor, commit.fences)
            before = _head(cursor)
            _move_places(cursor, commit.places)
            if commit.events:
                self._log.append(cursor, commit.events)
            if commit.answers:
                cursor.executemany("INSERT INTO answers VALUES (?, ?, ?)", commit.answers)
            _change_rows(cursor, commit)
            # Rowids follow each other without a gap: nothing is ever deleted, and this is the only writer.
            return Committed(before, range(before + 1, before + 1 + len(commit.events)))

    def load(self, streams: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        found: dict[str, list[StoredEvent]] = {stream: [] for stream in streams}
        with self._file.read() as connection:
            for event in map(StoredEvent._make, connection.execute(LOAD, (json.dumps(dict(streams)),))):
                found[event.stream].append(event)
        return found

    def rows(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        with self._file.read() as connection:
            for kind, key, member in connection.execute(ROWS, (json.dumps(list(keys)),)):
                found.setdefault((kind, key), []).append(member)
        return found

    def rows_of(self, kind: str) -> list[Row]:
        with self._file.read() as connection:
            query = "SELECT * FROM lookup WHERE kind = ? ORDER BY key, member"
            return list(map(Row._make, connection.execute(query, (kind,))))

    def answers(self, commands: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        with self._file.read() as connection:
            found = connection.execute(ANSWERS, (json.dumps(list(commands)),))
            return {(source, command): digest for source, command, digest in found}

    def places(self) -> dict[str, int]:
        with self._file.read() as connection:
            # The library keeps a place named `__migration__` of its own.
            return dict(
                connection.execute("SELECT * FROM tracking WHERE application_name <> '__migration__'")
            )

    def log(self, after: int, limit: int) -> list[StoredEvent]:
        with self._file.read() as connection:
            query = "SELECT rowid, * FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?"
            return list(map(StoredEvent._make, connection.execute(query, (after, limit))))

    def raw_log(self, first: int, limit: int) -> list[tuple[Any, ...]]:
        with self._file.read_raw() as connection:
            query = "SELECT rowid, * FROM stored_events WHERE rowid >= ? ORDER BY rowid LIMIT ?"
            return connection.execute(query, (first, limit)).fetchall()

    def damage(self) -> list[str]:
        """Of the table and of its index, by which streams are loaded."""
        with self._file.read_raw() as connection:
            found = [str(said) for (said,) in connection.execute("PRAGMA integrity_check(stored_events)")]
        return [] if found == ["ok"] else found

    def begun(self, after: int, limit: int) -> tuple[list[StoredEvent], int]:
        head = self.head()
        query = (
            "SELECT rowid, * FROM stored_events WHERE rowid > ? AND rowid <= ? AND originator_version = 1"
            " ORDER BY rowid LIMIT ?"
        )
        with self._file.read() as connection:
            found = list(map(StoredEvent._make, connection.execute(query, (after, head, limit))))
        return found, head if len(found) < limit else found[-1].sequence

    def head(self) -> int:
        with self._file.read() as connection:
            return _head(connection.cursor())

    def claim(self, partitions: Collection[int]) -> dict[int, int]:
        numbers = [(partition,) for partition in partitions]
        with self._file.write() as cursor:
            cursor.executemany(RAISE_FENCE, numbers)
            return {number: _epoch(cursor, number) or 0 for (number,) in numbers}

    def due(self, partitions: Collection[int], now: int, limit: int) -> list[Timer]:
        query = (
            "SELECT * FROM timers WHERE due <= ? AND number IN (SELECT value FROM json_each(?)) "
            "ORDER BY due, timer LIMIT ?"
        )
        with self._file.read() as connection:
            return list(
                map(Timer._make, connection.execute(query, (now, json.dumps(list(partitions)), limit)))
            )

    def timers(self) -> int:
        with self._file.read() as connection:
            return int(connection.execute("SELECT count(*) FROM timers").fetchone()[0])

    def relay_places(self) -> dict[tuple[str, int], RelayPlace]:
        with self._file.read() as connection:
            found = map(RelayPlace._make, connection.execute("SELECT * FROM relay_places"))
            return {(place.topic, place.partition): place for place in found}

    def relay_position(self) -> int:
        return _position(self._file, "relay")

    def save_relay(self, position: int, places: Iterable[RelayPlace]) -> None:
        with self._file.write() as cursor:
            cursor.execute(MOVE_POSITION, ("relay", position))
            cursor.executemany("INSERT OR REPLACE INTO relay_places VALUES (?, ?, ?, ?, ?)", places)

    def lead(self, role: str) -> bool:
        with self._turn:
            free = role not in self._leading and not self._closed
            if free and (file := seize(self._path.with_name(f"{self._path.stem}.{role}.lock"))):
                self._leading[role] = file
            return role in self._leading

    def setting(self, name: str, value: str | None = None) -> str | None:
        with self._file.read() as connection:
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        if found is not None or value is None:
            return found and str(found[0])
        with self._file.write() as cursor:
            cursor.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, value))
        return self.setting(name)

    def documents_position(self, view: str) -> int:
        return _position(self._views, view)

    def put_documents(self, view: str, position: int, documents: Iterable[Document]) -> None:
        with self._views.write() as cursor:
            cursor.execute(MOVE_POSITION, (view, position))
            pages = ((view, *document) for document in documents)
            cursor.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", pages)

    def drop_documents(self, view: str) -> None:
        with self._views.write() as cursor:
            cursor.execute("DELETE FROM documents WHERE view = ?", (view,))
            cursor.execute("DELETE FROM positions WHERE name = ?", (view,))

    def document(self, kind: str, id: str) -> Document | None:
        with self._views.read() as connection:
            query = "SELECT kind, id, account, body FROM documents WHERE kind = ? AND id = ?"
            found = connection.execute(query, (kind, id)).fetchone()
            return Document._make(found) if found else None

    def documents(self, kind: str, account: str) -> list[Document]:
        with self._views.read() as connection:
            query = "SELECT kind, id, account, body FROM documents WHERE kind = ? AND account = ? ORDER BY id"
            return list(map(Document._make, connection.execute(query, (kind, account))))

    def close(self) -> None:
        with self._turn:
            # A thread may ask to lead while the store is closed: nobody would ever free that lock.
            self._closed = True
            for file in self._leading.values():
                file.close()
            self._leading.clear()
        self._views.close()
        self._file.close()

    def _create(self, cursor: Cursor) -> None:
        self._log.create(cursor)
        for statement in TABLES:
            cursor.execute(statement)
        cursor.execute("INSERT INTO settings VALUES ('log_id', ?)", (str(uuid4()),))


def _head(cursor: Cursor) -> int:
    return int(cursor.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()[0])


def _position(file: SQLiteFile, name: str) -> int:
    with file.read() as connection:
        found = connection.execute("SELECT position FROM positions WHERE name = ?", (name,)).fetchone()
        return int(found[0]) if found else 0


def _epoch(cursor: Cursor, number: int) -> int | None:
    found = cursor.execute("SELECT epoch FROM fences WHERE number = ?", (number,)).fetchone()
    return int(found[0]) if found else None


def _check_fences(cursor: Cursor, fences: Iterable[Fence]) -> None:
    for partition, epoch in fences:
        if (current := _epoch(cursor, partition)) != epoch:
            raise Fenced(f"partition {partition} is at epoch {current}, not {epoch}")


def _move_places(cursor: Cursor, places: Mapping[str, int]) -> None:
    if places and cursor.executemany(MOVE_PLACE, places.items()).rowcount != len(places):
        raise Conflict(f"one of the places {dict(places)} is already taken, or passed")


def _change_rows(cursor: Cursor, commit: Commit) -> None:
    if commit.drop_rows:
        cursor.executemany("DELETE FROM lookup WHERE kind = ? AND key = ? AND member = ?", commit.drop_rows)
    if commit.put_rows:
        cursor.executemany("INSERT OR IGNORE INTO lookup VALUES (?, ?, ?)", commit.put_rows)
    if commit.drop_timers:
        cursor.executemany("DELETE FROM timers WHERE timer = ?", ((timer,) for timer in commit.drop_timers))
    if commit.put_timers:
        cursor.executemany("INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?)", commit.put_timers)
