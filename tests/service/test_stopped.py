"""DOM-04: what products of one hierarchy require and exclude is judged again when the work on them closes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from schemas.topics import FULFILLMENT_EVENTS
from tests.journey.worlds import effects, forked, play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_compatibility import BASE, entry, owned, related
from tests.world import World

SEEDS = 12
WORK = {
    "plans": [{"actions": ["add", "change", "disconnect"], "tasks": [{"name": "do", "kind": "provision"}]}]
}
PARTS = [{"type": "bundles", "target": target} for target in ("wire", "phone", "lock", "key", "lamp")]
CATALOG = (
    entry("wire", **WORK),
    entry("key", **WORK),
    entry("lamp", **WORK),
    entry("phone", **WORK, **related("requires", "wire")),
    entry("lock", **WORK, **related("excludes", "key")),
    entry("house", relationships=PARTS),
)
SECOND = owned("WIRE2", "wire", "HOUSE")
END = place("C1", "disconnect", "WIRE")
STOP = "C1.1.f1"
JUDGED = pytest.mark.rule("DOM-04")


def world_of(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    """Where every task is done at once."""
    world = play(forked(seed), (CATALOG, BASE))
    return play(world, stages)


def waiting(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    """Where the tests answer the tasks."""
    world = play(forked(seed), (CATALOG, BASE))
    world.time_passes, world.answer = False, lambda _: None
    return play(world, stages)


def done(*task_ids: str) -> tuple[Sent, ...]:
    return tuple(("task.report", {"taskId": id, "result": "completed"}) for id in task_ids)


def resolve(resolution: str = "looked at", fallout: str = STOP, **more: Any) -> Sent:
    return "fallout.resolve", {"falloutId": fallout, "resolution": resolution, **more}


def adding(order: str, specification: str) -> Sent:
    return place(
        order, None, lines=[line("1", "add", specificationId=specification, parentInstanceId="HOUSE")]
    )


def state(world: World, kind: str, id: str) -> str:
    return str(world.pages()[kind, id]["state"])


def stops(world: World, order: str = "C1") -> list[Mapping[str, Any]]:
    return [one for one in world.pages()["plan", order]["fallouts"] if one["rule"] == "DOM-04"]


def refusals(world: World) -> list[Mapping[str, Any]]:
    found = (body for message, body in world.messages(FULFILLMENT_EVENTS) if "refused" in message.type)
    return [reason for body in found for reason in body.get("reasons", ())]


# ----------------------------------------------------------------------------------------- stopping


@JUDGED
def test_what_another_product_requires_does_not_end_and_a_fallout_says_why() -> None:
    world = world_of((END,))
    [stop] = stops(world)
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == (
        "in_progress",
        "inactivation_pending",
    )
    assert (stop["falloutId"], stop["domainOrderId"], stop["type"]) == (STOP, "C1.1", "compatibility")
    assert stop["message"] == (
        "C1.1 (disconnect of WIRE, wire) does not close: PHONE (phone) requires wire, and none would be "
        "there. What would be right: keep or add wire, or end PHONE as well"
    )
    assert "'accept'" in stop["advice"]
    [order] = world.pages()["plan", "C1"]["domainOrders"]
    assert order["state"] == "on_hold"


@JUDGED
def test_adding_what_another_product_excludes_stops() -> None:
    world = world_of((adding("C1", "key"),))
    [stop] = stops(world)
    assert "LOCK (lock) does not go with key, and 1 would be there" in stop["message"]
    assert state(world, "instance", "C1:1") == "installation_pending"


@JUDGED
def test_turning_it_into_something_else_names_all_that_it_breaks() -> None:
    turned = place("C1", None, lines=[line("1", "change", instanceId="WIRE", specificationId="key")])
    [stop] = stops(world_of((turned,)))
    assert "PHONE (phone) requires wire" in stop["message"]
    assert "LOCK (lock) does not go with key" in stop["message"]


@JUDGED
def test_only_the_domain_order_that_breaks_it_stops() -> None:
    lines = [
        line("1", "disconnect", instanceId="WIRE"),
        line("2", "add", specificationId="lamp", parentInstanceId="HOUSE"),
    ]
    world = world_of((place("C1", None, lines=lines),))
    states = {one["action"]: one["state"] for one in world.pages()["plan", "C1"]["domainOrders"]}
    assert states == {"disconnect": "on_hold", "add": "closed_complete"}
    assert state(world, "instance", "C1:2") == "active"


TOGETHER: dict[str, tuple[dict[str, Any], ...]] = {
    "the other side ends as well": (line("2", "disconnect", instanceId="PHONE"),),
    "another one comes": (line("2", "add", specificationId="wire", parentInstanceId="HOUSE"),),
    "the other side turns": (line("2", "change", instanceId="PHONE", specificationId="lamp"),),
}


@JUDGED
@pytest.mark.parametrize("why", TOGETHER)
@pytest.mark.parametrize("first", [True, False])
def test_lines_that_only_together_are_right_do_not_stop_each_other(why: str, first: bool) -> None:
    ended = line("1", "disconnect", instanceId="WIRE")
    lines = [ended, *TOGETHER[why]] if first else [*TOGETHER[why], ended]
    world = world_of((place("C1", None, lines=lines),))
    assert state(world, "order", "C1") == "completed"


@JUDGED
@pytest.mark.parametrize("ended", ["HOUSE", "LONE", "LOCK"])
def test_what_ends_as_a_whole_or_never_held_does_not_stop(ended: str) -> None:
    world = world_of((place("C1", "disconnect", ended),))
    assert state(world, "order", "C1") == "completed"


@JUDGED
def test_nothing_is_told_of_what_the_catalog_relates_to_nothing() -> None:
    world = world_of((adding("C1", "lamp"),))
    assert state(world, "order", "C1") == "completed"
    assert not world.state("fulfillment", "plan", "C1").standing


# ------------------------------------------------------------------------------------------- people


@JUDGED
def test_looking_again_while_it_does_not_hold_is_refused_and_says_what_would_be_right() -> None:
    world = world_of((END,), (resolve(),))
    [reason] = refusals(world)
    assert (reason["rule"], reason["field"]) == ("DOM-04", "falloutId")
    assert "keep or add wire" in reason["message"]
    assert len(stops(world)) == 1


@JUDGED
def test_accepted_with_a_reason_it_closes_all_the_same() -> None:
    world = world_of((END,), (resolve("the customer keeps the phone as a spare", accept=True),))
    assert state(world, "order", "C1") == "completed"
    assert (state(world, "instance", "WIRE"), stops(world)) == ("inactive", [])


@JUDGED
def test_what_was_accepted_does_not_stop_the_same_order_again() -> None:
    world = world_of((SECOND,), (place("C1", "disconnect", "WIRE", "WIRE2"),))
    assert len(stops(world)) == 2
    play(world, ((resolve("as a spare", accept=True),),))
    assert state(world, "order", "C1") == "completed"


@JUDGED
@pytest.mark.parametrize(
    ("command", "field"),
    [
        (resolve(fallout="C2.1.do.f1", accept=True), "accept"),
        (("fallout.resolve", {"falloutId": STOP, "accept": True}), ""),
    ],
)
def test_nothing_else_is_accepted_and_not_without_a_reason(command: Sent, field: str) -> None:
    world = waiting((END, adding("C2", "lamp")))
    failed = ("task.report", {"taskId": "C2.1.do", "result": "failed"})
    play(world, ((*done("C1.1.do"), failed), (command,)))
    [reason] = refusals(world)
    assert reason.get("field", "").startswith(field)
    assert len(stops(world)) == 1


# ------------------------------------------------------------------------------------- other orders


@JUDGED
def test_two_orders_that_each_alone_are_right_do_not_both_close() -> None:
    world = waiting((SECOND,), (place("C1", "disconnect", "WIRE"), place("C2", "disconnect", "WIRE2")))
    assert all(world.pages()["order", id]["warnings"] == [] for id in ("C1", "C2"))
    play(world, (done("C2.1.do"), done("C1.1.do")))
    assert state(world, "order", "C2") == "completed"
    assert (state(world, "order", "C1"), len(stops(world))) == ("in_progress", 1)


@JUDGED
@pytest.mark.parametrize("other", [place("C2", "disconnect", "PHONE"), adding("C2", "wire")])
def test_it_goes_on_by_itself_when_another_order_has_put_it_right(other: Sent) -> None:
    world = waiting((END,), done("C1.1.do"), (other,))
    assert len(stops(world)) == 1
    play(world, (done("C2.1.do"),))
    assert (state(world, "order", "C2"), state(world, "order", "C1")) == ("completed", "completed")


@JUDGED
def test_what_another_order_is_only_about_to_add_is_not_there_yet() -> None:
    world = waiting((adding("C2", "wire"),), (END,), done("C1.1.do"))
    assert len(stops(world)) == 1
    play(world, (done("C2.1.do"),))
    assert state(world, "order", "C1") == "completed"


@JUDGED
def test_what_another_order_takes_back_does_not_count_any_more() -> None:
    world = waiting((adding("C2", "wire"),), (END,))
    cancel = (ask("cancel", "C2"),), (ask("approve-change", "C2"),)
    play(world, (*cancel, done("C1.1.do")))
    assert (state(world, "order", "C2"), len(stops(world))) == ("canceled", 1)


# -------------------------------------------------------------------------------- changed under way


@JUDGED
def test_an_order_that_is_stopped_can_be_canceled() -> None:
    world = world_of((END,), (ask("cancel", "C1"),), (ask("approve-change", "C1"),))
    assert state(world, "order", "C1") == "canceled"
    assert (state(world, "instance", "WIRE"), stops(world)) == ("active", [])


@JUDGED
@pytest.mark.parametrize(
    "more",
    [
        line("2", "disconnect", instanceId="PHONE"),
        line("2", "add", specificationId="wire", parentInstanceId="HOUSE"),
    ],
)
def test_a_revision_can_put_it_right(more: dict[str, Any]) -> None:
    lines = [line("1", "disconnect", instanceId="WIRE"), more]
    revised = ("order.revise", {"orderId": "C1", "lines": lines})
    world = world_of((END,), (revised,), (ask("approve-change", "C1"),))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])
    assert state(world, "instance", "WIRE") == "inactive"


@JUDGED
def test_a_revision_can_drop_what_was_stopped() -> None:
    lines = [line("2", "add", specificationId="lamp", parentInstanceId="HOUSE")]
    revised = ("order.revise", {"orderId": "C1", "lines": lines})
    world = world_of((END,), (revised,), (ask("approve-change", "C1"),))
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == ("completed", "active")
    assert stops(world) == []


@JUDGED
def test_a_line_with_a_date_counts_on_its_day_and_not_before() -> None:
    later = "2026-04-01T00:00:00Z"
    lines = [
        line("1", "disconnect", instanceId="WIRE"),
        line("2", "disconnect", instanceId="PHONE", dueDate=later),
    ]
    world = waiting((place("C1", None, lines=lines),), done("C1.1.do"))
    assert len(stops(world)) == 1


# ------------------------------------------------------------------------------------------ journey


@JUDGED
def test_of_two_orders_at_once_one_is_stopped_whoever_is_heard_first() -> None:
    at_once = (place("C1", "disconnect", "WIRE"), adding("C3", "lamp"), place("C2", "disconnect", "WIRE2"))
    for seed in range(4 * SEEDS):
        world = play(forked(seed), (CATALOG, BASE, (SECOND,), at_once))
        ends = {id: state(world, "order", id) for id in ("C1", "C2")}
        assert sorted(ends.values()) == ["completed", "in_progress"], f"seed {seed}: {ends}"
        [stopped] = [id for id, end in ends.items() if end == "in_progress"]
        assert len(stops(world, stopped)) == 1, f"seed {seed}"


def journey(seed: int | None) -> World:
    """Stopped, looked at in vain, put right by another order; the next one is accepted."""
    world = waiting((END,), seed=seed)
    play(world, (done("C1.1.do"), (resolve(), adding("C2", "wire"))))
    play(world, (done("C2.1.do"), (place("C3", "disconnect", "C2:1"),), done("C3.1.do")))
    return play(world, ((resolve("moves out next week", "C3.1.f1", accept=True),),))


@JUDGED
def test_a_journey_ends_alike_in_whatever_order_its_messages_arrive() -> None:
    wanted = journey(None)
    states = {id: state(wanted, "order", id) for id in ("C1", "C2", "C3")}
    assert states == dict.fromkeys(("C1", "C2", "C3"), "completed")
    for seed in range(SEEDS):
        world = journey(seed)
        assert world.pages() == wanted.pages(), f"seed {seed}"
        assert effects(world) == effects(wanted), f"seed {seed}"
