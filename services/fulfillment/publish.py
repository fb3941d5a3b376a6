"""Stored events as the messages of `fulfillment.events` and `fulfillment.tasks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.chassis.service import Happened, Public
from services.fulfillment.domain.blueprint import DomainOrder, FalloutStage, PlannedTask, Reason
from services.fulfillment.domain.catalog import SpecificationPublished, SpecificationRetired
from services.fulfillment.domain.events import (
    AttemptFailed,
    DomainOrderBrief,
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    ExtensionRefused,
    FalloutChanged,
    FalloutClosed,
    FalloutOpened,
    OperationDropped,
    PartCompleted,
    PartPostponed,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanExtended,
    PlanPostponed,
    PonrPassed,
    ReportIgnored,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
    ValuesCopied,
)
from services.fulfillment.domain.fallout import advice

Body = dict[str, Any]
_DomainOrder = DomainOrderPlanned | DomainOrderStarted | DomainOrderClosed
_Task = TaskReleased | TaskStarted | TaskClosed | AttemptFailed | TaskHeld


def publish(happened: Happened) -> Iterable[Public]:
    """The messages of a stored event; none for what only this service decides by."""
    match happened.event:
        case DomainOrderPlanned() | DomainOrderClosed() | DomainOrderStarted() as event:
            return (_domain_order(event, happened),)
        case TaskReleased() | TaskClosed() | TaskStarted() | AttemptFailed() | TaskHeld() as event:
            return (*_asked(event, happened), _task(event, happened))
        case PonrPassed() as event:
            return (_ponr(event, happened),)
        case PlanCreated() | PlanCompleted() | PlanCanceled() as event:
            return (_plan(event, happened),)
        case PlanExtended() | ExtensionRefused() | PartCompleted() as event:
            return (_part(event, happened),)
        case FalloutOpened() | FalloutChanged() | FalloutClosed() as event:
            return (_fallout(event, happened),)
        case PlanPostponed() | PartPostponed() | OperationDropped() | ValuesCopied() | ReportIgnored():
            return ()
        case SpecificationPublished() | SpecificationRetired():
            return ()
    raise TypeError(f"{type(happened.event).__name__} has no publish decision: give it one here")


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


def _part(event: PlanExtended | ExtensionRefused | PartCompleted, happened: Happened) -> Public:
    body = _about(event.version, happened)
    match event:
        case PlanExtended():
            name = "plan.changed"
            body["operationId"], body["lineIds"] = event.operation_id, event.line_ids
            body["domainOrders"] = [_brief(order) for order in event.domain_orders]
            body["tasks"] = [] if event.tasks_apart else [_brief_task(task) for task in event.tasks]
        case ExtensionRefused():
            name = "plan.change-refused"
            body["operationId"] = event.operation_id
            body["reasons"] = [_reason(reason) for reason in event.reasons]
        case PartCompleted():
            name = "plan.part-completed"
            body["lineIds"] = event.line_ids
    return Public(FULFILLMENT_EVENTS, name, happened.id, body)


def _brief(order: DomainOrderBrief) -> Body:
    body: Body = {
        "domainOrderId": order.domain_order_id,
        "kind": order.kind,
        "action": order.action,
        "specificationId": order.specification_id,
        "lineId": order.line_id,
    }
    if order.instance_id is not None:
        body["instanceId"] = order.instance_id
    if order.parent_id is not None:
        body["parentId"] = order.parent_id
    if order.pair_id is not None:
        body["pairId"] = order.pair_id
    return body


def _brief_task(task: PlannedTask) -> Body:
    body: Body = {
        "taskId": task.task_id,
        "name": task.name,
        "kind": task.kind,
        "domainOrderId": task.domain_order_id,
    }
    if task.after:
        body["after"] = task.after
    return body


def _reason(reason: Reason) -> Body:
    return _present(rule=reason.rule, message=reason.message, lineId=reason.line_id, field=reason.field)


# ---------------------------------------------------------------------------------- domain orders


def _domain_order(event: _DomainOrder, happened: Happened) -> Public:
    order = event.domain_order
    body = _about(event.version, happened)
    _say_what(order, body)
    _say_where(order, body)
    match event:
        case DomainOrderPlanned():
            body["state"] = event.state
            if event.tasks:
                body["tasks"] = [_brief_task(task) for task in event.tasks]
        case DomainOrderStarted():
            body["state"], body["previousState"] = "in_progress", "draft"
        case DomainOrderClosed():
            body["state"], body["previousState"] = "closed_complete", event.previous
            if event.line_closed:
                body["lineClosed"] = True
    return Public(FULFILLMENT_EVENTS, "domain-order.state-changed", order.domain_order_id, body)


# What is not there is left out one by one: a dictionary of all fields that is filtered then costs twice, and
# there are two such messages for every instance that an order touches.
def _say_what(order: DomainOrder, body: Body) -> None:
    body["domainOrderId"] = order.domain_order_id
    body["kind"] = order.kind
    body["action"] = order.action
    body["specificationId"] = order.specification_id
    body["lineId"] = order.line_id
    body["characteristics"] = order.characteristics
    if order.side is not None:
        body["side"] = order.side
    if order.specification_version is not None:
        body["specificationVersion"] = order.specification_version
    if order.location is not None:
        body["location"] = order.location


def _say_where(order: DomainOrder, body: Body) -> None:
    """Its instance, and its place among the others."""
    if order.instance_id is not None:
        body["instanceId"] = order.instance_id
    if order.parent_id is not None:
        body["parentId"] = order.parent_id
    if order.pair_id is not None:
        body["pairId"] = order.pair_id
    if order.new_instance:
        body["newInstance"] = True
    if order.parent_instance_id is not None:
        body["parentInstanceId"] = order.parent_instance_id
    if order.composed_of:
        body["composedOf"] = order.composed_of


# ------------------------------------------------------------------------------------------ tasks


def _asked(event: _Task, happened: Happened) -> tuple[Public, ...]:
    """What provisioning systems hear of it."""
    match event:
        case TaskReleased():
            return (_request(event, happened),)
        case TaskClosed(withdrawn=int()):
            return (_withdrawn(event, happened),)
    return ()


def _request(event: TaskReleased, happened: Happened) -> Public:
    body = _about(event.version, happened)
    body["taskId"] = event.task_id
    body["attempt"] = event.attempt
    body["kind"] = event.kind
    body["name"] = event.name
    body["action"] = event.action
    body["undo"] = False
    body["lineId"] = event.line_id
    body["domainOrderId"] = event.domain_order_id
    body["specificationId"] = event.specification_id
    body["characteristics"] = event.characteristics
    if event.instance_id is not None:
        body["instanceId"] = event.instance_id
    if event.location is not None:
        body["location"] = event.location
    if event.due is not None:
        body["due"] = event.due
    return Public(TASKS, "task.requested", event.task_id, body, unseal=True)


_STATES: Mapping[type, str] = {
    TaskReleased: "open",
    TaskStarted: "in_progress",
    TaskClosed: "closed_complete",
    AttemptFailed: "scheduled",
    TaskHeld: "on_hold",
}


def _task(event: _Task, happened: Happened) -> Public:
    body = _about(event.version, happened)
    body["taskId"] = event.task_id
    body["domainOrderId"] = event.domain_order_id
    body["state"] = _STATES[type(event)]
    body["attempt"] = event.attempt
    if (message := _message(event)) is not None:
        body["message"] = message
    return Public(FULFILLMENT_EVENTS, "task.state-changed", event.task_id, body)


def _message(event: _Task) -> str | None:
    match event:
        case TaskReleased():
            return None
        case TaskClosed(skipped=str(reason)):
            return reason
        case _:
            return event.message


def _ponr(event: PonrPassed, happened: Happened) -> Public:
    body = _about(event.version, happened)
    body |= _present(
        lineId=event.line_id,
        domainOrderId=event.domain_order_id,
        taskId=event.task_id,
        kind=event.kind,
        charge=event.charge,
    )
    return Public(FULFILLMENT_EVENTS, "ponr.passed", event.task_id, body)


def _withdrawn(event: TaskClosed, happened: Happened) -> Public:
    body = _about(event.version, happened)
    body |= {"taskId": event.task_id, "attempt": event.withdrawn}
    body["reason"] = f"attempt {event.attempt} was completed, late: this one is not wanted any more"
    return Public(TASKS, "task.withdrawn", event.task_id, body)


def _fallout(event: FalloutOpened | FalloutChanged | FalloutClosed, happened: Happened) -> Public:
    body = {**_about(event.version, happened), **_present(falloutId=event.fallout_id, taskId=event.task_id)}
    match event:
        case FalloutOpened():
            body |= _open("classified", event)
            body |= _present(domainOrderId=event.domain_order_id)
        case FalloutChanged():
            body |= _open(event.stage, event)
            body |= _present(assignee=event.assignee, resolution=event.resolution)
        case FalloutClosed():
            body |= {"stage": "closed", "resolution": event.resolution, "verified": event.verified}
            return Public(FULFILLMENT_EVENTS, "fallout.closed", event.fallout_id, body)
    return Public(FULFILLMENT_EVENTS, "fallout.opened", event.fallout_id, body)


def _open(stage: FalloutStage, event: FalloutOpened | FalloutChanged) -> Body:
    what = _present(rule=event.rule, message=event.message, type=event.type)
    return {**what, "stage": stage, "advice": advice(event.fallout_id, event.task_id, event.rule, stage)}
