"""What keeps tasks, domain orders and parts open, counted as they join a plan, close, and open again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from services.fulfillment.domain.blueprint import DomainOrderBrief, PlannedTask
from services.fulfillment.domain.state import OpenOrder, OpenTask, Part, Plan

OVER = ("closed_complete", "canceled")


def add_orders(
    plan: Plan,
    briefs: Sequence[DomainOrderBrief],
    part: Part | None = None,
    part_of: Mapping[str, Part] = MappingProxyType({}),
) -> None:
    """Parents stand before their children, and those are of their parents' part unless that of their line, or
    of all of them, is said."""
    for brief in briefs:
        above = plan.orders.get(brief.parent_id or "")
        said = part_of.get(brief.line_id, part)
        within = said or (above.part if above else plan.part_of[brief.line_id])
        plan.orders[brief.domain_order_id] = OpenOrder(brief=brief, part=within)
        _count_line(plan, brief.line_id, 1)
        within.open_orders += 1
        if above is not None:
            above.open_children += 1
    for brief in briefs:
        _wait_for(plan, brief)


def _wait_for(plan: Plan, brief: DomainOrderBrief) -> None:
    for id in brief.waits_for:
        awaited = plan.orders[id]
        awaited.waiters.append(brief.domain_order_id)
        if awaited.state not in OVER:
            plan.orders[brief.domain_order_id].blockers += 1


def add_tasks(plan: Plan, tasks: Sequence[PlannedTask]) -> None:
    for task in tasks:
        plan.tasks[task.task_id] = OpenTask(planned=task, end=task.end)
        order = plan.orders[task.domain_order_id]
        order.tasks.append(task.task_id)
        order.open_tasks += 1
    for task in tasks:
        _link(plan, plan.tasks[task.task_id])


def replan(plan: Plan, planned: PlannedTask) -> None:
    """It waits for other tasks now."""
    task = plan.tasks[planned.task_id]
    for before in task.planned.after:
        plan.tasks[before].successors.remove(planned.task_id)
    task.planned, task.end, task.blockers = planned, planned.end, 0
    _link(plan, task)


def _link(plan: Plan, task: OpenTask) -> None:
    for id in task.planned.after:
        before = plan.tasks[id]
        before.successors.append(task.planned.task_id)
        if before.state not in OVER:
            task.blockers += 1


def task_over(plan: Plan, task: OpenTask) -> None:
    _count_task(plan, task, -1)


def task_open_again(plan: Plan, task: OpenTask) -> None:
    _count_task(plan, task, 1)


def _count_task(plan: Plan, task: OpenTask, by: int) -> None:
    plan.orders[task.planned.domain_order_id].open_tasks += by
    for successor in task.successors:
        plan.tasks[successor].blockers += by


def order_over(plan: Plan, order: OpenOrder) -> None:
    _count_order(plan, order, -1)


def order_open_again(plan: Plan, order: OpenOrder) -> None:
    _count_order(plan, order, 1)


def _count_order(plan: Plan, order: OpenOrder, by: int) -> None:
    order.part.open_orders += by
    _count_line(plan, order.brief.line_id, by)
    if order.brief.parent_id is not None:
        plan.orders[order.brief.parent_id].open_children += by
    for waiter in order.waiters:
        plan.orders[waiter].blockers += by


def rename(plan: Plan, order: OpenOrder, brief: DomainOrderBrief) -> None:
    """The same work under another line, or another parent; what it waits for stays."""
    open_ = order.state not in OVER
    if open_:
        _count_order(plan, order, -1)
    order.brief = replace(brief, waits_for=order.brief.waits_for)
    if open_:
        _count_order(plan, order, 1)


def _count_line(plan: Plan, line_id: str, by: int) -> None:
    plan.open_lines[line_id] = plan.open_lines.get(line_id, 0) + by
