"""A return follows the orders that it wrote: what becomes of one is told to its case in the same breath."""

from __future__ import annotations

from services.chassis.service import Work
from services.order.domain import return_steps
from services.order.domain.order import Order
from services.order.domain.return_case import Case

RETURN = "return"


def follow(order_id: str, order: Order | None, work: Work) -> None:
    """RMA-02. Nothing for an order that no return has written."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        events = return_steps.follow(case, order_id, order.status, order.reasons)
        work.append(RETURN, order.return_id, *events)


def found(order_id: str, order: Order | None, task_id: str, outcome: str, work: Work) -> None:
    """Something else than was promised, or just that, was found when the goods were looked at."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        work.append(RETURN, order.return_id, *return_steps.find(case, order_id, task_id, outcome))
