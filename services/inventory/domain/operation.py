"""A dated change: the lines of one hierarchy that wait for their day, and what becomes of them (D-17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.operation_events import (
    ChoiceDeclined,
    ChoiceRecounted,
    InstancesNamed,
    OperationCanceled,
    OperationCompleted,
    OperationDelayed,
    OperationEvent,
    OperationFollowed,
    OperationId,
    OperationQueued,
    OperationRedated,
    OperationScheduled,
    OperationStarted,
)
from services.inventory.domain.value import value
from services.inventory.domain.words import Action, InstanceId, LineId, OrderId, Reason, SpecificationId

# ------------------------------------------------------------------------------------------- state

Status: TypeAlias = Literal["none", "scheduled", "started", "completed", "canceled"]


@dataclass(slots=True, kw_only=True)
class Operation:
    """`delayed`: its day has come, and it waits for the part before it. `order` once it was scheduled."""

    id: OperationId
    status: Status = "none"
    order: Approved | None = None
    action: Action = "no_change"
    at: datetime | None = None
    delayed: bool = False
    parked: bool = False
    named: InstancesNamed | None = None
    to_name: dict[SpecificationId, int] | None = None
    """What others were told is to be named; None where they were told nothing."""
    declined: tuple[Reason, ...] = ()
    since: int = 0
    """The version in which it came to wait: what was named before that was for an approval that is past."""
    arrived: datetime | None = None
    waits_for: dict[OrderId, tuple[InstanceId, ...]] = field(default_factory=dict)
    """Orders that are at work on what it touches, or come before it there."""
    left_out: frozenset[LineId] = frozenset()
    """Lines that it started without, as they had nothing left to do."""

    def as_named(self) -> Approved | None:
        """Its lines, with the instances that were named for one; None while they are waited for."""
        if self.order is None or not self.parked:
            return self.order
        if self.named is None or self.named.version < self.since:
            return None
        lines = tuple(
            replace(line, ending=self.named.instance_ids) if line.line_id == self.named.line_id else line
            for line in self.order.lines
        )
        return replace(self.order, lines=lines)


def initial(id: str) -> Operation:
    return Operation(id=id)


def evolve(state: Operation, event: OperationEvent) -> Operation:
    """The operation after the event; changes the state it is given."""
    if not isinstance(event, OperationFollowed):
        state.waits_for = event.waits_for if isinstance(event, OperationQueued) else {}
    match event:
        case OperationScheduled():
            state.since = state.since if state.status == "scheduled" else event.order.version
            state.status, state.order = "scheduled", event.order
            state.action, state.at, state.delayed = event.action, event.at, False
            state.parked, state.to_name, state.declined = event.parked, event.to_name, ()
            state.arrived = state.arrived or event.arrived
        case OperationRedated(at=at):
            state.at, state.delayed = at, False
        case OperationFollowed():
            _follow(state, event.goes_on_as, event.locations)
        case OperationDelayed() | OperationQueued():
            state.delayed = True
        case InstancesNamed() | ChoiceDeclined() | ChoiceRecounted():
            _choose(state, event)
        case OperationStarted():
            _start(state, event)
        case OperationCompleted():
            state.status = "completed"
        case OperationCanceled():
            state.status = "canceled"
    return state


def _start(state: Operation, event: OperationStarted) -> None:
    state.status = "started"
    if state.order is not None and event.fitted:
        before = {line.line_id for line in state.order.lines}
        state.left_out |= before.difference(line.line_id for line in event.fitted)
        state.order = replace(state.order, lines=event.fitted)


def _choose(state: Operation, event: InstancesNamed | ChoiceDeclined | ChoiceRecounted) -> None:
    match event:
        case InstancesNamed():
            state.named, state.declined = event, ()
        case ChoiceDeclined():
            state.named, state.delayed = None, False
            state.to_name, state.declined = event.to_name, event.reasons
        case ChoiceRecounted(to_name=to_name):
            state.to_name, state.declined = to_name, ()


def _follow(
    state: Operation, goes_on_as: Mapping[InstanceId, InstanceId], locations: Mapping[LineId, str]
) -> None:
    if state.order is not None:
        order = state.order.going_on(goes_on_as)
        lines = (replace(one, location=locations.get(one.line_id, one.location)) for one in order.lines)
        state.order = replace(order, lines=tuple(lines))
    if state.named is not None:
        ids = tuple(goes_on_as.get(id, id) for id in state.named.instance_ids)
        state.named = replace(state.named, instance_ids=ids)


# --------------------------------------------------------------------------------------- what waits


@value
class Later:
    """An operation to be: its lines, the topmost one first."""

    id: OperationId
    at: datetime
    lines: tuple[Line, ...]
    parked: bool = False
    to_name: dict[SpecificationId, int] | None = None

    @property
    def action(self) -> Action:
        return self.lines[0].action


def split(order: Approved, now: datetime) -> tuple[Approved, tuple[Later, ...]]:
    """What happens at once, and what waits: lines that hang together and have one date are one operation.

    A parked line waits alone.
    """
    dated = [line for line in order.lines if not line.parked and _waits(line, now)]
    parked = tuple(_parked(order, line, now) for line in order.lines if line.parked)
    if not dated and not parked:
        return order, ()
    at_once = tuple(line for line in order.lines if not line.parked and not _waits(line, now))
    return replace(order, lines=at_once), (*gathered(order, dated), *parked)


def _waits(line: Line, now: datetime) -> bool:
    return line.due is not None and line.due > now


def gathered(order: Approved, waiting: Iterable[Line]) -> tuple[Later, ...]:
    """The operations of lines that wait for their day.

    What takes the place of something comes with the line that ends that, and all goes over at once (D-12).
    """
    lines = {line.line_id: line for line in order.lines}
    ends = {line.instance_id: line for line in order.lines if line.action == "disconnect"}
    found: dict[LineId, list[Line]] = {}
    for line in waiting:
        with_ = ends.get(line.replaces) if line.replaces is not None else None
        together = with_ if with_ is not None and with_.due == line.due else line
        found.setdefault(_top(together, lines), []).append(line)
    return tuple(_later(order, top, found[top]) for top in found)


def _later(order: Approved, top: LineId, lines: list[Line]) -> Later:
    first = sorted(lines, key=lambda line: line.line_id != top)
    assert first[0].due is not None
    return Later(id=operation_id(order.order_id, top), at=first[0].due, lines=tuple(first))


def _parked(order: Approved, line: Line, now: datetime) -> Later:
    id = operation_id(order.order_id, line.line_id)
    return Later(id=id, at=max(line.due or now, now), lines=(line,), parked=True)


def _top(line: Line, lines: Mapping[LineId, Line]) -> LineId:
    """The topmost line of those above it that have its date."""
    seen = {line.line_id}
    while (above := lines.get(line.parent_line_id or "")) is not None:
        if above.due != line.due or above.parked or above.line_id in seen:
            break
        seen.add(above.line_id)
        line = above
    return line.line_id


def operation_id(order: OrderId, line: LineId) -> OperationId:
    """Order ids never contain `~`: the order can be read from it."""
    return f"{order}~op.{line}"
