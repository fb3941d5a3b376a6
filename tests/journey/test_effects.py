"""The journeys' own eyes: each thing that must not happen is seen when it is made to happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.ports import Commit, NewEvent, Record, StoredEvent
from services.chassis.settings import Settings
from tests.journey.effects import EVERYTHING, ambiguous, effects_of, missing_and_more, twice
from tests.journey.scenes import Page, renamed, wrongs
from tests.journey.system import PARTITIONS, running
from tests.journey.worlds import forked, play
from tests.scenarios import SCENARIOS
from tests.scenarios_worked import WORKED
from tests.world import World

CHANGE = SCENARIOS[0]


@pytest.fixture
def world() -> World:
    return play(forked(None), CHANGE.stages)


def again(world: World, service: str, name: str) -> StoredEvent:
    """Appends the first event of this name once more, as if it had taken effect twice."""
    store = world.readers[service].store
    first = next(stored for stored in store.log(0, EVERYTHING) if stored.name == name)
    last = max(stored.version for stored in store.log(0, EVERYTHING) if stored.stream == first.stream)
    store.commit(Commit(events=[NewEvent(first.stream, last + 1, first.name, first.state)]))
    return first


def test_nothing_is_seen_where_nothing_is_wrong(world: World) -> None:
    assert [wrong for name, one in world.readers.items() for wrong in twice(name, one.store)] == []
    pages = world.pages()
    assert wrongs(CHANGE, lambda kind, id: pages.get((kind, id)) or {"state": "active", "reasons": []}) == []


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("inventory", "instance.reserved.v1"),
        ("inventory", "instance.flipped.v1"),
        ("inventory", "instance.landed.v1"),
        ("fulfillment", "task.released.v1"),
        ("fulfillment", "task.closed.v1"),
        ("order", "order.completed.v1"),
    ],
)
def test_what_takes_effect_twice_is_seen(world: World, service: str, name: str) -> None:
    store = world.readers[service].store
    wanted = effects_of(store.log(0, EVERYTHING))
    event = again(world, service, name)
    assert len(twice(service, store)) == 1
    assert missing_and_more(wanted, store.log(0, EVERYTHING))[0].startswith(event.stream)


def test_a_version_that_is_left_out_is_seen(world: World) -> None:
    store = world.readers["order"].store
    store.commit(Commit(events=[NewEvent("order-O1", 99, "order.started.v1", _state(world))]))
    assert twice("order", store) == ["order-O1 has version 99 where 5 should stand"]


def _state(world: World) -> bytes:
    log = world.readers["order"].store.log(0, EVERYTHING)
    return next(stored.state for stored in log if stored.name == "order.started.v1")


def test_one_id_that_says_two_things_is_seen() -> None:
    one = Record("order.events", 0, 0, 0, b"A", b"{}", (("ce_id", b"order-O1@1"),))
    assert ambiguous([one, one._replace(offset=1)]) == []
    assert ambiguous([one, one._replace(offset=1, value=b"[]")]) == ["order.events order-O1@1"]


def test_an_order_an_instance_and_a_value_that_end_otherwise_are_told() -> None:
    pages: dict[str, Page] = {
        "order": {"state": "rejected", "reasons": [{"rule": "D-07"}]},
        "instance": {"state": "suspended", "characteristics": {}},
    }
    found = wrongs(renamed(CHANGE, "X-"), lambda kind, _: pages[kind])
    assert found[0] == "change: order X-O1 is rejected for {'D-07'}"
    assert "change: instance X-NET is suspended, held by None" in found
    assert "change: speed of X-NET is None" in found


def test_a_return_that_ends_otherwise_is_told() -> None:
    brought = next(one for one in WORKED if one.returns)
    found = wrongs(renamed(brought, "X-"), lambda kind, _: {"state": "open"} if kind == "return" else None)
    assert f"{brought.name}: return X-BY-HAND is open" in found


async def test_what_befalls_an_installation_when_everything_is_over_is_seen(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", partitions=PARTITIONS)
    async with running(settings, tmp_path) as system:
        await system.open()
        await system.quiet()
        await system.quiet_since(system.heads())
        with pytest.raises(AssertionError, match="it came when everything was over"):
            system.struck()
