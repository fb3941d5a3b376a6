"""Whether a log is what was signed of it: read once, every checkpoint recomputed, what differs named.

A checkpoint covers every event up to its own. What lies behind the last one is counted, and not proven.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.audit import Checkpoint
from services.audit.checkpoint import Line, Log, genuine, log_of
from services.audit.compare import Comparison
from services.audit.findings import Finding, Verified
from services.audit.leaf import Row, hashes, sequences
from services.audit.leaves import Leaves
from services.audit.merkle import Tree, root_of
from services.audit.source import FIRST
from services.chassis.ports import PortError, Store

PAGE = 5_000

Tell = Callable[[int], object]
"""Told how many more events were read."""


class Signed(NamedTuple):
    """The checkpoints that count, by log and in order of size; and what is wrong with the others."""

    by_log: Mapping[Log, list[Checkpoint]]
    findings: list[tuple[str, Finding]]
    """Each with its service, or nothing where a line cannot be read."""


def sorted_out(lines: Iterable[Line], trusted: Sequence[str]) -> Signed:
    """Those count that are as they were signed, by a key that is trusted; each once."""
    by_log: dict[Log, list[Checkpoint]] = {}
    findings: list[tuple[str, Finding]] = []
    seen: set[Checkpoint] = set()
    for where, one in lines:
        if one in seen:
            continue
        if wrong := _wrong(one, trusted):
            findings.append((one.service if one else "", Finding("signature", f"{where}: {wrong}")))
        elif one is not None:
            seen.add(one)
            by_log.setdefault(log_of(one), []).append(one)
    for found in by_log.values():
        found.sort(key=lambda one: one.size)
    return Signed(by_log, findings)


def _wrong(one: Checkpoint | None, trusted: Sequence[str]) -> str | None:
    if one is None:
        return "this is no checkpoint that can be read"
    if one.key not in trusted:
        return f"it is by the key {one.key}, which is not trusted: name that with --key if it should be"
    return None if genuine(one) else "its signature is not of what it says: it was changed since"


def verify(log: Log, store: Store, signed: Signed, leaves: Leaves, tell: Tell) -> Verified:
    """Reads the log from its beginning to its end. Raises `Unavailable`."""
    begun = time.perf_counter()
    own = signed.by_log.get(log, [])
    reading = _Reading(own, leaves)
    findings = [finding for service, finding in signed.findings if service == log.service]
    findings += _replaced(log, signed)
    try:
        for rows in _pages(store):
            reading.take(rows)
            tell(len(rows))
        findings += [Finding("damaged", said) for said in store.damage()]
    except PortError:
        raise
    except Exception as error:
        # Whatever a database says of a file that was damaged.
        findings.append(_unreadable(reading.events, error))
    if reading.events and not own:
        findings.append(Finding("unsigned", f"no checkpoint to hold its {reading.events:,} events against"))
    return Verified(
        log=log,
        events=reading.events,
        covered=reading.covered,
        after=reading.events - reading.covered,
        checkpoints=len(own),
        last=own[-1] if own else None,
        findings=findings + reading.findings(),
        seconds=time.perf_counter() - begun,
    )


def _pages(store: Store) -> Iterator[list[Row]]:
    rows = store.raw_log(FIRST, PAGE)
    while rows:
        yield rows
        rows = store.raw_log(rows[-1][0] + 1, PAGE) if len(rows) == PAGE else []


def _unreadable(events: int, error: Exception) -> Finding:
    return Finding("unreadable", f"behind its first {events:,} events the log cannot be read: {error}")


def _replaced(log: Log, signed: Signed) -> Iterator[Finding]:
    for other, (*_, last) in signed.by_log.items():
        if other.service == log.service and other != log:
            said = f"log {other.log_id} was signed over {last.size:,} events at {last.time}"
            yield Finding("replaced", f"{said}, and the store holds another one, {log.log_id}")


class _Reading:
    """One log as it is read, beside its checkpoints and its leaf hashes."""

    def __init__(self, own: list[Checkpoint], leaves: Leaves) -> None:
        self._own = own
        self._due = deque(own)
        self._leaves = leaves
        self._comparison = Comparison(leaves, own[-1].size if own else 0)
        self._tree = Tree()
        self._failed: list[Checkpoint] = []
        self._held: Checkpoint | None = None
        self._sequence: int | None = None
        self.events = self.covered = 0

    def take(self, rows: list[Row]) -> None:
        found, at = hashes(rows), sequences(rows)
        self._comparison.take(rows, found)
        self._grow(found, at)
        self.events += len(rows)
        self._sequence = at[-1]
        if self._own:
            self.covered += bisect_right(at, self._own[-1].sequence)

    def _grow(self, found: list[bytes], at: list[int]) -> None:
        """Up to the size of the next checkpoint, as often as one lies within these."""
        taken = 0
        while self._due and taken < len(found):
            end = min(len(found), taken + self._due[0].size - self._tree.size)
            self._tree.extend(found[taken:end])
            taken = end
            while self._due and self._due[0].size == self._tree.size:
                self._judge(self._due.popleft(), at[taken - 1])

    def _judge(self, one: Checkpoint, sequence: int) -> None:
        if (one.root, one.sequence) == (self._tree.root().hex(), sequence):
            self._held = one
        else:
            self._failed.append(one)

    def findings(self) -> list[Finding]:
        """Once everything is read: nothing, when every checkpoint holds."""
        self._comparison.finish(self._sequence)
        failed = [*self._failed, *self._due]
        differences = self._comparison.differences
        if failed:
            cut = self._sequence is None or self._sequence < self._own[-1].sequence
            return [*self._named(), *([self._cut()] if cut else []), self._unheld(failed)]
        if differences:
            said = f"the log is proven, but {self._leaves.path} differs from it at {differences:,} events"
            return [Finding("record", f"{said}: move that file away, and start the witness again")]
        return []

    def _named(self) -> Iterator[Finding]:
        """Events by name; these are proven only where the leaf hashes lead to what was signed."""
        findings = self._comparison.findings
        yield from findings
        last = self._own[-1]
        if findings and root_of(self._leaves.hashes(0, last.size)).hex() != last.root:
            yield Finding("record", f"{self._leaves.path} was altered as well: it may name the wrong events")

    def _cut(self) -> Finding:
        last = self._own[-1]
        ends = "holds no event" if self._sequence is None else f"ends at event {self._sequence}"
        return Finding("cut", f"the log {ends}, and was signed up to event {last.sequence} at {last.time}")

    def _unheld(self, failed: list[Checkpoint]) -> Finding:
        first = failed[0]
        begin = "the first one" if self._held is None else f"event {self._held.sequence + 1}"
        said = f"{len(failed):,} of {len(self._own):,} checkpoints do not hold, that of {first.time} first"
        said += f": it begins between {begin} and event {first.sequence}"
        if (differences := self._comparison.differences) > len(self._comparison.findings):
            said += f"; {differences:,} events are not what was signed"
        return Finding("checkpoint", said)
