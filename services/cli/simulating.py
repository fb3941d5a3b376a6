"""`aftersale simulate` on a terminal: how many tasks were answered, until Ctrl-C."""

from __future__ import annotations

import asyncio

from services.chassis.logs import configure
from services.chassis.settings import Settings
from services.cli.installation import bus_of, missing, topics_made, where
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

    beside.print(awaited(settings), soft_wrap=True, markup=False)
    async with bus_of(settings) as bus:
        partitions = await topics_made(bus, settings)
        with beside.status("answered nothing yet") as status:
            await Simulator(bus, partitions, rate, delay, told).run(stop)
    out.print(f"answered {answered} tasks, {failed} of them failed")


def awaited(settings: Settings) -> str:
    """What it waits for, in a sentence."""
    if missing(settings):
        return (
            f"nothing runs in {settings.data}: start it with 'aftersale up --data {settings.data}'; "
            "waiting for its tasks, Ctrl-C stops"
        )
    return f"waiting for tasks of {where(settings)}; Ctrl-C stops"
