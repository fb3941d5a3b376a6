"""Lines and reasons, as messages and pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.term import ContractLine
from services.order.domain.words import LineStatus, OperationState, Reason, Status

_NOTHING_OWN: Mapping[str, LineStatus] = MappingProxyType({})


def lines(
    asked: Iterable[Line], status: Status, own: Mapping[str, LineStatus] = _NOTHING_OWN
) -> list[dict[str, Any]]:
    """A line is in the state of its order unless it has one of its own."""
    return [_line(line, own.get(line.line_id, status)) for line in asked]


def own_states(order: Order) -> Mapping[str, LineStatus]:
    """Lines that are done before their order is, that wait for their day, or were canceled."""
    states: dict[str, LineStatus] = dict.fromkeys(order.completed, "completed")
    for operation in order.operations.values():
        state = STATES[operation.state]
        if state == "canceled" or order.status in ("acknowledged", "in_progress"):
            states.update(dict.fromkeys(operation.line_ids, state))
    return states


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
