"""What fulfillment reads of the messages of inventory: the fields it plans by, and no others.

They were written by our own services, so values that are only passed on are taken as they are.
"""

from __future__ import annotations

from typing import Any

from msgspec import field

from schemas.vocabulary import InstanceState, Kind, LineAction, ReturnPlan, Side
from services.chassis.heard import Heard


class ReservedLine(Heard, frozen=True, kw_only=True):
    line_id: str
    action: LineAction
    kind: Kind
    instance_id: str | None = None
    new_instance_id: str | None = None
    specification_id: str
    specification_version: str | None = None
    characteristics: dict[str, Any] = field(default_factory=dict)
    location: str | None = None
    quantity: int | None = None
    return_: ReturnPlan | None = field(name="return", default=None)


class AffectedInstance(Heard, frozen=True, kw_only=True):
    instance_id: str
    line_id: str
    action: LineAction
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    characteristics: dict[str, Any] = field(default_factory=dict)
    side: Side | None = None
    pair_id: str | None = None
    new: bool = False
    quantity: int | None = None


class StandingProduct(Heard, frozen=True, kw_only=True):
    instance_id: str
    root_id: str
    specification_id: str
    specification_version: str | None = None
    state: InstanceState
    account_wide: bool = False


class ScheduledLines(Heard, frozen=True, kw_only=True):
    operation_id: str


class ReservationAccepted(Heard, frozen=True, kw_only=True):
    """`reservation.accepted`."""

    order_id: str
    account_id: str
    version: int
    lines: tuple[ReservedLine, ...]
    tree: tuple[AffectedInstance, ...]
    dropped_line_ids: tuple[str, ...] = ()
    priority: int | None = None
    operations: tuple[ScheduledLines, ...] = ()
    standing: tuple[StandingProduct, ...] = ()


class OrderStepped(Heard, frozen=True, kw_only=True):
    """`order.held`, `.released`, `.cancellation-requested`, `.cancellation-approved`, `.change-declined`."""

    order_id: str
    account_id: str
    version: int


class LineRevision(Heard, frozen=True, kw_only=True):
    line_id: str
    operation: str


class OrderRevisionRequested(OrderStepped, frozen=True, kw_only=True):
    """`order.revision-requested`."""

    changes: tuple[LineRevision, ...]


class OperationStarted(Heard, frozen=True, kw_only=True):
    """`operation.started`."""

    operation_id: str
    order_id: str
    account_id: str
    version: int
    lines: tuple[ReservedLine, ...]
    tree: tuple[AffectedInstance, ...]
    standing: tuple[StandingProduct, ...] = ()
