"""`aftersale views rebuild`: read models from nothing.

Whoever leads the pages of a service makes them. Where one runs it is asked to, by a row in its store, and
watched; where none does, this process leads and makes them itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.progress import Progress

from services.chassis.follower import REBUILD, VIEW, Follower
from services.chassis.host import setup
from services.chassis.ports import Commit, Keys, Row, Store
from services.chassis.settings import PARTITIONS
from services.cli.errors import Failed
from services.cli.installation import Stores, service_of
from services.cli.screen import bar

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.05

Tell = Callable[[int, int], object]


def rebuild(stores: Stores, keys: Keys, names: Sequence[str]) -> dict[str, int]:
    """Every page of these services; the last event each shows. Raises `Failed` when nothing moves."""
    with bar() as progress:
        return {name: _one(name, stores[name], keys, _told(progress, name)) for name in names}


def _told(progress: Progress, name: str) -> Tell:
    task = progress.add_task(f"pages of {name}", total=None)
    return lambda at, all_: progress.update(task, completed=at, total=all_)


def _one(name: str, store: Store, keys: Keys, tell: Tell) -> int:
    if store.lead("pages"):
        partitions = int(store.setting(PARTITIONS) or 1)
        Follower(service_of(name), setup(service_of(name), store, keys, partitions)).rebuild(tell)
    else:
        _ask(name, store, tell)
    return store.documents_position(VIEW)


def _ask(name: str, store: Store, tell: Tell) -> None:
    """Asks the one that leads, and watches it. A fall in between is mended by who leads next."""
    store.commit(Commit(put_rows=[Row(REBUILD, VIEW, "asked")]))
    head = store.head()
    moved, deadline = -1, time.monotonic() + PATIENCE_SECONDS
    while store.rows_of(REBUILD):
        at = store.documents_position(VIEW)
        if at != moved:
            moved, deadline = at, time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() > deadline:
            raise Failed(f"{name} does not rebuild its pages: is it well? See its log")
        tell(at, head)
        time.sleep(LOOK_SECONDS)
    tell(head, head)
