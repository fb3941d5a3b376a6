"""What can happen to a dated change (D-17)."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TypeAlias

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.reserved import Affected, ReservedLine, Standing
from services.inventory.domain.value import value
from services.inventory.domain.words import Action, InstanceId, LineId, OrderId, Reason, SpecificationId

OperationId: TypeAlias = str


@value
class OperationScheduled:
    """It waits for its day without lock or tasks; `order` has its lines alone.

    One that is `parked` waits until the instances to end are named as well (D-15).
    """

    order: Approved
    action: Action
    at: datetime
    parked: bool = False
    to_name: dict[SpecificationId, int] | None = None
    """How many of each are to be named."""
    arrived: datetime | None = None
    """When it was there to be seen: of two with one date the elder goes first."""


@value
class InstancesNamed:
    """Which instances a line ends was said: it may run. It can come before the operation is scheduled."""

    version: int
    line_id: LineId
    instance_ids: tuple[InstanceId, ...]


@value
class OperationRedated:
    """It waits for another day."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]


@value
class OperationFollowed:
    """What it is about has moved or was replaced: it goes along (MOV-09); each id with the one it has now."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]
    goes_on_as: dict[InstanceId, InstanceId]
    locations: dict[LineId, str] = field(default_factory=dict)
    """Where its adds go now which named the place that what is above them had."""


@value
class OperationDelayed:
    """Its day has come while an earlier part of its own order is at work on the same instances."""


@value
class OperationQueued:
    """Its day has come, and it waits for what other orders do there first: the order each that it waits for,
    with some of what that holds; with nothing where that waits itself, and comes before it."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]
    waits_for: dict[OrderId, tuple[InstanceId, ...]]


@value
class ChoiceDeclined:
    """What was named cannot be ended by it now, or it cannot run without anything named: it waits (D-15)."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]
    reasons: tuple[Reason, ...]
    to_name: dict[SpecificationId, int] | None = None


@value
class ChoiceRecounted:
    """Others have changed how many are to be named (D-15): so many of each now, and of the rest none."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]
    to_name: dict[SpecificationId, int]


@value
class OperationStarted:
    """Its instances are reserved, and it can be planned."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    lines: tuple[ReservedLine, ...]
    tree: tuple[Affected, ...]
    standing: tuple[Standing, ...] = ()
    fitted: tuple[Line, ...] = ()
    """The lines that it has from now on, where those are others than it waited with (CHG-07, D-10)."""
    reasons: tuple[Reason, ...] = ()
    """Why some are left out."""


@value
class OperationCompleted:
    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]


@value
class OperationCanceled:
    """By a person without reasons, or with every rule that it broke on its day."""

    order: OrderId
    version: int
    action: Action
    at: datetime
    line_ids: tuple[LineId, ...]
    reasons: tuple[Reason, ...] = ()


OperationEvent: TypeAlias = (
    OperationScheduled
    | InstancesNamed
    | OperationRedated
    | OperationFollowed
    | OperationDelayed
    | OperationQueued
    | ChoiceDeclined
    | ChoiceRecounted
    | OperationStarted
    | OperationCompleted
    | OperationCanceled
)
