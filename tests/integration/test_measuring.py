"""How soon work goes out is measured by those who hear it, and only for the orders of the run."""

from __future__ import annotations

from pathlib import Path

from services.chassis.settings import Settings
from services.cli.measuring import System
from tests.journey.system import PARTITIONS, running


async def test_every_order_of_a_run_has_a_first_task_and_those_of_the_run_before_do_not_count(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path / "data", partitions=PARTITIONS)
    async with running(settings, tmp_path) as processes:
        await processes.open()
        system = System(settings)
        await system.prepare()
        for run in ("one", "other"):
            latencies = await system.paced(run, rate=10, seconds=0.8)
            assert len(latencies) == 8
            assert latencies == sorted(latencies)
            assert latencies[0] > 0
        await system.close()
