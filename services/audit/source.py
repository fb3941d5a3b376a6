"""Where an auditor reads: the log of each service, with what it takes to understand it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.chassis import answers
from services.chassis.ports import Store, StoredEvent
from services.chassis.service import Category, Service
from services.chassis.stored import Codec, split

READ = 2_000
"""Events of one read."""


class Nothing(Exception):
    """No stored event speaks of what was asked for. The message says where ids are found."""


Tell = Callable[[int, int], object]
"""Told how far a long read is: (done, all), in sequences of the log."""


def silent(done: int, all_: int) -> None:
    """For who does not look."""


class Source(NamedTuple):
    """One service: its streams, its store, and the reader of its stored events."""

    service: Service
    store: Store
    codec: Codec
    categories: Mapping[str, Category]

    @property
    def name(self) -> str:
        return self.service.name

    def folded(self, stream: str, events: list[StoredEvent]) -> Any:
        """The state of a stream after these events, all or some of its own in their order."""
        category, id = split(stream)
        state, evolve = self.categories[category].initial(id), self.categories[category].evolve
        for stored in events:
            state = evolve(state, self.codec.decode(stored))
        return state


Sources = Mapping[str, Source]


def source(service: Service, store: Store) -> Source:
    """What the auditor reads of a service."""
    categories = {category.name: category for category in (*service.categories, *answers.CATEGORIES)}
    return Source(service, store, Codec((*service.stored, *answers.STORED)), categories)


def scan(store: Store, head: int, tell: Tell = silent) -> Iterator[StoredEvent]:
    """The log in its order up to `head`, whatever is appended meanwhile."""
    after = 0
    while after < head and (events := store.log(after, READ)):
        for event in events:
            if event.sequence > head:
                return
            yield event
        after = events[-1].sequence
        tell(min(after, head), head)
