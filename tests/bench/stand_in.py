"""The provisioning stand-in of the benchmark, `python -m tests.bench.stand_in`: answers tasks at once.

Those of orders that say so are left to the tests.
"""

from __future__ import annotations

import asyncio
import signal

from services.chassis import logs
from services.chassis.settings import Settings
from services.cli.simulator import Simulator
from tests.scenarios_in_flight import ByHand


async def _main() -> None:
    settings = Settings()
    logs.configure(settings.log, "stand-in")
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    bus = settings.open_bus()
    simulator = Simulator(bus, settings.partitions, 0.0, 0.0, lambda answered, failed: (answered, failed))
    simulator.leave(ByHand())
    await simulator.run(stop)
    await bus.close()


if __name__ == "__main__":
    asyncio.run(_main())
