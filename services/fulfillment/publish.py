"""Stored events as the messages of `fulfillment.events` and `fulfillment.tasks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.chassis.service import Happened, Public
from services.fulfillment.domain.blueprint import DomainOrder, PlannedTask, Reason
from services.fulfillment.domain.catalog import SpecificationPublished, SpecificationRetired
from services.fulfillment.domain.events import (
    AttemptFailed,
    DomainOrderBrief,
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    FalloutClosed,
    FalloutOpened,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanPostponed,
    ReportIgnored,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
    ValuesCopied,
)

Body = dict[str, Any]
_DomainOrder = DomainOrderPlanned | DomainOrderStarted | DomainOrderClosed
_Task = TaskReleased | TaskStarted | TaskClosed | AttemptFailed | TaskHeld


def publish(happened: Happened) -> Iterable[Public]:
    """The messages of a stored event; none for what only this service decides by."""
    event = happened.event
    match event:
        case PlanCreated() | PlanCompleted() | PlanCanceled():
            return (_plan(event, happened),)
        case DomainOrderPlanned() | DomainOrderStarted() | DomainOrderClosed():
            return (_domain_order(event, happened),)
        case TaskReleased():
            return (_request(event, happened), _task(event, happened))
        case TaskStarted() | TaskClosed() | AttemptFailed() | TaskHeld():
            return (_task(event, happened),)
        case FalloutOpened() | FalloutClosed():
            return (_fallout(event, happened),)
        case PlanPostponed() | ValuesCopied() | ReportIgnored():
            return ()
        case SpecificationPublished() | SpecificationRetired():
            return ()
    raise TypeError(f"{type(event).__name__} has no publish decision: give it one here")


def _about(version: int, happened: Happened) -> Body:
    return {"orderId": happened.id, "accountId": happened.account, "version": version}


def _present(**fields: Any) -> Body:
    return {name: value for name, value in fields.items() if value is not None}


# ------------------------------------------------------------------------------------------- plan


def _plan(event: PlanCreated | PlanCompleted | PlanCanceled, happened: Happened) -> Public:
    body = _about(event.version, happened)
    match event:
        case PlanCreated():
            name = "plan.created"
            body["lineIds"] = event.line_ids
            body["domainOrders"] = [_brief(order) for order in event.domain_orders]
            body["tasks"] = [] if event.tasks_apart else [_brief_task(task) for task in event.tasks]
        case PlanCompleted():
            name = "plan.completed"
            body["lineIds"] = event.line_ids
        case PlanCanceled():
            name = "plan.canceled"
            body["reasons"] = [_reason(reason) for reason in event.reasons]
    return Public(FULFILLMENT_EVENTS, name, happened.id, body)


def _brief(order: DomainOrderBrief) -> Body:
    return _present(
        domainOrderId=order.domain_order_id,
        kind=order.kind,
        action=order.action,
        specificationId=order.specification_id,
        lineId=order.line_id,
        instanceId=order.instance_id,
        parentId=order.parent_id,
        pairId=order.pair_id,
    )


def _brief_task(task: PlannedTask) -> Body:
    return _present(
        taskId=task.task_id,
        name=task.name,
        kind=task.kind,
        domainOrderId=task.domain_order_id,
        after=task.after or None,
    )


def _reason(reason: Reason) -> Body:
    return _present(rule=reason.rule, message=reason.message, lineId=reason.line_id, field=reason.field)


# ---------------------------------------------------------------------------------- domain orders


def _domain_order(event: _DomainOrder, happened: Happened) -> Public:
    state, previous, line_closed = _states(event)
    order = event.domain_order
    body = {
        **_about(event.version, happened),
        **_details(order),
        **_present(state=state, previousState=previous, lineClosed=line_closed or None),
    }
    if isinstance(event, DomainOrderPlanned) and event.tasks:
        body["tasks"] = [_brief_task(task) for task in event.tasks]
    return Public(FULFILLMENT_EVENTS, "domain-order.state-changed", order.domain_order_id, body)


def _states(event: _DomainOrder) -> tuple[str, str | None, bool]:
    match event:
        case DomainOrderPlanned(state=state):
            return state, None, False
        case DomainOrderStarted():
            return "in_progress", "draft", False
        case DomainOrderClosed(previous=previous, line_closed=line_closed):
            return "closed_complete", previous, line_closed


def _details(order: DomainOrder) -> Body:
    return _present(
        domainOrderId=order.domain_order_id,
        kind=order.kind,
        action=order.action,
        side=order.side,
        specificationId=order.specification_id,
        specificationVersion=order.specification_version,
        lineId=order.line_id,
        instanceId=order.instance_id,
        parentId=order.parent_id,
        pairId=order.pair_id,
        newInstance=order.new_instance or None,
        parentInstanceId=order.parent_instance_id,
        composedOf=order.composed_of or None,
        characteristics=order.characteristics,
        location=order.location,
    )


# ------------------------------------------------------------------------------------------ tasks


def _request(event: TaskReleased, happened: Happened) -> Public:
    body = {
        **_about(event.version, happened),
        **_present(
            taskId=event.task_id,
            attempt=event.attempt,
            kind=event.kind,
            name=event.name,
            action=event.action,
            undo=False,
            lineId=event.line_id,
            domainOrderId=event.domain_order_id,
            instanceId=event.instance_id,
            specificationId=event.specification_id,
            location=event.location,
            characteristics=event.characteristics,
            due=event.due,
        ),
    }
    return Public(TASKS, "task.requested", event.task_id, body, unseal=True)


_STATES: Mapping[type, str] = {
    TaskReleased: "open",
    TaskStarted: "in_progress",
    TaskClosed: "closed_complete",
    AttemptFailed: "scheduled",
    TaskHeld: "on_hold",
}


def _task(event: _Task, happened: Happened) -> Public:
    body = {
        **_about(event.version, happened),
        **_present(
            taskId=event.task_id,
            domainOrderId=event.domain_order_id,
            state=_STATES[type(event)],
            attempt=event.attempt,
            message=_message(event),
        ),
    }
    return Public(FULFILLMENT_EVENTS, "task.state-changed", event.task_id, body)


def _message(event: _Task) -> str | None:
    match event:
        case TaskReleased():
            return None
        case TaskClosed(skipped=str(reason)):
            return reason
        case _:
            return event.message


def _fallout(event: FalloutOpened | FalloutClosed, happened: Happened) -> Public:
    body = {**_about(event.version, happened), **_present(falloutId=event.fallout_id, taskId=event.task_id)}
    match event:
        case FalloutOpened():
            body |= _present(domainOrderId=event.domain_order_id, message=event.message)
            return Public(FULFILLMENT_EVENTS, "fallout.opened", event.fallout_id, body)
        case FalloutClosed():
            body["resolution"] = event.resolution
            return Public(FULFILLMENT_EVENTS, "fallout.closed", event.fallout_id, body)
