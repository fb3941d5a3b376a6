"""The plan of one order: how each event changes what is open of its domain orders and tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.fulfillment.domain import dates, field_work, staggering, trouble
from services.fulfillment.domain.alterations import ChangeRefused, PlanHeld, PlanReleased, ReservationKept
from services.fulfillment.domain.altered import CHANGES
from services.fulfillment.domain.before import evolve_before, put_off, waiting
from services.fulfillment.domain.blueprint import (
    Blueprint,
    DomainOrderBrief,
    brief_of,
)
from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.compatibility_state import CHANGES as COMPATIBILITY
from services.fulfillment.domain.counting import add_orders, add_tasks, order_over, task_over
from services.fulfillment.domain.events import (
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    ExtensionRefused,
    OperationDropped,
    PartCompleted,
    PartPostponed,
    PlanCanceled,
    PlanCompleted,
    PlanCreated,
    PlanEvent,
    PlanExtended,
    PlanGrown,
    PlanPostponed,
    ValuesCopied,
)
from services.fulfillment.domain.holding import held_before, hold, keep, refuse, release
from services.fulfillment.domain.state import (
    Awaited,
    Canceled,
    Hold,
    OpenOrder,
    Part,
    Plan,
    PlanState,
    Unplanned,
    Waiting,
)
from services.fulfillment.domain.task_events import (
    AttemptFailed,
    PonrPassed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
)
from services.fulfillment.domain.trouble_events import (
    DatesMoved,
    DatesPlanned,
    FalloutChanged,
    FalloutClosed,
    FalloutOpened,
    JeopardyAssessed,
    WatchPaused,
)


def initial(id: str) -> PlanState:  # noqa: ARG001
    return Unplanned()


# ----------------------------------------------------------------------------------------- evolve


def evolve(state: PlanState, event: PlanEvent) -> PlanState:
    """Changes the state in place where it can, but never what stands in an event."""
    if isinstance(state, Plan) and (change := _CHANGES.get(type(event))) is not None:
        change(state, event)
        field_work.follow(state, event)
        return state
    match event:
        case PlanCreated():
            return _made(event, state)
        case PlanPostponed():
            return waiting(event, state)
        case PlanCanceled():
            return Canceled(account_id=event.account_id, version=event.version, reasons=event.reasons)
        case PlanHeld() if isinstance(state, Unplanned | Canceled):
            return held_before(event, state)
    if isinstance(state, Awaited | Waiting):
        evolve_before(state, event)
    return state


def _made(event: PlanCreated, before: PlanState) -> Plan:
    version = event.version
    plan = Plan(account_id=event.account_id, version=version, reserved=version, line_ids=event.line_ids)
    plan.awaited, plan.returns, plan.priority = set(event.operations), event.returns, event.priority
    if isinstance(before, Waiting | Awaited):
        plan.version = max(version, before.version)
        plan.awaited -= before.dropped
        plan.postponed, plan.fallouts = before.postponed, before.fallouts
        plan.hold.refused = before.hold.refused
    _lay_out(plan, Part(operation_id=None, line_ids=event.line_ids), event)
    return plan


def _extended(plan: Plan, event: PlanExtended) -> None:
    plan.awaited.discard(event.operation_id)
    plan.postponed.pop(event.operation_id, None)
    plan.ran.add(event.operation_id)
    plan.line_ids = (*plan.line_ids, *event.line_ids)
    _lay_out(plan, Part(operation_id=event.operation_id, line_ids=event.line_ids), event)


def _lay_out(plan: Plan, part: Part, event: PlanCreated | PlanExtended) -> None:
    """The domain orders and tasks of this part; one without lines is none."""
    if event.line_ids or part.operation_id is not None:
        plan.parts.append(part)
    plan.part_of.update(dict.fromkeys(event.line_ids, part))
    add_orders(plan, event.domain_orders, part)
    add_tasks(plan, event.tasks)
    dates.planned(plan, event)


def _grown(plan: Plan, event: PlanGrown) -> None:
    add_orders(plan, event.domain_orders)
    add_tasks(plan, event.tasks)
    plan.timed = plan.timed or any(task.duration is not None for task in event.tasks)
    for id, awaits in event.awaiting.items():
        plan.orders[id].awaits = list(awaits)
        if not awaits:
            plan.awaiting.pop(id, None)
    for further in event.copies:
        staggering.copies_further(plan, further)
    for wait in event.waits:
        staggering.waits_further(plan, wait)


def _not_extended(plan: Plan, event: ExtensionRefused) -> None:
    plan.postponed.pop(event.operation_id, None)


def _dropped(plan: Plan, event: OperationDropped) -> None:
    plan.awaited.discard(event.operation_id)
    plan.postponed.pop(event.operation_id, None)


def _planned(plan: Plan, event: DomainOrderPlanned) -> None:
    details = event.domain_order
    order = plan.orders[details.domain_order_id]
    order.details, order.state, order.values = details, event.state, details.characteristics
    staggering.noted(plan, order, details)


def _order_started(plan: Plan, event: DomainOrderStarted) -> None:
    plan.orders[event.domain_order.domain_order_id].state = "in_progress"


def _copied(plan: Plan, event: ValuesCopied) -> None:
    _set_values(plan, plan.orders[event.domain_order_id], event.characteristics)


def _set_values(plan: Plan, order: OpenOrder, found: Values) -> None:
    """Written anew: they may be those of an event."""
    if found:
        order.values = {**order.values, **found}
        if plan.awaiting:
            staggering.forget_what_never_comes(plan)


def _order_closed(plan: Plan, event: DomainOrderClosed) -> None:
    order = plan.orders[event.domain_order.domain_order_id]
    order.state = "closed_complete"
    order_over(plan, order)


def _released(plan: Plan, event: TaskReleased) -> None:
    task = plan.tasks[event.task_id]
    task.state, task.attempt = "open", event.attempt
    dates.asked(plan, task, event)


def _task_started(plan: Plan, event: TaskStarted) -> None:
    plan.tasks[event.task_id].state = "in_progress"


def _task_closed(plan: Plan, event: TaskClosed) -> None:
    task, order = plan.tasks[event.task_id], plan.orders[event.domain_order_id]
    task.state = "closed_complete"
    task.completed, task.skipped = task.completed or event.skipped is None, event.skipped
    marks = task.planned.marks
    if marks is not None and marks.undoes is not None:
        plan.tasks[marks.undoes].completed = False
    task_over(plan, task)
    _set_values(plan, order, event.characteristics)


def _ponr_passed(plan: Plan, event: PonrPassed) -> None:
    plan.passed[event.task_id] = event


def _part_completed(plan: Plan, event: PartCompleted) -> None:
    plan.parts = [part for part in plan.parts if part.operation_id != event.operation_id]


def _completed(plan: Plan, event: PlanCompleted) -> None:  # noqa: ARG001
    """It beats a request that is pending."""
    plan.completed = True
    plan.watch = None
    plan.parts = []
    plan.hold, plan.kept = Hold(), None


def _canceled(plan: Plan, event: PlanCanceled) -> None:  # noqa: ARG001
    plan.canceled, plan.parts, plan.watch = True, [], None


_CHANGES: dict[type, Callable[[Plan, Any], None]] = {
    DomainOrderPlanned: _planned,
    DomainOrderStarted: _order_started,
    DomainOrderClosed: _order_closed,
    ValuesCopied: _copied,
    TaskReleased: _released,
    TaskStarted: _task_started,
    AttemptFailed: trouble.attempt_failed,
    TaskHeld: trouble.task_held,
    TaskClosed: _task_closed,
    PonrPassed: _ponr_passed,
    JeopardyAssessed: dates.assessed,
    WatchPaused: dates.paused,
    DatesMoved: dates.moved,
    DatesPlanned: dates.planned_anew,
    FalloutOpened: trouble.fallout_opened,
    FalloutChanged: trouble.fallout_changed,
    FalloutClosed: trouble.fallout_closed,
    PlanExtended: _extended,
    PlanGrown: _grown,
    PartPostponed: put_off,
    ExtensionRefused: _not_extended,
    OperationDropped: _dropped,
    PartCompleted: _part_completed,
    PlanCompleted: _completed,
    PlanHeld: hold,
    PlanReleased: release,
    ChangeRefused: refuse,
    ReservationKept: keep,
    PlanCanceled: _canceled,
    **CHANGES,
    **COMPATIBILITY,
}
"""What each event changes in a plan that is there; by type, as every event of the log is folded."""


# ------------------------------------------------------------------------------------------ begin


def created(blueprint: Blueprint, tasks_apart: bool) -> PlanCreated:
    return PlanCreated(
        version=blueprint.version,
        account_id=blueprint.account_id,
        line_ids=blueprint.line_ids,
        domain_orders=briefs(blueprint),
        tasks=blueprint.tasks,
        tasks_apart=tasks_apart,
        operations=blueprint.operations,
        priority=blueprint.priority,
        returns=blueprint.returns,
        at=blueprint.at,
    )


def extended(blueprint: Blueprint, operation_id: str, tasks_apart: bool) -> PlanExtended:
    return PlanExtended(
        version=blueprint.version,
        operation_id=operation_id,
        line_ids=blueprint.line_ids,
        domain_orders=briefs(blueprint),
        tasks=blueprint.tasks,
        tasks_apart=tasks_apart,
        at=blueprint.at,
    )


def briefs(blueprint: Blueprint) -> tuple[DomainOrderBrief, ...]:
    return tuple(brief_of(order) for order in blueprint.domain_orders)
