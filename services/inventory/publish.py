"""A stored event as the message that others hear, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from schemas.topics import INVENTORY_EVENTS
from services.chassis.service import Happened, Public
from services.inventory.domain.instance import (
    ChildAdded,
    ChildEnded,
    InstanceFlipped,
    InstanceFreed,
    InstanceLanded,
    InstanceLoaded,
    InstanceMade,
    InstanceReleased,
    InstanceReloaded,
    InstanceRerooted,
    InstanceReserved,
    InstanceStateReloaded,
)
from services.inventory.domain.record import Changed, Record
from services.inventory.domain.reservation import (
    Affected,
    ReservationAccepted,
    ReservationAwaited,
    ReservationExtended,
    ReservationFulfilled,
    ReservationRefused,
    ReservationReleased,
    ReservedLine,
)
from services.inventory.domain.specification import SpecificationHeard
from services.inventory.domain.words import Reason

Data = dict[str, Any]
_Answer = ReservationAccepted | ReservationRefused | ReservationReleased | ReservationFulfilled


def publish(happened: Happened) -> Iterable[Public]:
    """At most one message; freeing, noting and what was heard are nobody else's business."""
    named = _named(happened)
    if named is None:
        return ()
    name, data = named
    return (Public(topic=INVENTORY_EVENTS, name=name, subject=happened.id, data=_without_nulls(data)),)


def _named(happened: Happened) -> tuple[str, Data] | None:
    match happened.event:
        case InstanceLoaded(record=record):
            return "instance.created", _created(record)
        case InstanceMade(record=record, order_id=order, version=version):
            return "instance.created", {**_created(record), "orderId": order, "version": version}
        case InstanceReserved() | InstanceFlipped() | InstanceReleased() | InstanceStateReloaded():
            return _state_changed(happened, happened.event)
        case InstanceReloaded(record=record, changes=changes):
            return "instance.changed", _changed(record, changes)
        case InstanceLanded(record=record, changes=changes, order_id=order, version=version):
            return "instance.changed", {**_changed(record, changes), "orderId": order, "version": version}
        case InstanceFreed() | InstanceRerooted() | ChildAdded() | ChildEnded():
            return None
        case ReservationAwaited() | ReservationExtended() | SpecificationHeard():
            return None
        case event:
            return _reservation_said(happened, event)


def _reservation_said(happened: Happened, event: _Answer) -> tuple[str, Data]:
    about = _reservation(happened, event.version)
    match event:
        case ReservationAccepted():
            return "reservation.accepted", {**about, **_accepted(event)}
        case ReservationRefused(reasons=reasons):
            return "reservation.refused", {**about, "reasons": _reasons(reasons)}
        case ReservationReleased(reasons=reasons):
            return "reservation.released", {**about, "reasons": _reasons(reasons)}
        case ReservationFulfilled(line_ids=lines, last=last):
            return "reservation.fulfilled", {**about, "lineIds": lines, "last": last}


def _without_nulls(data: Data) -> Data:
    return {name: value for name, value in data.items() if value is not None}


def _created(record: Record) -> Data:
    return {
        "instanceId": record.instance_id,
        "accountId": record.account_id,
        "kind": record.kind,
        "specificationId": record.specification_id,
        "specificationVersion": record.specification_version,
        "offeringId": record.offering_id,
        "parentId": record.parent_id,
        "rootId": record.root_id,
        "name": record.name,
        "state": record.state,
        "location": record.location,
        "quantity": record.quantity,
        "characteristics": record.characteristics,
        "externalId": record.external_id,
        "start": record.start.isoformat() if record.start else None,
    }


def _state_changed(
    happened: Happened, event: InstanceReserved | InstanceFlipped | InstanceReleased | InstanceStateReloaded
) -> tuple[str, Data] | None:
    if event.state == event.previous:
        return None
    data: Data = {
        "instanceId": happened.id,
        "accountId": happened.account,
        "state": event.state,
        "previousState": event.previous,
    }
    if not isinstance(event, InstanceStateReloaded):
        data |= {"orderId": event.order_id, "version": event.version}
    return "instance.state-changed", data


def _changed(record: Record, changes: Sequence[Changed]) -> Data:
    return {
        "instanceId": record.instance_id,
        "accountId": record.account_id,
        "changes": [{"name": one.name, "value": one.value, "previousValue": one.previous} for one in changes],
        "specificationId": record.specification_id,
        "specificationVersion": record.specification_version,
        "parentId": record.parent_id,
        "location": record.location,
        "quantity": record.quantity,
        "externalId": record.external_id,
    }


def _reservation(happened: Happened, version: int) -> Data:
    return {"orderId": happened.id, "accountId": happened.account, "version": version}


def _reasons(reasons: Sequence[Reason]) -> list[Data]:
    return [
        _without_nulls({"rule": one.rule, "message": one.message, "lineId": one.line_id, "field": one.field})
        for one in reasons
    ]


def _accepted(event: ReservationAccepted) -> Data:
    return {
        "category": event.category,
        "action": event.action,
        "lines": [_without_nulls(_line(line)) for line in event.lines],
        "tree": [_without_nulls(_affected(one)) for one in event.tree],
    }


def _line(line: ReservedLine) -> Data:
    return {
        "lineId": line.line_id,
        "action": line.action,
        "kind": line.kind,
        "move": line.move,
        "instanceId": line.instance_id,
        "newInstanceId": line.new_instance_id,
        "parentLineId": line.parent_line_id,
        "specificationId": line.specification_id,
        "specificationVersion": line.specification_version,
        "characteristics": line.characteristics,
        "location": line.location,
        "quantity": line.quantity,
        "transient": line.transient,
    }


def _affected(one: Affected) -> Data:
    return {
        "instanceId": one.instance_id,
        "lineId": one.line_id,
        "action": one.action,
        "kind": one.kind,
        "specificationId": one.specification_id,
        "specificationVersion": one.specification_version,
        "parentId": one.parent_id,
        "state": one.state,
        "location": one.location,
        "characteristics": one.characteristics,
        "side": one.side,
        "pairId": one.pair_id,
        "new": one.new,
    }
