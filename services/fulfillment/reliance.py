"""Whether a change of an order under way would take back what others rely on by now (DOM-04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.chassis.service import Work
from services.fulfillment import beside, meanwhile
from services.fulfillment.domain import relied_on
from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.compatibility_break import Break
from services.fulfillment.domain.compensation import Change
from services.fulfillment.domain.hierarchy import Hierarchy
from services.fulfillment.domain.plan import evolve
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import Plan, PlanState
from services.fulfillment.missing import ACCOUNT, PLAN


def against_revision(reservation: Reservation, plan: Plan, change: Change, work: Work) -> tuple[Reason, ...]:
    """What stands against lines as they should be now, besides points of no return."""
    if not beside.concerned(plan, reservation.standing):
        return ()
    order_id = reservation.order_id
    since = meanwhile.seen(order_id, plan.account_id, work)
    after = relied_on.as_revised(plan, change)
    evolve(after, beside.found(after, reservation.standing, since, work).noted)
    breaks = _relying(order_id, plan, after, work)
    return tuple(relied_on.refused(breaks, plan, after, whole=False))


def against_cancellation(order_id: str, plan: Plan, work: Work) -> tuple[Reason, ...]:
    """What stands against the end of the whole order, besides points of no return."""
    if plan.over() or not beside.concerned(plan, ()):
        return ()
    after = relied_on.as_canceled(plan)
    breaks = _relying(order_id, plan, after, work)
    return tuple(relied_on.refused(breaks, plan, after, whole=True))


def _relying(order_id: str, plan: Plan, after: Plan, work: Work) -> tuple[Break, ...]:
    own = relied_on.relying(replace(plan, standing=after.standing), after)
    lost = relied_on.taken_back(plan, after)
    others = _at_work_in_the_account(order_id, plan, work) if lost else ()
    wide = (
        one
        for other in others
        for one in relied_on.relying(other, relied_on.without(lost, other))
        if one.product.instance_id in other.account_wide
    )
    return tuple({one.key(): one for one in (*own, *wide)}.values())


def _at_work_in_the_account(order_id: str, plan: Plan, work: Work) -> Iterator[Plan]:
    """Other orders with new roots that require what may stand anywhere in the account."""
    account: Hierarchy = work.state(ACCOUNT, plan.account_id)
    for id in account.orders:
        other: PlanState = work.state(PLAN, id)
        if id != order_id and isinstance(other, Plan) and not other.over():
            yield other
