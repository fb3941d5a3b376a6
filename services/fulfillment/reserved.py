"""What inventory has reserved, as fulfillment plans by it."""

from __future__ import annotations

from services.fulfillment.domain.reservation import Instance, Line, Reservation, Standing
from services.fulfillment.heard import AffectedInstance, OperationStarted, ReservationAccepted, ReservedLine


def order(data: ReservationAccepted) -> Reservation:
    """What happens of an order at once."""
    return Reservation(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        lines=tuple(_line(line) for line in data.lines),
        tree=tuple(_instance(instance) for instance in data.tree),
        operations=tuple(one.operation_id for one in data.operations),
        priority=data.priority,
        standing=_standing(data),
        dropped=data.dropped_line_ids,
    )


def part(data: OperationStarted) -> Reservation:
    """A part whose day has come."""
    return Reservation(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        lines=tuple(_line(line) for line in data.lines),
        tree=tuple(_instance(instance) for instance in data.tree),
        operation_id=data.operation_id,
        standing=_standing(data),
    )


def _standing(data: ReservationAccepted | OperationStarted) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            instance_id=one.instance_id,
            root_id=one.root_id,
            specification_id=one.specification_id,
            specification_version=one.specification_version,
            pending=one.state == "installation_pending",
            account_wide=one.account_wide,
        )
        for one in data.standing
    )


def _line(line: ReservedLine) -> Line:
    return Line(
        line_id=line.line_id,
        action=line.action,
        kind=line.kind,
        specification_id=line.specification_id,
        specification_version=line.specification_version,
        instance_id=line.instance_id,
        new_instance_id=line.new_instance_id,
        characteristics=line.characteristics,
        location=line.location,
        quantity=line.quantity,
        return_=line.return_,
    )


def _instance(instance: AffectedInstance) -> Instance:
    return Instance(
        instance_id=instance.instance_id,
        line_id=instance.line_id,
        action=instance.action,
        kind=instance.kind,
        specification_id=instance.specification_id,
        specification_version=instance.specification_version,
        parent_id=instance.parent_id,
        location=instance.location,
        characteristics=instance.characteristics,
        side=instance.side,
        pair_id=instance.pair_id,
        new=instance.new,
        quantity=instance.quantity,
    )
