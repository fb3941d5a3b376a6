"""What inventory reads of the messages of order and fulfillment: the fields it acts by, and no others.

They were written by our own services, so values that are only passed on are taken as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from schemas.vocabulary import AgreedType, Category, Kind, LineAction, Part, ReturnPlan, Side


class Heard(Part):
    """A part of a message; read by its public names alone."""

    model_config = ConfigDict(validate_by_name=False)


class AgreedContractLine(Heard):
    type: AgreedType
    start: datetime | None = None
    end: datetime | None = None
    term: int | None = None


class OrderLine(Heard):
    line_id: str
    action: LineAction
    kind: Kind = "product"
    instance_id: str | None = None
    specification_id: str | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    parent_line_id: str | None = None
    parent_instance_id: str | None = None
    characteristics: dict[str, Any] = Field(default_factory=dict)
    location: str | None = None
    move: bool = False
    quantity: int | None = None
    transient: bool = False
    due_date: datetime | None = None
    contract_line: AgreedContractLine | None = None
    return_: Annotated[ReturnPlan | None, Field(alias="return")] = None
    replaces_instance_id: str | None = None
    state: str


class OrderApproved(Heard):
    """`order.approved`."""

    order_id: str
    account_id: str
    version: int
    category: Category
    action: str | None = None
    lines: tuple[OrderLine, ...]


class LineProgress(Heard):
    line_id: str
    instance_ids: tuple[str, ...] = ()


class OrderLineChanged(Heard):
    """`order.line-changed`: of lines that waited for it, which instances they end."""

    order_id: str
    version: int
    lines: tuple[LineProgress, ...]


class LineRevision(Heard):
    """What a revision does to one line."""

    line_id: str
    operation: str
    types: tuple[str, ...] = ()
    characteristics: tuple[str, ...] = ()


class OrderRevised(Heard):
    """`order.revised`: all lines as they should be, and what differs of an order under way."""

    order_id: str
    account_id: str
    version: int
    state: str
    lines: tuple[OrderLine, ...]
    changes: tuple[LineRevision, ...] = ()


class OrderChangeDeclined(Heard):
    """`order.change-declined`."""

    order_id: str
    version: int


class PlanChanged(Heard):
    """`plan.changed`, read for its head: the details are long."""

    order_id: str
    version: int
    operation_id: str | None = None


class DomainOrderStateChanged(Heard):
    """`domain-order.state-changed`."""

    order_id: str
    account_id: str
    version: int
    kind: Kind
    action: LineAction
    side: Side | None = None
    state: str
    previous_state: str | None = None
    specification_id: str
    specification_version: str | None = None
    line_id: str
    instance_id: str | None = None
    new_instance: bool = False
    parent_instance_id: str | None = None
    composed_of: tuple[str, ...] = ()
    characteristics: dict[str, Any] = Field(default_factory=dict)
    location: str | None = None
    line_closed: bool = False
