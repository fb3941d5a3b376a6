"""What happens to a plan: its domain orders, its tasks, its fallouts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.fulfillment.domain.blueprint import DomainOrder, DomainOrderState, PlannedTask, Reason
from services.fulfillment.domain.catalog import Kind, LineAction, Scalar, TaskKind
from services.fulfillment.domain.reservation import Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPostponed:
    """The order waits for specifications that were not heard yet."""

    version: int
    reservation: Reservation
    missing: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainOrderBrief:
    domain_order_id: str
    kind: Kind
    action: LineAction
    specification_id: str
    line_id: str
    instance_id: str | None = None
    parent_id: str | None = None
    pair_id: str | None = None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCreated:
    version: int
    account_id: str
    line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrderBrief, ...]
    tasks: tuple[PlannedTask, ...]
    tasks_apart: bool = False
    """Too many for one message: told of with their domain orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCompleted:
    version: int
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCanceled:
    version: int
    account_id: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainOrderPlanned:
    version: int
    domain_order: DomainOrder
    state: DomainOrderState
    tasks: tuple[PlannedTask, ...] = ()
    """Only when they are told of apart from the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainOrderStarted:
    """Its first task was released after it was planned."""

    version: int
    domain_order: DomainOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainOrderClosed:
    """Every task and every domain order below is closed; the characteristics are the final ones."""

    version: int
    domain_order: DomainOrder
    previous: DomainOrderState
    line_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesCopied:
    """DEC-05: a value found on the way reached another domain order."""

    domain_order_id: str
    source_id: str
    characteristics: dict[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted:
    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosed:
    """It was completed, or skipped for a reason that a person gave."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    message: str | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed:
    """An attempt failed and its policy has another one, not before `again`."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    again: datetime
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHeld:
    """It failed, and waits for a person."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FalloutOpened:
    version: int
    fallout_id: str
    task_id: str | None
    domain_order_id: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FalloutClosed:
    version: int
    fallout_id: str
    task_id: str | None
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIgnored:
    """A report that came too late, too early or twice: kept, and without effect."""

    task_id: str
    attempt: int | None
    result: str
    why: str


PlanEvent = (
    PlanPostponed
    | PlanCreated
    | PlanCompleted
    | PlanCanceled
    | DomainOrderPlanned
    | DomainOrderStarted
    | DomainOrderClosed
    | ValuesCopied
    | TaskReleased
    | TaskStarted
    | TaskClosed
    | AttemptFailed
    | TaskHeld
    | FalloutOpened
    | FalloutClosed
    | ReportIgnored
)
