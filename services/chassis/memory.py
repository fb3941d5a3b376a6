"""The store kept in dictionaries: the same promises as the databases, for tests and worlds of one process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from threading import RLock
from typing import Any
from uuid import uuid4

from services.chassis.ports import (
    Answer,
    Commit,
    Committed,
    Conflict,
    Document,
    Fence,
    Fenced,
    NewEvent,
    RelayPlace,
    Row,
    StoredEvent,
    Timer,
)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What several stores of one process share, as several processes share a database."""

    log_id: str = field(default_factory=lambda: str(uuid4()))
    log: list[StoredEvent] = field(default_factory=list)
    streams: dict[str, list[StoredEvent]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    fences: dict[int, int] = field(default_factory=dict)
    rows: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    relay_places: dict[tuple[str, int], RelayPlace] = field(default_factory=dict)
    relay_position: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    leaders: dict[str, object] = field(default_factory=dict)
    documents: dict[str, dict[tuple[str, str], Document]] = field(default_factory=lambda: defaultdict(dict))
    document_positions: dict[str, int] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)


class MemoryStore:
    """A `Store` over a `Memory`. Two stores over the same memory behave as two replicas do."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.log_id = self.setting("log_id", self.memory.log_id) or self.memory.log_id

    def commit(self, commit: Commit) -> Committed:
        memory = self.memory
        with memory.lock:
            _check_fences(memory, commit.fences)
            _check_places(memory, commit.places)
            _check_answers(memory, commit.answers)
            _check_versions(memory, commit.events)
            before = len(memory.log)
            memory.places.update(commit.places)
            memory.answers.update(((a.source, a.command), a.digest) for a in commit.answers)
            _append(memory, commit.events)
            _change_rows(memory, commit.put_rows, commit.drop_rows)
            for timer in commit.drop_timers:
                memory.timers.pop(timer, None)
            memory.timers.update((timer.timer, timer) for timer in commit.put_timers)
            return Committed(before, range(before + 1, len(memory.log) + 1))

    def load(self, streams: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        kept = self.memory.streams
        return {
            stream: [event for event in kept.get(stream, ()) if event.version > above]
            for stream, above in streams.items()
        }

    def rows(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        kept = self.memory.rows
        return {key: sorted(kept[key]) for key in keys if key in kept}

    def rows_of(self, kind: str) -> list[Row]:
        with self.memory.lock:
            return sorted(
                Row(*key, member)
                for key, members in self.memory.rows.items()
                if key[0] == kind
                for member in members
            )

    def answers(self, commands: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        kept = self.memory.answers
        return {command: kept[command] for command in commands if command in kept}

    def places(self) -> dict[str, int]:
        return dict(self.memory.places)

    def log(self, after: int, limit: int) -> list[StoredEvent]:
        return self.memory.log[max(after, 0) : max(after, 0) + limit]

    def raw_log(self, first: int, limit: int) -> list[tuple[Any, ...]]:
        return list(map(tuple, self.log(first - 1, limit)))

    def damage(self) -> list[str]:
        return []

    def begun(self, after: int, limit: int) -> tuple[list[StoredEvent], int]:
        head = self.head()
        found = [event for event in self.log(after, head) if event.version == 1][:limit]
        return found, head if len(found) < limit else found[-1].sequence

    def head(self) -> int:
        return len(self.memory.log)

    def claim(self, partitions: Collection[int]) -> dict[int, int]:
        with self.memory.lock:
            epochs = {partition: self.memory.fences.get(partition, 0) + 1 for partition in partitions}
            self.memory.fences.update(epochs)
            return epochs

    def due(self, partitions: Collection[int], now: int, limit: int) -> list[Timer]:
        with self.memory.lock:
            found = [t for t in self.memory.timers.values() if t.due <= now and t.partition in partitions]
        return sorted(found, key=attrgetter("due", "timer"))[:limit]

    def timers(self) -> int:
        return len(self.memory.timers)

    def relay_places(self) -> dict[tuple[str, int], RelayPlace]:
        return dict(self.memory.relay_places)

    def relay_position(self) -> int:
        return self.memory.relay_position

    def save_relay(self, position: int, places: Iterable[RelayPlace]) -> None:
        with self.memory.lock:
            self.memory.relay_position = position
            self.memory.relay_places.update(((place.topic, place.partition), place) for place in places)

    def lead(self, role: str) -> bool:
        with self.memory.lock:
            return self.memory.leaders.setdefault(role, self) is self

    def setting(self, name: str, value: str | None = None) -> str | None:
        with self.memory.lock:
            if value is not None:
                self.memory.settings.setdefault(name, value)
            return self.memory.settings.get(name)

    def documents_position(self, view: str) -> int:
        return self.memory.document_positions.get(view, 0)

    def put_documents(self, view: str, position: int, documents: Iterable[Document]) -> None:
        with self.memory.lock:
            self.memory.documents[view].update(((page.kind, page.id), page) for page in documents)
            self.memory.document_positions[view] = position

    def drop_documents(self, view: str) -> None:
        with self.memory.lock:
            self.memory.documents.pop(view, None)
            self.memory.document_positions.pop(view, None)

    def document(self, kind: str, id: str) -> Document | None:
        with self.memory.lock:
            return next(
                (pages[kind, id] for pages in self.memory.documents.values() if (kind, id) in pages), None
            )

    def documents(self, kind: str, account: str) -> list[Document]:
        with self.memory.lock:
            pages = chain.from_iterable(view.values() for view in self.memory.documents.values())
            return sorted(page for page in pages if page.kind == kind and page.account == account)

    def close(self) -> None:
        with self.memory.lock:
            for role in [role for role, leader in self.memory.leaders.items() if leader is self]:
                del self.memory.leaders[role]


def _check_fences(memory: Memory, fences: list[Fence]) -> None:
    for partition, epoch in fences:
        if memory.fences.get(partition) != epoch:
            raise Fenced(f"partition {partition} is at epoch {memory.fences.get(partition)}, not {epoch}")


def _check_places(memory: Memory, places: Mapping[str, int]) -> None:
    for name, sequence in places.items():
        if memory.places.get(name, -1) >= sequence:
            raise Conflict(f"place {name} is already at {memory.places[name]}, {sequence} is not above it")


def _check_answers(memory: Memory, answers: list[Answer]) -> None:
    commands = {(answer.source, answer.command) for answer in answers}
    if len(commands) < len(answers) or any(command in memory.answers for command in commands):
        raise Conflict(f"one of the commands {sorted(commands)} is already answered")


def _check_versions(memory: Memory, events: list[NewEvent]) -> None:
    last: dict[str, int] = {}
    for event in events:
        if event.stream not in last:
            kept = memory.streams.get(event.stream)
            last[event.stream] = kept[-1].version if kept else 0
        if event.version <= last[event.stream]:
            raise Conflict(f"stream {event.stream} already has version {event.version}")
        last[event.stream] = event.version


def _append(memory: Memory, events: list[NewEvent]) -> None:
    for sequence, event in enumerate(events, len(memory.log) + 1):
        stored = StoredEvent(sequence, *event)
        memory.log.append(stored)
        memory.streams.setdefault(event.stream, []).append(stored)


def _change_rows(memory: Memory, put: list[Row], drop: list[Row]) -> None:
    for kind, key, member in drop:
        members = memory.rows.get((kind, key))
        if members is not None:
            members.discard(member)
            if not members:
                del memory.rows[kind, key]
    for kind, key, member in put:
        memory.rows.setdefault((kind, key), set()).add(member)
