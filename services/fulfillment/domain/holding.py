"""What a hold or a request does to what is known of a plan; nothing of the work itself changes."""

from __future__ import annotations

from services.fulfillment.domain.alterations import ChangeRefused, PlanHeld, PlanReleased, ReservationKept
from services.fulfillment.domain.state import (
    Awaited,
    Canceled,
    Pending,
    Plan,
    Postponed,
    Unplanned,
    Waiting,
)


def held_before(event: PlanHeld, before: Unplanned | Canceled) -> Awaited:
    """Of an order that has no plan yet."""
    awaited = Awaited(account_id=event.account_id, version=event.version)
    if isinstance(before, Canceled):
        awaited.floor = before.version
    hold(awaited, event)
    return awaited


def hold(state: Awaited | Waiting | Plan, event: PlanHeld) -> None:
    state.version = max(state.version, event.version)
    if event.because == "hold":
        state.hold.paused = True
    else:
        state.hold.pending = Pending(version=event.version, because=event.because)


def release(state: Awaited | Waiting | Plan, event: PlanReleased) -> None:
    if event.because == "hold":
        state.hold.paused = False
    else:
        answered(state, event.version)


def answered(state: Awaited | Waiting | Plan, version: int) -> None:
    """The request of this version, if it is still pending, is decided."""
    pending = state.hold.pending
    if pending is not None and pending.version <= version:
        state.hold.pending = None


def refuse(state: Awaited | Waiting | Plan, event: ChangeRefused) -> None:
    state.version = max(state.version, event.version)
    state.hold.refused = max(state.hold.refused, event.version)
    answered(state, event.version)
    if isinstance(state, Plan) and state.kept and state.kept.reservation.version == event.version:
        state.kept = None


def keep(state: Awaited | Plan, event: ReservationKept) -> None:
    """The latest counts. One of the version that was requested, or above, says that it was approved."""
    state.kept = Postponed(reservation=event.reservation, since=event.at)
    state.version = max(state.version, event.reservation.version)
    answered(state, event.reservation.version)
