"""Every action on Apache Kafka and PostgreSQL, two replicas of each service, and what may befall replicas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from services.chassis.settings import SERVICES, Settings
from tests.journey.playing import EVERY, Play
from tests.journey.system import Process, System, running

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


@pytest.fixture(scope="module")
async def system(site: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder: Path = tmp_path_factory.mktemp("logs")
    async with running(site, folder, replicas=2) as system:
        await system.open()
        yield system


async def test_every_scenario_ends_as_it_should_with_two_replicas_of_each_service(system: System) -> None:
    with system.told():
        play = Play(system, "D", EVERY)
        await play.set()
        await play.go(play.stages)
        await play.days()
        assert await play.wrongs() == []


async def test_a_replica_of_each_service_is_killed_halfway_and_all_orders_end_as_they_should(
    system: System,
) -> None:
    with system.told():
        play = Play(system, "K")
        await play.set()
        await play.begin()
        for process in system.replica(1):
            process.kill()
        assert play.in_flight() > 0
        await system.quiet()
        for process in system.replica(1):
            process.start()
        await play.go(play.stages[1:])
        assert await play.wrongs() == []


async def test_a_replica_paused_past_its_session_and_continued_makes_nothing_happen_twice(
    system: System,
) -> None:
    with system.told():
        play = Play(system, "P")
        await play.set()
        told = {name: len(one.said("assigned")) for name, one in system.processes.items()}
        await play.begin()
        for process in system.replica(2):
            process.pause()
        assert play.in_flight() > 0
        for name in SERVICES:
            other = f"{name}-1"
            has_all = partial(_has_all, system.processes[other], told[other])
            await system.until(f"{other} takes over", has_all)
        for process in system.replica(2):
            process.go_on()
        await system.quiet()
        await play.go(play.stages[1:])
        assert await play.wrongs() == []


def _has_all(process: Process, before: int) -> bool:
    """Whether it was given every partition since."""
    assigned = process.said("assigned")[before:]
    return any(entry["partitions"] == list(range(4)) for entry in assigned)
