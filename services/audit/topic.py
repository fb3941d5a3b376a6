"""The topic `audit.checkpoints`: the copy of the checkpoints that is out of the auditor's own hands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from schemas.audit import Checkpoint
from schemas.envelope import Envelope, write
from schemas.registry import full
from schemas.topics import CHECKPOINTS
from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import Line, Log
from services.chassis.ports import Bus, Outgoing, Publisher, TopicPartition

SOURCE = "/aftersale/audit"
LANE = TopicPartition(CHECKPOINTS, 0)
PAGE = 1_000


async def said(bus: Bus) -> list[Line]:
    """Every record of the topic. Raises `Unavailable`."""
    found: list[Line] = []
    if not await bus.partitions(CHECKPOINTS):
        return found
    begin, end = (await bus.bounds([LANE]))[LANE]
    while begin < end:
        records = await bus.read(LANE, begin, PAGE)
        if not records:
            break
        found += [checkpoints.read(f"{CHECKPOINTS}@{one.offset}", one.value) for one in records]
        begin = records[-1].offset + 1
    return found


class Board:
    """Publishes what the file holds and the topic does not, in the order of the file.

    What goes twice after a failure is the same again, with the same id. A topic that was wiped is filled.
    """

    def __init__(self, bus: Bus, file: Path) -> None:
        self._bus = bus
        self._file = file
        self._publisher: Publisher | None = None
        self._sizes: dict[Log, int] = {}
        self._end = 0

    async def publish(self, made: Collection[Checkpoint]) -> None:
        """These, and first what an earlier failure left behind. Raises `Unavailable`."""
        if self._publisher is None:
            self._sizes, self._end = await self._found()
            self._publisher = self._bus.publisher()
            made = list(self._missing())
        elif not made:
            return
        try:
            await self._send([self._record(one) for one in made])
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()

    async def _send(self, records: list[Outgoing]) -> None:
        assert self._publisher is not None
        for at in range(0, len(records), PAGE):
            offsets = await self._publisher.publish(records[at : at + PAGE])
            if min(offsets) < self._end:
                # Somebody began the topic anew: what it held is looked for again, and published.
                return await self.close()
            self._end = max(offsets) + 1
        return None

    async def _found(self) -> tuple[dict[Log, int], int]:
        """The size of the last checkpoint of each log on the topic, and where the topic ends."""
        lines = await said(self._bus)
        sizes: dict[Log, int] = {}
        for _, one in lines:
            if one is not None:
                of = checkpoints.log_of(one)
                sizes[of] = max(one.size, sizes.get(of, 0))
        end = (await self._bus.bounds([LANE]))[LANE].end if lines else 0
        return sizes, end

    def _missing(self) -> Iterator[Checkpoint]:
        for _, one in checkpoints.lines(self._file):
            if one is not None and one.size > self._sizes.get(checkpoints.log_of(one), 0):
                yield one

    def _record(self, one: Checkpoint) -> Outgoing:
        of = checkpoints.log_of(one)
        envelope = Envelope(
            id=f"{one.log_id}@{one.size}",
            source=SOURCE,
            type=full("audit.checkpoint"),
            subject=one.service,
            time=one.time,
            sequence=one.size,
            previous=self._sizes.get(of, 0),
            logid=one.log_id,
        )
        self._sizes[of] = one.size
        return Outgoing(*LANE, one.service.encode(), checkpoints.written(one), write(envelope))
