"""FAL-05: a task that nobody answers in its time counts as failed; an answer that comes late still counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.fulfillment.domain import fallout
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import AttemptFailed, TaskClosed, TaskHeld


def no_answer(plan: Plan, at: datetime) -> tuple[PlanEvent, ...]:
    """Every task whose time is over at this moment: asked for again as its policy says, else held.

    Somebody who has said to be at work is not asked a second time.
    """
    found: list[PlanEvent] = []
    for task in plan.tasks.values():
        if task.state in ("open", "in_progress") and task.due is not None and task.due <= at:
            found += _over(task, task.due, plan)
    return tuple(found)


def _over(task: OpenTask, due: datetime, plan: Plan) -> tuple[PlanEvent, ...]:
    until = f"{due:%Y-%m-%d %H:%M:%S} UTC"
    if task.state == "in_progress":
        said = f"attempt {task.attempt} was begun, and not done until {until}, when its time was over"
    else:
        said = f"nobody answered attempt {task.attempt} until {until}, when its time was over"
        if task.attempt <= task.planned.retries:
            return again(task, plan, due, message=said, unanswered=True)
    held_ = held(task, plan, message=said, unanswered=True)
    return (held_, *fallout.opened(task, plan, "FAL-05", said, None))


def again(
    task: OpenTask, plan: Plan, at: datetime, *, message: str | None, unanswered: bool
) -> tuple[PlanEvent, ...]:
    """D-20: the next attempt of the policy, at once or when the back-off is over."""
    planned = task.planned
    failed = AttemptFailed(
        version=plan.version,
        task_id=planned.task_id,
        domain_order_id=planned.domain_order_id,
        attempt=task.attempt,
        again=at + timedelta(seconds=planned.backoff or 0),
        message=message,
        unanswered=unanswered,
    )
    return (failed,) if planned.backoff or plan.hold.stands() else (failed, Cascade(plan, at).release(task))


def held(task: OpenTask, plan: Plan, *, message: str | None, unanswered: bool) -> TaskHeld:
    """It waits for a person."""
    return TaskHeld(
        version=plan.version,
        task_id=task.planned.task_id,
        domain_order_id=task.planned.domain_order_id,
        attempt=task.attempt,
        message=message,
        unanswered=unanswered,
    )


def waits(events: tuple[PlanEvent, ...], task: OpenTask, attempt: int) -> tuple[PlanEvent, ...]:
    """The same, where this attempt is answered late and holds its task: no other one is wanted."""
    withdrawn = task.attempt if task.state in ("open", "in_progress") else None
    return tuple(
        replace(one, attempt=attempt, late=True, withdrawn=withdrawn) if isinstance(one, TaskHeld) else one
        for one in events
    )


def completed(closed: TaskClosed, plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """An attempt that nobody had answered in time is done: what was asked for since is not wanted."""
    task = plan.tasks[closed.task_id]
    if task.state in ("open", "in_progress"):
        closed = replace(closed, withdrawn=task.attempt)
    done = f"attempt {closed.attempt} was completed, late"
    over = fallout.closed(task, plan, verified=True, resolution=done)
    return (*over, *Cascade(plan, now).close(closed))
