"""Everything made again from the logs is what is there, gives the same digest, and an alteration is seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from services.audit import replay as replaying
from services.audit.replay import Replayed, replay
from services.audit.replay_canonical import canonical
from services.audit.replay_made import Rebuilt
from services.audit.source import Sources, source
from services.chassis.memory import MemoryStore
from services.chassis.ports import Commit, Document, Row, StoredEvent
from tests.history import files, keep, live, lived
from tests.scenarios import SCENARIOS, Scenario, place
from tests.world import World

CHANGE = (place("O1", "change", "NET", characteristics={"speed": 200}),)


def read(world: World) -> Sources:
    """The world with its index of pages made."""
    stores = keep(world, lambda _: MemoryStore())
    return {name: source(world.readers[name].service, store) for name, store in stores.items()}


@pytest.fixture(scope="module")
def world() -> World:
    return lived(CHANGE)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_is_there_is_what_the_logs_make(scenario: Scenario) -> None:
    replayed = replay(read(lived(*scenario.stages)))
    assert replayed.differences == []
    assert replayed.rows > 0
    assert replayed.pages > 0


@pytest.mark.parametrize("seed", range(3))
def test_rows_follow_from_the_log_in_whatever_order_messages_came(seed: int) -> None:
    scenario = SCENARIOS[seed * 7 % len(SCENARIOS)]
    assert replay(read(lived(*scenario.stages, seed=seed))).differences == []


def test_the_digest_is_the_same_however_often_and_in_how_many_passes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = replay(read(world)), replay(read(world))
    monkeypatch.setattr(replaying, "PASS", 30)
    in_passes = replay(read(world))
    assert in_passes.differences == []
    assert {first.digest, again.digest, in_passes.digest} == {first.digest}
    assert (first.events, first.streams) == (in_passes.events, in_passes.streams)
    assert sum(first.heads.values()) == first.events


def test_the_digest_is_the_same_in_files_and_in_another_process(world: World, tmp_path: Path) -> None:
    with ExitStack() as opened:
        for store in keep(world, files(tmp_path)).values():
            opened.enter_context(closing(store))
    program = (
        "from pathlib import Path; from contextlib import closing; from tests.history import files;"
        "from services.cli.auditing import sources; from services.audit.replay import replay;"
        "names = ('order', 'inventory', 'fulfillment');"
        f"stores = {{name: files(Path({str(tmp_path)!r}))(name) for name in names}};"
        "print(replay(sources(stores)).digest); [store.close() for store in stores.values()]"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == replay(read(world)).digest


def test_another_log_has_another_digest(world: World) -> None:
    assert replay(read(world)).digest != replay(read(lived())).digest


def test_what_happens_meanwhile_is_no_difference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head is fixed first; then the system goes on before anything is compared."""
    going = world.forked(None)
    reading = {name: source(one.service, one.store) for name, one in going.readers.items()}
    for name, store in keep(world, lambda _: MemoryStore()).items():
        memory = going.readers[name].store.memory
        memory.documents["pages"] = store.memory.documents["pages"]  # type: ignore[attr-defined]
        memory.document_positions["pages"] = store.head()
    still = replay(read(world))
    fold, gone_on = replaying._Replay._compared, list[bool]()

    def on(self: replaying._Replay, made: dict[str, Rebuilt]) -> None:
        if not gone_on:
            gone_on.append(True)
            live(going, (place("O2", "disconnect", "NET", cascade=True),))
        fold(self, made)

    monkeypatch.setattr(replaying._Replay, "_compared", on)
    replayed = replay(reading)
    assert gone_on
    assert replayed.differences == []
    assert replayed.digest == still.digest


OF_THE_CHASSIS = {"refused", "parked", "blocked", "queue", "retry", "clock", "rebuild"}
"""Rows that say what a person asked for, or what waits: they do not follow from the folds."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_lookup_row_of_a_service_is_made_again_and_compared(scenario: Scenario) -> None:
    for reader in lived(*scenario.stages).readers.values():
        kinds = {kind for kind, _ in reader.store.memory.rows} - OF_THE_CHASSIS
        assert kinds <= reader.service.lookups.kinds


def test_rates_are_told(world: World) -> None:
    told = replay(read(world)).as_json()
    assert told["decodedPerSecond"] > told["foldedPerSecond"] > 0


# -------------------------------------------------------------------------------- what was altered


class Altered(NamedTuple):
    name: str
    change: Callable[[MemoryStore], object]
    what: str
    how: str


def _without(store: MemoryStore) -> None:
    gone = next(event for event in store.memory.log if event.stream == "instance-NET" and event.version == 2)
    store.memory.log.remove(gone)
    _numbered(store)


def _swapped(store: MemoryStore) -> None:
    log = store.memory.log
    first, second = (
        at for at, event in enumerate(log) if event.stream == "instance-NET" and event.version < 3
    )
    log[first], log[second] = log[second], log[first]
    _numbered(store)


def _numbered(store: MemoryStore) -> None:
    store.memory.log[:] = [event._replace(sequence=at) for at, event in enumerate(store.memory.log, 1)]


def _byte(store: MemoryStore) -> None:
    log = store.memory.log
    at = next(at for at, event in enumerate(log) if event.stream == "instance-NET")
    log[at] = log[at]._replace(state=log[at].state.replace(b"}", b"]"))


def _page(store: MemoryStore) -> None:
    """What is loaded by its stream is another event than the one that the log has."""
    events = store.memory.streams["instance-VOICE"]
    events[0] = events[0]._replace(state=events[0].state.replace(b'"SITE-1"', b'"SITE-6"'))


ALTERED = (
    Altered("a page", _page, "page", "not what the log makes of it"),
    Altered("an event that is gone", _without, "stream", "version 3 stands where 2 belongs"),
    Altered("two that changed places", _swapped, "stream", "version 2 stands where 1 belongs"),
    Altered("an event that cannot be read", _byte, "stream", "cannot be read"),
    Altered(
        "a stream of nobody",
        lambda store: store.memory.log.append(
            StoredEvent(len(store.memory.log) + 1, "x-1", 1, "x", b"{}\n{}")
        ),
        "stream",
        "no category 'x'",
    ),
    Altered(
        "a row too many",
        lambda store: store.commit(Commit(put_rows=[Row("tree", "HOME", "THEIRS")])),
        "row",
        "nothing in the log makes it",
    ),
    Altered(
        "a row that is gone",
        lambda store: store.commit(Commit(drop_rows=[Row("tree", "HOME", "NET")])),
        "row",
        "is missing",
    ),
    Altered(
        "an entry of the index that is gone",
        lambda store: store.memory.documents["pages"].pop(("instance", "NET")),
        "index",
        "not listed",
    ),
    Altered(
        "an entry of somebody else",
        lambda store: store.put_documents(
            "pages", store.head(), [Document("instance", "THEIRS", "ACME", b"")]
        ),
        "index",
        "does not have it",
    ),
)


@pytest.mark.parametrize("altered", ALTERED, ids=lambda altered: altered.name)
def test_what_was_altered_is_a_difference(world: World, altered: Altered) -> None:
    reading = read(world)
    store = reading["inventory"].store
    assert isinstance(store, MemoryStore)
    altered.change(store)
    found = replay(reading)
    assert [(one.service, one.what) for one in found.differences][:1] == [("inventory", altered.what)]
    assert any(altered.how in one.how for one in found.differences)


def test_an_index_that_is_behind_is_no_difference(world: World) -> None:
    reading = read(world)
    reading["inventory"].store.drop_documents("pages")
    replayed: Replayed = replay(reading)
    assert replayed.differences == []
    assert replayed.behind > 0


# --------------------------------------------------------------------------------------- canonical


@dataclass(frozen=True)
class Thing:
    b: int
    a: frozenset[str] = field(default_factory=frozenset)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_a_value_is_the_json_it_is(value: object) -> None:
    assert from_json(canonical(value)) == value


@given(st.sets(st.text()), st.randoms())
def test_no_order_that_means_nothing_is_seen(members: set[str], random: object) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert canonical(set(shuffled)) == canonical(frozenset(members))
    assert canonical(dict.fromkeys(shuffled, 1)) == canonical(dict.fromkeys(members, 1))


def test_an_object_says_its_class_and_its_fields_in_order() -> None:
    assert canonical(Thing(1, frozenset("ba"))) == b'{"":"Thing","a":["a","b"],"b":1}'
    at = datetime(2026, 1, 5, tzinfo=UTC)
    assert canonical((at, timedelta(seconds=1))) == b'["2026-01-05T00:00:00+00:00",1000000]'


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be written down"):
        canonical(object())
