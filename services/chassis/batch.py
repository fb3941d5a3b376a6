"""One batch in the making: what its messages read, and all that takes effect with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.chassis.cache import Cache, Fold
from services.chassis.ports import Commit, Keys, NewEvent, Row, Store, StoredEvent, Timer
from services.chassis.service import Category, Refused, RowsOf, StreamOf, Wish
from services.chassis.stored import Codec, Meta, meta_line, micros, split

NOT_AHEAD = timedelta()
_new = tuple.__new__
"""Makes what there is one of an event in half the time of its own constructor."""
LARGE = 128 * 1024
"""Bytes of a stored event: an eighth of what may go out, and no message has eight times its event."""


class Appended(NamedTuple):
    """An event of this batch: for the store, and as it is for the relay."""

    category: str
    id: str
    version: int
    event: Any
    meta: Meta


class Setup(NamedTuple):
    """What every batch of a service shares."""

    store: Store
    keys: Keys
    codec: Codec
    categories: Mapping[str, Category]
    partitions: int
    shared_rows: frozenset[str] = frozenset()


class Batch:
    """The working set: folds and rows as they would be after what was appended so far."""

    def __init__(self, setup: Setup, cache: Cache, now: datetime, ahead: timedelta = NOT_AHEAD) -> None:
        self.setup = setup
        self.cache = cache
        self.now = now
        self.recorded = micros(now)
        self.ahead = ahead // timedelta(microseconds=1) or None
        self.commit = Commit()
        self.appended: list[Appended] = []
        self._encoded: list[NewEvent] = []
        self._line: tuple[Meta | None, bytes] = (None, b"")
        self._rows: list[tuple[Row, bool]] = []
        self._unread: dict[tuple[str, str], dict[str, bool]] = {}
        """What was put and dropped where nothing has read what stands there."""
        self._timers: list[tuple[str, Timer | None]] = []
        self._folds: dict[tuple[str, str], Fold] = {}
        self._evolves = {name: category.evolve for name, category in setup.categories.items()}
        self._touched_rows: set[tuple[str, str]] = set()
        self._fresh: set[str] = set()
        self._fresh_rows: set[tuple[str, str]] = set()
        self._keys: dict[str, bytes | None] = {}

    # ------------------------------------------------------------------------------------- reading

    def grant(self, wishes: Iterable[Wish]) -> None:
        """Loads what is not there yet: one query for the streams, one for the rows."""
        streams: dict[str, int] = {}
        rows: list[tuple[str, str]] = []
        folds = self._folds
        for wish in wishes:
            if isinstance(wish, StreamOf):
                if (wish.category, wish.id) not in folds:
                    self._want_stream(wish.category, wish.id, streams)
            elif not self._has_rows((wish.kind, wish.key)):
                rows.append((wish.kind, wish.key))
        if streams:
            self._load(streams)
        if rows:
            self._load_rows(rows)

    def _want_stream(self, category: str, id: str, into: dict[str, int]) -> None:
        stream = f"{category}-{id}"
        fold = self.cache.fold(stream)
        if fold is None:
            into[stream] = 0
        elif self.setup.categories[category].shared and stream not in self._fresh:
            into[stream] = fold.version
        else:
            self._folds[category, id] = fold

    def _has_rows(self, key: tuple[str, str]) -> bool:
        if self.cache.rows(key) is None:
            return False
        return key[0] not in self.setup.shared_rows or key in self._fresh_rows

    def _load_rows(self, keys: Collection[tuple[str, str]]) -> None:
        found = self.setup.store.rows(set(keys))
        for key in keys:
            changes = self._unread.pop(key, {})
            stay = {member for member in found.get(key, ()) if changes.get(member, True)}
            self.cache.keep_rows(key, stay.union(member for member, there in changes.items() if there))
        self._fresh_rows.update(keys)

    def _load(self, streams: Mapping[str, int]) -> None:
        found = self.setup.store.load(streams)
        for stream in streams:
            name, id = split(stream)
            category = self.setup.categories[name]
            fold = self.cache.fold(stream) or Fold(stream, 0, category.initial(id))
            for stored in found.get(stream, ()):
                fold.state = category.evolve(fold.state, self.setup.codec.decode(stored))
                fold.version = stored.version
            self.cache.keep_fold(stream, fold)
            self._fresh.add(stream)
            self._folds[name, id] = fold

    def fold(self, category: str, id: str) -> Fold:
        # A batch asks for the same few folds again and again: found here without making the stream's name.
        if (fold := self._folds.get((category, id))) is not None:
            return fold
        self.grant((StreamOf(category, id),))
        return self._folds[category, id]

    def members(self, kind: str, key: str) -> set[str]:
        if not self._has_rows((kind, key)):
            self.grant((RowsOf(kind, key),))
        members = self.cache.rows((kind, key))
        assert members is not None
        return members

    # ------------------------------------------------------------------------------------- writing

    def append(self, category: str, id: str, events: Sequence[Any], meta: Meta) -> None:
        fold = self._folds.get((category, id)) or self.fold(category, id)
        evolve, encode = self._evolves[category], self.setup.codec.encode
        line = self._line[1] if self._line[0] is meta else self._line_of(meta)
        version, state = fold.version, fold.state
        for event in events:
            version += 1
            # Encoded before it is folded: a fold may keep parts of the event, and change them later.
            name, data = encode(event)
            self._encoded.append(_new(NewEvent, (fold.stream, version, name, line + data)))
            self.appended.append(_new(Appended, (category, id, version, event, meta)))
            fold.version, fold.state = version, (state := evolve(state, event))

    def _line_of(self, meta: Meta) -> bytes:
        self._line = (meta, meta_line(meta))
        return self._line[1]

    def put(self, row: Row) -> None:
        self._change(row, True)

    def drop(self, row: Row) -> None:
        self._change(row, False)

    def _change(self, row: Row, there: bool) -> None:
        """What nobody has read is not read for it: a row may be stored twice, and dropped where it is not."""
        key = (row.kind, row.key)
        if self._has_rows(key):
            members = self.members(*key)
            if (row.member in members) == there:
                return
            members.add(row.member) if there else members.discard(row.member)
        else:
            self._unread.setdefault(key, {})[row.member] = there
        self._touched_rows.add(key)
        self._rows.append((row, there))

    def timer(self, id: str, timer: Timer | None) -> None:
        """Sets a timer, or takes it away."""
        self._timers.append((id, timer))

    def stands(self, timer: Timer) -> bool:
        """False when this batch has set the timer anew, or taken it away."""
        return all(id != timer.timer for id, _ in self._timers)

    def know_keys(self, accounts: Collection[str]) -> None:
        """The keys of these accounts, made where there are none: one query for a whole batch."""
        if wanted := {account for account in accounts if account not in self._keys}:
            self._keys |= dict.fromkeys(wanted) | self.setup.keys.get(wanted)

    def key_of(self, account: str) -> bytes | None:
        """The account's key, made when there is none; None when it was forgotten."""
        if account not in self._keys:
            self.know_keys((account,))
        return self._keys[account]

    # ------------------------------------------------------------------------------------ finishing

    def large(self) -> list[Appended]:
        """Events so large that a message of theirs may be too large to go out."""
        pairs = zip(self.appended, self._encoded, strict=True)
        return [appended for appended, new in pairs if len(new.state) > LARGE]

    def written(self) -> Commit:
        """The transaction."""
        self.commit.events = self._encoded
        rows, timers = dict(self._rows), dict(self._timers)
        self.commit.put_rows = [row for row, there in rows.items() if there]
        self.commit.drop_rows = [row for row, there in rows.items() if not there]
        self.commit.put_timers = [timer for timer in timers.values() if timer is not None]
        self.commit.drop_timers = [id for id, timer in timers.items() if timer is None]
        return self.commit

    def abandon(self) -> None:
        """Nothing of this batch takes effect: what it changed in the cache is dropped."""
        self.cache.forget({new.stream for new in self._encoded}, self._touched_rows)
        self._folds.clear()

    def mark(self) -> tuple[int, int, int]:
        """Where a message begins, for `back_to`."""
        return len(self.appended), len(self._rows), len(self._timers)

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Undoes what was done since the mark; the folds are made again from the log and this batch."""
        if self.mark() == mark:
            return
        self.abandon()
        del self.appended[mark[0] :], self._encoded[mark[0] :]
        del self._rows[mark[1] :], self._timers[mark[2] :]
        self._touched_rows = {(row.kind, row.key) for row, _ in self._rows}
        self._unread.clear()
        for new in self._encoded:
            category, id = split(new.stream)
            fold = self.fold(category, id)
            fold.version = new.version
            event = self.setup.codec.decode(StoredEvent(0, *new))
            fold.state = self.setup.categories[category].evolve(fold.state, event)
        for row, there in self._rows:
            members = self.members(row.kind, row.key)
            members.add(row.member) if there else members.discard(row.member)


def wishes(generators: Iterable[Iterator[Collection[Wish]]], batch: Batch) -> None:
    """Runs the needs of a whole batch side by side: each round of wishes is granted in one query.

    A generator that refuses is done: the handler comes to the same, and its refusal is answered.
    """
    running = list(generators)
    while running:
        wanted: dict[Wish, None] = {}
        still = []
        for generator in running:
            try:
                wish = next(generator, None)
            except Refused:
                continue
            if wish is not None:
                wanted.update(dict.fromkeys(wish))
                still.append(generator)
        batch.grant(wanted)
        running = still
