"""What the handlers do about dated changes: they are scheduled with an approval, and run by a timer.

A timer belongs to an operation; whether there is anything left to do when it comes is asked of the
operation, so that one that comes late, or again, does nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from services.chassis.service import StreamOf, Wish, Work
from services.inventory import handlers, heard, needs
from services.inventory.domain import schedule
from services.inventory.domain.approved import Approved
from services.inventory.domain.counted import surplus
from services.inventory.domain.fulfil import Progress
from services.inventory.domain.instance import Instance
from services.inventory.domain.land import PartClosed, PlanCanceled
from services.inventory.domain.operation import (
    ChoiceDeclined,
    Later,
    Operation,
    OperationId,
    operation_id,
    split,
)
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.revision import ReservationRevised
from services.inventory.domain.words import (
    INSTANCE,
    OPERATION,
    RESERVATION,
    Append,
    InstanceId,
    LineId,
    OrderId,
    Reason,
)

DUE = "operation-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer: the day of an operation has come."""

    order_id: str
    operation_id: str


def approve(order: Approved, work: Work) -> None:
    """Reserves what happens at once, and schedules the rest."""
    handlers.approve(order, work)
    _schedule(order, work)


def look_again(timer: handlers.LookAgain, work: Work) -> None:
    """An approval that waited for the catalog may be answered now."""
    waiting = handlers.reservation(work, timer.order_id).waiting
    handlers.look_again(timer, work)
    if waiting is not None:
        _schedule(waiting.order, work)


def _schedule(order: Approved, work: Work) -> None:
    """What the reservation has accepted for later, and is not scheduled yet."""
    accepted = handlers.reservation(work, order.order_id).operations
    if not accepted:
        return
    _, waiting = split(order, work.now)
    for later in waiting:
        before = operation(work, later.id).order
        if later.id in accepted and (before is None or before.version < order.version):
            handlers.write(schedule.scheduled(order, later, handlers.find(work)), work)
            if later.parked:
                _go_on(operation(work, later.id), work)
            else:
                _set_timer(order.order_id, later.id, later.at, work)


def _set_timer(order: OrderId, id: OperationId, at: datetime, work: Work) -> None:
    work.timer(_timer(id), at, DUE, asdict(Due(order_id=order, operation_id=id)))


def _timer(id: OperationId) -> str:
    return f"operation/{id}"


def operation(work: Work, id: OperationId) -> Operation:
    found: Operation = work.state(OPERATION, id)
    return found


def due(timer: Due, work: Work) -> None:
    """Its day has come: it is judged, and starts or is canceled. One that was re-dated has another timer."""
    found = operation(work, timer.operation_id)
    if found.at is not None and found.at <= work.now:
        _run(found, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which instances a line of an order ends."""

    order_id: OrderId
    version: int
    line_id: LineId
    instance_ids: tuple[InstanceId, ...]


def named(said: Named, work: Work) -> None:
    """A line that waited for it goes on: at once, or on its day (D-15)."""
    id = operation_id(said.order_id, said.line_id)
    found = operation(work, id)
    handlers.write(schedule.named(found, said.version, said.line_id, said.instance_ids), work)
    _go_on(operation(work, id), work)


def named_needs(data: heard.OrderLineChanged, work: Work) -> Iterator[Collection[Wish]]:
    ids = [operation_id(data.order_id, line.line_id) for line in data.lines if line.instance_ids]
    if ids:
        yield [StreamOf(RESERVATION, data.order_id), *(StreamOf(OPERATION, id) for id in ids)]
        orders = [operation(work, id).order for id in ids]
        yield [StreamOf(INSTANCE, id) for order in orders if order for id in handlers.named(order)]


def _go_on(found: Operation, work: Work) -> None:
    """What was parked runs once it is told which instances end, and not before its day."""
    if found.status != "scheduled" or found.at is None or found.order is None:
        return
    if found.as_named() is None:
        if not _nothing_to_end(found.order, work):
            return
        handlers.write(schedule.settled(found), work)
    if found.at <= work.now:
        _run(operation(work, found.id), work)
    else:
        _set_timer(found.order.order_id, found.id, found.at, work)


def _nothing_to_end(order: Approved, work: Work) -> bool:
    """Whether others have ended as many as the line would have."""
    case = handlers.case_at(order, order, work)
    return case.installed.get(order.lines[0].instance_id) is not None and not any(
        surplus(order.lines, case.installed)
    )


def _ended(part: PartClosed, before: Reservation, work: Work) -> set[InstanceId]:
    """What stands directly above instances that the part has ended."""
    found = handlers.find(work)
    ids = (found(id) for line in part.line_ids for id in before.open.get(line, ()))
    ended = (one for one in ids if isinstance(one, Instance) and one.state == "inactive")
    return {one.record.parent_id for one in ended if one.record.parent_id is not None}


def _told_by_the_end(above: Iterable[InstanceId], work: Work) -> None:
    """A line that waits to be told which instances end looks again when some of them have ended."""
    for id in sorted(above):
        instance = work.state(INSTANCE, id)
        if not isinstance(instance, Instance):
            continue
        for noted in tuple(instance.operations.values()):
            if noted.state == "scheduled" and (found := operation(work, noted.operation_id)).parked:
                _go_on(found, work)


def due_needs(timer: Due, work: Work) -> Iterator[Collection[Wish]]:
    yield [StreamOf(OPERATION, timer.operation_id), StreamOf(RESERVATION, timer.order_id)]
    order = operation(work, timer.operation_id).order
    if order is not None:
        yield from needs.part(order, work)


def again_needs(timer: handlers.LookAgain, work: Work) -> Iterator[Collection[Wish]]:
    yield [StreamOf(RESERVATION, timer.order_id)]
    waiting = handlers.reservation(work, timer.order_id).waiting
    if waiting is not None:
        yield from needs.part(waiting.order, work)


def _run(found: Operation, work: Work) -> None:
    if (order := found.as_named()) is None or found.status != "scheduled":
        return
    case = handlers.case_at(order, order, work)
    before = handlers.reservation(work, order.order_id)
    appends = schedule.run(found, case, before, handlers.find(work))
    if _is_void(order, appends) and found.order is not None and _nothing_to_end(found.order, work):
        handlers.write(schedule.settled(found), work)
        _run(operation(work, found.id), work)
    else:
        handlers.write(appends, work)


def _is_void(order: Approved, appends: Iterable[Append]) -> bool:
    """Whether what was named cannot be ended; where nothing was named, nothing can be named otherwise."""
    named = any(line.ending for line in order.lines)
    return named and any(isinstance(one.event, ChoiceDeclined) for one in appends)


def domain_order(change: Progress, work: Work) -> None:
    """What is canceled is as it was, or has never been: who waits to be told what ends counts again."""
    handlers.domain_order(change, work)
    if not change.canceled or change.instance_id is None:
        return
    found = handlers.find(work)
    if isinstance(one := found(change.instance_id), Instance):
        near = (found(id) for id in (one.id, one.record.parent_id) if id is not None)
        free = {each.id for each in near if isinstance(each, Instance) and each.held is None}
        _told_by_the_end(free, work)


def part_closed(part: PartClosed, work: Work) -> None:
    """A part of the plan has closed: its operation is done, and one that waited for it can go on."""
    before = handlers.reservation(work, part.order_id)
    ids, above = before.operations, _ended(part, before, work)
    if before.phase == "reserved":
        for id in ids:
            found = operation(work, id)
            if found.status == "started" and set(schedule.line_ids(found)) & set(part.line_ids):
                handlers.write(schedule.completed(found, handlers.find(work)), work)
    handlers.part_closed(part, work)
    go_on(ids, work)
    _told_by_the_end(above, work)


def go_on(ids: Iterable[OperationId], work: Work) -> None:
    """Those whose day had come, and which waited for what was in their way."""
    for id in ids:
        if operation(work, id).delayed:
            _run(operation(work, id), work)


def reschedule(ids: Iterable[OperationId], revised: ReservationRevised, work: Work) -> None:
    """What waits is as the revision says; what was to wait and is not in it is canceled (D-10)."""
    later = {one.id: one for one in revised.later}
    for id in dict.fromkeys((*ids, *later)):
        found = operation(work, id)
        appends = schedule.rescheduled(
            found, later.get(id), _order(revised, later.get(id)), handlers.find(work)
        )
        handlers.write(tuple(appends), work)
        _follow(operation(work, id), work)


def _order(revised: ReservationRevised, later: Later | None) -> Approved:
    return replace(revised.order, lines=later.lines if later is not None else ())


def plan_canceled(canceled: PlanCanceled, work: Work) -> None:
    """There is no plan for the order, so nothing of it waits any longer."""
    for id in handlers.reservation(work, canceled.order_id).operations:
        _cancel(operation(work, id), canceled.reasons, work)
    handlers.plan_canceled(canceled, work)


def unplannable(id: OperationId, order: OrderId, reasons: tuple[Reason, ...], work: Work) -> None:
    """What was reserved for the operation is released again."""
    before = handlers.reservation(work, order)
    found = operation(work, id)
    handlers.write(schedule.unplannable(found, before, handlers.find(work), reasons), work)


def _cancel(found: Operation, reasons: tuple[Reason, ...], work: Work) -> None:
    handlers.write(schedule.canceled(found, handlers.find(work), reasons), work)
    work.cancel_timer(_timer(found.id))


def _follow(found: Operation, work: Work) -> None:
    """The timer goes where the operation went."""
    if found.order is None:
        return
    if found.status == "canceled":
        work.cancel_timer(_timer(found.id))
    elif found.status == "scheduled" and found.at is not None and not found.delayed:
        _set_timer(found.order.order_id, found.id, found.at, work)
