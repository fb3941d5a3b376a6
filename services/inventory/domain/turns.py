"""Whose turn it is: dated changes of one tree run in the order of their dates, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.operation import Operation
from services.inventory.domain.operation_events import OperationId
from services.inventory.domain.words import InstanceId, OrderId

NOBODY: Mapping[OrderId, tuple[InstanceId, ...]] = MappingProxyType({})

_SOME = 3
"""How many of the instances that an order holds are named."""

_EVER = datetime.min.replace(tzinfo=UTC)


def turn(operation: Operation) -> tuple[datetime, datetime, OperationId]:
    """By date, then by arrival."""
    return (operation.at or _EVER, operation.arrived or _EVER, operation.id)


def at_work(case: Case) -> dict[OrderId, tuple[InstanceId, ...]]:
    """Other orders that hold what it touches, or what stands directly around that."""
    found: dict[OrderId, list[InstanceId]] = {}
    for id in sorted(around(case)):
        one = case.installed.get(id)
        if one is not None and one.held is not None and one.held.order_id != case.order.order_id:
            found.setdefault(one.held.order_id, []).append(id)
    return {order: tuple(ids[:_SOME]) for order, ids in found.items()}


def around(case: Case) -> set[InstanceId]:
    """What it touches, what its lines name with all above that, and what is directly below those named."""
    named = {id for line in case.order.lines for id in _named(line) if id}
    above = {one.id for id in named for one in case.installed.above(id)}
    below = {id for one in named for id in case.installed.children(one)}
    return {*case.affected, *above, *below}


def _named(line: Line) -> tuple[InstanceId | None, ...]:
    """Where it is added, what stands beside it counts as well; anything else leaves those alone."""
    return (line.instance_id, line.parent_instance_id) if line.action == "add" else (line.instance_id,)


def before(
    own: Operation, others: Iterator[Operation], now: datetime
) -> dict[OrderId, tuple[InstanceId, ...]]:
    """The orders of those whose day has come as well and which come first, with whom those wait for.

    What waits to be told which instances end holds nobody up (D-15).
    """
    found: dict[OrderId, tuple[InstanceId, ...]] = {}
    for other in others:
        if _comes_first(other, own) and other.at is not None and other.at <= now and other.order is not None:
            for order, ids in other.waits_for.items():
                found.setdefault(order, ids)
            found.setdefault(other.order.order_id, ())
    return found


def _comes_first(other: Operation, own: Operation) -> bool:
    if other.status != "scheduled" or other.parked or other.id == own.id:
        return False
    if other.order is not None and own.order is not None and other.order.order_id == own.order.order_id:
        return other.at != own.at and turn(other) < turn(own)
    return turn(other) < turn(own)
