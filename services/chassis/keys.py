"""One key per account, first writer wins: the only thing that services share.

A key that is ended leaves a tombstone, so that it is never made again. Other processes stop using it when
they next ask (SQLite), or within a second (PostgreSQL). What a database may keep of a row after it was
overwritten (PostgreSQL: its write-ahead log and backups) lasts as long as its operator keeps that.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from typing import Protocol

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from services.chassis.ports import Unavailable
from services.chassis.postgres import PostgresConnections, bytes_array, lock_number, text_array
from services.chassis.sqlite import SQLiteFile

_CACHED = 20_000
_SQLITE_TABLES = (
    "CREATE TABLE keys (account TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID",
    "CREATE TABLE generation (number INTEGER)",
    "INSERT INTO generation VALUES (0)",
)
_POSTGRES_TABLES = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {schema}.keys (account text PRIMARY KEY, key bytea);
CREATE TABLE {schema}.generation (number bigint NOT NULL);
INSERT INTO {schema}.generation VALUES (0);
"""


def new_key(_: str) -> bytes:
    return token_bytes(32)


def open_sqlite_keys(path: Path) -> CachedKeys:
    """The keys in this file, which is made when it is missing. Raises `Unavailable`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whoever may read the keys may read what they seal: the owner of the installation, and nobody else.
    path.touch(mode=0o600)
    return CachedKeys(_SQLiteVault(path), trust=0)


def open_postgres_keys(dsn: str, schema: str) -> CachedKeys:
    """The keys in this schema, which is made when it is missing. Raises `Unavailable`."""
    return CachedKeys(_PostgresVault(dsn, schema), trust=1)


class MemoryKeys:
    """`Keys` in a dictionary. A `make` that depends on the account alone gives equal tokens in every run."""

    def __init__(self, make: Callable[[str], bytes] = new_key) -> None:
        self._make = make
        self._keys: dict[str, bytes | None] = {}

    def get(self, accounts: Collection[str], make: bool = True) -> dict[str, bytes]:
        if make:
            for account in accounts:
                if account not in self._keys:
                    self._keys.setdefault(account, self._make(account))
        return {account: key for account in accounts if (key := self._keys.get(account)) is not None}

    def had(self, account: str) -> bool:
        return account in self._keys

    def forget(self, account: str) -> bool:
        had = self._keys.get(account) is not None
        self._keys[account] = None
        return had

    def close(self) -> None:
        """Nothing to close."""


class Vault(Protocol):
    """Where keys are kept."""

    def read(self, accounts: Collection[str]) -> dict[str, bytes | None]:
        """The key of each account that has or had one; None for one that was ended."""
        ...

    def add(self, keys: Mapping[str, bytes]) -> None:
        """Keeps those whose account never had one."""
        ...

    def end(self, account: str) -> bool: ...

    def generation(self) -> int:
        """Another number after every end of a key."""
        ...

    def close(self) -> None: ...


class CachedKeys:
    """`Keys` over a vault. The cache is emptied whenever a key was ended, looked at every `trust` seconds."""

    def __init__(self, vault: Vault, trust: float) -> None:
        self._vault = vault
        self._trust = trust
        self._cache: OrderedDict[str, bytes | None] = OrderedDict()
        self._generation = -1
        self._looked = float("-inf")
        self._lock = Lock()

    def get(self, accounts: Collection[str], make: bool = True) -> dict[str, bytes]:
        with self._lock:
            self._look()
            found = {account: self._cache[account] for account in accounts if account in self._cache}
            missing = [account for account in accounts if account not in found]
            if missing:
                found.update(self._read(missing, make))
            self._remember(found)
            return {account: key for account, key in found.items() if key is not None}

    def had(self, account: str) -> bool:
        return account in self._vault.read((account,))

    def forget(self, account: str) -> bool:
        with self._lock:
            had = self._vault.end(account)
            self._cache[account] = None
            return had

    def close(self) -> None:
        self._cache.clear()
        self._vault.close()

    def _look(self) -> None:
        if time.monotonic() - self._looked < self._trust:
            return
        generation = self._vault.generation()
        if generation != self._generation:
            self._cache.clear()
        self._generation, self._looked = generation, time.monotonic()

    def _read(self, accounts: list[str], make: bool) -> dict[str, bytes | None]:
        found = self._vault.read(accounts)
        unknown = [account for account in accounts if account not in found]
        if make and unknown:
            self._vault.add({account: new_key(account) for account in unknown})
            found.update(self._vault.read(unknown))
        return found

    def _remember(self, found: Mapping[str, bytes | None]) -> None:
        self._cache.update(found)
        for account in found:
            self._cache.move_to_end(account)
        while len(self._cache) > _CACHED:
            self._cache.popitem(last=False)


class _SQLiteVault:
    def __init__(self, path: Path) -> None:
        self._file = SQLiteFile(path)
        self._file.create(_create)

    def read(self, accounts: Collection[str]) -> dict[str, bytes | None]:
        with self._file.read() as connection:
            query = "SELECT account, key FROM keys WHERE account IN (SELECT value FROM json_each(?))"
            return dict(connection.execute(query, (json.dumps(list(accounts)),)))

    def add(self, keys: Mapping[str, bytes]) -> None:
        with self._file.write() as cursor:
            cursor.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", keys.items())

    def end(self, account: str) -> bool:
        with self._file.write() as cursor:
            cursor.execute("INSERT OR IGNORE INTO keys VALUES (?, NULL)", (account,))
            cursor.execute("UPDATE keys SET key = NULL WHERE account = ? AND key IS NOT NULL", (account,))
            had = cursor.rowcount > 0
            cursor.execute("UPDATE generation SET number = number + 1")
        if not self._file.truncate_log():
            raise Unavailable(
                f"the key of {account} is ended, but its file was read all the time, so that what was "
                "overwritten is in the log beside it still: do it again"
            )
        return had

    def generation(self) -> int:
        with self._file.read() as connection:
            return int(connection.execute("SELECT number FROM generation").fetchone()[0])

    def close(self) -> None:
        self._file.close()


class _PostgresVault:
    def __init__(self, dsn: str, schema: str) -> None:
        self._connections = PostgresConnections(dsn)
        self._schema = schema
        self._make_tables()

    def read(self, accounts: Collection[str]) -> dict[str, bytes | None]:
        return dict(
            self._run("SELECT account, key FROM {schema}.keys WHERE account = ANY (%b)", text_array(accounts))
        )

    def add(self, keys: Mapping[str, bytes]) -> None:
        statement = "INSERT INTO {schema}.keys SELECT * FROM unnest(%b, %b) ON CONFLICT DO NOTHING"
        self._run(statement, text_array(keys), bytes_array(keys.values()))

    def end(self, account: str) -> bool:
        with self._connections.use() as connection:
            with connection.transaction():
                # The tombstone first: after it nobody can put a key in between.
                for statement in (
                    "INSERT INTO {schema}.keys VALUES (%b, NULL) ON CONFLICT DO NOTHING",
                    "UPDATE {schema}.keys SET key = NULL WHERE account = %b AND key IS NOT NULL",
                ):
                    ended = connection.execute(self._statement(statement), (account,)).rowcount
                connection.execute(self._statement("UPDATE {schema}.generation SET number = number + 1"))
            with suppress(psycopg.Error):
                connection.execute(self._statement("VACUUM {schema}.keys"))
            return ended > 0

    def generation(self) -> int:
        ((number,),) = self._run("SELECT number FROM {schema}.generation")
        return int(number)

    def close(self) -> None:
        self._connections.close()

    def _run(self, statement: str, *arguments: object) -> Iterable[TupleRow]:
        with self._connections.use() as connection:
            cursor = connection.execute(self._statement(statement), arguments, prepare=True, binary=True)
            return cursor.fetchall() if cursor.description else []

    def _statement(self, text: str) -> bytes:
        return SQL(text).format(schema=Identifier(self._schema)).as_bytes(None)

    def _make_tables(self) -> None:
        with self._connections.use() as connection:
            if self._made(connection):
                return
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_number(self._schema, "tables"),))
                if not self._made(connection):
                    connection.execute(self._statement(_POSTGRES_TABLES))

    def _made(self, connection: Connection[TupleRow]) -> bool:
        query = "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = 'generation'"
        return connection.execute(query, (self._schema,)).fetchone() is not None


def _create(cursor: sqlite3.Cursor) -> None:
    for statement in _SQLITE_TABLES:
        cursor.execute(statement)
