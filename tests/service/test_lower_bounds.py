"""Two orders that each end one do not leave too few together: what one ends is gone to a lower bound."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.audit.replay import replay
from tests.in_flight import approved, page, send, state, worked_off
from tests.journey.worlds import forked, play
from tests.quantities import counting, standing
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_compatibility import entry, owned
from tests.service.test_stopped import WORK, done, stops
from tests.world import World

SEEDS = 12
NEEDS = {"type": "bundles", "target": "hook"}
CATALOG = (
    entry("hook", **WORK),
    entry("shelf", relationships=[{**NEEDS, "min": 2}]),
    entry("rack", relationships=[{**NEEDS, "mandatory": True, "min": 2}]),
    entry("wall", relationships=[NEEDS]),
    entry("door", relationships=[{**NEEDS, "mandatory": True}]),
)
Q = "Q"


def hung(specification: str, count: int, seed: int | None = None) -> World:
    """So many hooks `H1`, `H2` ... on one that is called `ON`; tasks are not answered."""
    hooks = tuple(owned(f"H{n}", "hook", "ON") for n in range(1, count + 1))
    world = play(forked(seed), (CATALOG, (owned("ON", specification),), hooks))
    world.answer = lambda _: None
    return world


def ends(order: str, *hooks: str) -> Sent:
    return place(
        order,
        None,
        lines=[line(str(n), "disconnect", instanceId=id) for n, id in enumerate(hooks, 1)],
    )


def adds(order: str, *more: Any) -> Sent:
    return place(order, None, lines=[line("1", "add", specificationId="hook", parentInstanceId="ON"), *more])


def hooks(world: World) -> list[str]:
    return sorted(standing(world, "H", "O", "Q").keys() - {"ON", "OFFICE"})


def finished(world: World) -> None:
    """Whatever of the two is at work."""
    for id in ("O1", Q):
        if state(world, id) == "in_progress":
            worked_off(world, id)


def refused(world: World, order: str = Q) -> tuple[str, str]:
    found = page(world, "order", order)
    assert found["state"] == "rejected"
    [reason] = found["reasons"]
    return reason["rule"], reason["message"]


ORDERS: dict[str, tuple[str, int, Sent, Sent, str, str]] = {
    "each ends one of three": (
        "shelf",
        3,
        ends("O1", "H1"),
        ends(Q, "H2"),
        "LIN-01",
        "'ON' needs at least 2 of hook below it, or none, and may be left with 1, as order 'O1' is still "
        "ending 'H1': place this order again when it is completed",
    ),
    "each ends one of three that are needed": (
        "rack",
        3,
        ends("O1", "H1"),
        ends(Q, "H2"),
        "ACT-13",
        "'ON' needs at least 2 of hook below it, and may be left with 1, as order 'O1' is still ending 'H1': "
        "place this order again when it is completed",
    ),
    "each ends one of two": (
        "door",
        2,
        ends("O1", "H1"),
        ends(Q, "H2"),
        "ACT-13",
        "'ON' needs at least 1 of hook below it, and may be left with 0, as order 'O1' is still ending 'H1': "
        "place this order again when it is completed",
    ),
    "one ends all, one adds one": (
        "shelf",
        2,
        ends("O1", "H1", "H2"),
        adds(Q),
        "LIN-01",
        "as order 'O1' is still ending 'H1', 'H2': place this order again when it is completed",
    ),
    "one adds one, one ends one": (
        "shelf",
        2,
        adds("O1"),
        ends(Q, "H1"),
        "LIN-01",
        "and may be left with 1, as order 'O1' is still adding 'O1:1': place this order again",
    ),
}


@pytest.mark.rule("LIN-01", "ACT-13", "D-14", "D-22")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("asked", ORDERS)
def test_what_another_order_is_still_at_is_not_there_to_a_lower_bound(asked: str, seed: int | None) -> None:
    specification, count, first, second, rule, said = ORDERS[asked]
    world = send(hung(specification, count, seed), first, second)
    found, message = refused(world)
    assert found == rule
    assert said in message
    before = hooks(world)
    approved(world, ask("cancel", "O1"))
    worked_off(world, "O1")
    assert hooks(world) == [id for id in before if id.startswith("H")]


@pytest.mark.rule("LIN-01", "ACT-13")
@pytest.mark.parametrize("asked", ["each ends one of three", "each ends one of two"])
def test_it_is_there_again_when_that_order_is_canceled(asked: str) -> None:
    specification, count, first, second, *_ = ORDERS[asked]
    world = approved(send(hung(specification, count), first), ask("cancel", "O1"))
    worked_off(world, "O1")
    assert state(worked_off(send(world, second), Q), Q) == "completed"


@pytest.mark.rule("LIN-01")
def test_what_comes_back_with_a_cancel_is_there_where_none_or_enough_may_be() -> None:
    """The first has ended one, and has other work; the second would end the rest."""
    world = hung("shelf", 3)
    world.answer = lambda task: "completed" if task["instanceId"] == "H1" else None
    more = line("2", "add", specificationId="hook")
    send(world, place("O1", None, lines=[line("1", "disconnect", instanceId="H1"), more]))
    assert page(world, "instance", "H1")["state"] == "inactive"
    rule, message = refused(send(world, ends(Q, "H2", "H3")))
    assert rule == "LIN-01"
    assert "may be left with 1, as order 'O1' is still ending 'H1'" in message


@pytest.mark.rule("LIN-01")
def test_enough_is_left_however_the_others_come_out() -> None:
    world = send(hung("shelf", 4), ends("O1", "H1"), ends(Q, "H2"))
    assert [state(worked_off(world, id), id) for id in ("O1", Q)] == ["completed", "completed"]
    assert hooks(world) == ["H3", "H4"]


@pytest.mark.rule("LIN-01")
def test_where_none_are_needed_nothing_waits() -> None:
    world = send(hung("wall", 2), ends("O1", "H1"), ends(Q, "H2"))
    assert [state(worked_off(world, id), id) for id in ("O1", Q)] == ["completed", "completed"]


@pytest.mark.rule("LIN-01", "ACT-13")
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize(("specification", "count"), [("shelf", 3), ("rack", 3), ("door", 2)])
def test_of_two_orders_that_arrive_together_one_is_refused(
    specification: str, count: int, answered: bool
) -> None:
    for seed in range(SEEDS):
        world = hung(specification, count, seed)
        world.answer = lambda _: "completed" if answered else None
        play(world, ((ends("O1", "H1"), ends(Q, "H2")),))
        found = sorted(state(world, id) for id in ("O1", Q))
        assert found == ["completed" if answered else "in_progress", "rejected"], f"seed {seed}"
        finished(world)
        assert len(hooks(world)) == count - 1


@pytest.mark.rule("LIN-01", "CHG-01")
def test_a_parent_that_becomes_one_that_needs_more_counts_them_alike() -> None:
    change = place(Q, None, lines=[line("1", "change", instanceId="ON", specificationId="shelf")])
    world = send(hung("wall", 2), ends("O1", "H1"), change)
    assert refused(world)[0] == "LIN-01"
    assert "as order 'O1' is still ending 'H1'" in refused(world)[1]


@pytest.mark.rule("INF-04", "LIN-01")
def test_a_revision_that_would_leave_too_few_is_declined() -> None:
    """What was put in the place of what ends is dropped, and another order has relied on nothing of it."""
    first = adds("O1", line("2", "disconnect", instanceId="H1"))
    world = send(hung("shelf", 3), ends(Q, "H2"), first)
    assert state(world) == "in_progress"
    only = [line("2", "disconnect", instanceId="H1")]
    approved(world, ("order.revise", {"orderId": "O1", "lines": only}))
    assert state(world) == "in_progress"
    [reason] = page(world, "order", "O1")["declined"]["reasons"]
    assert reason["rule"] == "LIN-01"
    assert "as order 'Q' is still ending 'H2': ask again when it is completed" in reason["message"]


@pytest.mark.rule("D-10", "LIN-01")
def test_a_dated_line_counts_what_is_left_on_its_day() -> None:
    due = "2026-01-10T00:00:00Z"
    world = hung("shelf", 3)
    world.time_passes = False
    [dated] = ends(Q, "H2")[1]["lines"]
    send(world, place(Q, None, lines=[{**dated, "dueDate": due}]), ends("O1", "H1"))
    worked_off(world, "O1")
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=7)
    world.run()
    assert hooks(world) == ["H2", "H3"]
    [reason] = page(world, "order", Q)["reasons"]
    assert (reason["rule"], "would be left with 1" in reason["message"]) == ("LIN-01", True)


@pytest.mark.rule("D-17", "LIN-01")
def test_a_dated_end_waits_for_what_its_own_order_puts_in_its_place() -> None:
    due = "2026-01-10T00:00:00Z"
    ended = {**line("2", "disconnect", instanceId="H1"), "dueDate": due}
    world = send(hung("shelf", 2), adds("O1", ended))
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=7)
    world.run()
    assert {one["lineId"]: one["state"] for one in page(world, "order", "O1")["lines"]}["2"] == "scheduled"
    assert state(worked_off(world, "O1")) == "completed"
    assert hooks(world) == ["H2", "O1:1"]


# ---------------------------------------------------------------------------- what a value counts


MORE = owned("SEAT-3", "seat", "OFFICE")


def fewer(seats: int) -> Sent:
    return place(Q, "change", "OFFICE", characteristics={"seats": seats})


def name(*ids: str) -> Sent:
    return "order.choose-instances", {"orderId": Q, "lineId": "1", "instanceIds": list(ids)}


@pytest.mark.rule("CHG-08", "D-15")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_what_is_named_to_end_is_not_one_too_many(seed: int | None) -> None:
    world = counting((MORE,), seed=seed)
    world.answer = lambda _: None
    send(world, ends("O1", "SEAT-3"), fewer(2), name("SEAT-1"))
    [waits] = page(world, "order", Q)["lines"]
    assert waits["state"] == "needs_attention"
    assert (
        "'OFFICE' may be left with 1 of seat where 2 are asked for, as order 'O1' is still ending 'SEAT-3': "
        "name the instances again when it is completed" in waits["attention"]
    )
    worked_off(world, "O1")
    assert state(worked_off(world, Q), Q) == "completed"
    assert sorted(standing(world, "SEAT")) == ["SEAT-1", "SEAT-2"]


@pytest.mark.rule("CHG-08", "CHG-07")
def test_a_larger_number_does_not_count_what_another_order_ends() -> None:
    world = counting((MORE,))
    world.answer = lambda _: None
    rule, message = refused(send(world, ends("O1", "SEAT-3"), fewer(4)))
    assert rule == "CHG-08"
    assert "may be left with 3 of seat where 4 are asked for, as order 'O1' is still ending" in message
    worked_off(world, "O1")
    send(world, place("Q2", "change", "OFFICE", characteristics={"seats": 4}))
    assert state(worked_off(world, "Q2"), "Q2") == "completed"
    assert len(standing(world, "SEAT", "Q2")) == 4


# ------------------------------------------------------------------------- what a product requires

TWO = {"compatibility": [{"type": "requires", "target": "wire", "min": 2}]}
RELATED = (
    entry("wire", **WORK),
    entry("lamp", **WORK),
    entry("phone", **WORK, **TWO),
    entry("house", relationships=[{"type": "bundles", "target": id} for id in ("wire", "phone", "lamp")]),
)
WIRED = (
    owned("HOUSE", "house"),
    owned("PHONE", "phone", "HOUSE"),
    *(owned(f"W{n}", "wire", "HOUSE") for n in (1, 2, 3)),
)


def each_ends_one(seed: int | None) -> World:
    """The first has other work as well."""
    lamp = line("2", "add", specificationId="lamp", parentInstanceId="HOUSE")
    world = play(forked(seed), (RELATED, WIRED))
    world.time_passes, world.answer = False, lambda _: None
    first = place("O1", None, lines=[line("1", "disconnect", instanceId="W1"), lamp])
    return play(world, ((first, ends(Q, "W2")),))


@pytest.mark.rule("DOM-04", "D-22")
def test_what_another_order_has_ended_counts_as_gone_to_what_is_required_until_it_is_canceled() -> None:
    for seed in (None, *range(SEEDS)):
        world = play(each_ends_one(seed), (done("O1.1.do"), done("Q.1.do")))
        assert (page(world, "instance", "W1")["state"], state(world)) == ("inactive", "in_progress")
        [stop] = stops(world, Q)
        assert "requires at least 2 wire, and 1 would be there" in stop["message"]
        approved(world, ask("cancel", "O1"))
        worked_off(world, "O1")
        assert (state(world), state(world, Q), stops(world, Q)) == ("canceled", "completed", [])
        assert standing(world, "W") == {"W1": "active", "W3": "active"}


@pytest.mark.rule("DOM-04")
def test_whichever_of_the_two_closes_last_is_stopped() -> None:
    world = play(each_ends_one(None), (done("Q.1.do"), done("O1.1.do")))
    assert (state(world, Q), stops(world, Q)) == ("completed", [])
    assert (state(world), len(stops(world, "O1"))) == ("in_progress", 1)


ENDING = "order 'O1' is ending H1"


def ended_by_the_first(specification: str, count: int, seed: int | None = None) -> World:
    """O1 has ended `H1`, and has other work that nobody has answered."""
    world = hung(specification, count, seed)
    world.answer = lambda task: "completed" if task["instanceId"] == "H1" else None
    both = [line("1", "disconnect", instanceId="H1"), line("2", "add", specificationId="voice")]
    send(world, place("O1", None, lines=both))
    assert (state(world), page(world, "instance", "H1")["state"]) == ("in_progress", "inactive")
    return world


@pytest.mark.rule("LIN-01", "ACT-13", "D-22")
@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.parametrize(
    ("specification", "count", "rule"), [("shelf", 3, "LIN-01"), ("rack", 3, "ACT-13"), ("door", 2, "ACT-13")]
)
def test_what_another_order_has_ended_and_can_bring_back_is_named(
    specification: str, count: int, rule: str, seed: int | None
) -> None:
    world = ended_by_the_first(specification, count, seed)
    first, message = refused(send(world, ends(Q, "H2")))
    assert (first, ENDING in message) == (rule, True)
    worked_off(world, "O1")
    first, message = refused(send(world, ends("Q2", "H2")), "Q2")
    assert (first, ENDING in message) == (rule, False)


@pytest.mark.rule("LIN-01", "D-22")
def test_what_has_come_back_is_not() -> None:
    world = ended_by_the_first("shelf", 3)
    approved(world, ask("cancel", "O1"))
    worked_off(world, "O1")
    assert page(world, "instance", "H1")["state"] == "active"
    _, message = refused(send(world, ends(Q, "H2", "H3")))
    assert "O1" not in message


def test_which_orders_have_ended_what_is_made_again_from_the_logs() -> None:
    assert replay(read(ended_by_the_first("shelf", 3))).differences == []
