"""How the dates of a plan change: planned with it, due when a task is asked for, moved after a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.fulfillment.domain.events import PlanCreated, PlanExtended
from services.fulfillment.domain.outlook import DONE, expected
from services.fulfillment.domain.risk import Risk
from services.fulfillment.domain.schedule import latest
from services.fulfillment.domain.state import Jeopardy, OpenTask, Plan
from services.fulfillment.domain.task_events import TaskReleased
from services.fulfillment.domain.trouble_events import DatesMoved, DatesPlanned, JeopardyAssessed, WatchPaused


def planned(plan: Plan, event: PlanCreated | PlanExtended) -> None:
    """Of a plan without durations, nothing; nor of the first days, when no dates were planned."""
    if all(task.duration is None for task in event.tasks):
        return
    plan.timed = True
    if event.at is None:
        return
    lines = {order.domain_order_id: order.line_id for order in event.domain_orders}
    ends: dict[str, list[datetime | None]] = {}
    for task in event.tasks:
        ends.setdefault(lines[task.domain_order_id], []).append(task.end)
    for line_id, each in ends.items():
        if (end := latest(each, event.at)) is not None:
            plan.dates[line_id] = (event.at, end)


def asked(plan: Plan, task: OpenTask, event: TaskReleased) -> None:
    """The clock is looked at when half of its time has gone by, if not before."""
    task.due = event.due
    if event.due is None or task.planned.duration is None:
        return
    if task.end is None:
        task.end = event.due
    half = event.due - timedelta(seconds=task.planned.duration) / 2
    plan.watch = half if plan.watch is None else min(plan.watch, half)


def assessed(plan: Plan, event: JeopardyAssessed) -> None:
    plan.watch = event.next
    before = plan.jeopardy or Jeopardy()
    plan.jeopardy = Jeopardy(
        level=event.level,
        end=event.end,
        lines=_told(before.lines, event.lines),
        orders=_told(before.orders, event.domain_orders),
        tasks=_told(before.tasks, event.tasks),
    )


def _told(before: dict[str, Risk], news: tuple[Risk, ...]) -> dict[str, Risk]:
    """What has no end any more is done, or in time again."""
    now = before | {risk.id: risk for risk in news}
    return {id: risk for id, risk in now.items() if risk.level != "low" or risk.end is not None}


def paused(plan: Plan, event: WatchPaused) -> None:
    plan.paused = event.at


def moved(plan: Plan, event: DatesMoved) -> None:
    """What was open when the plan was held has as much time left as it had then."""
    by = timedelta(seconds=event.seconds)
    for task in plan.tasks.values():
        if task.state not in DONE:
            task.due = None if task.due is None else task.due + by
            task.end = None if task.end is None else task.end + by
    plan.dates = {id: (begin + by, end + by) for id, (begin, end) in plan.dates.items()}
    plan.watch = None if plan.watch is None else plan.watch + by
    plan.paused = None


def planned_anew(plan: Plan, event: DatesPlanned) -> None:
    """What has joined it should be done when it is expected to; its lines by the last of their tasks."""
    ends = expected(plan, event.at)
    lines: dict[str, list[datetime | None]] = {}
    for id, task in plan.tasks.items():
        if task.end is None and id in ends:
            task.end = ends[id].end()
        if task.state != "canceled":
            lines.setdefault(plan.orders[task.planned.domain_order_id].brief.line_id, []).append(task.end)
    for line_id, found in lines.items():
        begin, _ = plan.dates.pop(line_id, (event.at, event.at))
        if (end := latest(found, event.at)) is not None:
            plan.dates[line_id] = (begin, end)
