"""What happens to a plan because its order is held, or is to change under way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.fulfillment.domain.blueprint import (
    DomainOrder,
    DomainOrderBrief,
    DomainOrderState,
    PlannedTask,
    Reason,
    TaskState,
)
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.value import value
from services.fulfillment.domain.work_order import WorkOrder

Because = Literal["hold", "cancel", "revise"]


@value
class Charge:
    """What a change of this line costs: it is past a soft point of no return (D-11)."""

    line_id: str
    task_id: str
    charge: str


@value
class PlanHeld:
    """Nothing new is asked for: the order was held, or the change of this version was requested."""

    version: int
    account_id: str
    because: Because
    charges: tuple[Charge, ...] = ()


@value
class PlanReleased:
    """It goes on in the exact state before (D-02)."""

    version: int
    because: Because


@value
class ChangeRefused:
    """The change of this version cannot be: the plan stays as it is, and is not held for it."""

    version: int
    reasons: tuple[Reason, ...]


@value
class ReservationKept:
    """It was heard while nothing may be planned: because of a hold or request, or for want of the catalog."""

    reservation: Reservation
    at: datetime


@value
class PlanRevised:
    """A revision was approved, and this is the smallest difference: what is new, and what else changes.

    `line_ids` are all lines that happen at once, now; dropped ones may have run on a day of their own.
    `tasks` are those of the new `domain_orders`, what is added to others, and what undoes; `replanned` are
    tasks that were there and wait for others now.
    """

    version: int
    line_ids: tuple[str, ...]
    dropped_line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrderBrief, ...]
    tasks: tuple[PlannedTask, ...]
    replanned: tuple[PlannedTask, ...] = ()
    operations: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    tasks_apart: bool = False


@value
class CancellationBegun:
    """A cancellation was approved: `tasks` undo what was done, latest first."""

    version: int
    tasks: tuple[PlannedTask, ...]
    charges: tuple[Charge, ...] = ()


@value
class DomainOrderRevised:
    """It is of these values now; one that was closed goes on. Without a `reason` nothing is to be done."""

    version: int
    domain_order: DomainOrder
    state: DomainOrderState
    previous: DomainOrderState
    reason: str | None = None
    tasks: tuple[PlannedTask, ...] = ()
    """Those that it did not have."""


@value
class DomainOrderDropped:
    """Nothing more is done for it but to undo what was done."""

    version: int
    domain_order: DomainOrder
    previous: DomainOrderState
    reason: str
    tasks: tuple[PlannedTask, ...] = ()
    """Those that undo."""


@value
class DomainOrderCanceled:
    """All that was done for it is undone."""

    version: int
    domain_order: DomainOrder
    previous: DomainOrderState


@value
class TaskWithdrawn:
    """This attempt is not wanted any more; `again`: it is asked for anew, otherwise."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    reason: str
    again: bool = False


@value
class TaskDropped:
    """Nobody works on it, and nobody will. One that was closed stays so."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    was: TaskState
    reason: str


@value
class TaskRedone:
    """It was answered, or given up, and is asked for anew when the tasks before it are closed."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    reason: str


@value
class DoneAllTheSame:
    """A withdrawn attempt was completed: `tasks` undo it, where that can be."""

    version: int
    task_id: str
    domain_order_id: str
    attempt: int
    message: str | None = None
    tasks: tuple[PlannedTask, ...] = ()
    work_order: WorkOrder | None = None


Alteration = (
    PlanHeld
    | PlanReleased
    | ChangeRefused
    | ReservationKept
    | PlanRevised
    | CancellationBegun
    | DomainOrderRevised
    | DomainOrderDropped
    | DomainOrderCanceled
    | TaskWithdrawn
    | TaskDropped
    | TaskRedone
    | DoneAllTheSame
)
