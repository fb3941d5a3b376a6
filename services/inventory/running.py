"""What the handlers do about one dated change: it runs, waits on, is told what to end, or goes along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from services.chassis.service import StreamOf, Wish, Work
from services.inventory import handlers, heard, queue
from services.inventory.domain import schedule
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.case import Case
from services.inventory.domain.counted import to_name
from services.inventory.domain.fitted import fitted
from services.inventory.domain.instance import Instance
from services.inventory.domain.onward import followed, goes_on
from services.inventory.domain.operation import Later, Operation, operation_id
from services.inventory.domain.operation_events import ChoiceDeclined, OperationId
from services.inventory.domain.remaining import left_to_do, with_what_has_come
from services.inventory.domain.words import (
    INSTANCE,
    OPERATION,
    RESERVATION,
    Append,
    InstanceId,
    LineId,
    OrderId,
    SpecificationId,
)

DUE = "operation-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer: the day of an operation has come."""

    order_id: str
    operation_id: str


def operation(work: Work, id: OperationId) -> Operation:
    found: Operation = work.state(OPERATION, id)
    return found


def wake(found: Operation, work: Work) -> None:
    """On its day."""
    if found.order is not None and found.at is not None:
        due = Due(order_id=found.order.order_id, operation_id=found.id)
        work.timer(timer_of(found.id), found.at, DUE, asdict(due))


def timer_of(id: OperationId) -> str:
    return f"operation/{id}"


# --------------------------------------------------------------------------------------------- runs


def go_on(id: OperationId, work: Work) -> None:
    """It runs if its day has come, and has a timer if not; where instances are to be named, it waits."""
    found = operation(work, id)
    if found.status != "scheduled" or found.at is None or found.order is None:
        return
    order = found.as_named()
    if order is None and _asks(found, found.order, work):
        return
    if found.at <= work.now:
        _run(id, order or found.order, work)
    else:
        wake(found, work)


def _asks(found: Operation, order: Approved, work: Work) -> bool:
    """Whether instances are to be named; how many is told where that has changed."""
    left = _to_name(order, work)
    if left is not None:
        handlers.write(schedule.recounted(found, left), work)
    return left is None or bool(left)


def _to_name(order: Approved, work: Work) -> dict[SpecificationId, int] | None:
    """How many are to be named; None where what has them is not there (yet)."""
    installed = handlers.case_at(order, order, work).installed
    return to_name(order, installed) if installed.get(order.lines[0].instance_id) is not None else None


def _run(id: OperationId, order: Approved, work: Work) -> None:
    found, before = operation(work, id), handlers.reservation(work, order.order_id)
    case = _fitting(handlers.case_at(order, order, work), work)
    first = queue.before(found, case, work)
    appends = schedule.run(found, case, before, handlers.find(work), first)
    if found.order is not None and _is_void(order, appends) and _to_name(found.order, work) == {}:
        _run(id, found.order, work)
    else:
        handlers.write(appends, work)
        end_window(id, work)
    if operation(work, id).status == "canceled":
        released(order.order_id, work)


def _fitting(case: Case, work: Work) -> Case:
    """As things stand now: without what has ended, with what has come, and with as many adds as are missing
    (D-10, MOV-V3, CHG-07)."""
    for fit in (_left_to_do, with_what_has_come, _as_many):
        lines = fit(case)
        if lines != case.order.lines:
            order = replace(case.order, lines=lines)
            case = handlers.case_at(order, order, work)
    return case


def _left_to_do(case: Case) -> tuple[Line, ...]:
    return left_to_do(case.order.lines, case.installed)


def _as_many(case: Case) -> tuple[Line, ...]:
    return fitted(case.order.lines, case.installed)


def drop(id: OperationId, order: OrderId, work: Work) -> None:
    """One that had started is canceled when a revision has dropped all of its lines."""
    before = handlers.reservation(work, order)
    handlers.write(tuple(schedule.dropped(operation(work, id), before, handlers.find(work))), work)
    end_window(id, work)


def end_window(id: OperationId, work: Work) -> None:
    """SUS-15: a suspend that was canceled on its day takes the resume of its window with it, which would
    wake what somebody else has suspended since."""
    found = operation(work, id)
    if found.status != "canceled" or found.order is None:
        return
    for other in handlers.reservation(work, found.order.order_id).operations:
        if (why := schedule.without_its_suspend(operation(work, other), found)) is not None:
            handlers.write(schedule.canceled(operation(work, other), handlers.find(work), (why,)), work)
            work.cancel_timer(timer_of(other))


def released(order: OrderId, work: Work) -> None:
    """Those of other orders whose day had come go on where they waited for this one, by their turns."""
    for id in queue.waiting(order, work):
        if operation(work, id).delayed:
            catch_up(id, work)
            go_on(id, work)


def _is_void(order: Approved, appends: Iterable[Append]) -> bool:
    """Whether what was named cannot be ended."""
    named = any(line.ending for line in order.lines)
    return named and any(isinstance(one.event, ChoiceDeclined) for one in appends)


def delayed(ids: Iterable[OperationId], work: Work) -> None:
    """Those whose day had come, and which waited for what was in their way."""
    for id in ids:
        if operation(work, id).delayed:
            go_on(id, work)


# -------------------------------------------------------------------------------- is told what to end


def counted(later: Later, order: Approved, work: Work) -> Later:
    """What is to wait to be told which instances end, with how many those are."""
    if not later.parked:
        return later
    return replace(later, to_name=_to_name(replace(order, lines=later.lines), work))


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
    catch_up(id, work)
    go_on(id, work)


def named_needs(data: heard.OrderLineChanged, work: Work) -> Iterator[Collection[Wish]]:
    ids = [operation_id(data.order_id, line.line_id) for line in data.lines if line.instance_ids]
    if ids:
        yield [StreamOf(RESERVATION, data.order_id), *(StreamOf(OPERATION, id) for id in ids)]
        orders = [operation(work, id).order for id in ids]
        yield [StreamOf(INSTANCE, id) for order in orders if order for id in handlers.named(order)]


def look_again(near: Iterable[InstanceId], work: Work) -> None:
    """A line that waits to be told which instances end looks again when there are more or fewer of them, or
    when the order that held what has them is done."""
    for id in sorted(near):
        for waiting in _scheduled(id, work):
            if operation(work, waiting).parked:
                go_on(waiting, work)


def _scheduled(id: InstanceId, work: Work) -> tuple[OperationId, ...]:
    instance = work.state(INSTANCE, id)
    noted = instance.operations.values() if isinstance(instance, Instance) else ()
    return tuple(one.operation_id for one in noted if one.state == "scheduled")


# ------------------------------------------------------------------------------------------ goes along


def follow(goes_on_as: Mapping[InstanceId, InstanceId], work: Work) -> None:
    """What waits for instances that have moved or were replaced waits for what they are now (MOV-09)."""
    ids = dict.fromkeys(id for old in goes_on_as for id in _scheduled(old, work))
    find = handlers.find(work)
    for id in ids:
        found = operation(work, id)
        handlers.write(tuple(followed(found, lambda one: goes_on_as.get(one, one), find)), work)


def catch_up(id: OperationId, work: Work) -> None:
    """The same for one that was ordered by what it is about had been before."""
    find = handlers.find(work)
    handlers.write(tuple(followed(operation(work, id), lambda one: goes_on(one, find), find)), work)
