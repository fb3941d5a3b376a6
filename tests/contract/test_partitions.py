"""An account has the same partition whoever publishes: ours equals the Java client's and aiokafka's."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.partitions import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_the_one_of_the_java_clients_own_test_vectors(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed & 0xFFFFFFFF


@given(st.binary(max_size=64))
def test_the_hash_is_aiokafkas_for_any_key(key: bytes) -> None:
    assert murmur2(key) == aiokafka_murmur2(key)


@given(st.binary(max_size=64), st.integers(min_value=1, max_value=64))
def test_the_partition_is_aiokafkas_for_any_key_and_count(key: bytes, count: int) -> None:
    every = list(range(count))
    assert partition_of(key, count) == DefaultPartitioner()(key, every, every)


def test_a_topic_without_partitions_has_no_partition_for_a_key() -> None:
    with pytest.raises(ValueError, match="at least one partition"):
        partition_of(b"ACC-1", 0)
