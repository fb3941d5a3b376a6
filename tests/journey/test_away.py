"""The database or the broker is away: at the start, and while orders are in flight.

Each service says so, goes on by itself when it is back, and nothing is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from services.chassis.settings import Settings
from tests.brokers import LocalKafka
from tests.journey.conftest import url
from tests.journey.playing import Play
from tests.journey.system import PARTITIONS, System, running
from tests.scenarios_dated import MARCH
from tests.switch import Switch

AWAY = "away, trying again"
BACK = "goes on"


class Told:
    """What every service says from now on."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._before = {event: self._counts(event) for event in (AWAY, BACK)}

    def _counts(self, event: str) -> list[int]:
        return [len(one.said(event)) for one in self._system.processes.values()]

    async def by_all(self, event: str) -> None:
        """Waits until every service has said it."""
        before = self._before[event]
        await self._system.until(
            f"every service says '{event}'",
            lambda: all(now > then for now, then in zip(self._counts(event), before, strict=True)),
        )

    def reasons(self) -> list[str]:
        return [entry["error"] for one in self._system.processes.values() for entry in one.said(AWAY)]


@pytest.mark.postgres
async def test_the_database_is_away_at_the_start_and_in_flight(
    postgres_database: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path / "data", store=url(postgres_database), partitions=PARTITIONS)
    async with Switch(postgres_database) as switch:
        switch.cut()
        async with running(settings, tmp_path, through=url(switch.dsn)) as system:
            told = Told(system)
            await told.by_all(AWAY)
            assert all("connection" in reason for reason in told.reasons())
            switch.mend()
            await told.by_all(BACK)
            await system.open()
            cut = partial(_away, system, switch.cut, switch.mend)
            play = Play(system, "D")
            await play.set()
            await play.go({0: cut, 3: cut, MARCH: cut})
            assert await play.wrongs() == []


@pytest.mark.kafka
async def test_the_broker_is_away_at_the_start_and_in_flight(own_kafka: LocalKafka, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", bus=f"kafka://{own_kafka.bootstrap}", partitions=PARTITIONS)
    await asyncio.to_thread(own_kafka.wipe)
    await asyncio.to_thread(own_kafka.stop)
    async with running(settings, tmp_path) as system:
        told = Told(system)
        await told.by_all(AWAY)
        assert all(own_kafka.bootstrap in reason for reason in told.reasons())
        await asyncio.to_thread(own_kafka.start)
        await told.by_all(BACK)
        await system.open()
        stopped = partial(_away, system, own_kafka.stop, own_kafka.start)
        play = Play(system, "B")
        await play.set()
        await play.go({0: stopped, 3: stopped, MARCH: stopped})
        assert await play.wrongs() == []


@asynccontextmanager
async def _away(
    system: System, ends: Callable[[], None], comes_back: Callable[[], None]
) -> AsyncIterator[None]:
    """In flight, until every service has said so."""
    yield
    told = Told(system)
    await asyncio.to_thread(ends)
    await told.by_all(AWAY)
    struck = system.heads()
    told = Told(system)
    await asyncio.to_thread(comes_back)
    await told.by_all(BACK)
    await system.quiet_since(struck)
