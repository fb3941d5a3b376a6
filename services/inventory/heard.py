"""What inventory reads of the messages of order and fulfillment: the fields it acts by, and no others.

They were written by our own services, so values that are only passed on are taken as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import field

from schemas.vocabulary import AgreedType, Category, Kind, LineAction, ReturnPlan, Side
from services.chassis.heard import Heard


class AgreedContractLine(Heard, frozen=True, kw_only=True):
    type: AgreedType
    start: datetime | None = None
    end: datetime | None = None
    term: int | None = None


class OrderLine(Heard, frozen=True, kw_only=True):
    line_id: str
    action: LineAction
    kind: Kind = "product"
    instance_id: str | None = None
    specification_id: str | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    parent_line_id: str | None = None
    parent_instance_id: str | None = None
    characteristics: dict[str, Any] = field(default_factory=dict)
    location: str | None = None
    move: bool = False
    quantity: int | None = None
    transient: bool = False
    due_date: datetime | None = None
    contract_line: AgreedContractLine | None = None
    return_: ReturnPlan | None = field(name="return", default=None)
    replaces_instance_id: str | None = None
    quantity_before: int | None = None
    state: str


class OrderApproved(Heard, frozen=True, kw_only=True):
    """`order.approved`."""

    order_id: str
    account_id: str
    version: int
    category: Category
    action: str | None = None
    priority: int | None = None
    lines: tuple[OrderLine, ...]


class LineProgress(Heard, frozen=True, kw_only=True):
    line_id: str
    instance_ids: tuple[str, ...] = ()


class OrderLineChanged(Heard, frozen=True, kw_only=True):
    """`order.line-changed`: of lines that waited for it, which instances they end."""

    order_id: str
    version: int
    lines: tuple[LineProgress, ...]


class LineRevision(Heard, frozen=True, kw_only=True):
    """What a revision does to one line."""

    line_id: str
    operation: str
    types: tuple[str, ...] = ()
    characteristics: tuple[str, ...] = ()


class OrderRevised(Heard, frozen=True, kw_only=True):
    """`order.revised`: all lines as they should be, and what differs of an order under way."""

    order_id: str
    account_id: str
    version: int
    state: str
    lines: tuple[OrderLine, ...]
    changes: tuple[LineRevision, ...] = ()


class OrderChangeDeclined(Heard, frozen=True, kw_only=True):
    """`order.change-declined`."""

    order_id: str
    version: int


class PlanChanged(Heard, frozen=True, kw_only=True):
    """`plan.changed`, read for its head: the details are long."""

    order_id: str
    version: int
    operation_id: str | None = None


class DomainOrderStateChanged(Heard, frozen=True, kw_only=True):
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
    characteristics: dict[str, Any] = field(default_factory=dict)
    location: str | None = None
    line_closed: bool = False
