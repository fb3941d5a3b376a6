"""What other orders close while a reservation waits to be planned, so that it is not planned by an old count.

A reservation waits for the catalog, for a hold to end, or for an answer to what was asked of its order; what
inventory told with it is as of when it was made (DOM-04).
"""

from __future__ import annotations

from collections.abc import Collection

from services.chassis.service import Work
from services.fulfillment.domain.compatibility_break import Product
from services.fulfillment.domain.hierarchy import (
    Changes,
    ChangesAwaited,
    ChangesNoted,
    ChangesTaken,
    Hierarchy,
)
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import Awaited, Plan, PlanState, Waiting
from services.fulfillment.missing import ACCOUNT, PLAN


def await_changes(reservation: Reservation, work: Work) -> None:
    """From now on; not where inventory has told of nothing that products of the order go together with."""
    if reservation.standing:
        awaiting = reservation.operation_id or reservation.order_id
        work.append(ACCOUNT, reservation.account_id, ChangesAwaited(awaiting=awaiting))


def seen(awaiting: str, account_id: str, work: Work) -> Changes:
    """What has changed since it began to wait."""
    account: Hierarchy = work.state(ACCOUNT, account_id)
    return account.awaited.get(awaiting, {})


def take(awaiting: str, account_id: str, work: Work) -> Changes:
    """What has changed since it began to wait; it does not wait any more."""
    account: Hierarchy = work.state(ACCOUNT, account_id)
    if awaiting not in account.awaited:
        return {}
    found = account.awaited[awaiting]
    work.append(ACCOUNT, account_id, ChangesTaken(awaiting=awaiting))
    return found


def note(order_id: str, gone: Collection[str], there: Collection[Product], work: Work) -> None:
    """Work of this order has closed or was undone: kept for what waits, and for no longer than that."""
    plan: Plan = work.state(PLAN, order_id)
    account: Hierarchy = work.state(ACCOUNT, plan.account_id)
    for awaiting in tuple(account.awaited):
        if not _waits(awaiting, work):
            work.append(ACCOUNT, plan.account_id, ChangesTaken(awaiting=awaiting))
    if account.awaited:
        noted = ChangesNoted(order_id=order_id, gone=tuple(gone), there=tuple(there))
        work.append(ACCOUNT, plan.account_id, noted)


def _waits(awaiting: str, work: Work) -> bool:
    order_id = awaiting.partition("~")[0]  # of a part too: no order id has one
    state: PlanState = work.state(PLAN, order_id)
    if isinstance(state, Awaited | Plan):
        return state.kept is not None if awaiting == order_id else awaiting in state.postponed
    return isinstance(state, Waiting)
