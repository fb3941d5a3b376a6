"""Returns, as messages and pages show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.service import Page
from services.order.domain.return_case import (
    Assessed,
    Case,
    CaseLine,
    CaseState,
    LineState,
    ReturnClosed,
    ReturnLine,
    ReturnOpened,
    ReturnResolved,
    Settled,
)
from services.order.domain.returned import NOT_RECEIVED
from services.order.domain.words import Reason
from services.order.shown import reasons

Body = dict[str, Any]


def opened(event: ReturnOpened) -> Body:
    return {"state": "open", "lines": list(map(_opened, event.lines))}


def assessed(state: CaseState, lines: tuple[Assessed, ...]) -> Body:
    return {"state": state, "lines": [_assessed(one, _decided(one)) for one in lines]}


def resolved(event: ReturnResolved) -> Body:
    return {"state": "resolved", "lines": list(map(_settled, event.lines))}


def closed(event: ReturnClosed) -> Body:
    return _given({"state": "closed", "lines": list(map(_settled, event.lines)), "rule": event.rule})


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
        "replacedBy": one.replaced_by,
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


_ALWAYS = ("proposed", "approvedQuantity", "note", "state", "orderId", "replacementId", "replacedBy")


def _line(line: CaseLine) -> Body:
    """Every field of a line, those that say nothing yet as well."""
    opened = _opened(line.asked)
    asked = {"lineId": opened["lineId"], "quantity": None, "reason": None, **opened}
    decided = _assessed(line.assessed, line.state) if line.assessed is not None else {"state": line.state}
    told = (*line.reasons, *_not_as_promised(line), *_kept(line))
    found = {"outcome": line.outcome, "reasons": reasons(told)}
    return asked | dict.fromkeys(_ALWAYS) | decided | found


def _not_as_promised(line: CaseLine) -> Iterator[Reason]:
    """What was found holds the order until somebody has decided."""
    if line.state == "assessed" and line.outcome not in (None, "as_promised") and not _given_up(line):
        message = _nothing_came(line) if line.outcome == NOT_RECEIVED else _otherwise(line)
        yield Reason(rule="RMA-05", message=message, line_id=line.asked.line_id)


def _given_up(line: CaseLine) -> bool:
    return line.assessed is not None and line.assessed.approved_quantity == 0


def _otherwise(line: CaseLine) -> str:
    return (
        f"task {line.found_by} has found '{line.outcome}', and that is not what was promised: look again "
        "with 'task.retry', go on all the same with 'task.skip' and a reason, or cancel order "
        f"{line.order_id} and assess the line anew"
    )


def _nothing_came(line: CaseLine) -> str:
    one = line.assessed
    id, new = (one.instance_id, one.replacement_id) if one is not None else (line.asked.instance_id, None)
    beside = (
        f"; or, where {new} was sent already, cancel line {line.asked.line_id} of the order alone, and {id} "
        "stays with the customer beside it"
    )
    return (
        f"task {line.found_by} says that nothing came back: look again with 'task.retry', go on as though "
        f"{id} had come with 'task.skip' and a reason, or cancel order {line.order_id} and assess the line "
        f"anew{beside if new is not None else ''}"
    )


def _kept(line: CaseLine) -> Iterator[Reason]:
    """What was sent in the place of something that does not come back."""
    one = line.assessed
    if one is None or one.replaced_by is None or line.state not in ("assessed", "resolved"):
        return
    came = f"{one.approved_quantity} of" if one.approved_quantity else "nothing of"
    message = (
        f"{came} {one.instance_id} comes back, and {one.replaced_by} in its place: what does not come back "
        "stays with the customer"
    )
    yield Reason(rule="RMA-05", message=message, line_id=one.line_id)
