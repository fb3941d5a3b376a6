"""A task that was taken back, and is done all the same."""

from __future__ import annotations

from services.fulfillment.domain import fallout
from services.fulfillment.domain.alterations import DoneAllTheSame
from services.fulfillment.domain.blueprint import PlannedTask
from services.fulfillment.domain.difference import Difference
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.matching import live
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import TaskClosed
from services.fulfillment.domain.undoing import taken_back

_WHY = "it was done although it had been withdrawn"


def answered(attempt: int | None, task: OpenTask) -> int | None:
    """The withdrawn attempt that a report is about; None when it is about another one."""
    if task.state == "canceled":
        attempt = attempt or task.attempt
        return attempt if attempt == task.withdrawn or attempt in task.unanswered else None
    current = task.attempt if task.state == "draft" else None
    return task.withdrawn if task.withdrawn and (attempt or current) == task.withdrawn else None


def completed(closed: TaskClosed, plan: Plan) -> tuple[PlanEvent, ...]:
    """It is recorded, and its undo planned; without one, or on a canceled order, a person has to see to it.

    What is asked for anew needs no undo: the new attempt sets it right.
    """
    task = plan.tasks[closed.task_id]
    undo = () if plan.completed or plan.canceled or not task.gone else taken_back(plan, task, _WHY)
    done = DoneAllTheSame(
        version=plan.version,
        task_id=closed.task_id,
        domain_order_id=closed.domain_order_id,
        attempt=closed.attempt,
        message=closed.message,
        tasks=undo,
        work_order=closed.work_order,
    )
    if not task.gone:
        return (done,)
    return (done, *(_take_up(plan, task, undo) if undo else _ask_a_person(plan, task)))


def _take_up(plan: Plan, task: OpenTask, undo: tuple[PlannedTask, ...]) -> tuple[PlanEvent, ...]:
    """Its domain order is open again until it is undone."""
    order = plan.orders[task.planned.domain_order_id]
    difference = Difference(plan=plan, version=plan.version)
    if live(order) and order.details is not None:
        difference.revised[order.brief.domain_order_id] = (order.details, _WHY)
        difference.reopen_above(())
    else:
        difference.dropped[order.brief.domain_order_id] = _WHY
    return tuple(difference.events(undo))


def _ask_a_person(plan: Plan, task: OpenTask) -> tuple[PlanEvent, ...]:
    rule = "ORD-17" if plan.canceled or plan.canceling else "INF-04"
    what = (
        f"task {task.planned.name} was completed after it had been withdrawn, and nothing undoes it by itself"
    )
    return fallout.opened(task, plan, rule, what, None)
