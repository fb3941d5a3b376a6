"""What is late, at risk, or waits for a person; and the dates of a plan."""

from __future__ import annotations

from datetime import datetime

from services.fulfillment.domain.blueprint import FalloutStage
from services.fulfillment.domain.risk import Level, Risk
from services.fulfillment.domain.value import value


@value
class FalloutOpened:
    """`rule` says why, `type` what it is; those stored in the first days name neither."""

    version: int
    fallout_id: str
    task_id: str | None
    domain_order_id: str | None
    message: str
    rule: str | None = None
    type: str | None = None


@value
class FalloutChanged:
    """Somebody sees to it, or says that the cause is mended; all that is known of it by now."""

    version: int
    fallout_id: str
    task_id: str | None
    stage: FalloutStage
    type: str
    message: str
    rule: str | None = None
    assignee: str | None = None
    resolution: str | None = None


@value
class FalloutClosed:
    """`verified`: what its resolution asked for again was then completed."""

    version: int
    fallout_id: str
    task_id: str | None
    resolution: str
    verified: bool = False


@value
class JeopardyAssessed:
    """The plan was looked at, and is looked at again at `next`; the risks are those that are new.

    One that is low and has no end is of what is done, or in time again.
    """

    version: int
    at: datetime
    next: datetime | None
    level: Level | None
    end: datetime | None = None
    lines: tuple[Risk, ...] = ()
    domain_orders: tuple[Risk, ...] = ()
    tasks: tuple[Risk, ...] = ()


@value
class WatchPaused:
    """JEO-05: the plan is held, or a change of it pending; nothing is late until it goes on."""

    version: int
    at: datetime


@value
class DatesMoved:
    """JEO-05: it goes on. It was held for so long, and all dates of what was open are later by that."""

    version: int
    seconds: float


@value
class DatesPlanned:
    """Tasks have joined the plan: they are planned to end when they are expected to now."""

    version: int
    at: datetime


TroubleEvent = (
    FalloutOpened
    | FalloutChanged
    | FalloutClosed
    | JeopardyAssessed
    | WatchPaused
    | DatesMoved
    | DatesPlanned
)
