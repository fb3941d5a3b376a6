"""An order under way is held, revised or canceled: somebody asks, somebody answers (section 11, D-02)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TypeAlias

from services.order.domain.approver import own_change
from services.order.domain.change import (
    CancellationApproved,
    CancellationRequested,
    ChangeDeclined,
    ChangeEvent,
    LineChange,
    OrderHeld,
    OrderReleased,
    Pending,
    RevisionApproved,
    RevisionRequested,
)
from services.order.domain.choice import shown_as
from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.overtaken import overtaken, partly_done
from services.order.domain.parked import Fewer
from services.order.domain.value import value
from services.order.domain.words import Reason

# ---------------------------------------------------------------------------------------- commands


@value
class Hold:
    reason: str | None = None


@value
class Release:
    reason: str | None = None


@value
class AskRevision:
    """`lines` are all that it should have, `changes` how they differ from those it has."""

    lines: tuple[Line, ...]
    changes: tuple[LineChange, ...]
    reason: str | None = None
    fewer: tuple[Fewer, ...] = ()
    by: str | None = None


@value
class ApproveChange:
    """`by` is who answers, where that is known; `warnings` are of the lines that are asked for (CHG-13)."""

    reason: str | None = None
    by: str | None = None
    warnings: tuple[Reason, ...] | None = None


@value
class DeclineChange:
    reason: str | None = None


@value
class RefuseChange:
    """Fact: what was asked for in this version cannot be done any more, or not be planned."""

    version: int
    reasons: tuple[Reason, ...] = ()


ChangeCommand: TypeAlias = Hold | Release | AskRevision | ApproveChange | DeclineChange | RefuseChange
Outcome: TypeAlias = tuple[ChangeEvent, ...] | Reason

# --------------------------------------------------------------------------------------------- hold


def hold(order: Order, command: Hold) -> Outcome:
    if order.pending is not None:
        return _being_planned("ORD-12")
    return (OrderHeld(version=order.version, reason=command.reason),)


def hold_asked(order: Order, command: Hold) -> Outcome:  # noqa: ARG001
    """Nothing new is begun while a request waits, so there is nothing to hold."""
    asked = "revision" if order.status == "revision_in_progress" else "cancellation"
    message = (
        f"its {asked} (version {order.version}) waits for an answer, and no new work is begun until then: "
        "approve it (order.approve-change) or decline it (order.decline-change), and hold what then goes on"
    )
    return Reason(rule="ORD-12", message=message)


def hold_canceling(order: Order, command: Hold) -> Outcome:  # noqa: ARG001
    message = "the order is being canceled: its work is undone, and nothing is left to hold"
    return Reason(rule="ORD-12", message=message)


def release(order: Order, command: Release) -> Outcome:
    return (OrderReleased(version=order.version, status=order.stage, reason=command.reason),)


def released(order: Order, command: Release) -> Outcome:  # noqa: ARG001
    """Nothing, where it was released before; what was never held cannot be."""
    if order.released:
        return ()
    message = f"{shown_as(order)} and was never on hold: there is nothing to release"
    return Reason(rule="ORD-12", message=message)


# ---------------------------------------------------------------------------------------- requests


def no_revision(order: Order) -> Reason | None:
    """Why the lines of an order cannot be asked to be otherwise now; None when they can (INF-01)."""
    match order.status:
        case "in_progress":
            return None
        case "acknowledged" if order.pending is not None:
            return _being_planned("DEC-09")
        case "acknowledged":
            message = (
                "it is being broken down into work: revise it when it is in progress, or cancel it whole"
            )
            return Reason(rule="DEC-09", message=f"the order is acknowledged: {message}")
        case "on_hold":
            message = "the order is on hold: release it first, then ask; as a whole it can be canceled now"
            return Reason(rule="INF-01", message=message)
        case "revision_in_progress" | "assessing_cancellation":
            return _waits_for_an_answer(order)
        case "cancellation_in_progress":
            message = "the order is being canceled: its work is undone; order anew what is still wanted"
            return Reason(rule="INF-01", message=message)
        case over:
            return Reason(rule="INF-01", message=f"the order is {over}: {_TOO_LATE}")


_TOO_LATE = "only an order in progress can be revised; order in a new one what should be different"


def ask_revision(order: Order, command: AskRevision) -> Outcome:
    """The request; nothing when the lines are like that already."""
    if (refused := no_revision(order)) is not None:
        return refused
    if not command.changes:
        return ()
    asked = RevisionRequested(
        version=order.version + 1,
        lines=command.lines,
        changes=command.changes,
        reason=command.reason,
        fewer=command.fewer,
        asked_by=command.by,
    )
    return (asked,)


def ask_cancellation(order: Order, reason: str | None, by: str | None) -> Outcome:
    """The whole order is to be undone: at any time after its approval, also before it is reserved."""
    if order.status in ("revision_in_progress", "assessing_cancellation"):
        return _waits_for_an_answer(order)
    if order.pending is not None:
        return _being_planned("INF-01")
    if order.completed:
        return partly_done(order.completed)
    return (CancellationRequested(version=order.version + 1, reason=reason, asked_by=by),)


def _waits_for_an_answer(order: Order) -> Reason:
    asked = "revision" if order.status == "revision_in_progress" else "cancellation"
    message = (
        f"its {asked} (version {order.version}) waits for an answer: approve it (order.approve-change) or "
        "decline it (order.decline-change) first, then ask again"
    )
    return Reason(rule="INF-01", message=message)


def _being_planned(rule: str) -> Reason:
    message = "its approved revision is being planned: wait until the order is in progress again"
    return Reason(rule=rule, message=message)


# ----------------------------------------------------------------------------------------- answers


def approve(order: Order, command: ApproveChange) -> Outcome:
    """INF-02: the second step. What was completed since the request stays as it is."""
    pending = order.pending
    if pending is None:
        return nothing_asked(order)
    if pending.approved:
        return ()
    if (own := own_change(pending, command.by)) is not None:
        return own
    if late := overtaken(pending, order.completed):
        return _only_declined(late[0])
    reason = command.reason or pending.reason
    if pending.lines is None:
        return (CancellationApproved(version=pending.version, reason=reason),)
    approved = RevisionApproved(
        version=pending.version,
        lines=pending.lines,
        changes=pending.changes,
        reason=reason,
        fewer=pending.fewer,
        warnings=command.warnings,
    )
    return (approved,)


def _only_declined(late: Reason) -> Reason:
    """Of an order that was overtaken before such requests declined themselves."""
    return replace(late, message=f"decline the request (order.decline-change): {late.message}")


def decline(order: Order, command: DeclineChange) -> Outcome:
    """D-02: everything goes on in the exact state before."""
    pending = order.pending
    if pending is None:
        return nothing_asked(order)
    if pending.approved:
        message = "it was approved already, and its work is under way: ask for another change when it is over"
        return Reason(rule="INF-02", message=message)
    return (_declined(order, pending, reason=command.reason),)


def nothing_asked(order: Order) -> Reason:
    message = (
        f"{shown_as(order)}, and no change of it is asked for that could be answered: "
        f"{_declined_already(order.declined)}ask with order.revise or order.cancel first"
    )
    return Reason(rule="INF-02", message=message)


def _declined_already(last: ChangeDeclined | None) -> str:
    """Whoever answers may not have seen that the request declined itself."""
    if last is None or not last.reasons:
        return ""
    return f"its last request (version {last.version}) was declined, as {last.reasons[0].message}; "


def overtake(order: Order, line_ids: Collection[str]) -> tuple[ChangeDeclined, ...]:
    """What waits for an answer that could only be no, now that these lines are completed as well: it is
    declined, so that the work of the other lines goes on."""
    pending = order.pending
    if pending is None or pending.approved:
        return ()
    late = overtaken(pending, order.completed | set(line_ids))
    return (_declined(order, pending, reasons=late),) if late else ()


def refuse(order: Order, command: RefuseChange) -> Outcome:
    """An answer to a request that is not pending (any more) tells nothing."""
    pending = order.pending
    if pending is None or command.version != pending.version:
        return ()
    return (_declined(order, pending, reasons=command.reasons),)


def _declined(
    order: Order, pending: Pending, reasons: tuple[Reason, ...] = (), reason: str | None = None
) -> ChangeDeclined:
    return ChangeDeclined(version=pending.version, status=order.unasked, reasons=reasons, reason=reason)
