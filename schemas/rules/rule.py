"""What a rule is: its id, one sentence, who holds it, and how far we are with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Service = Literal["order", "inventory", "fulfillment", "gateway", "chassis", "cli"]
Status = Literal["enforced", "open", "not applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`because`: why it is not for us, or what of an open rule is missing."""

    id: str
    sentence: str
    status: Status
    service: Service | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`ids` are those that the rule book has; the rules stand in the same order."""

    title: str
    ids: tuple[str, ...]
    rules: tuple[Rule, ...]


def enforced(id: str, service: Service, sentence: str) -> Rule:
    """The service holds all of it, today. Whether a test shows it is counted, not claimed."""
    return Rule(id=id, sentence=sentence, status="enforced", service=service)


def still_open(id: str, service: Service, sentence: str, lacks: str | None = None) -> Rule:
    """Not held, or not all of it: `lacks` names the part that is missing."""
    return Rule(id=id, sentence=sentence, status="open", service=service, because=lacks)


def not_for_us(id: str, sentence: str, because: str) -> Rule:
    """There is nothing here that it could be about."""
    return Rule(id=id, sentence=sentence, status="not applicable", because=because)


def numbered(prefix: str, last: int) -> tuple[str, ...]:
    """`numbered("ACT", 17)`: ACT-01 to ACT-17."""
    return tuple(f"{prefix}-{number:02}" for number in range(1, last + 1))
