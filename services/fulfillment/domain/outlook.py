"""JEO-03: when what is open of a plan is expected to end, seen from one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter

from services.fulfillment.domain.risk import Expected
from services.fulfillment.domain.state import OpenOrder, OpenTask, Plan

DONE: tuple[str, ...] = ("closed_complete", "canceled")


def expected(plan: Plan, at: datetime) -> dict[str, Expected]:
    """By task and domain order, of those that are not done.

    What is not begun begins when the last of what it waits for ends; what a fallout holds could be asked for
    again now. Nothing is known of what waits for a task without a duration.
    """
    before = _before(plan)
    found: dict[str, Expected] = {}
    for id in _in_order(before):
        begin = _latest((found[first] for first in before[id]), at)
        task = plan.tasks.get(id)
        found[id] = begin if task is None else _task(task, begin, at)
    return found


def _in_order(before: Mapping[str, list[str]]) -> Iterable[str]:
    """None of what waits for itself: of that nothing can be expected."""
    try:
        return tuple(TopologicalSorter(before).static_order())
    except CycleError:
        return ()


def whole(task: OpenTask) -> timedelta | None:
    """The time planned for it."""
    return None if task.planned.duration is None else timedelta(seconds=task.planned.duration)


def _task(task: OpenTask, begin: Expected, at: datetime) -> Expected:
    takes = whole(task)
    if takes is None:
        return Expected(fixed=None)
    match task.state:
        case "open" | "in_progress":
            return Expected(fixed=task.due or at + takes)
        case "scheduled":
            return Expected(fixed=(task.again or at) + takes)
        case "on_hold":
            return Expected(fixed=at + takes, moving=at + takes)
    return begin.longer(takes)


def _latest(ends: Iterable[Expected], at: datetime) -> Expected:
    fixed, moving = at, None
    for each in ends:
        if each.fixed is None:
            return Expected(fixed=None)
        fixed = max(fixed, each.fixed)
        if each.moving is not None:
            moving = each.moving if moving is None else max(moving, each.moving)
    return Expected(fixed=fixed, moving=moving)


def _before(plan: Plan) -> Mapping[str, list[str]]:
    """What each open task and domain order still comes after."""
    before: dict[str, list[str]] = {id: [] for id, order in plan.orders.items() if order.state not in DONE}
    for id in list(before):
        parent = plan.orders[id].brief.parent_id
        if parent in before:
            before[parent].append(id)
        for task_id in plan.orders[id].tasks:
            if plan.tasks[task_id].state not in DONE:
                before[id].append(task_id)
                before[task_id] = _waits(plan.tasks[task_id], plan.orders[id], plan)
    return before


def _waits(task: OpenTask, order: OpenOrder, plan: Plan) -> list[str]:
    """What is undone waits for no other side of its move."""
    tasks = [id for id in task.planned.after if plan.tasks[id].state not in DONE]
    if order.state == "cancellation_in_progress":
        return tasks
    return tasks + [id for id in order.brief.waits_for if plan.orders[id].state not in DONE]
