"""Reserves what a revision brings, all or none, and settles or gives it up as the plan follows (INF-04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.inventory.domain.approved import Approved
from services.inventory.domain.case import Case
from services.inventory.domain.flip import Find, is_held
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import (
    ChildAdded,
    InstanceExpected,
    InstanceMade,
    InstanceReserved,
)
from services.inventory.domain.land import released
from services.inventory.domain.make import Ids
from services.inventory.domain.operation_events import OperationId
from services.inventory.domain.parts import Parts
from services.inventory.domain.record import NOTHING_COMING, Coming
from services.inventory.domain.reservation import Reservation, second_sides
from services.inventory.domain.reserve import Secured, secure
from services.inventory.domain.reserved import Scheduled
from services.inventory.domain.revision import (
    LineChange,
    ReservationRevised,
    RevisedOrder,
    RevisionGivenUp,
    RevisionRefused,
    RevisionSettled,
)
from services.inventory.domain.words import (
    INSTANCE,
    RESERVATION,
    Append,
    InstanceId,
    LineId,
    Reason,
)


def answered(revised: RevisedOrder, before: Reservation) -> bool:
    """It was answered, or comes too late."""
    return before.phase != "reserved" or revised.order.version <= before.version


# ---------------------------------------------------------------------------------------- reserving


def without(instance: Instance, order: str) -> Instance | None:
    """The instance as it was before the order held it; None if the order has made it."""
    if (held := instance.held) is None or held.order_id != order:
        return instance
    if held.found is None:
        return None
    record = instance.record.own()
    record.state = held.found
    return replace(instance, record=record, held=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What a revision is decided by. The case shows the installed base as it would be without the order."""

    case: Case
    parts: Parts
    before: Reservation
    find: Find


_ASK_AGAIN = "ask again when it is completed"


def revise(revised: RevisedOrder, now: Now) -> tuple[Append, ...]:
    """Holds what is new, or names every reason why not. What is held already stays as it is."""
    order = revised.order
    if reasons := tuple(_too_late(now.parts)):
        return (_refused(order, reasons),)
    waiting = tuple(line for one in now.parts.later for line in one.lines)
    said = {change.line_id for change in revised.changes}
    judged = {line.line_id for line in waiting if line.line_id not in said}
    at_work = {*now.case.at_work, *judged}
    case = replace(now.case, at_work=at_work, when_held=_ASK_AGAIN)
    found = secure(case, _ids(now), waiting, now.before.contract_id)
    if not isinstance(found, Secured):
        return (_refused(order, found),)
    if reasons := tuple(_held_elsewhere(found, now)):
        return (_refused(order, reasons),)
    new = tuple(_new(found, now))
    return (*new, Append(RESERVATION, order.order_id, _accepted(revised, found, new, now)))


def _refused(order: Approved, reasons: tuple[Reason, ...]) -> Append:
    return Append(RESERVATION, order.order_id, RevisionRefused(version=order.version, reasons=reasons))


def _too_late(found: Parts) -> Iterator[Reason]:
    for id in found.started:
        message = f"line {id} has started on its day, so it has no date to change: ask again without it"
        yield Reason(rule="SUS-12", line_id=id, field="dueDate", message=message)
    for id, what in found.settled:
        message = (
            f"line {id} {what}: leave it as it is, and order the change anew when the order is completed"
        )
        yield Reason(rule="INF-01", line_id=id, message=message)


def _ids(now: Now) -> Ids:
    """What the order has made already keeps its ids."""
    lines: dict[LineId, InstanceId] = {}
    sides: dict[InstanceId, InstanceId] = {}
    for line, ids in now.before.open.items():
        for id in ids:
            held = _held(now.find(id), now.before.order_id)
            if held is None or held.held is None:
                continue
            if held.held.side == "provide" and held.held.pair_id is not None:
                sides[held.held.pair_id] = id
            elif held.held.found is None and id.endswith(f":{line}"):
                lines[line] = id
    attempts = now.before.attempts - 1
    return Ids(attempts=attempts, moved=now.before.moved, of_lines=lines, of_sides=sides)


def _held(one: object, order: str) -> Instance | None:
    return one if isinstance(one, Instance) and is_held(one, order) else None


def _held_elsewhere(found: Secured, now: Now) -> Iterator[Reason]:
    """CHG-16, within the order: another line of it, perhaps one that was dropped, holds the instance yet."""
    for _, id, event in found.appends:
        one = _held(now.find(id), now.before.order_id)
        if one is None or one.held is None or not isinstance(event, InstanceReserved | InstanceMade):
            continue
        if one.held.line_id != event.line_id:
            message = (
                f"line '{one.held.line_id}' of this order holds '{id}': ask again when it holds that no "
                "more, or order it by itself"
            )
            yield Reason(rule="CHG-16", line_id=event.line_id, field="instanceId", message=message)


def _new(found: Secured, now: Now) -> Iterator[Append]:
    for append in found.appends:
        _, id, event = append
        about = event.instance_id if isinstance(event, ChildAdded) else id
        if _held(now.find(about), now.before.order_id) is None:
            yield append


def _accepted(revised: RevisedOrder, found: Secured, new: tuple[Append, ...], now: Now) -> ReservationRevised:
    order, before = revised.order, now.before
    wanted = {line.line_id for line in (*order.lines, *now.parts.at_work.lines)}
    fresh = {id for _, id, event in new if isinstance(event, InstanceReserved | InstanceMade)}
    return ReservationRevised(
        version=order.version,
        category=before.category,
        action=before.action,
        lines=found.lines,
        tree=found.tree,
        operations=tuple(
            Scheduled(operation_id=one.id, line_ids=tuple(line.line_id for line in one.lines))
            for one in now.parts.later
        ),
        contract_id=found.contract_id or before.contract_id,
        added=_added(found, fresh, before),
        moved=second_sides(tuple(one for one in found.tree if one.instance_id in fresh)),
        order=replace(order, lines=()),
        changes=revised.changes,
        coming=_coming(revised, found, fresh, now),
        later=now.parts.later,
        dropped=tuple(line for line in before.open if line not in wanted | before.dropped),
        standing=found.standing,
    )


def _added(
    found: Secured, fresh: set[InstanceId], before: Reservation
) -> dict[LineId, tuple[InstanceId, ...]]:
    """What is held newly by each line; a new line may hold nothing."""
    lines = (line.line_id for line in found.lines if line.line_id not in before.open)
    held: dict[LineId, tuple[InstanceId, ...]] = dict.fromkeys(lines, ())
    for one in found.tree:
        if one.instance_id in fresh:
            held[one.line_id] = (*held.get(one.line_id, ()), one.instance_id)
    return held


def _coming(
    revised: RevisedOrder, found: Secured, fresh: set[InstanceId], now: Now
) -> dict[InstanceId, Coming]:
    """What is to come for the instances of changed lines, as if they were reserved like that at first.

    And for what was to take the place of another that stays now (D-12).
    """
    changed = {change.line_id for change in revised.changes if change.operation == "change"}
    return {
        id: _of(event)
        for _, id, event in found.appends
        if isinstance(event, InstanceReserved | InstanceMade)
        and (event.line_id in changed or _stands_alone_now(event, now.find(id)))
        and id not in fresh
        and event.coming is not None
    }


def _stands_alone_now(event: InstanceReserved | InstanceMade, one: object) -> bool:
    held = one.held if isinstance(one, Instance) else None
    if held is None or held.pair_id is None or not isinstance(event, InstanceMade):
        return False
    return event.side is None and event.pair_id is None


def _of(event: InstanceReserved | InstanceMade) -> Coming:
    """Of what the order has made, the record itself was to be as it is, so all of it comes."""
    coming = event.coming or NOTHING_COMING
    if isinstance(event, InstanceReserved):
        return coming
    record = event.record
    return replace(
        coming,
        specification_id=record.specification_id,
        specification_version=record.specification_version,
        offering_id=record.offering_id,
        location=record.location,
        quantity=record.quantity,
    )


# ----------------------------------------------------------------------------------------- settling


def settle(
    revised: ReservationRevised, order_id: str, find: Find, started: tuple[OperationId, ...] = ()
) -> Iterator[Append]:
    """The plan has followed: changed lines bring other values, dropped ones go as their work is undone.

    Operations that have `started` are still to be completed.
    """
    changes = {change.line_id: change for change in revised.changes}
    for id, coming in revised.coming.items():
        one = _held(find(id), order_id)
        if one is not None and one.held is not None:
            merged = _with_found(coming, one.held.coming, changes.get(one.held.line_id))
            expected = InstanceExpected(order_id=order_id, version=revised.version, coming=merged)
            yield Append(INSTANCE, id, expected)
    settled = RevisionSettled(
        version=revised.version,
        dropped=revised.dropped,
        operations=(*started, *(one.operation_id for one in revised.operations)),
    )
    yield Append(RESERVATION, order_id, settled)


def _with_found(coming: Coming, before: Coming, change: LineChange | None) -> Coming:
    """What work has found since stays, unless the revision names it or makes it another specification."""
    if change is not None and "specification" in change.types:
        return coming
    names = change.names if change is not None else ()
    kept = {name: found for name, found in before.values.items() if name not in names}
    return replace(coming, values={**coming.values, **kept})


def give_up(revised: ReservationRevised, order_id: str, find: Find) -> Iterator[Append]:
    """The plan could not follow: what was held newly is as it was found."""
    for ids in revised.added.values():
        for id in ids:
            yield from released(find(id), order_id, revised.version, find)
    yield Append(RESERVATION, order_id, RevisionGivenUp(version=revised.version))
