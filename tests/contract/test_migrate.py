"""That a store and its keys are the same in PostgreSQL as they were in their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.keys import open_postgres_keys, open_sqlite_keys
from services.chassis.migrate import copy_keys, copy_store
from services.chassis.ports import Answer, Commit, Conflict, NewEvent, RelayPlace, Row, Store, Timer
from services.chassis.store import open_postgres, open_sqlite
from tests.postgres import PostgresSchema

pytestmark = pytest.mark.postgres


def filled(path: Path) -> Store:
    store = open_sqlite(path)
    store.claim([0, 1])
    store.setting("partitions", "12")
    for number in range(3):
        store.commit(
            Commit(
                events=[NewEvent(f"order-{number}", version, "order.created", b"\0x") for version in (1, 2)],
                places={f"crm.orders/{number}/log": 7},
                answers=[Answer("/crm", f"c-{number}", b"digest")],
                put_rows=[Row("child", "a", str(number))],
                put_timers=[Timer(f"t-{number}", 0, number, b"run")],
            )
        )
    store.save_relay(6, [RelayPlace("order.events", 0, 5, 6, "m")])
    return store


def held(store: Store) -> list[object]:
    commands = [("/crm", f"c-{number}") for number in range(3)]
    return [
        store.log_id,
        store.log(0, 100),
        store.places(),
        store.answers(commands),
        store.rows_of("child"),
        store.due([0], 100, 100),
        store.setting("partitions"),
        store.load({"order-1": 0}),
    ]


def test_a_copied_store_holds_the_same_and_goes_on(tmp_path: Path, postgres_schema: PostgresSchema) -> None:
    store = filled(tmp_path / "order.db")
    copied: list[int] = []
    assert copy_store(tmp_path / "order.db", *postgres_schema, copied.append) == 6
    target = open_postgres(*postgres_schema)
    assert held(target) == held(store)
    assert sum(copied) == 6 + 3 + 3 + 2 + 3 + 3 + 2
    assert (target.relay_position(), target.relay_places()) == (0, {})
    assert target.claim([1]) == {1: 2}
    done = target.commit(Commit(events=[NewEvent("order-1", 3, "order.approved", b"")]))
    assert (done.before, list(done.sequences)) == (6, [7])
    store.close()
    target.close()


def test_an_empty_store_begins_at_one(tmp_path: Path, postgres_schema: PostgresSchema) -> None:
    open_sqlite(tmp_path / "order.db").close()
    assert copy_store(tmp_path / "order.db", *postgres_schema, lambda _: None) == 0
    target = open_postgres(*postgres_schema)
    assert list(target.commit(Commit(events=[NewEvent("a", 1, "x", b"")])).sequences) == [1]
    target.close()


def test_a_store_is_not_copied_over_another(tmp_path: Path, postgres_schema: PostgresSchema) -> None:
    filled(tmp_path / "order.db").close()
    copy_store(tmp_path / "order.db", *postgres_schema, lambda _: None)
    with pytest.raises(ValueError, match="already holds a store"):
        copy_store(tmp_path / "order.db", *postgres_schema, lambda _: None)


def test_copied_keys_are_the_same_and_forgotten_ones_stay_so(
    tmp_path: Path, postgres_schema: PostgresSchema
) -> None:
    keys = open_sqlite_keys(tmp_path / "keys.db")
    kept = keys.get(["A", "B"])
    keys.forget("A")
    copy_keys(tmp_path / "keys.db", *postgres_schema, lambda _: None)
    target = open_postgres_keys(*postgres_schema)
    assert target.get(["A", "B"]) == {"B": kept["B"]}
    with pytest.raises(Conflict):
        copy_keys(tmp_path / "keys.db", *postgres_schema, lambda _: None)
    keys.close()
    target.close()
