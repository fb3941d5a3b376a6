"""Connections to PostgreSQL that come back after a loss, and arrays packed by hand.

TLS is the DSN's: `sslmode=verify-full sslrootcert=/path/ca.pem`, and `sslcert` and `sslkey` for a client
certificate. A pooler between must keep sessions (PgBouncer: `pool_mode = session`).
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import chain, repeat

import psycopg
from psycopg import Connection
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format
from psycopg.rows import TupleRow

from services.chassis.ports import Conflict, Fenced, PortError, Unavailable

_DEFAULTS = {
    "connect_timeout": "5",
    "application_name": "aftersale",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
# The server's side of the same: a session of a machine that died must let go of its locks.
_SESSION = (
    "SET lock_timeout = '30s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
    "SET tcp_keepalives_count = 3"
)
# Two are of our own functions, for a fence that was raised and a place that is taken; the third says that the
# primary has become a standby.
_MEANINGS: dict[str | None, type[PortError]] = {"AF001": Fenced, "AF002": Conflict, "25006": Unavailable}


class TextArray(bytes):
    """A `text[]` as PostgreSQL reads it."""


class IntArray(bytes):
    """An `int8[]` as PostgreSQL reads it."""


class BytesArray(bytes):
    """A `bytea[]` as PostgreSQL reads it."""


def text_array(values: Iterable[str]) -> TextArray:
    return TextArray(_packed(25, [value.encode() for value in values]))


def bytes_array(values: Iterable[bytes]) -> BytesArray:
    return BytesArray(_packed(17, list(values)))


def int_array(values: Iterable[int]) -> IntArray:
    packed = list(map(_INT.pack, repeat(8), values))
    return IntArray(_header(20, len(packed)) + b"".join(packed))


class PostgresConnections:
    """As many connections as there are threads at work. Errors come out as those of the ports.

    A lost connection raises `Unavailable`, and the next use makes a new one: what was under way may have been
    committed all the same.
    """

    def __init__(self, dsn: str) -> None:
        given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
        self._dsn = make_conninfo("", **{**_DEFAULTS, **given})
        self._idle: deque[Connection[TupleRow]] = deque()
        self._closed = False

    @contextmanager
    def use(self) -> Iterator[Connection[TupleRow]]:
        """A connection in autocommit mode; `connection.transaction()` makes several statements one."""
        with translated():
            connection = self._take()
            try:
                yield connection
            except BaseException:
                if connection.broken or connection.closed:
                    self._forget_idle()
                raise
            finally:
                self._give_back(connection)

    def connect(self) -> Connection[TupleRow]:
        """A new connection, the caller's own. Raises `Unavailable`."""
        with translated():
            connection = psycopg.connect(self._dsn, autocommit=True)
            connection.execute(_SESSION)
            for dumper in (_TextDumper, _IntDumper, _BytesDumper):
                connection.adapters.register_dumper(dumper.packs, dumper)
            return connection

    def close(self) -> None:
        self._closed = True
        self._forget_idle()

    def _take(self) -> Connection[TupleRow]:
        try:
            return self._idle.pop()
        except IndexError:
            return self.connect()

    def _give_back(self, connection: Connection[TupleRow]) -> None:
        if self._closed or connection.closed or connection.info.transaction_status:
            connection.close()
        else:
            self._idle.append(connection)

    def _forget_idle(self) -> None:
        # What cut one connection has most likely cut the others.
        with suppress(IndexError):
            while True:
                self._idle.pop().close()


@contextmanager
def translated() -> Iterator[None]:
    """Errors of psycopg as those of the ports; a mistake of ours (bad SQL, bad data) stays what it is."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise Conflict(str(error)) from error
    except psycopg.errors.ProgramLimitExceeded:
        # An OperationalError by its class, but it will never be otherwise: what is kept is too long.
        raise
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable(str(error)) from error
    except psycopg.Error as error:
        if error.sqlstate in _MEANINGS:
            raise _MEANINGS[error.sqlstate](str(error)) from error
        raise


def lock_number(*names: str) -> int:
    """The number of the advisory lock with these names."""
    digest = blake2b("/".join(("aftersale", *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class _PackedDumper(Dumper):
    format = Format.BINARY
    packs: type[bytes] = bytes

    def __init__(self, cls: type, context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)

    def dump(self, obj: bytes) -> bytes:
        return obj


class _TextDumper(_PackedDumper):
    oid = 1009
    packs = TextArray


class _IntDumper(_PackedDumper):
    oid = 1016
    packs = IntArray


class _BytesDumper(_PackedDumper):
    oid = 1001
    packs = BytesArray


_LENGTH = struct.Struct("!i")
_INT = struct.Struct("!iq")


def _packed(oid: int, values: list[bytes]) -> bytes:
    lengths = map(_LENGTH.pack, map(len, values))
    return _header(oid, len(values)) + b"".join(chain.from_iterable(zip(lengths, values, strict=True)))


def _header(oid: int, count: int) -> bytes:
    return struct.pack("!iiIii", 1, 0, oid, count, 1) if count else struct.pack("!iiI", 0, 0, oid)
