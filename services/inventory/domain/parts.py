"""The parts of an order as a revision has it: what is at work, and what waits for its day or for a choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.operation import Later, Operation, gathered
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.revision import RevisedOrder
from services.inventory.domain.value import value
from services.inventory.domain.words import LineId


@value
class Parts:
    """The lines of a revised order: those at work, and those that wait, by operation."""

    at_work: Approved
    later: tuple[Later, ...] = ()
    started: tuple[LineId, ...] = ()
    """Lines that were to be re-dated, and have started."""
    settled: tuple[tuple[LineId, str], ...] = ()
    """Lines that were to be changed otherwise, or dropped, and what has become of them meanwhile."""


def parts(
    revised: RevisedOrder, before: Reservation, operations: Collection[Operation], now: datetime
) -> Parts:
    """What has landed, or was canceled or left out on its day, is no part of it any more."""
    ops = {line.line_id: one for one in operations if one.order is not None for line in one.order.lines}
    left_out = {id for one in operations for id in one.left_out}
    at_work, dated, parked = list[Line](), list[Line](), list[Later]()
    for line in (*revised.order.lines, *_brought(revised, before, operations)):
        operation = ops.get(line.line_id)
        if line.line_id in before.landed or line.line_id in left_out:
            continue
        if line.line_id in before.open or (operation is None and not _waits(line, now)):
            at_work.append(line)
        elif operation is None or (operation.status == "scheduled" and not operation.parked):
            dated.append(line)
        elif operation.status == "scheduled":
            parked.append(_parked(operation, line))
    redated = {change.line_id for change in revised.changes if "date" in change.types}
    settled = dict.fromkeys(before.landed, "is completed")
    touched = [change.line_id for change in revised.changes if change.operation != "add"]
    return Parts(
        at_work=replace(revised.order, lines=tuple(at_work)),
        later=(*gathered(_apart(revised.order, parked), dated), *parked),
        started=tuple(line.line_id for line in at_work if line.line_id in redated),
        settled=tuple((id, settled[id]) for id in touched if id in settled and id not in redated),
    )


def _brought(revised: RevisedOrder, before: Reservation, operations: Iterable[Operation]) -> Iterator[Line]:
    """What was written for an operation on its day, after the revision was asked for."""
    known = {line.line_id for line in revised.order.lines} | before.dropped
    known |= {change.line_id for change in revised.changes if change.operation == "drop"}
    for one in operations:
        for line in one.order.lines if one.order is not None and one.status == "started" else ():
            if line.line_id in before.open and line.line_id not in known:
                yield line


def _apart(order: Approved, parked: Iterable[Later]) -> Approved:
    """D-15: what waits to be told which instances end waits alone."""
    alone = {line.line_id: line for later in parked for line in later.lines}
    return replace(order, lines=tuple(alone.get(line.line_id, line) for line in order.lines))


def _waits(line: Line, now: datetime) -> bool:
    return line.due is not None and line.due > now


def _parked(operation: Operation, line: Line) -> Later:
    """D-15: it goes on waiting to be told which instances it ends."""
    at = line.due or operation.at
    assert at is not None, f"operation {operation.id} was never scheduled"
    return Later(id=operation.id, at=at, lines=(replace(line, parked=True),), parked=True)
