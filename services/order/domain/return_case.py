"""A return: what comes back, and what becomes of each line of it (D-12). What is decided: `return_steps`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from services.order.domain.value import value
from services.order.domain.words import Reason, ReturnPlan

Expected: TypeAlias = Literal["repair", "replacement", "refund"]
Proposed: TypeAlias = Literal["return", "refund", "replacement", "repair", "reject"]
LineState: TypeAlias = Literal["open", "assessed", "needs_attention", "rejected", "resolved"]
CaseState: TypeAlias = Literal["open", "assessed", "resolved", "closed"]

PLANS: Mapping[Proposed, ReturnPlan] = {
    "return": "refund",
    "refund": "refund",
    "replacement": "replace",
    "repair": "repair",
}
"""The plan of the catalog by which each resolution is carried out (7.4). A rejected line has none."""

# ------------------------------------------------------------------------------------------ events


@value
class ReturnLine:
    """A line as it was opened: an instance, and what the customer would like."""

    line_id: str
    instance_id: str
    reason: str | None
    quantity: int | None = None
    expected: Expected


@value
class ReturnOpened:
    account_id: str
    lines: tuple[ReturnLine, ...]
    asked_by: str | None = None
    """Who opened it, where that is known and not hearsay (D-21)."""


@value
class Assessed:
    """What is to become of a line. `order_id` is the order that was written for it, None when rejected."""

    line_id: str
    instance_id: str
    proposed: Proposed
    approved_quantity: int | None = None
    note: str | None = None
    order_id: str | None = None
    replacement_id: str | None = None
    owned: int | None = None
    """How many the account had, where only some of them come back."""
    replaced_by: int | None = None
    """How many were sent in their place, where that is more than come back: the customer keeps the rest."""


@value
class ReturnAssessed:
    """These lines; `state` is that of the case then."""

    state: CaseState
    lines: tuple[Assessed, ...]


@value
class ReturnLineMoved:
    """The order of a line has done it, has not, or is on its way again."""

    line_id: str
    order_id: str
    state: LineState
    reasons: tuple[Reason, ...] = ()


@value
class ReturnLineRevised:
    """The order of a line was revised, and something else comes back by it now."""

    state: CaseState
    line: Assessed


@value
class ReturnOutcomeFound:
    """What a task of the line's order found."""

    line_id: str
    order_id: str
    task_id: str
    outcome: str


@value
class Settled:
    """What became of a line."""

    assessed: Assessed
    state: LineState
    outcome: str | None = None


@value
class ReturnResolved:
    """Every line is resolved or rejected."""

    lines: tuple[Settled, ...]


@value
class ReturnClosed:
    """Nothing is left to do. `rule` where no person closed it."""

    lines: tuple[Settled, ...]
    rule: str | None = None


ReturnEvent: TypeAlias = (
    ReturnOpened
    | ReturnAssessed
    | ReturnLineMoved
    | ReturnLineRevised
    | ReturnOutcomeFound
    | ReturnResolved
    | ReturnClosed
)

# ------------------------------------------------------------------------------------------- state


@value
class CaseLine:
    asked: ReturnLine
    state: LineState = "open"
    assessed: Assessed | None = None
    outcome: str | None = None
    found_by: str | None = None
    """The task that has found the outcome."""
    reasons: tuple[Reason, ...] = ()

    @property
    def order_id(self) -> str | None:
        """The order that carries out what was decided last."""
        return self.assessed.order_id if self.assessed is not None else None

    @property
    def done(self) -> bool:
        return self.state in ("resolved", "rejected")


@dataclass(slots=True, kw_only=True)
class Case:
    """Only `evolve` changes it. `orders` counts those that it wrote, for they are numbered."""

    account_id: str
    lines: dict[str, CaseLine]
    state: CaseState = "open"
    orders: int = 0
    opened_by: str | None = None


def evolve(case: Case | None, event: ReturnEvent) -> Case | None:
    """The case after the event; changes the one it is given."""
    if isinstance(event, ReturnOpened):
        lines = {line.line_id: CaseLine(asked=line) for line in event.lines}
        return Case(account_id=event.account_id, lines=lines, opened_by=event.asked_by)
    if case is not None:
        _change(case, event)
    return case


def _change(case: Case, event: ReturnEvent) -> None:
    match event:
        case ReturnAssessed():
            _assess(case, event)
        case ReturnLineMoved():
            line = case.lines[event.line_id]
            case.lines[event.line_id] = replace(line, state=event.state, reasons=event.reasons)
        case ReturnLineRevised(line=assessed):
            line = case.lines[assessed.line_id]
            case.lines[assessed.line_id] = replace(line, assessed=assessed)
        case ReturnOutcomeFound():
            line = case.lines[event.line_id]
            case.lines[event.line_id] = replace(line, outcome=event.outcome, found_by=event.task_id)
        case ReturnResolved():
            case.state = "resolved"
        case ReturnClosed():
            case.state = "closed"


def _assess(case: Case, event: ReturnAssessed) -> None:
    case.lines = assessed_as(case.lines, event.lines)
    case.orders += sum(one.order_id is not None for one in event.lines)
    case.state = event.state


def assessed_as(lines: Mapping[str, CaseLine], wanted: tuple[Assessed, ...]) -> dict[str, CaseLine]:
    """The lines once these were assessed. What was found stands with what is rejected for it."""
    after = dict(lines)
    for one in wanted:
        before = lines[one.line_id]
        if one.proposed == "reject":
            after[one.line_id] = replace(before, state="rejected", assessed=one, reasons=())
        else:
            after[one.line_id] = CaseLine(asked=before.asked, state="assessed", assessed=one)
    return after
