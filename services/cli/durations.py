"""How long orders took, from the records on the bus: the last command before the outcome, to the outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic_core import from_json

from schemas.envelope import Unreadable, read
from schemas.topics import CRM_ORDERS, ORDER_EVENTS
from services.chassis.ports import Bus, Record, TopicPartition

PAGE = 1_000


async def durations(bus: Bus, partitions: int) -> dict[str, float]:
    """Seconds per order. Of an order that was sent again, the commands that its outcome answered count."""
    outcomes = {order: at async for order, at in _orders(bus, ORDER_EVENTS, partitions)}
    asked: dict[str, int] = {}
    async for order, at in _orders(bus, CRM_ORDERS, partitions):
        if at <= outcomes.get(order, 0):
            asked[order] = at
    return {order: (outcomes[order] - at) / 1000 for order, at in asked.items()}


async def _orders(bus: Bus, topic: str, partitions: int) -> AsyncIterator[tuple[str, int]]:
    for number in range(partitions):
        async for record in _all(bus, TopicPartition(topic, number)):
            if (order := _order(record)) is not None:
                yield order, record.timestamp


async def _all(bus: Bus, partition: TopicPartition) -> AsyncIterator[Record]:
    offset = 0
    while records := await bus.read(partition, offset, PAGE):
        for record in records:
            yield record
        offset = records[-1].offset + 1


def _order(record: Record) -> str | None:
    try:
        _, body = read(record.headers, record.value, keyless=True)
        data = from_json(body)
    except (Unreadable, ValueError):
        return None
    order = data.get("orderId") if isinstance(data, dict) else None
    return order if isinstance(order, str) else None
