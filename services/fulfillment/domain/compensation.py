"""The smallest difference between the plan that is there and the one that would be made now.

What a revision does not touch stays: domain orders, and tasks that do not respond to what changed. What it
touches is done again, what it drops is undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from services.fulfillment.domain.alterations import CancellationBegun, PlanRevised
from services.fulfillment.domain.blueprint import Blueprint, Reason, brief_of
from services.fulfillment.domain.difference import Difference, because, by_order
from services.fulfillment.domain.events import PlanEvent, ValuesCopied
from services.fulfillment.domain.grown import grown_on, tasks_of
from services.fulfillment.domain.inflight import judge
from services.fulfillment.domain.limits import tasks_apart
from services.fulfillment.domain.matching import fitted, live, revisable
from services.fulfillment.domain.ponr import charges
from services.fulfillment.domain.state import OpenOrder, Plan
from services.fulfillment.domain.undoing import undone
from services.fulfillment.domain.value import value


@value
class Change:
    """`events` change what is there, `added` is to be planned after them; or `reasons` stand against it."""

    events: tuple[PlanEvent, ...]
    added: Blueprint
    tasks_apart: bool
    reasons: tuple[Reason, ...] = ()


# ---------------------------------------------------------------------------------------- revision


def revised(plan: Plan, made: Blueprint, dropped: Iterable[str] = ()) -> Change:
    """What changes for the plan to become the one that was made anew, without the lines that were dropped."""
    blueprint, kept = fitted(plan, made)
    difference = Difference(plan=plan, version=made.version)
    tasks = by_order(blueprint.tasks)
    for details in blueprint.domain_orders:
        id = details.domain_order_id
        if id in kept:
            difference.compare(plan.orders[id], details, tasks.get(id, ()))
    for id, details in grown_on(plan, blueprint, kept).items():
        difference.compare(plan.orders[id], details, tasks_of(plan, id))
        kept |= {id}
    gone = frozenset(dropped)
    for id, order in plan.orders.items():
        if id not in kept and _is_wanted_no_more(order, plan, {*gone, *made.line_ids}):
            difference.drop(order, blueprint.line_ids)
    added = _added(plan, blueprint, kept, made.version)
    difference.reopen_above(added.domain_orders)
    difference.ask_again_behind()
    reasons = judge("revise", tuple(dict.fromkeys((*difference.lines, *gone))), plan)
    apart = tasks_apart(added)
    events = _told(difference, (blueprint, added), gone, apart)
    return Change(events=events, added=added, tasks_apart=apart, reasons=reasons)


def _is_wanted_no_more(order: OpenOrder, plan: Plan, known: Collection[str]) -> bool:
    """Of what ran on a day of its own, only where it is one of the lines that are `known` to the revision."""
    at_once = order.part.operation_id is None
    return live(order) and order.part in plan.parts and (at_once or order.brief.line_id in known)


def _told(
    difference: Difference, blueprints: tuple[Blueprint, Blueprint], gone: Collection[str], apart: bool
) -> tuple[PlanEvent, ...]:
    plan, (made, added) = difference.plan, blueprints
    undo = undone(plan, difference.unwanted)
    days = {part.operation_id: part.line_ids for part in plan.parts if part.operation_id is not None}
    done = {line for line, part in plan.part_of.items() if part not in plan.parts}
    later = {line for lines in days.values() for line in lines}
    before = next((part.line_ids for part in plan.parts if part.operation_id is None), ())
    first = PlanRevised(
        version=difference.version,
        line_ids=tuple(line for line in made.line_ids if line not in done | later),
        dropped_line_ids=(
            *(line for line in before if line not in made.line_ids),
            *(line for lines in days.values() for line in lines if line in gone),
        ),
        domain_orders=tuple(map(brief_of, added.domain_orders)),
        tasks=(*added.tasks, *difference.waiting_for(undo), *undo),
        replanned=difference.replanned_after(undo),
        operations=made.operations,
        charges=charges(plan, difference.lines),
        tasks_apart=apart,
    )
    return (first, *difference.events(undo))


def _added(plan: Plan, made: Blueprint, kept: frozenset[str], version: int) -> Blueprint:
    """Only what is new. What stands for an instance that is being put back begins when that is done."""
    before = _being_put_back(plan, kept)
    orders = tuple(
        replace(order, waits_for=(*order.waits_for, *before.get(order.instance_id, ())))
        for order in made.domain_orders
        if order.domain_order_id not in kept
    )
    lines = {order.domain_order_id: order.line_id for order in orders}
    tasks = tuple(
        because(task, _why_added(plan, lines[task.domain_order_id], version))
        for task in made.tasks
        if task.domain_order_id in lines
    )
    return replace(made, domain_orders=orders, tasks=tasks)


def _being_put_back(plan: Plan, kept: frozenset[str]) -> dict[str | None, list[str]]:
    """By instance, the domain orders that are dropped, or are still being undone."""
    found: dict[str | None, list[str]] = {}
    for id, order in plan.orders.items():
        if order.part in plan.parts and id not in kept and order.state != "canceled":
            found.setdefault(order.brief.instance_id, []).append(id)
    return found


def _why_added(plan: Plan, line_id: str, version: int) -> str:
    if line_id in plan.part_of:
        return f"add: line {line_id} needs it since version {version}"
    return f"add: line {line_id} was added in version {version}"


def inherited(plan: Plan, added: Blueprint) -> Iterator[ValuesCopied]:
    """DEC-05: what was found on the way before a domain order joined reaches it as well."""
    new = {order.domain_order_id for order in added.domain_orders}
    for id, order in plan.orders.items():
        if order.details is None or id in new or not revisable(plan, order):
            continue
        planned = order.details.characteristics
        for copy in order.details.copies:
            found = order.values.get(copy.characteristic)
            if (
                copy.domain_order_id in new
                and found is not None
                and planned.get(copy.characteristic) != found
            ):
                yield ValuesCopied(
                    domain_order_id=copy.domain_order_id, source_id=id, characteristics={copy.as_: found}
                )


# ------------------------------------------------------------------------------------------ cancel


def canceled(plan: Plan, version: int) -> tuple[PlanEvent, ...]:
    """Everything that is not undone yet is given up or undone."""
    difference = Difference(plan=plan, version=version)
    for order in plan.orders.values():
        if order.part in plan.parts and order.state not in ("cancellation_in_progress", "canceled"):
            difference.give_up(order, f"the order was canceled in version {version}")
    undo = undone(plan, difference.unwanted)
    begun = CancellationBegun(
        version=version, tasks=undo, charges=charges(plan, tuple(dict.fromkeys(difference.lines)))
    )
    return (begun, *difference.events(undo))
