"""What is known of an order before its plan is made: it waits for its reservation, or for the catalog."""

from __future__ import annotations

from services.fulfillment.domain import trouble
from services.fulfillment.domain.alterations import ChangeRefused, PlanHeld, PlanReleased, ReservationKept
from services.fulfillment.domain.events import OperationDropped, PartPostponed, PlanEvent, PlanPostponed
from services.fulfillment.domain.holding import answered, hold, keep, refuse, release
from services.fulfillment.domain.state import Awaited, Plan, PlanState, Postponed, Waiting
from services.fulfillment.domain.trouble_events import FalloutChanged, FalloutClosed, FalloutOpened


def waiting(event: PlanPostponed, before: PlanState) -> Waiting:
    """What is missing may change while the order waits."""
    version = event.version
    found = Waiting(reservation=event.reservation, missing=event.missing, since=event.at, version=version)
    if isinstance(before, Awaited | Waiting):
        found.version, found.hold = max(version, before.version), before.hold
        answered(found, version)
        found.fallouts, found.postponed, found.dropped = before.fallouts, before.postponed, before.dropped
    return found


def evolve_before(state: Awaited | Waiting, event: PlanEvent) -> None:
    match event:
        case PlanHeld():
            hold(state, event)
        case PlanReleased():
            release(state, event)
        case ChangeRefused():
            refuse(state, event)
        case ReservationKept() if isinstance(state, Awaited):
            keep(state, event)
        case FalloutOpened() | FalloutChanged() | FalloutClosed():
            _fallout(state, event)
        case PartPostponed():
            put_off(state, event)
        case OperationDropped(operation_id=id):
            state.dropped.add(id)
            state.postponed.pop(id, None)


def _fallout(state: Awaited | Waiting, event: FalloutOpened | FalloutChanged | FalloutClosed) -> None:
    match event:
        case FalloutOpened():
            trouble.fallout_opened(state, event)
        case FalloutChanged():
            trouble.fallout_changed(state, event)
        case FalloutClosed():
            trouble.fallout_closed(state, event)


def put_off(state: Awaited | Waiting | Plan, event: PartPostponed) -> None:
    id = event.reservation.operation_id or ""
    state.postponed[id] = Postponed(reservation=event.reservation, since=event.at)
