"""Streams as the log makes them, in one pass over it or in several, each folding its share of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from services.audit.source import READ, Source, Tell
from services.chassis.ports import StoredEvent
from services.chassis.stored import read_meta, split


@dataclass(slots=True)
class Rebuilt:
    """A stream as the log makes it. `state` is of no use when `broken` says why."""

    stream: str
    account: str
    first: int
    state: Any
    version: int = 0
    broken: str | None = None


@dataclass(slots=True, kw_only=True)
class Clocked:
    """Seconds that each step took."""

    read: float = 0.0
    decoded: float = 0.0
    folded: float = 0.0


@dataclass(slots=True)
class Making:
    """The streams of one service up to a head. Whatever stands in the log, it goes on."""

    source: Source
    head: int
    passes: int
    events: int = 0
    clocked: Clocked = field(default_factory=Clocked)

    def folded(self, share: int, tell: Tell) -> dict[str, Rebuilt]:
        """The streams of this share, by name."""
        made: dict[str, Rebuilt] = {}
        clocked, mine = self.clocked, self._mine(share)
        for events in self._chunks(tell):
            begun = time.perf_counter()
            decoded = [(stored, self._decoded(stored)) for stored in events if mine(stored)]
            between = time.perf_counter()
            for stored, event in decoded:
                self._fold(made, stored, event)
            clocked.decoded += between - begun
            clocked.folded += time.perf_counter() - between
            self.events += len(decoded)
        return made

    def _mine(self, share: int) -> Callable[[StoredEvent], bool]:
        if self.passes == 1:
            return lambda _: True
        return lambda stored: crc32(stored.stream.encode()) % self.passes == share

    def _chunks(self, tell: Tell) -> Iterator[list[StoredEvent]]:
        after = 0
        while after < self.head:
            begun = time.perf_counter()
            events = self.source.store.log(after, READ)
            self.clocked.read += time.perf_counter() - begun
            if not events:
                return
            after = events[-1].sequence
            yield [event for event in events if event.sequence <= self.head]
            tell(min(after, self.head), self.head)

    def _decoded(self, stored: StoredEvent) -> Any:
        try:
            return self.source.codec.decode(stored)
        except Exception as error:  # whatever an altered byte leads to
            return _Unreadable(error)

    def _fold(self, made: dict[str, Rebuilt], stored: StoredEvent, event: Any) -> None:
        if (one := made.get(stored.stream)) is None:
            one = made[stored.stream] = self._begun(stored)
        expected, one.version = one.version + 1, stored.version
        if one.broken is not None:
            return
        if stored.version != expected:
            one.broken = f"version {stored.version} stands where {expected} belongs"
        elif isinstance(event, _Unreadable):
            one.broken = f"version {stored.version} cannot be read: {event}"
        else:
            self._evolve(one, event)

    def _evolve(self, one: Rebuilt, event: Any) -> None:
        try:
            one.state = self.source.categories[split(one.stream)[0]].evolve(one.state, event)
        except Exception as error:  # a fold never fails on what was decided
            one.broken = f"version {one.version} cannot be folded: {_Unreadable(error)}"

    def _begun(self, stored: StoredEvent) -> Rebuilt:
        category, id = split(stored.stream)
        if (known := self.source.categories.get(category)) is None:
            broken = f"no category '{category}' is known here"
            return Rebuilt(stored.stream, "", stored.sequence, None, broken=broken)
        try:
            account = read_meta(stored.state).account or ""
        except (ValueError, TypeError):
            account = ""
        return Rebuilt(stored.stream, account, stored.sequence, known.initial(id))


class _Unreadable:
    """Why an event cannot be read, in a few words and without its values."""

    def __init__(self, error: Exception) -> None:
        self._kind = type(error).__name__

    def __str__(self) -> str:
        return self._kind
