"""The pages of orders, as `aftersale show order` prints them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.service import Page
from services.order import shown_returns
from services.order.domain.choice import asks, state_of
from services.order.domain.order import Order
from services.order.domain.priority import band
from services.order.shown import (
    asked_for,
    declined,
    lines,
    operations,
    own_states,
    reasons,
    request,
    waits_for,
)

_ALWAYS = ("lineId", "action", "state", "instanceId", "specificationId", "location", "dueDate")
_APPROVED = ("acknowledged", "in_progress", "completed")
"""Stages."""


def pages(category: str, id: str, state: Any) -> Iterator[Page]:
    if state is None:
        return
    if category == "order":
        yield _page(id, state)
    elif category == "return":
        yield shown_returns.page(id, state)


def _page(order_id: str, order: Order) -> Page:
    written = lines(order.lines, order.status, own_states(order))
    body = {
        "orderId": order_id,
        "accountId": order.account_id,
        "state": state_of(order),
        "category": order.category,
        "action": order.action,
        "version": order.version,
        "cascade": order.cascade,
        "priority": order.priority,
        "priorityBand": None if order.priority is None else band(order.priority),
        "reason": order.reason,
        "returnId": order.return_id,
        "lines": [_line(order_id, order, line) for line in written],
        "operations": operations(order_id, order),
        "reasons": reasons(order.reasons),
        "warnings": reasons(order.warnings),
        "request": request(order.pending),
        "declined": declined(order.declined),
    }
    return Page("order", order_id, order.account_id, body)


def _line(order_id: str, order: Order, line: dict[str, Any]) -> dict[str, Any]:
    """Of an approved add, the instance is the one that is made for it; what is canceled has none."""
    made = line["action"] == "add" and order.stage in _APPROVED and line["state"] != "canceled"
    new = {"instanceId": f"{order_id}:{line['lineId']}"} if made else {}
    named = order.parked.chosen.get(line["lineId"])
    ends = {"instanceIds": sorted(named)} if named else {}
    return dict.fromkeys(_ALWAYS) | line | new | ends | _attention(order, line["lineId"])


def _attention(order: Order, line_id: str) -> dict[str, str]:
    """What a person is asked for, where the line waits for that; or for whom it waits."""
    if not asks(order, line_id):
        operation = order.operation_of(line_id)
        text = waits_for(operation) if operation is not None else ""
        return {"attention": text} if text else {}
    declined = {line_id: order.parked.declined.get(line_id, ())}
    return {"attention": asked_for(order.parked.of((line_id,)), declined)[line_id]}
