"""An SQLite file of the embedded bus, written by the processes of one machine in short transactions."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.chassis.sqlite import BUSY_MS, use_wal

BUSY_SECONDS = BUSY_MS / 1000


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection for one thread in write-ahead mode, without implicit transactions."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        database.execute("PRAGMA page_size=8192")
        use_wal(database)
        database.execute(f"PRAGMA synchronous={synchronous}")
    except BaseException:
        database.close()
        raise
    return database


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
