"""What happens to a task: it is asked for, answered or not, done, and past what cannot be taken back."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Literal

from services.fulfillment.domain.blueprint import Quantity
from services.fulfillment.domain.catalog import LineAction, Scalar, TaskKind
from services.fulfillment.domain.value import value
from services.fulfillment.domain.work_order import WorkOrder


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


NOT_RECEIVED = "not_received"
"""The outcome of a return of which nothing came: what is not there can be neither undone nor charged."""


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
    late: bool = False
    """The attempt had not been answered in time, and now it is."""
    withdrawn: int | None = None
    """The attempt that is not wanted any more, because an earlier one was answered late."""


TaskEvent = TaskReleased | TaskStarted | TaskClosed | PonrPassed | AttemptFailed | TaskHeld
