"""What pages and refusals say to people who do not know what was decided, by whom and when."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from services.cli.tables import shown
from tests.in_flight import approved, begun, page, send
from tests.quantities import counting
from tests.scenarios import ask, line, place
from tests.service.test_choice_void import DUE, names, seats
from tests.service.test_return_journeys import Shop
from tests.world import World

CHANGE = place("O1", "change", "NET", characteristics={"speed": 200})
WINDOW = {"start": "2026-02-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}


def printed(kind: str, body: dict[str, Any]) -> str:
    console = Console(width=220, color_system=None)
    with console.capture() as captured:
        console.print(shown(kind, body))
    return captured.get()


def refused(world: World) -> list[str]:
    found = (data for one, data in world.messages("order.events") if "command.refused" in one.type)
    return [reason["message"] for data in found for reason in data["reasons"]]


@pytest.mark.rule("ORD-12")
@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (ask("cancel", "O1"), "cancellation"),
        (
            ask("revise", "O1", lines=[line("1", "change", characteristics={"speed": 300})]),
            "revision",
        ),
    ],
)
def test_what_is_asked_of_an_order_is_answered_before_it_is_held(request_: Any, what: str) -> None:
    world = send(begun(CHANGE), request_, ask("hold", "O1"))
    assert refused(world) == [
        f"its {what} (version 2) waits for an answer, and no new work is begun until then: approve it "
        "(order.approve-change) or decline it (order.decline-change), and hold what then goes on"
    ]


@pytest.mark.rule("ORD-12")
def test_nothing_is_left_to_hold_of_what_is_being_undone() -> None:
    add = place("O1", None, lines=[line("1", "add", specificationId="number")])
    world = begun(add, answer=lambda task: "completed" if task["name"] == "reserve" else None)
    approved(world, ask("cancel", "O1"))
    assert page(world, "order", "O1")["state"] == "cancellation_in_progress"
    assert refused(send(world, ask("hold", "O1"))) == [
        "the order is being canceled: its work is undone, and nothing is left to hold"
    ]


@pytest.mark.rule("CON-10", "SUS-15")
@pytest.mark.parametrize("id", ["C-1", "NOBODY"])
def test_what_is_wrong_with_a_window_is_said_once(id: str) -> None:
    world = send(begun(), place("O1", "suspend", id, **WINDOW))
    (reason,) = page(world, "order", "O1")["reasons"]
    assert reason["lineId"] == "1"


@pytest.mark.rule("RMA-02")
def test_a_return_whose_order_a_person_has_canceled_says_so() -> None:
    shop = Shop()
    shop.answer = lambda _: None
    shop.returns("LOOSE", "refund")
    shop.does("order.cancel", {"orderId": "RET-1"})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    (reason,) = shop.line["reasons"]
    assert (shop.line["state"], reason["rule"]) == ("needs_attention", "RMA-02")
    assert reason["message"] == (
        "order RET-1 was canceled, so nothing comes back by it: assess the line anew, or propose 'reject'"
    )


@pytest.mark.rule("D-15")
def test_the_order_shows_which_instances_its_line_ends() -> None:
    world = counting()
    world.time_passes = False
    send(world, seats("Q", 1, dueDate=DUE), names("SEAT-2"))
    body = page(world, "order", "Q")
    assert body["lines"][0]["instanceIds"] == ["SEAT-2"]
    assert "SEAT-2" in printed("order", body)


@pytest.mark.rule("RMA-05")
def test_a_task_that_was_skipped_shows_why() -> None:
    shop = Shop()
    shop.answer = lambda task: "failed" if task["name"] == "receive" else "completed"
    shop.returns("LOOSE", "refund")
    (held,) = (task for task in shop.tasks() if task["state"] == "on_hold")
    assert held["skipped"] is None
    shop.does("task.skip", {"taskId": held["taskId"], "reason": "the customer may keep it"})
    body = shop.page("plan", "RET-1")
    (done,) = (task for task in body["tasks"] if task["taskId"] == held["taskId"])
    assert (done["state"], done["skipped"] is not None) == ("closed_complete", True)
    text = printed("plan", {**body, "tasks": [{**done, "skipped": "the customer may keep it"}]})
    assert "skipped: the customer may keep it" in text


@pytest.mark.rule("SUS-15", "CON-11")
def test_a_time_in_a_message_is_said_as_pages_say_it() -> None:
    """Whatever offset it was given with."""
    window = place("O1", "suspend", "NET", end="2026-01-01T00:30:00+02:00")
    terms = {"type": "amend", "start": "2026-06-01T01:00:00+02:00", "end": "2026-05-01T01:00:00+02:00"}
    change = place("O2", None, lines=[line("1", "change", instanceId="HOME", contractLine=terms)])
    world = send(begun(), window, change)
    said = [page(world, "order", id)["reasons"][0]["message"] for id in ("O1", "O2")]
    assert "the end 2025-12-31 22:30 UTC is past" in said[0]
    assert "ends on 2026-04-30 23:00 UTC, not after its start 2026-05-31 23:00 UTC" in said[1]
