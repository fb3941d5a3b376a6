"""The reservation of one order: which instances each of its lines holds, until their part closes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from services.inventory.domain.approved import Approved
from services.inventory.domain.reserved import Affected, ReservedLine, Scheduled, Standing
from services.inventory.domain.revision import (
    ReservationReduced,
    ReservationRevised,
    RevisionAwaited,
    RevisionEvent,
    RevisionGivenUp,
    RevisionRefused,
    RevisionSettled,
)
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    InstanceId,
    Kind,
    LineId,
    OrderId,
    Reason,
    SpecificationId,
)

# ------------------------------------------------------------------------------------------ events


@value
class ReservationAwaited:
    """The approval is answered when these specifications are heard, or at `until` without them."""

    order: Approved
    specification_ids: tuple[SpecificationId, ...]
    until: datetime


@value
class ReservationAccepted:
    """`lines` are those that happen at once; the others wait in `operations`. All are about one contract."""

    version: int
    category: Kind
    action: str | None
    lines: tuple[ReservedLine, ...]
    tree: tuple[Affected, ...]
    operations: tuple[Scheduled, ...] = ()
    contract_id: str | None = None
    priority: int | None = None
    standing: tuple[Standing, ...] = ()


@value
class ReservationRefused:
    version: int
    reasons: tuple[Reason, ...]


@value
class ReservationExtended:
    """The plan needed another instance, or no longer needs one; it is held under this line too."""

    line_id: LineId
    instance_id: InstanceId


@value
class ReservationWidened:
    """An operation has started: its lines hold their instances now. `moved` ones have a second side."""

    held: dict[LineId, tuple[InstanceId, ...]]
    moved: int = 0


@value
class ReservationNarrowed:
    """An operation that had started cannot be planned: its lines hold nothing any more."""

    line_ids: tuple[LineId, ...]


@value
class ReservationFulfilled:
    version: int
    line_ids: tuple[LineId, ...]
    last: bool


@value
class ReservationReleased:
    version: int
    reasons: tuple[Reason, ...] = ()


ReservationEvent: TypeAlias = (
    ReservationAwaited
    | ReservationAccepted
    | ReservationRefused
    | ReservationExtended
    | ReservationWidened
    | ReservationNarrowed
    | ReservationFulfilled
    | ReservationReleased
    | RevisionEvent
)

# ------------------------------------------------------------------------------------------ states


Phase: TypeAlias = Literal["none", "reserved", "refused", "fulfilled", "released"]


@dataclass(slots=True, kw_only=True)
class Reservation:
    """`open` lines hold the instances named with them; `attempts` counts how often it was accepted."""

    order_id: OrderId
    version: int = 0
    phase: Phase = "none"
    attempts: int = 0
    waiting: ReservationAwaited | None = None
    open: dict[LineId, list[InstanceId]] = field(default_factory=dict)
    operations: tuple[str, ...] = ()
    contract_id: str | None = None
    moved: int = 0
    """How many second sides of moves were made: those of a later part are numbered on."""
    category: Kind = "product"
    action: str | None = None
    landed: frozenset[LineId] = frozenset()
    dropped: frozenset[LineId] = frozenset()
    """Lines that a revision took out: what they hold goes back as their domain orders are canceled."""
    settled: int = 0
    """The version that its lines are held in: that of the approval, or of the last revision planned."""
    revising: RevisionAwaited | ReservationRevised | None = None
    """A revision that is not answered yet, or that the plan has not followed yet."""


def initial(id: str) -> Reservation:
    return Reservation(order_id=id)


def evolve(state: Reservation, event: ReservationEvent) -> Reservation:
    """The reservation after the event; changes the state it is given."""
    state.waiting = event if isinstance(event, ReservationAwaited) else None
    match event:
        case ReservationAccepted(version=version):
            state.version, state.phase = version, "reserved"
            state.attempts += 1
            state.open = held_by(event.lines, event.tree)
            state.operations = tuple(one.operation_id for one in event.operations)
            state.contract_id = event.contract_id
            state.moved = second_sides(event.tree)
            state.category, state.action = event.category, event.action
            state.landed, state.dropped, state.settled = frozenset(), frozenset(), version
        case ReservationRefused(version=version):
            state.version, state.phase = version, "refused"
        case ReservationExtended(line_id=line, instance_id=instance):
            state.open.setdefault(line, []).append(instance)
        case ReservationWidened(held=held, moved=moved):
            state.open |= {line: list(ids) for line, ids in held.items()}
            state.moved += moved
        case ReservationNarrowed(line_ids=lines):
            state.open = {line: held for line, held in state.open.items() if line not in lines}
        case ReservationFulfilled(line_ids=lines, last=last):
            state.open = {line: held for line, held in state.open.items() if line not in lines}
            state.landed |= frozenset(lines)
            state.phase = "fulfilled" if last else state.phase
        case ReservationReleased(version=version):
            state.version, state.phase = max(version, state.version), "released"
            state.open, state.revising = {}, None
        case _:
            _revise(state, event)
    return state


def _revise(state: Reservation, event: ReservationEvent) -> None:
    match event:
        case RevisionAwaited():
            state.revising = event
        case ReservationRevised():
            _widen(state, event)
        case RevisionRefused(version=version):
            state.version, state.revising = version, None
        case RevisionSettled(version=version, dropped=dropped, operations=operations):
            state.dropped, state.settled = state.dropped | frozenset(dropped), version
            state.operations, state.revising = operations, None
        case RevisionGivenUp():
            _narrow(state)
        case ReservationReduced(line_id=line, instance_ids=ids):
            state.open[line] = [id for id in state.open.get(line, ()) if id not in ids]


def _widen(state: Reservation, event: ReservationRevised) -> None:
    state.version, state.revising = event.version, event
    for line, ids in event.added.items():
        state.open.setdefault(line, []).extend(ids)
    state.moved += event.moved
    state.contract_id = event.contract_id


def _narrow(state: Reservation) -> None:
    """Lines that are new hold nothing, and are no lines of the order."""
    given = state.revising
    state.revising = None
    if not isinstance(given, ReservationRevised):
        return
    new = {change.line_id for change in given.changes if change.operation == "add"}
    for line, ids in given.added.items():
        state.open[line] = [id for id in state.open.get(line, ()) if id not in ids]
    state.open = {line: held for line, held in state.open.items() if line not in new}


def held_by(lines: tuple[ReservedLine, ...], tree: tuple[Affected, ...]) -> dict[LineId, list[InstanceId]]:
    """Which instances each line holds."""
    held: dict[LineId, list[InstanceId]] = {line.line_id: [] for line in lines}
    for one in tree:
        if one.action != "no_change":
            held[one.line_id].append(one.instance_id)
    return held


def second_sides(tree: tuple[Affected, ...]) -> int:
    return sum(1 for one in tree if one.side == "provide")
