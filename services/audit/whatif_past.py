"""A service's store as it stood before an event: all that a decision of then could read.

Streams are those of the log up to the event. The catalog is the exception: its streams are those of today (or
with those of a file), each from the moment on at which history first heard of the entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from services.audit.source import Source
from services.chassis.batch import Setup
from services.chassis.cache import Cache, Fold
from services.chassis.ports import Keys, Row, Store, StoredEvent
from services.chassis.stored import split

Catalog: TypeAlias = Mapping[str, Sequence[StoredEvent]]
"""The streams of a catalog, all there are."""


class ReadingKeys:
    """Keys that are there; none is ever made for a question."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: dict[str, dict[str, bytes]] = {}

    def get(self, accounts: Collection[str], make: bool = True) -> dict[str, bytes]:  # noqa: ARG002
        found: dict[str, bytes] = {}
        for account in accounts:
            if account not in self._known:
                self._known[account] = self._keys.get((account,), make=False)
            found |= self._known[account]
        return found

    def had(self, account: str) -> bool:
        return self._keys.had(account)

    def forget(self, account: str) -> bool:
        raise PermissionError(f"the key of {account} stays: a question ends no key")

    def close(self) -> None:
        """They belong to whoever opened them."""


class Past:
    """Stands before the first event of the log; `pass_over` goes on. Reads `Source`, writes nothing."""

    def __init__(
        self, source: Source, keys: Keys, catalog: Callable[[str], Sequence[StoredEvent]] | None
    ) -> None:
        """`catalog` answers for each of its streams; without one these are as they were then, too."""
        self._source = source
        self._catalog = catalog or (lambda _: ())
        self._shared = {
            category.name for category in source.service.categories if category.shared and catalog is not None
        }
        self._begun: set[str] = set()
        self._rows: dict[tuple[str, str], set[str]] = {}
        self._members: dict[str, frozenset[Row]] = {}
        self._asked: set[tuple[str, str]] = set()
        self._before = 1
        self.cache = Cache()
        # Nobody else writes meanwhile, so nothing need be looked at again.
        categories = {name: replace(one, shared=False) for name, one in source.categories.items()}
        self.setup = Setup(cast(Store, self), keys, source.codec, categories, 1)

    # ------------------------------------------------------------- what a decision reads of a store

    def load(self, streams: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        """The events of then above these versions."""
        found: dict[str, list[StoredEvent]] = {}
        for stream, above in streams.items():
            if split(stream)[0] in self._shared:
                there = self._catalog(stream) if stream in self._begun else ()
                found[stream] = [event for event in there if event.version > above]
        rest = {stream: above for stream, above in streams.items() if stream not in found}
        for stream, events in (self._source.store.load(rest) if rest else {}).items():
            found[stream] = [event for event in events if event.sequence < self._before]
        return found

    def rows(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Lookup rows as they follow from the folds of then."""
        self._asked.update(keys)
        return {key: sorted(self._rows[key]) for key in keys if self._rows.get(key)}

    def rows_of(self, kind: str) -> list[Row]:  # noqa: ARG002
        """No order waits: what was parked is asked about by itself."""
        return []

    # ------------------------------------------------------------------------------------- going on

    def stand_before(self, sequence: int) -> None:
        """Goes to where this event is not there yet."""
        self._before = sequence

    def begin(self, streams: Iterable[str]) -> None:
        """These entries of the catalog are heard of from here on."""
        for stream in streams:
            if stream not in self._begun:
                self._begun.add(stream)
                self.cache.forget((stream,), ())
                self._follow(self._fold(stream))

    def pass_over(self, events: Iterable[StoredEvent]) -> None:
        """What was stored is taken over, whatever was decided instead."""
        for event in events:
            category = split(event.stream)[0]
            if category in self._shared:
                self.begin((event.stream,))
            elif category in self._source.categories:
                self._take(event)
        self.cache.forget((), self._asked)
        self._asked.clear()
        self.cache.trim()

    def _take(self, event: StoredEvent) -> None:
        self._before = event.sequence
        fold = self._fold(event.stream)
        if fold.version < event.version:
            evolve = self._source.categories[split(event.stream)[0]].evolve
            fold.state = evolve(fold.state, self._source.codec.decode(event))
            fold.version = event.version
        self._follow(fold)

    def _fold(self, stream: str) -> Fold:
        if (fold := self.cache.fold(stream)) is None:
            events = self.load({stream: 0}).get(stream, [])
            fold = Fold(stream, events[-1].version if events else 0, self._source.folded(stream, events))
            self.cache.keep_fold(stream, fold)
        return fold

    def _follow(self, fold: Fold) -> None:
        """The rows of a stream are those that its fold makes now."""
        category, id = split(fold.stream)
        now = frozenset(self._source.service.lookups.rows(category, id, fold.state))
        before = self._members.get(fold.stream, frozenset())
        if now == before:
            return
        self._members[fold.stream] = now
        for row in before - now:
            self._rows[row.kind, row.key].discard(row.member)
        for row in now - before:
            self._rows.setdefault((row.kind, row.key), set()).add(row.member)
        self._asked.update((row.kind, row.key) for row in before ^ now)
