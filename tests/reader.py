"""One service of a world: its inbox and outbox over a store in memory, and what it has read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis import answers
from services.chassis.batch import Setup
from services.chassis.cache import Cache
from services.chassis.host import setup
from services.chassis.inbox import Inbox
from services.chassis.keys import MemoryKeys
from services.chassis.memory import Memory, MemoryStore
from services.chassis.outbox import Outbox
from services.chassis.ports import StoredEvent
from services.chassis.service import Page, Service, Version
from services.chassis.stored import Codec, split

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PARTITIONS = 3


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is set."""

    at: datetime = START
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return self.at


class Remembering(Codec):
    """Reads each stored event once only: folds change their states in place, and never an event."""

    def __init__(self, versions: Iterable[Version]) -> None:
        super().__init__(versions)
        self._read: dict[StoredEvent, Any] = {}

    def decode(self, stored: StoredEvent) -> Any:
        if (event := self._read.get(stored)) is None:
            event = self._read[stored] = super().decode(stored)
        return event

    def forked(self) -> Remembering:
        """Another one that has read as much, and forgets what it reads when its world is gone."""
        other = copy(self)
        other._read = dict(self._read)
        return other


class Reader:
    """One service with its inbox, outbox and place in each topic."""

    def __init__(
        self, service: Service, keys: MemoryKeys, clock: FakeClock, origin: Reader | None = None
    ) -> None:
        self.service = service
        self.store: MemoryStore = MemoryStore(copied(origin.store.memory) if origin else None)
        self.codec: Remembering = (
            origin.codec.forked() if origin else Remembering((*service.stored, *answers.STORED))
        )
        made = origin.parts if origin else setup(service, self.store, keys, PARTITIONS)
        self.parts: Setup = made._replace(store=self.store, keys=keys, codec=self.codec)
        self.inbox = Inbox(service, self.parts, Cache(), clock)
        self.outbox = Outbox(service, self.parts)
        self.fences = self.store.claim(range(PARTITIONS))
        self.offsets: dict[tuple[str, int], int] = defaultdict(int)
        self.published = 0
        self.began = 0
        self.last: dict[tuple[str, int], int] = {}
        self._pages: dict[str, tuple[int, list[Page]]] = {}

    def forked(self, keys: MemoryKeys, clock: FakeClock) -> Reader:
        """Another one that stands where this one does, and goes on by itself."""
        other = Reader(self.service, keys, clock, self)
        other.offsets.update(self.offsets)
        other.published = self.published
        other.last = dict(self.last)
        return other

    def state(self, category: str, id: str) -> Any:
        """The fold of a stream, read from the store alone."""
        kind = self.parts.categories[category]
        state = kind.initial(id)
        for stored in self.store.memory.streams.get(f"{category}-{id}", ()):
            state = kind.evolve(state, self.codec.decode(stored))
        return state

    def pages(self, stream: str) -> list[Page]:
        """Those of a stream, made anew whenever it has grown."""
        length = len(self.store.memory.streams[stream])
        kept, pages = self._pages.get(stream, (0, []))
        if kept != length:
            category, id = split(stream)
            pages = list(self.service.pages(category, id, self.state(category, id)))
            self._pages[stream] = length, pages
        return pages


def copied(memory: Memory) -> Memory:
    """The same log, rows and timers, for another store to go on with."""
    return Memory(
        log_id=memory.log_id,
        log=list(memory.log),
        streams={stream: list(events) for stream, events in memory.streams.items()},
        places=dict(memory.places),
        answers=dict(memory.answers),
        fences=dict(memory.fences),
        rows={key: set(members) for key, members in memory.rows.items()},
        timers=dict(memory.timers),
        settings=dict(memory.settings),
    )
