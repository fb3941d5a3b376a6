"""What happens to dated changes, as others hear it."""

from __future__ import annotations

from typing import TypeAlias

from services.chassis.service import Happened
from services.inventory import bodies
from services.inventory.bodies import Body
from services.inventory.domain.operation_events import (
    ChoiceDeclined,
    ChoiceRecounted,
    InstancesNamed,
    OperationCanceled,
    OperationCompleted,
    OperationDelayed,
    OperationEvent,
    OperationFollowed,
    OperationQueued,
    OperationRedated,
    OperationScheduled,
    OperationStarted,
)
from services.inventory.domain.words import SpecificationId

Waiting: TypeAlias = (
    OperationScheduled
    | OperationRedated
    | OperationFollowed
    | OperationQueued
    | ChoiceDeclined
    | ChoiceRecounted
)


def said(happened: Happened, event: OperationEvent) -> tuple[str, Body] | None:
    """The message for it; none where it only keeps its own books."""
    match event:
        case InstancesNamed() | OperationDelayed():
            return None
        case OperationStarted():
            return "operation.started", _started(happened, event)
        case OperationCompleted():
            return "operation.completed", _ended(happened, event)
        case OperationCanceled():
            more = {"reasons": bodies.reasons(event.reasons)}
            return "operation.canceled", _ended(happened, event) | more
        case waiting:
            return "operation.scheduled", _scheduled(happened, waiting)


def _scheduled(happened: Happened, event: Waiting) -> Body:
    """It waits, for the first time or otherwise than before."""
    match event:
        case OperationScheduled(order=order):
            about = _about(happened, (order.order_id, order.version), event)
            about["lineIds"] = tuple(line.line_id for line in order.lines)
            return about | _to_name(event.to_name)
        case OperationRedated():
            more: Body = {}
        case OperationFollowed():
            more = {"goesOnAs": event.goes_on_as}
            more |= {"locations": event.locations} if event.locations else {}
        case OperationQueued():
            more = {"waitsFor": event.waits_for}
        case ChoiceDeclined():
            more = {"reasons": bodies.reasons(event.reasons)} | _to_name(event.to_name)
        case ChoiceRecounted():
            more = _to_name(event.to_name)
    about = _about(happened, (event.order, event.version), event)
    return about | {"lineIds": event.line_ids} | more


def _to_name(counts: dict[SpecificationId, int] | None) -> Body:
    return {} if counts is None else {"toName": counts}


def _started(happened: Happened, event: OperationStarted) -> Body:
    data = _about(happened, (event.order, event.version), event)
    data["lineIds"] = tuple(line.line_id for line in event.lines)
    data["lines"] = [bodies.line(line) for line in event.lines]
    data["tree"] = [bodies.affected(one) for one in event.tree]
    if event.reasons:
        data["reasons"] = bodies.reasons(event.reasons)
    return data | bodies.standing(event.standing)


def _ended(happened: Happened, event: OperationCompleted | OperationCanceled) -> Body:
    return _about(happened, (event.order, event.version), event) | {"lineIds": event.line_ids}


def _about(
    happened: Happened,
    order: tuple[str, int],
    event: Waiting | OperationStarted | OperationCompleted | OperationCanceled,
) -> Body:
    return {
        "operationId": happened.id,
        "orderId": order[0],
        "accountId": happened.account,
        "version": order[1],
        "action": event.action,
        "at": event.at.isoformat(),
    }
