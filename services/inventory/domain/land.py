"""The end of a reservation: values land when a part closes, or everything is back as it was (D-22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.inventory.domain.flip import Find, after, ended_or_not, flip, is_held, note
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import (
    ChildEnded,
    InstanceFreed,
    InstanceLanded,
    InstanceReleased,
)
from services.inventory.domain.record import NOTHING_COMING, Changed, Record
from services.inventory.domain.replacing import replacement
from services.inventory.domain.reservation import (
    Reservation,
    ReservationFulfilled,
    ReservationReleased,
)
from services.inventory.domain.revision import ReservationReduced
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    INSTANCE,
    RESERVATION,
    Append,
    LineId,
    OrderId,
    Reason,
    Values,
)


@value
class PartClosed:
    """All domain orders of these lines are closed; of the last part, whatever is still open goes with it."""

    order_id: OrderId
    version: int
    line_ids: tuple[LineId, ...]
    last: bool


@value
class PlanCanceled:
    """There is no plan (any more)."""

    order_id: OrderId
    version: int
    reasons: tuple[Reason, ...] = ()


# ---------------------------------------------------------------------------------------- values land


def land(part: PartClosed, reservation: Reservation, find: Find) -> tuple[Append, ...]:
    """Values, location and versions land, the external id of a move goes over, instances are free."""
    if reservation.phase != "reserved":
        return ()
    closed = [line for line in reservation.open if part.last or line in part.line_ids]
    lines = tuple(line for line in closed if line not in reservation.dropped)
    if not closed and not part.last:
        return ()
    fulfilled = ReservationFulfilled(version=reservation.settled, line_ids=lines, last=part.last)
    return (
        *(append for line in lines for append in _line_landed(line, part, reservation, find)),
        *(
            append
            for line in closed
            if line in reservation.dropped
            for append in _let_go(line, part, reservation, find)
        ),
        *((Append(RESERVATION, part.order_id, fulfilled),) if lines or part.last else ()),
    )


def _let_go(line: LineId, part: PartClosed, reservation: Reservation, find: Find) -> Iterator[Append]:
    """What a dropped line still holds is as it was found."""
    ids = tuple(reservation.open[line])
    for id in ids:
        yield from released(find(id), part.order_id, part.version, find)
    if ids:
        yield Append(RESERVATION, part.order_id, ReservationReduced(line_id=line, instance_ids=ids))


def _line_landed(line: LineId, part: PartClosed, reservation: Reservation, find: Find) -> Iterator[Append]:
    for id in reservation.open[line]:
        instance = find(id)
        if isinstance(instance, Instance) and is_held(instance, part.order_id):
            yield from _landed(instance, part, reservation, find)


def _landed(instance: Instance, part: PartClosed, reservation: Reservation, find: Find) -> Iterator[Append]:
    held = instance.held
    if held is not None and (late := flip(instance, part.version, held.action)) is not None:
        yield from ended_or_not(instance, late, find)
        flipped = after(instance, late)
        instance = flipped if isinstance(flipped, Instance) else instance
    changes, record = _as_it_lands(instance, reservation, find)
    order, version = part.order_id, part.version
    if record is instance.record:
        yield Append(INSTANCE, instance.id, InstanceFreed(order_id=order, version=version))
    else:
        landed = InstanceLanded(order_id=order, version=version, changes=changes, record=record)
        yield Append(INSTANCE, instance.id, landed)


def _as_it_lands(
    instance: Instance, reservation: Reservation, find: Find
) -> tuple[tuple[Changed, ...], Record]:
    """What changes, and the record then: the very same one when nothing does."""
    record, held = instance.record, instance.held
    if held is None:
        return (), record
    if held.side == "cease" or replacement(held, find, reservation.dropped) is not None:
        return (), record if record.external_id is None else replace(record, external_id=None)
    if held.found is not None and record.state == "inactive":
        return (), record
    coming, external_id = held.coming, _handed_over(instance, reservation, find)
    if coming is NOTHING_COMING and external_id == record.external_id:
        return (), record
    changes = _changes(record.characteristics, coming.values)
    landed = record.own()
    landed.characteristics = _with(record.characteristics, changes) if changes else record.characteristics
    landed.specification_id = coming.specification_id or record.specification_id
    landed.specification_version = coming.specification_version or record.specification_version
    landed.offering_id = coming.offering_id or record.offering_id
    landed.location = coming.location or record.location
    landed.quantity = record.quantity if coming.quantity is None else coming.quantity
    landed.external_id = external_id
    return changes, record if landed == record else landed


def _changes(now: Values, coming: Values) -> tuple[Changed, ...]:
    return tuple(
        Changed(name=name, value=value, previous=now.get(name))
        for name, value in coming.items()
        if now.get(name) != value
    )


def _with(now: Values, changes: tuple[Changed, ...]) -> Values:
    values = {**now, **{change.name: change.value for change in changes}}
    return {name: value for name, value in values.items() if value is not None}


def _handed_over(instance: Instance, reservation: Reservation, find: Find) -> str | None:
    """D-05, D-12: the external id goes over to the new side of a move, and to what replaces another; not from
    what stays after all, as the line that was to end it was dropped."""
    held = instance.held
    if held is None or held.found is not None or held.pair_id is None:
        return instance.record.external_id
    old = find(held.pair_id)
    if not isinstance(old, Instance) or not is_held(old, held.order_id) or old.held is None:
        return None
    return old.record.external_id if old.held.line_id not in reservation.dropped else None


# ------------------------------------------------------------------------------- everything as it was


def release(canceled: PlanCanceled, reservation: Reservation, find: Find) -> tuple[Append, ...]:
    """Every plan that is canceled is answered, also when nothing was reserved; twice is nothing."""
    done = reservation.phase == "released" and canceled.version <= reservation.version
    if done or reservation.phase == "fulfilled":
        return ()
    done_with = ReservationReleased(version=canceled.version, reasons=canceled.reasons)
    return (
        *(
            append
            for held in reservation.open.values()
            for id in held
            for append in released(find(id), canceled.order_id, canceled.version, find)
        ),
        Append(RESERVATION, canceled.order_id, done_with),
    )


def released(instance: object, order: OrderId, version: int, find: Find) -> Iterator[Append]:
    """What the order held is as it was found, or inactive if the order had made it."""
    if not isinstance(instance, Instance) or not is_held(instance, order):
        return
    found = instance.held.found if instance.held is not None else None
    event = InstanceReleased(
        order_id=order,
        version=version,
        state=found or "inactive",
        previous=instance.state,
    )
    yield Append(INSTANCE, instance.id, event)
    if found is None and instance.state != "inactive":
        noted = ChildEnded(instance_id=instance.id)
        yield from note(instance.record.parent_id, noted, order, find)
