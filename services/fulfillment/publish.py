"""Stored events as the messages of `fulfillment.events` and `fulfillment.tasks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.chassis.service import Happened, Public
from services.fulfillment import said, told
from services.fulfillment.bodies import about, brief, brief_task, present, reason, say_what, say_where
from services.fulfillment.domain.alterations import (
    CancellationBegun,
    ChangeRefused,
    DomainOrderCanceled,
    DomainOrderDropped,
    DomainOrderRevised,
    DoneAllTheSame,
    PlanHeld,
    PlanReleased,
    PlanRevised,
    ReservationKept,
    TaskDropped,
    TaskRedone,
    TaskWithdrawn,
)
from services.fulfillment.domain.catalog import SpecificationPublished, SpecificationRetired
from services.fulfillment.domain.compatibility_events import (
    CompatibilityWaived,
    DomainOrderStopped,
    StandingChanged,
    StandingNoted,
)
from services.fulfillment.domain.events import (
    AttemptFailed,
    DatesMoved,
    DatesPlanned,
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    ExtensionRefused,
    FalloutChanged,
    FalloutClosed,
    FalloutOpened,
    JeopardyAssessed,
    OperationDropped,
    PartCompleted,
    PartPostponed,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanExtended,
    PlanGrown,
    PlanPostponed,
    PonrPassed,
    ReportIgnored,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
    ValuesCopied,
    WatchPaused,
)
from services.fulfillment.domain.hierarchy import HierarchyChanged, HierarchyJoined, HierarchyLeft
from services.fulfillment.domain.priority import band

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
        case PlanExtended() | PlanGrown() | ExtensionRefused() | PartCompleted() as event:
            return (_part(event, happened),)
        case JeopardyAssessed() | FalloutOpened() | FalloutChanged() | FalloutClosed() as event:
            return _trouble(event, happened)
        case (
            PlanHeld()
            | PlanReleased()
            | ChangeRefused()
            | PlanRevised()
            | DomainOrderRevised()
            | DomainOrderDropped()
            | DomainOrderCanceled()
            | DomainOrderStopped()
            | TaskWithdrawn()
            | TaskDropped()
            | TaskRedone()
        ) as event:
            return told.alteration(event, happened)
        case (
            PlanPostponed()
            | PartPostponed()
            | ReservationKept()
            | OperationDropped()
            | WatchPaused()
            | DatesMoved()
            | DatesPlanned()
            | CancellationBegun()
            | DoneAllTheSame()
            | ValuesCopied()
            | ReportIgnored()
            | StandingNoted()
            | StandingChanged()
            | CompatibilityWaived()
            | HierarchyJoined()
            | HierarchyChanged()
            | HierarchyLeft()
            | SpecificationPublished()
            | SpecificationRetired()
        ):
            return ()
    raise TypeError(f"{type(happened.event).__name__} has no publish decision: give it one here")


# ------------------------------------------------------------------------------------------- plan


def _plan(event: PlanCreated | PlanCompleted | PlanCanceled, happened: Happened) -> Public:
    body = about(event.version, happened)
    match event:
        case PlanCreated():
            name = "plan.created"
            body["lineIds"] = event.line_ids
            body["domainOrders"] = [brief(order) for order in event.domain_orders]
            body["tasks"] = [] if event.tasks_apart else [brief_task(task) for task in event.tasks]
        case PlanCompleted():
            name = "plan.completed"
            body["lineIds"] = event.line_ids
        case PlanCanceled():
            name = "plan.canceled"
            body["reasons"] = [reason(each) for each in event.reasons]
            body |= told.charges(event.charges)
    return Public(FULFILLMENT_EVENTS, name, happened.id, body)


def _part(event: PlanExtended | PlanGrown | ExtensionRefused | PartCompleted, happened: Happened) -> Public:
    body = about(event.version, happened)
    match event:
        case PlanExtended():
            name = "plan.changed"
            body["operationId"], body["lineIds"] = event.operation_id, event.line_ids
            body["domainOrders"] = [brief(order) for order in event.domain_orders]
            body["tasks"] = [] if event.tasks_apart else [brief_task(task) for task in event.tasks]
        case PlanGrown():
            name = "plan.changed"
            body["staggered"], body["lineIds"] = True, event.line_ids
            body["domainOrders"] = [brief(order) for order in event.domain_orders]
            body["tasks"] = [] if event.tasks_apart else [brief_task(task) for task in event.tasks]
        case ExtensionRefused():
            name = "plan.change-refused"
            body["operationId"] = event.operation_id
            body["reasons"] = [reason(each) for each in event.reasons]
        case PartCompleted():
            name = "plan.part-completed"
            body["lineIds"] = event.line_ids
    return Public(FULFILLMENT_EVENTS, name, happened.id, body)


# ---------------------------------------------------------------------------------- domain orders


def _domain_order(event: _DomainOrder, happened: Happened) -> Public:
    order = event.domain_order
    body = about(event.version, happened)
    say_what(order, body)
    say_where(order, body)
    match event:
        case DomainOrderPlanned():
            body["state"] = event.state
            if event.tasks:
                body["tasks"] = [brief_task(task) for task in event.tasks]
        case DomainOrderStarted():
            body["state"], body["previousState"] = "in_progress", "draft"
        case DomainOrderClosed():
            body["state"], body["previousState"] = "closed_complete", event.previous
            if event.line_closed:
                body["lineClosed"] = True
    return Public(FULFILLMENT_EVENTS, "domain-order.state-changed", order.domain_order_id, body)


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
    body = about(event.version, happened)
    body["taskId"] = event.task_id
    body["attempt"] = event.attempt
    body["kind"] = event.kind
    body["name"] = event.name
    body["action"] = event.action
    body["undo"] = event.undo
    body["lineId"] = event.line_id
    body["domainOrderId"] = event.domain_order_id
    body["specificationId"] = event.specification_id
    body["characteristics"] = event.characteristics
    if event.instance_id is not None:
        body["instanceId"] = event.instance_id
    if event.location is not None:
        body["location"] = event.location
    if event.quantity is not None:
        body |= present(quantity=event.quantity.after, previousQuantity=event.quantity.before)
    if event.due is not None:
        body["due"] = event.due
    if event.priority is not None:
        body["priority"], body["priorityBand"] = event.priority, band(event.priority)
    if event.reason is not None:
        body["reason"] = event.reason
    return Public(TASKS, "task.requested", event.task_id, body, unseal=True)


_STATES: Mapping[type, str] = {
    TaskReleased: "open",
    TaskStarted: "in_progress",
    TaskClosed: "closed_complete",
    AttemptFailed: "scheduled",
    TaskHeld: "on_hold",
}


def _task(event: _Task, happened: Happened) -> Public:
    body = about(event.version, happened)
    body["taskId"] = event.task_id
    body["domainOrderId"] = event.domain_order_id
    body["state"] = _STATES[type(event)]
    body["attempt"] = event.attempt
    if (message := _message(event)) is not None:
        body["message"] = message
    if isinstance(event, TaskClosed | TaskHeld) and event.outcome is not None:
        body["outcome"] = event.outcome
    if not isinstance(event, TaskReleased) and event.work_order is not None:
        body["workOrder"] = present(state=event.work_order.state, note=event.work_order.note)
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
    body = about(event.version, happened)
    body |= present(
        lineId=event.line_id,
        domainOrderId=event.domain_order_id,
        taskId=event.task_id,
        kind=event.kind,
        charge=event.charge,
    )
    return Public(FULFILLMENT_EVENTS, "ponr.passed", event.task_id, body)


def _withdrawn(event: TaskClosed, happened: Happened) -> Public:
    body = about(event.version, happened)
    body |= {"taskId": event.task_id, "attempt": event.withdrawn}
    body["reason"] = f"attempt {event.attempt} was completed, late: this one is not wanted any more"
    return Public(TASKS, "task.withdrawn", event.task_id, body)


# ---------------------------------------------------------------------------------------- troubles


def _trouble(
    event: JeopardyAssessed | FalloutOpened | FalloutChanged | FalloutClosed, happened: Happened
) -> tuple[Public, ...]:
    """Nothing of a look at the risks that has found nothing new."""
    body = about(event.version, happened)
    match event:
        case JeopardyAssessed(tasks=(), lines=(), domain_orders=()):
            return ()
        case JeopardyAssessed():
            name, subject, body = "jeopardy.changed", happened.id, body | said.jeopardy(event)
        case FalloutClosed():
            name, subject, body = "fallout.closed", event.fallout_id, body | said.fallout(event)
        case _:
            name, subject, body = "fallout.opened", event.fallout_id, body | said.fallout(event)
    return (Public(FULFILLMENT_EVENTS, name, subject, body),)
