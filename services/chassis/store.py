"""Opens the event store of a service; the one module that knows the event sourcing library.

The library's tables `stored_events` and `tracking` are kept as it makes them, so its own recorders can read a
store of ours; the subclasses here append a whole batch at once, with as many places as the batch has.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Cursor

from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore, SQLiteProcessRecorder
from psycopg import Connection
from psycopg.rows import TupleRow, dict_row

from services.chassis.ports import NewEvent
from services.chassis.postgres_store import PostgresStore
from services.chassis.sqlite_rows import insert
from services.chassis.sqlite_store import SQLiteStore


def open_sqlite(path: Path) -> SQLiteStore:
    """The store in this file, which is made when it is missing. Raises `Unavailable`."""
    _refuse_db_functions()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SQLiteStore(path, _SQLiteLog(path))


def open_postgres(dsn: str, schema: str) -> PostgresStore:
    """The store in this schema, which is made when it is missing. Raises `Unavailable`.

    TLS and everything else about the connection is said by the DSN.
    """
    _refuse_db_functions()
    return PostgresStore(dsn, schema, _PostgresLog(_Schema(schema)))


class _SQLiteLog(SQLiteProcessRecorder):
    def __init__(self, path: Path) -> None:
        super().__init__(SQLiteDatastore(str(path), originator_id_type="text"))

    def create(self, cursor: Cursor) -> None:
        self._create_table(SQLiteCursor(cursor))

    def append(self, cursor: Cursor, events: Sequence[NewEvent]) -> None:
        # As a byte array: for bytes the library first looks for an adapter, which costs more than the copy.
        rows = [(stream, version, name, bytearray(state)) for stream, version, name, state in events]
        insert(cursor, f"INSERT INTO {self.events_table_name}", rows)


class _PostgresLog(PostgresProcessRecorder):
    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, tracking_table_name="tracking")

    def create(self, connection: Connection[TupleRow]) -> None:
        with connection.cursor(row_factory=dict_row) as cursor:
            for statement in self.sql_create_statements:
                if "CREATE TYPE" in statement.as_string():
                    cursor.execute(statement)
            self._create_table(cursor)


class _Schema(PostgresDatastore):
    """Tells the recorder where its tables are; connections are the store's own."""

    def __init__(self, schema: str) -> None:
        super().__init__("", "", "", "", "", schema=schema, originator_id_type="text")

    def register_type_adapters(self) -> None:
        """Nothing to register, and nothing to connect to yet."""


def _refuse_db_functions() -> None:
    # With it the library drops places silently, and readers of the log miss events.
    if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS"):
        raise ValueError("POSTGRES_ENABLE_DB_FUNCTIONS must not be set: it loses places and events; unset it")
