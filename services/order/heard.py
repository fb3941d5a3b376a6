"""What order reads of the messages of inventory: the fields it decides by, and no others."""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from schemas.vocabulary import Kind, LineAction, Outcome, Scalar, TermState
from services.chassis.heard import Heard, Reason


class InstanceCreated(Heard, frozen=True, kw_only=True):
    """`instance.created`."""

    instance_id: str
    account_id: str
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    external_id: str | None = None
    moved_from: str | None = None
    state: str


class InstanceChanged(Heard, frozen=True, kw_only=True):
    """`instance.changed`."""

    instance_id: str
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    external_id: str | None = None


class InstanceStateChanged(Heard, frozen=True, kw_only=True):
    """`instance.state-changed`: most say nothing to order, so as little as possible is read."""

    instance_id: str
    state: str
    previous_state: str
    order_id: str | None = None


class OperationEvent(Heard, frozen=True, kw_only=True):
    """`operation.*`: lines that wait for their day, and what becomes of them."""

    operation_id: str
    order_id: str
    version: int
    action: LineAction
    at: datetime
    line_ids: tuple[str, ...]


class OperationScheduled(OperationEvent, frozen=True, kw_only=True):
    """`operation.scheduled`; with reasons where the instances named for a line cannot be ended by it, with
    how many are to be named, with what its lines are about since that has moved,
    and with the orders it waits for."""

    reasons: tuple[Reason, ...] = ()
    goes_on_as: dict[str, str] = field(default_factory=dict)
    to_name: dict[str, int] | None = None
    waits_for: dict[str, tuple[str, ...]] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)


class ReservedLine(Heard, frozen=True, kw_only=True):
    """A line with which a dated change has started."""

    line_id: str
    action: LineAction
    kind: Kind
    move: bool = False
    instance_id: str | None = None
    parent_line_id: str | None = None
    specification_id: str
    specification_version: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    location: str | None = None
    quantity: int | None = None
    transient: bool = False


class OperationStarted(OperationEvent, frozen=True, kw_only=True):
    """`operation.started`; with why lines are left out of it."""

    lines: tuple[ReservedLine, ...]
    reasons: tuple[Reason, ...] = ()


class OperationCanceled(OperationEvent, frozen=True, kw_only=True):
    """`operation.canceled`."""

    reasons: tuple[Reason, ...] = ()


class TaskStateChanged(Heard, frozen=True, kw_only=True):
    """`task.state-changed` where a task of a return has found something."""

    task_id: str
    order_id: str
    outcome: Outcome | None = None


class ContractChanged(Heard, frozen=True, kw_only=True):
    """`contract.changed`."""

    contract_id: str
    account_id: str
    contract_line_ids: tuple[str, ...] = ()


class ContractLineStateChanged(Heard, frozen=True, kw_only=True):
    """`contract-line.state-changed`."""

    contract_line_id: str
    account_id: str
    instance_id: str
    state: TermState


class EntitlementStateChanged(Heard, frozen=True, kw_only=True):
    """`entitlement.state-changed`."""

    entitlement_id: str
    contract_line_id: str | None = None
    account_id: str
    instance_id: str
    state: TermState


class PlanChanged(Heard, frozen=True, kw_only=True):
    """`plan.changed`, read for its head: the details are long."""

    order_id: str
    version: int
    operation_id: str | None = None
    staggered: bool = False


class PlanChangeRefused(Heard, frozen=True, kw_only=True):
    """`plan.change-refused`."""

    order_id: str
    version: int
    operation_id: str | None = None
    reasons: tuple[Reason, ...] = ()
