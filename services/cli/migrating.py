"""`aftersale migrate`: the embedded stores of a stopped and settled system, copied to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from services.chassis.keys import open_postgres_keys
from services.chassis.migrate import accounts, copy_keys, copy_store, size
from services.chassis.ports import Conflict, Unavailable
from services.chassis.settings import EMBEDDED, SERVICES, Settings
from services.chassis.store import open_postgres
from services.cli.errors import Failed, Wrong
from services.cli.installation import Stores, bus_of, missing, partitions_of, stores_of
from services.cli.screen import bar
from services.cli.settling import look
from services.cli.up import locked

KEYS = "aftersale_keys"
LEADERS = ("relay", "pages")

Progress = Callable[[int], object]


async def migrate(settings: Settings, dsn: str) -> tuple[dict[str, int], int]:
    """The last event of each service, and the partition count. What was copied before is passed over.

    Raises `Wrong`, or `Failed` when the system runs or something is in flight.
    """
    _check(settings, dsn)
    with locked(settings.data), stores_of(settings, seconds=0) as stores:
        partitions = partitions_of(stores, settings)
        if "partitions" in settings.model_fields_set and settings.partitions != partitions:
            raise Wrong(
                f"the stores keep their {partitions} partitions: set AFTERSALE_PARTITIONS={partitions}"
            )
        _check_stopped(stores)
        async with bus_of(settings) as bus:
            moving = (await look(bus, stores, partitions)).moving
        if moving:
            raise Failed(
                f"something is in flight ({'; '.join(moving)}): run 'aftersale up', wait for "
                "'aftersale settle', stop it, then migrate"
            )
        return _copied(settings, stores, dsn), partitions


def _check(settings: Settings, dsn: str) -> None:
    if settings.store != EMBEDDED:
        raise Wrong("migrate copies embedded stores: unset AFTERSALE_STORE, and name the new one with --to")
    if not dsn.startswith(("postgresql://", "postgres://")):
        raise Wrong(f"'{dsn}' is no address of a database: write postgresql://user@host/name")
    if missing(settings):
        raise Wrong(f"there is no system in {settings.data}: name its directory with --data")


def _check_stopped(stores: Stores) -> None:
    for name, store in stores.items():
        if not all(store.lead(role) for role in LEADERS):
            raise Failed(f"{name} is running: stop it first")


def _copied(settings: Settings, stores: Stores, dsn: str) -> dict[str, int]:
    files = {name: settings.data / f"{name}.db" for name in SERVICES}
    with bar() as progress:
        task = progress.add_task("copying", total=sum(map(size, files.values())))

        def tell(rows: int) -> None:
            progress.advance(task, rows)

        try:
            _keys(settings, dsn, tell)
            return {name: _store(settings, stores, name, (dsn, tell)) for name in SERVICES}
        except Unavailable as error:
            raise Failed(f"the database does not answer: {error}; migrate again, it goes on") from error


def _store(settings: Settings, stores: Stores, name: str, target: tuple[str, Progress]) -> int:
    dsn, tell = target
    schema = f"aftersale_{name}"
    head = stores[name].head()
    with closing(open_postgres(dsn, schema)) as there:
        if there.log_id == stores[name].log_id and there.head() == head:
            return head
    try:
        return copy_store(settings.data / f"{name}.db", dsn, schema, tell)
    except ValueError as error:
        raise Failed(f"{error}; nothing of it was changed") from error


def _keys(settings: Settings, dsn: str, tell: Progress) -> None:
    """First of all: a store without its keys could read nothing that is personal."""
    file = settings.data / "keys.db"
    try:
        copy_keys(file, dsn, KEYS, tell)
    except Conflict as error:
        known = accounts(file)
        with closing(settings.open_keys()) as here, closing(open_postgres_keys(dsn, KEYS)) as there:
            if here.get(known, make=False) != there.get(known, make=False):
                raise Failed(f"schema {KEYS} holds other keys: name another database") from error
