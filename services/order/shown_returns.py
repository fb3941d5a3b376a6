"""Returns, as messages and pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.topics import ORDER_EVENTS
from services.chassis.service import Happened, Page, Public
from services.order.domain.return_case import (
    Assessed,
    Case,
    CaseLine,
    LineState,
    ReturnAssessed,
    ReturnClosed,
    ReturnEvent,
    ReturnLine,
    ReturnLineMoved,
    ReturnOpened,
    ReturnOutcomeFound,
    ReturnResolved,
    Settled,
)
from services.order.shown import reasons

Body = dict[str, Any]


def publish(happened: Happened, event: ReturnEvent) -> Iterable[Public]:
    """What happens to a single line is told by its order; the case tells when it goes on as a whole."""
    match event:
        case ReturnOpened():
            return (_public(happened, "return.opened", "open", lines=list(map(_opened, event.lines))),)
        case ReturnAssessed():
            lines = [_assessed(one, _decided(one)) for one in event.lines]
            return (_public(happened, "return.assessed", event.state, lines=lines),)
        case ReturnResolved():
            return (_public(happened, "return.resolved", "resolved", lines=list(map(_settled, event.lines))),)
        case ReturnClosed():
            lines = list(map(_settled, event.lines))
            return (_public(happened, "return.closed", "closed", lines=lines, rule=event.rule),)
        case ReturnLineMoved() | ReturnOutcomeFound():
            return ()


def _public(happened: Happened, name: str, state: str, **more: Any) -> Public:
    data = {"returnId": happened.id, "accountId": happened.account, "state": state, **_given(more)}
    return Public(ORDER_EVENTS, name, happened.id, data)


def _given(fields: Body) -> Body:
    return {name: value for name, value in fields.items() if value is not None}


def _opened(line: ReturnLine) -> Body:
    fields = {
        "lineId": line.line_id,
        "instanceId": line.instance_id,
        "reason": line.reason,
        "quantity": line.quantity,
        "expected": line.expected,
    }
    return _given(fields)


def _decided(one: Assessed) -> LineState:
    return "rejected" if one.proposed == "reject" else "assessed"


def _assessed(one: Assessed, state: LineState) -> Body:
    fields = {
        "lineId": one.line_id,
        "instanceId": one.instance_id,
        "proposed": one.proposed,
        "approvedQuantity": one.approved_quantity,
        "note": one.note,
        "state": state,
        "orderId": one.order_id,
        "replacementId": one.replacement_id,
    }
    return _given(fields)


def _settled(one: Settled) -> Body:
    return {**_assessed(one.assessed, one.state), **_given({"outcome": one.outcome})}


# -------------------------------------------------------------------------------------------- page


def page(return_id: str, case: Case) -> Page:
    """What `aftersale show return` prints."""
    body = {
        "returnId": return_id,
        "accountId": case.account_id,
        "state": case.state,
        "lines": [_line(line) for line in case.lines.values()],
    }
    return Page("return", return_id, case.account_id, body)


_ALWAYS = ("proposed", "approvedQuantity", "note", "state", "orderId", "replacementId")


def _line(line: CaseLine) -> Body:
    """Every field of a line, those that say nothing yet as well."""
    asked = {"quantity": None, "reason": None, **_opened(line.asked)}
    decided = _assessed(line.assessed, line.state) if line.assessed is not None else {"state": line.state}
    found = {"outcome": line.outcome, "reasons": reasons(line.reasons)}
    return asked | dict.fromkeys(_ALWAYS) | decided | found
