"""Quantities from the order to the instances: more of something, and many by one line."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import ORDER_EVENTS, TASKS
from tests.journey.worlds import effects, play
from tests.quantities import counting, lines, order, standing
from tests.scenarios import Sent, ask, line, place
from tests.world import World

MORE = (place("Q1", "change", "POOL", characteristics={"sims": 5}),)


@pytest.mark.rule("CHG-07")
def test_a_larger_number_makes_further_instances_with_all_that_they_need() -> None:
    world = counting(MORE)
    assert order(world)["state"] == "completed"
    assert len(standing(world, "SIM", "Q1")) == 3 + 2 * 2
    assert world.pages()["instance", "POOL"]["characteristics"] == {"sims": 5}


@pytest.mark.rule("CHG-07")
def test_a_larger_number_of_bundled_products_makes_further_products() -> None:
    world = counting((place("Q1", "change", "OFFICE", characteristics={"seats": 4}),))
    assert lines(world) == {"1": "completed", "2": "completed", "3": "completed"}
    assert standing(world, "SEAT", "Q1") == dict.fromkeys(("SEAT-1", "SEAT-2", "Q1:2", "Q1:3"), "active")
    assert world.pages()["instance", "Q1:2"]["parentId"] == "OFFICE"


@pytest.mark.rule("CHG-09")
def test_one_line_of_three_makes_three_products_that_can_be_named_one_by_one() -> None:
    many = place("Q1", None, lines=[line("A", "add", specificationId="seat", quantity=3)])
    world = counting((many,), (place("Q2", "disconnect", "Q1:A.2"),))
    assert standing(world, "Q1") == {"Q1:A": "active", "Q1:A.3": "active"}


@pytest.mark.rule("CHG-01")
def test_a_change_sets_the_quantity_of_an_instance() -> None:
    world = counting((place("Q1", None, lines=[line("1", "change", instanceId="SEAT-1", quantity=7)]),))
    assert world.pages()["instance", "SEAT-1"]["quantity"] == 7


@pytest.mark.rule("CHG-07", "CHG-09")
def test_quantities_end_alike_in_whatever_order_messages_arrive() -> None:
    calm = effects(counting(MORE))
    assert all(effects(counting(MORE, seed=seed)) == calm for seed in range(8))


# ----------------------------------------------------------------------------------------------- fewer

LESS = (place("Q1", "change", "POOL", characteristics={"sims": 1}),)


def name(*ids: str, line_id: str = "1", order_id: str = "Q1") -> Sent:
    return "order.choose-instances", {"orderId": order_id, "lineId": line_id, "instanceIds": list(ids)}


@pytest.mark.rule("CHG-08", "D-15", "ORD-11")
def test_a_smaller_number_waits_until_the_instances_to_end_are_named() -> None:
    world = counting(LESS)
    assert (order(world)["state"], lines(world)) == ("awaiting_information", {"1": "needs_attention"})
    assert order(world)["lines"][0]["attention"] == ("order.choose-instances: which 2 of sim end")
    assert set(standing(world, "POOL", "SIM", "CHIP").values()) == {"active"}
    assert world.pages()["instance", "POOL"]["reservedBy"] is None


@pytest.mark.rule("ORD-11", "INF-02")
@pytest.mark.parametrize("asked", ["approve-change", "decline-change", "release", "reject"])
def test_an_order_that_waits_for_it_says_so_whatever_is_asked(asked: str) -> None:
    world = counting(LESS, (ask(asked, "Q1"),))
    said = [data["reasons"] for message, data in world.messages(ORDER_EVENTS) if "refused" in message.type]
    [[reason]] = said
    assert (
        "the order is awaiting information (line 1 waits for order.choose-instances: which 2 of sim end)"
        in (reason["message"])
    )


@pytest.mark.rule("CHG-08", "D-15", "DIS-06")
def test_those_that_were_named_end_with_all_that_is_below_them() -> None:
    world = counting(LESS, (name("SIM-1", "SIM-3"),))
    assert (order(world)["state"], lines(world)) == ("completed", {"1": "completed"})
    assert standing(world, "POOL", "SIM", "CHIP") == dict.fromkeys(("POOL", "SIM-2", "CHIP-2"), "active")
    assert world.pages()["instance", "POOL"]["characteristics"] == {"sims": 1}


@pytest.mark.rule("CHG-08", "D-15")
def test_bundled_products_are_named_likewise() -> None:
    world = counting((place("Q1", "change", "OFFICE", characteristics={"seats": 1}),), (name("SEAT-2"),))
    assert standing(world, "SEAT", "OFFICE") == {"OFFICE": "active", "SEAT-1": "active"}


@pytest.mark.rule("D-15")
def test_nothing_else_of_the_order_waits_for_it() -> None:
    both = place(
        "Q1",
        "change",
        "POOL",
        characteristics={"sims": 1},
        lines=[line("T", "disconnect", instanceId="SEAT-1")],
    )
    world = counting((both,))
    assert lines(world) == {"1": "needs_attention", "T": "completed"}
    assert order(world)["state"] == "awaiting_information"
    assert world.pages()["instance", "SEAT-1"]["state"] == "inactive"
    assert play(world, ((name("SIM-1", "SIM-2"),),)).pages()["order", "Q1"]["state"] == "completed"


@pytest.mark.rule("CHG-08", "D-15")
def test_whoever_knows_names_them_in_the_same_breath() -> None:
    world = counting((*LESS, name("SIM-1", "SIM-3")))
    assert order(world)["state"] == "completed"
    assert standing(world, "SIM") == {"SIM-2": "active"}


@pytest.mark.rule("CHG-08")
def test_the_caller_may_disconnect_them_in_lines_of_their_own() -> None:
    less = place(
        "Q1",
        None,
        lines=[
            line("1", "change", instanceId="OFFICE", characteristics={"seats": 1}),
            line("2", "disconnect", instanceId="SEAT-1"),
        ],
    )
    assert order(counting((less,)))["state"] == "completed"


NOT_YET = place("Q1", "change", "POOL", characteristics={"sims": 1}, approve=False)
REDATED = [line("1", "change", dueDate="2026-03-01T00:00:00Z")]

WRONG = {
    "too few": (("SIM-1",), "1 of sim named where 2 of 3 end"),
    "too many": (("SIM-1", "SIM-2", "SIM-3"), "3 of sim named where 2 of 3 end"),
    "twice": (("SIM-1", "SIM-1"), "SIM-1 is named twice"),
    "something else": (
        ("SIM-1", "SEAT-1"),
        "SEAT-1 is none of those that POOL has fewer of",
    ),
    "unknown": (("SIM-1", "NOWHERE"), "NOWHERE is none of those"),
}


def refused(world: World) -> Any:
    """The last command that order refused."""
    return [body for message, body in world.messages(ORDER_EVENTS) if "command.refused" in message.type][-1]


@pytest.mark.rule("CHG-08", "D-15")
@pytest.mark.parametrize("case", WRONG)
def test_others_than_those_that_can_end_are_refused(case: str) -> None:
    ids, said = WRONG[case]
    world = counting(LESS, (name(*ids),))
    [reason] = refused(world)["reasons"]
    assert (reason["rule"], reason["field"]) == ("CHG-08", "instanceIds")
    assert said in reason["message"]
    assert lines(world) == {"1": "needs_attention"}


@pytest.mark.rule("D-15")
@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (((MORE[0],), (name("SIM-1"),)), "only one that needs attention"),
        (
            ((place("Q1", "change", "POOL", characteristics={"sims": 1}, approve=False),), (name("SIM-1"),)),
            "the order is new",
        ),
        ((LESS, (name("SIM-1", "SIM-2"),), (name("SIM-1", "SIM-3"),)), "was said before"),
        ((LESS, (name("SIM-1", line_id="9"),)), "there is no line 9"),
    ],
)
def test_a_line_that_does_not_wait_for_it_is_not_told(
    stages: tuple[tuple[Sent, ...], ...], said: str
) -> None:
    assert said in refused(counting(*stages))["reasons"][0]["message"]


@pytest.mark.rule("D-15")
def test_told_the_same_again_nothing_happens() -> None:
    world = counting(LESS, (name("SIM-1", "SIM-2"),))
    before = len(world.messages(ORDER_EVENTS))
    assert len(play(world, ((name("SIM-2", "SIM-1"),),)).messages(ORDER_EVENTS)) == before


ENDED = place("Q2", "disconnect", "SIM-1", category="service")


@pytest.mark.rule("D-15", "CHG-16")
def test_a_choice_of_what_another_order_holds_is_refused_and_the_line_waits_on() -> None:
    world = counting(LESS)
    world.answer = lambda _: None
    play(world, ((ENDED,), (name("SIM-1", "SIM-2"),)))
    assert (order(world)["state"], lines(world)) == ("awaiting_information", {"1": "needs_attention"})
    said = order(world)["lines"][0]["attention"]
    assert said.startswith("order 'Q2' holds 'SIM-1'")
    assert "name the instances again when it is completed; order.choose-instances: which 2 of sim" in said
    assert world.pages()["instance", "SIM-2"]["state"] == "active"
    play(world, ((name("SIM-1", "SIM-2"),),))
    assert lines(world) == {"1": "needs_attention"}
    world.answer = lambda _: "completed"
    open_ = [one["taskId"] for one in world.pages()["plan", "Q2"]["tasks"] if one["state"] == "open"]
    play(world, (tuple(("task.report", {"taskId": id, "result": "completed"}) for id in open_),))
    play(world, ((name("SIM-3"),),))
    assert (order(world)["state"], order(world)["reasons"]) == ("completed", [])
    assert standing(world, "SIM") == {"SIM-2": "active"}


@pytest.mark.rule("D-15", "CHG-16")
def test_a_choice_that_another_order_outruns_is_asked_for_again() -> None:
    for seed in range(8):
        world = counting(LESS, (ENDED, name("SIM-1", "SIM-2")), seed=seed)
        if lines(world) != {"1": "needs_attention"}:
            assert (order(world)["state"], standing(world, "SIM")) == ("completed", {"SIM-3": "active"})
            continue
        assert set(standing(world, "SIM")) == {"SIM-2", "SIM-3"}
        play(world, ((name("SIM-3"),),))
        assert (order(world)["state"], standing(world, "SIM")) == ("completed", {"SIM-2": "active"})


@pytest.mark.rule("D-15", "CHG-08")
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("seed", [None, *range(6)])
def test_a_line_for_which_others_have_ended_enough_goes_on_by_itself(
    seed: int | None, together: bool
) -> None:
    one_less = place("Q1", "change", "POOL", characteristics={"sims": 2})
    stages = ((one_less, ENDED),) if together else ((one_less,), (ENDED,))
    world = counting(*stages, seed=seed)
    assert (order(world)["state"], lines(world)) == ("completed", {"1": "completed"})
    assert set(standing(world, "SIM")) == {"SIM-2", "SIM-3"}
    pool = world.pages()["instance", "POOL"]
    assert (pool["characteristics"], pool["reservedBy"]) == ({"sims": 2}, None)


@pytest.mark.rule("D-15", "D-09")
def test_a_dated_one_waits_for_both_its_instances_and_its_day() -> None:
    later = place("Q1", "change", "POOL", characteristics={"sims": 2}, start="2026-02-01T00:00:00Z")
    world = counting()
    world.time_passes = False
    play(world, ((later,),))
    assert lines(world) == {"1": "needs_attention"}
    play(world, ((name("SIM-3"),),))
    assert lines(world) == {"1": "scheduled"}
    world.time_passes = True
    world.run()
    assert (order(world)["state"], "SIM-3" in standing(world, "SIM")) == ("completed", False)


@pytest.mark.rule("D-15")
def test_its_day_alone_does_not_start_it() -> None:
    later = place("Q1", "change", "POOL", characteristics={"sims": 2}, start="2026-02-01T00:00:00Z")
    again = (
        "order.revise",
        {"orderId": "Q1", "lines": [line("1", "change", dueDate="2026-03-01T00:00:00Z")]},
    )
    world = counting((later,), (again,))
    assert lines(world) == {"1": "needs_attention"}
    assert set(standing(world, "SIM").values()) == {"active"}


@pytest.mark.rule("CHG-08")
def test_a_move_does_not_stop_in_its_middle_to_ask() -> None:
    moved = place("Q1", "move", "POOL", location="SITE-9", characteristics={"sims": 1})
    assert [reason["rule"] for reason in order(counting((moved,)))["reasons"]] == ["CHG-08"]


@pytest.mark.rule("D-15", "CHG-08", "ORD-11")
def test_the_choice_ends_alike_in_whatever_order_messages_arrive() -> None:
    stages = (LESS, (name("SIM-1", "SIM-2"),))
    calm = effects(counting(*stages))
    assert all(effects(counting(*stages, seed=seed)) == calm for seed in range(8))
    at_once = (LESS[0], name("SIM-1", "SIM-2"))
    ends = [counting(at_once, seed=seed) for seed in range(8)]
    assert all(standing(world, "SIM") == {"SIM-3": "active"} for world in ends)


@pytest.mark.rule("D-15", "ORD-11")
def test_a_line_that_needs_attention_can_be_dropped() -> None:
    drop = ("order.cancel", {"orderId": "Q1", "lineIds": ["1"]})
    world = counting(LESS, (drop,), (("order.approve-change", {"orderId": "Q1"}),))
    assert order(world)["state"] == "canceled"
    assert set(standing(world, "SIM").values()) == {"active"}


@pytest.mark.rule("D-15", "ORD-11")
def test_after_a_declined_cancel_it_still_waits_to_be_told() -> None:
    asked = (("order.cancel", {"orderId": "Q1"}),)
    world = counting(LESS, asked, (("order.decline-change", {"orderId": "Q1"}),))
    assert order(world)["state"] == "awaiting_information"
    assert order(play(world, ((name("SIM-1", "SIM-2"),),)))["state"] == "completed"


def revised(value: int, *stages: tuple[Sent, ...]) -> World:
    """The line of `LESS` is asked to leave so many, and that is approved."""
    again = {"orderId": "Q1", "lines": [line("1", "change", characteristics={"sims": value})]}
    approve = ("order.approve-change", {"orderId": "Q1"})
    return counting(LESS, (("order.revise", again),), (approve,), *stages)


@pytest.mark.rule("D-15", "CHG-08", "INF-04")
def test_a_line_that_waits_may_ask_for_another_number_and_says_how_many_are_to_be_named() -> None:
    world = revised(2)
    assert order(world)["lines"][0]["attention"] == "order.choose-instances: which 1 of sim end"
    assert order(play(world, ((name("SIM-2"),),)))["state"] == "completed"
    assert set(standing(world, "SIM")) == {"SIM-1", "SIM-3"}


@pytest.mark.rule("D-15", "CHG-08")
@pytest.mark.parametrize("value", [3, 5])
def test_it_is_not_left_waiting_for_an_answer_that_nobody_can_give(value: int) -> None:
    world = revised(value)
    found = [body for message, body in world.messages(ORDER_EVENTS) if "refused" in message.type]
    (reason,) = found[0]["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("CHG-08", "1")
    assert "would end none" in reason["message"]
    assert order(world)["lines"][0]["attention"] == "order.choose-instances: which 2 of sim end"
    assert order(play(world, ((name("SIM-1", "SIM-2"),),)))["state"] == "completed"


@pytest.mark.rule("D-15", "CHG-08", "D-02")
def test_a_revision_does_not_bring_up_which_ones_end() -> None:
    world = counting()
    world.answer = lambda _: None
    more = place("Q1", "change", "POOL", characteristics={"sims": 5})
    fewer = {"orderId": "Q1", "lines": [line("1", "change", characteristics={"sims": 4})]}
    less = {"orderId": "Q1", "lines": [line("1", "change", characteristics={"sims": 2})]}
    approve = ("order.approve-change", {"orderId": "Q1"})
    play(world, ((more,), (("order.revise", fewer),), (approve,)))
    assert set(standing(world, "SIM", "Q1")) >= {"SIM-1", "SIM-2", "SIM-3"}
    assert order(world)["lines"][0]["characteristics"] == {"sims": 4}
    play(world, ((("order.revise", less),),))
    (reason,) = refused(world)["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("CHG-08", "1")
    assert "would end 1 of sim" in reason["message"]
    assert "order fewer by itself when this order is completed" in reason["message"]
    assert order(world)["state"] == "in_progress"


@pytest.mark.rule("CHG-08", "INF-04")
def test_a_revision_names_itself_what_it_ends_where_lines_may_be_about_it() -> None:
    """What is under way holds what stands below it, so the same revision says which of it ends."""
    world = counting()
    world.answer = lambda _: None
    more = place("Q1", "change", "OFFICE", characteristics={"seats": 3})
    one = line("1", "change", instanceId="OFFICE", characteristics={"seats": 1})
    ends = line("9", "disconnect", instanceId="SEAT-1")
    approve = ("order.approve-change", {"orderId": "Q1"})
    play(world, ((more,), (("order.revise", {"orderId": "Q1", "lines": [one]}),)))
    (reason,) = refused(world)["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("CHG-08", "1")
    assert "lines of their own that disconnect 1 of SEAT-1, SEAT-2;" in reason["message"]
    world.answer = lambda _: "completed"
    play(world, ((("order.revise", {"orderId": "Q1", "lines": [one, ends]}),), (approve,)))
    assert order(world)["state"] == "completed"
    assert standing(world, "SEAT", "Q1") == {"SEAT-2": "active"}
    assert world.pages()["instance", "OFFICE"]["characteristics"] == {"seats": 1}


# ------------------------------------------------------------------------- what whoever does it is told

FIVE: Sent = (
    "instance.load",
    {
        "instanceId": "MANY",
        "accountId": "ACME",
        "kind": "product",
        "specificationId": "mobile-4g",
        "state": "active",
        "quantity": 5,
    },
)
BACK = {"lineId": "1", "instanceId": "MANY", "reason": "too many", "expected": "refund", "quantity": 2}
COUNTED: dict[str, tuple[tuple[Sent, ...], list[tuple[int | None, int | None]]]] = {
    "a change that leaves the number": (
        (place("Q1", "change", "MANY", characteristics={"number": "1"}),),
        [(5, None)],
    ),
    "a change of the number": (
        (place("Q1", None, lines=[line("1", "change", instanceId="MANY", quantity=7)]),),
        [(7, 5)],
    ),
    "an end of all": ((place("Q1", "disconnect", "MANY"),), [(5, None)]),
    "some that come back": (
        (
            ("return.open", {"returnId": "R", "accountId": "ACME", "lines": [BACK]}),
            ("return.assess", {"returnId": "R", "lines": [{"lineId": "1", "proposed": "refund"}]}),
        ),
        [(3, 5), (3, 5)],
    ),
    "what nobody counts": ((place("Q1", "change", "NET", characteristics={"speed": 200}),), [(None, None)]),
    "a new one": ((place("Q1", "add", lines=[line("1", "add", specificationId="seat")]),), [(None, None)]),
}


def told(world: World) -> list[tuple[int | None, int | None]]:
    """How many each task is about, and how many there were before."""
    asked = [data for message, data in world.messages(TASKS) if "task.requested" in message.type]
    return [(data.get("quantity"), data.get("previousQuantity")) for data in asked]


@pytest.mark.rule("DIS-06", "CHG-01")
@pytest.mark.parametrize("case", COUNTED)
def test_a_task_says_how_many_it_is_about_where_that_is_counted(case: str) -> None:
    asked, wanted = COUNTED[case]
    found = told(counting((FIVE,), *((one,) for one in asked)))
    assert set(found) == set(wanted)
    assert len(found) >= len(wanted)


@pytest.mark.rule("INF-04", "CHG-01")
def test_another_number_under_way_is_told_to_whoever_had_begun() -> None:
    world = counting((FIVE,))
    world.answer = lambda _: None
    placed = place("Q1", None, lines=[line("1", "change", instanceId="MANY", quantity=7)])
    again = ("order.revise", {"orderId": "Q1", "lines": [line("1", "change", quantity=9)]})
    play(world, ((placed,), (again,), (("order.approve-change", {"orderId": "Q1"}),)))
    assert told(world) == [(7, 5), (9, 5)]
