"""An SQLite file of the embedded bus, written by the processes of one machine in short transactions."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 10.0


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection for one thread in write-ahead mode, without implicit transactions."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _write_ahead(database)
        database.execute(f"PRAGMA synchronous={synchronous}")
    except BaseException:
        database.close()
        raise
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Changing the mode of a new file does not wait for another that does the same, so try again."""
    deadline = time.monotonic() + BUSY_SECONDS
    database.execute("PRAGMA page_size=8192")
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """One write transaction; waits for its turn in short steps, as SQLite's own grow to 100 ms."""
    _begin(database)
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _begin(database: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    database.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                database.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.0002, 0.001))
    finally:
        database.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
