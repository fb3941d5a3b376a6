"""Key to partition, as Kafka's Java client does it: whoever writes a topic, an account has one partition."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from

_WORD = 0xFFFFFFFF
_MIX = 0x5BD1E995
_SEED = 0x9747B28C
_CACHED_KEYS = 1 << 16


def murmur2(key: bytes) -> int:
    """MurmurHash2 of the key, 32 bit, unsigned, with the seed that Kafka uses."""
    length = len(key)
    whole = length & ~3
    digest = _SEED ^ length
    for word in unpack_from(f"<{length >> 2}I", key):
        mixed = word * _MIX & _WORD
        mixed = (mixed ^ mixed >> 24) * _MIX & _WORD
        digest = digest * _MIX & _WORD ^ mixed
    if length > whole:
        digest = (digest ^ int.from_bytes(key[whole:], "little")) * _MIX & _WORD
    digest = (digest ^ digest >> 13) * _MIX & _WORD
    return digest ^ digest >> 15


@lru_cache(maxsize=_CACHED_KEYS)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among so many; hashing costs 10 us and more, so the last keys are remembered."""
    if partitions < 1:
        raise ValueError(f"a topic has at least one partition, not {partitions}")
    return (murmur2(key) & 0x7FFFFFFF) % partitions
