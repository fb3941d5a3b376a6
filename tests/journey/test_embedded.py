"""Every action from end to end on one machine with nothing but Python: real processes, real files."""

from __future__ import annotations

from pathlib import Path

from services.chassis.settings import Settings
from tests.journey.playing import Play
from tests.journey.system import PARTITIONS, running


async def test_every_scenario_ends_as_it_should_in_the_embedded_installation(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", partitions=PARTITIONS)
    async with running(settings, tmp_path) as system:
        await system.open()
        play = Play(system, "E")
        await play.set()
        await play.go()
        assert await play.wrongs() == []
