"""What can happen to an order: its own events, and those of changing it under way (`change`)."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TypeAlias

from services.order.domain.change import ChangeEvent
from services.order.domain.line import Line, Ranks
from services.order.domain.parked import Fewer, InformationAwaited, InstancesChosen
from services.order.domain.value import value
from services.order.domain.words import Action, Category, HeaderAction, OperationState, Reason, Stage, Status


@value
class OrderPlaced:
    """Created: as a draft, or submitted with it."""

    account_id: str
    version: int = 1
    status: Stage
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    location: str | None = None
    end: datetime | None = None
    cascade: bool = False
    upgrade: bool = False
    ranks: Ranks | None = None
    reason: str | None = None
    return_id: str | None = None
    """The return that has written it."""
    asked_by: str | None = None
    """Who placed it, where that is known and not hearsay (D-21); likewise with what follows."""


@value
class OrderSubmitted:
    """A draft was submitted, its lines written out with what is known now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None
    asked_by: str | None = None


@value
class OrderApproved:
    """Acknowledged: all that the reservation needs. Lines in `fewer` wait until instances are named."""

    version: int
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    reason: str | None = None
    fewer: tuple[Fewer, ...] = ()
    priority: int | None = None
    warnings: tuple[Reason, ...] = ()


@value
class OrderRejected:
    """By a person (`reason`), or with every broken rule (`reasons`)."""

    version: int
    reasons: tuple[Reason, ...] = ()
    reason: str | None = None


@value
class OrderReworked:
    """A rejected order is a draft again, in its next version."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class OrderRevised:
    """A draft was edited: these are its lines now."""

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None
    asked_by: str | None = None


@value
class OrderStarted:
    """Its plan was made, or changed as it was revised; `status` is what it shows then."""

    version: int
    status: Status = "in_progress"


@value
class OperationHeard:
    """Lines that wait for their day, topmost first: scheduled or re-dated, started, done, or canceled.

    Those in `fewer` wait to be told which instances end.
    """

    version: int
    operation_id: str
    action: Action
    state: OperationState
    at: datetime
    line_ids: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    status: Status = "in_progress"
    fewer: tuple[Fewer, ...] = ()
    goes_on_as: dict[str, str] = field(default_factory=dict)
    """What its lines were about, and have moved or been replaced since, with what that is now."""
    locations: dict[str, str] = field(default_factory=dict)
    """Where its adds go since, which named the place that what is above them had; by line."""
    counted: bool = False
    """Whether `fewer` is how many are to be named from now on."""
    waits_for: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Its day has come: the orders that come first, each with some of what it holds."""
    brought: tuple[Line, ...] = ()
    """Lines written on its day: more was missing than it waited with (CHG-07), or has come since."""
    left_out: tuple[str, ...] = ()
    """Lines that were not needed on its day."""

    @property
    def asks_again(self) -> bool:
        """Whether what was named for its line cannot be ended: others are to be named (D-15)."""
        return self.state == "scheduled" and bool(self.reasons)


@value
class OrderRedated:
    """Lines that waited got other dates: stored before there were revisions, and read for ever.

    What it came to is told by `OperationHeard`.
    """

    version: int
    lines: tuple[Line, ...]
    reason: str | None = None


@value
class LinesCompleted:
    """A part of it is done; more follows."""

    version: int
    line_ids: tuple[str, ...]
    status: Status = "in_progress"


@value
class OrderCompleted:
    """Every line is done, and every instance is free again."""

    version: int


@value
class OrderCanceled:
    version: int
    reason: str | None = None


OrderEvent: TypeAlias = (
    OrderPlaced
    | OrderSubmitted
    | OrderApproved
    | OrderRejected
    | OrderReworked
    | OrderRevised
    | OrderStarted
    | OperationHeard
    | InstancesChosen
    | InformationAwaited
    | OrderRedated
    | LinesCompleted
    | OrderCompleted
    | OrderCanceled
    | ChangeEvent
)
