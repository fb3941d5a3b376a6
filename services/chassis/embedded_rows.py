"""Rows of the embedded bus: the records that were published together, of one lane, in one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from schemas.headers import Packed
from services.chassis.ports import Record, TopicPartition

_RECORDS_A_ROW = 64
_BYTES_A_ROW = 1 << 20

Content = tuple[bytes | None, bytes, bytes]
"""Key, headers in one piece, and value of a record."""
Row = tuple[int, int, int, int, bytearray]
"""Lane, offset of the first and of the last record, timestamp, and the records."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Content]).decode
_new = tuple.__new__
"""Makes a record in half the time of its own constructor: a backlog is thousands of them a second."""


def packed(lane: int, first: int, timestamp: int, contents: Sequence[Content]) -> Iterator[Row]:
    """The records as rows, none of too many or, but for a single one, too long."""
    for at in range(0, len(contents), _RECORDS_A_ROW):
        yield from _fitting(lane, first + at, timestamp, contents[at : at + _RECORDS_A_ROW])


def _fitting(lane: int, first: int, timestamp: int, contents: Sequence[Content]) -> Iterator[Row]:
    records = _encode(contents)
    if len(records) > _BYTES_A_ROW and len(contents) > 1:
        half = len(contents) // 2
        yield from _fitting(lane, first, timestamp, contents[:half])
        yield from _fitting(lane, first + half, timestamp, contents[half:])
    else:
        # A byte array: for bytes the library first looks for an adapter, which costs more than the copy.
        yield lane, first, first + len(contents) - 1, timestamp, bytearray(records)


def unpacked(partition: TopicPartition, row: tuple[int, int, bytes], offset: int, limit: int) -> list[Record]:
    """Up to `limit` records from this offset on, of a row: offset of its first, timestamp, records."""
    first, timestamp, raw = row
    topic, number = partition
    skipped = max(offset - first, 0)
    contents = _decode(raw)[skipped : skipped + limit]
    return [
        _new(Record, (topic, number, at, timestamp, key, value, Packed(headers)))
        for at, (key, headers, value) in enumerate(contents, first + skipped)
    ]
