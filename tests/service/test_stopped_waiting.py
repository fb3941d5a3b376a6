"""DOM-04 of an order that waits to be planned: what other orders close meanwhile counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from schemas.topics import CATALOG
from services.audit.replay import replay
from tests.journey.worlds import forked, play
from tests.reader import Reader
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_compatibility import entry, owned
from tests.service.test_schedules import until
from tests.service.test_stopped import WORK, state, stops
from tests.world import World

SEEDS = (None, *range(12))
JUDGED = pytest.mark.rule("DOM-04")
TWO = {"compatibility": [{"type": "requires", "target": "site", "min": 2}]}
PARTS = [{"type": "bundles", "target": target} for target in ("site", "circuit")]
OLD = (entry("site", **WORK), entry("campus", relationships=PARTS, **WORK), entry("circuit", **WORK, **TWO))
NEWS = ("specification.publish", {**entry("circuit", **WORK, **TWO)[1], "version": "8"})
CAMPUS, SITE, ALONE = owned("CAMPUS", "campus"), owned("SITE", "site", "CAMPUS"), owned("ALONE", "site")


class Behind(World):
    """Here fulfillment hears nothing of the catalog until `heard`."""

    heard = False

    def _read_by(self) -> list[tuple[Reader, tuple[str, int]]]:
        found = super()._read_by()
        if self.heard:
            return found
        late = self.readers["fulfillment"]
        return [(reader, at) for reader, at in found if reader is not late or at[0] != CATALOG]


def waiting(base: Iterable[Sent], order: Sent, seed: int | None = None) -> Behind:
    """An order waits for a version that order and inventory have heard."""
    world = Behind((), seed)
    world.goes_on_from(play(forked(None), (OLD, tuple(base))))
    play(world, ((NEWS,), (order,)))
    assert state(world, "order", "C1") == "acknowledged"
    return world


def heard(world: World) -> World:
    """Now fulfillment hears it, and the order goes on."""
    assert isinstance(world, Behind)
    world.heard = world.time_passes = True
    world.run()
    assert world.parked() == []
    return world


def awaited(world: World) -> Any:
    return world.state("fulfillment", "account", "ACME").awaited


CIRCUIT = place("C1", None, lines=[line("1", "add", specificationId="circuit")])
INSIDE = place("C1", None, lines=[line("1", "add", specificationId="circuit", parentInstanceId="CAMPUS")])


def sites(order: str, count: int, **more: Any) -> Sent:
    lines = [line(str(n), "add", specificationId="site", **more) for n in range(1, count + 1)]
    return place(order, None, lines=lines)


@JUDGED
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("base", "order", "meanwhile"),
    [
        ((), CIRCUIT, sites("C2", 2)),
        ((CAMPUS,), CIRCUIT, sites("C2", 2, parentInstanceId="CAMPUS")),
        ((CAMPUS, SITE), CIRCUIT, sites("C2", 1, parentInstanceId="CAMPUS")),
        ((CAMPUS, SITE), INSIDE, sites("C2", 1, parentInstanceId="CAMPUS")),
    ],
    ids=["roots", "below a root", "beside another", "in one hierarchy"],
)
def test_what_another_order_has_added_meanwhile_counts(
    base: tuple[Sent, ...], order: Sent, meanwhile: Sent, seed: int | None
) -> None:
    world = play(waiting(base, order, seed), ((meanwhile,),))
    assert state(world, "order", "C2") == "completed"
    heard(world)
    assert (state(world, "order", "C1"), stops(world), awaited(world)) == ("completed", [], {})


@JUDGED
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("base", "order", "ended"),
    [
        ((CAMPUS, SITE, ALONE), CIRCUIT, "ALONE"),
        ((CAMPUS, SITE, owned("SITE2", "site", "CAMPUS")), INSIDE, "SITE2"),
    ],
    ids=["anywhere", "in one hierarchy"],
)
def test_what_another_order_has_ended_meanwhile_does_not(
    base: tuple[Sent, ...], order: Sent, ended: str, seed: int | None
) -> None:
    world = heard(play(waiting(base, order, seed), ((place("C2", "disconnect", ended),),)))
    assert state(world, "order", "C1") == "in_progress"
    assert "and 1 would be there" in stops(world)[0]["message"]


@JUDGED
def test_what_came_and_went_meanwhile_does_not_count() -> None:
    world = waiting((), CIRCUIT)
    heard(play(world, ((sites("C2", 2),), (place("C3", "disconnect", "C2:1"),))))
    assert "and 1 would be there" in stops(world)[0]["message"]
    play(world, ((sites("C4", 1),),))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
def test_of_an_order_that_is_held_it_counts_as_well() -> None:
    world = waiting((), CIRCUIT)
    play(world, ((ask("hold", "C1"),), (sites("C2", 2),)))
    heard(world)
    assert state(world, "order", "C1") == "on_hold"
    play(world, ((sites("C3", 1), ask("release", "C1")),))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
def test_of_a_dated_part_it_counts_as_well() -> None:
    march = "2026-03-01T00:00:00+00:00"
    dated = place("C1", None, lines=[line("1", "add", specificationId="circuit", dueDate=march)])
    world = Behind((), None)
    world.goes_on_from(play(forked(None), (OLD,)))
    play(world, ((NEWS,), (dated,)))
    until(world, march)
    play(world, ((sites("C2", 2),),))
    heard(world)
    assert (state(world, "order", "C1"), stops(world), awaited(world)) == ("completed", [], {})


@JUDGED
def test_of_a_revision_it_counts_as_well() -> None:
    first = place("C1", None, lines=[line("1", "add", specificationId="campus")])
    world = Behind((), None)
    world.goes_on_from(play(forked(None), (OLD,)))
    world.answer = lambda task: "completed" if task["orderId"] == "C2" else None
    play(world, ((NEWS,), (first,)))
    circuit = line("2", "add", specificationId="circuit")
    revised = ("order.revise", {"orderId": "C1", "lines": [first[1]["lines"][0], circuit]})
    play(world, ((revised,), (ask("approve-change", "C1"),), (sites("C2", 2),)))
    assert state(world, "order", "C2") == "completed"
    world.answer = lambda _: "completed"
    play(heard(world), (tuple(_done(id) for id in ("C1.1.do", "C1.2.do")),))
    assert (state(world, "order", "C1"), stops(world), awaited(world)) == ("completed", [], {})


def _done(task_id: str) -> Sent:
    return "task.report", {"taskId": task_id, "result": "completed"}


@JUDGED
@pytest.mark.rule("ORD-16")
def test_nothing_is_kept_for_an_order_that_waits_no_more() -> None:
    world = play(waiting((), CIRCUIT), ((ask("cancel", "C1"),), (ask("approve-change", "C1"),)))
    assert state(world, "order", "C1") == "canceled"
    play(world, ((sites("C2", 2),),))
    assert awaited(world) == {}


def test_what_waits_is_decided_alike_again_from_the_log() -> None:
    world = heard(play(waiting((CAMPUS, SITE), CIRCUIT), ((sites("C2", 1),),)))
    assert replay(read(world)).differences == []
