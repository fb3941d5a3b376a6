"""`aftersale settle`: whether anything is still in flight, found out from the bus and the stores alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from pydantic_core import from_json

from services.chassis.clock import Clock
from services.chassis.follower import REBUILD, VIEW
from services.chassis.parking import RETRY
from services.chassis.ports import Bus, Store, Unavailable
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.stored import micros
from services.cli.installation import Stores, bus_of, missing, partitions_of, service_of, stores_of

AGAIN_SECONDS = 0.2
TIMERS = 1_000
FOR_EVER = 1 << 62
BACK_OFF = "task.ask-again"
"""The timer that asks for a failed task again: the one kind that runs by itself, whatever its date."""

Say = Callable[[str], object]


class Look(NamedTuple):
    """What is in flight, in words, and where the logs stood."""

    moving: tuple[str, ...]
    heads: tuple[int, ...]


async def look(bus: Bus, stores: Stores, partitions: int) -> Look:
    """One look at everything. Only two equal ones without anything in flight mean that it has settled."""
    moving: list[str] = []
    heads: list[int] = []
    for name, store in stores.items():
        service = service_of(name)
        try:
            moving += await _unhandled(bus, service)
            moving += await asyncio.to_thread(_unfinished, name, store, partitions)
            heads.append(await asyncio.to_thread(store.head))
        except Unavailable as error:
            moving.append(f"{name} cannot be looked at: {error}")
    return Look(tuple(moving), tuple(heads))


async def _unhandled(bus: Bus, service: Service) -> list[str]:
    lag = await bus.lag(f"aftersale-{service.name}", service.topics)
    by_topic: dict[str, int] = {}
    for partition, count in lag.items():
        by_topic[partition.topic] = by_topic.get(partition.topic, 0) + count
    return [f"{service.name} has {count} of {topic} to handle" for topic, count in by_topic.items()]


def _unfinished(name: str, store: Store, partitions: int) -> list[str]:
    head = store.head()
    counts = {
        "events to publish": head - store.relay_position(),
        "events to show": head - store.documents_position(VIEW),
        "timers due": _due(store, partitions),
        "parked messages to try again": len(store.rows_of(RETRY)),
        "views to build again": len(store.rows_of(REBUILD)),
    }
    return [f"{name} has {count} {what}" for what, count in counts.items() if count]


def _due(store: Store, partitions: int) -> int:
    clock = Clock()
    clock.follow(store)
    now = micros(clock.now())
    timers = store.due(range(partitions), FOR_EVER, TIMERS)
    return sum(timer.due <= now or from_json(timer.body)["name"] == BACK_OFF for timer in timers)


async def settled(bus: Bus, stores: Stores, partitions: int, seconds: float, say: Say) -> tuple[str, ...]:
    """Looks until nothing is in flight; answers what still was when the time was over."""
    deadline = time.monotonic() + seconds
    before: Look | None = None
    while True:
        now = await look(bus, stores, partitions)
        if not now.moving and now == before:
            return ()
        if time.monotonic() >= deadline:
            return now.moving or ("the log was still growing",)
        say(now.moving[0] if now.moving else "looking again")
        before = now
        await asyncio.sleep(AGAIN_SECONDS)


async def settle(settings: Settings, seconds: float, say: Say) -> tuple[str, ...]:
    """What is still in flight after so long; nothing when all is settled. Waits for a starting system."""
    began = time.monotonic()
    while absent := missing(settings):
        if time.monotonic() - began >= seconds:
            return (f"no store of {', '.join(absent)} in {settings.data}: is it running?",)
        await asyncio.sleep(AGAIN_SECONDS)
    with stores_of(settings) as stores:
        async with bus_of(settings) as bus:
            left = seconds - (time.monotonic() - began)
            return await settled(bus, stores, partitions_of(stores, settings), left, say)
