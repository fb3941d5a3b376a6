"""What can happen to an instance; what happens to its terms stands with them (`term`)."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TypeAlias

from services.inventory.domain.record import Changed, Coming, Record
from services.inventory.domain.term import TermEvent
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    Action,
    InstanceId,
    LineId,
    OperationState,
    OrderId,
    Side,
    State,
    Values,
)


@value
class InstanceLoaded:
    record: Record


@value
class InstanceReloaded:
    """The record was loaded again with other facts; its state is told by `InstanceStateReloaded`."""

    record: Record
    changes: tuple[Changed, ...] = ()


@value
class InstanceStateReloaded:
    state: State
    previous: State


@value
class InstanceRerooted:
    """An instance above it was loaded again under another parent."""

    root_id: InstanceId


@value
class InstanceMade:
    """Made by an order: shown as `installation_pending`, its values still to come (INV-01, INV-03)."""

    record: Record
    order_id: OrderId
    version: int
    line_id: LineId
    coming: Coming
    side: Side | None = None
    pair_id: InstanceId | None = None
    transient: bool = False


@value
class InstanceReserved:
    """Held by an order, which found it in the state `previous`; `state` is what it shows from now on."""

    order_id: OrderId
    version: int
    line_id: LineId
    action: Action
    previous: State
    state: State
    coming: Coming | None = None
    side: Side | None = None
    pair_id: InstanceId | None = None


@value
class InstanceFlipped:
    """Its domain order closed: the state is new, the values are still to come."""

    order_id: OrderId
    version: int
    state: State
    previous: State
    values: Values = field(default_factory=dict)
    specification_version: str | None = None


@value
class InstanceLanded:
    """Its part of the order closed with something new to show; it is free again."""

    order_id: OrderId
    version: int
    changes: tuple[Changed, ...]
    record: Record


@value
class InstanceFreed:
    """Its part of the order closed with nothing new to show; it is free again."""

    order_id: OrderId
    version: int


@value
class InstanceReleased:
    """The order let it go: it is again what it was, or `inactive` if the order had made it (D-22)."""

    order_id: OrderId
    version: int
    state: State
    previous: State


@value
class InstanceExpected:
    """The order was revised: this is to come from now on, with what was found since."""

    order_id: OrderId
    version: int
    coming: Coming


@value
class InstanceReopened:
    """Its domain order had closed and is at work again: it shows what it showed before."""

    order_id: OrderId
    version: int
    state: State
    previous: State


@value
class ChildAdded:
    """Noted in the stream of a parent that no event of the same order guards.

    It changes nothing in the parent: whoever decides about the parent at the same time collides with it.
    """

    instance_id: InstanceId


@value
class ChildEnded:
    """Noted in the stream of a parent like `ChildAdded`."""

    instance_id: InstanceId


@value
class OperationNoted:
    """A dated change of the instance was scheduled, or goes on; the instance itself is as it was."""

    operation_id: str
    order_id: OrderId
    action: Action
    state: OperationState
    at: datetime


@value
class OperationHandedOn:
    """A dated change waits for what the instance has become, and not for itself any more."""

    operation_id: str
    to_instance_id: InstanceId


InstanceEvent: TypeAlias = (
    InstanceLoaded
    | InstanceReloaded
    | InstanceStateReloaded
    | InstanceRerooted
    | InstanceMade
    | InstanceReserved
    | InstanceFlipped
    | InstanceLanded
    | InstanceFreed
    | InstanceReleased
    | InstanceExpected
    | InstanceReopened
    | ChildAdded
    | ChildEnded
    | OperationNoted
    | OperationHandedOn
    | TermEvent
)
