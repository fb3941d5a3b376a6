"""Section 10: what a plan shows, and who does its work."""

from __future__ import annotations

import pytest

from services.fulfillment.domain.task_events import TaskReleased
from services.fulfillment.views import pages
from tests.fulfillment import Given, entry, instance, line, made, plan, published, reserved

TREE = reserved(
    [line()], [instance("I", "internet"), instance("S", "access", "I", kind="service", location="SITE-1")]
)
CATALOG = published(
    entry("internet", plans=[plan("change", "bill<access/build")]),
    entry("access", "service", plans=[plan("change", "survey", "build<survey")]),
)


@pytest.mark.rule("ORC-03")
def test_the_plan_shows_lines_domain_orders_and_tasks_with_what_waits_for_what() -> None:
    given = Given(made(TREE, CATALOG))
    given.report("O.2.survey")
    [page] = pages("plan", "O", given.plan)
    assert [
        (one["domainOrderId"], one["lineId"], one["parentId"], one["state"])
        for one in page.body["domainOrders"]
    ] == [("O.1", "1", None, "draft"), ("O.2", "1", "O.1", "in_progress")]
    assert [
        (one["taskId"], one["domainOrderId"], one["after"], one["state"]) for one in page.body["tasks"]
    ] == [
        ("O.1.bill", "O.1", ["O.2.build"], "draft"),
        ("O.2.survey", "O.2", [], "closed_complete"),
        ("O.2.build", "O.2", ["O.2.survey"], "open"),
    ]


@pytest.mark.rule("ORC-04")
def test_work_is_asked_for_and_not_done_until_somebody_says_so() -> None:
    given = Given(made(TREE, CATALOG))
    asked = [event.task_id for event in given.began if isinstance(event, TaskReleased)]
    assert asked == given.open() == ["O.2.survey"]
    assert given.closed() == []
    given.report("O.2.survey", "in_progress")
    assert given.open() == ["O.2.survey"]
    given.report("O.2.survey")
    assert given.open() == ["O.2.build"]
