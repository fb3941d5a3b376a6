"""DOM-04 of a change under way: what has closed relies on what was coming, or was to go, with the order.

Nothing judges it again. So a revision or a cancellation that would take that back is refused, for products
of the order that have closed, and for what other orders have closed since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from services.fulfillment.domain.alterations import DomainOrderDropped, DomainOrderRevised
from services.fulfillment.domain.blueprint import Reason, brief_of
from services.fulfillment.domain.compatibility import broken, changed_by, concerns, live, wrong
from services.fulfillment.domain.compatibility_break import Break, Key
from services.fulfillment.domain.compensation import Change
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.fallout import STOPPED
from services.fulfillment.domain.state import OpenOrder, Part, Plan

# ------------------------------------------------------------------------------- as it would be


def as_revised(plan: Plan, change: Change) -> Plan:
    """With the domain orders that a revision leaves, makes and drops; of its tasks nothing is said."""
    new = Part(operation_id=None, line_ids=())
    part = next((one for one in plan.parts if one.operation_id is None), new)
    added = {
        details.domain_order_id: OpenOrder(brief=brief_of(details), part=part, details=details)
        for details in change.added.domain_orders
    }
    orders = {**plan.orders, **dict(_changed(plan, change.events)), **added}
    parts = plan.parts if part in plan.parts else [*plan.parts, part]
    return replace(plan, orders=orders, parts=parts, touching=dict(plan.touching))


def _changed(plan: Plan, events: Iterable[PlanEvent]) -> Iterator[tuple[str, OpenOrder]]:
    for event in events:
        match event:
            case DomainOrderRevised(domain_order=details, state=state):
                order = plan.orders[details.domain_order_id]
                yield (
                    details.domain_order_id,
                    replace(order, brief=brief_of(details), details=details, state=state),
                )
            case DomainOrderDropped(domain_order=details):
                yield details.domain_order_id, _taken_back(plan.orders[details.domain_order_id])


def as_canceled(plan: Plan) -> Plan:
    """With nothing left of it but what was completed."""
    orders = {
        id: _taken_back(order) if order.part in plan.parts and live(order) else order
        for id, order in plan.orders.items()
    }
    return replace(plan, orders=orders)


def _taken_back(order: OpenOrder) -> OpenOrder:
    return replace(order, state="cancellation_in_progress")


def without(lost: Collection[str], other: Plan) -> Plan:
    """Another plan, when these are gone again."""
    return replace(other, standing={id: one for id, one in other.standing.items() if id not in lost})


# -------------------------------------------------------------------------------------- judged


def taken_back(before: Plan, after: Plan) -> frozenset[str]:
    """What is there because it had closed, and would not be any more."""
    return frozenset(
        one
        for id, order in before.orders.items()
        if order.state == "closed_complete" and after.orders[id].state != "closed_complete"
        for one in concerns(order)
        if one not in before.standing
    )


def relying(before: Plan, after: Plan) -> tuple[Break, ...]:
    """What holds by a plan as it is, and not as it would be, where nothing left to do would find it."""
    known = wrong(before)
    found = {key: one for key, one in wrong(after).items() if key not in known and key not in after.waived}
    if not found:
        return ()
    at_once, later = wrong(_as_done(after)), set(_judged_later(after))
    return tuple(one for key, one in found.items() if key in at_once or key not in later)


def _as_done(plan: Plan) -> Plan:
    """With nothing but what has closed."""
    orders = {id: _taken_back(order) if _open(order) else order for id, order in plan.orders.items()}
    return replace(plan, orders=orders)


def _judged_later(plan: Plan) -> Iterator[Key]:
    for order in plan.orders.values():
        if _open(order):
            yield from (one.key() for one in broken(plan, order))


def _open(order: OpenOrder) -> bool:
    return live(order) and order.state not in OVER


# ------------------------------------------------------------------------------------------ said


def refused(breaks: Iterable[Break], before: Plan, after: Plan, *, whole: bool) -> Iterator[Reason]:
    """Why the change cannot be: what relies on what it takes back, and what would be right instead."""
    for one in breaks:
        dropped, closed = _lines(one, before, after)
        instead = "; or ".join(_right(one, dropped, closed, whole=whole))
        yield Reason(
            rule=STOPPED,
            line_id=next(iter(dropped), None),
            message=f"{one.said()} then, and the work on that is done: {instead}",
        )


def _lines(one: Break, before: Plan, after: Plan) -> tuple[list[str], list[str]]:
    """Those of the products that it is about: changed ones, and those that are done and stay."""
    dropped, closed = dict[str, None](), dict[str, None]()
    about = {one.product.specification_id, one.rule.target}
    for id, order in before.orders.items():
        names = {
            product.specification_id
            for instance in changed_by(order)
            for product in (before.standing.get(instance), before.made.get(instance))
            if product is not None
        }
        if names & about:
            stays = order.state == "closed_complete" and after.orders[id].state == "closed_complete"
            (closed if stays else dropped)[order.brief.line_id] = None
    return [line for line in dropped if line not in closed], list(closed)


def _right(one: Break, dropped: list[str], closed: list[str], *, whole: bool) -> Iterator[str]:
    """In the words of the commands."""
    if whole:
        yield "cancel only other lines by naming them in lineIds"
    elif dropped:
        yield f"leave {_listed(dropped)} as it was"
    if closed:
        yield f"take back {_listed(closed)} as well"
    else:
        yield f"let another order first {one.mended()}"


def _listed(lines: list[str]) -> str:
    return " and ".join(f"line {line}" for line in lines)
