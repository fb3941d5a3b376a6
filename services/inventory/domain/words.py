"""The words of the installed base, shared by all of its rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

InstanceId: TypeAlias = str
OrderId: TypeAlias = str
LineId: TypeAlias = str
SpecificationId: TypeAlias = str

Value: TypeAlias = str | int | float | bool | None
Values: TypeAlias = dict[str, Value]
"""Name of a characteristic to its value; among values to come, null takes a value away."""


class Kind(StrEnum):
    PRODUCT = "product"
    SERVICE = "service"
    RESOURCE = "resource"


class State(StrEnum):
    """What an instance shows (3.1)."""

    INSTALLATION_PENDING = "installation_pending"
    ACTIVE = "active"
    CHANGE_PENDING = "change_pending"
    INACTIVATION_PENDING = "inactivation_pending"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"


PENDING = frozenset({State.INSTALLATION_PENDING, State.CHANGE_PENDING, State.INACTIVATION_PENDING})


class Action(StrEnum):
    """What a line asks for."""

    ADD = "add"
    CHANGE = "change"
    DISCONNECT = "disconnect"
    SUSPEND = "suspend"
    RESUME = "resume"
    NO_CHANGE = "no_change"


class Side(StrEnum):
    """Of a move: the side that ends, and the side that begins."""

    CEASE = "cease"
    PROVIDE = "provide"


@dataclass(frozen=True, slots=True, kw_only=True)
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
