"""Fallouts: what they are called, how far they are, and what becomes of tasks that nobody answers in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.fulfillment.domain.blueprint import Refused
from services.fulfillment.domain.catalog import TaskKind, TaskSpecification
from services.fulfillment.domain.fallout import Resolve, advice, awaits_resolution, classified, taken_up
from services.fulfillment.domain.late import no_answer
from services.fulfillment.domain.reports import AskAgain, Retry, ask_again, retry
from services.fulfillment.domain.state import OpenFallout
from services.fulfillment.domain.task_events import AttemptFailed, TaskClosed, TaskHeld, TaskReleased
from services.fulfillment.domain.trouble_events import FalloutChanged, FalloutClosed, FalloutOpened
from tests.fulfillment import NOW, Given, entry, instance, line, made, names, plan, published, reserved

DO = "O.1.do"
HOUR = timedelta(hours=1)


def given(*tasks: TaskSpecification | str) -> Given:
    """A plan of one product with these tasks."""
    catalog = published(entry("internet", plans=[plan("change", *tasks)]))
    return Given(made(reserved([line()], [instance("I", "internet")]), catalog))


def timed(retries: int = 0, backoff: str | None = None, kind: TaskKind = "provision") -> TaskSpecification:
    """A task that should be done within an hour."""
    return TaskSpecification(name="do", kind=kind, duration="PT1H", retries=retries, backoff=backoff)


def late(plan: Given, at: datetime) -> list[Any]:
    """What the clock does to a plan."""
    events = no_answer(plan.plan, at)
    plan.take(events)
    return list(events)


# ----------------------------------------------------------------------------------------- what it is


@pytest.mark.rule("FAL-02")
@pytest.mark.parametrize(
    ("rule", "kind", "said", "type_"),
    [
        ("D-20", "provision", None, "provisioning"),
        ("FAL-05", "field", None, "provisioning"),
        ("D-20", "credit", None, "billing"),
        ("DEC-01", None, None, "allocation"),
        ("SUS-19", None, None, "allocation"),
        ("D-20", "credit", "allocation", "allocation"),
        ("D-20", "provision", "customer not at home", "customer not at home"),
    ],
)
def test_a_fallout_is_classified_by_what_failed_or_as_it_was_said(
    rule: str, kind: TaskKind | None, said: str | None, type_: str
) -> None:
    assert classified(rule, kind, said) == type_


@pytest.mark.rule("FAL-02")
def test_a_failed_credit_is_a_matter_of_billing() -> None:
    plan = given(timed(kind="credit"))
    _, opened = plan.report(DO, "failed")
    assert isinstance(opened, FalloutOpened)
    assert (opened.type, plan.plan.fallouts[opened.fallout_id].type) == ("billing", "billing")


@pytest.mark.rule("FAL-02")
def test_whoever_fails_may_say_what_it_is() -> None:
    plan = given("do")
    plan.report(DO, "failed", fallout_type="weather")
    assert plan.plan.fallouts[f"{DO}.f1"].type == "weather"


def test_a_failure_without_a_word_says_so() -> None:
    plan = given("do")
    plan.report(DO, "failed")
    assert plan.plan.fallouts[f"{DO}.f1"].message == "attempt 1 failed, and no reason was given"


# ------------------------------------------------------------------------------------- how far it is


def opened(plan: Given) -> OpenFallout:
    [fallout] = plan.plan.fallouts.values()
    return fallout


@pytest.mark.rule("FAL-04")
def test_a_fallout_goes_from_classified_to_assigned_to_resolved_to_closed() -> None:
    plan = given("do")
    plan.report(DO, "failed", message="no port")
    assert (opened(plan).stage, opened(plan).type) == ("classified", "provisioning")

    plan.take(taken_up(Resolve(fallout_id=f"{DO}.f1", assignee="Ada"), opened(plan), 1))
    assert (opened(plan).stage, opened(plan).assignee) == ("assigned", "Ada")

    plan.take(retry(Retry(task_id=DO, resolution="port found"), plan.plan, NOW))
    assert (opened(plan).stage, opened(plan).assignee) == ("resolved", "Ada")

    plan.report(DO)
    assert plan.plan.fallouts == {}


@pytest.mark.rule("FAL-02", "FAL-04")
def test_a_person_may_call_it_something_else() -> None:
    plan = given("do")
    plan.report(DO, "failed", message="no port")
    [changed] = taken_up(Resolve(fallout_id=f"{DO}.f1", type="allocation"), opened(plan), 1)
    assert isinstance(changed, FalloutChanged)
    assert (changed.type, changed.stage, changed.message) == ("allocation", "classified", "no port")


@pytest.mark.rule("FAL-04")
def test_what_is_known_already_is_not_said_again() -> None:
    plan = given("do")
    plan.report(DO, "failed")
    command = Resolve(fallout_id=f"{DO}.f1", assignee="Ada", type="billing")
    plan.take(taken_up(command, opened(plan), 1))
    assert taken_up(command, opened(plan), 1) == ()


@pytest.mark.rule("FAL-04")
def test_what_is_resolved_is_not_resolved_again() -> None:
    plan = given("do")
    plan.report(DO, "failed")
    plan.take(retry(Retry(task_id=DO, resolution="port found"), plan.plan, NOW))
    with pytest.raises(Refused) as refused:
        awaits_resolution(opened(plan))
    assert refused.value.reason.rule == "FAL-04"
    plan.take(taken_up(Resolve(fallout_id=f"{DO}.f1", assignee="Ada"), opened(plan), 1))
    assert opened(plan).stage == "resolved", "who takes it up late does not open it again"


@pytest.mark.rule("FAL-01", "FAL-04")
def test_a_resolution_that_does_not_help_is_closed_as_such_when_the_next_fallout_opens() -> None:
    plan = given(timed())
    plan.report(DO, "failed")
    plan.take(retry(Retry(task_id=DO, resolution="rebooted"), plan.plan, NOW))
    _, closed, again = late(plan, NOW + HOUR)
    assert isinstance(closed, FalloutClosed)
    assert (closed.fallout_id, closed.resolution, closed.verified) == (f"{DO}.f1", "rebooted", False)
    assert isinstance(again, FalloutOpened)
    assert again.fallout_id == f"{DO}.f2"


@pytest.mark.parametrize(
    ("task_id", "rule", "words"),
    [
        (DO, "D-20", ("'fallout.resolve' of F", f"'task.retry' of {DO}", "'task.skip' and a reason")),
        (DO, "FAL-05", ("'task.retry'", "'task.report' that it is completed still counts")),
        (None, "DEC-01", ("publish what is missing", "'fallout.resolve' of F")),
        (DO, "ORD-17", ("take back by hand what was done", "'fallout.resolve' of F")),
        (DO, "RMA-05", (f"look again with 'task.retry' of {DO}", "'task.skip' and a reason")),
        (None, "DEC-04", ("publish what is missing",)),
        (None, "SUS-19", ("put right what the reason says", "'fallout.resolve' of F")),
    ],
)
def test_a_fallout_says_what_a_person_can_do(task_id: str | None, rule: str, words: tuple[str, ...]) -> None:
    said = advice("F", task_id, rule)
    assert [word for word in words if word not in said] == []
    assert advice("F", task_id, rule, "resolved").startswith("nothing to do")


@pytest.mark.rule("D-10", "SUS-19")
@pytest.mark.parametrize(
    ("broke", "words"),
    [
        ("CON-08: say 'new'", "order it anew with a contract line as the reason says"),
        ("CHG-17: it has ended", "what it was about has ended"),
        ("CHG-16: order O9 holds it", "wait until the order that holds it is over"),
        ("D-07: it is suspended; resume it first", "put right what the reason says, and order it anew"),
        ("SUS-15: its suspend was canceled", "order another window"),
        ("CHG-08: three are left", "order it anew: what is there by then is counted"),
    ],
)
def test_what_could_not_run_on_its_day_is_mended_as_its_reason_says(broke: str, words: str) -> None:
    said = advice("F", None, "SUS-19", message=f"O1~op.1 was canceled on its day: {broke}")
    assert said == f"{said.partition(', then')[0]}, then say so with 'fallout.resolve' of F"
    assert said.startswith(words)


# ---------------------------------------------------------------------------- what nobody answers


@pytest.mark.rule("FAL-05")
def test_a_task_that_nobody_answers_in_time_is_held_by_a_fallout() -> None:
    plan = given(timed())
    assert late(plan, NOW + HOUR - timedelta(seconds=1)) == []
    held, opened = late(plan, NOW + HOUR)
    assert isinstance(held, TaskHeld)
    assert held.unanswered
    assert isinstance(opened, FalloutOpened)
    assert opened.rule == "FAL-05"
    assert opened.message == (
        "nobody answered attempt 1 until 2026-03-01 10:00:00 UTC, when its time was over"
    )
    assert late(plan, NOW + 2 * HOUR) == []


@pytest.mark.rule("FAL-05")
def test_a_task_without_a_duration_is_never_late() -> None:
    plan = given("do")
    assert late(plan, NOW + timedelta(days=1000)) == []


@pytest.mark.rule("FAL-05")
def test_the_rest_of_the_plan_goes_on_beside_a_late_task() -> None:
    plan = given(timed(), "other", "after<other")
    late(plan, NOW + HOUR)
    plan.report("O.1.other")
    assert plan.open() == ["O.1.after"]


@pytest.mark.rule("FAL-05", "D-20")
def test_a_system_that_does_not_answer_is_asked_again_before_a_fallout_opens() -> None:
    plan = given(timed(retries=2))
    for attempt in (1, 2):
        failed, released = late(plan, NOW + attempt * HOUR)
        assert isinstance(failed, AttemptFailed)
        assert failed.unanswered
        assert isinstance(released, TaskReleased)
        assert (released.attempt, released.due) == (attempt + 1, NOW + (attempt + 1) * HOUR)
    assert names(late(plan, NOW + 3 * HOUR)) == [f"TaskHeld {DO}", f"FalloutOpened {DO}.f3"]


@pytest.mark.rule("FAL-05", "D-20")
def test_a_back_off_begins_when_the_time_was_over_however_late_that_is_noticed() -> None:
    plan = given(timed(retries=1, backoff="PT10M"))
    [failed] = late(plan, NOW + timedelta(days=21))
    assert failed.again == NOW + HOUR + timedelta(minutes=10)
    command = AskAgain(task_id=DO, attempt=1, at=failed.again)
    [released] = ask_again(command, plan.plan, NOW + timedelta(days=21))
    assert isinstance(released, TaskReleased)
    assert released.due == failed.again + HOUR


@pytest.mark.rule("FAL-05")
def test_somebody_at_work_is_not_asked_a_second_time() -> None:
    plan = given(timed(retries=3))
    plan.report(DO, "in_progress")
    held, opened = late(plan, NOW + HOUR)
    assert isinstance(held, TaskHeld)
    assert opened.message.startswith("attempt 1 was begun, and not done until")


@pytest.mark.rule("FAL-05")
@pytest.mark.parametrize("attempt", [None, 1])
def test_a_late_completion_closes_the_task_and_its_fallout(attempt: int | None) -> None:
    plan = given(timed(), "next<do")
    late(plan, NOW + HOUR)
    closed, done, released = plan.report(DO, attempt=attempt)
    assert isinstance(closed, FalloutClosed)
    assert (closed.resolution, closed.verified) == ("attempt 1 was completed, late", True)
    assert isinstance(done, TaskClosed)
    assert (done.attempt, done.withdrawn) == (1, None)
    assert isinstance(released, TaskReleased)


@pytest.mark.rule("FAL-05")
def test_a_late_completion_takes_back_what_was_asked_for_since() -> None:
    plan = given(timed(retries=1))
    late(plan, NOW + HOUR)
    closed = plan.report(DO, attempt=1)[0]
    assert isinstance(closed, TaskClosed)
    assert (closed.attempt, closed.withdrawn) == (1, 2)
    assert plan.plan.completed


@pytest.mark.rule("FAL-05")
def test_a_late_completion_counts_during_a_back_off() -> None:
    plan = given(timed(retries=1, backoff="PT10M"))
    late(plan, NOW + HOUR)
    plan.report(DO)
    assert plan.plan.completed
    assert ask_again(AskAgain(task_id=DO, attempt=1), plan.plan, NOW) == ()


@pytest.mark.rule("FAL-05")
@pytest.mark.parametrize("result", ["failed", "in_progress"])
def test_a_late_word_that_is_no_completion_changes_nothing(result: str) -> None:
    plan = given(timed())
    late(plan, NOW + HOUR)
    [ignored] = plan.report(DO, result)
    assert getattr(ignored, "why", "") == (
        "attempt 1 was not answered in time: now only its completion counts"
    )
