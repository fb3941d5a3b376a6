"""Every action on Apache Kafka and PostgreSQL, two replicas of each service, and what may befall replicas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from services.chassis.settings import SERVICES, Settings
from tests.journey.playing import Play
from tests.journey.system import Process, System, running
from tests.scenarios_dated import MARCH

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


@pytest.fixture(scope="module")
async def system(site: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder: Path = tmp_path_factory.mktemp("logs")
    async with running(site, folder, replicas=2) as system:
        await system.open()
        yield system


async def test_every_scenario_ends_as_it_should_with_two_replicas_of_each_service(system: System) -> None:
    with system.told():
        play = Play(system, "D")
        await play.set()
        await play.go()
        assert await play.wrongs() == []


async def test_a_replica_of_each_service_is_killed_halfway_and_all_orders_end_as_they_should(
    system: System,
) -> None:
    """When orders are new, again when changes of them wait for an answer, and when days come."""
    with system.told():
        play = Play(system, "K")
        await play.set()
        one, other = (partial(_killed, system, number) for number in (1, 2))
        await play.go({0: one, 3: other, MARCH: one})
        assert await play.wrongs() == []


async def test_a_replica_paused_past_its_session_and_continued_makes_nothing_happen_twice(
    system: System,
) -> None:
    """When orders are new, and when the days come whose timers it would have run."""
    with system.told():
        play = Play(system, "P")
        await play.set()
        midway, before = partial(_paused_midway, system), partial(_paused_before, system)
        await play.go({0: midway, 3: midway, MARCH: before})
        assert await play.wrongs() == []


@asynccontextmanager
async def _killed(system: System, number: int) -> AsyncIterator[None]:
    """This replica of each service; the other one brings everything to its end before it is back."""
    yield
    for process in system.replica(number):
        process.kill()
    await system.quiet_since(system.heads())
    for process in system.replica(number):
        process.start()


@asynccontextmanager
async def _paused_midway(system: System) -> AsyncIterator[None]:
    told = _told(system)
    yield
    for process in system.replica(2):
        process.pause()
    await _taken_over(system, told)


@asynccontextmanager
async def _paused_before(system: System) -> AsyncIterator[None]:
    told = _told(system)
    for process in system.replica(2):
        process.pause()
    yield
    await _taken_over(system, told)


def _told(system: System) -> dict[str, int]:
    """How often each replica has been given partitions."""
    return {name: len(one.said("assigned")) for name, one in system.processes.items()}


async def _taken_over(system: System, told: dict[str, int]) -> None:
    """Replica 2 goes on when replica 1 has had everything for itself."""
    struck = system.heads()
    for name in SERVICES:
        other = f"{name}-1"
        has_all = partial(_has_all, system.processes[other], told[other])
        await system.until(f"{other} takes over", has_all)
    for process in system.replica(2):
        process.go_on()
    await system.quiet_since(struck)


def _has_all(process: Process, before: int) -> bool:
    """Whether it was given every partition since."""
    assigned = process.said("assigned")[before:]
    return any(entry["partitions"] == list(range(4)) for entry in assigned)
