"""DEC-04: what was left out of a plan for want of a value joins it when the value comes.

Worked out anew is only what stands under the same root: values and tasks of others are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.fulfillment.domain.addition import MAX_DOMAIN_ORDERS, Additions
from services.fulfillment.domain.awaiting import standing
from services.fulfillment.domain.blueprint import Blueprint, PlannedTask, Reason
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.decomposition import Catalog, Impossible, Incomplete
from services.fulfillment.domain.events import FurtherCopy, FurtherWait, PlanGrown, ValuesCopied
from services.fulfillment.domain.limits import tasks_apart, too_large
from services.fulfillment.domain.node import Node
from services.fulfillment.domain.plan import briefs
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.staggering import line_values
from services.fulfillment.domain.state import OpenOrder, Plan
from services.fulfillment.domain.targets import Seal
from services.fulfillment.domain.tasking import circle, laid_out
from services.fulfillment.domain.value import value


@value
class Grown:
    """What joins the plan, with the values that change where they were not set."""

    event: PlanGrown
    blueprint: Blueprint
    copied: tuple[ValuesCopied, ...]


def ready(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The open domain orders for whose left-out targets every value is there now, with those targets."""
    found: dict[str, tuple[str, ...]] = {}
    for id in plan.awaiting:
        order = plan.orders[id]
        targets = tuple(
            each.specification_id
            for each in order.awaits
            if standing(each.rules, order.values, line_values(plan, order)) == "made"
        )
        if targets and order.state != "closed_complete":
            found[id] = targets
    return found


def grow(
    order_id: str, plan: Plan, targets: Mapping[str, tuple[str, ...]], catalog: Catalog, seal: Seal
) -> Grown | Impossible | Incomplete:
    """The domain orders and tasks of targets that are ready, all under one root."""
    growing = _Growing(order_id, plan, next(iter(targets)), catalog, seal)
    return growing.grown(targets)


def under_one_root(plan: Plan, found: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Of what is ready, all that stands under the root of the first."""
    root = _root(plan, next(iter(found)))
    return {id: targets for id, targets in found.items() if _root(plan, id) == root}


def _root(plan: Plan, id: str) -> str:
    while (above := plan.orders[id].brief.parent_id) is not None:
        id = above
    return id


class _Growing:
    """The domain orders under one root as nodes again, and what grows on them."""

    def __init__(self, order_id: str, plan: Plan, one: str, catalog: Catalog, seal: Seal) -> None:
        self._order_id, self._plan, self._catalog = order_id, plan, catalog
        self._more = Additions(order_id, catalog, seal, len(plan.orders))
        self._nodes: dict[str, Node] = {}
        root = _root(plan, one)
        for id, order in plan.orders.items():
            if order.state not in ("cancellation_in_progress", "canceled") and _root(plan, id) == root:
                self._known(id)
        for id, node in self._nodes.items():
            top = line_values(plan, plan.orders[id])
            self._more.line_values.setdefault((node.line_id, node.side), ({}, top))

    def _known(self, id: str) -> Node:
        """Its parent first: a revision may have put it under one that is newer."""
        if id not in self._nodes:
            order = self._plan.orders[id]
            above = self._known(order.brief.parent_id) if order.brief.parent_id else None
            self._nodes[id] = self._node(order, above)
        return self._nodes[id]

    def _node(self, order: OpenOrder, parent: Node | None) -> Node:
        brief, details = order.brief, order.details
        assert details is not None, "every domain order of a plan is planned with it"
        return Node(
            id=brief.domain_order_id,
            kind=brief.kind,
            action=brief.action,
            line_id=brief.line_id,
            specification_id=brief.specification_id,
            version=details.specification_version,
            specification=self._catalog(brief.specification_id).named(details.specification_version),
            instance_id=brief.instance_id or "",
            parent=parent,
            parent_instance_id=details.parent_instance_id,
            location=details.location,
            side=details.side,
            values=dict(order.values),
            named=frozenset(order.values),
            awaits=[] if order.state == "closed_complete" else list(order.awaits),
        )

    def grown(self, targets: Mapping[str, tuple[str, ...]]) -> Grown | Impossible | Incomplete:
        for id, wanted in targets.items():
            node = self._nodes[id]
            node.awaits = [each for each in node.awaits if each.specification_id not in wanted]
            for target in wanted:
                self._more.make(node, target)
        index = self._more.settle(tuple(self._nodes.values()))
        if reasons := (*self._more.retired, *self._more.unpublished):
            return Impossible(reasons=reasons) if self._more.retired else Incomplete(reasons=reasons)
        for node in self._nodes.values():
            node.named = frozenset()
        part = Reservation(
            order_id=self._order_id,
            account_id=self._plan.account_id,
            version=self._plan.version,
            lines=(),
            tree=(),
            priority=self._plan.priority,
        )
        whole = laid_out(part, [*self._nodes.values(), *self._more.nodes], index)
        return self._impossible(whole) or self._grown(whole)

    def _impossible(self, whole: Blueprint) -> Impossible | None:
        if len(self._plan.orders) + len(self._more.nodes) > MAX_DOMAIN_ORDERS:
            message = (
                f"the plan would have more than the {MAX_DOMAIN_ORDERS} domain orders that fit: revise the "
                "order to less, and order the rest apart"
            )
            return Impossible(reasons=(Reason(rule="LIM-01", message=message),))
        if (task_id := circle(whole)) is not None:
            message = f"task {task_id} would wait for itself: change one of those plans in the catalog"
            return Impossible(reasons=(Reason(rule="DEC-01", message=message),))
        reason = too_large(whole)
        return Impossible(reasons=(reason,)) if reason else None

    def _grown(self, whole: Blueprint) -> Grown:
        new = {node.id for node in self._more.nodes}
        orders = tuple(order for order in whole.domain_orders if order.domain_order_id in new)
        own = tuple(self._waiting(task) for task in whole.tasks if task.domain_order_id in new)
        blueprint = replace(whole, domain_orders=orders, tasks=own)
        event = PlanGrown(
            version=self._plan.version,
            line_ids=tuple(dict.fromkeys(order.line_id for order in orders)),
            domain_orders=briefs(blueprint),
            tasks=own,
            tasks_apart=tasks_apart(blueprint),
            awaiting={id: tuple(node.awaits) for id, node in self._changed_awaits()},
            copies=tuple(self._copies(whole, new)),
            waits=tuple(self._waits(whole.tasks, {task.task_id for task in own})),
        )
        return Grown(event=event, blueprint=blueprint, copied=tuple(self._copied()))

    def _waiting(self, task: PlannedTask) -> PlannedTask:
        """A new task waits for what is not done yet."""
        there = self._plan.tasks
        open_ = tuple(id for id in task.after if id not in there or there[id].state not in OVER)
        return task if open_ == task.after else replace(task, after=open_)

    def _changed_awaits(self) -> Iterable[tuple[str, Node]]:
        for id, node in self._nodes.items():
            if node.awaits != self._plan.orders[id].awaits:
                yield id, node

    def _copies(self, whole: Blueprint, new: set[str]) -> Iterable[FurtherCopy]:
        """Where values of domain orders that were there go, now that there is somewhere to go."""
        for order in whole.domain_orders:
            if order.domain_order_id not in new:
                for copy in order.copies:
                    if copy.domain_order_id in new:
                        yield FurtherCopy(domain_order_id=order.domain_order_id, copy=copy)

    def _waits(self, tasks: Iterable[PlannedTask], new: set[str]) -> Iterable[FurtherWait]:
        """Tasks that nobody was asked for yet, and that come after new ones."""
        for task in tasks:
            before = self._plan.tasks.get(task.task_id)
            after = tuple(id for id in task.after if id in new)
            if before is not None and before.state == "draft" and after:
                yield FurtherWait(task_id=task.task_id, after=after)

    def _copied(self) -> Iterable[ValuesCopied]:
        for id, node in self._nodes.items():
            before = self._plan.orders[id].values
            found = {name: value for name, value in node.values.items() if name not in before}
            if found and self._plan.orders[id].state != "closed_complete":
                source = self._more.nodes[0].id
                yield ValuesCopied(domain_order_id=id, source_id=source, characteristics=found)
