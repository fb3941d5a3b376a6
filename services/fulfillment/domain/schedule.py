"""JEO-04: when each task of a plan should be done, from durations and dependencies, before any has begun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from graphlib import TopologicalSorter

from services.fulfillment.domain.blueprint import Blueprint, PlannedTask


def scheduled(blueprint: Blueprint, at: datetime) -> Blueprint:
    """The same with the planned end of each task, where all that it waits for has a duration as it has.

    A blueprint without durations is given back as it is.
    """
    if all(task.duration is None for task in blueprint.tasks):
        return blueprint
    ends = _ends(blueprint, at)
    tasks = tuple(replace(task, end=ends[task.task_id]) for task in blueprint.tasks)
    return replace(blueprint, tasks=tasks, at=at)


def _ends(blueprint: Blueprint, at: datetime) -> dict[str, datetime | None]:
    tasks = {task.task_id: task for task in blueprint.tasks}
    before = _before(blueprint)
    ends: dict[str, datetime | None] = {}
    for id in TopologicalSorter(before).static_order():
        begin = latest((ends[first] for first in before[id]), at)
        ends[id] = begin if id not in tasks else _end(tasks[id], begin)
    return ends


def _end(task: PlannedTask, begin: datetime | None) -> datetime | None:
    if begin is None or task.duration is None:
        return None
    return begin + timedelta(seconds=task.duration)


def latest(ends: Iterable[datetime | None], at: datetime) -> datetime | None:
    """None when one of them is not known; `at` when there is none."""
    found = list(ends)
    known = [end for end in found if end is not None]
    return max(known, default=at) if len(known) == len(found) else None


def _before(blueprint: Blueprint) -> Mapping[str, list[str]]:
    """What each task and domain order comes after."""
    waits = {order.domain_order_id: order.waits_for for order in blueprint.domain_orders}
    before: dict[str, list[str]] = {id: [] for id in waits}
    for order in blueprint.domain_orders:
        if order.parent_id is not None:
            before.setdefault(order.parent_id, []).append(order.domain_order_id)
    for task in blueprint.tasks:
        before[task.task_id] = [*task.after, *waits[task.domain_order_id]]
        before[task.domain_order_id].append(task.task_id)
    return before
