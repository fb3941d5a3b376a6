"""A return follows the orders that it wrote: what becomes of one is told to its case in the same breath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.chassis.service import Work
from services.order.domain import return_steps
from services.order.domain.instance import Instance
from services.order.domain.order import Order
from services.order.domain.return_case import Case, CaseLine, ReturnEvent
from services.order.domain.returnable import Claim, claims_of, instances_of

RETURN = "return"
COMING_BACK = "coming-back"
"""The lookup rows that hold the returns by which an instance is coming back, as long as they are not done."""

INSTANCE, WENT_ON = "instance", "went-on"
"""The lookup rows that hold, for an instance, what it is once it has moved (MOV-09)."""

ENDED_BELOW = "ended-below"
"""The lookup rows that hold, for an instance, what orders have ended directly below it."""


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
    """What is coming back of an instance already, also by the ids that it had before it moved."""
    for id in _been(instance_id, work):
        for return_id in work.members(COMING_BACK, id):
            yield from claims_of(return_id, work.state(RETURN, return_id), id)


def _been(instance_id: str, work: Work) -> Iterator[str]:
    id: str | None = instance_id
    while id is not None:
        yield id
        instance: Instance | None = work.state(INSTANCE, id)
        id = instance.moved_from if instance is not None else None


def going_on_as(instance_id: str, work: Work) -> str:
    """The id by which the account has it now: what has moved ends, and goes on as another (MOV-09)."""
    if not _ended(instance_id, work):
        return instance_id
    further = (going_on_as(id, work) for id in work.members(WENT_ON, instance_id))
    return next((id for id in further if not _ended(id, work)), instance_id)


def ending(instance_id: str, work: Work) -> Mapping[str, str]:
    """What has ended directly below an instance by an order that can still be canceled, with that order."""
    found: dict[str, str] = {}
    for id in work.members(ENDED_BELOW, instance_id):
        instance: Instance | None = work.state(INSTANCE, id)
        by = instance.ended_by if instance is not None else None
        if by is not None and _can_be_canceled(work.state("order", by), id):
            found[id] = by
    return found


def _can_be_canceled(order: Order | None, instance_id: str) -> bool:
    if order is None or order.stage not in ("acknowledged", "in_progress"):
        return False
    own = next((line.line_id for line in order.lines if line.instance_id == instance_id), None)
    return own not in order.completed


def _ended(instance_id: str, work: Work) -> bool:
    instance: Instance | None = work.state(INSTANCE, instance_id)
    return instance is None or instance.ended


def follow(order_id: str, order: Order | None, work: Work) -> None:
    """RMA-02. Nothing for an order that no return has written."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        events = return_steps.follow(case, order_id, order)
        append(order.return_id, events, work)


def line_of(order_id: str, order: Order, work: Work) -> CaseLine | None:
    """The line of a return that the order is to carry out; None where no return (any more) waits for it."""
    case: Case | None = work.state(RETURN, order.return_id) if order.return_id is not None else None
    lines = case.lines.values() if case is not None else ()
    return next((line for line in lines if line.order_id == order_id and not line.done), None)


def found(order_id: str, order: Order | None, task_id: str, outcome: str, work: Work) -> None:
    """Something else than was promised, or just that, was found when the goods were looked at."""
    if order is None or order.return_id is None:
        return
    case: Case | None = work.state(RETURN, order.return_id)
    if case is not None:
        append(order.return_id, return_steps.find(case, order_id, task_id, outcome), work)
