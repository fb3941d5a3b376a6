"""What provisioning systems and people say about tasks, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from datetime import datetime
from typing import Literal

from services.fulfillment.domain import contradiction, fallout, late, outcome, withdrawn, work_order
from services.fulfillment.domain.blueprint import Reason, Refused
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.catalog import Scalar
from services.fulfillment.domain.contradiction import Contradiction
from services.fulfillment.domain.events import PlanEvent, ReportIgnored
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import (
    NOT_RECEIVED,
    AttemptFailed,
    TaskClosed,
    TaskHeld,
    TaskStarted,
)
from services.fulfillment.domain.value import value
from services.fulfillment.domain.work_order import WorkOrder

# --------------------------------------------------------------------------------------- commands


@value
class Report:
    """`attempt` None means the current one."""

    task_id: str
    result: Literal["in_progress", "completed", "failed"]
    attempt: int | None = None
    message: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    fallout_type: str | None = None
    """What whoever failed says that it is (FAL-02)."""
    outcome: str | None = None
    """What was found of a return."""
    work_order: WorkOrder | None = None
    against: tuple[Contradiction, ...] = ()
    """What of it would have made another plan (DEC-04)."""


@value
class Retry:
    """A person asks again; also how a fallout is resolved."""

    task_id: str
    resolution: str


@value
class Skip:
    task_id: str
    reason: str


@value
class AskAgain:
    """The back-off after a failed attempt is over."""

    task_id: str
    attempt: int
    at: datetime | None = None
    """When it was over; none was kept in the first days."""


# ----------------------------------------------------------------------------------------- decide


def report(command: Report, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """A task of the plan was reported on. What cannot count any more is recorded as ignored.

    Raises `Refused` for a work order that the task cannot have, or not with this result.
    """
    task = plan.tasks[command.task_id]
    if command.work_order is not None:
        work_order.fits(command.work_order, command.task_id, task.planned.kind, command.result)
    if command.result == "completed" and (after_all := _after_all(command, task, plan, now)) is not None:
        return after_all
    ignored = _why_ignored(command, task, plan)
    if ignored is not None:
        return (
            ReportIgnored(
                task_id=command.task_id, attempt=command.attempt, result=command.result, why=ignored
            ),
        )
    match command.result:
        case "in_progress":
            known = task.state == "in_progress" and not _news(command.work_order, task)
            return () if known else (_started(command, plan, task),)
        case "completed" if command.outcome is not None and outcome.differs(command.outcome):
            return _not_as_promised(command, command.outcome, plan)
        case "completed" if command.against:
            return _contradicting(command, plan, task)
        case "completed":
            over = fallout.closed(task, plan, verified=True)
            return (*over, *Cascade(plan, now).close(_completed(command, plan, task, task.attempt)))
        case "failed":
            failed = outcome.noted(_failed(command, plan, now), command.outcome)
            return _with_work(failed, command.work_order)


def _after_all(command: Report, task: OpenTask, plan: Plan, now: datetime) -> tuple[PlanEvent, ...] | None:
    """An attempt that was taken back, or not answered in time, was completed; None of any other."""
    if (attempt := withdrawn.answered(command.attempt, task)) is not None:
        if command.outcome == NOT_RECEIVED:
            return ()
        return withdrawn.completed(_completed(command, plan, task, attempt), plan)
    if (attempt := _late_answer(command, task, plan)) is None:
        return None
    if command.outcome is not None and outcome.differs(command.outcome):
        return late.waits(_not_as_promised(command, command.outcome, plan), task, attempt)
    if command.against:
        return _contradicting(command, plan, task)
    return late.completed(_completed(command, plan, task, attempt), plan, now)


def _not_as_promised(command: Report, found: str, plan: Plan) -> tuple[PlanEvent, ...]:
    held = outcome.held(plan.tasks[command.task_id], plan, found, command.message)
    return _with_work(held, command.work_order)


def _contradicting(command: Report, plan: Plan, task: OpenTask) -> tuple[PlanEvent, ...]:
    found = contradiction.held(task, plan, command.against, command.characteristics, command.message)
    return _with_work(found, command.work_order)


def _late_answer(command: Report, task: OpenTask, plan: Plan) -> int | None:
    """The attempt it answers, where nobody had answered that in time and the task is not done yet."""
    if task.state in ("draft", "closed_complete", "canceled") or outcome.waits(task, plan):
        return None
    attempt = command.attempt or task.attempt
    return attempt if attempt in task.unanswered else None


def _why_ignored(command: Report, task: OpenTask, plan: Plan) -> str | None:
    if task.state == "draft":
        return "the task was not asked for yet"
    if task.state == "closed_complete":
        return "the task is closed"
    if task.state == "canceled":
        return "the task was withdrawn"
    if outcome.waits(task, plan):
        return "what was found before waits for a person: look again with task.retry"
    if command.attempt is not None and command.attempt != task.attempt:
        return f"attempt {task.attempt} is the current one"
    if task.state in ("on_hold", "scheduled"):
        return _over(task)
    return None


def _over(task: OpenTask) -> str:
    if task.attempt in task.unanswered:
        return f"attempt {task.attempt} was not answered in time: now only its completion counts"
    return f"attempt {task.attempt} was answered already"


def _news(said: WorkOrder | None, task: OpenTask) -> bool:
    return said is not None and (said.note is not None or said.state != task.work_order)


def _started(command: Report, plan: Plan, task: OpenTask) -> TaskStarted:
    return TaskStarted(
        version=plan.version,
        task_id=command.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=task.attempt,
        message=command.message,
        work_order=command.work_order,
    )


def _completed(command: Report, plan: Plan, task: OpenTask, attempt: int) -> TaskClosed:
    return TaskClosed(
        version=plan.version,
        task_id=command.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=attempt,
        characteristics=command.characteristics,
        message=command.message,
        outcome=outcome.in_the_end(command.outcome, task),
        work_order=command.work_order,
    )


def _failed(command: Report, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """D-20: the policy's retries first, then a fallout holds the task."""
    task = plan.tasks[command.task_id]
    if task.attempt <= task.planned.retries:
        return late.again(task, plan, now, message=command.message, unanswered=False)
    held = late.held(task, plan, message=command.message, unanswered=False)
    said = command.message or f"attempt {task.attempt} failed, and no reason was given"
    return (held, *fallout.opened(task, plan, "D-20", said, command.fallout_type))


def _with_work(events: tuple[PlanEvent, ...], said: WorkOrder | None) -> tuple[PlanEvent, ...]:
    """The same, with what was said of the work order."""
    if said is None:
        return events
    return tuple(
        replace(one, work_order=said) if isinstance(one, AttemptFailed | TaskHeld) else one for one in events
    )


def ask_again(command: AskAgain, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """A timer: nothing when somebody was faster. The next attempt begins when the back-off was over."""
    task = plan.tasks.get(command.task_id)
    if task is None or task.state != "scheduled" or task.attempt != command.attempt:
        return ()
    if plan.hold.stands():
        return ()
    return (Cascade(plan, command.at or now).release(task),)


def retry(command: Retry, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """Raises `Refused` unless a fallout holds the task."""
    task = _held(command.task_id, plan, "asked for again")
    if plan.hold.stands():
        raise Refused(_stopped(command.task_id, plan))
    return (*fallout.resolved(task, plan, command.resolution), Cascade(plan, now).release(task))


def _stopped(task_id: str, plan: Plan) -> Reason:
    first = "release the order first"
    if plan.hold.pending is not None:
        first = "approve or decline the change that was requested first"
    return Reason(
        rule="INF-01",
        field="taskId",
        message=f"the order is on hold, so task {task_id} cannot be asked for again: {first}",
    )


def skip(command: Skip, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """Raises `Refused` unless a fallout holds the task."""
    task = _held(command.task_id, plan, "skipped")
    closed = TaskClosed(
        version=plan.version,
        task_id=command.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=task.attempt,
        skipped=command.reason,
    )
    over = fallout.closed(task, plan, verified=False, resolution=command.reason)
    return (*over, *Cascade(plan, now).close(closed))


def _held(task_id: str, plan: Plan, what: str) -> OpenTask:
    task = plan.tasks[task_id]
    if task.state == "on_hold":
        return task
    raise Refused(
        Reason(
            rule="FAL-03",
            field="taskId",
            message=f"task {task_id} is {task.state}: only a task that a fallout holds can be {what}; "
            + _instead(task.state),
        )
    )


_INSTEAD: dict[str, str] = {
    "draft": "it is asked for by itself when the tasks before it are closed",
    "closed_complete": "it is done",
    "canceled": "it was taken out of the plan, and nobody is to do it any more",
    "scheduled": "it is asked for again by itself when its back-off is over",
}


def _instead(state: str) -> str:
    return _INSTEAD.get(state, "report what became of it with task.report")


Decision = Callable[[Plan, datetime], tuple[PlanEvent, ...]]
"""A command with its rule, waiting for the plan and the time."""
