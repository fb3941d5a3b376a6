"""From order's events to what it says on `order.events`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.topics import ORDER_EVENTS
from services.chassis.service import Happened, Public
from services.order.domain import order as orders
from services.order.domain.instance import InstanceEnded, InstanceLearned, InstanceRevised
from services.order.domain.specification import SpecificationPublished, SpecificationRetired
from services.order.domain.words import Status
from services.order.shown import lines, reasons


def publish(happened: Happened) -> Iterator[Public]:
    """At most one message an event; what order has heard of instances and the catalog is its own affair."""
    match happened.event:
        case InstanceLearned() | InstanceRevised() | InstanceEnded():
            return
        case SpecificationPublished() | SpecificationRetired():
            return
        case event:
            yield _said(happened, event)


def _said(happened: Happened, event: orders.OrderEvent) -> Public:
    match event:
        case orders.OrderPlaced():
            more = {**_asked(event), "lines": lines(event.lines, event.status), "cascade": event.cascade}
            return _public(happened, "order.created", event.status, more)
        case orders.OrderSubmitted():
            return _public(happened, "order.submitted", Status.NEW, {"reason": event.reason})
        case orders.OrderApproved():
            more = {**_asked(event), "lines": lines(event.lines, Status.ACKNOWLEDGED)}
            return _public(happened, "order.approved", Status.ACKNOWLEDGED, more)
        case orders.OrderRejected():
            more = {"reasons": reasons(event.reasons), "reason": event.reason}
            return _public(happened, "order.rejected", Status.REJECTED, more)
        case orders.OrderReworked() | orders.OrderRevised():
            more = {"lines": lines(event.lines, Status.DRAFT), "reason": event.reason}
            return _public(happened, "order.revised", Status.DRAFT, more)
        case orders.OrderStarted():
            return _public(happened, "order.started", Status.IN_PROGRESS, {})
        case orders.LinesCompleted():
            done = [{"lineId": id, "state": "completed"} for id in event.line_ids]
            return _public(happened, "order.line-changed", Status.IN_PROGRESS, {"lines": done})
        case orders.OrderCompleted():
            return _public(happened, "order.completed", Status.COMPLETED, {})
        case orders.OrderCanceled():
            return _public(happened, "order.canceled", Status.CANCELED, {"reason": event.reason})


def _public(happened: Happened, name: str, state: Status, more: dict[str, Any]) -> Public:
    data = {
        "orderId": happened.id,
        "accountId": happened.account,
        "version": happened.event.version,
        "state": state.value,
        **{field: value for field, value in more.items() if value is not None},
    }
    return Public(ORDER_EVENTS, name, happened.id, data)


def _asked(event: orders.OrderPlaced | orders.OrderApproved) -> dict[str, Any]:
    return {"category": event.category, "action": event.action, "reason": event.reason}
