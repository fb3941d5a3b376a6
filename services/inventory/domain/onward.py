"""A dated change goes along when what it is about moves or is replaced (MOV-09, D-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from services.inventory.domain.approved import Line
from services.inventory.domain.flip import Find
from services.inventory.domain.instance import Instance
from services.inventory.domain.noting import Noted, handed_on
from services.inventory.domain.operation import Operation
from services.inventory.domain.operation_events import OperationFollowed
from services.inventory.domain.words import OPERATION, Append, InstanceId, LineId

Onward = Callable[[InstanceId], InstanceId]
"""What an instance goes on as; itself where it stays what it is."""


def further(id: InstanceId, find: Find) -> tuple[InstanceId, ...]:
    """The ids by which an instance went on as it moved or was replaced, one after the other."""
    found: list[InstanceId] = []
    one = find(id)
    while isinstance(one, Instance) and one.state == "inactive" and one.went_on is not None:
        one = find(one.went_on)
        if isinstance(one, Instance):
            found.append(one.id)
    return tuple(found)


def goes_on(id: InstanceId, find: Find) -> InstanceId:
    """What it is now; itself where nothing is left of it."""
    last = next(reversed(further(id, find)), id)
    one = find(last)
    return last if isinstance(one, Instance) and one.state != "inactive" else id


def followed(operation: Operation, onward: Onward, find: Find) -> Iterator[Append]:
    """It is about what that has become, with all that was named for it; nothing once it has started."""
    order, at = operation.order, operation.at
    if operation.status != "scheduled" or order is None or at is None:
        return
    goes_on_as = {id: to for id in _touched(operation) if (to := onward(id)) != id}
    if not goes_on_as:
        return
    event = OperationFollowed(
        order=order.order_id,
        version=order.version,
        action=operation.action,
        at=at,
        line_ids=tuple(line.line_id for line in order.lines),
        goes_on_as=goes_on_as,
        locations=dict(_places(order.lines, goes_on_as, find)),
    )
    yield Append(OPERATION, operation.id, event)
    yield from handed_on(Noted(id=operation.id, order=order, state="scheduled", at=at), goes_on_as, find)


def _places(
    lines: Iterable[Line], goes_on_as: Mapping[InstanceId, InstanceId], find: Find
) -> Iterator[tuple[LineId, str]]:
    """What is added where its parent was is added where that is now, and so is what replaces another; any
    other place was meant."""
    by_id = {line.line_id: line for line in lines}
    for line in by_id.values():
        above = (
            (line.replaces or _owned_above(line, by_id)) if line.action == "add" and line.location else None
        )
        before, now = (find(id) for id in (above or "", goes_on_as.get(above or "", "")))
        if isinstance(before, Instance) and isinstance(now, Instance):
            place = now.record.location
            if line.location == before.record.location and place not in (None, line.location):
                yield line.line_id, place


def _owned_above(line: Line, lines: Mapping[LineId, Line]) -> InstanceId | None:
    """The instance under which an add stands, perhaps below other adds."""
    seen = {line.line_id}
    while line.action == "add" and line.parent_instance_id is None:
        above = lines.get(line.parent_line_id or "")
        if above is None or above.line_id in seen:
            return None
        seen.add(above.line_id)
        line = above
    return line.parent_instance_id if line.action == "add" else line.instance_id


def _touched(operation: Operation) -> dict[InstanceId, None]:
    """What its lines name, in their order, and what was named for one."""
    lines = operation.order.lines if operation.order is not None else ()
    named = operation.named.instance_ids if operation.named is not None else ()
    of_lines = (id for line in lines for id in (line.instance_id, line.parent_instance_id, line.replaces))
    return dict.fromkeys(id for id in (*of_lines, *named) if id is not None)
