"""`aftersale bench`: how many orders a second an installation ends, and how soon their work goes out.

Without `--here` it starts an installation of its own in a temporary directory and ends it afterwards. With
it, the running installation of the settings is measured, and what is named `bench...` stays in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import uuid4

from rich.table import Table

from services.chassis.settings import SERVICES, Settings
from services.cli.measuring import System
from services.cli.screen import out

WARM = 200


@contextmanager
def _own(data: Path) -> Iterator[Settings]:
    """The three services and the simulator on a fresh directory."""
    settings = Settings(data=data, bus="embedded", store="embedded")
    environment = {
        **os.environ,
        "AFTERSALE_DATA": str(data),
        "AFTERSALE_BUS": "embedded",
        "AFTERSALE_STORE": "embedded",
        "AFTERSALE_LOG": "warning",
    }
    commands = [*(["-m", f"services.{name}"] for name in SERVICES), ["-m", "services.cli", "simulate"]]
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen([sys.executable, *each], env=environment, stdout=quiet, stderr=quiet)
        for each in commands
    ]
    try:
        yield settings
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)


async def _measured(settings: Settings, asked: argparse.Namespace) -> dict[str, Any]:
    run = f"bench-{uuid4().hex[:8]}"
    system = System(settings)
    try:
        await system.prepare()
        await system.burst(f"{run}-warm", WARM)
        await system.load(run, asked.orders)
        before = sum((await system.counts())[1].values())
        seconds, ends = await system.burst(run, asked.orders, loaded=True)
        events = sum((await system.counts())[1].values()) - before
        latencies = await system.paced(f"{run}-paced", asked.rate, asked.seconds)
    finally:
        await system.close()
    cuts = [1000 * cut for cut in quantiles(latencies, n=100)]
    return {
        "orders": asked.orders,
        "ended": {type_.decode().split(".")[2]: number for type_, number in ends.items()},
        "orders_per_s": round(asked.orders / seconds, 1),
        "events_per_s": round(events / seconds, 1),
        "first_task_p50_ms": round(cuts[49], 1),
        "first_task_p99_ms": round(cuts[98], 1),
        "latency_rate_per_s": asked.rate,
    }


def _shown(result: dict[str, Any]) -> Table:
    shown = Table(
        "orders/s", "events/s", "first task p50", "p99", "at orders/s", box=None, header_style="bold"
    )
    shown.add_row(
        f"{result['orders_per_s']:.0f}",
        f"{result['events_per_s']:.0f}",
        f"{result['first_task_p50_ms']:.0f} ms",
        f"{result['first_task_p99_ms']:.0f} ms",
        str(result["latency_rate_per_s"]),
    )
    return shown


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when it was measured."""
    parser = argparse.ArgumentParser(prog="aftersale bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="published at once (default 1000)")
    parser.add_argument("--rate", type=int, default=20, help="orders a second while latency is measured (20)")
    parser.add_argument("--seconds", type=float, default=10.0, help="for which latency is measured (10)")
    parser.add_argument("--here", action="store_true", help="measure the running installation")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    asked = parser.parse_args(arguments)
    for option, least in (("orders", 1), ("rate", 1), ("seconds", 1.0)):
        if getattr(asked, option) < least:
            parser.error(f"--{option} is {getattr(asked, option)}: give {least:g} or more")
    if asked.rate * asked.seconds < 2:
        parser.error("--rate times --seconds is less than two orders: give more of one")
    if asked.here:
        result = asyncio.run(_measured(Settings(), asked))
    else:
        with tempfile.TemporaryDirectory(prefix="aftersale-bench-") as folder, _own(Path(folder)) as settings:
            result = asyncio.run(_measured(settings, asked))
    out.print(json.dumps(result) if asked.json else _shown(result), soft_wrap=True)
    return 0
