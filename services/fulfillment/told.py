"""What is told of a plan that is held, or changes under way."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.chassis.service import Happened, Public
from services.fulfillment.bodies import Body, about, brief, brief_task, reason, say_what, say_where
from services.fulfillment.domain.alterations import (
    ChangeRefused,
    Charge,
    DomainOrderCanceled,
    DomainOrderDropped,
    DomainOrderRevised,
    PlanHeld,
    PlanReleased,
    PlanRevised,
    TaskDropped,
    TaskRedone,
    TaskWithdrawn,
)
from services.fulfillment.domain.compatibility_events import DomainOrderStopped

_Plan = PlanHeld | PlanReleased | ChangeRefused | PlanRevised
_DomainOrder = DomainOrderRevised | DomainOrderDropped | DomainOrderCanceled | DomainOrderStopped
_Task = TaskWithdrawn | TaskDropped | TaskRedone


def alteration(event: _Plan | _DomainOrder | _Task, happened: Happened) -> tuple[Public, ...]:
    match event:
        case PlanHeld() | PlanReleased() | ChangeRefused() | PlanRevised():
            return (_plan(event, happened),)
        case DomainOrderRevised() | DomainOrderDropped() | DomainOrderCanceled() | DomainOrderStopped():
            return _domain_order(event, happened)
        case TaskWithdrawn() | TaskDropped() | TaskRedone():
            return _task(event, happened)


def _plan(event: _Plan, happened: Happened) -> Public:
    body = about(event.version, happened)
    match event:
        case PlanHeld():
            name = "plan.held"
            body["because"] = event.because
            body |= charges(event.charges)
        case PlanReleased():
            name = "plan.released"
            body["because"] = event.because
        case ChangeRefused():
            name = "plan.change-refused"
            body["reasons"] = [reason(each) for each in event.reasons]
        case PlanRevised():
            name = "plan.changed"
            body |= _revised(event)
    return Public(FULFILLMENT_EVENTS, name, happened.id, body)


def _revised(event: PlanRevised) -> Body:
    return {
        "lineIds": event.line_ids,
        "droppedLineIds": event.dropped_line_ids,
        "domainOrders": [brief(order) for order in event.domain_orders],
        "tasks": [] if event.tasks_apart else [brief_task(task) for task in event.tasks],
        **charges(event.charges),
    }


def charges(found: Iterable[Charge]) -> Body:
    """Left out when a change costs nothing."""
    told = [{"lineId": one.line_id, "taskId": one.task_id, "charge": one.charge} for one in found]
    return {"charges": told} if told else {}


# ---------------------------------------------------------------------------------- domain orders


def _domain_order(event: _DomainOrder, happened: Happened) -> tuple[Public, ...]:
    """Nothing of one for which there is nothing to do."""
    if isinstance(event, DomainOrderRevised) and event.reason is None:
        return ()
    order = event.domain_order
    body = about(event.version, happened)
    say_what(order, body)
    say_where(order, body)
    body["state"], body["previousState"] = _state(event), event.previous
    if not isinstance(event, DomainOrderCanceled):
        body["reason"] = event.reason
    if isinstance(event, DomainOrderRevised | DomainOrderDropped) and event.tasks:
        body["tasks"] = [brief_task(task) for task in event.tasks]
    return (Public(FULFILLMENT_EVENTS, "domain-order.state-changed", order.domain_order_id, body),)


def _state(event: _DomainOrder) -> str:
    match event:
        case DomainOrderRevised():
            return event.state
        case DomainOrderDropped():
            return "cancellation_in_progress"
        case DomainOrderCanceled():
            return "canceled"
        case DomainOrderStopped():
            return "on_hold"


# ------------------------------------------------------------------------------------------ tasks


def _task(event: _Task, happened: Happened) -> tuple[Public, ...]:
    """Of one that was done and is given up nothing changes: what undoes it is told of by itself."""
    match event:
        case TaskWithdrawn():
            state = "draft" if event.again else "canceled"
            return (_withdrawn(event, happened), _changed(event, state, happened))
        case TaskDropped(was="closed_complete"):
            return ()
        case TaskDropped():
            return (_changed(event, "canceled", happened),)
        case TaskRedone():
            return (_changed(event, "draft", happened),)


def _withdrawn(event: TaskWithdrawn, happened: Happened) -> Public:
    body = about(event.version, happened)
    body |= {"taskId": event.task_id, "attempt": event.attempt, "reason": event.reason}
    return Public(TASKS, "task.withdrawn", event.task_id, body)


def _changed(event: _Task, state: str, happened: Happened) -> Public:
    body = about(event.version, happened)
    body |= {
        "taskId": event.task_id,
        "domainOrderId": event.domain_order_id,
        "state": state,
        "attempt": event.attempt,
        "message": event.reason,
    }
    return Public(FULFILLMENT_EVENTS, "task.state-changed", event.task_id, body)
