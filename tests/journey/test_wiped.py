"""A bus wiped under running services with orders in flight is refilled, and the orders end as they should.

What our own services had said they say again. What was sent from outside and not handled yet is sent again
by its writer: the CRM sends everything again, the provisioning stand-in answers what it is asked again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest

from services.chassis.settings import Settings
from tests.brokers import LocalKafka
from tests.journey.playing import Play, Stage
from tests.journey.system import PARTITIONS, System, running
from tests.scenarios import SCENARIOS
from tests.scenarios_dated import MARCH


async def wiped_halfway(system: System, wipe: Callable[[], None]) -> None:
    """Plays every scenario; the bus is wiped when the first tasks are out and the next orders just sent.

    It is wiped again when changes of orders wait for an answer, and when days come.
    """
    play, late = Play(system, "W"), Play(system, "L", SCENARIOS)
    await play.set()
    await late.set()
    wiped = partial(_wiped, system, wipe)
    await play.go({0: partial(_wiped, system, wipe, late.stages[0]), 3: wiped, MARCH: wiped})
    await late.go(first=1)
    assert await play.wrongs() == []
    assert await late.wrongs() == []


@asynccontextmanager
async def _wiped(system: System, wipe: Callable[[], None], just_sent: Stage = ()) -> AsyncIterator[None]:
    yield
    await system.send(just_sent)
    await asyncio.to_thread(wipe)
    struck = system.heads()
    await system.send_again()
    await system.quiet_since(struck)


@pytest.mark.kafka
@pytest.mark.postgres
async def test_a_broker_wiped_under_running_services_is_refilled(
    own_site: Settings, own_kafka: LocalKafka, tmp_path: Path
) -> None:
    async with running(own_site, tmp_path) as system:
        await system.open()
        await wiped_halfway(system, own_kafka.wipe)


async def test_an_embedded_bus_wiped_under_running_services_is_refilled(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", partitions=PARTITIONS)

    def wipe() -> None:
        with closing(sqlite3.connect(settings.data / "bus.db")) as database, database:
            database.execute("DELETE FROM batches")
            database.execute("UPDATE lanes SET first = 0, next = 0")

    async with running(settings, tmp_path) as system:
        await system.open()
        await wiped_halfway(system, wipe)
