"""An order: what can happen to one, and what it is then (rule book 9.1). What is decided: `lifecycle`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from services.order.domain.line import Line, Request
from services.order.domain.value import value
from services.order.domain.words import Category, HeaderAction, Reason, Status

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
    | LinesCompleted
    | OrderCompleted
    | OrderCanceled
)

# ------------------------------------------------------------------------------------------- state


@value
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
        return placed(event)
    return order if order is None else _evolved(order, event)


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
