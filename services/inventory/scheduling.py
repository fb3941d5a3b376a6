"""What the handlers do about dated changes: they are scheduled with an approval, and run by a timer.

A timer belongs to an operation; whether there is anything left to do when it comes is asked of the
operation, so that one that comes late, or again, does nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from services.chassis.service import RowsOf, StreamOf, Wish, Work
from services.inventory import handlers, needs, queue, running
from services.inventory.domain import schedule
from services.inventory.domain.approved import Approved
from services.inventory.domain.fulfil import Progress
from services.inventory.domain.instance import Instance
from services.inventory.domain.land import PartClosed, PlanCanceled
from services.inventory.domain.operation import Later, Operation, split
from services.inventory.domain.operation_events import OperationId
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.revision import ReservationRevised
from services.inventory.domain.words import (
    OPERATION,
    RESERVATION,
    InstanceId,
    LineId,
    OrderId,
    Reason,
)
from services.inventory.running import Due, operation


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
            own = running.counted(later, order, work)
            handlers.write(schedule.scheduled(order, own, handlers.find(work), work.now), work)
            running.catch_up(later.id, work)
            running.go_on(later.id, work)


def due(timer: Due, work: Work) -> None:
    """Its day has come: it is judged, and starts or is canceled. One that was re-dated has another timer."""
    found = operation(work, timer.operation_id)
    if found.at is None or found.at > work.now:
        return
    if found.parked:
        _begin_the_others(timer.order_id, work)
    running.catch_up(found.id, work)
    running.go_on(found.id, work)


def _begin_the_others(order: OrderId, work: Work) -> None:
    """What the order adds on that day counts for a line that waited to be told which instances end."""
    for id in handlers.reservation(work, order).operations:
        other = operation(work, id)
        if not other.parked and other.at is not None and other.at <= work.now:
            running.catch_up(id, work)
            running.go_on(id, work)


def due_needs(timer: Due, work: Work) -> Iterator[Collection[Wish]]:
    yield [
        StreamOf(OPERATION, timer.operation_id),
        StreamOf(RESERVATION, timer.order_id),
        RowsOf(queue.WAITS_FOR, timer.order_id),
    ]
    order = operation(work, timer.operation_id).order
    if order is not None:
        yield from needs.part(order, work)


def again_needs(timer: handlers.LookAgain, work: Work) -> Iterator[Collection[Wish]]:
    yield [StreamOf(RESERVATION, timer.order_id)]
    waiting = handlers.reservation(work, timer.order_id).waiting
    if waiting is not None:
        yield from needs.part(waiting.order, work)


def domain_order(change: Progress, work: Work) -> None:
    """What is canceled is as it was, or has never been: who waits to be told what ends counts again."""
    handlers.domain_order(change, work)
    if not change.canceled or change.instance_id is None:
        return
    found = handlers.find(work)
    if isinstance(one := found(change.instance_id), Instance):
        near = (found(id) for id in (one.id, one.record.parent_id) if id is not None)
        free = {each.id for each in near if isinstance(each, Instance) and each.held is None}
        running.look_again(free, work)
    running.released(change.order_id, work)


def part_closed(part: PartClosed, work: Work) -> None:
    """A part of the plan has closed: its operation is done, and one that waited for it can go on."""
    before = handlers.reservation(work, part.order_id)
    lines = part.line_ids if not part.last else tuple(before.open)
    ids, near = before.operations, _near(lines, before, work)
    if before.phase == "reserved":
        for id in ids:
            found = operation(work, id)
            if found.status == "started" and set(schedule.line_ids(found)) & set(part.line_ids):
                handlers.write(schedule.completed(found, before, handlers.find(work)), work)
    goes_on_as = handlers.part_closed(part, work)
    running.follow(goes_on_as, work)
    running.delayed(ids, work)
    running.look_again(near.union(goes_on_as.values()), work)
    running.released(part.order_id, work)


def _near(lines: Iterable[LineId], before: Reservation, work: Work) -> set[InstanceId]:
    """What is held for these lines, and what stands directly above that where it comes or goes."""
    found = handlers.find(work)
    ids = {id for line in lines for id in before.open.get(line, ())}
    held = (one for id in ids if isinstance(one := found(id), Instance))
    return ids.union(above for one in held if (above := _coming_or_going_below(one)) is not None)


def _coming_or_going_below(one: Instance) -> InstanceId | None:
    """The instance that has one more, or one less, directly below it when this one lands."""
    comes = one.held is not None and one.held.found is None
    return one.record.parent_id if comes or one.state == "inactive" else None


def reschedule(ids: Iterable[OperationId], revised: ReservationRevised, work: Work) -> None:
    """What waits is as the revision says; what was to wait and is not in it is canceled (D-10)."""
    later = {one.id: one for one in revised.later}
    for id in dict.fromkeys((*ids, *later)):
        own = running.counted(later[id], revised.order, work) if id in later else None
        found, find = operation(work, id), handlers.find(work)
        appends = schedule.rescheduled(found, own, _order(revised, own), find, work.now)
        handlers.write(tuple(appends), work)
        running.catch_up(id, work)
        _follow(operation(work, id), work)


def _order(revised: ReservationRevised, later: Later | None) -> Approved:
    return replace(revised.order, lines=later.lines if later is not None else ())


def plan_canceled(canceled: PlanCanceled, work: Work) -> None:
    """There is no plan for the order, so nothing of it waits any longer."""
    before = handlers.reservation(work, canceled.order_id)
    near = _near(before.open, before, work)
    for id in before.operations:
        _cancel(operation(work, id), canceled.reasons, work)
    handlers.plan_canceled(canceled, work)
    running.look_again(near, work)
    running.released(canceled.order_id, work)


def unplannable(id: OperationId, order: OrderId, reasons: tuple[Reason, ...], work: Work) -> None:
    """What was reserved for the operation is released again."""
    before = handlers.reservation(work, order)
    found = operation(work, id)
    handlers.write(schedule.unplannable(found, before, handlers.find(work), reasons), work)
    running.end_window(id, work)
    running.released(order, work)


def _cancel(found: Operation, reasons: tuple[Reason, ...], work: Work) -> None:
    handlers.write(schedule.canceled(found, handlers.find(work), reasons), work)
    work.cancel_timer(running.timer_of(found.id))


def _follow(found: Operation, work: Work) -> None:
    """The timer goes where the operation went; who waits to be told what ends counts again."""
    if found.status == "canceled":
        work.cancel_timer(running.timer_of(found.id))
    elif found.parked:
        running.go_on(found.id, work)
    elif found.status == "scheduled" and not found.delayed:
        running.wake(found, work)
