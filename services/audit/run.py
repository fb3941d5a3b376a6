"""The process of the witness: beside the services, with a lower priority, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from functools import partial

import structlog

from services.audit.checkpoint import FILE
from services.audit.signing import WrongKey
from services.audit.topic import Board
from services.audit.witness import Busy, Witness
from services.chassis import logs
from services.chassis.backoff import Backoff
from services.chassis.pause import asked_to_end, pause
from services.chassis.ports import Bus, PortError, Store, Unavailable
from services.chassis.run import listen
from services.chassis.settings import SERVICES, Settings

NICENESS = 10
"""What is to be done for orders comes first."""
LOOK_SECONDS = 1.0
LAST_SECONDS = 5.0
"""So long the last look may take, when it is told to stop."""

log = structlog.get_logger()


async def follow(witness: Witness, board: Board, settings: Settings, stop: asyncio.Event) -> None:
    """Looks as often as it is set until stopped, then once more. Goes on by itself after any failure."""
    backoff = Backoff("witness")
    while not stop.is_set():
        await _look(witness, board, backoff, stop)
        if settings.heartbeat is not None and not backoff.running:
            settings.heartbeat.touch()
        await pause(stop, settings.audit_seconds)
    try:
        await board.publish(await asyncio.to_thread(witness.look, LAST_SECONDS))
    except PortError as error:
        log.warning("the last events are signed at the next start", error=str(error))


async def _look(witness: Witness, board: Board, backoff: Backoff, stop: asyncio.Event) -> None:
    try:
        await board.publish(await asyncio.to_thread(witness.look, LOOK_SECONDS))
        backoff.succeeded()
    except (Exception, asyncio.CancelledError) as error:
        if asked_to_end():
            raise
        # Also a fault of ours: a witness that stands still in silence would be worse.
        await backoff.wait(error, stop)


def serve(settings: Settings) -> int:
    """Runs the witness until SIGTERM, SIGINT or the end of `aftersale up`; the exit status."""
    logs.configure(settings.log, "audit")
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        asyncio.run(_serve(settings))
    except (Busy, WrongKey) as error:
        log.error("the witness cannot begin", error=str(error))
        return 2
    except Exception:
        log.exception("the witness failed")
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    listen(stop)
    with ExitStack() as opened:
        stores = await _waited_for(settings, stop, opened)
        if stores is None:
            return
        witness = opened.enter_context(closing(_witness(settings, stores)))
        bus = settings.open_bus()
        log.info("started", pid=os.getpid(), bus=settings.bus, folder=str(settings.audit_folder))
        try:
            await _follow(witness, bus, settings, stop)
        finally:
            with suppress(PortError):
                await bus.close()
    log.info("stopped")


async def _follow(witness: Witness, bus: Bus, settings: Settings, stop: asyncio.Event) -> None:
    board = Board(bus, witness.folder / FILE)
    try:
        await follow(witness, board, settings, stop)
    finally:
        with suppress(PortError):
            await board.close()


def _witness(settings: Settings, stores: Mapping[str, Store]) -> Witness:
    return Witness(stores, settings.audit_folder, settings.audit_key_file)


async def _waited_for(settings: Settings, stop: asyncio.Event, opened: ExitStack) -> dict[str, Store] | None:
    """Every store, waited for while the database is away; None when stopped before it came."""
    backoff = Backoff("database")
    while not stop.is_set():
        try:
            stores = await asyncio.to_thread(partial(_opened, settings, opened))
        except Unavailable as error:
            opened.close()
            await backoff.wait(error, stop)
        else:
            backoff.succeeded()
            return stores
    return None


def _opened(settings: Settings, opened: ExitStack) -> dict[str, Store]:
    return {name: opened.enter_context(closing(settings.open_store(name))) for name in SERVICES}
