"""Nobody approves their own order (D-21). People are named where they were identified, and None elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from services.order.domain.change import Pending
from services.order.domain.order import Order
from services.order.domain.return_case import Assessed, Case
from services.order.domain.words import Reason

_RULE = "D-21"


def at_once(by: str | None) -> Reason | None:
    """Whoever places an order does not approve it in the same breath."""
    if by is None:
        return None
    message = "nobody approves their own order: leave 'approve' out, and ask somebody else to approve it"
    return Reason(rule=_RULE, message=message, field="approve")


def own_order(order: Order, by: str | None) -> Reason | None:
    """Whoever had a hand in an order does not approve it: another person does."""
    if by is None or by not in order.authors:
        return None
    message = (
        "you placed, edited or submitted this order, and nobody approves their own: ask somebody else to "
        "approve it"
    )
    return Reason(rule=_RULE, message=message)


def own_return(case: Case, wanted: Iterable[Assessed], by: str | None) -> Reason | None:
    """An assessment approves the orders that it writes; to turn lines down approves nothing."""
    if by is None or by != case.opened_by or all(one.proposed == "reject" for one in wanted):
        return None
    message = (
        "you opened this return, its assessment approves the orders that it writes, and nobody approves "
        "their own: ask somebody else to assess it"
    )
    return Reason(rule=_RULE, message=message)


def own_change(pending: Pending, by: str | None) -> Reason | None:
    """Whoever asks for a revision or a cancellation does not approve it; taking it back is theirs."""
    if by is None or by != pending.asked_by:
        return None
    asked = "revision" if pending.revises else "cancellation"
    message = (
        f"you asked for this {asked}, and nobody approves what they asked for: ask somebody else to approve "
        "it, or take it back with order.decline-change"
    )
    return Reason(rule=_RULE, message=message)
