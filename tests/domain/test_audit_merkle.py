"""The tree and its proofs are those of RFC 6962: known vectors, its own definition, and every small size."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from services.audit.merkle import (
    EMPTY,
    Tree,
    consistency,
    consistent,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    root_of,
)

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Those that implementations of Certificate Transparency are tested with."""
SIZE = 64
LEAVES = [leaf_hash(b"%d" % number) for number in range(SIZE)]


def leaves(begin: int, end: int) -> Iterator[bytes]:
    return iter(LEAVES[begin:end])


def defined(hashes: list[bytes]) -> bytes:
    """The definition, word for word: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\1" + defined(hashes[:k]) + defined(hashes[k:])).digest()


def altered(path: list[bytes]) -> Iterator[list[bytes]]:
    """Paths that are not this one: a hash changed, one missing, one too many."""
    for index, node in enumerate(path):
        yield [*path[:index], sha256(node).digest(), *path[index + 1 :]]
    if path:
        yield path[1:]
        yield path[:-1]
    yield [*path, EMPTY]


@pytest.mark.parametrize("size", range(1, len(ROOTS) + 1))
def test_the_root_is_that_of_the_known_vectors(size: int) -> None:
    assert root_of(map(leaf_hash, INPUTS[:size])).hex() == ROOTS[size - 1]


def test_the_paths_are_those_of_the_known_vectors() -> None:
    hashes = [leaf_hash(one) for one in INPUTS]
    path = inclusion(lambda begin, end: hashes[begin:end], 5, 8)
    assert [node.hex() for node in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    path = consistency(lambda begin, end: hashes[begin:end], 6, 8)
    assert [node.hex() for node in path] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_growing_tree_always_has_the_root_of_the_definition() -> None:
    tree = Tree()
    assert tree.root() == EMPTY == defined([])
    for size, one in enumerate(LEAVES, start=1):
        tree.extend([one])
        assert (tree.size, tree.root()) == (size, defined(LEAVES[:size]))


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_leaf_has_a_path_and_no_other_leaf_and_no_other_path_does(size: int) -> None:
    root = defined(LEAVES[:size])
    for index in range(size):
        path = inclusion(leaves, index, size)
        assert included(LEAVES[index], index, size, path, root)
        assert not included(leaf_hash(b"another"), index, size, path, root)
        assert not included(LEAVES[index], index, size, path, leaf_hash(b"another"))
        assert not any(included(LEAVES[index], index, size, other, root) for other in altered(path))
        if size > 1:
            assert not included(LEAVES[index], (index + 1) % size, size, path, root)


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_earlier_tree_is_shown_to_be_part_of_a_later_one_and_no_other_tree_is(size: int) -> None:
    after = (size, defined(LEAVES[:size]))
    for first in range(size + 1):
        path = consistency(leaves, first, size)
        before = (first, defined(LEAVES[:first]))
        assert consistent(before, after, path)
        assert not consistent((first, node_hash(*after[1:], EMPTY)), after, path)
        assert not any(consistent(before, after, other) for other in altered(path))
        if first > 0:
            assert not consistent(before, (size, leaf_hash(b"another")), path)


def test_what_is_no_tree_is_not_proven() -> None:
    assert not included(LEAVES[0], 0, 0, [], EMPTY)
    assert not included(LEAVES[0], -1, 1, [], LEAVES[0])
    assert not consistent((2, LEAVES[0]), (1, LEAVES[0]), [])
    assert not consistent((3, EMPTY), (4, EMPTY), [])
