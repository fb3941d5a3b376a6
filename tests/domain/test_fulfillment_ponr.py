"""Points of no return: which task passes one, and which lines are past it."""

from __future__ import annotations

from typing import Any

import pytest

from services.fulfillment.domain.catalog import TaskSpecification
from services.fulfillment.domain.ponr import canceled_past, points, revised_past
from services.fulfillment.domain.reports import Skip, skip
from services.fulfillment.domain.task_events import PonrPassed
from tests.fulfillment import NOW, Given, entry, instance, line, made, plan, published, reserved


def marked(name: str, ponr: Any, **more: Any) -> TaskSpecification:
    return TaskSpecification(name=name, kind="provision", ponr=ponr, **more)


def given(*tasks: str | TaskSpecification) -> Given:
    """Two lines of one kind, with these tasks each."""
    catalog = published(entry("internet", plans=[plan("change", *tasks)]))
    lines = [line(id="1"), line(id="2", instance="J")]
    tree = [instance("I", "internet"), instance("J", "internet", line="2")]
    return Given(made(reserved(lines, tree), catalog))


@pytest.mark.rule("D-11", "D-19", "INF-06")
def test_a_marked_task_that_closes_complete_passes_the_point_of_no_return() -> None:
    plan = given(marked("dig", "hard"))
    assert plan.report("O.1.dig", "in_progress")[1:] == ()
    events = plan.report("O.1.dig")
    assert events[1] == PonrPassed(
        version=1, task_id="O.1.dig", domain_order_id="O.1", line_id="1", kind="hard"
    )
    assert [line for line, _ in points(plan.plan)] == ["1"]


@pytest.mark.rule("INF-06")
def test_a_marked_task_that_a_person_skips_passes_nothing() -> None:
    plan = given(marked("dig", "hard"))
    plan.report("O.1.dig", "failed")
    plan.take(skip(Skip(task_id="O.1.dig", reason="dug by hand"), plan.plan, NOW))
    assert plan.plan.tasks["O.1.dig"].state == "closed_complete"
    assert not plan.plan.passed


@pytest.mark.rule("D-18", "CHG-11")
def test_a_plan_without_such_a_task_has_no_point_of_no_return() -> None:
    plan = given("do")
    plan.finish()
    assert not plan.plan.passed
    assert not canceled_past(plan.plan, ("1", "2"))


@pytest.mark.rule("D-11", "D-19", "INF-07", "INF-08")
def test_past_a_hard_one_a_line_stays_as_it_is_and_the_others_do_not() -> None:
    plan = given(marked("dig", "hard"))
    plan.report("O.1.dig")
    (reason,) = revised_past(plan.plan, ("1", "2"))
    assert (reason.rule, reason.line_id) == ("D-11", "1")
    assert "task dig is done" in reason.message
    assert revised_past(plan.plan, ("2",)) == ()
    assert [each.rule for each in canceled_past(plan.plan, ("1", "2"))] == ["D-19"]


@pytest.mark.rule("D-11")
def test_past_a_soft_one_a_line_can_still_be_changed_at_a_charge() -> None:
    plan = given(marked("cut", "soft", charge="reactivation fee"))
    plan.report("O.1.cut")
    assert revised_past(plan.plan, ("1",)) == ()
    assert [point.charge for _, point in points(plan.plan)] == ["reactivation fee"]
