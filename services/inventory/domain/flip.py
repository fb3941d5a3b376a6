"""The closing of a domain order flips its instance; what begins or ends is noted in its parent's stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from services.inventory.domain.instance import Instance, Unknown, evolve
from services.inventory.domain.instance_events import (
    ChildAdded,
    ChildEnded,
    InstanceFlipped,
    InstanceMade,
    InstanceReserved,
)
from services.inventory.domain.table import closed
from services.inventory.domain.words import INSTANCE, Action, Append, InstanceId, OrderId, Values

Find: TypeAlias = Callable[[InstanceId], Instance | Unknown]
"""The instance of an id, as it is before the decision."""


class Found(NamedTuple):
    """Values and a version that a domain order came by."""

    values: Values
    specification_version: str | None


NOTHING_FOUND = Found({}, None)


def flip(
    instance: Instance, version: int, action: Action, found: Found = NOTHING_FOUND
) -> InstanceFlipped | None:
    """The state that a closed domain order of this action leaves the instance in; None if that is done."""
    held = instance.held
    if held is None or held.flipped:
        return None
    state = closed(held.found, action, held.side)
    if instance.transient and state == "active":
        state = "inactive"
    return InstanceFlipped(
        order_id=held.order_id,
        version=version,
        state=state,
        previous=instance.state,
        values=found.values,
        specification_version=found.specification_version,
    )


def ended_or_not(instance: Instance, event: InstanceFlipped, find: Find) -> Sequence[Append]:
    """The flip; the end of an instance is noted in its parent's stream too."""
    flipped = Append(INSTANCE, instance.id, event)
    if event.state != "inactive":
        return (flipped,)
    noted = ChildEnded(instance_id=instance.id)
    return (flipped, *note(instance.record.parent_id, noted, event.order_id, find))


def note(
    parent_id: InstanceId | None, noted: ChildAdded | ChildEnded, order: OrderId, find: Find
) -> Iterator[Append]:
    """Says it in the parent's stream, unless the order holds the parent: then its own events guard it."""
    parent = find(parent_id) if parent_id is not None else Unknown()
    if isinstance(parent, Instance) and not is_held(parent, order):
        yield Append(INSTANCE, parent.id, noted)


def is_held(instance: Instance, order: OrderId) -> bool:
    return instance.held is not None and instance.held.order_id == order


def after(
    instance: Instance | Unknown, *events: InstanceFlipped | InstanceMade | InstanceReserved
) -> Instance | Unknown:
    """The instance after these events, the one given being left alone."""
    changed = instance
    if isinstance(instance, Instance):
        held = replace(instance.held) if instance.held is not None else None
        changed = replace(instance, record=instance.record.own(), held=held)
    for event in events:
        changed = evolve(changed, event)
    return changed
