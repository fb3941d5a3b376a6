"""Where an auditor reads: the log of each service, with what it takes to understand it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.chassis import answers
from services.chassis.ports import Store, StoredEvent
from services.chassis.service import Category, Service
from services.chassis.stored import Codec, read_meta, split

FIRST = -(1 << 63)
"""Below every sequence: an event put in front of the log would be one as well."""
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


def unreadable(sources: Sources) -> str | None:
    """The first event that was altered so that nobody can read it, and how; None when all can be read."""
    for source in sources.values():
        after = FIRST
        while rows := source.store.raw_log(after, READ):
            for row in rows:
                if (wrong := _wrong(source, StoredEvent(*row))) is not None:
                    shown = f"{row[1]}@{row[2]}".encode(errors="replace").decode()
                    return f"event {row[0]} of {source.name}, {shown}, cannot be read ({wrong})"
            after = rows[-1][0] + 1
    return None


def _wrong(source: Source, event: StoredEvent) -> str | None:
    try:
        event.stream.encode()
        read_meta(event.state)
        source.codec.decode(event)
    except Exception as error:  # whatever an altered byte leads to
        return type(error).__name__
    return None if split(event.stream)[0] in source.categories else "a stream of no known kind"


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
