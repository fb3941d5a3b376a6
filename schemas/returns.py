"""Commands about returns, and what the order service says of them (rule book, section 7)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from schemas.order import MAX_LINES
from schemas.vocabulary import (
    Command,
    Identifier,
    Outcome,
    Part,
    PersonalText,
    PersonalWords,
    Reference,
    printable,
    without_separators,
)

ReturnState = Literal["open", "assessed", "resolved", "closed"]
ReturnLineState = Literal["open", "assessed", "needs_attention", "rejected", "resolved"]
Expected = Literal["repair", "replacement", "refund"]
Proposed = Literal["return", "refund", "replacement", "repair", "reject"]

ReturnId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    AfterValidator(printable),
    AfterValidator(without_separators),
]
"""The orders of a return are named after it, so it is shorter than an order id may be."""
Quantity = Annotated[int, Field(ge=1, le=1_000_000)]

# ---------------------------------------------------------------------------------------- commands


class ReturnLineRequest(Command):
    """One instance that the customer brings back: why, how many of it, and what they would like."""

    line_id: Identifier
    instance_id: Reference
    reason: PersonalWords
    quantity: Quantity | None = None
    expected: Expected


class OpenReturn(Command):
    """`return.open`: a case for what the account wants to bring back."""

    return_id: ReturnId
    account_id: Identifier
    lines: Annotated[tuple[ReturnLineRequest, ...], Field(min_length=1, max_length=MAX_LINES, strict=False)]


class Assessment(Command):
    """What is to become of a line. `approvedQuantity` is all that came back unless it says fewer."""

    line_id: Identifier
    proposed: Proposed
    approved_quantity: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    note: PersonalText | None = None


class AssessReturn(Command):
    """`return.assess`: some lines or all of them; each is resolved by itself, with an order of its own."""

    return_id: Reference
    lines: Annotated[tuple[Assessment, ...], Field(min_length=1, max_length=MAX_LINES, strict=False)]


class CloseReturn(Command):
    """`return.close`: nothing is left to do about a return that is resolved."""

    return_id: Reference


# ------------------------------------------------------------------------------------------ events


class OpenedLine(Part):
    """What comes back, why, and what the customer would like."""

    line_id: str
    instance_id: str
    reason: PersonalText | None = None
    quantity: int | None = None
    expected: Expected


class AssessedLine(Part):
    """What is to become of a line, and which order does it. A rejected one has none.

    `replacementId` is the instance that will take the place of the one that comes back; `replacedBy` says how
    many were sent, where that is more than come back: the others stay with the customer.
    """

    line_id: str
    instance_id: str
    proposed: Proposed
    approved_quantity: int | None = None
    note: PersonalText | None = None
    state: ReturnLineState
    order_id: str | None = None
    replacement_id: str | None = None
    replaced_by: int | None = None


class SettledLine(AssessedLine):
    """What became of a line. `outcome` is what was found when the goods were looked at."""

    outcome: Outcome | None = None


class ReturnEvent(Part):
    return_id: str
    account_id: str
    state: ReturnState


class ReturnOpened(ReturnEvent):
    """`return.opened`."""

    lines: tuple[OpenedLine, ...]


class ReturnAssessed(ReturnEvent):
    """`return.assessed`: the lines that were assessed now, or of which something else comes back since their
    order was revised."""

    lines: tuple[AssessedLine, ...]


class ReturnResolved(ReturnEvent):
    """`return.resolved`: every line is resolved or rejected."""

    lines: tuple[SettledLine, ...]


class ReturnClosed(ReturnEvent):
    """`return.closed`: by a person, or by a rule, because all of it was rejected (RMA-03)."""

    lines: tuple[SettledLine, ...]
    rule: str | None = None
