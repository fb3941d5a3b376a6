"""What the plans of several orders know of one hierarchy of products, so that DOM-04 is judged right.

What inventory tells with a reservation is as of then. What other orders close in the same hierarchy is told
to a plan at once, and one that was stopped goes on when that has put it right. What a migration loads
meanwhile (`instance.load`) is not seen: whoever resolves the fallout knows, and can accept it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.chassis.service import Work
from services.fulfillment import beside, meanwhile
from services.fulfillment.domain import hierarchy
from services.fulfillment.domain.alterations import (
    DomainOrderCanceled,
    DomainOrderDropped,
    DomainOrderRevised,
)
from services.fulfillment.domain.compatibility import concerns, ends
from services.fulfillment.domain.compatibility_break import Product
from services.fulfillment.domain.compatibility_events import StandingChanged
from services.fulfillment.domain.events import DomainOrderClosed, PlanEvent
from services.fulfillment.domain.hierarchy import Hierarchy, Told
from services.fulfillment.domain.reservation import Standing
from services.fulfillment.domain.state import OpenOrder, Plan, PlanState
from services.fulfillment.missing import ACCOUNT, HIERARCHY, PLAN

# ------------------------------------------------------------------------------------------- noted


def note(order_id: str, told: Sequence[Standing], work: Work, part: str | None = None) -> None:
    """What stands beside the products of a plan, or of a `part` of it, that was just made or changed."""
    plan: Plan = work.state(PLAN, order_id)
    if not beside.concerned(plan, told):
        return
    since = meanwhile.take(part or order_id, plan.account_id, work)
    found = beside.found(plan, told, since, work)
    work.append(PLAN, order_id, found.noted)
    for root, as_told in found.joined.items():
        state: Hierarchy = work.state(HIERARCHY, root)
        work.append(HIERARCHY, root, *hierarchy.joined(order_id, as_told, state, old=bool(since)))
    if found.noted.account_wide:
        account = plan.account_id
        work.append(ACCOUNT, account, *hierarchy.joined(order_id, Told(), work.state(ACCOUNT, account)))


# -------------------------------------------------------------------------------------------- told


@dataclass(slots=True, kw_only=True)
class _Changes:
    """In one hierarchy."""

    gone: list[str] = field(default_factory=list)
    there: list[Product] = field(default_factory=list)


def tell(order_id: str, events: Iterable[PlanEvent], work: Work) -> tuple[str, ...]:
    """Other plans hear what has closed or was undone. Returned are those that are stopped, and may go on."""
    plan: PlanState = work.state(PLAN, order_id)
    if not isinstance(plan, Plan) or not (plan.standing or plan.made):
        return ()
    stopped: list[str] = []
    account: Hierarchy = work.state(ACCOUNT, plan.account_id)
    for root, changes in _changed(plan, events).items():
        state: Hierarchy = work.state(HIERARCHY, root)
        for event in hierarchy.changed(order_id, changes.gone, changes.there, state):
            work.append(HIERARCHY, root, event)
            meanwhile.note(order_id, event.gone, event.there, work)
            news = StandingChanged(order_id=order_id, gone=event.gone, there=event.there)
            hear = dict.fromkeys((*state.orders, *account.orders))
            stopped += _tell(news, [id for id in hear if id != order_id], work)
    if plan.completed or plan.canceled:
        work.append(ACCOUNT, plan.account_id, *hierarchy.left(order_id, account))
        for root in {one.root_id for one in (*plan.standing.values(), *plan.made.values())}:
            work.append(HIERARCHY, root, *hierarchy.left(order_id, work.state(HIERARCHY, root)))
    return tuple(dict.fromkeys(stopped))


def _tell(news: StandingChanged, orders: Iterable[str], work: Work) -> Iterator[str]:
    for id in orders:
        plan: PlanState = work.state(PLAN, id)
        if isinstance(plan, Plan):
            work.append(PLAN, id, news)
            if any(order.stopped for order in plan.orders.values()):
                yield id


def _changed(plan: Plan, events: Iterable[PlanEvent]) -> dict[str, _Changes]:
    found: dict[str, _Changes] = {}
    for event in events:
        match event:
            case DomainOrderClosed(domain_order=details):
                _done(plan, plan.orders[details.domain_order_id], found)
            case DomainOrderCanceled(domain_order=details):
                _undone(plan, plan.orders[details.domain_order_id], found)
            case DomainOrderDropped(domain_order=details, previous="closed_complete"):
                # At once: what counts on it while it is being undone would not be judged again.
                _undone(plan, plan.orders[details.domain_order_id], found)
            case DomainOrderRevised(domain_order=details, previous="closed_complete", state="in_progress"):
                _undone(plan, plan.orders[details.domain_order_id], found)
    return found


def _done(plan: Plan, order: OpenOrder, found: dict[str, _Changes]) -> None:
    for id in concerns(order):
        was, becomes = plan.standing.get(id), plan.made.get(id)
        if becomes is not None:
            found.setdefault(becomes.root_id, _Changes()).there.append(becomes)
        elif was is not None and ends(order):
            found.setdefault(was.root_id, _Changes()).gone.append(id)


def _undone(plan: Plan, order: OpenOrder, found: dict[str, _Changes]) -> None:
    for id in concerns(order):
        was, becomes = plan.standing.get(id), plan.made.get(id)
        if was is not None:
            found.setdefault(was.root_id, _Changes()).there.append(was)
        elif becomes is not None:
            found.setdefault(becomes.root_id, _Changes()).gone.append(id)
