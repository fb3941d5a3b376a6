"""How a plan begins, or another part of it: its domain orders are told of, and its first work goes out."""

from __future__ import annotations

from datetime import datetime

from services.fulfillment.domain.blueprint import Blueprint, DomainOrder, DomainOrderState
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.events import DomainOrderPlanned, PlanCreated, PlanEvent, PlanExtended
from services.fulfillment.domain.limits import tasks_apart
from services.fulfillment.domain.plan import created, extended
from services.fulfillment.domain.state import OpenOrder, Plan


def begin(blueprint: Blueprint) -> PlanCreated:
    """The plan; what follows from it, in this order: `planned`, `start`."""
    return created(blueprint, tasks_apart(blueprint))


def extend(blueprint: Blueprint, operation_id: str) -> PlanExtended:
    """Another part of the plan; the same follows from it."""
    return extended(blueprint, operation_id, tasks_apart(blueprint))


def planned(plan: Plan, blueprint: Blueprint, with_tasks: bool) -> tuple[DomainOrderPlanned, ...]:
    """The domain orders of a plan that was just made, `with_tasks` where the plan is told of without."""
    return tuple(_planned(plan, order, with_tasks) for order in blueprint.domain_orders)


def start(plan: Plan, now: datetime) -> tuple[PlanEvent, ...]:
    """The tasks that are ready, and what closes at once (DOM-06)."""
    return Cascade(plan, now).start()


def _planned(plan: Plan, details: DomainOrder, with_tasks: bool) -> DomainOrderPlanned:
    order = plan.orders[details.domain_order_id]
    return DomainOrderPlanned(
        version=plan.version,
        domain_order=details,
        state=_first_state(plan, order),
        tasks=tuple(plan.tasks[id].planned for id in order.tasks) if with_tasks else (),
    )


def _first_state(plan: Plan, order: OpenOrder) -> DomainOrderState:
    waits = order.blockers or (order.tasks and all(plan.tasks[task].blockers for task in order.tasks))
    return "draft" if waits else "in_progress"
