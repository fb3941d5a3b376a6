"""Lines and reasons, as messages and pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from services.order.domain.change import ChangeDeclined, LineChange, Pending
from services.order.domain.choice import asks, attention
from services.order.domain.events import OperationHeard
from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.parked import Fewer
from services.order.domain.term import ContractLine
from services.order.domain.words import LineStatus, OperationState, Reason, Status

_NOTHING_OWN: Mapping[str, LineStatus] = MappingProxyType({})


def lines(
    asked: Iterable[Line], status: Status, own: Mapping[str, LineStatus] = _NOTHING_OWN
) -> list[dict[str, Any]]:
    """A line is in the state of its order unless it has one of its own."""
    return [_line(line, own.get(line.line_id, status)) for line in asked]


def own_states(order: Order) -> Mapping[str, LineStatus]:
    """Lines that are done before their order is, that wait for their day, or were canceled.

    Of a revision that is asked for, only the lines that it touches are in question.
    """
    states: dict[str, LineStatus] = dict.fromkeys(order.completed, "completed")
    for operation in order.operations.values():
        state = "needs_attention" if asks(order, operation.line_ids[0]) else STATES[operation.state]
        if state == "canceled" or order.stage in ("acknowledged", "in_progress"):
            states.update(dict.fromkeys(operation.line_ids, state))
    states.update(dict.fromkeys(order.dropped, "canceled"))
    if order.pending is not None and order.pending.revises:
        states = _asked_of(order, order.pending) | states
    return states


def _asked_of(order: Order, pending: Pending) -> dict[str, LineStatus]:
    touched = {change.line_id for change in pending.changes}
    return {
        line.line_id: pending.status if line.line_id in touched else order.unasked for line in order.lines
    }


def asked_for(
    parked: Iterable[Fewer], declined: Mapping[str, tuple[Reason, ...]] = MappingProxyType({})
) -> dict[str, str]:
    """Of each line that needs attention, what a person is asked for."""
    lines: dict[str, list[Fewer]] = {line_id: [] for line_id in declined}
    for one in parked:
        lines.setdefault(one.line_id, []).append(one)
    return {line_id: attention(found, declined.get(line_id, ())) for line_id, found in lines.items()}


def changes(revision: Iterable[LineChange]) -> list[dict[str, Any]]:
    """What a revision does to each line."""
    return [
        {"lineId": one.line_id, "operation": one.operation}
        | ({"types": list(one.types)} if one.types else {})
        | ({"characteristics": list(one.characteristics)} if one.characteristics else {})
        for one in revision
    ]


def request(pending: Pending | None) -> dict[str, Any] | None:
    """What is asked of an order under way, with the lines as they would be where they differ."""
    if pending is None:
        return None
    touched = {change.line_id for change in pending.changes}
    wanted = [line for line in pending.lines or () if line.line_id in touched]
    return {
        "kind": "revision" if pending.revises else "cancellation",
        "state": "approved" if pending.approved else "requested",
        "version": pending.version,
        "reason": pending.reason,
        "changes": changes(pending.changes),
        "lines": lines(wanted, pending.status),
    }


def declined(change: ChangeDeclined | None) -> dict[str, Any] | None:
    """Why the last request was declined."""
    if change is None:
        return None
    return {"version": change.version, "reason": change.reason, "reasons": reasons(change.reasons)}


def operations(order_id: str, order: Order) -> list[dict[str, Any]]:
    return [
        {
            "operationId": one.operation_id,
            "action": one.action,
            "state": one.state,
            "at": one.at.isoformat(),
            "orderId": order_id,
            "lineIds": list(one.line_ids),
        }
        for one in order.operations.values()
    ]


def waits_for(operation: OperationHeard) -> str:
    """Why lines whose day has come have not begun; nothing where that is not so."""
    if operation.state != "scheduled" or not operation.waits_for:
        return ""
    orders = (
        f"order '{id}', which holds {', '.join(map(repr, held))}" if held else f"order '{id}'"
        for id, held in operation.waits_for.items()
    )
    return (
        f"its day has come, and it waits for {' and '.join(orders)}: it goes on by itself when that is done"
    )


STATES: Mapping[OperationState, LineStatus] = {
    "scheduled": "scheduled",
    "started": "in_progress",
    "completed": "completed",
    "canceled": "canceled",
}
"""The state of a line by that of its operation."""


def _line(line: Line, status: LineStatus) -> dict[str, Any]:
    full = {
        "lineId": line.line_id,
        "action": line.action,
        "state": status,
        "kind": line.kind,
        "instanceId": line.instance_id,
        "specificationId": line.specification_id,
        "specificationVersion": line.specification_version,
        "offeringId": line.offering_id,
        "parentLineId": line.parent_line_id,
        "parentInstanceId": line.parent_instance_id,
        "characteristics": line.characteristics or None,
        "location": line.location,
        "move": line.move or None,
        "quantity": line.quantity,
        "dueDate": line.due_date.isoformat() if line.due_date else None,
        "transient": line.transient or None,
        "contractLine": contract_line(line.contract_line) if line.contract_line else None,
        "return": line.return_,
        "replacesInstanceId": line.replaces,
        "quantityBefore": line.quantity_before,
        "reason": line.reason,
    }
    return {name: value for name, value in full.items() if value is not None}


def contract_line(asked: ContractLine) -> dict[str, Any]:
    full = {
        "type": asked.type,
        "start": asked.start.isoformat() if asked.start else None,
        "end": asked.end.isoformat() if asked.end else None,
        "term": asked.term,
    }
    return {name: value for name, value in full.items() if value is not None}


def reasons(broken: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {
            name: value
            for name, value in (
                ("rule", item.rule),
                ("message", item.message),
                ("lineId", item.line_id),
                ("field", item.field),
            )
            if value is not None
        }
        for item in broken
    ]
