"""What happens to dated changes: scheduled at approval, started on their day, done or canceled (D-17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.case import Case
from services.inventory.domain.counted import to_name
from services.inventory.domain.flip import Find, is_held
from services.inventory.domain.instance import Instance
from services.inventory.domain.judge import judge
from services.inventory.domain.land import released
from services.inventory.domain.make import Ids
from services.inventory.domain.noting import Noted, noted
from services.inventory.domain.operation import Later, Operation
from services.inventory.domain.operation_events import (
    ChoiceDeclined,
    ChoiceRecounted,
    InstancesNamed,
    OperationCanceled,
    OperationCompleted,
    OperationDelayed,
    OperationQueued,
    OperationRedated,
    OperationScheduled,
    OperationStarted,
)
from services.inventory.domain.remaining import nothing_left, of_known_lines
from services.inventory.domain.reservation import (
    Reservation,
    ReservationNarrowed,
    ReservationWidened,
    held_by,
    second_sides,
)
from services.inventory.domain.reserve import Secured, secure
from services.inventory.domain.revision import ReservationRevised
from services.inventory.domain.turns import NOBODY, at_work
from services.inventory.domain.words import (
    OPERATION,
    PENDING,
    RESERVATION,
    Append,
    InstanceId,
    LineId,
    OperationState,
    OrderId,
    Reason,
    SpecificationId,
)


def scheduled(order: Approved, later: Later, find: Find, arrived: datetime | None = None) -> Iterator[Append]:
    """It is there to be seen from now on, in its own stream and on the instances it names (D-09)."""
    own = replace(order, lines=later.lines)
    event = OperationScheduled(
        order=own,
        action=later.action,
        at=later.at,
        parked=later.parked,
        to_name=later.to_name,
        arrived=arrived,
    )
    yield Append(OPERATION, later.id, event)
    yield from noted(Noted(id=later.id, order=own, state="scheduled", at=later.at), find)


def named(
    operation: Operation, version: int, line_id: LineId, instance_ids: tuple[InstanceId, ...]
) -> tuple[Append, ...]:
    """Which instances its line ends (D-15); what runs already, or was told before, is not told again."""
    event = InstancesNamed(version=version, line_id=line_id, instance_ids=instance_ids)
    done = operation.status not in ("none", "scheduled") or operation.named == event
    return () if done else (Append(OPERATION, operation.id, event),)


def run(
    operation: Operation,
    case: Case,
    before: Reservation,
    find: Find,
    first: Mapping[OrderId, tuple[InstanceId, ...]] = NOBODY,
) -> tuple[Append, ...]:
    """Its day has come: its preconditions are judged now, and it starts or is canceled; it waits where others
    come `first`, or are at work on what it touches.

    While a revision waits for the plan, nothing starts that the revision may have otherwise.
    """
    if operation.status != "scheduled":
        return ()
    if _in_its_own_way(case) or isinstance(before.revising, ReservationRevised):
        return () if operation.delayed else (Append(OPERATION, operation.id, OperationDelayed()),)
    if first and not operation.parked:
        return queued(operation, first)
    ids = Ids(attempts=before.attempts - 1, moved=before.moved)
    secured = secure(case, ids, contract_id=before.contract_id)
    if not isinstance(secured, Secured):
        if not operation.parked and (others := at_work(case)):
            return queued(operation, others)
        broken = of_known_lines(secured, case, line_ids(operation))
        waits = declined(operation, case, broken)
        return waits if waits is not None else tuple(canceled(operation, find, broken))
    return tuple(_started(operation, secured, case.order.lines, find))


def queued(operation: Operation, waits_for: Mapping[OrderId, tuple[InstanceId, ...]]) -> tuple[Append, ...]:
    """It waits for these orders, and is judged when they are done (D-10); said once."""
    if operation.delayed and operation.waits_for == waits_for:
        return ()
    order = _order(operation)
    event = OperationQueued(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=_at(operation),
        line_ids=line_ids(operation),
        waits_for=dict(waits_for),
    )
    return (Append(OPERATION, operation.id, event),)


def recounted(operation: Operation, left: dict[SpecificationId, int]) -> tuple[Append, ...]:
    """How many are to be named since others have ended some, or brought some back; said once."""
    if operation.to_name == left:
        return ()
    order = _order(operation)
    event = ChoiceRecounted(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=_at(operation),
        line_ids=line_ids(operation),
        to_name=left,
    )
    return (Append(OPERATION, operation.id, event),)


def declined(operation: Operation, case: Case, broken: tuple[Reason, ...]) -> tuple[Append, ...] | None:
    """D-15: only what was named, or what another order holds, is in the way, so the line waits on; else
    None. What was said already is not said again."""
    owner = case.installed.get(case.order.lines[0].instance_id)
    stays = owner is not None and (owner.state in ("active", *PENDING) or owner.held is not None)
    if not operation.parked or not stays or not {one.rule for one in broken} <= _OF_A_CHOICE:
        return None
    if not (reasons := _stand_against(case)):
        return None
    if operation.named is None and operation.declined == reasons:
        return ()
    order = _order(operation)
    event = ChoiceDeclined(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=_at(operation),
        line_ids=line_ids(operation),
        reasons=reasons,
        to_name=to_name(order, case.installed),
    )
    return (Append(OPERATION, operation.id, event),)


_OF_A_CHOICE = frozenset({"CHG-08", "CHG-16", "D-07"})
"""What another choice, or the same one later, need not break."""


_NAME_AGAIN = "name the instances again when it is completed"
_BY_ITSELF = "the line goes on by itself when that is done"
_REVISE = (
    "revise the order with its lines as they are (order.revise), which adds what is missing, or let the line "
    "ask for no more than there are"
)


def _stand_against(case: Case) -> tuple[Reason, ...]:
    """The order is there already, and nobody has to place it again."""
    named = any(line.ending for line in case.order.lines)
    when_held = _NAME_AGAIN if named else _BY_ITSELF
    found = judge(replace(case, when_held=when_held, when_few=_REVISE, asks=True))
    return tuple(one for one in found if one.rule != "D-07")


def _in_its_own_way(case: Case) -> bool:
    """An earlier part of the same order still holds what it touches, or makes or ends what it would count."""
    touched = (case.installed.get(id) for id in case.affected)
    if any(one is not None and is_held(one, case.order.order_id) for one in touched):
        return True
    above = {id for line in case.order.lines for id in (line.instance_id, line.parent_instance_id) if id}
    beside = (case.installed.get(id) for up in above for id in case.installed.children(up))
    return any(one is not None and _makes_or_ends(one, case.order.order_id) for one in beside)


def _makes_or_ends(instance: Instance, order: OrderId) -> bool:
    held = instance.held
    if held is None or held.order_id != order:
        return False
    return held.found is None or held.action == "disconnect"


def _started(operation: Operation, secured: Secured, lines: tuple[Line, ...], find: Find) -> Iterator[Append]:
    order, at = _order(operation), _at(operation)
    yield from secured.appends
    held = {line: tuple(ids) for line, ids in held_by(secured.lines, secured.tree).items()}
    widened = ReservationWidened(held=held, moved=second_sides(secured.tree))
    yield Append(RESERVATION, order.order_id, widened)
    started = OperationStarted(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=at,
        lines=secured.lines,
        tree=secured.tree,
        standing=secured.standing,
        fitted=() if _ids(lines) == line_ids(operation) else lines,
        reasons=tuple(nothing_left(order.lines, _ids(lines))),
    )
    yield Append(OPERATION, operation.id, started)
    now = Noted(id=operation.id, order=replace(order, lines=lines), state="started", at=at)
    yield from noted(now, find)
    before = Noted(id=operation.id, order=order, state="canceled", at=at)
    yield from noted(before, find, leaving_out=now.seen_on)


def completed(operation: Operation, before: Reservation, find: Find) -> Iterator[Append]:
    """Its part of the plan has closed; lines that a revision has dropped are canceled."""
    if operation.status != "started":
        return
    order, at = _order(operation), _at(operation)
    done = tuple(line for line in order.lines if line.line_id not in before.dropped)
    event = OperationCompleted(
        order=order.order_id, version=order.version, action=operation.action, at=at, line_ids=_ids(done)
    )
    yield Append(OPERATION, operation.id, event)
    now = Noted(id=operation.id, order=replace(order, lines=done), state="completed", at=at)
    yield from noted(now, find)
    whole = Noted(id=operation.id, order=order, state="canceled", at=at)
    yield from noted(whole, find, leaving_out=now.seen_on)


def canceled(operation: Operation, find: Find, reasons: tuple[Reason, ...] = ()) -> Iterator[Append]:
    """By a person, or for the reasons that stand against it; twice is nothing."""
    if operation.status not in ("scheduled", "started"):
        return
    order = _order(operation)
    event = OperationCanceled(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=_at(operation),
        line_ids=line_ids(operation),
        reasons=reasons,
    )
    yield Append(OPERATION, operation.id, event)
    yield from _noted(operation, "canceled", find)


def dropped(operation: Operation, before: Reservation, find: Find) -> Iterator[Append]:
    """A revision has dropped all of its lines: what was done for them is undone."""
    if operation.status == "started" and before.dropped.issuperset(line_ids(operation)):
        yield from canceled(operation, find)


def without_its_suspend(resume: Operation, suspend: Operation) -> Reason | None:
    """Why a resume that waits is to go: it ends the window of a suspend that will not be (SUS-15)."""
    if (resume.status, resume.action, suspend.action) != ("scheduled", "resume", "suspend"):
        return None
    rested = {line.instance_id for line in _order(suspend).lines}
    its = next((line for line in _order(resume).lines if line.instance_id in rested), None)
    if its is None:
        return None
    message = (
        f"the suspend of '{its.instance_id}' in line {line_ids(suspend)[0]} was canceled, and its resume "
        "goes with it: order another window"
    )
    return Reason(rule="SUS-15", line_id=its.line_id, message=message)


def unplannable(
    operation: Operation, before: Reservation, find: Find, reasons: tuple[Reason, ...]
) -> Iterator[Append]:
    """It had started, and there is no plan for it: its instances are as they were."""
    if operation.status != "started":
        return
    order, lines = _order(operation), line_ids(operation)
    for line in lines:
        for id in before.open.get(line, ()):
            yield from released(find(id), order.order_id, order.version, find)
    yield Append(RESERVATION, order.order_id, ReservationNarrowed(line_ids=lines))
    yield from canceled(operation, find, reasons)


def rescheduled(
    operation: Operation, later: Later | None, order: Approved, find: Find, now: datetime | None = None
) -> Iterator[Append]:
    """What waits after a revision: other lines, another day, or nothing. What has started is past that."""
    if operation.status not in ("none", "scheduled"):
        return
    if later is None:
        yield from canceled(operation, find)
    elif operation.order is None or _undated(operation.order.lines) != _undated(later.lines):
        yield from scheduled(order, later, find, now)
        yield from _left_out(operation, later, find)
    elif later.at != operation.at:
        yield from _redated(operation, later.at, find)


def _undated(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(replace(line, due=None) for line in lines)


def _left_out(operation: Operation, later: Later, find: Find) -> Iterator[Append]:
    """Lines that are no part of it any more."""
    if operation.order is None:
        return
    after = replace(operation.order, lines=later.lines)
    stay = Noted(id=operation.id, order=after, state="scheduled", at=later.at).seen_on
    before = Noted(id=operation.id, order=operation.order, state="canceled", at=_at(operation))
    yield from noted(before, find, leaving_out=stay)


def _redated(operation: Operation, at: datetime, find: Find) -> Iterator[Append]:
    order = _order(operation)
    redated = OperationRedated(
        at=at,
        order=order.order_id,
        version=order.version,
        action=operation.action,
        line_ids=line_ids(operation),
    )
    yield Append(OPERATION, operation.id, redated)
    yield from noted(Noted(id=operation.id, order=order, state="scheduled", at=at), find)


def line_ids(operation: Operation) -> tuple[LineId, ...]:
    """Its lines, the topmost first."""
    return _ids(_order(operation).lines)


def _ids(lines: tuple[Line, ...]) -> tuple[LineId, ...]:
    return tuple(line.line_id for line in lines)


def _noted(operation: Operation, state: OperationState, find: Find) -> Iterator[Append]:
    yield from noted(Noted(id=operation.id, order=_order(operation), state=state, at=_at(operation)), find)


def _order(operation: Operation) -> Approved:
    assert operation.order is not None, f"operation {operation.id} was never scheduled"
    return operation.order


def _at(operation: Operation) -> datetime:
    assert operation.at is not None, f"operation {operation.id} was never scheduled"
    return operation.at
