"""What order reads of the messages of inventory: the fields it decides by, and no others."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict

from schemas.vocabulary import Kind, LineAction, Outcome, Part, Reason, TermState


class Heard(Part):
    """A part of a message; read by its public names alone."""

    model_config = ConfigDict(validate_by_name=False)


class InstanceCreated(Heard):
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
    state: str


class InstanceChanged(Heard):
    """`instance.changed`."""

    instance_id: str
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    external_id: str | None = None


class InstanceStateChanged(Heard):
    """`instance.state-changed`: most say nothing to order, so as little as possible is read."""

    instance_id: str
    state: str
    previous_state: str


class OperationEvent(Heard):
    """`operation.*`: lines that wait for their day, and what becomes of them."""

    operation_id: str
    order_id: str
    version: int
    action: LineAction
    at: datetime
    line_ids: tuple[str, ...]


class OperationCanceled(OperationEvent):
    """`operation.canceled`."""

    reasons: tuple[Reason, ...] = ()


class TaskStateChanged(Heard):
    """`task.state-changed` where a task of a return has found something."""

    task_id: str
    order_id: str
    outcome: Outcome | None = None


class ContractLineStateChanged(Heard):
    """`contract-line.state-changed`."""

    contract_line_id: str
    account_id: str
    instance_id: str
    state: TermState


class EntitlementStateChanged(Heard):
    """`entitlement.state-changed`."""

    entitlement_id: str
    contract_line_id: str | None = None
    account_id: str
    instance_id: str
    state: TermState


class PlanChanged(Heard):
    """`plan.changed`, read for its head: the details are long."""

    order_id: str
    version: int
    operation_id: str | None = None
    staggered: bool = False


class PlanChangeRefused(Heard):
    """`plan.change-refused`."""

    order_id: str
    version: int
    operation_id: str | None = None
    reasons: tuple[Reason, ...] = ()
