"""What happens to an order under way that somebody wants otherwise: held, revised, canceled (section 11)."""

from __future__ import annotations

from typing import TypeAlias

from services.order.domain.line import Line
from services.order.domain.parked import Fewer
from services.order.domain.value import value
from services.order.domain.words import ChangeType, LineOperation, Reason, Status


@value
class LineChange:
    """What a revision does to one line; the types follow from what differs (INF-03)."""

    line_id: str
    operation: LineOperation
    types: tuple[ChangeType, ...] = ()
    characteristics: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------ events


@value
class OrderHeld:
    """Nothing new of it begins until it is released (ORD-12)."""

    version: int
    reason: str | None = None


@value
class OrderReleased:
    """It goes on, in the state it would be in without the hold."""

    version: int
    status: Status
    reason: str | None = None


@value
class RevisionRequested:
    """`lines` are all that it should have, without dropped ones; of those in `fewer` that many end.

    `asked_by` is who asked, where that is known and not hearsay (D-21); likewise of a cancellation.
    """

    version: int
    lines: tuple[Line, ...]
    changes: tuple[LineChange, ...]
    reason: str | None = None
    fewer: tuple[Fewer, ...] = ()
    asked_by: str | None = None


@value
class RevisionApproved:
    """The lines are these from now on, unless they cannot be reserved or planned.

    `warnings` are those of the order as it is then (CHG-13); None: it was not looked for any.
    """

    version: int
    lines: tuple[Line, ...]
    changes: tuple[LineChange, ...]
    reason: str | None = None
    fewer: tuple[Fewer, ...] = ()
    warnings: tuple[Reason, ...] | None = None


@value
class CancellationRequested:
    """The whole order is to be undone."""

    version: int
    reason: str | None = None
    asked_by: str | None = None


@value
class CancellationApproved:
    """Its work is being undone."""

    version: int
    reason: str | None = None


@value
class ChangeDeclined:
    """By a person (`reason`), or for what stands against it; `status` is that before the request (D-02)."""

    version: int
    status: Status
    reasons: tuple[Reason, ...] = ()
    reason: str | None = None


ChangeEvent: TypeAlias = (
    OrderHeld
    | OrderReleased
    | RevisionRequested
    | RevisionApproved
    | CancellationRequested
    | CancellationApproved
    | ChangeDeclined
)

# ------------------------------------------------------------------------------------------- state


@value
class Lines:
    """The lines of an order, which of them were dropped, what was asked fewer of, and what is warned of."""

    all: tuple[Line, ...]
    dropped: frozenset[str] = frozenset()
    fewer: tuple[Fewer, ...] = ()
    warnings: tuple[Reason, ...] = ()


@value
class Pending:
    """A request that is not settled: it waits for its answer, or, approved, for the plan.

    `lines` is None when the whole order is to be canceled. `before` are those of an approved revision that
    come back if it cannot be planned.
    """

    version: int
    lines: tuple[Line, ...] | None = None
    changes: tuple[LineChange, ...] = ()
    reason: str | None = None
    approved: bool = False
    before: Lines | None = None
    fewer: tuple[Fewer, ...] = ()
    asked_by: str | None = None

    @property
    def revises(self) -> bool:
        """Whether it asks for other lines, and not for the end of the order."""
        return self.lines is not None

    @property
    def status(self) -> Status:
        """What the order is because of it."""
        if self.revises:
            return "acknowledged" if self.approved else "revision_in_progress"
        return "cancellation_in_progress" if self.approved else "assessing_cancellation"


def revised(now: Lines, lines: tuple[Line, ...]) -> Lines:
    """The lines after a revision: each in its place, new ones last, dropped ones kept to be seen."""
    wanted = {line.line_id: line for line in lines}
    held = {line.line_id for line in now.all}
    kept = tuple(wanted.get(line.line_id, line) for line in now.all)
    added = tuple(line for line in lines if line.line_id not in held)
    return Lines(all=(*kept, *added), dropped=frozenset(held - wanted.keys()))
