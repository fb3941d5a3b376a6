"""The parts a plan is made of: domain orders and tasks, before anything has happened to them."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Literal

from services.fulfillment.domain.catalog import (
    DecompositionRule,
    Kind,
    LineAction,
    ReturnPlan,
    Scalar,
    Side,
    TaskKind,
    UndoTask,
)
from services.fulfillment.domain.value import value

DomainOrderState = Literal[
    "draft", "in_progress", "on_hold", "closed_complete", "cancellation_in_progress", "canceled"
]
FalloutStage = Literal["classified", "assigned", "resolved", "closed"]
TaskState = Literal["draft", "open", "scheduled", "in_progress", "on_hold", "closed_complete", "canceled"]


@value
class Copy:
    """DEC-05, resolved: where a value of this domain order goes when it is known."""

    characteristic: str
    domain_order_id: str
    as_: str


@value
class AwaitedTarget:
    """DEC-04: a target that was left out while the values of these rules are not there."""

    specification_id: str
    rules: tuple[DecompositionRule, ...]


@value
class Quantity:
    """How many of an instance the work is about; where the order changes that, how many there were before."""

    after: int
    before: int | None = None


@value
class DomainOrder:
    """The work on one instance. `waits_for` are domain orders that close before its tasks begin (D-05)."""

    domain_order_id: str
    kind: Kind
    action: LineAction
    line_id: str
    specification_id: str
    specification_version: str | None = None
    side: Side | None = None
    instance_id: str | None = None
    parent_id: str | None = None
    pair_id: str | None = None
    new_instance: bool = False
    parent_instance_id: str | None = None
    composed_of: tuple[str, ...] = ()
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    location: str | None = None
    waits_for: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    compared: tuple[Copy, ...] = ()
    """Where its values would go, had the line there not given others, which stay."""
    priority: int | None = None
    awaits: tuple[AwaitedTarget, ...] = ()
    quantity: Quantity | None = None


@value
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


def brief_of(order: DomainOrder) -> DomainOrderBrief:
    return DomainOrderBrief(
        domain_order_id=order.domain_order_id,
        kind=order.kind,
        action=order.action,
        specification_id=order.specification_id,
        line_id=order.line_id,
        instance_id=order.instance_id,
        parent_id=order.parent_id,
        pair_id=order.pair_id,
        waits_for=order.waits_for,
    )


@value
class Marks:
    """What the catalog says of a task for the case that the order changes under way, and what came of it.

    `undoes` is the task that this one takes back; `why` says why it joined a plan that was there.
    """

    ponr: Literal["soft", "hard"] | None = None
    charge: str | None = None
    undo: UndoTask | None = None
    responds_to: tuple[str, ...] | None = None
    """The characteristics it is done again for; None: any."""
    undoes: str | None = None
    why: str | None = None


@value
class PlannedTask:
    """A task with its policy; `duration` and `backoff` in seconds, `after` in task ids.

    `end` is when it should be done, where that follows from the durations before it (JEO-04).
    """

    task_id: str
    name: str
    kind: TaskKind
    domain_order_id: str
    after: tuple[str, ...] = ()
    duration: int | None = None
    retries: int = 0
    backoff: int | None = None
    marks: Marks | None = None
    end: datetime | None = None


@value
class Blueprint:
    """Domain orders parents before children, tasks in their order."""

    order_id: str
    account_id: str
    version: int
    line_ids: tuple[str, ...]
    domain_orders: tuple[DomainOrder, ...]
    tasks: tuple[PlannedTask, ...]
    operations: tuple[str, ...] = ()
    priority: int | None = None
    operation_id: str | None = None
    returns: dict[str, ReturnPlan] = field(default_factory=dict)
    """Lines that a return has written, and by which plan they are carried out."""
    at: datetime | None = None
    """When its dates begin, where there are durations."""


@value
class Reason:
    """Why something cannot be: the rule, where, what is wrong and what would be right."""

    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None


class Refused(Exception):
    """An ask from outside that must not be granted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


def order_of(task_id: str) -> str | None:
    """The order whose task it would be: task ids are `<order>.<n>.<name>`, and names hold no dots."""
    parts = task_id.rsplit(".", 2)
    return parts[0] if len(parts) == 3 else None
