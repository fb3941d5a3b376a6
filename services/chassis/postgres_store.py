"""The store in a schema of a PostgreSQL database: every call is one round trip."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from threading import Lock
from typing import Any, Protocol

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal

from services.chassis.ports import (
    Commit,
    Committed,
    Document,
    RelayPlace,
    Row,
    StoredEvent,
    Timer,
    Unavailable,
)
from services.chassis.postgres import (
    PostgresConnections,
    bytes_array,
    int_array,
    lock_number,
    text_array,
    translated,
)
from services.chassis.postgres_schema import COMMIT, STATEMENTS, TABLES

_VERSION = attrgetter("version")


class Log(Protocol):
    """The tables that the event sourcing library keeps."""

    def create(self, connection: Connection[TupleRow]) -> None: ...


class PostgresStore:
    """A `Store` in the schema of the database that the DSN names. Any thread may call it.

    After `Unavailable` a commit may have been done all the same: done again it is a `Conflict`, since its
    events, places and answers are there.
    """

    def __init__(self, dsn: str, schema: str, log: Log) -> None:
        self._schema = schema
        self._log = log
        self._connections = PostgresConnections(dsn)
        self._statements = {
            name: SQL(text).format(schema=Identifier(schema)).as_bytes(None)
            for name, text in STATEMENTS.items()
        }
        self._leading = Lock()
        self._roles: set[str] = set()
        self._leader: Connection[TupleRow] | None = None
        self.make_tables()
        self.log_id = str(self.setting("log_id"))

    def make_tables(self) -> None:
        """Makes what is missing; safe at any time, from any number of processes."""
        with self._connections.use() as connection:
            if self._made(connection):
                return
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_number(self._schema, "tables"),))
                if not self._made(connection):
                    self._make(connection)

    def commit(self, commit: Commit) -> Committed:
        ((before, last),) = self._run("commit", _commit_arguments(commit))
        return Committed(before, range(last - len(commit.events) + 1, last + 1))

    def load(self, streams: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        found: dict[str, list[StoredEvent]] = {stream: [] for stream in streams}
        for event in map(StoredEvent._make, self._load(streams)):
            found[event.stream].append(event)
        for events in found.values():
            events.sort(key=_VERSION)
        return found

    def rows(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for kind, key, member in self._run("rows", _pairs(set(keys))):
            found.setdefault((kind, key), []).append(member)
        return found

    def rows_of(self, kind: str) -> list[Row]:
        return list(map(Row._make, self._run("rows_of", (kind,))))

    def answers(self, commands: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        found = self._run("answers", _pairs(commands))
        return {(source, command): digest for source, command, digest in found}

    def places(self) -> dict[str, int]:
        return dict(self._run("places"))

    def log(self, after: int, limit: int) -> list[StoredEvent]:
        return list(map(StoredEvent._make, self._run("log", (after, limit))))

    def raw_log(self, first: int, limit: int) -> list[TupleRow]:
        return self._run("raw_log", (first, limit))

    def damage(self) -> list[str]:
        """Nothing: PostgreSQL needs an extension to look at its own pages (amcheck)."""
        return []

    def begun(self, after: int, limit: int) -> tuple[list[StoredEvent], int]:
        head = self.head()
        found = list(map(StoredEvent._make, self._run("begun", (after, head, limit))))
        return found, head if len(found) < limit else found[-1].sequence

    def head(self) -> int:
        ((head,),) = self._run("head")
        return int(head)

    def claim(self, partitions: Collection[int]) -> dict[int, int]:
        with self._connections.use() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._fences_lock,))
            numbers = int_array(sorted(partitions))
            return dict(connection.execute(self._statements["claim"], (numbers,)))

    def due(self, partitions: Collection[int], now: int, limit: int) -> list[Timer]:
        return list(map(Timer._make, self._run("due", (now, int_array(partitions), limit))))

    def timers(self) -> int:
        ((count,),) = self._run("timers")
        return int(count)

    def relay_places(self) -> dict[tuple[str, int], RelayPlace]:
        found = map(RelayPlace._make, self._run("relay_places"))
        return {(place.topic, place.partition): place for place in found}

    def relay_position(self) -> int:
        return self._position("relay")

    def save_relay(self, position: int, places: Iterable[RelayPlace]) -> None:
        last = {(place.topic, place.partition): place for place in places}
        topics, numbers, offsets, sequences, messages = _columns(last.values(), 5)
        self._run(
            "save_relay",
            (
                "relay",
                position,
                text_array(topics),
                int_array(numbers),
                int_array(offsets),
                int_array(sequences),
                text_array(messages),
            ),
        )

    def lead(self, role: str) -> bool:
        """As of this call, in which the connection that holds the role was heard of."""
        with self._leading:
            try:
                return self._lead(role)
            except Unavailable:
                self._step_down()
                raise

    def setting(self, name: str, value: str | None = None) -> str | None:
        found = self._run("setting", (name,))
        if not found and value is not None:
            self._run("set", (name, value))
            found = self._run("setting", (name,))
        return str(found[0][0]) if found else None

    def documents_position(self, view: str) -> int:
        return self._position(view)

    def put_documents(self, view: str, position: int, documents: Iterable[Document]) -> None:
        last = {(page.kind, page.id): page for page in documents}
        kinds, ids, accounts, bodies = _columns(last.values(), 4)
        views = text_array([view] * len(last))
        pages = (text_array(kinds), text_array(ids), text_array(accounts), bytes_array(bodies))
        self._run("put_documents", (view, position, views, *pages))

    def drop_documents(self, view: str) -> None:
        self._run("drop_documents", (view, view))

    def document(self, kind: str, id: str) -> Document | None:
        found = self._run("document", (kind, id))
        return Document._make(found[0]) if found else None

    def documents(self, kind: str, account: str) -> list[Document]:
        return list(map(Document._make, self._run("documents", (kind, account))))

    def close(self) -> None:
        with self._leading:
            self._step_down()
        self._connections.close()

    def _run(self, statement: str, arguments: Sequence[object] = ()) -> list[TupleRow]:
        with self._connections.use() as connection:
            cursor = connection.execute(self._statements[statement], arguments, prepare=True, binary=True)
            return cursor.fetchall() if cursor.description else []

    def _load(self, streams: Mapping[str, int]) -> list[TupleRow]:
        # Mostly streams are loaded whole, and one scan of the index for all of them is twice as fast.
        above = set(streams.values())
        if len(above) == 1:
            return self._run("load", (text_array(streams), above.pop()))
        return self._run("load_above", (text_array(streams), int_array(streams.values())))

    def _position(self, name: str) -> int:
        found = self._run("position", (name,))
        return int(found[0][0]) if found else 0

    @property
    def _fences_lock(self) -> int:
        return lock_number(self._schema, "fences")

    def _made(self, connection: Connection[TupleRow]) -> bool:
        query = "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = 'settings'"
        return connection.execute(query, (self._schema,)).fetchone() is not None

    def _make(self, connection: Connection[TupleRow]) -> None:
        names = {
            "schema": Identifier(self._schema),
            "fences_lock": Literal(self._fences_lock),
            "log_lock": Literal(lock_number(self._schema, "log")),
            "sequence": Literal(f'"{self._schema}".stored_events_notification_id_seq'),
        }
        if not connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (self._schema,)).fetchone():
            connection.execute(SQL("CREATE SCHEMA {schema}").format(**names))
        self._log.create(connection)
        connection.execute(SQL(TABLES).format(**names))
        connection.execute(SQL(COMMIT).format(**names))

    def _lead(self, role: str) -> bool:
        if self._leader is None:
            self._leader = self._connections.connect()
        with translated():
            if role in self._roles:
                self._leader.execute("SELECT")
                return True
            lock = lock_number(self._schema, "role", role)
            held = self._leader.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
        if held == (True,):
            self._roles.add(role)
        return role in self._roles

    def _step_down(self) -> None:
        self._roles.clear()
        if self._leader is not None:
            self._leader.close()
            self._leader = None


def _commit_arguments(commit: Commit) -> Sequence[object]:
    sources, commands, digests = _columns(commit.answers, 3)
    streams, versions, names, states = _columns(commit.events, 4)
    # Two of one name in a batch: the last one counts, and the database must see each name once.
    timers, numbers, dues, bodies = _columns({timer.timer: timer for timer in commit.put_timers}.values(), 4)
    return (
        *map(int_array, _columns(commit.fences, 2)),
        text_array(commit.places),
        int_array(commit.places.values()),
        text_array(sources),
        text_array(commands),
        bytes_array(digests),
        text_array(streams),
        int_array(versions),
        text_array(names),
        bytes_array(states),
        *map(text_array, _columns(commit.drop_rows, 3)),
        *map(text_array, _columns(commit.put_rows, 3)),
        text_array(commit.drop_timers),
        text_array(timers),
        int_array(numbers),
        int_array(dues),
        bytes_array(bodies),
    )


def _pairs(pairs: Collection[tuple[str, str]]) -> Sequence[object]:
    return tuple(map(text_array, _columns(pairs, 2)))


def _columns(rows: Iterable[tuple[Any, ...]], count: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * count
