"""The same log on SQLite and on PostgreSQL: the same digest, every time, and nothing differs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from services.audit.replay import Replayed, replay
from services.audit.source import source
from services.chassis.ports import Store
from services.chassis.store import open_postgres
from tests.history import files, keep, lived
from tests.scenarios import place
from tests.world import World

STAGES = (
    (place("O1", "change", "NET", characteristics={"speed": 1000}),),
    (place("O2", "move", "HOME", location="SITE-2"),),
    (place("O3", "resume", "MOB"),),
    (place("O4", "suspend", "MOB", reason="holidays"),),
)


def replayed(world: World, open_: Callable[[str], Store]) -> list[Replayed]:
    with ExitStack() as opened:
        stores = {name: opened.enter_context(closing(store)) for name, store in keep(world, open_).items()}
        sources = {name: source(world.readers[name].service, store) for name, store in stores.items()}
        return [replay(sources) for _ in range(3)]


@pytest.mark.postgres
def test_the_digest_is_the_same_on_both_kinds_of_store(postgres_database: str, tmp_path: Path) -> None:
    world = lived(*STAGES)
    on_postgres = replayed(world, lambda name: open_postgres(postgres_database, name))
    on_sqlite = replayed(world, files(tmp_path))
    assert len({each.digest for each in (*on_postgres, *on_sqlite)}) == 1
    assert [each.differences for each in (*on_postgres, *on_sqlite)] == [[]] * 6
    assert on_postgres[0].events == on_sqlite[0].events
