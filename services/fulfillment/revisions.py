"""What is done when a revision or cancellation of an order that has a plan is approved."""

from __future__ import annotations

from dataclasses import replace

from services.chassis.service import Work
from services.fulfillment import handlers, hierarchies, jeopardy, meanwhile, reliance, staggering
from services.fulfillment.domain import compensation, contradiction, inflight
from services.fulfillment.domain.alterations import ChangeRefused, ReservationKept
from services.fulfillment.domain.beginning import planned, start
from services.fulfillment.domain.blueprint import Blueprint, Reason
from services.fulfillment.domain.compensation import Change
from services.fulfillment.domain.decomposition import Impossible, Incomplete, decompose, missing
from services.fulfillment.domain.limits import too_large
from services.fulfillment.domain.matching import as_planned
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import Plan
from services.fulfillment.missing import PLAN

# ---------------------------------------------------------------------------------------- revision


def accepted(reservation: Reservation, plan: Plan, work: Work) -> None:
    """The lines as they should be now are reserved: the plan follows, or is left as it is."""
    if not plan.hold.keeps(reservation.version):
        _revise(reservation, plan, work)
    elif plan.kept is None or plan.kept.reservation.version < reservation.version:
        _keep(reservation, work)


def _keep(reservation: Reservation, work: Work) -> None:
    work.append(PLAN, reservation.order_id, ReservationKept(reservation=reservation, at=work.now))
    meanwhile.await_changes(reservation, work)


def look_again(order_id: str, work: Work) -> None:
    """The timer of a revision that waits for the catalog."""
    plan = work.state(PLAN, order_id)
    if isinstance(plan, Plan) and plan.kept is not None and not plan.over():
        reservation = plan.kept.reservation
        if not plan.hold.keeps(reservation.version):
            _revise(reservation, plan, work)


def _revise(reservation: Reservation, plan: Plan, work: Work) -> None:
    if (id := inflight.changed_before_its_plan(reservation, plan)) is not None:
        _refuse(reservation, (inflight.undecomposed(f"what line {id} needs"),), work)
    else:
        _follow(inflight.planned_by_now(reservation, plan), plan, work)


def _follow(reservation: Reservation, plan: Plan, work: Work) -> None:
    heard = as_planned(plan, handlers.reader(work))
    since = plan.kept.since if plan.kept else work.now
    if lacking := missing(reservation, heard):
        if work.now - since < handlers.FALLOUT_AFTER:
            _wait(reservation, plan, work)
        else:
            _refuse(reservation, (_unpublished(lacking),), work)
        return
    outcome = decompose(replace(reservation, priority=plan.priority), heard, work.seal)
    match outcome:
        case Incomplete() if work.now - since < handlers.TARGET_GRACE:
            _wait(reservation, plan, work)
        case Incomplete(reasons=reasons) | Impossible(reasons=reasons):
            _refuse(reservation, reasons, work)
        case Blueprint():
            _change(reservation, plan, compensation.revised(plan, outcome, reservation.dropped), work)


def _wait(reservation: Reservation, plan: Plan, work: Work) -> None:
    order_id = reservation.order_id
    if plan.kept is None:
        _keep(reservation, work)
    data = {"order_id": order_id}
    work.timer(f"wait-{order_id}", work.now + handlers.SOON, handlers.LOOK_AGAIN, data)


def _change(reservation: Reservation, plan: Plan, change: Change, work: Work) -> None:
    too_many = too_large(change.added)
    relied_on = reliance.against_revision(reservation, plan, change, work)
    reasons = (*change.reasons, *((too_many,) if too_many else ()), *relied_on)
    if reasons:
        _refuse(reservation, reasons, work)
        return
    order_id = reservation.order_id
    work.append(PLAN, order_id, *change.events)
    plan = work.state(PLAN, order_id)
    work.append(PLAN, order_id, *planned(plan, change.added, change.tasks_apart))
    work.append(PLAN, order_id, *compensation.inherited(work.state(PLAN, order_id), change.added))
    jeopardy.tell(order_id, change.events, work)
    hierarchies.note(order_id, reservation.standing, work)
    resume(order_id, work.state(PLAN, order_id), work)
    _agree(order_id, work)
    staggering.follow(order_id, work)


def _agree(order_id: str, work: Work) -> None:
    """Tasks that waited with what they had found, where the plan is made for it now (DEC-04).

    Of those that still wait it is said by which value the plan is made now.
    """
    while closing := contradiction.agreed(work.state(PLAN, order_id), handlers.judge(work), work.now):
        jeopardy.append(order_id, closing, work)
    jeopardy.append(order_id, contradiction.said_anew(work.state(PLAN, order_id), handlers.judge(work)), work)


def _refuse(reservation: Reservation, reasons: tuple[Reason, ...], work: Work) -> None:
    """Everything goes on as before (D-02)."""
    order_id = reservation.order_id
    work.append(PLAN, order_id, ChangeRefused(version=reservation.version, reasons=reasons))
    resume(order_id, work.state(PLAN, order_id), work)


def _unpublished(lacking: tuple[str, ...]) -> Reason:
    return Reason(
        rule="DEC-01",
        message=f"the catalog does not have {', '.join(lacking)}: publish it, then revise the order again",
    )


# -------------------------------------------------------------------------------------------- cancel


def cancel(order_id: str, version: int, plan: Plan, work: Work) -> None:
    """Judged again: a point of no return may have passed since it was asked for."""
    if plan.over() or version <= plan.hold.refused:
        return
    reasons = (
        *inflight.judge("cancel", (), plan),
        *reliance.against_cancellation(order_id, plan, work),
    )
    if reasons:
        work.append(PLAN, order_id, ChangeRefused(version=version, reasons=reasons))
        resume(order_id, work.state(PLAN, order_id), work)
        return
    events = compensation.canceled(plan, version)
    work.append(PLAN, order_id, *events)
    jeopardy.tell(order_id, events, work)
    jeopardy.append(order_id, start(work.state(PLAN, order_id), work.now), work)


# -------------------------------------------------------------------------------------------- resume


def resume(order_id: str, plan: Plan, work: Work) -> None:
    """What may be asked for now is; back-offs that were over under a hold are."""
    if plan.hold.stands():
        return
    jeopardy.append(order_id, (), work)
    plan = work.state(PLAN, order_id)
    for id, task in plan.tasks.items():
        if task.state == "scheduled" and task.again is not None:
            jeopardy.back_off(id, task.attempt, max(task.again, work.now), work)
    jeopardy.append(order_id, start(plan, work.now), work)
