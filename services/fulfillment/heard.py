"""What fulfillment reads of the messages of inventory: the fields it plans by, and no others.

They were written by our own services, so values that are only passed on are taken as they are.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from schemas.vocabulary import Kind, LineAction, Part, ReturnPlan, Side


class Heard(Part):
    """A part of a message; read by its public names alone."""

    model_config = ConfigDict(validate_by_name=False)


class ReservedLine(Heard):
    line_id: str
    action: LineAction
    kind: Kind
    instance_id: str | None = None
    new_instance_id: str | None = None
    specification_id: str
    specification_version: str | None = None
    characteristics: dict[str, Any] = Field(default_factory=dict)
    location: str | None = None
    return_: Annotated[ReturnPlan | None, Field(alias="return")] = None


class AffectedInstance(Heard):
    instance_id: str
    line_id: str
    action: LineAction
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    characteristics: dict[str, Any] = Field(default_factory=dict)
    side: Side | None = None
    pair_id: str | None = None
    new: bool = False


class ScheduledLines(Heard):
    operation_id: str


class ReservationAccepted(Heard):
    """`reservation.accepted`."""

    order_id: str
    account_id: str
    version: int
    lines: tuple[ReservedLine, ...]
    tree: tuple[AffectedInstance, ...]
    operations: tuple[ScheduledLines, ...] = ()


class OrderStepped(Heard):
    """`order.held`, `.released`, `.cancellation-requested`, `.cancellation-approved`, `.change-declined`."""

    order_id: str
    account_id: str
    version: int


class LineRevision(Heard):
    line_id: str
    operation: str


class OrderRevisionRequested(OrderStepped):
    """`order.revision-requested`."""

    changes: tuple[LineRevision, ...]


class OperationStarted(Heard):
    """`operation.started`."""

    operation_id: str
    order_id: str
    account_id: str
    version: int
    lines: tuple[ReservedLine, ...]
    tree: tuple[AffectedInstance, ...]
