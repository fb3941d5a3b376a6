"""An order that is revised, canceled, held and worked on all at once ends as it was last agreed.

AFTERSALE_TEST_WALKS says how many stories of each kind are told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from tests.scenarios import line
from tests.walks import OVER, Walk, as_before, changes, instances, moves

WALKS = int(os.environ.get("AFTERSALE_TEST_WALKS", "60"))
FACTS = ("state", "characteristics", "location", "parentId")


def facts(page: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(page.get(name) for name in FACTS)


def settled(walk: Walk) -> str:
    """It is over, and nothing of it is left open anywhere."""
    ended = walk.end()
    pages = walk.world.pages()
    assert walk.world.parked() == []
    assert ended in OVER
    if ended != "rejected":
        assert pages["plan", "O1"]["state"] == ended
        assert [task for task in walk.tasks() if task["state"] not in ("closed_complete", "canceled")] == []
        assert left_done(pages["plan", "O1"]) == []
    assert [id for id, page in instances(walk.world).items() if "pending" in page["state"]] == []
    return ended


def left_done(plan: Mapping[str, Any]) -> list[str]:
    """Tasks of canceled domain orders that were done and not undone."""
    gone = {order["domainOrderId"] for order in plan["domainOrders"] if order["state"] == "canceled"}
    undone = {task["undoes"] for task in plan["tasks"] if task["state"] == "closed_complete"}
    done = [task for task in plan["tasks"] if task["state"] == "closed_complete" and not task["undo"]]
    return [task["taskId"] for task in done if task["domainOrderId"] in gone and task["taskId"] not in undone]


def is_as_before(walk: Walk) -> None:
    """D-22."""
    before = as_before()
    for id, page in instances(walk.world).items():
        assert facts(page) == facts(before[id]) if id in before else page["state"] == "inactive", id


def is_as_ordered(walk: Walk) -> None:
    """What lines set is there, and what was dropped is as it was."""
    now, before = {**as_before(), **instances(walk.world)}, as_before()
    stays = {
        line["lineId"]: line["state"] == "completed" for line in walk.world.pages()["order", "O1"]["lines"]
    }
    speed = now["NET"]["characteristics"]["speed"]
    assert now["RFS"]["characteristics"]["speed"] == speed
    assert (speed != 100) == stays.get("1", False)
    assert now["VOICE"]["state"] == ("inactive" if stays.get("2") else "active")
    assert ("O1:3" in now and now["O1:3"]["state"] == "active") == stays.get("3", False)
    assert (facts(now["MOB"]) == facts(before["MOB"])) != stays.get("4", False)


@pytest.mark.rule("D-02", "D-22", "ORD-14", "ORD-17", "ORD-18", "INF-04", "INV-18", "INV-19")
@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_is_done_to_an_order_it_ends_as_last_agreed(seed: int) -> None:
    walk = Walk(seed, changes)
    walk.go()
    if settled(walk) == "completed":
        is_as_ordered(walk)
    else:
        is_as_before(walk)
    assert everything_is_free(walk)


def everything_is_free(walk: Walk) -> bool:
    """The next order can have all of it."""
    walk.world.answer = lambda _: "completed"
    speed, number = {"characteristics": {"speed": 1}}, {"characteristics": {"number": "9"}}
    lines = [
        line("1", "change", instanceId="NET", **speed),
        line("2", "change", instanceId="MOB", **number),
    ]
    walk.say("order.place", orderId="O9", accountId="ACME", lines=lines, approve=True)
    walk.world.run()
    return bool(walk.world.pages()["order", "O9"]["state"] == "completed")


@pytest.mark.rule("D-22", "INV-15", "INV-16")
@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_is_done_to_a_move_nothing_is_left_in_between(seed: int) -> None:
    walk = Walk(seed, moves)
    walk.go()
    if settled(walk) != "completed":
        is_as_before(walk)
