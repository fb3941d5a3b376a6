"""The leaf of an event: everything that is stored of it, in bytes that no other event has.

    0x01 | sequence | version | bytes of the stream | bytes of the name | stream | name | state

The numbers are big-endian, sequence and version with 64 bits and a sign, the two lengths with 32. Texts are
UTF-8; the state is what is stored, its line of meta data included.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]
"""Sequence, stream, version, name and state, as they lie in the log, be they what they should be or not."""

_HEAD = struct.Struct(">BqqII")
_HASHED = struct.Struct(">BBqqII")
_WRONG = (AttributeError, TypeError, ValueError, struct.error)


def leaf(row: Row) -> bytes:
    """The bytes that are hashed. Raises `ValueError` for a row that is no event."""
    sequence, stream, version, name, state = row
    try:
        texts = (stream.encode(), name.encode())
        head = _HEAD.pack(1, sequence, version, len(texts[0]), len(texts[1]))
        return b"".join((head, *texts, state))
    except _WRONG as error:
        raise ValueError(f"what lies at {sequence!r} is no event: {error}") from error


def hashes(rows: Iterable[Row]) -> list[bytes]:
    """The leaf hash of each row (RFC 6962). One that is no event has a hash that no event has."""
    pack, found = _HASHED.pack, []
    for row in rows:
        try:
            sequence, stream, version, name, state = row
            texts = (stream.encode(), name.encode())
            head = pack(0, 1, sequence, version, len(texts[0]), len(texts[1]))
            found.append(sha256(b"".join((head, *texts, state))).digest())
        except _WRONG:
            found.append(sha256(b"\2" + repr(row).encode(errors="backslashreplace")).digest())
    return found


def sequences(rows: Sequence[Row]) -> list[int]:
    return [row[0] for row in rows]
