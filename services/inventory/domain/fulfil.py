"""What becomes of reserved instances as their domain orders move on: made, taken, flipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace

from services.inventory.domain.flip import (
    NOTHING_FOUND,
    Find,
    Found,
    after,
    ended_or_not,
    flip,
    is_held,
    note,
)
from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.instance_events import (
    ChildAdded,
    InstanceMade,
    InstanceReopened,
    InstanceReserved,
)
from services.inventory.domain.land import released
from services.inventory.domain.record import Coming, Record
from services.inventory.domain.reservation import Reservation, ReservationExtended
from services.inventory.domain.revision import ReservationReduced
from services.inventory.domain.table import reserved
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    INSTANCE,
    RESERVATION,
    Action,
    Append,
    InstanceId,
    Kind,
    LineId,
    OrderId,
    Side,
    SpecificationId,
    Values,
)

_RESTING = frozenset({"suspend", "resume"})
_LANDING = frozenset({"add", "change"})


@value
class Progress:
    """A domain order came into being, or is in another state."""

    order_id: OrderId
    account_id: str
    version: int
    line_id: LineId
    kind: Kind
    action: Action
    specification_id: SpecificationId
    side: Side | None = None
    closed: bool = False
    reopened: bool = False
    canceled: bool = False
    line_closed: bool = False
    instance_id: InstanceId | None = None
    new_instance: bool = False
    parent_instance_id: InstanceId | None = None
    composed_of: tuple[InstanceId, ...] = ()
    specification_version: str | None = None
    characteristics: Values = field(default_factory=dict)
    location: str | None = None


def progress(change: Progress, reservation: Reservation, find: Find) -> Sequence[Append]:
    """What the news of a domain order appends; nothing when it is no news, or too late."""
    if reservation.phase != "reserved" or change.line_id not in reservation.open:
        return ()
    if change.canceled:
        return tuple(_given_back(change, reservation, find))
    if change.reopened:
        return tuple(_reopened(change, reservation, find))
    if change.action in _RESTING:
        return _rested(change, reservation, find) if change.line_closed else ()
    instance = find(change.instance_id) if change.instance_id is not None else _NOBODY
    taken = _taken(change, instance, find)
    if taken is None:
        return _closed(change, instance, find)
    return (*_extended(change, taken, find), *_closed(change, after(instance, taken), find))


_NOBODY = Unknown()


# --------------------------------------------------------------------------- taken out, or at work again


def _given_back(change: Progress, reservation: Reservation, find: Find) -> Iterator[Append]:
    """Its domain order was canceled: what it stood for is as it was found (INV-15, INV-16, INV-18 to 20).

    With the last one of a line goes whatever else the line still holds.
    """
    held = reservation.open[change.line_id]
    whole = change.line_closed and change.line_id in reservation.dropped
    named = held if whole else [change.instance_id, *change.composed_of]
    ids = tuple(id for id in held if id in named)
    for id in ids:
        yield from released(find(id), change.order_id, change.version, find)
    if ids:
        reduced = ReservationReduced(line_id=change.line_id, instance_ids=ids)
        yield Append(RESERVATION, change.order_id, reduced)


def _reopened(change: Progress, reservation: Reservation, find: Find) -> Iterator[Append]:
    """A revision has given it new work: until that is done it shows what it showed before.

    What rests or wakes flips with its line, so all of that is open again.
    """
    held = reservation.open[change.line_id]
    for id in held if change.action in _RESTING else [change.instance_id, *change.composed_of]:
        one = find(id) if id in held else _NOBODY
        if isinstance(one, Instance) and is_held(one, change.order_id) and one.held and one.held.flipped:
            state = reserved(one.held.found, one.held.action) if one.held.found else "installation_pending"
            reopened = InstanceReopened(
                order_id=change.order_id, version=change.version, state=state, previous=one.state
            )
            yield Append(INSTANCE, one.id, reopened)


def _rested(change: Progress, reservation: Reservation, find: Find) -> Sequence[Append]:
    """Suspend and resume: everything under the line flips when the whole line has closed."""
    held = reservation.open[change.line_id]
    return [append for id in held for append in _flipped(find(id), change, find)]


# -------------------------------------------------------------------- what only the plan knows to be needed


def _taken(
    change: Progress, instance: Instance | Unknown, find: Find
) -> InstanceMade | InstanceReserved | None:
    """The event that puts the instance of this domain order under the order, when it is not there yet."""
    if change.new_instance and change.instance_id is not None:
        return _made(change, change.instance_id, find) if _may_be_made(instance, change) else None
    if change.action != "disconnect" or not isinstance(instance, Instance):
        return None
    return _ending(change, instance) if _may_be_ended(instance, change) else None


def _may_be_made(instance: Instance | Unknown, change: Progress) -> bool:
    """An id is free, or was used by this order before its reservation was released."""
    if isinstance(instance, Unknown):
        return True
    return instance.changed_by == change.order_id and instance.held is None and instance.state == "inactive"


def _may_be_ended(instance: Instance, change: Progress) -> bool:
    own = instance.record.account_id == change.account_id
    return own and instance.held is None and instance.state in ("active", "suspended")


def _made(change: Progress, id: InstanceId, find: Find) -> InstanceMade:
    parent = find(change.parent_instance_id) if change.parent_instance_id is not None else Unknown()
    record = Record(
        instance_id=id,
        account_id=change.account_id,
        kind=change.kind,
        specification_id=change.specification_id,
        specification_version=change.specification_version,
        parent_id=change.parent_instance_id,
        root_id=parent.record.root_id if isinstance(parent, Instance) else id,
        state="installation_pending",
        location=change.location,
    )
    return InstanceMade(
        record=record,
        order_id=change.order_id,
        version=change.version,
        line_id=change.line_id,
        coming=Coming(values=change.characteristics),
        side=change.side,
        transient=isinstance(parent, Instance) and parent.transient,
    )


def _ending(change: Progress, instance: Instance) -> InstanceReserved:
    return InstanceReserved(
        order_id=change.order_id,
        version=change.version,
        line_id=change.line_id,
        action="disconnect",
        previous=instance.state,
        state=reserved(instance.state, "disconnect"),
    )


def _extended(
    change: Progress, taken: InstanceMade | InstanceReserved | None, find: Find
) -> Iterator[Append]:
    if taken is None or change.instance_id is None:
        return
    yield Append(INSTANCE, change.instance_id, taken)
    if isinstance(taken, InstanceMade):
        noted = ChildAdded(instance_id=change.instance_id)
        yield from note(taken.record.parent_id, noted, change.order_id, find)
    extended = ReservationExtended(line_id=change.line_id, instance_id=change.instance_id)
    yield Append(RESERVATION, change.order_id, extended)


# --------------------------------------------------------------------------------------------- flips


def _closed(change: Progress, instance: Instance | Unknown, find: Find) -> Sequence[Append]:
    if not change.closed or change.action == "no_change":
        return ()
    flipped = _flipped(instance, change, find)
    if not change.composed_of:
        return flipped
    along = replace(change, characteristics={}, specification_version=None)
    return [*flipped, *(append for id in change.composed_of for append in _flipped(find(id), along, find))]


def _flipped(instance: Instance | Unknown, change: Progress, find: Find) -> Sequence[Append]:
    if not isinstance(instance, Instance) or not is_held(instance, change.order_id):
        return ()
    event = flip(instance, change.version, change.action, _found(instance, change))
    return ended_or_not(instance, event, find) if event is not None else ()


def _found(instance: Instance, change: Progress) -> Found:
    """What the domain order of an add or a change says beyond what was expected, kept until it lands."""
    held, record = instance.held, instance.record
    if held is None or held.side == "cease" or change.action not in _LANDING:
        return NOTHING_FOUND
    expected = {**record.characteristics, **held.coming.values}
    values = {name: value for name, value in change.characteristics.items() if expected.get(name) != value}
    version: str | None = change.specification_version
    if version == (held.coming.specification_version or record.specification_version):
        version = None
    return Found(values, version) if values or version is not None else NOTHING_FOUND
