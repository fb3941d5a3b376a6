"""`python -m tests.toy_process counters|totals DIRECTORY`: one replica of a toy service until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from threading import get_ident
from typing import Any

from services.chassis import relay
from services.chassis.clock import Clock
from services.chassis.embedded import EmbeddedBus
from services.chassis.host import Host, setup
from services.chassis.keys import open_sqlite_keys
from services.chassis.service import Service, Work
from services.chassis.store import open_sqlite
from tests.toy import PARTITIONS, counters, totals

HOLD = 777
SESSION = 1.0


def holding(service: Service, directory: Path) -> Service:
    """The first process to take the amount `HOLD` stops itself in the middle of its decision."""

    def held(handle: Any) -> Any:
        def stop_once(data: Any, work: Work) -> None:
            handle(data, work)
            if getattr(data, "amount", 0) == HOLD:
                try:
                    (directory / "held").touch(exist_ok=False)
                except FileExistsError:
                    return
                (directory / "held").write_text(str(os.getpid()))
                between_writes(directory)
                # To this very thread: if another took the signal, this one might get to its commit.
                signal.pthread_kill(get_ident(), signal.SIGSTOP)

        return stop_once

    routes = {name: replace(route, handle=held(route.handle)) for name, route in service.routes.items()}
    return replace(service, routes=routes)


def between_writes(directory: Path) -> None:
    """Until no thread writes a file. Who stops while it does would keep SQLite's lock, and stop everybody."""
    files = [
        sqlite3.connect(path, timeout=30, isolation_level=None) for path in sorted(directory.glob("*.db"))
    ]
    for file in files:
        file.execute("BEGIN IMMEDIATE")
    for file in files:
        file.execute("ROLLBACK")


async def main(kind: str, directory: Path) -> None:
    service = holding(counters() if kind == "counters" else totals(), directory)
    store, keys = open_sqlite(directory / f"{service.name}.db"), open_sqlite_keys(directory / "keys.db")
    bus = EmbeddedBus(directory / "bus.db", session=SESSION)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Host(service, setup(service, store, keys, PARTITIONS), bus, Clock()).run(stop)
    store.close()
    keys.close()
    await bus.close()


if __name__ == "__main__":
    relay.CHECK_SECONDS = 0.2
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
