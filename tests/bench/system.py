"""The system under measurement: its processes, and the shape of what an order takes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas.topics import CATALOG
from services.chassis.ports import TopicPartition
from services.chassis.settings import SERVICES
from services.cli.measuring import System
from tests.bench.shape import Shape

PROCESSES = (*(("-m", f"services.{name}") for name in SERVICES), ("-m", "tests.bench.stand_in"))
SAMPLE = 3_000


@contextmanager
def running(
    environment: dict[str, str], commands: Sequence[Sequence[str]], folder: Path
) -> Iterator[dict[str, int]]:
    """These processes of the same interpreter, by name; ended at the end, their output lies in the folder."""
    processes = []
    for index, command in enumerate(commands):
        with (folder / f"{index}.log").open("ab") as output:
            processes.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    env={**os.environ, **environment},
                    stdout=output,
                    stderr=output,
                )
            )
    try:
        yield {name(command): process.pid for command, process in zip(commands, processes, strict=True)}
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def name(command: Sequence[str]) -> str:
    """`-m services.order` is `order`, `-m tests.bench.floor order {...}` too."""
    return command[2] if len(command) > 2 else command[1].rpartition(".")[2]


def cpu_seconds(processes: Mapping[str, int]) -> dict[str, float]:
    """What each process has used so far; nothing where the system does not say (it does on Linux)."""
    used = {}
    for process, pid in processes.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


async def shape_of(system: System, before: tuple[dict[str, int], dict[str, int]], count: int) -> Shape:
    """What each of the last `count` orders took since `before`."""
    after = await system.counts()
    messages = {
        topic: (after[0][topic] - before[0][topic]) / count
        for topic in after[0]
        if after[0][topic] > before[0][topic] and topic not in ("crm.inventory", CATALOG)
    }
    events = {name: (after[1][name] - before[1][name]) / count for name in SERVICES}
    return Shape(
        messages=messages,
        message_bytes={topic: await _message_bytes(system, topic) for topic in messages},
        events=events,
        event_bytes=await asyncio.to_thread(_event_bytes, system, after[1]),
    )


async def _message_bytes(system: System, topic: str) -> int:
    sizes = []
    for number in range(system.settings.partitions):
        partition = TopicPartition(topic, number)
        end = (await system.bus.bounds([partition]))[partition].end
        for record in await system.bus.read(partition, max(0, end - 50), 50):
            headers = sum(len(name) + len(value) for name, value in record.headers)
            sizes.append(len(record.value) + headers)
    return sum(sizes) // len(sizes)


def _event_bytes(system: System, heads: dict[str, int]) -> dict[str, int]:
    sizes = {}
    for name in SERVICES:
        store = system.settings.open_store(name)
        events = store.log(max(0, heads[name] - SAMPLE), SAMPLE)
        sizes[name] = sum(len(event.state) for event in events) // len(events)
        store.close()
    return sizes
