"""A return follows the orders that it wrote: what becomes of one is told to its case in the same breath."""

from __future__ import annotations

from collections.abc import Iterator

from services.chassis.service import Work
from services.order.domain import return_steps
from services.order.domain.order import Order
from services.order.domain.return_case import Case, ReturnEvent
from services.order.domain.returnable import Claim, claims_of, instances_of

RETURN = "return"
COMING_BACK = "coming-back"
"""The lookup rows that hold the returns by which an instance is coming back, as long as they are not done."""


def append(return_id: str, events: tuple[ReturnEvent, ...], work: Work) -> None:
    """What happens to a return, with the rows that tell what it takes back."""
    before = instances_of(work.state(RETURN, return_id))
    work.append(RETURN, return_id, *events)
    after = instances_of(work.state(RETURN, return_id))
    for instance_id in sorted(after - before):
        work.put(COMING_BACK, instance_id, return_id)
    for instance_id in sorted(before - after):
        work.drop(COMING_BACK, instance_id, return_id)


def claims(instance_id: str, work: Work) -> Iterator[Claim]:
    """What is coming back of an instance already."""
    for return_id in work.members(COMING_BACK, instance_id):
        yield from claims_of(return_id, work.state(RETURN, return_id), instance_id)


def follow(order_id: str, order: Order | None, work: Work) -> None:
    """RMA-02. Nothing for an order that no return has written."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        events = return_steps.follow(case, order_id, order)
        append(order.return_id, events, work)


def found(order_id: str, order: Order | None, task_id: str, outcome: str, work: Work) -> None:
    """Something else than was promised, or just that, was found when the goods were looked at."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        append(order.return_id, return_steps.find(case, order_id, task_id, outcome), work)
