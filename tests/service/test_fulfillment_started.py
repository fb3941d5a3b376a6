"""A revision while what has started on its day waits for the catalog: that is planned by itself, and once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from schemas.topics import TASKS
from tests.service.test_fulfillment import INTERNET
from tests.service.test_fulfillment_holds import TWO, Ordered

DAY = "O-1~op.2"


def asked(id: str, instance: str, version: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A line, and what it touches."""
    of = {"kind": "product", "specificationId": "internet", "action": "change", "lineId": id}
    line = {**of, "instanceId": instance, "specificationVersion": version, **more}
    touched = {**of, "instanceId": instance, "specificationVersion": "1", "state": "change_pending"}
    return line, touched


def accepted(world: Ordered, version: int, *lines: tuple[dict[str, Any], dict[str, Any]]) -> None:
    said = {"lines": [line for line, _ in lines], "tree": [touched for _, touched in lines]}
    about = {"orderId": "O-1", "accountId": "A", "version": version, "category": "product"}
    world.say({**about, **said, "operations": [{"operationId": DAY, "lineIds": ["2"]}]})


AT_ONCE, LATER = asked("1", "I", "1"), asked("2", "J", "2")


def waiting() -> Ordered:
    """The day of line 2 has come, and its specification was not heard."""
    world = Ordered()
    accepted(world, 1, AT_ONCE)
    line, touched = LATER
    about = {"orderId": "O-1", "accountId": "A", "version": 1, "operationId": DAY, "action": "change"}
    said = {"at": "2026-03-01T00:00:00+00:00", "lineIds": ["2"], "lines": [line], "tree": [touched]}
    world.say({**about, **said}, "operation.started")
    return world


@pytest.mark.rule("DEC-09", "INF-04")
def test_it_is_not_revised_before_it_is_planned() -> None:
    world = waiting()
    world.revise(2, "2")
    assert world.answers()[-1] == ("plan.change-refused", 2)
    assert "DEC-09" in str(world.last("plan.change-refused")["reasons"])


@pytest.mark.rule("DEC-09", "INF-04")
def test_a_revision_that_was_approved_before_it_started_is_refused() -> None:
    world = waiting()
    accepted(world, 2, AT_ONCE, asked("2", "J", "2", characteristics={"speed": 9}))
    assert world.answers()[-1] == ("plan.change-refused", 2)


@pytest.mark.rule("INF-04", "D-17")
def test_a_revision_of_another_line_leaves_it_to_be_planned_once() -> None:
    world = waiting()
    world.revise(2, "1")
    accepted(world, 2, asked("1", "I", "1", characteristics={"speed": 9}), LATER)
    assert world.answers()[-1] == ("plan.changed", 2)
    world.publish_entry(**{**INTERNET, "version": "2", "plans": TWO})
    world.later(seconds=5)
    found = Counter(one["instanceId"] for one in world.shown()["domainOrders"])
    assert found == {"I": 1, "J": 1}
    assert [one["taskId"] for _, one in world.messages(TASKS)].count("O-1.2.dig") == 1
