"""A dated change as it is seen on instances: where it waits, and how it came out (D-09)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.flip import Find
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import OperationHandedOn, OperationNoted
from services.inventory.domain.operation_events import OperationId
from services.inventory.domain.value import value
from services.inventory.domain.words import INSTANCE, Append, InstanceId, OperationState


@value
class Noted:
    """An operation with its lines, as it stands."""

    id: OperationId
    order: Approved
    state: OperationState
    at: datetime

    @property
    def seen_on(self) -> Mapping[InstanceId, Line]:
        """The instances that its lines name, and those below which they add something."""
        found = {one.instance_id: one for one in self.order.lines if one.action != "add" and one.instance_id}
        for line in self.order.lines:
            if line.action == "add" and line.parent_instance_id is not None:
                found.setdefault(line.parent_instance_id, line)
        return found


def noted(one: Noted, find: Find, leaving_out: Collection[InstanceId] = ()) -> Iterator[Append]:
    """On each instance that is there."""
    for id, line in one.seen_on.items():
        if id not in leaving_out and isinstance(find(id), Instance):
            event = OperationNoted(
                operation_id=one.id,
                order_id=one.order.order_id,
                action=line.action,
                state=one.state,
                at=one.at,
            )
            yield Append(INSTANCE, id, event)


def handed_on(one: Noted, goes_on_as: Mapping[InstanceId, InstanceId], find: Find) -> Iterator[Append]:
    """From what has moved or was replaced to what that is now."""
    seen = one.seen_on
    for id, to in goes_on_as.items():
        if id in seen and isinstance(find(id), Instance):
            yield Append(INSTANCE, id, OperationHandedOn(operation_id=one.id, to_instance_id=to))
    after = replace(one, order=one.order.going_on(goes_on_as))
    yield from noted(after, find, leaving_out=seen.keys() - goes_on_as.keys())
