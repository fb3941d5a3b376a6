"""`aftersale up`: the data directory locked, everything made that is missing, then the services."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from rich.panel import Panel
from rich.table import Table

from services.chassis.host import topics
from services.chassis.locks import seize
from services.chassis.ports import Unavailable
from services.chassis.settings import SERVICES, Settings, WrongPartitions, record_partitions
from services.cli.errors import Failed, Wrong
from services.cli.screen import beside, out
from services.cli.supervisor import WITNESS, Supervisor

LOCK = "aftersale.lock"


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """The data directory is ours alone. Raises `Failed` while another process has it."""
    lock = _seized(data)
    try:
        lock.truncate(0)
        lock.write(b"%d" % os.getpid())
        lock.flush()
        yield
        lock.truncate(0)
    finally:
        lock.close()


def _seized(data: Path) -> IO[bytes]:
    try:
        lock = seize(data / LOCK)
    except OSError as error:
        raise Wrong(f"{data} cannot be used: {error.strerror}") from error
    if lock is None:
        holder = ""
        with suppress(OSError):
            holder = (data / LOCK).read_text()
        named = f" (process {holder})" if holder else ""
        raise Failed(f"{data} is in use by another aftersale{named}: stop that, or give another --data")
    return lock


async def prepare(settings: Settings) -> None:
    """Every table and topic, before anything starts. Raises `Failed`."""
    if not settings.embedded:
        raise Wrong(
            "'up' runs everything on this machine: unset AFTERSALE_BUS and AFTERSALE_STORE, "
            "or start each service with 'aftersale run'"
        )
    bus = settings.open_bus()
    try:
        await asyncio.to_thread(_make_stores, settings)
        await bus.apply(topics(settings.partitions))
    except (WrongPartitions, ValueError) as error:
        raise Wrong(str(error)) from error
    except Unavailable as error:
        raise Failed(f"{settings.data} cannot be used: {error}") from error
    finally:
        await bus.close()


def _make_stores(settings: Settings) -> None:
    for name in SERVICES:
        with closing(settings.open_store(name)) as store:
            record_partitions(store, settings.partitions)
    settings.open_keys().close()


def listen(stop: asyncio.Event) -> None:
    """Stops on Ctrl-C and SIGTERM; a second one does not wait."""
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)  # the children end by themselves when their standard input does
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked))


def warn(text: str) -> None:
    beside.print(f"[red]![/] {text}", soft_wrap=True, markup=True)


async def up(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM."""
    with locked(settings.data):
        await prepare(settings)
        stop = asyncio.Event()
        listen(stop)
        supervisor = Supervisor(settings, warn)
        running = asyncio.create_task(supervisor.run(stop))
        out.print(_summary(settings))
        await stop.wait()
        beside.print("stopping ...")
        await running
        beside.print("stopped; 'aftersale up' goes on from here")


def _summary(settings: Settings) -> Panel:
    about = Table.grid(padding=(0, 2))
    about.add_row("[bold]runs[/]", " · ".join((*SERVICES, WITNESS)))
    about.add_row("[bold]data[/]", f"{settings.data}  ({settings.partitions} partitions)")
    about.add_row("[bold]logs[/]", f"{settings.data / 'logs'}")
    about.add_row("", "")
    option = "" if settings.data == Path(".aftersale") else f" --data {settings.data}"
    for label, command, does in (
        ("[bold]try[/]", f"aftersale send orders.jsonl{option}", "CloudEvents, one a line"),
        ("", f"aftersale simulate{option}", "a provisioning system that answers tasks"),
        ("", f"aftersale settle{option}", "until nothing is in flight"),
        ("", f"aftersale show account ACCOUNT{option}", "what it owns, what it ordered"),
        ("", "Ctrl-C", "stops it; nothing is lost"),
    ):
        about.add_row(label, f"[cyan]{command}[/]  [dim]{does}[/]")
    return Panel(about, title=f"[bold]Aftersale[/] {installed()}", title_align="left", expand=False)


def installed() -> str:
    """The version of this program."""
    try:
        return version("aftersale")
    except PackageNotFoundError:
        return "(not installed)"
