"""An order: from what was asked to completed, canceled or rejected (rule book 9.1, 9.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from services.order.domain.line import Line, Request
from services.order.domain.words import Category, HeaderAction, Reason, Status

# ------------------------------------------------------------------------------------------ events


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced:
    """Created: as a draft, or submitted with it."""

    account_id: str
    version: int = 1
    status: Status
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    location: str | None = None
    end: datetime | None = None
    cascade: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSubmitted:
    """A draft was submitted, its lines written out with what is known now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderApproved:
    """Acknowledged: all that the reservation needs."""

    version: int
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected:
    """By a person (`reason`), or with every broken rule (`reasons`)."""

    version: int
    reasons: tuple[Reason, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReworked:
    """A rejected order is a draft again, in its next version."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRevised:
    """A draft was edited: these are its lines now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStarted:
    """Its plan was made: work has begun."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesCompleted:
    """A part of it is done; more follows."""

    version: int
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted:
    """Every line is done, and every instance is free again."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCanceled:
    version: int
    reason: str | None = None


OrderEvent: TypeAlias = (
    OrderPlaced
    | OrderSubmitted
    | OrderApproved
    | OrderRejected
    | OrderReworked
    | OrderRevised
    | OrderStarted
    | LinesCompleted
    | OrderCompleted
    | OrderCanceled
)

# ------------------------------------------------------------------------------------------- state


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order that was placed."""

    account_id: str
    status: Status
    version: int
    category: Category
    action: HeaderAction | None
    lines: tuple[Line, ...]
    location: str | None = None
    end: datetime | None = None
    cascade: bool = False
    reason: str | None = None
    reasons: tuple[Reason, ...] = ()
    completed: frozenset[str] = frozenset()

    def request(self, lines: tuple[Line, ...]) -> Request:
        """What it asks for with these lines, to be judged."""
        return Request(
            account_id=self.account_id,
            category=self.category,
            action=self.action,
            lines=lines,
            location=self.location,
            end=self.end,
            cascade=self.cascade,
        )


def evolve(order: Order | None, event: OrderEvent) -> Order | None:
    if isinstance(event, OrderPlaced):
        return _placed(event)
    return order if order is None else _evolved(order, event)


def _placed(event: OrderPlaced) -> Order:
    return Order(
        account_id=event.account_id,
        status=event.status,
        version=event.version,
        category=event.category,
        action=event.action,
        lines=event.lines,
        location=event.location,
        end=event.end,
        cascade=event.cascade,
        reason=event.reason,
    )


def _evolved(order: Order, event: OrderEvent) -> Order:
    match event:
        case OrderSubmitted():
            return replace(order, status=Status.NEW, lines=event.lines, reasons=())
        case OrderApproved():
            return replace(order, status=Status.ACKNOWLEDGED, reasons=())
        case OrderRejected():
            return replace(order, status=Status.REJECTED, reasons=event.reasons or (_by_a_person(event),))
        case OrderReworked():
            return replace(order, status=Status.DRAFT, version=event.version, lines=event.lines)
        case OrderRevised():
            return replace(order, lines=event.lines)
        case OrderStarted():
            return replace(order, status=Status.IN_PROGRESS)
        case LinesCompleted():
            return replace(order, completed=order.completed | frozenset(event.line_ids))
        case OrderCompleted():
            return replace(order, status=Status.COMPLETED)
        case OrderCanceled():
            return replace(order, status=Status.CANCELED, reason=event.reason or order.reason)
    return order


def _by_a_person(event: OrderRejected) -> Reason:
    return Reason(rule="ORD-08", message=event.reason or "rejected without a reason given")


# ---------------------------------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """`lines` are written out, `broken` what they break."""

    lines: tuple[Line, ...]
    broken: tuple[Reason, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    broken: tuple[Reason, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    lines: tuple[Line, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Fact: the plan was made."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Fact: it could not be reserved, or not be planned, and nothing is reserved."""

    version: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfil:
    """Fact: these lines are done; `last` when no other is left."""

    line_ids: tuple[str, ...]
    last: bool


Command: TypeAlias = Submit | Approve | Reject | Rework | Revise | Cancel | Start | Decline | Fulfil

# ---------------------------------------------------------------------------------------- decisions

Outcome: TypeAlias = tuple[OrderEvent, ...] | Reason
"""What happened; or the rule that refuses the command."""


def place(order: Order | None, wanted: OrderPlaced, broken: tuple[Reason, ...], approve: bool) -> Outcome:
    """A new order: a draft is taken as it is; anything else is rejected for what it breaks."""
    if order is not None:
        message = "this order id is taken: an order keeps its id for ever, so give a new order a new one"
        return Reason(rule="ORD-02", message=message, field="orderId")
    if wanted.status is Status.DRAFT:
        return (wanted,)
    if broken:
        return (wanted, OrderRejected(version=wanted.version, reasons=broken))
    return (wanted, _approved(_placed(wanted), None)) if approve else (wanted,)


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
    return Reason(rule=rule, message=f"the order is {order.status.value.replace('_', ' ')}: {message}")


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
    return (OrderCanceled(version=order.version, reason=command.reason),)


def _start(order: Order, command: Start) -> Outcome:
    return (OrderStarted(version=order.version),) if command.version == order.version else ()


def _decline(order: Order, command: Decline) -> Outcome:
    if command.version != order.version:
        return ()
    return (OrderRejected(version=order.version, reasons=command.reasons),)


def _fulfil(order: Order, command: Fulfil) -> Outcome:
    if command.last:
        return (OrderCompleted(version=order.version),)
    done = tuple(id for id in command.line_ids if id not in order.completed)
    return (LinesCompleted(version=order.version, line_ids=done),) if done else ()


_DRAFT, _NEW, _ACKNOWLEDGED, _IN_PROGRESS = Status.DRAFT, Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS
_CANCELED, _REJECTED = Status.CANCELED, Status.REJECTED

TABLE: Mapping[type, Mapping[Status, Callable[..., Outcome]]] = {
    Submit: {_DRAFT: _submit, _NEW: _already},
    Approve: {_NEW: _approve, _ACKNOWLEDGED: _already, _IN_PROGRESS: _already},
    Reject: {_NEW: _reject, _REJECTED: _already},
    Rework: {_REJECTED: _rework, _DRAFT: _already},
    Revise: {_DRAFT: _revise},
    Cancel: {_DRAFT: _cancel, _NEW: _cancel, _REJECTED: _cancel, _CANCELED: _already},
    Start: {_ACKNOWLEDGED: _start},
    Decline: {_ACKNOWLEDGED: _decline, _IN_PROGRESS: _decline},
    Fulfil: {_ACKNOWLEDGED: _fulfil, _IN_PROGRESS: _fulfil},
}
"""What each command does in each state. A state that is left out refuses a command and ignores a fact."""

REFUSALS: Mapping[type, tuple[str, str]] = {
    Submit: ("ORD-06", "only a draft can be submitted; a rejected order is reworked into one first"),
    Approve: (
        "APP-01",
        "only a new order can be approved; submit a draft first, rework a rejected one (D-03)",
    ),
    Reject: ("APP-01", "only a new order can be rejected; one that is approved can only be canceled"),
    Rework: ("D-03", "only a rejected order can be reworked into a draft; place a new order instead"),
    Revise: (
        "INF-01",
        "only a draft can be revised in this version: rework a rejected order, or reject a new one first",
    ),
    Cancel: ("INF-01", "only an order that is not approved yet can be canceled in this version"),
}
"""What refuses a command in every other state."""
