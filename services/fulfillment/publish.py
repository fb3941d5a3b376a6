"""Stored events as the messages of `fulfillment.events` and `fulfillment.tasks`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.topics import FULFILLMENT_EVENTS
from services.chassis.service import Happened, Public
from services.fulfillment import said, task_messages, told
from services.fulfillment.bodies import about, brief, brief_task, reason, say_what, say_where
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
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    ExtensionRefused,
    OperationDropped,
    PartCompleted,
    PartPostponed,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanExtended,
    PlanGrown,
    PlanPostponed,
    ReportIgnored,
    ValuesCopied,
)
from services.fulfillment.domain.hierarchy import (
    ChangesAwaited,
    ChangesNoted,
    ChangesTaken,
    HierarchyChanged,
    HierarchyJoined,
    HierarchyLeft,
)
from services.fulfillment.domain.task_events import (
    AttemptFailed,
    PonrPassed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
)
from services.fulfillment.domain.trouble_events import (
    DatesMoved,
    DatesPlanned,
    FalloutChanged,
    FalloutClosed,
    FalloutOpened,
    JeopardyAssessed,
    WatchPaused,
)

_DomainOrder = DomainOrderPlanned | DomainOrderStarted | DomainOrderClosed


def publish(happened: Happened) -> Iterable[Public]:
    """The messages of a stored event; none for what only this service decides by."""
    match happened.event:
        case DomainOrderPlanned() | DomainOrderClosed() | DomainOrderStarted() as event:
            return (_domain_order(event, happened),)
        case TaskReleased() | TaskClosed() | TaskStarted() | AttemptFailed() | TaskHeld() as event:
            return (*task_messages.asked(event, happened), task_messages.state_changed(event, happened))
        case PonrPassed() as event:
            return (task_messages.ponr_passed(event, happened),)
        case PlanCreated() | PlanCompleted() | PlanCanceled() as event:
            return (_plan(event, happened),)
        case PlanExtended() | PlanGrown() | ExtensionRefused() | PartCompleted() as event:
            return (_part(event, happened),)
        case JeopardyAssessed() | FalloutOpened() | FalloutChanged() | FalloutClosed() as event:
            return _trouble(event, happened)
        case event:
            return () if _is_silent(event) else _altered(happened)


def _altered(happened: Happened) -> Iterable[Public]:
    match happened.event:
        case PlanHeld() | PlanReleased() | ChangeRefused() | PlanRevised() as event:
            return told.alteration(event, happened)
        case (
            DomainOrderRevised()
            | DomainOrderDropped()
            | DomainOrderCanceled()
            | DomainOrderStopped() as event
        ):
            return told.alteration(event, happened)
        case TaskWithdrawn() | TaskDropped() | TaskRedone() as event:
            return told.alteration(event, happened)
    raise TypeError(f"{type(happened.event).__name__} has no publish decision: give it one here")


def _is_silent(event: Any) -> bool:
    """What only this service decides by: what waits, what was heard, and how a plan keeps its books."""
    match event:
        case PlanPostponed() | PartPostponed() | ReservationKept() | OperationDropped() | CancellationBegun():
            return True
        case WatchPaused() | DatesMoved() | DatesPlanned() | ValuesCopied():
            return True
        case DoneAllTheSame() | ReportIgnored():
            return True
        case StandingNoted() | StandingChanged() | CompatibilityWaived():
            return True
        case HierarchyJoined() | HierarchyChanged() | HierarchyLeft():
            return True
        case ChangesAwaited() | ChangesNoted() | ChangesTaken():
            return True
        case SpecificationPublished() | SpecificationRetired():
            return True
    return False


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
