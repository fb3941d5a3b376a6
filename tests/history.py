"""A past to audit: the world of the scenarios, with a clock that goes on, and a copy of it in files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path

from services.audit.source import Sources, source
from services.chassis.ports import Commit, Document, NewEvent, Row, Store
from services.chassis.stored import read_meta, split
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.scenarios import SETUP, Sent
from tests.world import World

TICK = timedelta(seconds=1)


def lived(*stages: Iterable[Sent], seed: int | None = None) -> World:
    """The catalog and the installed base, then each stage when all is quiet; every step takes a second.

    In the end time goes on until nothing waits for its day any more.
    """
    world = World((), seed)
    world.goes_on_from(_begun(seed))
    for stage in stages:
        live(world, stage)
    world.time_passes = True
    live(world, ())
    return world


@cache
def _begun(seed: int | None) -> World:
    world = World([ORDER, INVENTORY, FULFILLMENT], seed)
    for stage in SETUP:
        live(world, stage)
    return world


def live(world: World, stage: Iterable[Sent], seen: Callable[[World], object] | None = None) -> None:
    """Sends these, and lets the world go on until it is quiet, `seen` after each step."""
    for name, data in stage:
        world.send(name, data, account=data.get("accountId", "ACME"))
    while world.step():
        if seen is not None:
            seen(world)
        world.clock.at += TICK


def sources(world: World) -> Sources:
    """What an auditor of this world reads."""
    return {name: source(reader.service, reader.store) for name, reader in world.readers.items()}


def keep(world: World, open_: Callable[[str], Store]) -> dict[str, Store]:
    """The same logs, rows and index of pages in other stores."""
    return {name: _kept(world, name, open_(name)) for name in world.readers}


def files(directory: Path) -> Callable[[str], Store]:
    """Stores in this directory, as the embedded mode has them."""
    from services.chassis.store import open_sqlite

    return lambda name: open_sqlite(directory / f"{name}.db")


def _kept(world: World, name: str, store: Store) -> Store:
    reader = world.readers[name]
    log = reader.store.log(0, 10_000_000)
    rows = [
        Row(*key, member) for key, members in reader.store.memory.rows.items() for member in sorted(members)
    ]
    store.commit(Commit(events=[NewEvent(*event[1:]) for event in log], put_rows=rows))
    begun = [
        Document(*split(event.stream), read_meta(event.state).account or "", b"")
        for event in log
        if event.version == 1 and split(event.stream)[0] in reader.service.shown
    ]
    store.put_documents("pages", store.head(), begun)
    return store
