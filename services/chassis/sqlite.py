"""One SQLite file, shared by threads and processes: one writer at a time, readers beside it."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from services.chassis.ports import Conflict, Unavailable

BUSY_MS = 10_000
_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
)


class SQLiteFile:
    """Connections to one file, in WAL mode; safe to use from any thread.

    A write is one `BEGIN IMMEDIATE` transaction and waits up to ten seconds for another process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers: deque[sqlite3.Connection] = deque()
        self._writing = Lock()
        self._closed = False
        with _translated():
            self._writer = self._connect()
            with _closed_by_failure(self._writer):
                use_wal(self._writer)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """A transaction: committed at the end of the block, undone when it raises."""
        with self._writing, _translated():
            cursor = self._writer.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for single statements, each of which sees what is committed when it begins."""
        with _translated():
            try:
                connection = self._readers.pop()
            except IndexError:
                connection = self._connect()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def read_raw(self) -> Iterator[sqlite3.Connection]:
        """The same, and a text that is not UTF-8 is read all the same, with surrogates in it."""
        with self.read() as connection:
            connection.text_factory = _as_it_lies
            try:
                yield connection
            finally:
                connection.text_factory = str

    def create(self, make: Callable[[sqlite3.Cursor], object]) -> None:
        """Makes the tables once for the file, whoever else tries to at the same time."""
        if self._made():
            return
        with self.write() as cursor:
            if not cursor.execute("PRAGMA user_version").fetchone()[0]:
                make(cursor)
                cursor.execute("PRAGMA user_version = 1")

    def truncate_log(self) -> bool:
        """Moves what is committed into the file and empties the log, and with it what was overwritten.

        False when somebody was reading for all of ten seconds: then the next truncation does it.
        """
        with self._writing, _translated():
            busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def close(self) -> None:
        with self._writing:
            self._closed = True
            while self._readers:
                self._readers.pop().close()
            self._writer.close()

    def _made(self) -> bool:
        with self.read() as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0])

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        with _closed_by_failure(connection):
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._readers.append(connection)


@contextmanager
def _closed_by_failure(connection: sqlite3.Connection) -> Iterator[None]:
    """A file that is no database is not left open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _as_it_lies(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def use_wal(connection: sqlite3.Connection) -> None:
    """The busy timeout does not cover the switch, and two processes may open a new file together."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY:
            raise Unavailable(str(error)) from error
        raise
