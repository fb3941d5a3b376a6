"""An order: what can happen to one, and what it is then (rule book 9.1). What is decided: `lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from services.order.domain.line import Line, Request
from services.order.domain.value import value
from services.order.domain.words import Action, Category, HeaderAction, OperationState, Reason, Status

# ------------------------------------------------------------------------------------------ events


@value
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
    return_id: str | None = None
    """The return that has written it."""


@value
class OrderSubmitted:
    """A draft was submitted, its lines written out with what is known now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class OrderApproved:
    """Acknowledged: all that the reservation needs."""

    version: int
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class OrderRejected:
    """By a person (`reason`), or with every broken rule (`reasons`)."""

    version: int
    reasons: tuple[Reason, ...] = ()
    reason: str | None = None


@value
class OrderReworked:
    """A rejected order is a draft again, in its next version."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class OrderRevised:
    """A draft was edited: these are its lines now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class OrderStarted:
    """Its plan was made: work has begun."""

    version: int


@value
class OperationHeard:
    """Lines that wait for their day, topmost first: scheduled or re-dated, started, done, or canceled."""

    version: int
    operation_id: str
    action: Action
    state: OperationState
    at: datetime
    line_ids: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


@value
class OrderRedated:
    """Of lines that wait, other dates were asked for, or some were left out; what runs already stays."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class LinesCompleted:
    """A part of it is done; more follows."""

    version: int
    line_ids: tuple[str, ...]


@value
class OrderCompleted:
    """Every line is done, and every instance is free again."""

    version: int


@value
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
    | OperationHeard
    | OrderRedated
    | LinesCompleted
    | OrderCompleted
    | OrderCanceled
)

# ------------------------------------------------------------------------------------------- state


@dataclass(slots=True, kw_only=True)
class Order:
    """An order that was placed. Only `evolve` changes it."""

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
    return_id: str | None = None
    reasons: tuple[Reason, ...] = ()
    completed: frozenset[str] = frozenset()
    operations: dict[str, OperationHeard] = field(default_factory=dict)
    asked: tuple[Line, ...] | None = None
    """The lines as they should be, from the last time that somebody re-dated or dropped some."""

    @property
    def wanted(self) -> tuple[Line, ...]:
        """The lines as they were asked for last, without those that were dropped."""
        return self.lines if self.asked is None else self.asked

    def operation_of(self, line_id: str) -> OperationHeard | None:
        """The dated change that the line is part of."""
        return next((one for one in self.operations.values() if line_id in one.line_ids), None)

    def waits(self, line_id: str) -> bool:
        """Whether the line has a day to come, and has not started."""
        operation = self.operation_of(line_id)
        return operation is not None and operation.state == "scheduled"

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
    """The order after the event; changes the one it is given."""
    if isinstance(event, OrderPlaced):
        return placed(event)
    if order is not None:
        _change(order, event)
    return order


def placed(event: OrderPlaced) -> Order:
    """The order as it is when it was placed."""
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
        return_id=event.return_id,
    )


def _change(order: Order, event: OrderEvent) -> None:
    if isinstance(event, OrderStarted):
        order.status = "in_progress"
        return
    match event:
        case OrderApproved():
            order.status, order.reasons = "acknowledged", ()
        case OrderCompleted():
            order.status = "completed"
        case LinesCompleted():
            order.completed |= frozenset(event.line_ids)
        case OrderSubmitted():
            order.status, order.lines, order.reasons = "new", event.lines, ()
        case OrderRejected():
            order.status, order.reasons = "rejected", event.reasons or (_by_a_person(event),)
        case OrderReworked():
            order.status, order.version, order.lines = "draft", event.version, event.lines
            order.operations, order.asked = {}, None
        case OrderRevised():
            # An end has become lines, and those say from now on what there is.
            order.lines, order.action, order.end = event.lines, _still(order.action, event.lines), None
        case OrderCanceled():
            order.status, order.reason = "canceled", event.reason or order.reason
        case _:
            _change_dates(order, event)


def _change_dates(order: Order, event: OrderEvent) -> None:
    match event:
        case OperationHeard():
            _heard(order, event)
        case OrderRedated():
            order.asked = event.lines


def _heard(order: Order, event: OperationHeard) -> None:
    """A line has the date that inventory has given it."""
    order.operations[event.operation_id] = event
    if event.state == "scheduled":
        order.lines = tuple(
            replace(line, due_date=event.at) if line.line_id in event.line_ids else line
            for line in order.lines
        )
    if event.reasons:
        order.reasons = (*order.reasons, *event.reasons)


def _still(action: HeaderAction | None, lines: tuple[Line, ...]) -> HeaderAction | None:
    """The action of an order while a line of it does that; None once its lines say something else."""
    if action == "move":
        return action if any(line.action == "change" and line.move for line in lines) else None
    return action if any(line.action == action for line in lines) else None


def _by_a_person(event: OrderRejected) -> Reason:
    return Reason(rule="ORD-08", message=event.reason or "rejected without a reason given")
