"""What happens to a plan: its domain orders, its tasks, its fallouts."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from services.fulfillment.domain.alterations import Alteration, Charge
from services.fulfillment.domain.blueprint import (
    AwaitedTarget,
    Copy,
    DomainOrder,
    DomainOrderBrief,
    DomainOrderState,
    PlannedTask,
    Reason,
)
from services.fulfillment.domain.catalog import ReturnPlan, Scalar
from services.fulfillment.domain.compatibility_events import CompatibilityEvent
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.task_events import TaskEvent
from services.fulfillment.domain.trouble_events import TroubleEvent
from services.fulfillment.domain.value import value


@value
class PlanPostponed:
    """The order waits for specifications that were not heard yet."""

    version: int
    reservation: Reservation
    missing: tuple[str, ...]
    at: datetime


@value
class PlanCreated:
    version: int
    account_id: str
    line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrderBrief, ...]
    tasks: tuple[PlannedTask, ...]
    tasks_apart: bool = False
    """Too many for one message: told of with their domain orders."""
    operations: tuple[str, ...] = ()
    """Parts of the order that wait for their day."""
    returns: dict[str, ReturnPlan] = field(default_factory=dict)
    """Lines that a return has written."""
    priority: int | None = None
    """ORC-05, handed down to everything in it."""
    at: datetime | None = None
    """When its dates begin; none are planned without durations."""


@value
class PlanExtended:
    """An operation has started: these are its domain orders and tasks."""

    version: int
    operation_id: str
    line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrderBrief, ...]
    tasks: tuple[PlannedTask, ...]
    tasks_apart: bool = False
    at: datetime | None = None


@value
class FurtherCopy:
    """A value of a domain order that was there has somewhere to go now."""

    domain_order_id: str
    copy: Copy


@value
class FurtherWait:
    """A task that nobody was asked for yet comes after these as well."""

    task_id: str
    after: tuple[str, ...]


@value
class PlanGrown:
    """DEC-04: values have come that some targets waited for; `awaiting` still waits, where that changed."""

    version: int
    line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrderBrief, ...]
    tasks: tuple[PlannedTask, ...]
    tasks_apart: bool = False
    awaiting: dict[str, tuple[AwaitedTarget, ...]] = field(default_factory=dict)
    copies: tuple[FurtherCopy, ...] = ()
    waits: tuple[FurtherWait, ...] = ()


@value
class PartPostponed:
    """An operation has started, and its plan waits: for the plan of the order, or for the catalog."""

    reservation: Reservation
    at: datetime


@value
class ExtensionRefused:
    """What an operation asks for cannot be planned."""

    version: int
    operation_id: str
    reasons: tuple[Reason, ...]


@value
class OperationDropped:
    """An operation of the order will not be: nothing waits for it any more."""

    operation_id: str


@value
class PartCompleted:
    """All domain orders of a part are closed, and other parts follow. None: what happened at once."""

    version: int
    operation_id: str | None
    line_ids: tuple[str, ...]


@value
class PlanCompleted:
    version: int
    line_ids: tuple[str, ...]


@value
class PlanCanceled:
    """It cannot be made, for these reasons; or a cancellation was approved, and all is undone."""

    version: int
    account_id: str
    reasons: tuple[Reason, ...]
    charges: tuple[Charge, ...] = ()


@value
class DomainOrderPlanned:
    version: int
    domain_order: DomainOrder
    state: DomainOrderState
    tasks: tuple[PlannedTask, ...] = ()
    """Only when they are told of apart from the plan."""


@value
class DomainOrderStarted:
    """Its first task was released after it was planned."""

    version: int
    domain_order: DomainOrder


@value
class DomainOrderClosed:
    """Every task and every domain order below is closed; the characteristics are the final ones."""

    version: int
    domain_order: DomainOrder
    previous: DomainOrderState
    line_closed: bool


@value
class ValuesCopied:
    """DEC-05: a value found on the way reached another domain order."""

    domain_order_id: str
    source_id: str
    characteristics: dict[str, Scalar]


@value
class ReportIgnored:
    """A report that came too late, too early or twice: kept, and without effect."""

    task_id: str
    attempt: int | None
    result: str
    why: str


PlanEvent = (
    PlanPostponed
    | PlanCreated
    | PlanExtended
    | PlanGrown
    | PartPostponed
    | ExtensionRefused
    | OperationDropped
    | PartCompleted
    | PlanCompleted
    | PlanCanceled
    | DomainOrderPlanned
    | DomainOrderStarted
    | DomainOrderClosed
    | ValuesCopied
    | ReportIgnored
    | TaskEvent
    | TroubleEvent
    | Alteration
    | CompatibilityEvent
)
