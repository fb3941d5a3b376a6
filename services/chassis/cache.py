"""What a service remembers between batches: folded streams and lookup rows of the partitions it owns."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any


class Fold:
    """A stream folded up to `version`."""

    __slots__ = ("state", "stream", "version")

    def __init__(self, stream: str, version: int, state: Any) -> None:
        self.stream = stream
        self.version = version
        self.state = state


class Cache:
    """Least recently used first out. Safe only while the fence holds: drop it when a partition is lost."""

    def __init__(self, streams: int = 50_000, rows: int = 100_000) -> None:
        self._streams: OrderedDict[str, Fold] = OrderedDict()
        self._rows: OrderedDict[tuple[str, str], set[str]] = OrderedDict()
        self._limits = (streams, rows)

    def fold(self, stream: str) -> Fold | None:
        if (fold := self._streams.get(stream)) is not None:
            self._streams.move_to_end(stream)
        return fold

    def rows(self, key: tuple[str, str]) -> set[str] | None:
        if (members := self._rows.get(key)) is not None:
            self._rows.move_to_end(key)
        return members

    def keep_fold(self, stream: str, fold: Fold) -> None:
        self._streams[stream] = fold

    def keep_rows(self, key: tuple[str, str], members: set[str]) -> None:
        self._rows[key] = members

    def forget(self, streams: Iterable[str], rows: Iterable[tuple[str, str]]) -> None:
        """Drops these: their state was changed by something that did not take effect."""
        for stream in streams:
            self._streams.pop(stream, None)
        for key in rows:
            self._rows.pop(key, None)

    def clear(self) -> None:
        self._streams.clear()
        self._rows.clear()

    def trim(self) -> None:
        """Back to its size; between batches, never inside one."""
        for kept, limit in ((self._streams, self._limits[0]), (self._rows, self._limits[1])):
            while len(kept) > limit:
                kept.popitem(last=False)
