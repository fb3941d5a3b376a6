"""Headers of a record in one piece of bytes: made, kept and passed over without being taken apart."""

from __future__ import annotations

from binascii import hexlify, unhexlify
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

_OWN = ("ce_id", "ce_type", "ce_subject", "ce_sequence", "ce_previous", "ce_logid")
_OWN_HEAD = "\1".join(_OWN).encode()


class Packed(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The headers that `packed` holds, as pairs to whoever asks for them. Equal to those pairs.

    A sequence by what it has, not by descent, which would make it three times as slow to make.
    """

    packed: bytes

    def pairs(self) -> tuple[tuple[str, bytes], ...]:
        return unpack(self.packed)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return iter(unpack(self.packed))

    def __len__(self) -> int:
        return len(unpack(self.packed))

    def __getitem__(self, at: Any) -> Any:
        return unpack(self.packed)[at]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Packed):
            return self.packed == other.packed or self.pairs() == other.pairs()
        return isinstance(other, Sequence) and self.pairs() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.pairs())

    def __repr__(self) -> str:
        return repr(self.pairs())

    def __contains__(self, pair: object) -> bool:
        return pair in unpack(self.packed)


Headers = Sequence[tuple[str, bytes]] | Packed
"""Names and values in their order; a name may come twice."""


class Shared(msgspec.Struct, frozen=True, gc=False):
    """The headers that all messages of one cause have: the log's id first, then what else there is."""

    head: bytes
    """The names of `_OWN` and theirs; empty where the values have a separator in themselves."""
    values: bytes
    names: tuple[str, ...]
    texts: tuple[str, ...]


def pack(headers: Headers) -> bytes:
    """The names, which are few sets that come again and again, then the values, with NUL between.

    Everything in hex behind one more NUL where a name or a value has a separator in itself.
    """
    if isinstance(headers, Packed):
        return headers.packed
    if not headers:
        return b""
    names, values = zip(*headers, strict=True)
    packed = b"\0".join((_head(names), *values))
    if packed.count(b"\0") == len(values):
        return packed
    return b"\0" + b"\0".join(hexlify(part) for name, value in headers for part in (name.encode(), value))


def unpack(packed: bytes) -> tuple[tuple[str, bytes], ...]:
    if not packed:
        return ()
    head, *values = packed.split(b"\0")
    if head:
        return tuple(zip(names_of(head), values, strict=True))
    plain = list(map(unhexlify, values))
    return tuple(zip(map(bytes.decode, plain[::2]), plain[1::2], strict=True))


def shared(logid: str, names: tuple[str, ...], texts: tuple[str, ...]) -> Shared:
    """For `own`: the log's id, and what else the messages of one cause share."""
    values = "\0".join((logid, *texts)).encode()
    plain = values.count(b"\0") == len(texts)
    return Shared(_own_head(names) if plain else b"", values, names, (logid, *texts))


def own(identity: tuple[str, str, str], place: tuple[int, int], common: Shared) -> Headers:
    """The headers of one of our own messages: its id, type and subject, its place and the one before."""
    id, type_, subject = identity
    sequence, previous = place
    if common.head and "\0" not in id and "\0" not in subject:
        own = f"{id}\0{type_}\0{subject}\0{sequence}\0{previous}\0".encode()
        return Packed(common.head + own + common.values)
    said = (id, type_, subject, str(sequence), str(previous), *common.texts)
    return tuple(zip(_OWN + common.names, map(str.encode, said), strict=True))


def glance(headers: Headers) -> tuple[bytes, bytes | None, bytes | None, bytes | None]:
    """Type, sequence, previous sequence and log id, read without the rest where the headers are our own."""
    if type(headers) is Packed:
        parts = headers.packed.split(b"\0", 7)
        if parts[0].startswith(_OWN_HEAD):
            return parts[2], parts[4], parts[5], parts[6]
    elif _names_of(headers[:6]) == _OWN:
        return headers[1][1], headers[3][1], headers[4][1], headers[5][1]
    get = dict(headers).get
    return get("ce_type", b""), get("ce_sequence"), get("ce_previous"), get("ce_logid")


def _names_of(headers: Headers) -> tuple[str, ...]:
    return tuple([name for name, _ in headers])


@lru_cache(maxsize=1024)
def _own_head(names: tuple[str, ...]) -> bytes:
    return _head(_OWN + names) + b"\0"


@lru_cache(maxsize=1024)
def _head(names: tuple[str, ...]) -> bytes:
    """Something with a NUL where the names cannot be told apart again."""
    head = "\1".join(names)
    return head.encode() if head and head.split("\1") == list(names) else b"\0"


@lru_cache(maxsize=1024)
def names_of(head: bytes) -> tuple[str, ...]:
    """The names that the first part of packed headers gives."""
    return tuple(head.decode().split("\1"))
