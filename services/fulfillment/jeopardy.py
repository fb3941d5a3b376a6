"""The clock over a plan: one timer, for the next moment at which it changes something (FAL-05, JEO-02).

What it does is done as of that moment, however late it is noticed, so that a clock set ahead by weeks ends
where one that went on day by day does. A plan without durations is never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.service import Work
from services.fulfillment import hierarchies
from services.fulfillment.domain.beginning import start
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.jeopardy import assess, is_watched, paused_or_resumed, planned_anew, touches
from services.fulfillment.domain.late import no_answer
from services.fulfillment.domain.state import Plan, PlanState
from services.fulfillment.domain.task_events import AttemptFailed
from services.fulfillment.missing import PLAN

LOOK = "plan.look"
ASK_AGAIN = "task.ask-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The timer of a plan."""

    order_id: str


def append(order_id: str, events: Sequence[PlanEvent], work: Work, at: datetime | None = None) -> None:
    """Appends what happened to a plan, and sets the timers that follow from it; `at` when it is not now."""
    before = _watch(order_id, work)
    work.append(PLAN, order_id, *events, effective=at)
    plan: PlanState = work.state(PLAN, order_id)
    if isinstance(plan, Plan):
        _retries(plan, events, work)
        if plan.timed and (_follow_hold(order_id, plan, at, work) or touches(plan, events)):
            _assess(order_id, at, work)
    rearm(order_id, before, work)
    tell(order_id, events, work)


def tell(order_id: str, events: Sequence[PlanEvent], work: Work) -> None:
    """Other plans hear what has closed or was undone, and those that are stopped go on where they may."""
    for other in hierarchies.tell(order_id, events, work):
        append(other, start(work.state(PLAN, other), work.now), work)


def _follow_hold(order_id: str, plan: Plan, at: datetime | None, work: Work) -> bool:
    """Whether a hold is over: the dates are new then."""
    moved = paused_or_resumed(plan, at or work.now)
    work.append(PLAN, order_id, *moved, effective=at)
    if not moved or plan.hold.stands():
        return False
    work.append(PLAN, order_id, *planned_anew(plan, at or work.now), effective=at)
    return True


def _assess(order_id: str, at: datetime | None, work: Work) -> None:
    """Not where the timer has still to run: it looks at the plan by itself."""
    plan: Plan = work.state(PLAN, order_id)
    moment = at or work.now
    if plan.over() or (is_watched(plan) and (plan.watch is None or plan.watch > moment)):
        work.append(PLAN, order_id, *assess(plan, moment), effective=at)


def dated(order_id: str, work: Work) -> None:
    """What has just joined the plan is planned as well."""
    plan: PlanState = work.state(PLAN, order_id)
    if isinstance(plan, Plan) and plan.timed:
        work.append(PLAN, order_id, *planned_anew(plan, work.now))


def look(data: Look, work: Work) -> None:
    """The timer: what nobody has answered until then, and what is at risk."""
    plan: PlanState = work.state(PLAN, data.order_id)
    if not isinstance(plan, Plan) or not is_watched(plan) or plan.watch is None:
        return
    if (at := plan.watch) <= work.now:
        late = no_answer(plan, at)
        work.append(PLAN, data.order_id, *late, effective=at)
        _retries(plan, late, work)
        work.append(PLAN, data.order_id, *assess(work.state(PLAN, data.order_id), at), effective=at)
    rearm(data.order_id, None, work)


def rearm(order_id: str, before: datetime | None, work: Work) -> None:
    """Sets the timer anew where the next moment is another one than before, or has gone by unnoticed."""
    after = _watch(order_id, work)
    if after is None:
        if before is not None:
            work.cancel_timer(_timer(order_id))
    elif after != before or after <= work.now:
        work.timer(_timer(order_id), after, LOOK, {"order_id": order_id})


def _watch(order_id: str, work: Work) -> datetime | None:
    plan: PlanState = work.state(PLAN, order_id)
    return plan.watch if isinstance(plan, Plan) else None


def _timer(order_id: str) -> str:
    return f"look-{order_id}"


def _retries(plan: Plan, events: Sequence[PlanEvent], work: Work) -> None:
    """A timer for each back-off that has begun."""
    for event in events:
        if isinstance(event, AttemptFailed) and plan.tasks[event.task_id].state == "scheduled":
            back_off(event.task_id, event.attempt, event.again, work)


def back_off(task_id: str, attempt: int, again: datetime, work: Work) -> None:
    data = {"task_id": task_id, "attempt": attempt, "at": again}
    work.timer(f"retry-{task_id}-{attempt}", again, ASK_AGAIN, data)
