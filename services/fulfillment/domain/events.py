"""What happens to a plan: its domain orders, its tasks, its fallouts."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Literal

from services.fulfillment.domain.alterations import Alteration, Charge
from services.fulfillment.domain.blueprint import (
    AwaitedTarget,
    Copy,
    DomainOrder,
    DomainOrderBrief,
    DomainOrderState,
    FalloutStage,
    PlannedTask,
    Quantity,
    Reason,
)
from services.fulfillment.domain.catalog import LineAction, ReturnPlan, Scalar, TaskKind
from services.fulfillment.domain.compatibility_events import CompatibilityEvent
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.risk import Level, Risk
from services.fulfillment.domain.value import value
from services.fulfillment.domain.work_order import WorkOrder


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
class TaskReleased:
    """A provisioning system is asked, for the first time or again, with all it needs to know."""

    version: int
    task_id: str
    attempt: int
    kind: TaskKind
    name: str
    action: LineAction
    line_id: str
    domain_order_id: str
    instance_id: str | None
    specification_id: str
    location: str | None
    characteristics: dict[str, Scalar]
    due: datetime | None
    undo: bool = False
    priority: int | None = None
    reason: str | None = None
    quantity: Quantity | None = None


@value
class TaskStarted:
    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    message: str | None = None
    work_order: WorkOrder | None = None


@value
class TaskClosed:
    """It was completed, or skipped for a reason that a person gave."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    message: str | None = None
    skipped: str | None = None
    withdrawn: int | None = None
    """The attempt that is not wanted any more, because an earlier one was completed late."""
    outcome: str | None = None
    """What was found of a return."""
    work_order: WorkOrder | None = None


@value
class PonrPassed:
    """D-11: the line of this domain order is past its point of no return."""

    version: int
    task_id: str
    domain_order_id: str
    line_id: str
    kind: Literal["soft", "hard"]
    charge: str | None = None


@value
class AttemptFailed:
    """An attempt failed, or nobody answered it, and its policy has another one, not before `again`."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    again: datetime
    message: str | None = None
    unanswered: bool = False
    work_order: WorkOrder | None = None


@value
class TaskHeld:
    """It failed, or nobody answered in time, and it waits for a person."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    message: str | None = None
    unanswered: bool = False
    outcome: str | None = None
    """What was found of a return, where it is not what was promised."""
    work_order: WorkOrder | None = None
    found: dict[str, Scalar] = field(default_factory=dict)
    """What it has found, where the plan was made by another value (DEC-04)."""


@value
class FalloutOpened:
    """`rule` says why, `type` what it is; those stored in the first days name neither."""

    version: int
    fallout_id: str
    task_id: str | None
    domain_order_id: str | None
    message: str
    rule: str | None = None
    type: str | None = None


@value
class FalloutChanged:
    """Somebody sees to it, or says that the cause is mended; all that is known of it by now."""

    version: int
    fallout_id: str
    task_id: str | None
    stage: FalloutStage
    type: str
    message: str
    rule: str | None = None
    assignee: str | None = None
    resolution: str | None = None


@value
class FalloutClosed:
    """`verified`: what its resolution asked for again was then completed."""

    version: int
    fallout_id: str
    task_id: str | None
    resolution: str
    verified: bool = False


@value
class JeopardyAssessed:
    """The plan was looked at, and is looked at again at `next`; the risks are those that are new.

    One that is low and has no end is of what is done, or in time again.
    """

    version: int
    at: datetime
    next: datetime | None
    level: Level | None
    end: datetime | None = None
    lines: tuple[Risk, ...] = ()
    domain_orders: tuple[Risk, ...] = ()
    tasks: tuple[Risk, ...] = ()


@value
class WatchPaused:
    """JEO-05: the plan is held, or a change of it pending; nothing is late until it goes on."""

    version: int
    at: datetime


@value
class DatesMoved:
    """JEO-05: it goes on. It was held for so long, and all dates of what was open are later by that."""

    version: int
    seconds: float


@value
class DatesPlanned:
    """Tasks have joined the plan: they are planned to end when they are expected to now."""

    version: int
    at: datetime


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
    | TaskReleased
    | TaskStarted
    | TaskClosed
    | PonrPassed
    | AttemptFailed
    | TaskHeld
    | FalloutOpened
    | FalloutChanged
    | FalloutClosed
    | JeopardyAssessed
    | WatchPaused
    | DatesMoved
    | DatesPlanned
    | ReportIgnored
    | Alteration
    | CompatibilityEvent
)
