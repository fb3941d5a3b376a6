"""How a plan changes when attempts fail, tasks are held, and fallouts open, go on and close."""

from __future__ import annotations

from dataclasses import replace

from services.fulfillment.domain.fallout import DONE, STOPPED, classified
from services.fulfillment.domain.state import Awaited, OpenFallout, OpenOrder, OpenTask, Plan, Waiting
from services.fulfillment.domain.task_events import NOT_RECEIVED, AttemptFailed, TaskHeld
from services.fulfillment.domain.trouble_events import FalloutChanged, FalloutClosed, FalloutOpened


def attempt_failed(plan: Plan, event: AttemptFailed) -> None:
    task = plan.tasks[event.task_id]
    task.state, task.again = "scheduled", event.again
    _note(task, event)


def task_held(plan: Plan, event: TaskHeld) -> None:
    task = plan.tasks[event.task_id]
    task.state, task.found = "on_hold", event.found
    task.outcome = event.outcome or task.outcome
    if event.late:
        task.unanswered = tuple(one for one in task.unanswered if one != event.attempt)
    _note(task, event)


def _note(task: OpenTask, event: AttemptFailed | TaskHeld) -> None:
    if event.unanswered:
        task.unanswered = (*task.unanswered, event.attempt)


def fallout_opened(plan: Plan | Waiting | Awaited, event: FalloutOpened) -> None:
    """Those stored in the first days are classified now, by the rule they name."""
    plan.fallouts[event.fallout_id] = OpenFallout(
        fallout_id=event.fallout_id,
        task_id=event.task_id,
        rule=event.rule,
        message=event.message,
        type=event.type or classified(event.rule or ""),
        domain_order_id=event.domain_order_id,
    )
    if not isinstance(plan, Plan):
        return
    if event.task_id is not None:
        task = plan.tasks[event.task_id]
        task.fallout_id = event.fallout_id
        task.completed = task.completed or (event.rule in DONE and task.outcome != NOT_RECEIVED)
    elif (order := plan.orders.get(event.domain_order_id or "")) is not None:
        order.fallouts += 1
        order.fallout_id = event.fallout_id if event.rule == STOPPED else order.fallout_id


def fallout_changed(plan: Plan | Waiting | Awaited, event: FalloutChanged) -> None:
    plan.fallouts[event.fallout_id] = replace(
        plan.fallouts[event.fallout_id],
        stage=event.stage,
        type=event.type,
        message=event.message,
        assignee=event.assignee,
        resolution=event.resolution,
    )


def fallout_closed(plan: Plan | Waiting | Awaited, event: FalloutClosed) -> None:
    found = plan.fallouts.pop(event.fallout_id, None)
    if not isinstance(plan, Plan):
        return
    if event.task_id is not None:
        plan.tasks[event.task_id].fallout_id = None
    elif found is not None and (order := plan.orders.get(found.domain_order_id or "")) is not None:
        _goes_on(order, event.fallout_id)


def _goes_on(order: OpenOrder, fallout_id: str) -> None:
    if order.fallout_id == fallout_id:
        order.fallout_id, order.stopped = None, ()
        order.state = "in_progress" if order.state == "on_hold" else order.state
