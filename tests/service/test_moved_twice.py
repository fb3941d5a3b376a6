"""A move that is revised to yet another place while the old place is being given up."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import TASKS
from tests.in_flight import approved, begun, owned, page, send, worked_off
from tests.scenarios import ask, line, place
from tests.world import World


def report(task: str) -> Any:
    return "task.report", {"taskId": task, "result": "completed"}


def state(world: World, task: str) -> str:
    return next(str(one["state"]) for one in page(world, "plan", "O1")["tasks"] if one["taskId"] == task)


def pair(world: World) -> tuple[str, str]:
    """The domain orders of the telephone: where it was, and where it goes."""
    orders = page(world, "plan", "O1")["domainOrders"]
    voice = {one["action"]: str(one["domainOrderId"]) for one in orders if one["specificationId"] == "voice"}
    return voice["change"], voice["add"]


@pytest.mark.rule("D-05")
def test_the_old_place_is_given_up_only_after_the_last_new_one_is_there() -> None:
    world = begun(place("O1", "move", "HOME", location="SITE-2"))
    old, new = pair(world)
    cease, provide = f"{old}.cease", f"{new}.provide"
    send(world, report(provide))
    assert (state(world, provide), state(world, cease)) == ("closed_complete", "open")
    lines = [line(one["lineId"], "change", location="SITE-3") for one in page(world, "order", "O1")["lines"]]
    approved(world, ask("revise", "O1", lines=lines))
    assert (state(world, provide), state(world, cease)) == ("open", "draft")
    assert [
        (message.type, body["attempt"])
        for message, body in world.messages(TASKS)
        if body["taskId"] == cease and "requested" not in message.type
    ] == [("aftersale.task.withdrawn.v1", 1)]
    send(world, report(provide))
    assert state(world, cease) == "open"
    worked_off(world, "O1")
    assert (page(world, "order", "O1")["state"], owned(world)["VOICE"]["state"]) == ("completed", "inactive")
