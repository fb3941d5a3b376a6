"""What an order's plan can be in, and the parts of one that was made.

The state is changed in place and keeps counters, so that a report costs what it closes, whatever the size
of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.fulfillment.domain.alterations import Because, Charge
from services.fulfillment.domain.blueprint import (
    AwaitedTarget,
    DomainOrder,
    DomainOrderBrief,
    DomainOrderState,
    FalloutStage,
    PlannedTask,
    Reason,
    TaskState,
)
from services.fulfillment.domain.catalog import ReturnPlan, Values
from services.fulfillment.domain.compatibility_break import Break, Key, Product
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.risk import Level, Risk
from services.fulfillment.domain.task_events import PonrPassed
from services.fulfillment.domain.value import value
from services.fulfillment.domain.work_order import Note, WorkOrderState


@value
class Unplanned:
    """Nothing was heard of the order."""


@value
class Postponed:
    """What was reserved and is not planned yet, since when."""

    reservation: Reservation
    since: datetime


@value
class OpenFallout:
    """One that is not closed, and how far it is."""

    fallout_id: str
    task_id: str | None
    type: str
    message: str
    stage: FalloutStage = "classified"
    rule: str | None = None
    assignee: str | None = None
    resolution: str | None = None
    domain_order_id: str | None = None


@value
class Pending:
    """A cancellation or revision that was requested, and is neither approved nor declined."""

    version: int
    because: Because


@dataclass(slots=True, kw_only=True)
class Hold:
    """Why nothing new may be asked for: a person holds the order (`paused`), a change is pending, or both."""

    paused: bool = False
    pending: Pending | None = None
    refused: int = 0
    """The last version that was refused: whoever had approved it before they heard that, declines it."""

    def stands(self) -> bool:
        return self.paused or self.pending is not None

    def keeps(self, version: int) -> bool:
        """Whether a reservation of this version waits; one of what is pending says that it was approved."""
        return self.paused or (self.pending is not None and self.pending.version > version)


@dataclass(slots=True, kw_only=True)
class Awaited:
    """Its hold or request was heard before its reservation, which is kept when it comes."""

    account_id: str
    version: int
    floor: int = 0
    """Reservations of this version and before are void: their plan could not be made."""
    hold: Hold = field(default_factory=Hold)
    kept: Postponed | None = None
    fallouts: dict[str, OpenFallout] = field(default_factory=dict)
    postponed: dict[str, Postponed] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Waiting:
    reservation: Reservation
    missing: tuple[str, ...]
    since: datetime
    version: int
    fallouts: dict[str, OpenFallout] = field(default_factory=dict)
    hold: Hold = field(default_factory=Hold)
    postponed: dict[str, Postponed] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)


@value
class Canceled:
    """The plan of this version could not be made, or the order was canceled before it was."""

    account_id: str
    version: int
    reasons: tuple[Reason, ...]


@dataclass(slots=True, kw_only=True)
class OpenTask:
    """A task and what stands before and behind it. `blockers` counts the tasks it still waits for.

    `due` is when the current attempt should be answered, `again` when a back-off is over, `end` when it
    should be done by the plan; `unanswered` are the attempts that nobody answered.
    """

    planned: PlannedTask
    state: TaskState = "draft"
    attempt: int = 0
    blockers: int = 0
    successors: list[str] = field(default_factory=list)
    fallout_id: str | None = None
    due: datetime | None = None
    again: datetime | None = None
    end: datetime | None = None
    unanswered: tuple[int, ...] = ()
    completed: bool = False
    """Some attempt was done, and it was not undone."""
    outcome: str | None = None
    """What it has found of a return, the last time that this was not what was promised."""
    gone: bool = False
    """A revision or cancellation took it away."""
    withdrawn: int = 0
    """The last attempt that was taken back, 0 for none."""
    why: str | None = None
    skipped: str | None = None
    """Why a person went on without it."""
    work_order: WorkOrderState = "draft"
    """Of field work alone."""
    found: Values = field(default_factory=dict)
    """What it waits with, where the plan was made by another value."""


@dataclass(slots=True, kw_only=True, eq=False)
class Part:
    """Lines that close together: those that happen at once, or those of an operation."""

    operation_id: str | None
    line_ids: tuple[str, ...]
    open_orders: int = 0


@value
class Jeopardy:
    """What was told of risks: of the order, and by id of what is at risk or expected later than planned."""

    level: Level | None = None
    end: datetime | None = None
    lines: dict[str, Risk] = field(default_factory=dict)
    orders: dict[str, Risk] = field(default_factory=dict)
    tasks: dict[str, Risk] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class OpenOrder:
    """A domain order with what keeps it open, and the part it closes."""

    brief: DomainOrderBrief
    part: Part
    details: DomainOrder | None = None
    state: DomainOrderState = "draft"
    values: Values = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    open_tasks: int = 0
    open_children: int = 0
    blockers: int = 0
    waiters: list[str] = field(default_factory=list)
    awaits: list[AwaitedTarget] = field(default_factory=list)
    """Targets that were left out for want of a value (DEC-04)."""
    sources: list[tuple[str, str]] = field(default_factory=list)
    """Domain orders whose values come here, each with the name that a value has here."""
    notes: list[Note] = field(default_factory=list)
    """What changed about its work orders (ORC-02), the latest last."""
    fallouts: int = 0
    """How many were opened about it as a whole."""
    fallout_id: str | None = None
    """The one that stops it."""
    stopped: tuple[Break, ...] = ()
    """What would not hold if it closed (DOM-04)."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """A plan that was made; it stays readable when it is completed.

    `parts` are those that are open; `awaited` are operations that have not started yet. `version` is the
    highest heard of the order, `reserved` that of the reservation it was made from.
    """

    account_id: str
    version: int
    reserved: int
    line_ids: tuple[str, ...]
    orders: dict[str, OpenOrder] = field(default_factory=dict)
    tasks: dict[str, OpenTask] = field(default_factory=dict)
    open_lines: dict[str, int] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    part_of: dict[str, Part] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    ran: set[str] = field(default_factory=set)
    """Operations that have started."""
    postponed: dict[str, Postponed] = field(default_factory=dict)
    fallouts: dict[str, OpenFallout] = field(default_factory=dict)
    passed: dict[str, PonrPassed] = field(default_factory=dict)
    """Points of no return, by the task that passed each."""
    hold: Hold = field(default_factory=Hold)
    kept: Postponed | None = None
    """The reservation of a revision that is not planned yet."""
    returns: Mapping[str, ReturnPlan] = field(default_factory=dict)
    timed: bool = False
    """Whether a task has a duration."""
    dates: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """When each line began and should end, where its tasks have planned ends."""
    watch: datetime | None = None
    """When the clock changes something next."""
    paused: datetime | None = None
    """Since when the clock does not count, because the plan is held."""
    jeopardy: Jeopardy | None = None
    canceling: bool = False
    charges: tuple[Charge, ...] = ()
    """What its cancellation costs."""
    completed: bool = False
    priority: int | None = None
    awaiting: dict[str, None] = field(default_factory=dict)
    """Domain orders with targets that were left out."""
    canceled: bool = False
    standing: dict[str, Product] = field(default_factory=dict)
    """What stands, without this plan, in hierarchies where it touches what others require or exclude."""
    made: dict[str, Product] = field(default_factory=dict)
    """What its domain orders add there, or turn others into."""
    touching: dict[str, str] = field(default_factory=dict)
    """Product instances with the domain order that changes each, where something stands beside them."""
    account_wide: frozenset[str] = frozenset()
    """New roots whose requirements are judged by all that the account has."""
    targets: set[str] = field(default_factory=set)
    """Specifications that any of these requires or excludes."""
    waived: set[Key] = field(default_factory=set)
    """What need not hold any more: a person has said so."""

    def over(self) -> bool:
        """Nothing changes it any more."""
        return self.completed or self.canceled or self.canceling


PlanState = Unplanned | Awaited | Waiting | Canceled | Plan
