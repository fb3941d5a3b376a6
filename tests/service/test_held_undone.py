"""A task that is done, and held for what it found, is undone and charged like any other (11.2, D-11)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line
from tests.service.test_return_journeys import A, Shop
from tests.service.test_return_journeys import plan as plan_of_return
from tests.service.test_return_journeys import task as task_of_return
from tests.service.test_staggered import (
    BROADBAND,
    DSL,
    ONT,
    SURVEY,
    page,
    plan,
    surveying,
    task,
    tasks,
)
from tests.service.test_staggered_otherwise import APPROVED, COPPER, FOUND, RETRY
from tests.world import World

CANCEL = (ask("cancel", "B1"),)
DROPPED = (ask("revise", "B1", lines=[line("2", "add", specificationId="tv")]),)
FAILED: tuple[Sent, ...] = (("task.report", {"taskId": "B1.2.look", "result": "failed"}),)


def looked(*answers: tuple[Sent, ...]) -> World:
    """The look can be taken back, and costs something once it is done."""
    undo = {"name": "unlook", "kind": "provision"}
    look = task("look", undo=undo, ponr="soft", charge="99")
    survey = {**SURVEY[1], "plans": plan(look, task("hand-over", after=["look"]))}
    return play(surveying((SURVEY[0], survey), ONT, DSL, BROADBAND), (COPPER, APPROVED, *answers))


def said(world: World, name: str) -> list[dict[str, Any]]:
    return [body for message, body in world.messages("fulfillment.events") if f".{name}." in message.type]


@pytest.mark.rule("DEC-04", "INF-04")
@pytest.mark.parametrize("change", [CANCEL, DROPPED])
def test_what_is_done_and_held_for_what_it_found_is_undone(change: tuple[Sent, ...]) -> None:
    world = looked(FOUND, change, APPROVED)
    assert tasks(world)["B1.2.unlook"] == "open"
    assert page(world)["fallouts"] == []


@pytest.mark.rule("DEC-04", "INF-04")
def test_asked_for_again_it_is_undone_as_well_for_it_was_done_before() -> None:
    world = looked(FOUND, (RETRY,), CANCEL, APPROVED)
    assert (tasks(world)["B1.2.look"], tasks(world)["B1.2.unlook"]) == ("canceled", "open")


@pytest.mark.rule("INF-04")
def test_what_failed_needs_no_undo() -> None:
    assert "B1.2.unlook" not in tasks(looked(FAILED, CANCEL, APPROVED))


@pytest.mark.rule("D-11", "DEC-04")
@pytest.mark.parametrize(
    ("answers", "charge"), [((FOUND,), "99"), ((FOUND, (RETRY,)), "99"), ((FAILED,), None)]
)
def test_a_cancellation_is_charged_what_was_done_though_it_is_held(
    answers: tuple[tuple[Sent, ...], ...], charge: str | None
) -> None:
    held = said(looked(*answers, CANCEL), "plan.held")[-1]
    assert [one["charge"] for one in held.get("charges", [])] == ([charge] if charge else [])


@pytest.mark.rule("FAL-04", "FAL-07")
@pytest.mark.parametrize("answers", [(FAILED,), (FAILED, (RETRY,)), (FOUND, (RETRY,))])
def test_a_fallout_closes_with_its_task_when_the_order_is_canceled(
    answers: tuple[tuple[Sent, ...], ...],
) -> None:
    world = looked(*answers, CANCEL, APPROVED)
    assert page(world)["fallouts"] == []
    assert [one["falloutId"] for one in said(world, "fallout.closed")] == ["B1.2.look.f1"]


@pytest.mark.rule("RMA-05", "INF-04")
def test_goods_that_are_not_as_promised_are_sent_back_when_the_order_is_canceled() -> None:
    receive = {**task_of_return("receive", "receive"), "undo": {"name": "send back", "kind": "ship"}}
    tasks_ = [receive, task_of_return("credit", "credit", "receive")]
    entry = {"specificationId": "watch", "version": "1", "name": "watch", "kind": "product"}
    shop = Shop()
    shop.does("specification.publish", {**entry, "plans": [plan_of_return("disconnect", tasks=tasks_)]})
    watch = {"instanceId": "WATCH", "kind": "product", "specificationId": "watch"}
    shop.does("instance.load", {"accountId": A, "state": "active", **watch})
    shop.answer = lambda _: None
    shop.returns("WATCH", "refund")
    found = {"result": "completed", "characteristics": {"outcome": "wrong_item"}}
    shop.does("task.report", {"taskId": "RET-1.1.receive", **found})
    shop.does(*ask("cancel", "RET-1"))
    shop.does(*ask("approve-change", "RET-1"))
    assert {one["taskId"]: one["state"] for one in shop.tasks()}["RET-1.1.send back"] == "open"
