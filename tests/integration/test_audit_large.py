"""A hundred thousand events made again: one digest on both kinds of store, and live = rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from services.audit.replay import Replayed, replay
from services.audit.source import source
from services.chassis.ports import Commit, Document, NewEvent, Row, Store, StoredEvent
from services.chassis.store import open_postgres
from services.chassis.stored import read_meta, split
from tests.history import files, live, lived
from tests.reader import Reader
from tests.scenarios import place
from tests.world import World

EVENTS = 100_000
HOMES = 12
"""Accounts that are played; their past is then that of many more, under other names."""
MARK = "Qq0"
"""Begins every id of theirs, and stands nowhere else."""

ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("suspend", {}),
    ("resume", {"reason": "back again"}),
    ("change", {"characteristics": {"number": "4790000001"}}),
    ("move", {"location": "SITE-2"}),
    ("suspend", {"start": "2027-01-01T00:00:00Z", "end": "2027-02-01T00:00:00Z"}),
)


def played() -> World:
    world = lived()
    live(world, [_owned(f"{MARK}A{number}", f"{MARK}N{number}") for number in range(HOMES)])
    for at, (verb, facts) in enumerate(ASKED):
        live(
            world,
            [
                place(f"{MARK}O{number}.{at}", verb, _now(number, at), accountId=f"{MARK}A{number}", **facts)
                for number in range(HOMES)
            ],
        )
    return world


def _owned(account: str, id: str) -> tuple[str, dict[str, Any]]:
    facts = {"kind": "product", "specificationId": "mobile-4g", "state": "active", "location": "SITE-1"}
    return "instance.load", {"instanceId": id, "accountId": account, **facts}


def _now(number: int, at: int) -> str:
    return f"{MARK}N{number}" if at < 4 else f"{MARK}O{number}.3~1"


def kept(reader: Reader, store: Store, copies: int) -> Store:
    """The log and the rows of the reader, those with the mark as often as is said."""
    log = reader.store.log(0, EVENTS)
    rows = [
        Row(*key, member) for key, members in reader.store.memory.rows.items() for member in sorted(members)
    ]
    for number in range(copies):
        store.commit(Commit(events=list(_renamed(log, number)), put_rows=list(_renamed_rows(rows, number))))
    begun = [event for event in store.log(0, 10 * EVENTS) if event.version == 1]
    pages = [
        Document(*split(event.stream), read_meta(event.state).account or "", b"")
        for event in begun
        if split(event.stream)[0] in reader.service.shown
    ]
    store.put_documents("pages", store.head(), pages)
    return store


def _renamed(log: list[StoredEvent], number: int) -> Iterator[NewEvent]:
    old, new = MARK, f"Qq{number}"
    for _, stream, version, name, state in log:
        if number == 0 or old in stream:
            renamed = state.replace(old.encode(), new.encode())
            yield NewEvent(stream.replace(old, new), version, name, renamed)


def _renamed_rows(rows: list[Row], number: int) -> Iterator[Row]:
    for row in rows:
        if number == 0 or MARK in row.member:
            yield Row(*(part.replace(MARK, f"Qq{number}") for part in row))


def replayed(world: World, open_: Callable[[str], Store]) -> list[Replayed]:
    marked = sum(MARK in event.stream for one in world.readers.values() for event in one.store.log(0, EVENTS))
    copies = -(-EVENTS // marked)
    with ExitStack() as opened:
        sources = {
            name: source(reader.service, opened.enter_context(closing(kept(reader, open_(name), copies))))
            for name, reader in world.readers.items()
        }
        return [replay(sources) for _ in range(3)]


@pytest.mark.postgres
def test_a_hundred_thousand_events_give_one_digest_three_times_on_both(
    postgres_database: str, tmp_path: Path
) -> None:
    world = played()
    on_sqlite = replayed(world, files(tmp_path))
    on_postgres = replayed(world, lambda name: open_postgres(postgres_database, name))
    every = (*on_sqlite, *on_postgres)
    assert min(one.events for one in every) >= EVENTS
    assert len({one.digest for one in every}) == 1
    assert [one.differences for one in every] == [[]] * 6
