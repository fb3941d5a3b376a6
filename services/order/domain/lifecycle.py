"""What commands and facts do to an order, from placed to completed, canceled or rejected (rule book 9.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from services.order.domain import inflight
from services.order.domain.line import Line
from services.order.domain.order import (
    LinesCompleted,
    OperationHeard,
    Order,
    OrderApproved,
    OrderCanceled,
    OrderCompleted,
    OrderEvent,
    OrderPlaced,
    OrderRejected,
    OrderRevised,
    OrderReworked,
    OrderStarted,
    OrderSubmitted,
    placed,
)
from services.order.domain.value import value
from services.order.domain.words import Reason, Status

# ---------------------------------------------------------------------------------------- commands


@value
class Submit:
    """`lines` are written out, `broken` what they break."""

    lines: tuple[Line, ...]
    broken: tuple[Reason, ...] = ()
    reason: str | None = None


@value
class Approve:
    broken: tuple[Reason, ...] = ()
    reason: str | None = None


@value
class Reject:
    reason: str | None = None


@value
class Rework:
    reason: str | None = None


@value
class Revise:
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class Cancel:
    """`line_ids` None means the whole order."""

    reason: str | None = None
    line_ids: tuple[str, ...] | None = None


@value
class Start:
    """Fact: the plan was made."""

    version: int


@value
class Decline:
    """Fact: it could not be reserved, or not be planned, and nothing is reserved."""

    version: int
    reasons: tuple[Reason, ...]


@value
class Fulfil:
    """Fact: these lines are done; `last` when no other is left."""

    line_ids: tuple[str, ...]
    last: bool


@value
class Hear:
    """Fact: what became of a dated change of the order."""

    operation: OperationHeard


Command: TypeAlias = Submit | Approve | Reject | Rework | Revise | Cancel | Start | Decline | Fulfil | Hear

# ---------------------------------------------------------------------------------------- decisions

Outcome: TypeAlias = tuple[OrderEvent, ...] | Reason
"""What happened; or the rule that refuses the command."""


def place(order: Order | None, wanted: OrderPlaced, broken: tuple[Reason, ...], approve: bool) -> Outcome:
    """A new order: a draft is taken as it is; anything else is rejected for what it breaks."""
    if order is not None:
        message = "this order id is taken: an order keeps its id for ever, so give a new order a new one"
        return Reason(rule="REF-04", message=message, field="orderId")
    if wanted.status == "draft":
        return (wanted,)
    if broken:
        return (wanted, OrderRejected(version=wanted.version, reasons=broken))
    return (wanted, _approved(placed(wanted), None)) if approve else (wanted,)


def decide(order: Order, command: Command) -> Outcome:
    """What a command does to an order. Facts that come late, or twice, change nothing."""
    step = TABLE[type(command)].get(order.status)
    if step is not None:
        outcome: Outcome = step(order, command)
        return outcome
    refusal = REFUSALS.get(type(command))
    if refusal is None:
        return ()
    rule, message = refusal
    return Reason(rule=rule, message=f"the order is {order.status.replace('_', ' ')}: {message}")


def _already(order: Order, command: Command) -> Outcome:  # noqa: ARG001
    return ()


def _submit(order: Order, command: Submit) -> Outcome:
    submitted = OrderSubmitted(version=order.version, lines=command.lines, reason=command.reason)
    if command.broken:
        return (submitted, OrderRejected(version=order.version, reasons=command.broken))
    return (submitted,)


def _approve(order: Order, command: Approve) -> Outcome:
    if command.broken:
        return (OrderRejected(version=order.version, reasons=command.broken),)
    return (_approved(order, command.reason),)


def _approved(order: Order, reason: str | None) -> OrderApproved:
    return OrderApproved(
        version=order.version,
        category=order.category,
        action=order.action,
        lines=order.lines,
        reason=reason or order.reason,
    )


def _reject(order: Order, command: Reject) -> Outcome:
    return (OrderRejected(version=order.version, reason=command.reason),)


def _rework(order: Order, command: Rework) -> Outcome:
    return (OrderReworked(version=order.version + 1, lines=order.lines, reason=command.reason),)


def _revise(order: Order, command: Revise) -> Outcome:
    if command.lines == order.lines:
        return ()
    return (OrderRevised(version=order.version, lines=command.lines, reason=command.reason),)


def _cancel(order: Order, command: Cancel) -> Outcome:
    if command.line_ids is not None:
        message = "nothing of the order runs yet: edit the draft to drop lines, or leave 'lineIds' out"
        return Reason(rule="INF-01", message=message, field="lineIds")
    return (OrderCanceled(version=order.version, reason=command.reason),)


def _cancel_waiting(order: Order, command: Cancel) -> Outcome:
    if command.line_ids is None and not all(order.waits(line.line_id) for line in order.wanted):
        rule, message = REFUSALS[Cancel]
        return Reason(rule=rule, message=f"the order is {order.status.replace('_', ' ')}: {message}")
    return inflight.cancel(order, command.line_ids, command.reason)


def _hear(order: Order, command: Hear) -> Outcome:
    heard = command.operation
    return () if order.operations.get(heard.operation_id) == heard else (heard,)


def _start(order: Order, command: Start) -> Outcome:
    return (OrderStarted(version=order.version),) if command.version == order.version else ()


def _decline(order: Order, command: Decline) -> Outcome:
    if command.version != order.version:
        return ()
    return (OrderRejected(version=order.version, reasons=command.reasons),)


def _fulfil(order: Order, command: Fulfil) -> Outcome:
    if command.last:
        return (_over(order, command.line_ids),)
    done = tuple(id for id in command.line_ids if id not in order.completed)
    return (LinesCompleted(version=order.version, line_ids=done),) if done else ()


def _over(order: Order, last: tuple[str, ...]) -> OrderCompleted | OrderCanceled:
    """An order of which nothing was done is canceled."""
    if order.operations and not last and not order.completed:
        return OrderCanceled(version=order.version)
    return OrderCompleted(version=order.version)


TABLE: Mapping[type, Mapping[Status, Callable[..., Outcome]]] = {
    Submit: {"draft": _submit, "new": _already},
    Approve: {"new": _approve, "acknowledged": _already, "in_progress": _already},
    Reject: {"new": _reject, "rejected": _already},
    Rework: {"rejected": _rework, "draft": _already},
    Revise: {"draft": _revise},
    Cancel: {
        "draft": _cancel,
        "new": _cancel,
        "rejected": _cancel,
        "canceled": _already,
        "acknowledged": _cancel_waiting,
        "in_progress": _cancel_waiting,
    },
    Hear: {"acknowledged": _hear, "in_progress": _hear},
    Start: {"acknowledged": _start},
    Decline: {"acknowledged": _decline, "in_progress": _decline},
    Fulfil: {"acknowledged": _fulfil, "in_progress": _fulfil},
}
"""What each command does in each state. A state that is left out refuses a command and ignores a fact."""

REFUSALS: Mapping[type, tuple[str, str]] = {
    Submit: ("ORD-06", "only a draft can be submitted; a rejected order is reworked into one first"),
    Approve: (
        "APP-01",
        "only a new order can be approved; submit a draft first, rework a rejected one (D-03)",
    ),
    Reject: ("APP-01", "only a new order can be rejected; in this version an approved one runs to its end"),
    Rework: ("D-03", "only a rejected order can be reworked into a draft; place a new order instead"),
    Revise: (
        "INF-01",
        "only a draft can be revised in this version: rework a rejected order, or reject a new one first",
    ),
    Cancel: (
        "INF-01",
        (
            "an order under way is canceled as a whole only while all of its lines wait for their day; name "
            "those that wait in 'lineIds', or let it end, then order what should be different"
        ),
    ),
}
"""What refuses a command in every other state."""
