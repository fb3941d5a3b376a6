"""What provisioning systems and people say about tasks, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal

from services.fulfillment.domain.blueprint import Reason, Refused
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.catalog import Scalar
from services.fulfillment.domain.events import (
    AttemptFailed,
    FalloutClosed,
    FalloutOpened,
    PlanEvent,
    ReportIgnored,
    TaskClosed,
    TaskHeld,
    TaskStarted,
)
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.value import value

# --------------------------------------------------------------------------------------- commands


@value
class Report:
    """`attempt` None means the current one."""

    task_id: str
    result: Literal["in_progress", "completed", "failed"]
    attempt: int | None = None
    message: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)


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


# ----------------------------------------------------------------------------------------- decide


def report(command: Report, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """A task of the plan was reported on. What cannot count any more is recorded as ignored."""
    task = plan.tasks[command.task_id]
    ignored = _why_ignored(command, task)
    if ignored is not None:
        return (
            ReportIgnored(
                task_id=command.task_id, attempt=command.attempt, result=command.result, why=ignored
            ),
        )
    match command.result:
        case "in_progress":
            return () if task.state == "in_progress" else (_started(command, plan, task),)
        case "completed":
            return Cascade(plan, now).close(_completed(command, plan, task))
        case "failed":
            return _failed(command, plan, now)


def _why_ignored(command: Report, task: OpenTask) -> str | None:
    if task.state == "draft":
        return "the task was not asked for yet"
    if task.state == "closed_complete":
        return "the task is closed"
    if command.attempt is not None and command.attempt != task.attempt:
        return f"attempt {task.attempt} is the current one"
    if task.state in ("on_hold", "scheduled"):
        return f"attempt {task.attempt} was answered already"
    return None


def _started(command: Report, plan: Plan, task: OpenTask) -> TaskStarted:
    return TaskStarted(
        version=plan.version,
        task_id=command.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=task.attempt,
        message=command.message,
    )


def _completed(command: Report, plan: Plan, task: OpenTask) -> TaskClosed:
    return TaskClosed(
        version=plan.version,
        task_id=command.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=task.attempt,
        characteristics=command.characteristics,
        message=command.message,
    )


def _failed(command: Report, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """D-20: the policy's retries first, then a fallout holds the task."""
    task = plan.tasks[command.task_id]
    planned = task.planned
    if task.attempt <= planned.retries:
        failed = AttemptFailed(
            version=plan.version,
            task_id=command.task_id,
            domain_order_id=planned.domain_order_id,
            attempt=task.attempt,
            again=now + timedelta(seconds=planned.backoff or 0),
            message=command.message,
        )
        return (failed,) if planned.backoff else (failed, Cascade(plan, now).release(task))
    return (
        TaskHeld(
            version=plan.version,
            task_id=command.task_id,
            domain_order_id=planned.domain_order_id,
            attempt=task.attempt,
            message=command.message,
        ),
        FalloutOpened(
            version=plan.version,
            fallout_id=f"{command.task_id}.f{task.attempt}",
            task_id=command.task_id,
            domain_order_id=planned.domain_order_id,
            message=command.message or "",
            rule="D-20",
        ),
    )


def ask_again(command: AskAgain, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """A timer: nothing when somebody was faster."""
    task = plan.tasks.get(command.task_id)
    if task is None or task.state != "scheduled" or task.attempt != command.attempt:
        return ()
    return (Cascade(plan, now).release(task),)


def retry(command: Retry, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """Raises `Refused` unless a fallout holds the task."""
    task = _held(command.task_id, plan, "asked for again")
    return (_resolved(task, plan, command.resolution), Cascade(plan, now).release(task))


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
    return (_resolved(task, plan, command.reason), *Cascade(plan, now).close(closed))


def _resolved(task: OpenTask, plan: Plan, resolution: str) -> FalloutClosed:
    return FalloutClosed(
        version=plan.version,
        fallout_id=task.fallout_id or f"{task.planned.task_id}.f{task.attempt}",
        task_id=task.planned.task_id,
        resolution=resolution,
    )


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
    "scheduled": "it is asked for again by itself when its back-off is over",
}


def _instead(state: str) -> str:
    return _INSTEAD.get(state, "report what became of it with task.report")


Decision = Callable[[Plan, datetime], tuple[PlanEvent, ...]]
"""A command with its rule, waiting for the plan and the time."""
