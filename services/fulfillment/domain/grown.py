"""What joined a plan for a value that was found on the way (DEC-04), when the order is revised.

A plan made anew does not know of it: it is made of what was reserved. It stays while the value asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from services.fulfillment.domain.awaiting import standing
from services.fulfillment.domain.blueprint import Blueprint, Copy, DomainOrder, PlannedTask
from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.matching import live
from services.fulfillment.domain.staggering import line_values
from services.fulfillment.domain.state import OpenOrder, Plan
from services.fulfillment.domain.undoing import is_undo


def grown_on(plan: Plan, made: Blueprint, kept: Collection[str]) -> dict[str, DomainOrder]:
    """By id, as they should be now: with the values that the revision sets above them."""
    after = {order.domain_order_id: order for order in made.domain_orders}
    found: dict[str, DomainOrder] = {}
    for id, order in plan.orders.items():
        details = order.details
        if id in kept or details is None or not details.new_instance or not _counts(plan, order):
            continue
        above = after.get(details.parent_id or "")
        if (above is not None and _is_asked_for(plan, order, above, after)) or details.parent_id in found:
            found[id] = _as_mapped(plan, details, {**after, **found})
    return found


def tasks_of(plan: Plan, id: str) -> list[PlannedTask]:
    """As they were planned: nothing plans them anew."""
    tasks = (plan.tasks[task] for task in plan.orders[id].tasks)
    return [task.planned for task in tasks if not task.gone and not is_undo(task)]


def _counts(plan: Plan, order: OpenOrder) -> bool:
    return live(order) and order.part in plan.parts


def _is_asked_for(plan: Plan, order: OpenOrder, above: DomainOrder, after: Mapping[str, DomainOrder]) -> bool:
    values = {**_values(plan, above), **_found(plan, above.domain_order_id)}
    top = {**line_values(plan, order), **_top(above, after).characteristics}
    return any(
        each.specification_id == order.brief.specification_id and standing(each.rules, values, top) == "made"
        for each in above.awaits
    )


def _values(plan: Plan, above: DomainOrder) -> Values:
    return {**plan.orders[above.domain_order_id].values, **above.characteristics}


def _found(plan: Plan, id: str) -> Values:
    """The values that were not planned, but found on the way."""
    order = plan.orders[id]
    planned = order.details.characteristics if order.details else {}
    return {name: value for name, value in order.values.items() if planned.get(name) != value}


def _top(order: DomainOrder, after: Mapping[str, DomainOrder]) -> DomainOrder:
    while (above := after.get(order.parent_id or "")) is not None and above.line_id == order.line_id:
        order = above
    return order


def _as_mapped(plan: Plan, details: DomainOrder, after: Mapping[str, DomainOrder]) -> DomainOrder:
    """DEC-05: with what the domain orders above it give it now."""
    above = after[details.parent_id or ""]
    values = dict(details.characteristics)
    for source, copy in _copies(plan, details.domain_order_id):
        now, before = after.get(source), plan.orders[source].details
        if now is None or before is None:
            continue
        value = now.characteristics.get(copy.characteristic)
        if value is not None and value != before.characteristics.get(copy.characteristic):
            values[copy.as_] = value
    return replace(details, line_id=above.line_id, location=above.location, characteristics=values)


def _copies(plan: Plan, id: str) -> Iterator[tuple[str, Copy]]:
    for source, name in plan.orders[id].sources:
        details = plan.orders[source].details
        for copy in details.copies if details else ():
            if copy.domain_order_id == id and copy.as_ == name:
                yield source, copy
