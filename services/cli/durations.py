"""How long orders took, from the records on the bus: the last command before the outcome, to the outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from pydantic_core import from_json

from schemas.envelope import Unreadable, read
from schemas.topics import CRM_ORDERS, ORDER_EVENTS
from services.chassis.ports import Bus, Record, TopicPartition

PAGE = 1_000


class _Heard(NamedTuple):
    id: str
    causation: str | None
    order: str | None
    at: int


async def durations(bus: Bus, partitions: int) -> dict[str, float]:
    """Seconds per order. Of an order that was sent again, the commands that its outcome answered count; of
    one that no command names, such as that of a return, the command which it came of."""
    outcomes: dict[str, int] = {}
    causes: dict[str, str | None] = {}
    async for heard in _all(bus, ORDER_EVENTS, partitions):
        if heard.order is not None:
            outcomes[heard.order] = heard.at
            causes.setdefault(heard.order, heard.causation)
    asked: dict[str, int] = {}
    sent: dict[str | None, int] = {}
    async for heard in _all(bus, CRM_ORDERS, partitions):
        sent.setdefault(heard.id, heard.at)  # the same message again is nothing
        if heard.order is not None and heard.at <= outcomes.get(heard.order, 0):
            asked[heard.order] = heard.at
    began = {order: sent[cause] for order, cause in causes.items() if cause in sent} | asked
    return {order: (outcomes[order] - at) / 1000 for order, at in began.items()}


async def _all(bus: Bus, topic: str, partitions: int) -> AsyncIterator[_Heard]:
    for number in range(partitions):
        offset = 0
        while records := await bus.read(TopicPartition(topic, number), offset, PAGE):
            for record in records:
                if (heard := _heard(record)) is not None:
                    yield heard
            offset = records[-1].offset + 1


def _heard(record: Record) -> _Heard | None:
    try:
        message, body = read(record.headers, record.value, keyless=True)
        data = from_json(body)
    except (Unreadable, ValueError):
        return None
    order = data.get("orderId") if isinstance(data, dict) else None
    return _Heard(message.id, message.causation, order if isinstance(order, str) else None, record.timestamp)
