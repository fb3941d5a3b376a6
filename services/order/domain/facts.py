"""What inventory and fulfillment say of an order. It may come late, or twice, and is never refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from services.order.domain import underway
from services.order.domain.events import (
    LinesCompleted,
    OperationHeard,
    OrderCanceled,
    OrderCompleted,
    OrderEvent,
    OrderRejected,
    OrderStarted,
)
from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.parked import Fewer
from services.order.domain.value import value
from services.order.domain.words import Reason


@value
class Start:
    """The plan was made, or changed as the order was revised."""

    version: int


@value
class Decline:
    """It could not be reserved, as it was approved or as it was revised."""

    version: int
    reasons: tuple[Reason, ...]


@value
class Return:
    """There is no plan (any more), and nothing is reserved: everything is as it was."""

    version: int
    reasons: tuple[Reason, ...] = ()


@value
class Fulfil:
    """These lines are done; `last` when no other is left. `version` is the one that they were done in."""

    version: int = 0
    line_ids: tuple[str, ...]
    last: bool


@value
class Hear:
    """What became of a dated change of the order; of one that waits to be told which instances end, how many
    of each those are."""

    operation: OperationHeard
    to_name: dict[str, int] | None = None
    lines: tuple[Line, ...] = ()
    """With which it has started."""


Fact: TypeAlias = Start | Decline | Return | Fulfil | Hear
Outcome: TypeAlias = tuple[OrderEvent, ...] | Reason


def hear(order: Order, command: Hear) -> Outcome:
    told = command.operation
    counted = _counted(order, command)
    if counted is None and _was_heard(order, told):
        return ()
    waiting = order.parked.counted if told.asks_again else order.parked.of
    fewer = waiting(told.line_ids) if counted is None else counted
    known = replace(told, brought=_brought(order, command), left_out=_left_out(order, told))
    return (replace(known, status=order.status, fewer=fewer, counted=counted is not None),)


def _brought(order: Order, command: Hear) -> tuple[Line, ...]:
    """CHG-07: what was written on its day."""
    known = {line.line_id for line in order.lines}
    return tuple(line for line in command.lines if line.line_id not in known)


def _left_out(order: Order, told: OperationHeard) -> tuple[str, ...]:
    before = order.operations.get(told.operation_id)
    if before is None or told.state != "started":
        return ()
    return tuple(id for id in before.line_ids if id not in told.line_ids)


def _counted(order: Order, command: Hear) -> tuple[Fewer, ...] | None:
    """How many are to be named of its line, where that is another number than before; else None."""
    if command.to_name is None:
        return None
    [line_id] = command.operation.line_ids
    fewer = tuple(
        Fewer(line_id=line_id, specification_id=id, count=count) for id, count in command.to_name.items()
    )
    before = order.parked.counted((line_id,))
    same = {(one.specification_id, one.count) for one in before} == set(command.to_name.items())
    return None if same else fewer


def _was_heard(order: Order, told: OperationHeard) -> bool:
    """Twice is nothing. But the same answer is another one where something else was named since (D-15)."""
    before = order.operations.get(told.operation_id)
    asked = not told.asks_again or order.parked.declined.keys() >= set(told.line_ids)
    return asked and before is not None and _said(before, told) == told


def _said(before: OperationHeard, told: OperationHeard) -> OperationHeard:
    """What was told, without what the order made of it."""
    return replace(before, status=told.status, fewer=told.fewer, counted=False, brought=(), left_out=())


def start(order: Order, command: Start) -> Outcome:
    """The answer to its approval, or to the revision that is approved."""
    pending = order.pending
    if pending is not None and pending.revises and pending.approved:
        return (OrderStarted(version=order.version),) if command.version == pending.version else ()
    if order.stage != "acknowledged" or command.version != order.approval:
        return ()
    shown = order.status if order.status != "acknowledged" else "in_progress"
    return (OrderStarted(version=order.version, status=shown),)


def decline(order: Order, command: Decline) -> Outcome:
    """The answer to its approval rejects the order, unless its cancel is approved; that to a revision
    declines it."""
    pending = order.pending
    if pending is not None and pending.approved:
        refused = underway.RefuseChange(version=command.version, reasons=command.reasons)
        return underway.refuse(order, refused) if pending.revises else ()
    if command.version != order.approval:
        return ()
    return (OrderRejected(version=order.version, reasons=command.reasons),)


def give_back(order: Order, command: Return) -> Outcome:
    """After an approved cancel the order is canceled; one that cannot be planned is rejected."""
    pending = order.pending
    if pending is not None and pending.approved and not pending.revises:
        return (OrderCanceled(version=order.version, reason=pending.reason),)
    if command.version != order.approval:
        return ()
    return (OrderRejected(version=order.version, reasons=command.reasons),)


def fulfil(order: Order, command: Fulfil) -> Outcome:
    """What is done beats whatever is asked of the order, but for a revision that it was done by."""
    if command.last:
        return (*_beaten(order, command), _over(order, command.line_ids))
    done = tuple(id for id in command.line_ids if id not in order.completed)
    if not done:
        return ()
    completed = LinesCompleted(version=order.version, line_ids=done, status=order.status)
    return (completed, *underway.overtake(order, done))


def _beaten(order: Order, command: Fulfil) -> tuple[OrderEvent, ...]:
    pending = order.pending
    if pending is None or (pending.revises and pending.approved and command.version >= pending.version):
        return ()
    message = "the order was over before it could be changed: order in a new one what should be different"
    refused = underway.RefuseChange(
        version=pending.version, reasons=(Reason(rule="INF-01", message=message),)
    )
    declined = underway.refuse(order, refused)
    assert not isinstance(declined, Reason), "a fact is not refused"
    return declined


def _over(order: Order, last: tuple[str, ...]) -> OrderCompleted | OrderCanceled:
    """An order of which nothing was done is canceled."""
    if order.operations and not last and not order.completed:
        return OrderCanceled(version=order.version)
    return OrderCompleted(version=order.version)
