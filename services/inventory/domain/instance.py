"""One product, service or resource that an account owns, and the order that holds it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from services.inventory.domain.record import Changed, Coming, Record
from services.inventory.domain.words import (
    Action,
    InstanceId,
    LineId,
    OrderId,
    Side,
    State,
    Values,
)

# ------------------------------------------------------------------------------------------ events


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceLoaded:
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceReloaded:
    """The record was loaded again with other facts; its state is told by `InstanceStateReloaded`."""

    record: Record
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStateReloaded:
    state: State
    previous: State


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRerooted:
    """An instance above it was loaded again under another parent."""

    root_id: InstanceId


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFlipped:
    """Its domain order closed: the state is new, the values are still to come."""

    order_id: OrderId
    version: int
    state: State
    previous: State
    values: Values = field(default_factory=dict)
    specification_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceLanded:
    """Its part of the order closed with something new to show; it is free again."""

    order_id: OrderId
    version: int
    changes: tuple[Changed, ...]
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFreed:
    """Its part of the order closed with nothing new to show; it is free again."""

    order_id: OrderId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceReleased:
    """The order let it go: it is again what it was, or `inactive` if the order had made it (D-22)."""

    order_id: OrderId
    version: int
    state: State
    previous: State


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAdded:
    """Noted in the stream of a parent that no event of the same order guards.

    It changes nothing in the parent: whoever decides about the parent at the same time collides with it.
    """

    instance_id: InstanceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEnded:
    """Noted in the stream of a parent like `ChildAdded`."""

    instance_id: InstanceId


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
    | ChildAdded
    | ChildEnded
)

# ------------------------------------------------------------------------------------------ states


@dataclass(frozen=True, slots=True)
class Unknown:
    """No instance goes by this id."""


@dataclass(slots=True, kw_only=True)
class Held:
    """The lock of an order. `found` is the state it found the instance in, None when it made it.

    `flipped` once the domain order has closed.
    """

    order_id: OrderId
    version: int
    line_id: LineId
    action: Action
    found: State | None
    coming: Coming
    side: Side | None = None
    pair_id: InstanceId | None = None
    flipped: bool = False


@dataclass(slots=True, kw_only=True)
class Instance:
    """An instance; `changed_by` is the last order that left its mark on it."""

    record: Record
    held: Held | None = None
    transient: bool = False
    changed_by: OrderId | None = None

    @property
    def id(self) -> InstanceId:
        return self.record.instance_id

    @property
    def state(self) -> State:
        return self.record.state


def initial(id: str) -> Unknown:  # noqa: ARG001
    return Unknown()


def evolve(state: Instance | Unknown, event: InstanceEvent) -> Instance | Unknown:
    """The instance after the event; changes the state it is given."""
    match event:
        case InstanceLoaded(record=record):
            return Instance(record=record)
        case InstanceMade():
            return _made(event)
        case _ if isinstance(state, Instance):
            _change(state, event)
    return state


def _made(event: InstanceMade) -> Instance:
    held = Held(
        order_id=event.order_id,
        version=event.version,
        line_id=event.line_id,
        action=Action.ADD,
        found=None,
        coming=event.coming,
        side=event.side,
        pair_id=event.pair_id,
    )
    return Instance(record=event.record, held=held, transient=event.transient, changed_by=event.order_id)


def _change(instance: Instance, event: InstanceEvent) -> None:
    match event:
        case InstanceReserved():
            _reserve(instance, event)
        case InstanceFlipped():
            _flip(instance, event)
        case InstanceLanded(record=record, order_id=order):
            instance.record, instance.held, instance.changed_by = record, None, order
        case InstanceFreed(order_id=order):
            instance.held, instance.changed_by = None, order
        case InstanceReleased(state=state):
            instance.record, instance.held = replace(instance.record, state=state), None
        case InstanceReloaded(record=record):
            instance.record = record
        case InstanceStateReloaded(state=state):
            instance.record = replace(instance.record, state=state)
        case InstanceRerooted(root_id=root):
            instance.record = replace(instance.record, root_id=root)


def _reserve(instance: Instance, event: InstanceReserved) -> None:
    instance.held = Held(
        order_id=event.order_id,
        version=event.version,
        line_id=event.line_id,
        action=event.action,
        found=event.previous,
        coming=event.coming or Coming(),
        side=event.side,
        pair_id=event.pair_id,
    )
    if event.state is not event.previous:
        instance.record = replace(instance.record, state=event.state)


def _flip(instance: Instance, event: InstanceFlipped) -> None:
    instance.record = replace(instance.record, state=event.state)
    if (held := instance.held) is None:
        return
    held.flipped = True
    if event.values or event.specification_version:
        held.coming = replace(
            held.coming,
            values={**held.coming.values, **event.values},
            specification_version=event.specification_version or held.coming.specification_version,
        )
