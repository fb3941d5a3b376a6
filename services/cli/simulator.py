"""`aftersale simulate`: a provisioning system that answers every task, in its own consumer group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from pydantic_core import from_json, to_json

from schemas.envelope import Envelope, Unreadable, read, write
from schemas.registry import full
from schemas.topics import RESULTS, TASKS
from services.chassis.backoff import Backoff
from services.chassis.partitions import partition_of
from services.chassis.pause import pause
from services.chassis.ports import Bus, Outgoing, Publisher, Record, TopicPartition, Unavailable

GROUP = "aftersale-simulator"
SOURCE = "/simulator"
REQUESTED = full("task.requested")
BATCH = 500
POLL_SECONDS = 0.2
_FAILED = b'"result":"failed"'

Told = Callable[[int, int], object]
"""Told (answered, of which failed) after each batch."""


def fails(task: str, attempt: int, rate: float) -> bool:
    """Whether this attempt fails: the same answer for ever, in `rate` of all attempts."""
    digest = blake2b(f"{task}/{attempt}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) < rate * 2**32


def report(
    record: Record, rate: float, partitions: int, left: Container[str] = frozenset()
) -> Outgoing | None:
    """The answer to a task; None for a message that asks for nothing, and for tasks of the orders `left`.

    Asked again, it is the same answer.
    """
    try:
        asked, body = read(record.headers, record.value, keyless=True)
    except Unreadable:
        return None
    if asked.type != REQUESTED or asked.account is None:
        return None
    task = from_json(body)
    if task.get("orderId") in left:
        return None
    result = "failed" if fails(task["taskId"], task["attempt"], rate) else "completed"
    answer = {"taskId": task["taskId"], "attempt": task["attempt"], "result": result}
    if result == "failed":
        answer["message"] = "the simulator was told to fail some"
    envelope = Envelope(
        id=f"{task['taskId']}/{task['attempt']}/{result}",
        source=SOURCE,
        type=full("task.report"),
        subject=task["taskId"],
        time=datetime.now(UTC).isoformat(),
        account=asked.account,
        correlation=asked.correlation,
        causation=asked.id,
        traceparent=asked.traceparent,
    )
    key = asked.account.encode()
    return Outgoing(RESULTS, partition_of(key, partitions), key, to_json(answer), write(envelope))


class Simulator:
    """Answers tasks until stopped. Goes on by itself when the bus was away."""

    def __init__(self, bus: Bus, partitions: int, rate: float, delay: float, told: Told) -> None:
        self._bus = bus
        self._partitions = partitions
        self._rate = rate
        self._delay = delay
        self._told = told
        self._left: Container[str] = frozenset()

    def leave(self, orders: Container[str]) -> None:
        """Leaves the tasks of these orders to people."""
        self._left = orders

    async def run(self, stop: asyncio.Event) -> None:
        backoff = Backoff("simulator")
        while not stop.is_set():
            try:
                await self._answer(stop, backoff)
            except Unavailable as error:
                await backoff.wait(error, stop)

    async def _answer(self, stop: asyncio.Event, backoff: Backoff) -> None:
        publisher = self._bus.publisher()
        try:
            consumer = await self._bus.consumer(GROUP, (TASKS,), _Nobody())
            try:
                while not stop.is_set():
                    found = await consumer.poll(BATCH, POLL_SECONDS)
                    backoff.succeeded()
                    if found:
                        await self._batch(found, publisher, stop)
                        await consumer.commit({at: part[-1].offset + 1 for at, part in found.items()})
            finally:
                await consumer.close()
        finally:
            await publisher.close()

    async def _batch(
        self, found: Mapping[TopicPartition, Sequence[Record]], publisher: Publisher, stop: asyncio.Event
    ) -> None:
        answers = [
            answer
            for part in found.values()
            for record in part
            if (answer := report(record, self._rate, self._partitions, self._left)) is not None
        ]
        if self._delay:
            await pause(stop, self._delay)
        await publisher.publish(answers)
        failed = sum(answer.value.find(_FAILED) >= 0 for answer in answers)
        self._told(len(answers), failed)


class _Nobody:
    """Nothing is remembered between batches, so nothing is to be forgotten."""

    async def assigned(self, partitions: Collection[TopicPartition]) -> None: ...

    async def revoked(self, partitions: Collection[TopicPartition]) -> None: ...
