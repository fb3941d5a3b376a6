"""How the orders of the sample are written down: what is asked, and how it should end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.examples.customers import site

Ends = Literal["completed", "rejected", "canceled", "draft", "new"]
Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A later command about an order, sent in its wave; `until` is the state it brings the order to.

    `command` is one of `order.*`; another one is written with what it begins with: `task.report`.
    """

    wave: int
    command: str
    until: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. `rules` are exactly those that its rejection cites, `shows` what it is an example of."""

    id: str
    account: int
    note: str
    asks: dict[str, Any]
    ends: Ends = "completed"
    rules: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    lines: int | None = None
    wave: int = 1
    steps: tuple[Step, ...] = ()
    days: Mapping[int, str] = field(default_factory=dict)
    """By wave, the state to which its day brings the order, without a word of anybody."""
    first: str | None = None
    """The state after `order.place`, where later steps follow."""
    by_hand: bool = False
    """Its tasks are left to people: only steps answer them."""
    twice: bool = False
    """Sent twice, as a sender does who is not sure: the second one changes nothing."""
    written_by: str | None = None
    """The return that writes it in its wave: nobody sends an `order.place`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A line of a return: what the customer wishes, and what becomes of it."""

    instance: str
    reason: str
    expected: Literal["repair", "replacement", "refund"]
    proposed: Literal["return", "refund", "replacement", "repair", "reject"]
    note: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return: opened in the first wave, assessed in the next, closed in the third if it is."""

    id: str
    account: int
    note: str
    lines: tuple[Brought, ...]
    closed: bool = False

    @property
    def ends(self) -> str:
        """What is rejected as a whole closes by itself."""
        rejected = all(one.proposed == "reject" for one in self.lines)
        return "closed" if self.closed or rejected else "resolved"


def line(id: str, action: str, instance: str | None = None, **fields: Any) -> Line:
    """A line; `below` is its parent line, `under` its parent instance, `at` its location."""
    names = {
        "below": "parentLineId",
        "under": "parentInstanceId",
        "at": "location",
        "spec": "specificationId",
    }
    named = {names.get(name, name): value for name, value in fields.items()}
    owned = {"instanceId": instance} if instance else {}
    return {"lineId": id, "action": action, **owned, **named}


def new(id: str, specification: str, **fields: Any) -> Line:
    """An add line."""
    return line(id, "add", spec=specification, **fields)


def lines(*written: Line, **fields: Any) -> dict[str, Any]:
    """A request with its own lines, approved in the same breath unless said otherwise."""
    return _approved({"lines": [*written], **fields})


def select(action: str, *instances: str, **fields: Any) -> dict[str, Any]:
    """A request by selection: the platform writes the lines."""
    return _approved({"action": action, "selection": [*instances], **fields})


def _approved(asks: dict[str, Any]) -> dict[str, Any]:
    approve = asks.pop("approve", not asks.get("draft", False))
    return {**asks, "approve": True} if approve else asks


def moving(id: str, instance: str, to: str, **fields: Any) -> Line:
    """A line of a move."""
    return line(id, "change", instance, move=True, at=to, **fields)


def service(asks: dict[str, Any]) -> dict[str, Any]:
    """A service order."""
    return {"category": "service", **asks}


def new_site(number: int) -> str:
    """Where an account moves to."""
    return site(number, "2")
