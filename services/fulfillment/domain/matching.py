"""Which domain orders of a plan made anew the order's plan has already.

Never by number: what stands for an instance of the tree is known by it and its side of a move, what the
catalog added by the domain order above it, its specification, and its turn among the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from services.fulfillment.domain.blueprint import Blueprint, DomainOrder, PlannedTask
from services.fulfillment.domain.catalog import Heard, Side
from services.fulfillment.domain.state import OpenOrder, Plan

Key = tuple[str | None, Side | None, str | None]


def fitted(plan: Plan, made: Blueprint) -> tuple[Blueprint, frozenset[str]]:
    """The same, under the ids that the plan has; new domain orders are numbered on. And which it has."""
    there = _there(plan)
    names: dict[str, str] = {}
    kept: set[str] = set()
    count = len(plan.orders)
    for order in made.domain_orders:
        same = there.get(_key(order, names))
        if same:
            names[order.domain_order_id] = same.popleft()
            kept.add(names[order.domain_order_id])
        else:
            count += 1
            names[order.domain_order_id] = f"{made.order_id}.{count}"
    return _renamed(made, names), frozenset(kept)


def live(order: OpenOrder) -> bool:
    """Whether it was not taken away."""
    return order.state not in ("cancellation_in_progress", "canceled")


def revisable(plan: Plan, order: OpenOrder) -> bool:
    """Whether it may be planned otherwise: of what ran on a day of its own, while that is at work."""
    return live(order) and (order.part.operation_id is None or order.part in plan.parts)


def _there(plan: Plan) -> dict[Key, deque[str]]:
    found: dict[Key, deque[str]] = {}
    same = {id: id for id in plan.orders}
    for id, order in plan.orders.items():
        if revisable(plan, order) and order.details is not None:
            found.setdefault(_key(order.details, same), deque()).append(id)
    return found


def _key(order: DomainOrder, names: Mapping[str, str]) -> Key:
    if order.new_instance:
        return (names.get(order.parent_id or ""), order.side, order.specification_id)
    return (None, order.side, order.instance_id)


# ------------------------------------------------------------------------------------------ names


def _renamed(made: Blueprint, names: Mapping[str, str]) -> Blueprint:
    new = {order.domain_order_id for order in made.domain_orders if order.new_instance}
    instances = {id: names[id] for id in new}
    tasks = {task.task_id: _task_id(task, names) for task in made.tasks}
    return replace(
        made,
        domain_orders=tuple(_order(order, names, instances) for order in made.domain_orders),
        tasks=tuple(
            replace(
                task,
                task_id=tasks[task.task_id],
                domain_order_id=names[task.domain_order_id],
                after=tuple(tasks[before] for before in task.after),
            )
            for task in made.tasks
        ),
    )


def _task_id(task: PlannedTask, names: Mapping[str, str]) -> str:
    return names[task.domain_order_id] + task.task_id.removeprefix(task.domain_order_id)


def _order(order: DomainOrder, names: Mapping[str, str], instances: Mapping[str, str]) -> DomainOrder:
    return replace(
        order,
        domain_order_id=names[order.domain_order_id],
        parent_id=_named(order.parent_id, names),
        pair_id=_named(order.pair_id, names),
        instance_id=_named(order.instance_id, instances),
        parent_instance_id=_named(order.parent_instance_id, instances),
        waits_for=tuple(names[id] for id in order.waits_for),
        copies=tuple(replace(copy, domain_order_id=names[copy.domain_order_id]) for copy in order.copies),
        compared=tuple(replace(copy, domain_order_id=names[copy.domain_order_id]) for copy in order.compared),
    )


def _named(id: str | None, names: Mapping[str, str]) -> str | None:
    return None if id is None else names.get(id, id)


# ---------------------------------------------------------------------------------------- catalog


def as_planned(plan: Plan, catalog: Callable[[str], Heard]) -> Callable[[str], Heard]:
    """The catalog as the plan has it: what was added in one version is not changed by a later one."""
    versions = {
        order.brief.specification_id: order.details.specification_version
        for order in plan.orders.values()
        if order.details is not None and order.details.new_instance and revisable(plan, order)
    }

    def heard(id: str) -> Heard:
        state, version = catalog(id), versions.get(id)
        if version is None or version not in state.versions:
            return state
        earlier = {name: entry for name, entry in state.versions.items() if name != version}
        ordered = {**earlier, version: state.versions[version]}
        return Heard(specification_id=id, versions=ordered, retired=state.retired - {version})

    return heard
