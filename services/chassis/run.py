"""The process of one service: settings, logs, store, keys and bus, then the host until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from contextlib import ExitStack, closing, suppress

import structlog
from pydantic import ValidationError

from services.chassis import logs
from services.chassis.backoff import Backoff
from services.chassis.batch import Setup
from services.chassis.clock import Clock
from services.chassis.host import Host, setup
from services.chassis.ports import PortError, Unavailable
from services.chassis.service import Service
from services.chassis.settings import Settings, WrongPartitions, described, record_partitions

COLLECT_SECONDS = 30.0
CHILD = "AFTERSALE_CHILD"
"""Set for a child of `aftersale up`: its standard input ends with its parent, and it with that."""
GRACE_SECONDS = 0.6
"""So long an orphan may take to stop cleanly: it must be gone within a second."""

log = structlog.get_logger()


def main(service: Service) -> int:
    """`python -m services.<name>`: the exit status, 2 when the settings make no sense."""
    try:
        settings = Settings()
    except ValidationError as error:
        return _wrong("; ".join(described(error)))
    return serve(service, settings)


def serve(service: Service, settings: Settings) -> int:
    """Runs the service until SIGTERM, SIGINT or the end of `aftersale up`; the exit status."""
    logs.configure(settings.log, service.name)
    try:
        asyncio.run(_serve(service, settings))
    except WrongPartitions as error:
        return _wrong(str(error))
    except Exception:
        log.exception("the service failed")
        return 1
    return 0


async def _serve(service: Service, settings: Settings) -> None:
    stop = asyncio.Event()
    listen(stop)
    with ExitStack() as opened:
        parts = await _waited_for(service, settings, stop, opened)
        if parts is None:
            return
        clock = Clock()
        await asyncio.to_thread(clock.follow, parts.store)
        bus = settings.open_bus()
        _tune()
        log.info("started", pid=os.getpid(), bus=settings.bus, partitions=parts.partitions)
        collecting = asyncio.create_task(_collect())
        try:
            await Host(service, parts, bus, clock, settings.heartbeat).run(stop)
        finally:
            collecting.cancel()
            with suppress(PortError):
                await bus.close()
    log.info("stopped")


def _tune() -> None:
    """Folds and events live long and hold no cycles: the collector looked through them for 15 % of the CPU.

    It runs by the clock instead (`_collect`). And threads that take turns every 5 ms, as is the default, take
    turns too often where each has milliseconds of work: a burst was a quarter slower.
    """
    gc.disable()
    gc.freeze()
    sys.setswitchinterval(0.02)


async def _collect() -> None:
    """Every half minute, only what was made since: what is alive then is not looked through again."""
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()
        gc.freeze()


async def _waited_for(
    service: Service, settings: Settings, stop: asyncio.Event, opened: ExitStack
) -> Setup | None:
    """Store and keys, waited for while the database is away; None when stopped before it came."""
    backoff = Backoff("database")
    while not stop.is_set():
        try:
            parts = await asyncio.to_thread(_opened, service, settings, opened)
        except Unavailable as error:
            opened.close()
            await backoff.wait(error, stop)
        else:
            backoff.succeeded()
            return parts
    return None


def _opened(service: Service, settings: Settings, opened: ExitStack) -> Setup:
    store = opened.enter_context(closing(settings.open_store(service.name)))
    record_partitions(store, settings.partitions)
    keys = opened.enter_context(closing(settings.open_keys()))
    return setup(service, store, keys, settings.partitions)


def listen(stop: asyncio.Event) -> None:
    """Stops on the usual signals, at once on the second; a child also when its parent is gone."""
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked))
    if os.environ.get(CHILD):
        threading.Thread(target=_watch_parent, args=(loop, stop), daemon=True, name="parent").start()


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Reads standard input, which says nothing and ends with the parent, however that ended."""
    with suppress(OSError):
        # Not through `sys.stdin`, whose lock would be held when the interpreter ends.
        while os.read(0, 1):
            continue
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)
    threading.Event().wait(GRACE_SECONDS)
    os._exit(1)


def _wrong(message: str) -> int:
    print(f"aftersale: {message}", file=sys.stderr)
    return 2
