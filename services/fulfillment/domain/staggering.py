"""How a plan keeps what was left out for want of a value, and takes what joins it later (DEC-04)."""

from __future__ import annotations

from dataclasses import replace

from services.fulfillment.domain.awaiting import standing
from services.fulfillment.domain.blueprint import DomainOrder
from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.events import FurtherCopy, FurtherWait
from services.fulfillment.domain.state import OpenOrder, Plan


def noted(plan: Plan, order: OpenOrder, details: DomainOrder) -> None:
    """What a domain order waits for, and where its values go."""
    id = details.domain_order_id
    if details.awaits:
        order.awaits = list(details.awaits)
        plan.awaiting[id] = None
    for copy in details.copies:
        plan.orders[copy.domain_order_id].sources.append((id, copy.as_))


def revised(plan: Plan, order: OpenOrder, details: DomainOrder) -> None:
    """What has come of the values that were found stays, and is not waited for again."""
    id = details.domain_order_id
    below = _below(plan, id) if details.awaits else set[str]()
    order.awaits = [each for each in details.awaits if each.specification_id not in below]
    plan.awaiting.pop(id, None)
    if order.awaits:
        plan.awaiting[id] = None
    for copy in details.copies:
        target = plan.orders[copy.domain_order_id]
        if (id, copy.as_) not in target.sources:
            target.sources.append((id, copy.as_))


def _below(plan: Plan, id: str) -> set[str]:
    """The targets that are there."""
    return {
        each.brief.specification_id
        for each in plan.orders.values()
        if each.brief.parent_id == id and each.state not in ("cancellation_in_progress", "canceled")
    }


def copies_further(plan: Plan, further: FurtherCopy) -> None:
    source, copy = plan.orders[further.domain_order_id], further.copy
    if source.details is not None:
        source.details = replace(source.details, copies=(*source.details.copies, copy))
    plan.orders[copy.domain_order_id].sources.append((further.domain_order_id, copy.as_))


def waits_further(plan: Plan, wait: FurtherWait) -> None:
    task = plan.tasks[wait.task_id]
    task.planned = replace(task.planned, after=(*task.planned.after, *wait.after))
    task.blockers += len(wait.after)
    for before in wait.after:
        plan.tasks[before].successors.append(wait.task_id)


def forget_what_never_comes(plan: Plan) -> None:
    """A value that came, and is another one than the rule asks for, settles it: later ones change nothing."""
    for id in tuple(plan.awaiting):
        order = plan.orders[id]
        above = line_values(plan, order)
        order.awaits = [each for each in order.awaits if standing(each.rules, order.values, above) != "never"]
        if not order.awaits:
            del plan.awaiting[id]


def line_values(plan: Plan, order: OpenOrder) -> Values:
    """Those of the line's topmost domain order, which rules look at as well (DEC-03)."""
    return line_top(plan, order).values


def line_top(plan: Plan, order: OpenOrder) -> OpenOrder:
    """The topmost domain order of the line."""
    while (above := order.brief.parent_id) is not None:
        parent = plan.orders[above]
        if parent.brief.line_id != order.brief.line_id:
            break
        order = parent
    return order
