"""How a plan changes when its order is revised or canceled under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.fulfillment.domain import staggering
from services.fulfillment.domain.alterations import (
    CancellationBegun,
    DomainOrderCanceled,
    DomainOrderDropped,
    DomainOrderRevised,
    DoneAllTheSame,
    PlanRevised,
    TaskDropped,
    TaskRedone,
    TaskWithdrawn,
)
from services.fulfillment.domain.blueprint import brief_of
from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.counting import (
    OVER,
    add_orders,
    add_tasks,
    order_open_again,
    order_over,
    rename,
    replan,
    task_open_again,
    task_over,
)
from services.fulfillment.domain.holding import answered
from services.fulfillment.domain.state import Hold, OpenOrder, Part, Plan


def _revised(plan: Plan, event: PlanRevised) -> None:
    plan.version, plan.reserved = max(plan.version, event.version), event.version
    answered(plan, event.version)
    plan.kept = None
    plan.awaited = set(event.operations) - plan.ran
    part = _at_once(plan, event)
    for other in plan.parts:
        if other is not part:
            other.line_ids = tuple(line for line in other.line_ids if line not in event.dropped_line_ids)
    later = tuple(line for other in plan.parts if other is not part for line in other.line_ids)
    plan.line_ids = tuple(dict.fromkeys((*event.line_ids, *later)))
    plan.part_of = {line: at for line, at in plan.part_of.items() if line not in event.dropped_line_ids}
    plan.part_of.update(dict.fromkeys(event.line_ids, part))
    add_orders(plan, event.domain_orders, part, plan.part_of)
    add_tasks(plan, event.tasks)
    plan.timed = plan.timed or any(task.duration is not None for task in event.tasks)
    for task in event.replanned:
        replan(plan, task)


def _at_once(plan: Plan, event: PlanRevised) -> Part:
    """The part of what happens at once, which may be new."""
    for part in plan.parts:
        if part.operation_id is None:
            part.line_ids = event.line_ids
            return part
    part = Part(operation_id=None, line_ids=event.line_ids)
    if event.line_ids:
        plan.parts.append(part)
    return part


def _begun(plan: Plan, event: CancellationBegun) -> None:
    plan.version = max(plan.version, event.version)
    plan.canceling, plan.charges = True, event.charges
    plan.hold, plan.kept = Hold(), None
    plan.awaited, plan.postponed = set(), {}
    add_tasks(plan, event.tasks)


# ----------------------------------------------------------------------------------- domain orders


def _order_revised(plan: Plan, event: DomainOrderRevised) -> None:
    details = event.domain_order
    order = plan.orders[details.domain_order_id]
    found = _found(order)
    kept = {name: value for name, value in found.items() if _as_planned(order, name, details.characteristics)}
    rename(plan, order, brief_of(details))
    order.details, order.values = details, {**details.characteristics, **kept}
    staggering.revised(plan, order, details)
    if order.state in OVER and event.state not in OVER:
        order_open_again(plan, order)
    order.state = event.state


def _found(order: OpenOrder) -> Values:
    """The values that were not planned, but found on the way."""
    planned = order.details.characteristics if order.details else {}
    return {
        name: value for name, value in order.values.items() if name not in planned or planned[name] != value
    }


def _as_planned(order: OpenOrder, name: str, after: Values) -> bool:
    """What was found stays, unless the revision sets the value otherwise."""
    before = order.details.characteristics if order.details else {}
    return (name in before, before.get(name)) == (name in after, after.get(name))


def _order_dropped(plan: Plan, event: DomainOrderDropped) -> None:
    order = plan.orders[event.domain_order.domain_order_id]
    if order.state in OVER:
        order_open_again(plan, order)
    order.state, order.awaits = "cancellation_in_progress", []
    plan.awaiting.pop(event.domain_order.domain_order_id, None)


def _order_canceled(plan: Plan, event: DomainOrderCanceled) -> None:
    order = plan.orders[event.domain_order.domain_order_id]
    order.state = "canceled"
    order_over(plan, order)


# ------------------------------------------------------------------------------------------- tasks


def _withdrawn(plan: Plan, event: TaskWithdrawn) -> None:
    task = plan.tasks[event.task_id]
    task.withdrawn, task.due = event.attempt, None
    if event.again:
        task.state, task.why, task.skipped = "draft", event.reason, None
        return
    task.state, task.gone = "canceled", True
    task_over(plan, task)


def _dropped(plan: Plan, event: TaskDropped) -> None:
    task = plan.tasks[event.task_id]
    task.gone = True
    if task.state not in OVER:
        task.state = "canceled"
        task_over(plan, task)


def _redone(plan: Plan, event: TaskRedone) -> None:
    task = plan.tasks[event.task_id]
    if task.state in OVER:
        task_open_again(plan, task)
    task.state, task.gone, task.why, task.skipped = "draft", False, event.reason, None


def _all_the_same(plan: Plan, event: DoneAllTheSame) -> None:
    task = plan.tasks[event.task_id]
    task.completed, task.withdrawn, task.unanswered = True, 0, ()
    add_tasks(plan, event.tasks)


CHANGES: dict[type, Callable[[Plan, Any], None]] = {
    PlanRevised: _revised,
    CancellationBegun: _begun,
    DomainOrderRevised: _order_revised,
    DomainOrderDropped: _order_dropped,
    DomainOrderCanceled: _order_canceled,
    TaskWithdrawn: _withdrawn,
    TaskDropped: _dropped,
    TaskRedone: _redone,
    DoneAllTheSame: _all_the_same,
}
