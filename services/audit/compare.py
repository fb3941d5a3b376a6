"""What is read of a log, held against the leaf hashes event by event: it names what was altered."""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.findings import Finding
from services.audit.leaf import Row, sequences
from services.audit.leaves import PAGE, Leaf, Leaves, packed

MOST = 100
"""So many differences are named; the others are counted."""


class Comparison:
    """Takes the log page by page, beside the first `size` leaf hashes."""

    def __init__(self, leaves: Leaves, size: int) -> None:
        self._leaves = leaves
        self._size = min(size, len(leaves))
        self._last = leaves.some(self._size - 1, self._size)[0].sequence if self._size else None
        self._at = 0
        self._block: tuple[int, list[Leaf]] = (0, [])
        self.differences = 0
        self.findings: list[Finding] = []

    def take(self, rows: Sequence[Row], found: Sequence[bytes]) -> None:
        """The next rows of the log with their leaf hashes."""
        end = min(self._at + len(rows), self._size)
        count = end - self._at
        if self._leaves.records(self._at, end) == packed(sequences(rows[:count]), found[:count]):
            self._at = end
            rows, found = rows[count:], found[count:]
        for row, hash_ in zip(rows, found, strict=True):
            self._one(row, hash_)

    def finish(self, end: int | None) -> None:
        """Nothing more comes: what was signed up to sequence `end` and was not read is gone."""
        while (leaf := self._next()) is not None and end is not None and leaf.sequence <= end:
            self._gone(leaf)
        self.differences += self._size - self._at

    def _one(self, row: Row, hash_: bytes) -> None:
        while (leaf := self._next()) is not None and leaf.sequence < row[0]:
            self._gone(leaf)
        if leaf is not None and leaf.sequence == row[0]:
            self._at += 1
            if leaf.hash != hash_:
                self._differs("changed", "is not the event that was signed", row)
        elif self._last is not None and row[0] <= self._last:
            self._differs("inserted", "was not there when this part of the log was signed", row)

    def _next(self) -> Leaf | None:
        """The leaf that stands at where we are."""
        begin, block = self._block
        if not begin <= self._at < begin + len(block):
            begin, block = self._at, self._leaves.some(self._at, min(self._at + PAGE, self._size))
            self._block = begin, block
        return block[self._at - begin] if block else None

    def _gone(self, leaf: Leaf) -> None:
        self._at += 1
        self._found(Finding("deleted", f"event {leaf.sequence} is gone", leaf.sequence))

    def _differs(self, kind: str, how: str, row: Row) -> None:
        sequence, stream, version, *_ = row
        shown = str(stream).encode(errors="replace").decode()
        whole = version if isinstance(version, int) else None
        self._found(Finding(kind, f"event {sequence}, {shown}@{version}, {how}", sequence, shown, whole))

    def _found(self, finding: Finding) -> None:
        self.differences += 1
        if len(self.findings) < MOST:
            self.findings.append(finding)
