"""The words of an order: actions, states, reasons. Their spelling is the public one."""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.order.domain.value import value

HeaderAction: TypeAlias = Literal["add", "change", "move", "disconnect", "suspend", "resume", "no_change"]
Action: TypeAlias = Literal["add", "change", "disconnect", "suspend", "resume", "no_change"]
Category: TypeAlias = Literal["product", "service"]
Kind: TypeAlias = Literal["product", "service", "resource"]
OperationState: TypeAlias = Literal["scheduled", "started", "completed", "canceled"]
LineStatus: TypeAlias = Literal[
    "draft",
    "new",
    "acknowledged",
    "in_progress",
    "on_hold",
    "revision_in_progress",
    "assessing_cancellation",
    "cancellation_in_progress",
    "completed",
    "canceled",
    "rejected",
    "scheduled",
    "needs_attention",
]
LineOperation: TypeAlias = Literal["add", "change", "drop", "redate"]
ChangeType: TypeAlias = Literal[
    "characteristic", "quantity", "location", "specification", "offering", "contract", "date", "reason"
]
ReturnPlan: TypeAlias = Literal["refund", "replace", "repair"]
"""By which plan of the catalog a return is carried out."""
Scalar: TypeAlias = str | int | float | bool | None


Stage: TypeAlias = Literal["draft", "new", "acknowledged", "in_progress", "completed", "canceled", "rejected"]
"""How far an order has come."""

Status: TypeAlias = Literal[
    "draft",
    "new",
    "acknowledged",
    "in_progress",
    "on_hold",
    "revision_in_progress",
    "assessing_cancellation",
    "cancellation_in_progress",
    "completed",
    "canceled",
    "rejected",
]
"""Where an order stands (rule book 9.1): its stage, or what somebody wants of it under way."""

State: TypeAlias = Status | Literal["awaiting_information"]
"""How an order is shown: that it waits for somebody may be said as well."""


@value
class Reason:
    """One broken rule: its id, what is wrong and what would be right, and where."""

    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None
