"""From domain orders in the making to the blueprint: the plans, their tasks, and what waits for what."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence

from services.fulfillment.domain.blueprint import Blueprint, Copy, DomainOrder, Marks, PlannedTask
from services.fulfillment.domain.catalog import PlanSpecification, Specification, TaskSpecification
from services.fulfillment.domain.mappings import Below, links
from services.fulfillment.domain.node import Node
from services.fulfillment.domain.reservation import Reservation

_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = (7 * 86_400, 86_400, 3_600, 60, 1)


def seconds(duration: str | None) -> int | None:
    """Of an ISO 8601 duration in weeks, or in days to seconds; None of none."""
    match = _DURATION.fullmatch(duration) if duration else None
    if match is None:
        return None
    return sum(int(count) * unit for count, unit in zip(match.groups(default="0"), _UNITS, strict=True))


# ------------------------------------------------------------------------------------------ plans


def plan_for(node: Node) -> PlanSpecification | None:
    """The entry's plan for this action; None: the domain order closes with its children (DOM-06).

    The two sides of a move have plans of their own where the entry says so; else the old side has the plan
    that disconnects and the new side the one that adds. A return has plans of its own likewise (D-12).
    """
    if node.specification is None or (node.side == "provide" and node.needless):
        return None
    if node.return_ is not None and (returning := _return_plan(node.specification, node)) is not None:
        return returning
    if node.side is not None and node.action != "disconnect":
        moving = _plan(node.specification, None, node.side)
        return moving or _plan(node.specification, "disconnect" if node.side == "cease" else "add", None)
    return _plan(node.specification, node.action, None)


def _plan(entry: Specification, action: str | None, side: str | None) -> PlanSpecification | None:
    for plan in entry.plans:
        if plan.move == side and plan.return_ is None and (action is None or action in plan.actions):
            return plan
    return None


def _return_plan(entry: Specification, node: Node) -> PlanSpecification | None:
    """RMA-05. What is taken back of many is a change, and comes back by the plan for all of it."""
    actions = (node.action, "disconnect") if node.action == "change" else (node.action,)
    fitting = [plan for plan in entry.plans if plan.return_ == node.return_]
    return next((plan for action in actions for plan in fitting if action in plan.actions), None)


# -------------------------------------------------------------------------------------- blueprint


def laid_out(reservation: Reservation, nodes: Sequence[Node], index: Below) -> Blueprint:
    """Domain orders and tasks with their dependencies."""
    plans = {node.id: plan_for(node) for node in nodes}
    names = {node.id: _task_ids(node, plans[node.id]) for node in nodes}
    waits = _cut_overs(nodes, plans)
    after = _After(nodes, names, index)
    return Blueprint(
        order_id=reservation.order_id,
        account_id=reservation.account_id,
        version=reservation.version,
        line_ids=tuple(line.line_id for line in reservation.lines),
        domain_orders=tuple(
            _domain_order(node, waits.get(node.id, ()), index, reservation.priority) for node in nodes
        ),
        tasks=tuple(
            _task(node, task, names[node.id][task.name], after.ids(node, task))
            for node in nodes
            for task in _tasks(plans[node.id])
        ),
        operations=reservation.operations,
        operation_id=reservation.operation_id,
        priority=reservation.priority,
        returns={line.line_id: line.return_ for line in reservation.lines if line.return_ is not None},
    )


def _tasks(plan: PlanSpecification | None) -> tuple[TaskSpecification, ...]:
    return plan.tasks if plan else ()


def _task_ids(node: Node, plan: PlanSpecification | None) -> dict[str, str]:
    """Task name -> id. Names in ids hold no dots, so that the order can be read from the id."""
    taken: dict[str, str] = {}
    for task in _tasks(plan):
        slug = plain = task.name.replace(".", "-").replace("/", "-")
        count = 1
        while f"{node.id}.{slug}" in taken.values():
            count += 1
            slug = f"{plain}-{count}"
        taken[task.name] = f"{node.id}.{slug}"
    return taken


def _task(node: Node, task: TaskSpecification, id: str, after: tuple[str, ...]) -> PlannedTask:
    return PlannedTask(
        task_id=id,
        name=task.name,
        kind=task.kind,
        domain_order_id=node.id,
        after=after,
        duration=seconds(task.duration),
        retries=task.retries,
        backoff=seconds(task.backoff),
        marks=_marks(task),
    )


def _marks(task: TaskSpecification) -> Marks | None:
    """None, as for most tasks, where the catalog says nothing in particular."""
    responds_to = None if task.responds_to == "any" else task.responds_to
    if task.ponr is None and task.undo is None and responds_to is None:
        return None
    return Marks(ponr=task.ponr, charge=task.charge, undo=task.undo, responds_to=responds_to)


def _domain_order(node: Node, waits_for: tuple[str, ...], index: Below, priority: int | None) -> DomainOrder:
    values = node.values if node.action == "change" else _present(node)
    ways = tuple(links(node, index))
    return DomainOrder(
        domain_order_id=node.id,
        kind=node.kind,
        action=node.action,
        line_id=node.line_id,
        specification_id=node.specification_id,
        specification_version=node.version,
        side=node.side,
        instance_id=node.instance_id,
        parent_id=node.parent.id if node.parent else None,
        pair_id=node.pair.id if node.pair else None,
        new_instance=node.new_instance,
        parent_instance_id=node.parent_instance_id,
        composed_of=tuple(node.composed_of),
        characteristics=values,
        location=node.location,
        waits_for=waits_for,
        copies=tuple(_copy(*link) for link in ways if link[2] not in link[1].named),
        compared=tuple(_copy(*link) for link in ways if link[2] in link[1].named),
        priority=priority,
        awaits=tuple(node.awaits),
        quantity=node.quantity,
    )


def _copy(characteristic: str, target: Node, as_: str) -> Copy:
    return Copy(characteristic=characteristic, domain_order_id=target.id, as_=as_)


def _present(node: Node) -> dict[str, str | int | float | bool | None]:
    """Only a change can take a value away."""
    if node.side == "provide":
        return node.values
    return {name: value for name, value in node.values.items() if value is not None}


def _cut_overs(
    nodes: Iterable[Node], plans: dict[str, PlanSpecification | None]
) -> dict[str, tuple[str, ...]]:
    """D-05: which side of a pair waits for the other to close; nobody when they overlap."""
    waits: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        if node.side != "cease" or node.pair is None:
            continue
        old, new = plans[node.id], plans[node.pair.id]
        match (old and old.cutover) or (new and new.cutover) or "make_before_break":
            case "make_before_break":
                waits[node.id] = (node.pair.id,)
            case "break_before_make":
                waits[node.pair.id] = (node.id,)
    return waits


class _After:
    """Resolves the `after` of a task: a name in the same plan, or `<specificationId>/<task>`."""

    def __init__(self, nodes: Sequence[Node], names: dict[str, dict[str, str]], index: Below) -> None:
        self._names = names
        self._index = index
        self._all: dict[str, list[Node]] = {}
        for node in nodes:
            self._all.setdefault(node.specification_id, []).append(node)

    def ids(self, node: Node, task: TaskSpecification) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in task.after:
            found.update(dict.fromkeys(self._resolved(node, name)))
        found.pop(self._names[node.id][task.name], None)
        return tuple(found)

    def _resolved(self, node: Node, name: str) -> list[str]:
        own = self._names[node.id].get(name)
        if own is not None:
            return [own]
        specification, slash, task = name.rpartition("/")
        return self._elsewhere(node, specification, task) if slash else []

    def _elsewhere(self, node: Node, specification: str, task: str) -> list[str]:
        """The nearest under the same root that have the task; else all of the order that have it.

        Not in the order, or without that task for this action: nothing to wait for.
        """
        for above in (node, *node.ancestors()):
            around = [*self._index.get((id(above), specification), ()), above]
            if near := self._having(around, specification, task, node):
                return near
        return self._having(self._all.get(specification, ()), specification, task, node)

    def _having(self, nodes: Iterable[Node], specification: str, task: str, without: Node) -> list[str]:
        return [
            self._names[node.id][task]
            for node in nodes
            if node is not without and node.specification_id == specification and task in self._names[node.id]
        ]


# ----------------------------------------------------------------------------------------- circle


def circle(blueprint: Blueprint) -> str | None:
    """A task or domain order that could never close because it waits for itself; None when all can.

    Within one plan the catalog allows no circle; only what waits across domain orders can close one.
    """
    if not any(_crosses(task) for task in blueprint.tasks):
        return None
    waiting, behind = _edges(blueprint)
    ready = deque(id for id, count in waiting.items() if count == 0)
    while ready:
        done = ready.popleft()
        del waiting[done]
        for next_ in behind.get(done, ()):
            waiting[next_] -= 1
            if waiting[next_] == 0:
                ready.append(next_)
    return next(iter(waiting), None)


def _crosses(task: PlannedTask) -> bool:
    own = f"{task.domain_order_id}."
    return any(not before.startswith(own) for before in task.after)


def _edges(blueprint: Blueprint) -> tuple[dict[str, int], dict[str, list[str]]]:
    """How many closings each closing waits for, and which closings each one lets go."""
    waiting = {order.domain_order_id: 0 for order in blueprint.domain_orders}
    waiting |= {task.task_id: 0 for task in blueprint.tasks}
    behind: dict[str, list[str]] = {}
    starts = {order.domain_order_id: order.waits_for for order in blueprint.domain_orders}

    def edge(first: str, then: str) -> None:
        behind.setdefault(first, []).append(then)
        waiting[then] += 1

    for order in blueprint.domain_orders:
        if order.parent_id is not None:
            edge(order.domain_order_id, order.parent_id)
        for awaited in order.waits_for:
            edge(awaited, order.domain_order_id)
    for task in blueprint.tasks:
        edge(task.task_id, task.domain_order_id)
        for first in (*task.after, *starts[task.domain_order_id]):
            edge(first, task.task_id)
    return waiting, behind
