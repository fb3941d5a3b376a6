"""DEC-04, carried out: when values have come, the plan grows by what waited for them."""

from __future__ import annotations

from services.chassis.service import Work
from services.fulfillment import handlers, jeopardy
from services.fulfillment.domain.beginning import planned, start
from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.fallout import classified
from services.fulfillment.domain.staggered import Grown, grow, ready, under_one_root
from services.fulfillment.domain.state import Plan, PlanState
from services.fulfillment.domain.trouble_events import FalloutClosed, FalloutOpened
from services.fulfillment.missing import PLAN


def follow(order_id: str, work: Work) -> None:
    """After values have come: all that waited for them joins the plan, and what can begin begins."""
    stuck: set[str] = set()
    while (plan := _growing(order_id, work)) is not None:
        found = {id: targets for id, targets in ready(plan).items() if id not in stuck}
        if not found:
            return
        found = under_one_root(plan, found)
        outcome = grow(order_id, plan, found, handlers.reader(work), work.seal)
        if isinstance(outcome, Grown):
            _lay_out(order_id, tuple(found), outcome, work)
        else:
            stuck |= found.keys()
            _report(order_id, next(iter(found)), outcome.reasons, work)


def _growing(order_id: str, work: Work) -> Plan | None:
    """The plan, while nothing holds it."""
    state: PlanState = work.state(PLAN, order_id)
    open_ = isinstance(state, Plan) and not state.over() and not state.hold.stands()
    return state if open_ and isinstance(state, Plan) else None


def _lay_out(order_id: str, grew: tuple[str, ...], grown: Grown, work: Work) -> None:
    plan: Plan = work.state(PLAN, order_id)
    for id in (f"{domain_order}.f1" for domain_order in grew):
        if id in plan.fallouts:
            how = "what was missing has been published"
            closed = FalloutClosed(version=plan.version, fallout_id=id, task_id=None, resolution=how)
            work.append(PLAN, order_id, closed)
    work.append(PLAN, order_id, grown.event)
    plan = work.state(PLAN, order_id)
    laid_out = planned(plan, grown.blueprint, grown.event.tasks_apart)
    work.append(PLAN, order_id, *laid_out, *grown.copied)
    jeopardy.dated(order_id, work)
    jeopardy.append(order_id, start(work.state(PLAN, order_id), work.now), work)


def _report(order_id: str, domain_order_id: str, reasons: tuple[Reason, ...], work: Work) -> None:
    """A fallout says what is missing; the domain order stays open, and is looked at again."""
    plan: Plan = work.state(PLAN, order_id)
    id = f"{domain_order_id}.f1"
    if id not in plan.fallouts:
        opened = FalloutOpened(
            version=plan.version,
            fallout_id=id,
            task_id=None,
            domain_order_id=domain_order_id,
            message="; ".join(reason.message for reason in reasons),
            rule="DEC-04",
            type=classified("DEC-01"),
        )
        work.append(PLAN, order_id, opened)
    data = {"order_id": order_id}
    work.timer(f"wait-{order_id}", work.now + handlers.LATER, handlers.LOOK_AGAIN, data)
