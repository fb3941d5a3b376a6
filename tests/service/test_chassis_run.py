"""The collector of a running service: not whenever Python thinks it is time, but by the clock."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from services.chassis import run

PATIENCE = 5.0


class Ring:
    """Something that only the collector takes away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def tuned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process as a service tunes its own, and afterwards as it was."""
    interval = sys.getswitchinterval()
    monkeypatch.setattr(run, "COLLECT_SECONDS", 0.01)
    gc.collect()
    run._tune()
    yield
    gc.unfreeze()
    gc.enable()
    sys.setswitchinterval(interval)


@asynccontextmanager
async def collecting() -> AsyncIterator[None]:
    task = asyncio.create_task(run._collect())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def gone(ring: weakref.ref[Ring]) -> None:
    """Waits until it was collected; fails when that does not come."""
    async with asyncio.timeout(PATIENCE):
        while ring() is not None:
            await asyncio.sleep(0.001)


def dropped() -> weakref.ref[Ring]:
    return weakref.ref(Ring())


async def test_garbage_is_left_alone_until_the_clock_says_so_and_then_taken_away() -> None:
    ring = dropped()
    many = [Ring() for _ in range(10_000)]
    assert not gc.isenabled()
    assert ring() is not None, "nothing is collected in between, however much is made"
    async with collecting():
        await gone(ring)
    assert all(one.itself is one for one in many)


async def test_it_goes_on_as_long_as_the_service_runs() -> None:
    async with collecting():
        for _ in range(3):
            await gone(dropped())


async def test_what_is_alive_then_is_not_looked_through_again() -> None:
    alive, before = Ring(), gc.get_freeze_count()
    assert any(one is alive for one in gc.get_objects())
    async with collecting():
        await gone(dropped())
    assert gc.get_freeze_count() > before
    assert not any(one is alive for one in gc.get_objects())
