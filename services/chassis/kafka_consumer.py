"""One member of a Kafka consumer group, watched: it never stalls in silence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from services.chassis.kafka_wire import Wire
from services.chassis.ports import Listener, Record, TopicPartition, Unavailable

_WATCH_SECONDS = 5.0
_WATCH_PATIENCE = 2.0
_FLUSH_SECONDS = 1.0
_COMMIT_AGAIN_SECONDS = 0.5
_REBALANCE_SECONDS = 60.0

Found = dict[TopicPartition, list[Record]]


class KafkaConsumer:
    """The `Consumer` port. Partitions change hands in the background; the listener hears of it in `poll`.

    Until then the fence of the store keeps what this member decides from being committed. Closing tells
    the listener nothing.
    """

    def __init__(self, wire: Wire, group: str, topics: Collection[str], listener: Listener) -> None:
        self._wire = wire
        self._group = group
        self._topics = sorted(topics)
        self._listener = listener
        self._told: list[TopicPartition] = []
        self._uncommitted: dict[TopicPartition, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._forget()

    def _forget(self) -> None:
        """Everything that is known of the membership that has ended."""
        self._raw: Any = None
        self._begun = 0
        self._told_in = -1
        self._settled = asyncio.Event()
        self._begun_at = time.monotonic()
        self._assigned: dict[TopicPartition, Any] = {}
        self._held: tuple[int, Found] = (-1, {})
        self._behind: dict[TopicPartition, int] = {}
        self._watched_at = time.monotonic()

    async def open(self) -> None:
        """Joins the group, which takes as long as a member that was killed counts as alive."""
        settings = self._wire.settings
        self._forget()
        self._raw = self._wire.consumer(self._group, self._topics, self._rebalance_begins, self._rebalanced)
        try:
            with self._wire.faults(f"joining group {self._group}"):
                async with asyncio.timeout(settings.timeout + 2 * settings.session_ms / 1000):
                    await self._wire.start(self._raw)
        except BaseException:
            await self._leave()
            raise

    async def _rebalance_begins(self, _: Collection[Any]) -> None:
        """Called by the library inside the rebalance, while what was handled can still be committed."""
        self._begun += 1
        self._begun_at = time.monotonic()
        self._settled.clear()
        await self._flush()
        self._drop_commits()

    async def _rebalanced(self, partitions: Collection[Any]) -> None:
        self._assigned = {TopicPartition(*partition): partition for partition in partitions}
        self._behind = {}
        self._settled.set()

    async def poll(self, limit: int, timeout: float) -> Found:  # noqa: ASYNC109
        deadline = time.monotonic() + timeout
        if self._raw is None:
            await self.open()
        if self._told_in != self._begun and not await self._tell(deadline):
            return {}
        found = await self._fetch(limit, deadline)
        if found:
            self._behind = {}
        else:
            await self._watch()
        return found

    async def _tell(self, deadline: float) -> bool:
        """Tells the listener of a rebalance that has ended; False when it has not."""
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._settled.wait()
        except TimeoutError:
            if time.monotonic() - self._begun_at > _REBALANCE_SECONDS:
                await self._leave()
                raise Unavailable(f"group {self._group} does not come to rest: joining again") from None
            return False
        begun, assigned = self._begun, sorted(self._assigned)
        told, self._told = self._told, []
        if told:
            await self._listener.revoked(told)
        await self._listener.assigned(assigned)
        self._told = assigned
        self._told_in = begun
        return begun == self._begun

    async def _fetch(self, limit: int, deadline: float) -> Found:
        """What came in after a rebalance of which the listener has not heard is held back until it has."""
        begun, held = self._held
        self._held = (-1, {})
        if held and begun == self._begun:
            return held
        found = await self._get(limit, max(0.0, deadline - time.monotonic()))
        if found and self._begun != self._told_in:
            self._held = (self._begun, found)
            return {}
        return found

    async def _get(self, limit: int, seconds: float) -> Found:
        """The library waits without a bound for the end of a rebalance, and loses nothing when stopped."""
        try:
            with self._wire.faults("reading"):
                raw = await self._within(seconds, limit)
        except Unavailable:
            await self._leave()
            raise
        return {TopicPartition(*place): list(map(record_of, records)) for place, records in raw.items()}

    async def _within(self, seconds: float, limit: int) -> Mapping[Any, Any]:
        try:
            async with asyncio.timeout(seconds + 0.05):
                found: Mapping[Any, Any] = await self._raw.getmany(
                    timeout_ms=int(seconds * 1000), max_records=limit
                )
                return found
        except TimeoutError:
            return {}

    async def _watch(self) -> None:
        """Compares positions with the ends of the log now and then; joins again when nothing moves."""
        if time.monotonic() - self._watched_at < _WATCH_SECONDS or not self._assigned:
            return
        behind = await self._distance()
        self._watched_at = time.monotonic()
        stalled = behind.items() & self._behind.items()
        self._behind = behind
        if stalled:
            (partition, position) = min(stalled)
            await self._leave()
            raise Unavailable(f"nothing comes of {partition.topic}/{partition.partition} from {position} on")

    async def _distance(self) -> dict[TopicPartition, int]:
        """Positions that are not where the log ends; `Unavailable` when the broker does not say."""
        with self._wire.faults("looking for the ends of the log"):
            async with asyncio.timeout(_WATCH_PATIENCE):
                ends = await self._raw.end_offsets(list(self._assigned.values()))
                found = {place: await self._wire.position(self._raw, place) for place in ends}
        return {
            TopicPartition(*place): at for place, at in found.items() if at is not None and at != ends[place]
        }

    def _drop_commits(self) -> None:
        """What could not be committed in time is the next owner's to commit, who may be far beyond it."""
        self._uncommitted.clear()
        if self._committing is not None:
            self._committing.cancel()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Done in the background, one request at a time; what is not assigned any more is dropped.

        So is everything until the listener has heard of a rebalance: it would take the group back to where
        this member was before.
        """
        if self._told_in != self._begun:
            return
        self._uncommitted.update(offsets)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_on())

    async def _commit_on(self) -> None:
        while self._uncommitted and self._raw is not None:
            offsets, self._uncommitted = self._uncommitted, {}
            mine = {self._assigned[part]: next_ for part, next_ in offsets.items() if part in self._assigned}
            try:
                async with asyncio.timeout(self._wire.settings.timeout):
                    await self._raw.commit(mine)
            except TimeoutError:
                self._uncommitted = {**offsets, **self._uncommitted}
                await asyncio.sleep(_COMMIT_AGAIN_SECONDS)
            except Exception:
                # A rebalance: the next owner handles these again, and knows them by their places.
                continue

    async def _flush(self) -> None:
        if self._committing is not None and not self._committing.done():
            await asyncio.wait([self._committing], timeout=_FLUSH_SECONDS)

    async def committed(self, partition: TopicPartition) -> int | None:
        await self._flush()
        if self._raw is None:
            await self.open()
        with self._wire.faults("reading a committed offset"):
            async with asyncio.timeout(self._wire.settings.timeout):
                found: int | None = await self._raw.committed(self._place(partition))
        return found

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._held[1].pop(partition, None)
        if partition in self._told and partition not in self._assigned:
            return  # lost in a rebalance of which the listener has not heard yet
        with self._wire.faults("seeking"):
            self._raw.seek(self._place(partition), offset)

    def _place(self, partition: TopicPartition) -> Any:
        if partition not in self._assigned:
            raise ValueError(f"{partition.topic}/{partition.partition} is not assigned to this member")
        return self._assigned[partition]

    async def _leave(self) -> None:
        raw, self._raw = self._raw, None
        self._forget()
        if raw is not None:
            await self._wire.let_go(raw)

    async def close(self) -> None:
        await self._flush()
        if self._committing is not None:
            self._committing.cancel()
            with suppress(asyncio.CancelledError):
                await self._committing
        await self._leave()


def record_of(raw: Any) -> Record:
    """A tombstone has an empty value, a header without a value an empty one."""
    headers = tuple((name, value or b"") for name, value in raw.headers)
    return Record(raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, raw.value or b"", headers)
