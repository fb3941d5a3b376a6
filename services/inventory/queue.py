"""Which dated changes wait for which orders: their rows, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator

from services.chassis.service import Work
from services.inventory.domain import turns
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.operation import Operation
from services.inventory.domain.operation_events import OperationEvent, OperationId
from services.inventory.domain.words import INSTANCE, OPERATION, InstanceId, OrderId

WAITS_FOR = "waits-for"
"""Rows: an order to the operations that wait for it."""


def append(id: OperationId, event: OperationEvent, work: Work) -> None:
    """The event, with the rows that follow from it."""
    state: Operation = work.state(OPERATION, id)
    before = set(state.waits_for)
    work.append(OPERATION, id, event)
    state = work.state(OPERATION, id)
    for order in before.difference(state.waits_for):
        work.drop(WAITS_FOR, order, id)
    for order in state.waits_for:
        if order not in before:
            work.put(WAITS_FOR, order, id)


def waiting(order: OrderId, work: Work) -> list[OperationId]:
    """Those that wait for an order, by their turns."""
    return sorted(work.members(WAITS_FOR, order), key=lambda id: turns.turn(work.state(OPERATION, id)))


def before(own: Operation, case: Case, work: Work) -> dict[OrderId, tuple[InstanceId, ...]]:
    """The orders whose dated changes there come first."""
    return turns.before(own, _seen(case, work), work.now)


def _seen(case: Case, work: Work) -> Iterator[Operation]:
    """Operations whose day has come on what it touches, and on all above that."""
    ids: dict[OperationId, None] = {}
    for id in sorted(turns.around(case)):
        one = work.state(INSTANCE, id)
        noted = one.operations.values() if isinstance(one, Instance) else ()
        ids |= {
            each.operation_id: None for each in noted if each.state == "scheduled" and each.at <= work.now
        }
    yield from (work.state(OPERATION, id) for id in ids)
