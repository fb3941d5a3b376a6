"""What commands and facts do to an order, from placed to completed, canceled or rejected (rule book 9.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from services.order.domain import facts, underway
from services.order.domain.approver import own_order
from services.order.domain.choice import shown_as, then_awaits
from services.order.domain.events import (
    OrderApproved,
    OrderCanceled,
    OrderEvent,
    OrderPlaced,
    OrderRejected,
    OrderRevised,
    OrderReworked,
    OrderSubmitted,
)
from services.order.domain.facts import Fact
from services.order.domain.line import Line
from services.order.domain.order import Order, placed
from services.order.domain.parked import Fewer
from services.order.domain.underway import ChangeCommand
from services.order.domain.value import value
from services.order.domain.words import Reason, Status

# ---------------------------------------------------------------------------------------- commands


@value
class Submit:
    """`lines` are written out, `broken` what they break; `by` is who asks, where that is known."""

    lines: tuple[Line, ...]
    broken: tuple[Reason, ...] = ()
    reason: str | None = None
    by: str | None = None


@value
class Approve:
    """Lines in `fewer` wait to be told which instances end."""

    broken: tuple[Reason, ...] = ()
    reason: str | None = None
    fewer: tuple[Fewer, ...] = ()
    priority: int | None = None
    warnings: tuple[Reason, ...] = ()
    by: str | None = None


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
    by: str | None = None


@value
class Cancel:
    """The whole order; of one under way it is asked for."""

    reason: str | None = None
    by: str | None = None


Command: TypeAlias = Submit | Approve | Reject | Rework | Revise | Cancel | Fact | ChangeCommand

# ---------------------------------------------------------------------------------------- decisions

Outcome: TypeAlias = tuple[OrderEvent, ...] | Reason
"""What happened; or the rule that refuses the command."""


def place(
    order: Order | None, wanted: OrderPlaced, broken: tuple[Reason, ...], approve: Approve | None
) -> Outcome:
    """A new order: a draft is taken as it is; anything else is rejected for what it breaks."""
    if order is not None:
        message = "this order id is taken: an order keeps its id for ever, so give a new order a new one"
        return Reason(rule="REF-04", message=message, field="orderId")
    if wanted.status == "draft":
        return (wanted,)
    if broken:
        return (wanted, OrderRejected(version=wanted.version, reasons=broken))
    return (wanted, _approved(placed(wanted), approve)) if approve else (wanted,)


def decide(order: Order, command: Command) -> Outcome:
    """What a command does to an order. Facts that come late, or twice, change nothing."""
    step = TABLE[type(command)].get(order.status)
    if step is not None:
        outcome: Outcome = step(order, command)
        return outcome if isinstance(outcome, Reason) else then_awaits(order, outcome)
    refusal = REFUSALS.get(type(command))
    if refusal is None:
        return ()
    rule, message = refusal
    return Reason(rule=rule, message=f"{shown_as(order)}: {message}")


def _already(order: Order, command: Command) -> Outcome:  # noqa: ARG001
    return ()


def _submit(order: Order, command: Submit) -> Outcome:
    submitted = OrderSubmitted(
        version=order.version, lines=command.lines, reason=command.reason, asked_by=command.by
    )
    if command.broken:
        return (submitted, OrderRejected(version=order.version, reasons=command.broken))
    return (submitted,)


def _approve(order: Order, command: Approve) -> Outcome:
    if (own := own_order(order, command.by)) is not None:
        return own
    if command.broken:
        return (OrderRejected(version=order.version, reasons=command.broken),)
    return (_approved(order, command),)


def _approved(order: Order, command: Approve) -> OrderApproved:
    return OrderApproved(
        version=order.version,
        category=order.category,
        action=order.action,
        lines=order.lines,
        reason=command.reason or order.reason,
        fewer=command.fewer,
        priority=command.priority,
        warnings=command.warnings,
    )


def _reject(order: Order, command: Reject) -> Outcome:
    return (OrderRejected(version=order.version, reason=command.reason),)


def _rework(order: Order, command: Rework) -> Outcome:
    return (OrderReworked(version=order.version + 1, lines=order.lines, reason=command.reason),)


def _revise(order: Order, command: Revise) -> Outcome:
    if command.lines == order.lines:
        return ()
    revised = OrderRevised(
        version=order.version, lines=command.lines, reason=command.reason, asked_by=command.by
    )
    return (revised,)


def _cancel(order: Order, command: Cancel) -> Outcome:
    return (OrderCanceled(version=order.version, reason=command.reason),)


def _ask_to_cancel(order: Order, command: Cancel) -> Outcome:
    return underway.ask_cancellation(order, command.reason, command.by)


def _under_way(step: Callable[..., Outcome]) -> Mapping[Status, Callable[..., Outcome]]:
    """The same in every state from the approval to the end: a fact counts whatever is asked meanwhile."""
    return dict.fromkeys(UNDER_WAY, step)


UNDER_WAY: tuple[Status, ...] = (
    "acknowledged",
    "in_progress",
    "on_hold",
    "revision_in_progress",
    "assessing_cancellation",
    "cancellation_in_progress",
)

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
        **_under_way(_ask_to_cancel),
        "cancellation_in_progress": _already,
    },
    underway.Hold: {
        "acknowledged": underway.hold,
        "in_progress": underway.hold,
        "on_hold": _already,
        "revision_in_progress": underway.hold_asked,
        "assessing_cancellation": underway.hold_asked,
        "cancellation_in_progress": underway.hold_canceling,
    },
    underway.Release: {
        "on_hold": underway.release,
        "acknowledged": underway.released,
        "in_progress": underway.released,
    },
    underway.AskRevision: _under_way(underway.ask_revision),
    underway.ApproveChange: _under_way(underway.approve),
    underway.DeclineChange: _under_way(underway.decline),
    underway.RefuseChange: _under_way(underway.refuse),
    facts.Hear: _under_way(facts.hear),
    facts.Start: _under_way(facts.start),
    facts.Decline: _under_way(facts.decline),
    facts.Return: _under_way(facts.give_back),
    facts.Fulfil: _under_way(facts.fulfil),
}
"""What each command does in each state. A state that is left out refuses a command and ignores a fact."""

REFUSALS: Mapping[type, tuple[str, str]] = {
    Submit: ("ORD-06", "only a draft can be submitted; a rejected order is reworked into one first"),
    Approve: (
        "APP-01",
        "only a new order can be approved; submit a draft first, rework a rejected one (D-03), and answer "
        "what is asked of an order under way with order.approve-change",
    ),
    Reject: (
        "APP-01",
        "only a new order can be rejected; an order under way is canceled, and what is asked of it is "
        "declined with order.decline-change",
    ),
    Rework: ("D-03", "only a rejected order can be reworked into a draft; place a new order instead"),
    Revise: (
        "INF-01",
        "only a draft and an order in progress can be revised; a new one is rejected and reworked first, and "
        "what should be different of one that is over is ordered anew",
    ),
    Cancel: ("INF-01", "what is completed stays: order what should be different now"),
    underway.Hold: ("ORD-12", "only an order that is approved and not over can be held"),
    underway.Release: ("ORD-12", "only an order on hold can be released"),
    underway.AskRevision: ("INF-01", "only an order in progress can be revised: place a new one"),
    underway.ApproveChange: (
        "INF-02",
        "nothing is asked of it that could be approved; approve a new order itself",
    ),
    underway.DeclineChange: (
        "INF-02",
        "nothing is asked of it that could be declined; reject a new order itself",
    ),
}
"""What refuses a command in every other state."""
