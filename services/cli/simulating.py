"""`aftersale simulate` on a terminal: how many tasks were answered, until Ctrl-C."""

from __future__ import annotations

import asyncio

from services.chassis.logs import configure
from services.chassis.settings import Settings
from services.cli.installation import bus_of, topics_made
from services.cli.screen import beside, out
from services.cli.simulator import Simulator
from services.cli.up import listen


async def simulate(settings: Settings, rate: float, delay: float) -> None:
    """Until Ctrl-C or SIGTERM."""
    configure("warning", "simulator")
    stop = asyncio.Event()
    listen(stop)
    answered = failed = 0

    def told(more: int, of_which_failed: int) -> None:
        nonlocal answered, failed
        answered, failed = answered + more, failed + of_which_failed
        status.update(f"answered {answered} tasks, {failed} of them failed")

    async with bus_of(settings) as bus:
        partitions = await topics_made(bus, settings)
        with beside.status("waiting for tasks; Ctrl-C stops") as status:
            await Simulator(bus, partitions, rate, delay, told).run(stop)
    out.print(f"answered {answered} tasks, {failed} of them failed")
