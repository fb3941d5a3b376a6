"""What every store promises, shown on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal

import psycopg
import pytest
from eventsourcing.sqlite import SQLiteDatastore, SQLiteProcessRecorder
from psycopg.sql import SQL, Identifier

from services.chassis.memory import Memory, MemoryStore
from services.chassis.ports import (
    Answer,
    Commit,
    Conflict,
    Document,
    Fence,
    Fenced,
    NewEvent,
    RelayPlace,
    Row,
    Store,
    StoredEvent,
    Timer,
    Unavailable,
)
from services.chassis.store import open_postgres, open_sqlite
from tests.audited import unindexed
from tests.cut import Cutter
from tests.postgres import PostgresSchema

Opener = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same store once more, as another process would."""
    opened: list[Store] = []

    def remembered() -> Store:
        opened.append(opener())
        return opened[-1]

    opener = _opener(request, tmp_path)
    yield remembered
    for store in opened:
        store.close()


def _opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    match request.param:
        case "memory":
            memory = Memory()
            return lambda: MemoryStore(memory)
        case "sqlite":
            return lambda: open_sqlite(tmp_path / "order.db")
        case _:
            dsn, schema = request.getfixturevalue("postgres_schema")
            return lambda: open_postgres(dsn, schema)


@pytest.fixture
def store(reopen: Opener) -> Store:
    return reopen()


def event(stream: str, version: int, state: bytes = b"{}") -> NewEvent:
    return NewEvent(stream, version, "order.created", state)


def full_commit() -> Commit:
    return Commit(
        events=[event("order-1", 1)],
        places={"crm.orders/0/a": 7},
        answers=[Answer("/crm", "c-1", b"digest")],
        put_rows=[Row("child", "i-1", "i-2")],
        put_timers=[Timer("t-1", 0, 100, b"run")],
    )


def assert_untouched(store: Store) -> None:
    assert store.log(0, 10) == []
    assert store.places() == {}
    assert store.answers([("/crm", "c-1")]) == {}
    assert store.rows([("child", "i-1")]) == {}
    assert store.timers() == 0


# ------------------------------------------------------------------------------------------ commits


def test_a_commit_keeps_everything_it_holds(store: Store) -> None:
    store.commit(full_commit())
    assert [(e.stream, e.version, e.name, e.state) for e in store.log(0, 10)] == [
        ("order-1", 1, "order.created", b"{}")
    ]
    assert store.places() == {"crm.orders/0/a": 7}
    assert store.answers([("/crm", "c-1"), ("/crm", "c-2")]) == {("/crm", "c-1"): b"digest"}
    assert store.rows([("child", "i-1")]) == {("child", "i-1"): ["i-2"]}
    assert store.due([0], 100, 10) == [Timer("t-1", 0, 100, b"run")]


def test_a_commit_tells_the_head_before_it_and_its_own_sequences(store: Store) -> None:
    first = store.commit(Commit(events=[event("a", 1), event("b", 1)]))
    second = store.commit(Commit(events=[event("b", 2), event("a", 2)]))
    assert first.before == 0
    assert second.before == first.sequences[-1] == 2
    assert [(e.sequence, e.stream) for e in store.log(0, 10)] == [
        *zip(first.sequences, "ab", strict=True),
        *zip(second.sequences, "ba", strict=True),
    ]


def test_an_empty_commit_does_nothing(store: Store) -> None:
    done = store.commit(Commit())
    assert (done.before, list(done.sequences)) == (0, [])
    assert_untouched(store)


def test_places_may_move_without_events(store: Store) -> None:
    store.commit(Commit(events=[event("a", 1)]))
    done = store.commit(Commit(places={"a/0/x": 1, "a/1/x": 4}))
    assert (done.before, list(done.sequences)) == (1, [])
    store.commit(Commit(places={"a/0/x": 2}))
    assert store.places() == {"a/0/x": 2, "a/1/x": 4}


def test_a_version_that_is_taken_is_a_conflict_and_nothing_is_kept(store: Store) -> None:
    commit = full_commit()
    commit.events.append(event("order-1", 1))
    with pytest.raises(Conflict):
        store.commit(commit)
    assert_untouched(store)


def test_a_version_taken_by_another_store_is_a_conflict(store: Store, reopen: Opener) -> None:
    reopen().commit(Commit(events=[event("order-1", 1)]))
    with pytest.raises(Conflict):
        store.commit(Commit(events=[event("order-2", 1), event("order-1", 1)]))
    assert [e.stream for e in store.log(0, 10)] == ["order-1"]


def test_a_command_answered_before_is_a_conflict_and_nothing_is_kept(store: Store) -> None:
    commit = full_commit()
    commit.answers.append(Answer("/crm", "c-1", b"other"))
    with pytest.raises(Conflict):
        store.commit(commit)
    assert_untouched(store)
    store.commit(Commit(answers=[Answer("/crm", "c-1", b"digest")]))
    with pytest.raises(Conflict):
        store.commit(Commit(answers=[Answer("/crm", "c-1", b"digest")]))


@pytest.mark.parametrize("place", [6, 7])
def test_a_place_moves_only_up(store: Store, place: int) -> None:
    store.commit(Commit(places={"a/0/x": 7}))
    with pytest.raises(Conflict):
        store.commit(Commit(places={"b/0/x": 1, "a/0/x": place}, events=[event("order-1", 1)]))
    assert store.places() == {"a/0/x": 7}
    assert store.log(0, 10) == []


def test_the_same_commit_twice_is_done_once(store: Store) -> None:
    store.commit(full_commit())
    with pytest.raises(Conflict):
        store.commit(full_commit())
    assert len(store.log(0, 10)) == 1


def test_bytes_and_texts_of_any_kind_come_back_as_they_were(store: Store) -> None:
    state = bytes(range(256)) * 300
    store.commit(
        Commit(events=[NewEvent("order-\u00e9\u4e2d\U0001f600 \"';", 1, "x", state), event("b", 1, b"")])
    )
    assert [(e.stream, e.state) for e in store.log(0, 2)] == [
        ("order-\u00e9\u4e2d\U0001f600 \"';", state),
        ("b", b""),
    ]
    found = store.load({"order-\u00e9\u4e2d\U0001f600 \"';": 0})
    assert [e.state for events in found.values() for e in events] == [state]


# ------------------------------------------------------------------------------------------- fences


def test_claiming_raises_the_epoch_of_each_partition(store: Store, reopen: Opener) -> None:
    assert store.claim([0, 2]) == {0: 1, 2: 1}
    assert reopen().claim([2, 3]) == {2: 2, 3: 1}
    assert store.claim([]) == {}


def test_an_old_epoch_cannot_commit_anything(store: Store, reopen: Opener) -> None:
    old = store.claim([0, 1])
    reopen().claim([1])
    commit = full_commit()
    commit.fences = [Fence(number, epoch) for number, epoch in old.items()]
    with pytest.raises(Fenced):
        store.commit(commit)
    assert_untouched(store)
    commit.fences = [Fence(0, 1), Fence(1, 2)]
    store.commit(commit)


def test_a_fence_that_was_never_claimed_cannot_commit(store: Store) -> None:
    with pytest.raises(Fenced):
        store.commit(Commit(fences=[Fence(5, 1)], places={"a/5/x": 1}))


# ---------------------------------------------------------------------------------------- the log


def test_many_streams_load_in_one_call_each_in_order(store: Store) -> None:
    streams = [f"order-{number}" for number in range(300)]
    for version in (1, 2):
        store.commit(Commit(events=[event(stream, version) for stream in streams]))
    found = store.load(dict.fromkeys([*streams, "order-unknown"], 0))
    assert found.pop("order-unknown") == []
    assert found.keys() == set(streams)
    assert all([e.version for e in events] == [1, 2] for events in found.values())


def test_loading_begins_above_the_version_given(store: Store) -> None:
    store.commit(Commit(events=[event("a", 1), event("a", 2), event("a", 3), event("b", 1)]))
    found = store.load({"a": 2, "b": 1})
    assert found == {"a": [StoredEvent(3, "a", 3, "order.created", b"{}")], "b": []}
    assert store.load({}) == {}


def test_the_log_is_read_in_pages(store: Store) -> None:
    assert store.head() == 0
    store.commit(Commit(events=[event("a", version) for version in range(1, 8)]))
    pages = [[e.version for e in store.log(after, 3)] for after in (0, 3, 6, 7)]
    assert pages == [[1, 2, 3], [4, 5, 6], [7], []]
    assert store.head() == 7


def test_the_log_is_read_as_it_lies_from_any_sequence_on(store: Store) -> None:
    store.commit(Commit(events=[event("a", 1), event("b", 1), event("a", 2)]))
    rows = [(1, "a", 1), (2, "b", 1), (3, "a", 2)]
    every = [(*row, "order.created", b"{}") for row in rows]
    assert store.raw_log(-(1 << 63), 10) == every
    assert store.raw_log(1, 2) == every[:2]
    assert store.raw_log(3, 10) == every[2:]
    assert store.raw_log(4, 10) == []


def test_a_store_that_nobody_touched_is_not_damaged(store: Store) -> None:
    store.commit(Commit(events=[event("a", 1)]))
    assert store.damage() == []


def test_an_index_that_does_not_know_an_event_is_damage(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "order.db")
    store.commit(Commit(events=[event("a", 1)]))
    with unindexed(tmp_path / "order.db") as connection:
        connection.execute("INSERT INTO stored_events VALUES ('b', 1, 'order.created', x'')")
    assert store.load({"b": 0}) == {"b": []}
    assert [one.stream for one in store.log(0, 10)] == ["a", "b"]
    assert store.damage()[0] == "row 2 missing from index sqlite_autoindex_stored_events_1"
    store.close()


def test_a_text_that_is_none_any_more_is_read_all_the_same(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "order.db")
    store.commit(Commit(events=[event("a", 1)]))
    with sqlite3.connect(tmp_path / "order.db") as connection:
        connection.execute("UPDATE stored_events SET topic = CAST(x'ff6f' AS TEXT), state = 'text'")
    connection.close()
    assert store.raw_log(1, 10) == [(1, "a", 1, "\udcffo", "text")]
    assert store.head() == 1
    store.close()


def test_the_first_event_of_each_stream_is_found_and_how_far_the_log_was_looked_through(store: Store) -> None:
    store.commit(Commit(events=[event("a", 1), event("b", 1), event("a", 2), event("c", 1), event("c", 2)]))
    assert _begun(store, 0, 10) == (["a", "b", "c"], 5)
    assert _begun(store, 0, 2) == (["a", "b"], 2)
    assert _begun(store, 2, 2) == (["c"], 5)
    assert _begun(store, 4, 2) == ([], 5)
    assert _begun(store, 5, 2) == ([], 5)


def _begun(store: Store, after: int, limit: int) -> tuple[list[str], int]:
    found, position = store.begun(after, limit)
    assert all(one.version == 1 for one in found)
    return [one.stream for one in found], position


def test_a_reader_behind_two_writers_misses_nothing(reopen: Opener) -> None:
    done = Signal()
    with ThreadPoolExecutor(3) as threads:
        tail = threads.submit(_follow, reopen(), done)
        writers = [threads.submit(_write, reopen(), name) for name in "ab"]
        sequences = sorted(sequence for writer in writers for sequence in writer.result())
        done.set()
        seen = tail.result()
    assert seen == sequences
    assert len(seen) == 2 * 40 * 5


def _write(store: Store, name: str) -> list[int]:
    written: list[int] = []
    for batch in range(40):
        events = [event(f"{name}-{batch}", version) for version in range(1, 6)]
        committed = store.commit(Commit(events=events))
        assert committed.before < committed.sequences[0]
        written += committed.sequences
    return written


def _follow(store: Store, done: Signal) -> list[int]:
    seen: list[int] = [0]
    while True:
        last_round = done.is_set()
        page = store.log(seen[-1], 7)
        seen += [e.sequence for e in page]
        if last_round and not page:
            return seen[1:]


# ---------------------------------------------------------------------------------- rows and timers


def test_rows_are_found_by_kind_and_key_sorted(store: Store) -> None:
    store.commit(Commit(put_rows=[Row("child", "a", m) for m in ("z", "B", "y")] + [Row("plan", "a", "p")]))
    store.commit(Commit(put_rows=[Row("child", "b", "x"), Row("child", "a", "y")]))
    assert store.rows([("child", "a"), ("plan", "a"), ("child", "none")]) == {
        ("child", "a"): ["B", "y", "z"],
        ("plan", "a"): ["p"],
    }
    assert store.rows([]) == {}
    assert store.rows_of("child") == [Row("child", "a", m) for m in "Byz"] + [Row("child", "b", "x")]


def test_a_commit_drops_rows_before_it_puts_them(store: Store) -> None:
    row, other = Row("child", "a", "x"), Row("child", "a", "y")
    store.commit(Commit(put_rows=[row, other]))
    store.commit(Commit(put_rows=[row], drop_rows=[row, other, Row("child", "never", "there")]))
    assert store.rows_of("child") == [row]


def test_due_timers_of_the_partitions_come_earliest_first(store: Store) -> None:
    timers = [
        Timer("late", 0, 30, b""),
        Timer("b", 1, 10, b""),
        Timer("a", 1, 10, b""),
        Timer("c", 2, 5, b""),
    ]
    store.commit(Commit(put_timers=timers))
    assert [t.timer for t in store.due([0, 1], 30, 10)] == ["a", "b", "late"]
    assert [t.timer for t in store.due([0, 1], 29, 1)] == ["a"]
    assert store.due([], 30, 10) == []
    assert store.timers() == 4


def test_a_timer_is_set_again_under_its_name_and_dropped(store: Store) -> None:
    store.commit(
        Commit(put_timers=[Timer("t", 0, 10, b"old"), Timer("t", 0, 20, b"new"), Timer("u", 0, 1, b"")])
    )
    assert store.due([0], 50, 10) == [Timer("u", 0, 1, b""), Timer("t", 0, 20, b"new")]
    store.commit(Commit(drop_timers=["t", "u", "unknown"], put_timers=[Timer("u", 1, 2, b"again")]))
    assert store.due([0, 1], 50, 10) == [Timer("u", 1, 2, b"again")]


# ------------------------------------------------------------------------------- relay and settings


def test_the_relay_finds_its_position_and_places_again(store: Store, reopen: Opener) -> None:
    assert store.relay_position() == 0
    place = RelayPlace("order.events", 3, 41, 900, "m-1")
    store.save_relay(900, [place, RelayPlace("order.events", 4, 1, 2, "m-0")])
    store.save_relay(901, [place._replace(offset=42)])
    again = reopen()
    assert again.relay_position() == 901
    assert again.relay_places()["order.events", 3] == place._replace(offset=42)
    assert len(again.relay_places()) == 2
    again.save_relay(0, [])
    assert store.relay_position() == 0


def test_a_setting_belongs_to_its_first_writer(store: Store, reopen: Opener) -> None:
    assert store.setting("partitions") is None
    assert store.setting("partitions", "12") == "12"
    assert reopen().setting("partitions", "6") == "12"
    assert store.setting("partitions") == "12"


def test_one_store_leads_until_it_is_closed(store: Store, reopen: Opener) -> None:
    other = reopen()
    assert [store.lead("relay"), other.lead("relay"), store.lead("relay")] == [True, False, True]
    assert other.lead("views")
    store.close()
    assert eventually(lambda: other.lead("relay"))


def test_a_store_opened_again_is_the_same_store(store: Store, reopen: Opener) -> None:
    store.commit(full_commit())
    store.put_documents("orders", 1, [Document("order", "1", "A", b"page")])
    log_id, log = store.log_id, store.log(0, 10)
    store.close()
    again = reopen()
    assert (again.log_id, again.log(0, 10)) == (log_id, log)
    assert again.places() == {"crm.orders/0/a": 7}
    assert again.document("order", "1") == Document("order", "1", "A", b"page")


# ---------------------------------------------------------------------------------------- documents


def test_documents_are_replaced_with_the_position_of_their_view(store: Store) -> None:
    assert store.documents_position("orders") == 0
    store.put_documents("orders", 5, [Document("order", "2", "A", b"x"), Document("order", "1", "A", b"old")])
    store.put_documents("orders", 9, [Document("order", "1", "A", b"new"), Document("order", "3", "B", b"")])
    assert store.documents_position("orders") == 9
    assert store.document("order", "1") == Document("order", "1", "A", b"new")
    assert [page.id for page in store.documents("order", "A")] == ["1", "2"]
    assert store.document("order", "none") is None


def test_a_dropped_view_leaves_the_others(store: Store) -> None:
    store.put_documents("orders", 5, [Document("order", "1", "A", b"")])
    store.put_documents("plans", 6, [Document("plan", "1", "A", b"")])
    store.drop_documents("orders")
    assert (store.document("order", "1"), store.documents_position("orders")) == (None, 0)
    assert store.document("plan", "1") is not None
    assert store.documents_position("plans") == 6


# ------------------------------------------------------------------------------------------ opening


def test_stores_opened_together_make_one_set_of_tables(reopen: Opener) -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: reopen(), range(4)))
    assert len({store.log_id for store in stores}) == 1
    stores[0].commit(Commit(events=[event("a", 1)]))
    assert stores[3].head() == 1


def test_the_setting_that_loses_events_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(ValueError, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        open_sqlite(tmp_path / "order.db")
    with pytest.raises(ValueError, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        open_postgres("", "order")


def test_the_library_reads_what_sqlite_keeps(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "order.db")
    store.commit(Commit(events=[event("a", 1), event("a", 2)], places={"crm.orders/0/a": 7}))
    datastore = SQLiteDatastore(str(tmp_path / "order.db"), originator_id_type="text")
    library = SQLiteProcessRecorder(datastore)
    library.create_table()
    assert [e.originator_version for e in library.select_events("a")] == [1, 2]
    assert [n.id for n in library.select_notifications(start=1, limit=10)] == [1, 2]
    assert library.max_tracking_id("crm.orders/0/a") == 7
    datastore.close()
    store.close()


def test_sqlite_that_is_locked_for_long_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.sqlite.BUSY_MS", 50)
    store = open_sqlite(tmp_path / "order.db")
    other = sqlite3.connect(tmp_path / "order.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        store.commit(Commit(events=[event("a", 1)]))
    assert store.head() == 0
    other.close()
    store.commit(Commit(events=[event("a", 1)]))
    store.close()


# --------------------------------------------------------------------------------- lost connections


@pytest.fixture
def cutter(postgres_schema: PostgresSchema) -> Iterator[Cutter]:
    with Cutter(postgres_schema.dsn) as cutter:
        yield cutter


@pytest.mark.postgres
def test_a_killed_connection_is_unavailable_once_and_then_comes_back(postgres_schema: PostgresSchema) -> None:
    dsn, schema = postgres_schema
    store = open_postgres(dsn, schema)
    store.commit(Commit(events=[event("a", 1)]))
    _kill_others(dsn)
    with pytest.raises(Unavailable):
        store.commit(Commit(events=[event("a", 2)]))
    store.commit(Commit(events=[event("a", 2)]))
    assert store.head() >= 2
    store.close()


@pytest.mark.postgres
def test_a_file_that_is_closed_leads_no_more_and_keeps_no_lock(tmp_path: Path) -> None:
    first = open_sqlite(tmp_path / "order.db")
    first.close()
    assert not first.lead("relay")
    second = open_sqlite(tmp_path / "order.db")
    assert second.lead("relay")
    second.close()


def test_a_lost_connection_is_a_lost_lead(postgres_schema: PostgresSchema) -> None:
    dsn, schema = postgres_schema
    store, other = open_postgres(dsn, schema), open_postgres(dsn, schema)
    assert store.lead("relay")
    _kill_others(dsn)
    assert eventually(lambda: other.lead("relay"))
    with pytest.raises(Unavailable):
        store.lead("relay")
    assert not store.lead("relay")
    store.close()
    other.close()


@pytest.mark.postgres
def test_a_commit_whose_answer_is_lost_is_not_done_twice(
    cutter: Cutter, postgres_schema: PostgresSchema
) -> None:
    store = open_postgres(cutter.dsn, postgres_schema.schema)
    store.commit(Commit())  # prepares the statement, so that one message is the whole commit
    cutter.swallow_answers()
    with pytest.raises(Unavailable):
        store.commit(full_commit())
    cutter.pass_on()
    assert eventually(lambda: store.head() == 1)
    with pytest.raises(Conflict):
        store.commit(full_commit())
    assert len(store.log(0, 10)) == 1
    store.close()


@pytest.mark.postgres
def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_postgres(f"postgresql://nobody@/none?host={tmp_path}", "order")


@pytest.mark.postgres
def test_a_claim_waits_for_the_commit_under_way(postgres_schema: PostgresSchema) -> None:
    dsn, schema = postgres_schema
    store, other = open_postgres(dsn, schema), open_postgres(dsn, schema)
    store.claim([0])
    with psycopg.connect(dsn) as holder, ThreadPoolExecutor(2) as threads:
        log = Identifier(schema, "stored_events")
        holder.execute(SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(log))
        commit = threads.submit(store.commit, Commit(fences=[Fence(0, 1)], events=[event("a", 1)]))
        assert eventually(lambda: _waiting(dsn) == 1)
        claim = threads.submit(other.claim, [0])
        assert eventually(lambda: _waiting(dsn) == 2)
        holder.rollback()
        assert (commit.result().before, claim.result()) == (0, {0: 2})
    store.close()
    other.close()


@pytest.mark.postgres
def test_no_later_commit_shows_while_an_earlier_one_is_under_way(postgres_schema: PostgresSchema) -> None:
    dsn, schema = postgres_schema
    store, other = open_postgres(dsn, schema), open_postgres(dsn, schema)
    row = Row("child", "a", "x")
    with psycopg.connect(dsn) as holder, ThreadPoolExecutor(2) as threads:
        holder.execute(SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(Identifier(schema, "lookup")), row)
        earlier = threads.submit(store.commit, Commit(events=[event("a", 1)], put_rows=[row]))
        assert eventually(lambda: _waiting(dsn) == 1)
        later = threads.submit(other.commit, Commit(events=[event("b", 1)]))
        assert eventually(lambda: later.done() or _waiting(dsn) == 2)
        seen_early = store.log(0, 10)
        holder.rollback()
        assert earlier.result().sequences[-1] == later.result().before
    assert seen_early == []
    assert [e.stream for e in store.log(0, 10)] == ["a", "b"]
    store.close()
    other.close()


def _kill_others(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aftersale'"
        )


def _waiting(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        return int(row[0]) if row else 0


def eventually(holds: Callable[[], bool]) -> bool:
    return any(_tried(holds) for _ in range(500))


def _tried(holds: Callable[[], bool]) -> bool:
    return holds() or bool(Signal().wait(0.01))
