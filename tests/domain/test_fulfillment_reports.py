"""What systems and people say about tasks: in time, twice, late, of unknown things."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from services.fulfillment.domain.blueprint import Refused, TaskState, order_of
from services.fulfillment.domain.catalog import TaskSpecification
from services.fulfillment.domain.compensation import canceled
from services.fulfillment.domain.events import ReportIgnored
from services.fulfillment.domain.reports import AskAgain, Report, Retry, Skip, ask_again, report, retry, skip
from services.fulfillment.domain.state import Plan
from services.fulfillment.domain.task_events import (
    AttemptFailed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
)
from services.fulfillment.domain.trouble_events import FalloutChanged, FalloutClosed, FalloutOpened
from tests.fulfillment import NOW, Given, entry, instance, line, made, names, plan, published, reserved


def given(*tasks: str | TaskSpecification) -> Given:
    """A plan of one product with these tasks."""
    catalog = published(entry("internet", plans=[plan("change", *tasks)]))
    return Given(made(reserved([line()], [instance("I", "internet")]), catalog))


def retried(retries: int, backoff: str | None = None) -> TaskSpecification:
    return TaskSpecification(name="do", kind="provision", retries=retries, backoff=backoff)


def ignored(plan: Given, **report: Any) -> str:
    """Why a report was ignored; nothing else may have happened."""
    (event,) = plan.report("O.1.do", **report)
    assert isinstance(event, ReportIgnored)
    return event.why


def test_work_begins_and_ends() -> None:
    plan = given("do")
    assert plan.report("O.1.do", "in_progress", message="on it") == (
        TaskStarted(version=1, task_id="O.1.do", domain_order_id="O.1", attempt=1, message="on it"),
    )
    assert plan.report("O.1.do", "in_progress") == ()
    assert names(plan.report("O.1.do"))[0] == "TaskClosed O.1.do"


def test_a_report_on_a_finished_task_is_ignored() -> None:
    plan = given("do")
    plan.report("O.1.do")
    assert ignored(plan, result="completed") == "the task is closed"
    assert ignored(plan, result="failed") == "the task is closed"
    assert ignored(plan, result="in_progress") == "the task is closed"


def test_a_report_before_its_turn_is_ignored() -> None:
    plan = given("first", "do<first")
    assert ignored(plan, result="completed") == "the task was not asked for yet"


@pytest.mark.parametrize("attempt", [1, 3])
def test_a_report_on_another_attempt_is_ignored(attempt: int) -> None:
    plan = given(retried(1))
    plan.report("O.1.do", "failed", attempt=1)
    assert ignored(plan, attempt=attempt) == "attempt 2 is the current one"
    assert plan.plan.tasks["O.1.do"].state == "open"


def test_a_second_answer_to_an_attempt_is_ignored() -> None:
    plan = given("do")
    plan.report("O.1.do", "failed")
    assert ignored(plan, result="completed") == "attempt 1 was answered already"


def test_deciding_twice_decides_the_same_and_changes_nothing() -> None:
    plan = given("do")
    asked = Report(task_id="O.1.do", result="completed")
    assert report(asked, plan.plan, NOW) == report(asked, plan.plan, NOW)
    assert plan.plan.tasks["O.1.do"].state == "open"


@pytest.mark.rule("FAL-01", "FAL-03", "D-20")
def test_a_failed_task_is_held_and_opens_a_fallout() -> None:
    plan = given("do")
    assert plan.report("O.1.do", "failed", message="no port") == (
        TaskHeld(version=1, task_id="O.1.do", domain_order_id="O.1", attempt=1, message="no port"),
        FalloutOpened(
            version=1,
            fallout_id="O.1.do.f1",
            task_id="O.1.do",
            domain_order_id="O.1",
            message="no port",
            rule="D-20",
            type="provisioning",
        ),
    )
    [open_] = plan.plan.fallouts.values()
    assert (open_.fallout_id, open_.task_id) == ("O.1.do.f1", "O.1.do")


@pytest.mark.rule("FAL-01")
def test_the_rest_of_the_plan_goes_on_beside_a_fallout() -> None:
    plan = given("do", "other", "after<other")
    plan.report("O.1.do", "failed")
    plan.report("O.1.other")
    assert plan.open() == ["O.1.after"]


@pytest.mark.rule("D-20", "FAL-05")
def test_retries_of_the_plan_are_used_up_before_the_fallout() -> None:
    plan = given(retried(2))
    for attempt in (1, 2):
        failed, released = plan.report("O.1.do", "failed", attempt=attempt)
        assert isinstance(failed, AttemptFailed)
        assert isinstance(released, TaskReleased)
        assert released.attempt == attempt + 1
    held, opened = plan.report("O.1.do", "failed", attempt=3)
    assert (type(held), type(opened)) == (TaskHeld, FalloutOpened)
    assert list(plan.plan.fallouts) == ["O.1.do.f3"]


@pytest.mark.rule("D-20", "FAL-05")
def test_a_back_off_is_waited_for() -> None:
    plan = given(retried(1, "PT30S"))
    (failed,) = plan.report("O.1.do", "failed", message="busy")

    assert failed == AttemptFailed(
        version=1,
        task_id="O.1.do",
        domain_order_id="O.1",
        attempt=1,
        again=NOW + timedelta(seconds=30),
        message="busy",
    )
    assert ignored(plan, result="completed") == "attempt 1 was answered already"
    (released,) = ask_again(AskAgain(task_id="O.1.do", attempt=1), plan.plan, NOW)
    assert isinstance(released, TaskReleased)
    assert released.attempt == 2


def test_a_back_off_that_ends_twice_or_late_asks_once() -> None:
    plan = given(retried(1, "PT30S"))
    assert ask_again(AskAgain(task_id="O.1.do", attempt=1), plan.plan, NOW) == ()
    plan.report("O.1.do", "failed")
    plan.take(ask_again(AskAgain(task_id="O.1.do", attempt=1), plan.plan, NOW))
    assert ask_again(AskAgain(task_id="O.1.do", attempt=1), plan.plan, NOW) == ()
    assert ask_again(AskAgain(task_id="O.9.do", attempt=1), plan.plan, NOW) == ()


@pytest.mark.rule("FAL-03", "FAL-04", "FAL-07")
def test_a_person_asks_again_and_the_fallout_closes_when_that_has_helped() -> None:
    plan = given("do")
    plan.report("O.1.do", "failed")
    resolved, released = retry(Retry(task_id="O.1.do", resolution="port found"), plan.plan, NOW)

    assert isinstance(resolved, FalloutChanged)
    assert (resolved.stage, resolved.resolution) == ("resolved", "port found")
    assert isinstance(released, TaskReleased)
    assert released.attempt == 2
    plan.take((resolved, released))
    assert plan.plan.tasks["O.1.do"].state == "open"
    assert plan.report("O.1.do", attempt=2)[0] == FalloutClosed(
        version=1, fallout_id="O.1.do.f1", task_id="O.1.do", resolution="port found", verified=True
    )
    assert plan.plan.fallouts == {}
    assert plan.plan.completed


@pytest.mark.rule("FAL-03", "FAL-01")
def test_a_task_that_fails_again_after_a_person_asked_opens_another_fallout() -> None:
    plan = given("do")
    plan.report("O.1.do", "failed")
    plan.take(retry(Retry(task_id="O.1.do", resolution="try"), plan.plan, NOW))
    held, closed, opened = plan.report("O.1.do", "failed")
    assert isinstance(closed, FalloutClosed)
    assert (closed.fallout_id, closed.verified) == ("O.1.do.f1", False)
    assert (type(held), type(opened)) == (TaskHeld, FalloutOpened)
    assert list(plan.plan.fallouts) == ["O.1.do.f2"]


@pytest.mark.rule("FAL-03")
def test_a_person_skips_a_task_and_the_plan_goes_on() -> None:
    plan = given("do", "next<do")
    plan.report("O.1.do", "failed")
    events = skip(Skip(task_id="O.1.do", reason="done by hand"), plan.plan, NOW)

    assert names(events) == ["FalloutClosed O.1.do.f1", "TaskClosed O.1.do", "TaskReleased O.1.next"]
    assert events[1] == TaskClosed(
        version=1, task_id="O.1.do", domain_order_id="O.1", attempt=1, skipped="done by hand"
    )


def in_state(state: TaskState) -> Plan:
    """A plan whose task `do` is in this state."""
    plan = given(
        "first", TaskSpecification(name="do", kind="manual", after=("first",), retries=1, backoff="PT1S")
    )
    steps: dict[TaskState, tuple[str, ...]] = {
        "draft": (),
        "open": ("",),
        "in_progress": ("", "in_progress"),
        "scheduled": ("", "failed"),
        "on_hold": ("", "failed", "again", "failed"),
        "closed_complete": ("", "completed"),
        "canceled": ("", "cancel"),
    }
    for step in steps[state]:
        if step == "":
            plan.report("O.1.first")
        elif step == "cancel":
            plan.take(canceled(plan.plan, 2))
        elif step == "again":
            plan.take(ask_again(AskAgain(task_id="O.1.do", attempt=1), plan.plan, NOW))
        else:
            plan.report("O.1.do", step)
    assert plan.plan.tasks["O.1.do"].state == state
    return plan.plan


@pytest.mark.rule("FAL-03")
@pytest.mark.parametrize("state", get_args(TaskState))
@pytest.mark.parametrize("what", ["retry", "skip"])
def test_only_a_task_that_is_held_can_be_retried_or_skipped(state: TaskState, what: str) -> None:
    plan = in_state(state)

    def ask() -> Any:
        if what == "retry":
            return retry(Retry(task_id="O.1.do", resolution="x"), plan, NOW)
        return skip(Skip(task_id="O.1.do", reason="x"), plan, NOW)

    if state == "on_hold":
        assert ask()
        return
    with pytest.raises(Refused) as refused:
        ask()
    assert (refused.value.reason.rule, refused.value.reason.field) == ("FAL-03", "taskId")
    assert f"is {state}: only a task that a fallout holds" in refused.value.reason.message


@pytest.mark.parametrize(
    ("task_id", "order_id"),
    [
        ("O.1.do", "O"),
        ("ORD.2026.1.12.do-it", "ORD.2026.1"),
        ("O.1", None),
        ("O", None),
    ],
)
def test_the_order_is_read_from_the_task_id(task_id: str, order_id: str | None) -> None:
    assert order_of(task_id) == order_id
