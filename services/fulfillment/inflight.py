"""Orders that are held, released, or asked to change under way, and what was reserved for them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from schemas.registry import full
from services.chassis.service import Route, StreamOf, Wish, Work
from services.fulfillment import handlers, jeopardy, meanwhile, operations, reliance, revisions
from services.fulfillment.domain import inflight
from services.fulfillment.domain.alterations import ReservationKept
from services.fulfillment.domain.events import PlanCanceled, PlanPostponed
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import Awaited, Canceled, Plan, PlanState, Unplanned, Waiting
from services.fulfillment.heard import OrderRevisionRequested, OrderStepped
from services.fulfillment.missing import PLAN, close_fallout

# ------------------------------------------------------------------------------------ reservations


def accepted(reservation: Reservation, work: Work) -> None:
    """Planned at once, or kept while the order may not be planned. Heard again it changes nothing."""
    state: PlanState = work.state(PLAN, reservation.order_id)
    version = reservation.version
    match state:
        case Unplanned():
            handlers.accepted(reservation, work)
        case Canceled(version=void) if version > void:
            handlers.accepted(reservation, work)
        case Awaited(floor=void) if version > void:
            _plan_or_keep(reservation, state, work)
        case Waiting() if version > max(state.reservation.version, state.hold.refused):
            _wait_on_or_plan(reservation, state, work)
        case Plan() if version > max(state.reserved, state.hold.refused) and not state.over():
            revisions.accepted(reservation, state, work)


def _plan_or_keep(reservation: Reservation, state: Awaited, work: Work) -> None:
    if state.hold.keeps(reservation.version):
        if state.kept is None or state.kept.reservation.version < reservation.version:
            kept = ReservationKept(reservation=reservation, at=work.now)
            work.append(PLAN, reservation.order_id, kept)
            meanwhile.await_changes(reservation, work)
        return
    _plan(reservation, work)


def _plan(reservation: Reservation, work: Work) -> None:
    handlers.accepted(reservation, work)
    operations.look_again(reservation.order_id, work)


def _wait_on_or_plan(reservation: Reservation, state: Waiting, work: Work) -> None:
    if not state.hold.keeps(reservation.version):
        handlers.accepted(reservation, work)
        return
    work.append(
        PLAN,
        reservation.order_id,
        PlanPostponed(
            version=reservation.version, reservation=reservation, missing=state.missing, at=state.since
        ),
    )
    meanwhile.await_changes(reservation, work)


# ------------------------------------------------------------------------------------------ orders


def _asked_to_revise(data: OrderRevisionRequested, work: Work) -> None:
    touched = tuple(change.line_id for change in data.changes if change.operation != "add")
    command = inflight.Ask(
        version=data.version, account_id=data.account_id, because="revise", line_ids=touched
    )
    _append(data.order_id, inflight.ask(command, work.state(PLAN, data.order_id)), work)


def _asked_to_cancel(data: OrderStepped, work: Work) -> None:
    state: PlanState = work.state(PLAN, data.order_id)
    against = reliance.against_cancellation(data.order_id, state, work) if isinstance(state, Plan) else ()
    command = inflight.Ask(
        version=data.version, account_id=data.account_id, because="cancel", against=against
    )
    _append(data.order_id, inflight.ask(command, state), work)


def _held(data: OrderStepped, work: Work) -> None:
    command = inflight.Stop(version=data.version, account_id=data.account_id)
    _append(data.order_id, inflight.stop(command, work.state(PLAN, data.order_id)), work)


def _released(data: OrderStepped, work: Work) -> None:
    if _append(data.order_id, inflight.go_on(data.version, work.state(PLAN, data.order_id)), work):
        _resume(data.order_id, work)


def _declined(data: OrderStepped, work: Work) -> None:
    if _append(data.order_id, inflight.decline(data.version, work.state(PLAN, data.order_id)), work):
        _resume(data.order_id, work)


def _append(order_id: str, events: tuple[inflight.Answer, ...], work: Work) -> bool:
    """Whether anything happened."""
    jeopardy.append(order_id, events, work)
    return bool(events)


def _resume(order_id: str, work: Work) -> None:
    """What waited for the release: the tasks that are ready, back-offs that are over, what was kept."""
    state: PlanState = work.state(PLAN, order_id)
    match state:
        case Awaited(kept=kept) if kept is not None and not state.hold.stands():
            _plan(kept.reservation, work)
        case Waiting():
            operations.look_again(order_id, work)
        case Plan() if not state.hold.stands():
            _go_on(order_id, state, work)


def _go_on(order_id: str, plan: Plan, work: Work) -> None:
    revisions.resume(order_id, plan, work)
    if plan.kept is None:
        operations.look_again(order_id, work)
    else:
        revisions.look_again(order_id, work)


def _approved_to_cancel(data: OrderStepped, work: Work) -> None:
    """Of an order that was not planned there is nothing to undo."""
    state: PlanState = work.state(PLAN, data.order_id)
    match state:
        case Plan():
            revisions.cancel(data.order_id, data.version, state, work)
            return
        case Canceled() if data.version <= state.version:
            return
        case Waiting():
            close_fallout(state, "the order was canceled", work)
    canceled = PlanCanceled(version=data.version, account_id=data.account_id, reasons=())
    work.append(PLAN, data.order_id, canceled)


# ------------------------------------------------------------------------------------------ routes


def _of_plan(data: OrderStepped, work: Work) -> Iterator[Collection[Wish]]:  # noqa: ARG001
    yield [StreamOf(PLAN, data.order_id)]


def _order(data: Any) -> str | None:
    order_id: str = data.order_id
    return order_id


def _route(model: Any, handle: Any) -> Route:
    return Route(model=model, handle=handle, needs=_of_plan, order=_order)


ROUTES: Mapping[str, Route] = {
    full("order.held"): _route(OrderStepped, _held),
    full("order.released"): _route(OrderStepped, _released),
    full("order.revision-requested"): _route(OrderRevisionRequested, _asked_to_revise),
    full("order.cancellation-requested"): _route(OrderStepped, _asked_to_cancel),
    full("order.cancellation-approved"): _route(OrderStepped, _approved_to_cancel),
    full("order.change-declined"): _route(OrderStepped, _declined),
}
