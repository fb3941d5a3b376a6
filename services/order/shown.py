"""Lines and reasons, as messages and pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.order.domain.line import Line
from services.order.domain.words import Reason, Status


def lines(
    asked: Iterable[Line], status: Status, completed: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """A line is in the state of its order until it is done."""
    return [_line(line, "completed" if line.line_id in completed else status) for line in asked]


def _line(line: Line, status: Status) -> dict[str, Any]:
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
        "reason": line.reason,
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
