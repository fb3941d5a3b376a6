"""The words of the installed base, shared by all of its rules."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from services.inventory.domain.value import value

InstanceId: TypeAlias = str
OrderId: TypeAlias = str
LineId: TypeAlias = str
SpecificationId: TypeAlias = str

Value: TypeAlias = str | int | float | bool | None
Values: TypeAlias = dict[str, Value]
"""Name of a characteristic to its value; among values to come, null takes a value away."""

# Literals and not enums: an enum takes ten times as long to be written as JSON.
Kind: TypeAlias = Literal["product", "service", "resource"]
State: TypeAlias = Literal[
    "installation_pending", "active", "change_pending", "inactivation_pending", "suspended", "inactive"
]
"""What an instance shows (3.1)."""

PENDING: frozenset[State] = frozenset({"installation_pending", "change_pending", "inactivation_pending"})

Action: TypeAlias = Literal["add", "change", "disconnect", "suspend", "resume", "no_change"]
"""What a line asks for."""

OperationState: TypeAlias = Literal["scheduled", "started", "completed", "canceled"]
"""Where a dated change stands."""

Side: TypeAlias = Literal["cease", "provide"]
"""Of a move: the side that ends, and the side that begins."""

ReturnPlan: TypeAlias = Literal["refund", "replace", "repair"]
"""By which plan of the catalog a return is carried out."""


@value
class Reason:
    """A broken rule: its id, what is wrong and what would be right, and where."""

    rule: str
    message: str
    line_id: LineId | None = None
    field: str | None = None


class Append(NamedTuple):
    """An event for one stream: what a decision over several streams answers with."""

    category: str
    id: str
    event: Any


INSTANCE = "instance"
RESERVATION = "reservation"
SPECIFICATION = "specification"
CONTRACT = "contract"
OPERATION = "operation"
