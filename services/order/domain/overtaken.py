"""What was asked of an order, and became impossible by what was completed meanwhile (INF-01, D-22)."""

from __future__ import annotations

from collections.abc import Collection

from services.order.domain.change import Pending
from services.order.domain.words import Reason

_FEW = 10


def overtaken(pending: Pending, completed: Collection[str]) -> tuple[Reason, ...]:
    """Why a request cannot be approved (any more) when these lines are completed; nothing when it can."""
    if pending.lines is None:
        return (partly_done(completed),) if completed else ()
    return tuple(
        _done(change.line_id)
        for change in pending.changes
        if change.operation != "add" and change.line_id in completed
    )


def partly_done(completed: Collection[str]) -> Reason:
    """Why an order of which something is completed cannot be canceled as a whole."""
    done = sorted(completed)
    message = (
        f"{'line' if len(done) == 1 else 'lines'} {', '.join(done[:_FEW])} "
        f"{'is' if len(done) == 1 else 'are'} completed, and what is done stays: name the other lines in "
        "'lineIds' to cancel those"
    )
    return Reason(rule="INF-01", message=message, line_id=done[0])


def _done(line_id: str) -> Reason:
    message = (
        f"line {line_id} is completed, and what is done stays: revise again without touching it, and order "
        "in a new one what should be different of it"
    )
    return Reason(rule="INF-01", message=message, line_id=line_id)
