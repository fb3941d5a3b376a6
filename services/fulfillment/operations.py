"""The dated parts of an order: planned when they start, given up when they are canceled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.service import Work
from services.fulfillment import handlers, jeopardy, meanwhile, staggering
from services.fulfillment.domain.beginning import extend, start
from services.fulfillment.domain.blueprint import Blueprint, Reason
from services.fulfillment.domain.decomposition import Impossible, Incomplete, decompose, missing
from services.fulfillment.domain.events import ExtensionRefused, OperationDropped, PartPostponed
from services.fulfillment.domain.fallout import classified
from services.fulfillment.domain.limits import too_large
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.schedule import scheduled
from services.fulfillment.domain.state import Awaited, Plan, PlanState, Waiting
from services.fulfillment.domain.trouble_events import FalloutOpened
from services.fulfillment.missing import PLAN


def order_of(operation_id: str) -> str | None:
    """The order of an operation: order ids never contain `~`."""
    order, there, _ = operation_id.partition("~op.")
    return order if there else None


# ---------------------------------------------------------------------------------------- planning


def started(part: Reservation, work: Work) -> None:
    """Its day has come: its tasks join the plan, once there is one and the catalog was heard."""
    state: PlanState = work.state(PLAN, part.order_id)
    if isinstance(state, Awaited | Waiting):
        _postpone(part, work)
    elif isinstance(state, Plan) and part.operation_id in state.awaited and not state.over():
        _plan(part, state, work)


def look_again(order_id: str, work: Work) -> None:
    """The timer of an order that waits for the catalog, as a whole or in a part."""
    handlers.look_again(order_id, work)
    state: PlanState = work.state(PLAN, order_id)
    if isinstance(state, Plan):
        for waiting in tuple(state.postponed.values()):
            _plan(waiting.reservation, work.state(PLAN, order_id), work)
        staggering.follow(order_id, work)


def _plan(part: Reservation, plan: Plan, work: Work) -> None:
    assert part.operation_id is not None, "what happens at once is planned with the plan"
    heard = handlers.reader(work)
    if missing(part, heard):
        _wait(part, plan, work)
        return
    outcome = decompose(replace(part, priority=plan.priority), heard, work.seal, len(plan.orders))
    before = plan.postponed.get(part.operation_id)
    since = before.since if before else work.now
    match outcome:
        case Incomplete() if work.now - since < handlers.TARGET_GRACE:
            _wait(part, plan, work)
        case Incomplete(reasons=reasons) | Impossible(reasons=reasons):
            _refuse(part, reasons, work)
        case Blueprint() if (reason := too_large(outcome)) is not None:
            _refuse(part, (reason,), work)
        case Blueprint():
            made = scheduled(outcome, work.now)
            handlers.lay_out(extend(made, part.operation_id), made, part.standing, work)


def _wait(part: Reservation, plan: Plan, work: Work) -> None:
    if part.operation_id not in plan.postponed:
        _postpone(part, work)
    due, data = work.now + handlers.SOON, {"order_id": part.order_id}
    work.timer(f"wait-{part.order_id}", due, handlers.LOOK_AGAIN, data)


def _postpone(part: Reservation, work: Work) -> None:
    work.append(PLAN, part.order_id, PartPostponed(reservation=part, at=work.now))
    meanwhile.await_changes(part, work)


def _refuse(part: Reservation, reasons: tuple[Reason, ...], work: Work) -> None:
    refused = ExtensionRefused(version=part.version, operation_id=part.operation_id or "", reasons=reasons)
    work.append(PLAN, part.order_id, refused)


# --------------------------------------------------------------------------------------- giving up


def dropped(order_id: str, operation_id: str, reasons: Sequence[str], work: Work) -> None:
    """Nothing waits for it any more; that it broke a rule on its day is a fallout (D-10, SUS-19)."""
    state: PlanState = work.state(PLAN, order_id)
    match state:
        case Plan() if operation_id in state.awaited:
            version = state.version
        case Awaited() | Waiting() if operation_id not in state.dropped:
            version = state.version
        case _:
            return
    work.append(PLAN, order_id, OperationDropped(operation_id=operation_id))
    if reasons:
        work.append(PLAN, order_id, _fallout(operation_id, version, reasons))
    if isinstance(plan := work.state(PLAN, order_id), Plan):
        jeopardy.append(order_id, start(plan, work.now), work)


def _fallout(operation_id: str, version: int, reasons: Sequence[str]) -> FalloutOpened:
    message = f"{operation_id} was canceled on its day: {'; '.join(dict.fromkeys(reasons))}"
    return FalloutOpened(
        version=version,
        fallout_id=f"{operation_id}.f1",
        task_id=None,
        domain_order_id=None,
        message=message,
        rule="SUS-19",
        type=classified("SUS-19"),
    )
