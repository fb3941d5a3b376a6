"""What was so at any time, and what was known of it then, against folds made by brute force."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.asof import OF_ACCOUNT, When, as_of, both, counted
from services.audit.asof_diff import Change, changes
from services.audit.source import Nothing, Sources, source
from services.chassis.keys import MemoryKeys
from services.chassis.memory import MemoryStore
from services.chassis.personal import unseal_all
from services.chassis.ports import Commit, NewEvent, StoredEvent
from services.chassis.service import Category, Page, Service, Version
from services.chassis.stored import Codec, Meta, meta_line, micros
from tests.history import TICK, live, lived, sources
from tests.scenarios import SCENARIOS, place
from tests.world import World

KINDS = {"order": "order", "instance": "inventory"}

# ------------------------------------------------------------------- random histories, both times


@dataclass(frozen=True)
class Set:
    name: str
    value: int


class Told(NamedTuple):
    """An event of a history: whose, what it sets, and its two times."""

    id: str
    name: str
    value: int
    recorded: int
    effective: int


def _set(state: dict[str, int], event: Set) -> dict[str, int]:
    state[event.name] = event.value
    return state


def toy(kind: str) -> Service:
    """Keeps the last value of each name."""
    return Service(
        name="order" if kind == "order" else "inventory",
        events_topic=f"{kind}.events",
        topics=(),
        routes={},
        categories=(Category(name=kind, initial=lambda _: {}, evolve=_set),),
        stored=(Version(name="toy.set.v1", type=Set),),
        publish=lambda _: (),
        shown=frozenset({kind}),
        pages=lambda category, id, state: (Page(category, id, "A", {f"{kind}Id": id, **state}),),
    )


def _history(times: list[tuple[str, str, int, int, int]]) -> list[Told]:
    """Recorded in order, each effective before, at or after that."""
    recorded, told = 0, []
    for id, name, value, later, shift in times:
        recorded += later
        told.append(Told(id, name, value, recorded, max(0, recorded + shift)))
    return told


histories = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("xyz"),
        st.integers(0, 9),
        st.integers(0, 5),
        st.integers(-8, 8),
    ),
    max_size=25,
).map(_history)
moments = st.integers(-1, 60)


def toy_sources(kind: str, history: Iterable[Told]) -> Sources:
    service, store, versions = toy(kind), MemoryStore(), dict[str, int]()
    codec = Codec(service.stored)
    for told in history:
        versions[told.id] = versions.get(told.id, 0) + 1
        name, data = codec.encode(Set(told.name, told.value))
        meta = Meta(key="A", account="A", recorded=told.recorded, effective=told.effective)
        event = NewEvent(f"{kind}-{told.id}", versions[told.id], name, meta_line(meta) + data)
        store.commit(Commit(events=[event]))
    return {service.name: source(service, store)}


def by_brute_force(history: list[Told], id: str, at: int, known: int) -> dict[str, int] | None:
    """Every event of the history looked at, in the order in which it was recorded."""
    state: dict[str, int] = {}
    there = False
    own = [told for told in history if told.id == id]
    for told in own:
        if told.recorded <= known and told.effective <= at and own[0].effective <= at:
            state[told.name] = told.value
            there = True
    return state if there else None


@settings(deadline=None)
@given(history=histories, at=moments, known=st.one_of(st.none(), moments), kind=st.sampled_from(list(KINDS)))
def test_both_times_agree_with_brute_force(
    history: list[Told], at: int, known: int | None, kind: str
) -> None:
    read, keys = toy_sources(kind, history), MemoryKeys()
    for id in {told.id for told in history}:
        expected = by_brute_force(history, id, at, 1 << 60 if known is None else known)
        found = as_of(read, keys, When(at, known), (kind, id))
        assert found == (None if expected is None else {f"{kind}Id": id, **expected})


@settings(deadline=None)
@given(history=histories, times=st.tuples(moments, moments), known=st.one_of(st.none(), moments))
def test_what_changed_turns_the_one_state_into_the_other(
    history: list[Told], times: tuple[int, int], known: int | None
) -> None:
    read = toy_sources("order", history)
    for id in {told.id for told in history}:
        whens = (When(times[0], known), When(times[1], known))
        before, after = both(read, MemoryKeys(), whens, ("order", id))
        turned = dict(before or {})
        for change in changes(before, after):
            assert turned.get(change.path) == change.before
            turned[change.path] = change.after
        assert {name: value for name, value in turned.items() if value is not None} == (after or {})


# --------------------------------------------------------------------- the services, as they went on


class Lived(NamedTuple):
    """A world, and its pages as they were after each of its steps."""

    world: World
    times: list[int]
    pages: list[dict[tuple[str, str], Any]]

    def then(self, at: int) -> dict[tuple[str, str], Any]:
        found = bisect_right(self.times, at)
        return self.pages[found - 1] if found else {}


def watched(number: int, seed: int | None) -> Lived:
    world = lived(seed=seed)
    lived_ = Lived(world, [micros(world.clock.at - TICK)], [world.pages()])

    def see(now: World) -> None:
        lived_.times.append(micros(now.clock.at))
        lived_.pages.append(now.pages())

    for stage in SCENARIOS[number].stages:
        live(world, stage, see)
    return lived_


@settings(max_examples=30, deadline=None)
@given(
    number=st.integers(0, len(SCENARIOS) - 1),
    seed=st.one_of(st.none(), st.integers(0, 99)),
    shares=st.lists(st.floats(0, 1.1), min_size=3, max_size=3),
)
def test_the_state_then_is_the_one_that_was_seen_then(
    number: int, seed: int | None, shares: list[float]
) -> None:
    lived_ = watched(number, seed)
    world, (first, last) = lived_.world, (lived_.times[0], lived_.times[-1])
    for share in shares:
        at = first + round((last - first) * share)
        seen = {key: body for key, body in lived_.then(at).items() if key[0] in KINDS}
        for kind, id in {key for key in world.pages() if key[0] in KINDS}:
            for when in (When(at), When(at, at), When(last, at)):
                found = as_of(sources(world), world.keys, when, (kind, id))
                assert found == readable(world, seen.get((kind, id)))


def readable(world: World, body: Any) -> Any:
    from pydantic_core import from_json, to_json

    if body is None:
        return None
    plain = from_json(to_json(body))
    return unseal_all(world.keys.get((plain["accountId"],)).get(plain["accountId"]), plain)


def test_an_account_then_has_what_it_had_then() -> None:
    lived_ = watched(0, None)
    for at in (lived_.times[0], lived_.times[len(lived_.times) // 2], lived_.times[-1]):
        found = as_of(sources(lived_.world), lived_.world.keys, When(at), ("account", "ACME"))
        assert found is not None
        for name, kind in OF_ACCOUNT.items():
            ids = {
                id
                for (page, id), body in lived_.then(at).items()
                if page == kind and body["accountId"] == "ACME"
            }
            assert {one[f"{kind}Id"] for one in found[name]} == ids


@pytest.mark.parametrize("number", range(0, len(SCENARIOS), 5))
def test_a_fold_stands_whatever_later_event_does_not_count(number: int) -> None:
    world = lived(*SCENARIOS[number].stages)
    for read in sources(world).values():
        streams: dict[str, list[StoredEvent]] = {}
        for event in read.store.log(0, 100_000):
            streams.setdefault(event.stream, []).append(event)
        for stream, events in streams.items():
            for left_out in range(1, len(events)):
                read.folded(stream, [*events[:left_out], *events[left_out + 1 :]])


# --------------------------------------------------------------------------------------- the edges


def test_what_never_was_is_said_so() -> None:
    world = lived()
    for kind, id in (("order", "O9"), ("instance", "NONE"), ("account", "NOBODY")):
        with pytest.raises(Nothing, match=id):
            as_of(sources(world), world.keys, When(0), (kind, id))


def test_before_it_was_known_it_did_not_exist() -> None:
    world = lived((place("O1", "suspend", "HOME"),))
    assert as_of(sources(world), world.keys, When(0), ("order", "O1")) is None
    assert as_of(sources(world), world.keys, When(1 << 60, 0), ("order", "O1")) is None
    assert as_of(sources(world), world.keys, When(0), ("account", "ACME")) is None


def test_nothing_takes_effect_before_the_first_event_of_its_stream() -> None:
    first, early = (
        StoredEvent(
            n, "order-O", n, "x", meta_line(Meta(key="A", account="A", recorded=9, effective=effective))
        )
        for n, effective in ((1, 5), (2, 3))
    )
    assert counted([first, early], When(4)) == []
    assert counted([first, early], When(5)) == [first, early]


def test_members_of_lists_are_matched_by_their_ids() -> None:
    before = {"lines": [{"lineId": "1", "state": "new"}, {"lineId": "2", "state": "new"}], "reasons": []}
    after = {"lines": [{"lineId": "2", "state": "completed"}], "reasons": [{"lineId": "1"}, {"lineId": "1"}]}
    assert list(changes(before, after)) == [
        Change("lines[1].lineId", "1", None),
        Change("lines[1].state", "new", None),
        Change("lines[2].state", "new", "completed"),
        Change("reasons[0].lineId", None, "1"),
        Change("reasons[1].lineId", None, "1"),
    ]


def test_what_a_date_brought_is_so_from_its_day_on_and_known_when_somebody_looked() -> None:
    """The system was away on the day on which a contract line ended, and looked three days later."""
    world = lived()
    world.time_passes = False
    day = world.clock.at.replace(hour=0, minute=0, second=0) + timedelta(days=30)
    line = {"contractLineId": "CL", "instanceId": "MOB", "state": "active", "end": day.isoformat()}
    contract = {"contractId": "C", "accountId": "ACME", "state": "active", "lines": [line]}
    live(world, [("contract.load", contract)])
    world.clock.at = day + timedelta(days=3)
    world.time_passes = True
    live(world, ())

    def state(at: timedelta, known: timedelta | None = None) -> Any:
        when = When(micros(day + at), None if known is None else micros(day + known))
        found = as_of(sources(world), world.keys, when, ("instance", "MOB"))
        assert found is not None
        return found["contractLines"][0]["state"]

    hour = timedelta(hours=1)
    assert (state(-hour), state(timedelta()), state(hour)) == ("active", "expired", "expired")
    assert (state(hour, hour), state(hour, timedelta(days=4))) == ("active", "expired")
    assert state(-hour, timedelta(days=4)) == "active"
