"""What was so at a time, and what was known of it at another: every event has both times.

An event counts when it was recorded by the time of knowing and takes effect by the time asked about; its
stream is folded from those that count, in their order. Nothing takes effect before the first event of its
stream does: what is not there yet cannot change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from services.audit.source import Nothing, Source, Sources, Tell, scan, silent
from services.chassis.personal import unseal_all
from services.chassis.ports import Keys, StoredEvent
from services.chassis.service import Page
from services.chassis.stored import moment, read_meta, split

OF_ACCOUNT = {"instances": "instance", "orders": "order", "returns": "return"}
"""What belongs to an account: its name there, and the kind of its pages."""
LOADED = 500
"""Streams of one read."""

Body = dict[str, Any]


class When(NamedTuple):
    """Microseconds since the epoch. `known` is None for all that is known by now."""

    at: int
    known: int | None = None

    def __str__(self) -> str:
        known = "" if self.known is None else f", as known at {moment(self.known).isoformat()}"
        return f"at {moment(self.at).isoformat()}{known}"


def as_of(
    sources: Sources, keys: Keys, when: When, subject: tuple[str, str], tell: Tell = silent
) -> Body | None:
    """What `aftersale show` would have printed of the (kind, id); None for what did not exist then.

    Raises `Nothing` for what never existed.
    """
    return _Looking(sources, keys, subject, tell).at(when)


def both(
    sources: Sources, keys: Keys, times: tuple[When, When], subject: tuple[str, str], tell: Tell = silent
) -> tuple[Body | None, Body | None]:
    """The same at two times. Raises `Nothing` for what never existed."""
    looking = _Looking(sources, keys, subject, tell)
    return looking.at(times[0]), looking.at(times[1])


def counted(events: Iterable[StoredEvent], when: When) -> list[StoredEvent]:
    """Those of the events of one stream that count."""
    found, first = [], None
    for event in events:
        meta = read_meta(event.state)
        first = meta.effective_at if first is None else first
        if max(first, meta.effective_at) <= when.at and (when.known is None or meta.recorded <= when.known):
            found.append(event)
    return found


class _Looking:
    """The streams that one question is about, found once."""

    def __init__(self, sources: Sources, keys: Keys, subject: tuple[str, str], tell: Tell) -> None:
        self._sources = sources
        self._keys = keys
        self._kind, self._id = subject
        self._ids: Mapping[str, list[str]] = {}
        if self._kind == "account":
            self._ids = {name: _ids(self._of(kind), kind, self._id, tell) for name, kind in _PARTS}
            if not any(self._ids.values()):
                raise Nothing(
                    f"account {self._id} has nothing and had nothing: 'aftersale audit timeline' shows why"
                )
        elif not self._events(self._kind, [self._id])[self._id]:
            raise Nothing(f"there never was {_article(self._kind)} {self._kind} {self._id}: check the id")

    def at(self, when: When) -> Body | None:
        if self._kind != "account":
            return next(iter(self._pages(self._kind, [self._id], when)), None)
        parts = {name: list(self._pages(kind, self._ids[name], when)) for name, kind in _PARTS}
        return {"accountId": self._id, **parts} if any(parts.values()) else None

    def _pages(self, kind: str, ids: list[str], when: When) -> Iterator[Body]:
        source = self._of(kind)
        for begin in range(0, len(ids), LOADED):
            for id, events in self._events(kind, ids[begin : begin + LOADED]).items():
                if standing := counted(events, when):
                    state = source.folded(f"{kind}-{id}", standing)
                    yield from map(self._readable, source.service.pages(kind, id, state))

    def _events(self, kind: str, ids: list[str]) -> dict[str, list[StoredEvent]]:
        found = self._of(kind).store.load({f"{kind}-{id}": 0 for id in ids})
        return {id: found.get(f"{kind}-{id}", []) for id in ids}

    def _of(self, kind: str) -> Source:
        return next(source for source in self._sources.values() if kind in source.service.shown)

    def _readable(self, page: Page) -> Body:
        key = self._keys.get((page.account,), make=False).get(page.account)
        body: Body = unseal_all(key, from_json(to_json(page.body)))
        return body


_PARTS = tuple(OF_ACCOUNT.items())


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def _ids(source: Source, kind: str, account: str, tell: Tell) -> list[str]:
    """What the account has or had. Read from the log itself: the index of pages is not part of the proof."""
    mark, begins = b'"a":' + to_json(account), f"{kind}-"
    return sorted(
        split(event.stream)[1]
        for event in scan(source.store, source.store.head(), tell)
        if event.version == 1
        and event.stream.startswith(begins)
        and mark in event.state
        and read_meta(event.state).account == account
    )
