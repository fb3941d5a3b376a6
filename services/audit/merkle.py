"""The Merkle tree of RFC 6962 over a log (SHA-256): its root, and proofs that need nothing but hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

EMPTY = sha256().digest()
"""The root of a tree without leaves."""
BYTES = 32

Leaves = Callable[[int, int], Iterable[bytes]]
"""The leaf hashes from an index on, up to another one."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows: it keeps one hash for each full subtree, so each leaf is hashed once."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaf hashes, in the order of the log."""
        peaks, size = self._peaks, self.size
        for node in leaves:
            full = size
            while full & 1:
                node = sha256(b"\1" + peaks.pop() + node).digest()
                full >>= 1
            peaks.append(node)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The root hash over all leaves so far."""
        if not self._peaks:
            return EMPTY
        *higher, node = self._peaks
        for peak in reversed(higher):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    tree = Tree()
    tree.extend(leaves)
    return tree.root()


def inclusion(leaves: Leaves, index: int, size: int) -> list[bytes]:
    """The audit path of the leaf at `index` in the tree of this size (RFC 6962, 2.1.1)."""
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(root_of(leaves(middle, end)))
            end = middle
        else:
            path.append(root_of(leaves(begin, middle)))
            begin = middle
    return path[::-1]


def consistency(leaves: Leaves, first: int, second: int) -> list[bytes]:
    """The proof that the tree of size `second` only added to that of size `first` (RFC 6962, 2.1.2)."""
    if not 0 < first < second:
        return []
    begin, end, path = 0, second, []
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(root_of(leaves(middle, end)))
            end = middle
        else:
            path.append(root_of(leaves(begin, middle)))
            begin = middle
    if begin:
        path.append(root_of(leaves(begin, end)))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf at `index` to the root of a tree of this size (RFC 9162)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for other in path:
        if not last:
            return False
        if at & 1 or at == last:
            node = node_hash(other, node)
            at, last = _up_to_left(at, last)
        else:
            node = node_hash(node, other)
        at, last = at >> 1, last >> 1
    return not last and node == root


def consistent(first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the path shows that the second (size, root) only added to the first (RFC 9162)."""
    if not 0 < first[0] < second[0]:
        same = first == second or (first == (0, EMPTY) and second[0] >= 0)
        return same and not path
    whole = first[0] & (first[0] - 1) == 0
    nodes = [first[1], *path] if whole else list(path)
    at, last = first[0] - 1, second[0] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not nodes:
        return False
    before = after = nodes[0]
    for other in nodes[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            at, last = _up_to_left(at, last)
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    return not last and (before, after) == (first[1], second[1])


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _up_to_left(at: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right child: in between it is the last of its row, and has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
