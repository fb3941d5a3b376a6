"""The installation a command speaks to: its settings, its stores and its bus, waited for while it starts."""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from schemas.topics import CRM_ORDERS
from services.chassis.ports import Bus, Keys, Store, Unavailable
from services.chassis.settings import EMBEDDED, PARTITIONS, SERVICES, Settings, described
from services.cli.errors import Failed, Wrong
from services.cli.screen import beside

if TYPE_CHECKING:
    from services.chassis.pages import Shelf
    from services.chassis.service import Service

STARTING_SECONDS = 10.0
LOOK_SECONDS = 0.1

Stores = Mapping[str, Store]
T = TypeVar("T")


def settings_of(data: Path | None) -> Settings:
    """From the environment, with the directory given. Raises `Wrong`."""
    try:
        return Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        raise Wrong("; ".join(described(error))) from error


def service_of(name: str) -> Service:
    """What the service gives to the chassis."""
    found: Service = importlib.import_module(f"services.{name}.service").SERVICE
    return found


def shelf(name: str, stores: Stores) -> Shelf:
    """The pages of a service, personal values sealed as they are stored."""
    from services.chassis.pages import Shelf

    return Shelf(service_of(name), stores[name])


def where(settings: Settings) -> str:
    """The installation in a few words."""
    return str(settings.data) if settings.embedded else f"{_short(settings.bus)}, {_short(settings.store)}"


def _short(address: str) -> str:
    """An address without user and password."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if rest else address


def missing(settings: Settings) -> list[str]:
    """The services whose embedded stores were not made yet."""
    if settings.store != EMBEDDED:
        return []
    return [name for name in SERVICES if not (settings.data / f"{name}.db").exists()]


@contextmanager
def stores_of(settings: Settings, seconds: float = STARTING_SECONDS) -> Iterator[Stores]:
    """Every service's store, and none made that is not there. Raises `Failed` when none comes in time."""
    with ExitStack() as opened:
        yield _until(seconds, lambda: _opened(settings, opened), _nothing_here(settings))


def _opened(settings: Settings, opened: ExitStack) -> Stores | None:
    if missing(settings):
        return None
    return {name: opened.enter_context(closing(settings.open_store(name))) for name in SERVICES}


def _nothing_here(settings: Settings) -> str:
    if settings.store == EMBEDDED:
        return f"nothing runs in {settings.data}: start it with 'aftersale up --data {settings.data}'"
    return f"the database at {_short(settings.store)} does not answer: check AFTERSALE_STORE"


@contextmanager
def keys_of(settings: Settings) -> Iterator[Keys]:
    with closing(settings.open_keys()) as keys:
        yield keys


def _until(seconds: float, look: Callable[[], T | None], otherwise: str) -> T:
    """What is looked for, as soon as it is there; says that it waits when that takes long."""
    deadline, said, reason = time.monotonic() + seconds, False, ""
    while True:
        try:
            if (found := look()) is not None:
                return found
        except Unavailable as error:
            reason = f" ({error})"
        if time.monotonic() >= deadline:
            raise Failed(otherwise + reason)
        if not said and beside.is_terminal:
            beside.print("[dim]waiting for the system to start ...[/]")
            said = True
        time.sleep(LOOK_SECONDS)


@asynccontextmanager
async def bus_of(settings: Settings) -> AsyncIterator[Bus]:
    """The bus; closed in the end."""
    bus = settings.open_bus()
    try:
        yield bus
    finally:
        await bus.close()


async def topics_made(bus: Bus, settings: Settings, seconds: float = STARTING_SECONDS) -> int:
    """The partition count of the topics, once they are there; the embedded bus is made when missing.

    Raises `Failed` when they are not there in time.
    """
    from services.chassis.host import topics

    deadline, reason = time.monotonic() + seconds, ""
    while True:
        try:
            if count := await bus.partitions(CRM_ORDERS):
                return count
            if settings.bus == EMBEDDED:
                await bus.apply(topics(await asyncio.to_thread(_settled_partitions, settings)))
                continue
        except Unavailable as error:
            reason = f" ({error})"
        if time.monotonic() >= deadline:
            raise Failed(
                f"there are no topics on {_short(settings.bus)}: run 'aftersale topics apply'{reason}"
            )
        await asyncio.sleep(LOOK_SECONDS)


def partitions_of(stores: Stores, settings: Settings) -> int:
    """The count that the first start settled; what the settings say where there was none."""
    settled = (store.setting(PARTITIONS) for store in stores.values())
    return next((int(count) for count in settled if count), settings.partitions)


def _settled_partitions(settings: Settings) -> int:
    if missing(settings):
        return settings.partitions
    with stores_of(settings) as stores:
        return partitions_of(stores, settings)
