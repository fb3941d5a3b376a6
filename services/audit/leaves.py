"""The leaf hashes of a log, in a file outside its database: 40 bytes an event, its sequence and its hash.

Proofs are made from it, and it names the event that was altered. It proves nothing by itself: the signed
roots do, and it can be made again from a log that they prove.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from services.audit.checkpoint import Log

BYTES = 40
PAGE = 5_000
_RECORD = struct.Struct(">q32s")


class Leaf(NamedTuple):
    sequence: int
    hash: bytes


def path_of(folder: Path, log: Log) -> Path:
    """The file of a log. Its id comes from a database, so it is not trusted with a path."""
    return folder / f"{log.service}.{quote(log.log_id, safe='')}.leaves"


def packed(sequences: Sequence[int], hashes: Sequence[bytes]) -> bytes:
    """The records of these events, as they stand in the file."""
    return b"".join(map(_RECORD.pack, sequences, hashes))


class Leaves:
    """Reads the file; one that is not there is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            self._file = open(os.devnull, "rb")  # noqa: SIM115  closed by `close`

    def __len__(self) -> int:
        """Whole records only."""
        return os.fstat(self._file.fileno()).st_size // BYTES

    def records(self, begin: int, end: int) -> bytes:
        """Those from `begin` up to `end`, as far as there are any."""
        self._file.seek(begin * BYTES)
        return self._file.read(max(0, end - begin) * BYTES)

    def some(self, begin: int, end: int) -> list[Leaf]:
        records = self.records(begin, end)
        return list(map(Leaf._make, _RECORD.iter_unpack(records[: len(records) // BYTES * BYTES])))

    def hashes(self, begin: int, end: int) -> Iterator[bytes]:
        """The leaf hashes from an index on, up to another one."""
        for at in range(begin, end, PAGE):
            for leaf in self.some(at, min(at + PAGE, end)):
                yield leaf.hash

    def find(self, sequence: int) -> int | None:
        """The index of the event with this sequence."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            (leaf,) = self.some(middle, middle + 1)
            if leaf.sequence == sequence:
                return middle
            low, high = (middle + 1, high) if leaf.sequence < sequence else (low, middle)
        return None

    def close(self) -> None:
        self._file.close()


class LeafWriter:
    """Adds to the file, which is made when it is missing, behind its first `keep` records."""

    def __init__(self, path: Path, keep: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(keep * BYTES)

    def append(self, sequences: Sequence[int], hashes: Sequence[bytes]) -> None:
        self._file.write(packed(sequences, hashes))

    def sync(self) -> None:
        """What was added is on disk when it returns."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
