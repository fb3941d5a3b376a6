"""Copies embedded stores to PostgreSQL: log ids, sequences, places, answers, rows, timers and keys stay.

What the relay kept of its broker stays behind, so that it fills the new broker from the beginning; whoever
handled a message before has its place and passes over it. Read models are made again by their views.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from services.chassis.keys import open_postgres_keys
from services.chassis.postgres import PostgresConnections
from services.chassis.store import open_postgres

Progress = Callable[[int], object]
"""Told the number of rows copied since it was last told."""

_PAGE = 1_000


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    query: str


_STORE = (
    _Table(
        "stored_events",
        ("notification_id", "originator_id", "originator_version", "topic", "state"),
        ("int8", "text", "int8", "text", "bytea"),
        "SELECT rowid, * FROM stored_events ORDER BY rowid",
    ),
    _Table(
        "tracking",
        ("application_name", "notification_id"),
        ("text", "int8"),
        "SELECT * FROM tracking WHERE application_name <> '__migration__'",
    ),
    _Table("answers", ("source", "command", "digest"), ("text", "text", "bytea"), "SELECT * FROM answers"),
    _Table("fences", ("number", "epoch"), ("int8", "int8"), "SELECT * FROM fences"),
    _Table("lookup", ("kind", "key", "member"), ("text", "text", "text"), "SELECT * FROM lookup"),
    _Table(
        "timers",
        ("timer", "number", "due", "body"),
        ("text", "int8", "int8", "bytea"),
        "SELECT * FROM timers",
    ),
    _Table("settings", ("name", "value"), ("text", "text"), "SELECT * FROM settings"),
)
_KEYS = (_Table("keys", ("account", "key"), ("text", "bytea"), "SELECT * FROM keys"),)


def size(source: Path) -> int:
    """The rows of a store that are copied, for a progress bar."""
    with closing(_read_only(source)) as origin:
        counts = (origin.execute(f"SELECT count(*) FROM {table.name}").fetchone() for table in _STORE)
        return sum(int(count) for (count,) in counts)


def accounts(source: Path) -> list[str]:
    """Every account that has or had a key."""
    with closing(_read_only(source)) as origin:
        return [str(account) for (account,) in origin.execute("SELECT account FROM keys")]


def copy_store(source: Path, dsn: str, schema: str, progress: Progress) -> int:
    """Copies the store of a stopped service in one transaction, and answers the number of its events.

    Raises `ValueError` when something was stored in the schema before, and `Unavailable`.
    """
    target = open_postgres(dsn, schema)
    head, places = target.head(), target.places()
    target.close()
    if head or places:
        raise ValueError(f"schema {schema} already holds a store: name another, or drop it first")
    with _both(source, dsn) as (origin, connection):
        connection.execute(SQL("DELETE FROM {}").format(Identifier(schema, "settings")))
        for table in _STORE:
            _copy(origin, connection, schema, table, progress)
        (last,) = origin.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()
        sequence = f'"{schema}".stored_events_notification_id_seq'
        connection.execute("SELECT setval(%s, %s, %s)", (sequence, max(last, 1), last > 0))
        return int(last)


def copy_keys(source: Path, dsn: str, schema: str, progress: Progress) -> None:
    """Copies every key and every tombstone. Raises `Conflict` when the schema has one of them already."""
    open_postgres_keys(dsn, schema).close()
    with _both(source, dsn) as (origin, connection):
        for table in _KEYS:
            _copy(origin, connection, schema, table, progress)


@contextmanager
def _both(source: Path, dsn: str) -> Iterator[tuple[sqlite3.Connection, Connection[TupleRow]]]:
    with (
        closing(PostgresConnections(dsn)) as connections,
        closing(_read_only(source)) as origin,
        connections.use() as connection,
        connection.transaction(),
    ):
        origin.execute("BEGIN")
        yield origin, connection


def _read_only(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _copy(
    origin: sqlite3.Connection,
    connection: Connection[TupleRow],
    schema: str,
    table: _Table,
    progress: Progress,
) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        Identifier(schema, table.name), SQL(", ").join(map(Identifier, table.columns))
    )
    rows = origin.execute(table.query)
    with connection.cursor().copy(statement) as copy:
        copy.set_types(table.types)
        while page := rows.fetchmany(_PAGE):
            for row in page:
                copy.write_row(row)
            progress(len(page))
