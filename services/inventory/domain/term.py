"""Contract lines and entitlements: the commercial terms that hang on an instance, and how they follow it.

They live in the stream of their instance, so nothing can be decided about the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.inventory.domain.value import value
from services.inventory.domain.words import InstanceId, OrderId, State

TermId: TypeAlias = str
ContractId: TypeAlias = str
TermKind: TypeAlias = Literal["contract_line", "entitlement"]
TermState: TypeAlias = Literal["draft", "active", "suspended", "expired", "canceled"]
"""What a contract line or entitlement shows (CON-01)."""

OVER: frozenset[TermState] = frozenset({"expired", "canceled"})


@value
class TermRecord:
    """A contract line or an entitlement as it is shown; of an entitlement, the line that it stands under."""

    term_id: TermId
    kind: TermKind
    contract_id: ContractId | None = None
    contract_line_id: TermId | None = None
    state: TermState
    start: datetime | None = None
    end: datetime | None = None
    term: int | None = None
    """In months; known of what an order has agreed."""


@value
class ComingTerm:
    """What lands on an instance with its part of the order; the state follows then.

    It makes a term, or `amends` the dates of the one that has its id.
    """

    record: TermRecord
    amends: bool = False


# ------------------------------------------------------------------------------------------ events


@value
class TermLoaded:
    record: TermRecord
    previous: TermState | None = None


@value
class TermMade:
    """A line of an order has agreed it, or it came with one that has (CON-08, CON-09)."""

    record: TermRecord
    rule: str
    order_id: OrderId
    version: int


@value
class TermChanged:
    """It is in another state, or has other dates, by this rule.

    The order is that of its instance, if one brought it there.
    """

    record: TermRecord
    previous: TermState
    rule: str
    order_id: OrderId | None = None
    version: int | None = None


@value
class TermGivenUp:
    """Its instance was the old side of a move: it hangs on the new one from now on (D-05)."""

    term_id: TermId
    to_instance_id: InstanceId


@value
class TermTakenOver:
    """State and dates are those that it had on the old side of the move (D-05)."""

    record: TermRecord
    from_instance_id: InstanceId
    rule: str
    order_id: OrderId
    version: int


TermEvent: TypeAlias = TermLoaded | TermMade | TermChanged | TermGivenUp | TermTakenOver

# ------------------------------------------------------------------------------------------ states


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`loaded` is what was loaded last; `changed_by` is the last order that left its mark on it."""

    record: TermRecord
    loaded: TermRecord | None = None
    changed_by: OrderId | None = None


Terms: TypeAlias = dict[TermId, Term]


def evolve(terms: Terms, event: TermEvent) -> None:
    """Changes the terms that it is given."""
    match event:
        case TermLoaded(record=record):
            terms[record.term_id] = Term(record=record, loaded=record)
        case TermMade(record=record, order_id=order):
            terms[record.term_id] = Term(record=record, changed_by=order)
        case TermChanged(record=record, order_id=order):
            if (known := terms.get(record.term_id)) is not None:
                terms[record.term_id] = replace(known, record=record, changed_by=order or known.changed_by)
        case TermGivenUp(term_id=id):
            terms.pop(id, None)
        case TermTakenOver(record=record, order_id=order):
            terms[record.term_id] = Term(record=record, changed_by=order)


# --------------------------------------------------------------------------------------- decisions


def by_dates(record: TermRecord, now: datetime) -> TermState:
    """What start and end alone say (CON-04). The end itself is no longer inside."""
    if record.end is not None and record.end <= now:
        return "expired"
    return "draft" if record.start is not None and record.start > now else "active"


def following(record: TermRecord, state: State, now: datetime) -> tuple[TermState, str] | None:
    """The state that follows from that of the instance, and the rule it follows from; None if it stays."""
    if record.state in OVER:
        return None
    if state == "inactive":
        return "canceled", "CON-08"
    if state == "suspended" and record.state != "suspended":
        return "suspended", "CON-03"
    if state == "active" and record.state == "suspended":
        return by_dates(record, now), "CON-04"
    return None


def due(record: TermRecord, now: datetime) -> tuple[TermState, str] | None:
    """The state that its dates have brought it to, and the rule; None as long as nothing is due."""
    if record.state in OVER:
        return None
    reached = by_dates(record, now)
    if reached == "expired":
        return reached, "CON-05" if record.state == "suspended" else "CON-01"
    if record.state == "draft" and reached == "active":
        return reached, "CON-01"
    return None


def next_date(record: TermRecord) -> datetime | None:
    """When it is to be looked at again; None when no date will change it."""
    dates: Iterable[datetime | None] = ()
    if record.state == "draft":
        dates = (record.start, record.end)
    elif record.state not in OVER:
        dates = (record.end,)
    return min((date for date in dates if date is not None), default=None)
