"""One product, service or resource that an account owns, and the order that holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from services.inventory.domain.instance_events import (
    InstanceEvent,
    InstanceExpected,
    InstanceFlipped,
    InstanceFreed,
    InstanceLanded,
    InstanceLoaded,
    InstanceMade,
    InstanceReleased,
    InstanceReloaded,
    InstanceReopened,
    InstanceRerooted,
    InstanceReserved,
    InstanceStateReloaded,
    OperationHandedOn,
    OperationNoted,
)
from services.inventory.domain.record import NOTHING_COMING, Coming, Record
from services.inventory.domain.term import (
    TermChanged,
    TermEvent,
    TermGivenUp,
    TermLoaded,
    TermMade,
    Terms,
    TermTakenOver,
)
from services.inventory.domain.term import evolve as evolve_terms
from services.inventory.domain.words import (
    Action,
    InstanceId,
    LineId,
    OrderId,
    Side,
    State,
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
    operations: dict[str, OperationNoted] = field(default_factory=dict)
    terms: Terms = field(default_factory=dict)
    went_on: InstanceId | None = None
    """What it is since it has moved or was replaced: it has ended itself (MOV-09)."""

    @property
    def id(self) -> InstanceId:
        return self.record.instance_id

    @property
    def state(self) -> State:
        return self.record.state

    @property
    def returns(self) -> bool:
        """Whether a cancel of the order that holds it brings it back (D-22)."""
        return self.held is not None and self.held.found not in (None, "inactive")

    @property
    def stands(self) -> bool:
        """Whether it has its place in the tree, which an end that has not landed leaves to it."""
        return self.record.state != "inactive" or self.returns


def initial(id: str) -> Unknown:  # noqa: ARG001
    return Unknown()


def evolve(state: Instance | Unknown, event: InstanceEvent) -> Instance | Unknown:
    """The instance after the event; changes the state it is given, but never what stands in an event."""
    if (change := _CHANGES.get(type(event))) is not None:
        if isinstance(state, Instance):
            change(state, event)
        return state
    match event:
        case InstanceLoaded(record=record):
            return Instance(record=record.own())
        case InstanceMade():
            return _made(event)
    return state


def _made(event: InstanceMade) -> Instance:
    held = Held(
        order_id=event.order_id,
        version=event.version,
        line_id=event.line_id,
        action="add",
        found=None,
        coming=event.coming,
        side=event.side,
        pair_id=event.pair_id,
    )
    return Instance(
        record=event.record.own(), held=held, transient=event.transient, changed_by=event.order_id
    )


def _reserve(instance: Instance, event: InstanceReserved) -> None:
    instance.held = Held(
        order_id=event.order_id,
        version=event.version,
        line_id=event.line_id,
        action=event.action,
        found=event.previous,
        coming=event.coming or NOTHING_COMING,
        side=event.side,
        pair_id=event.pair_id,
    )
    instance.record.state = event.state


def _flip(instance: Instance, event: InstanceFlipped) -> None:
    instance.record.state = event.state
    if (held := instance.held) is None:
        return
    held.flipped = True
    if event.values or event.specification_version:
        held.coming = replace(
            held.coming,
            values={**held.coming.values, **event.values},
            specification_version=event.specification_version or held.coming.specification_version,
        )


def _land(instance: Instance, event: InstanceLanded) -> None:
    _goes_on(instance)
    instance.record, instance.held, instance.changed_by = event.record.own(), None, event.order_id


def _free(instance: Instance, event: InstanceFreed) -> None:
    _goes_on(instance)
    instance.held, instance.changed_by = None, event.order_id


def _goes_on(instance: Instance) -> None:
    """The other one of a pair that an order leaves behind; what it has made is that one."""
    held = instance.held
    instance.went_on = held.pair_id if held is not None and held.found is not None else None


def _release(instance: Instance, event: InstanceReleased) -> None:
    instance.record.state, instance.held = event.state, None


def _expect(instance: Instance, event: InstanceExpected) -> None:
    if instance.held is not None:
        instance.held.coming, instance.held.version = event.coming, event.version


def _reopen(instance: Instance, event: InstanceReopened) -> None:
    instance.record.state = event.state
    if instance.held is not None:
        instance.held.flipped = False


def _reload(instance: Instance, event: InstanceReloaded) -> None:
    instance.record = event.record.own()


def _reload_state(instance: Instance, event: InstanceStateReloaded) -> None:
    instance.record.state = event.state


def _reroot(instance: Instance, event: InstanceRerooted) -> None:
    instance.record.root_id = event.root_id


def _note(instance: Instance, event: OperationNoted) -> None:
    instance.operations[event.operation_id] = event


def _hand_on(instance: Instance, event: OperationHandedOn) -> None:
    instance.operations.pop(event.operation_id, None)


def _terms(instance: Instance, event: TermEvent) -> None:
    evolve_terms(instance.terms, event)


_CHANGES: dict[type, Callable[[Instance, Any], None]] = {
    InstanceReserved: _reserve,
    InstanceFlipped: _flip,
    InstanceLanded: _land,
    InstanceFreed: _free,
    InstanceReleased: _release,
    InstanceExpected: _expect,
    InstanceReopened: _reopen,
    InstanceReloaded: _reload,
    InstanceStateReloaded: _reload_state,
    InstanceRerooted: _reroot,
    TermLoaded: _terms,
    TermMade: _terms,
    TermChanged: _terms,
    TermGivenUp: _terms,
    TermTakenOver: _terms,
    OperationNoted: _note,
    OperationHandedOn: _hand_on,
}
"""What each event changes in an instance that is there; by type, as every event of the log is folded."""
