"""The plan of one order: what happened to its domain orders and tasks, and what is open.

The state is changed in place and keeps counters, so that a report costs what it closes, whatever the size
of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.fulfillment.domain.blueprint import (
    Blueprint,
    DomainOrder,
    DomainOrderState,
    PlannedTask,
    Reason,
    TaskState,
)
from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.events import (
    AttemptFailed,
    DomainOrderBrief,
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    FalloutClosed,
    FalloutOpened,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanEvent,
    PlanPostponed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
    ValuesCopied,
)
from services.fulfillment.domain.reservation import Reservation

# ----------------------------------------------------------------------------------------- states


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """Nothing was heard of the order."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    reservation: Reservation
    missing: tuple[str, ...]
    since: datetime
    fallout_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled:
    """The plan of this version could not be made."""

    account_id: str
    version: int
    reasons: tuple[Reason, ...]


@dataclass(slots=True, kw_only=True)
class OpenTask:
    """A task and what stands before and behind it. `blockers` counts the tasks it still waits for."""

    planned: PlannedTask
    state: TaskState = "draft"
    attempt: int = 0
    blockers: int = 0
    successors: list[str] = field(default_factory=list)
    fallout_id: str | None = None


@dataclass(slots=True, kw_only=True)
class OpenOrder:
    """A domain order with what keeps it open."""

    brief: DomainOrderBrief
    details: DomainOrder | None = None
    state: DomainOrderState = "draft"
    values: Values = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    open_tasks: int = 0
    open_children: int = 0
    blockers: int = 0
    waiters: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Plan:
    """A plan that was made; it stays readable when it is completed."""

    account_id: str
    version: int
    line_ids: tuple[str, ...]
    orders: dict[str, OpenOrder] = field(default_factory=dict)
    tasks: dict[str, OpenTask] = field(default_factory=dict)
    open_lines: dict[str, int] = field(default_factory=dict)
    open_orders: int = 0
    fallouts: dict[str, str | None] = field(default_factory=dict)
    completed: bool = False


PlanState = Unplanned | Waiting | Canceled | Plan


def initial(id: str) -> PlanState:  # noqa: ARG001
    return Unplanned()


# ----------------------------------------------------------------------------------------- evolve


def evolve(state: PlanState, event: PlanEvent) -> PlanState:
    """Changes the state in place where it can."""
    match event:
        case PlanPostponed():
            return Waiting(reservation=event.reservation, missing=event.missing, since=event.at)
        case PlanCreated():
            return _laid_out(event)
        case PlanCanceled():
            return Canceled(account_id=event.account_id, version=event.version, reasons=event.reasons)
    match state:
        case Plan():
            _evolve_plan(state, event)
        case Waiting():
            _evolve_waiting(state, event)
    return state


def _laid_out(event: PlanCreated) -> Plan:
    plan = Plan(account_id=event.account_id, version=event.version, line_ids=event.line_ids)
    for brief in event.domain_orders:
        plan.orders[brief.domain_order_id] = OpenOrder(brief=brief, blockers=len(brief.waits_for))
        plan.open_lines[brief.line_id] = plan.open_lines.get(brief.line_id, 0) + 1
        if brief.parent_id is not None:
            plan.orders[brief.parent_id].open_children += 1
    for brief in event.domain_orders:
        for awaited in brief.waits_for:
            plan.orders[awaited].waiters.append(brief.domain_order_id)
    for task in event.tasks:
        plan.tasks[task.task_id] = OpenTask(planned=task, blockers=len(task.after))
        order = plan.orders[task.domain_order_id]
        order.tasks.append(task.task_id)
        order.open_tasks += 1
    for task in event.tasks:
        for before in task.after:
            plan.tasks[before].successors.append(task.task_id)
    plan.open_orders = len(plan.orders)
    return plan


def _evolve_waiting(state: Waiting, event: PlanEvent) -> None:
    match event:
        case FalloutOpened(fallout_id=fallout_id):
            state.fallout_id = fallout_id
        case FalloutClosed():
            state.fallout_id = None


def _evolve_plan(plan: Plan, event: PlanEvent) -> None:
    match event:
        case DomainOrderPlanned() | DomainOrderStarted() | DomainOrderClosed() | ValuesCopied():
            _evolve_order(plan, event)
        case TaskReleased() | TaskStarted() | TaskClosed() | AttemptFailed() | TaskHeld():
            _evolve_task(plan, event)
        case FalloutOpened(fallout_id=fallout_id, task_id=task_id):
            plan.fallouts[fallout_id] = task_id
            if task_id is not None:
                plan.tasks[task_id].fallout_id = fallout_id
        case FalloutClosed(fallout_id=fallout_id, task_id=task_id):
            plan.fallouts.pop(fallout_id, None)
            if task_id is not None:
                plan.tasks[task_id].fallout_id = None
        case PlanCompleted():
            plan.completed = True


def _evolve_order(
    plan: Plan, event: DomainOrderPlanned | DomainOrderStarted | DomainOrderClosed | ValuesCopied
) -> None:
    match event:
        case DomainOrderPlanned(domain_order=details):
            order = plan.orders[details.domain_order_id]
            order.details, order.state, order.values = details, event.state, dict(details.characteristics)
        case DomainOrderStarted(domain_order=details):
            plan.orders[details.domain_order_id].state = "in_progress"
        case ValuesCopied():
            plan.orders[event.domain_order_id].values.update(event.characteristics)
        case DomainOrderClosed(domain_order=details):
            plan.orders[details.domain_order_id].state = "closed_complete"
            _count_closing(plan, plan.orders[details.domain_order_id])


def _count_closing(plan: Plan, order: OpenOrder) -> None:
    plan.open_orders -= 1
    plan.open_lines[order.brief.line_id] -= 1
    if order.brief.parent_id is not None:
        plan.orders[order.brief.parent_id].open_children -= 1
    for waiter in order.waiters:
        plan.orders[waiter].blockers -= 1


def _evolve_task(
    plan: Plan, event: TaskReleased | TaskStarted | TaskClosed | AttemptFailed | TaskHeld
) -> None:
    task = plan.tasks[event.task_id]
    match event:
        case TaskReleased():
            task.state, task.attempt = "open", event.attempt
        case TaskStarted():
            task.state = "in_progress"
        case AttemptFailed():
            task.state = "scheduled"
        case TaskHeld():
            task.state = "on_hold"
        case TaskClosed():
            task.state = "closed_complete"
            order = plan.orders[event.domain_order_id]
            order.open_tasks -= 1
            order.values.update(event.characteristics)
            for successor in task.successors:
                plan.tasks[successor].blockers -= 1


# ------------------------------------------------------------------------------------------ begin


def created(blueprint: Blueprint, tasks_apart: bool) -> PlanCreated:
    return PlanCreated(
        version=blueprint.version,
        account_id=blueprint.account_id,
        line_ids=blueprint.line_ids,
        domain_orders=tuple(_brief(order) for order in blueprint.domain_orders),
        tasks=blueprint.tasks,
        tasks_apart=tasks_apart,
    )


def _brief(order: DomainOrder) -> DomainOrderBrief:
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
