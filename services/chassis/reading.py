"""Where a consumer stands in each partition: what to commit, gaps that are read again, wiped logs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from services.chassis.ports import Bounds, Bus, Consumer, Record, TopicPartition
from services.chassis.taken import Handled

log = structlog.get_logger()


STANDS_A_TURN = 6


@dataclass(slots=True)
class Rereading:
    """A partition with a gap: read from its beginning up to `until`, again whenever it has grown."""

    gap: int
    """The first record that did not fit: nothing is committed beyond it until the gap is closed."""
    until: int
    waiting: bool = True
    found: int | None = None
    """The first that does not fit in this pass."""
    moved: bool = False
    """Whether anything took effect in this pass: then what did not fit before it may fit now."""


class Reading:
    """The positions of one consumer, kept beside it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._next: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._last: dict[TopicPartition, Record] = {}
        self._rereading: dict[TopicPartition, Rereading] = {}
        self._turn = 0

    @property
    def gaps(self) -> Collection[TopicPartition]:
        """Partitions where something earlier is missing: they are not settled."""
        return self._rereading.keys()

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """They are somebody else's now."""
        for partition in partitions:
            for kept in (self._next, self._committed, self._last, self._rereading):
                kept.pop(partition, None)

    def handled(self, records: Mapping[TopicPartition, list[Record]], handled: Handled) -> None:
        """These records were handled, but what lies at and behind a gap was passed over."""
        for partition, part in records.items():
            self._last[partition] = part[-1]
            self._next[partition] = part[-1].offset + 1
            if partition in handled.gaps:
                self._gap(partition, handled.gaps[partition])
            if (known := self._rereading.get(partition)) is not None:
                mine = f"{partition.topic}/{partition.partition}/"
                known.moved = known.moved or any(name.startswith(mine) for name in handled.places)

    def _gap(self, partition: TopicPartition, offset: int) -> None:
        known = self._rereading.get(partition)
        if known is None:
            log.warning(
                "gap: something earlier is missing, reading again", partition=str(partition), offset=offset
            )
            known = self._rereading[partition] = Rereading(offset, until=self._next[partition])
        known.gap = min(known.gap, offset)
        known.found = offset if known.found is None else min(known.found, offset)

    def offsets(self) -> dict[TopicPartition, int]:
        """What to commit: never beyond a gap."""
        offsets = {}
        for partition, position in self._next.items():
            known = self._rereading.get(partition)
            offset = position if known is None else known.gap
            if self._committed.get(partition) != offset:
                offsets[partition] = offset
        return offsets

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._committed.update(offsets)

    def recommit(self) -> None:
        """Everything is to be committed once more."""
        self._committed.clear()

    async def reread(self, consumer: Consumer) -> None:
        """Starts over in partitions with a gap that have grown, and ends where nothing was missing."""
        if not self._rereading:
            return
        bounds = await self._bus.bounds(list(self._rereading))
        for partition, known in list(self._rereading.items()):
            if (found := bounds.get(partition)) is None:
                continue
            if known.waiting and found.end >= known.until:
                self._start_over(consumer, partition, found)
            elif not known.waiting and self._next.get(partition, 0) >= known.until:
                self._at_the_end(partition, known)

    def _start_over(self, consumer: Consumer, partition: TopicPartition, found: Bounds) -> None:
        self._rereading[partition] = Rereading(self._rereading[partition].gap, found.end, waiting=False)
        self._next[partition] = found.begin
        consumer.seek(partition, found.begin)

    def _at_the_end(self, partition: TopicPartition, known: Rereading) -> None:
        if known.found is None:
            log.info("gap: closed", partition=str(partition))
            del self._rereading[partition]
            return
        known.gap, known.waiting = known.found, True
        known.until = self._next[partition] + (0 if known.moved else 1)
        if not known.moved:
            log.warning("gap: still missing, waiting for more", partition=str(partition), offset=known.gap)

    async def wiped(self, consumer: Consumer) -> None:
        """Goes back to the beginning of partitions that end below us, or hold another record there."""
        partitions = sorted(self._last)
        if not partitions:
            return
        bounds = await self._bus.bounds(partitions)
        gone = {one for one in partitions if one in bounds and bounds[one].end <= self._last[one].offset}
        # Reading back costs, so it is done in turns; where one was wiped, others were too.
        asked = partitions if gone else self._next_turn(partitions)
        kept = {one: self._last[one] for one in asked if one in bounds and one not in gone}
        kept = {one: last for one, last in kept.items() if bounds[one].begin <= last.offset}
        gone |= await self._replaced(kept)
        for partition in sorted(gone):
            log.warning("the partition was wiped: reading it from its beginning", partition=str(partition))
            self.forget((partition,))
            consumer.seek(partition, bounds[partition].begin)

    def _next_turn(self, partitions: Sequence[TopicPartition]) -> Sequence[TopicPartition]:
        start = self._turn % len(partitions)
        self._turn = start + STANDS_A_TURN
        return (*partitions, *partitions)[start : start + min(STANDS_A_TURN, len(partitions))]

    async def _replaced(self, lasts: Mapping[TopicPartition, Record]) -> set[TopicPartition]:
        """Where another record stands than the one that was handled."""
        if not lasts:
            return set()
        there = await self._bus.records_at({one: last.offset for one, last in lasts.items()})
        return {
            one
            for one, found in there.items()
            if (found.offset, found.headers) != (lasts[one].offset, lasts[one].headers)
        }
