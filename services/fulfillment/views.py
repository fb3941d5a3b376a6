"""The page of a plan: what `aftersale show plan` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.chassis.service import Page
from services.fulfillment import shown
from services.fulfillment.domain.priority import band
from services.fulfillment.domain.state import Awaited, Canceled, OpenOrder, OpenTask, Plan, Waiting
from services.fulfillment.domain.undoing import is_undo


def pages(category: str, id: str, state: Any) -> Iterable[Page]:
    """One page an order, kind `plan`."""
    if category != "plan":
        return ()
    match state:
        case Plan():
            return (Page("plan", id, state.account_id, shown.with_risks(_made(id, state), state)),)
        case Waiting(reservation=reservation):
            waits = {
                "state": "waiting",
                "waitsFor": list(state.missing),
                "fallouts": shown.fallouts(state.fallouts.values()),
            }
            waits["held"] = _held(state)
            body = {**_empty(id, reservation.account_id, state.version), **waits}
            return (Page("plan", id, reservation.account_id, body),)
        case Awaited():
            body = {**_empty(id, state.account_id, state.version), "state": "held", "held": _held(state)}
            return (Page("plan", id, state.account_id, body),)
        case Canceled():
            reasons = [{"rule": each.rule, "message": each.message} for each in state.reasons]
            body = {**_empty(id, state.account_id, state.version), "state": "canceled", "reasons": reasons}
            return (Page("plan", id, state.account_id, body),)
    return ()


def _empty(id: str, account_id: str, version: int) -> dict[str, Any]:
    return {"orderId": id, "accountId": account_id, "version": version, "domainOrders": [], "tasks": []}


def _made(id: str, plan: Plan) -> dict[str, Any]:
    return {
        "orderId": id,
        "accountId": plan.account_id,
        "version": plan.version,
        "priority": plan.priority,
        "priorityBand": None if plan.priority is None else band(plan.priority),
        "state": _state(plan),
        "held": _held(plan),
        "domainOrders": [_domain_order(order, plan) for order in plan.orders.values()],
        "tasks": [_task(task, plan) for task in plan.tasks.values()],
        "pointsOfNoReturn": [_passed(plan, task_id) for task_id in plan.passed],
        "fallouts": shown.fallouts(plan.fallouts.values()),
    }


_OVER = ("closed_complete", "canceled")


def _state(plan: Plan) -> str:
    if plan.completed or plan.canceled:
        return "completed" if plan.completed else "canceled"
    if plan.canceling:
        return "cancellation_in_progress"
    return "on_hold" if plan.hold.stands() else "in_progress"


def _held(state: Awaited | Waiting | Plan) -> list[dict[str, Any]]:
    """Why nothing new is asked for: a person holds the order, a change is pending, or both."""
    found: list[dict[str, Any]] = [{"because": "hold"}] if state.hold.paused else []
    if (pending := state.hold.pending) is not None:
        found.append({"because": pending.because, "version": pending.version})
    return found


def _shown(state: str, plan: Plan) -> str:
    """What is not over is on hold with its plan; its own state is kept, and comes back (D-02)."""
    return "on_hold" if plan.hold.stands() and state not in _OVER else state


def _domain_order(order: OpenOrder, plan: Plan) -> dict[str, Any]:
    brief = order.brief
    return {
        "domainOrderId": brief.domain_order_id,
        "kind": brief.kind,
        "specificationId": brief.specification_id,
        "action": brief.action,
        "state": _shown(order.state, plan),
        "parentId": brief.parent_id,
        "instanceId": brief.instance_id,
        "pairId": brief.pair_id,
        "lineId": brief.line_id,
        **shown.notes(order),
    }


def _passed(plan: Plan, task_id: str) -> dict[str, Any]:
    point = plan.passed[task_id]
    line = plan.orders[point.domain_order_id].brief.line_id
    return {"lineId": line, "taskId": task_id, "kind": point.kind, "charge": point.charge}


def _task(task: OpenTask, plan: Plan) -> dict[str, Any]:
    planned = task.planned
    return {
        "taskId": planned.task_id,
        "name": planned.name,
        "kind": planned.kind,
        "state": _shown(task.state, plan),
        "attempt": task.attempt,
        "domainOrderId": planned.domain_order_id,
        "after": list(planned.after),
        "undo": is_undo(task),
        "undoes": planned.marks.undoes if planned.marks else None,
        "why": task.why or (planned.marks.why if planned.marks else None),
        "skipped": task.skipped,
        "falloutId": task.fallout_id,
        **shown.work_order(task),
    }
