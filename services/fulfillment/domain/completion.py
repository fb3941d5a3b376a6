"""What follows for the plan when domain orders have closed: parts that are done, and its own end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.fulfillment.domain.events import PartCompleted, PlanCanceled, PlanCompleted, PlanEvent
from services.fulfillment.domain.state import Part, Plan


def ended(plan: Plan, is_done: Callable[[Part], bool]) -> Iterator[PlanEvent]:
    """The last part closes the plan; while others follow it says which lines are done."""
    if plan.completed or plan.canceled:
        return
    done = [part for part in plan.parts if is_done(part)]
    more = len(done) < len(plan.parts) or _takes_back(plan, is_done)
    if plan.canceling:
        if not more:
            yield _canceled(plan)
        return
    more = more or bool(plan.awaited)
    for part in done if more else done[:-1]:
        yield PartCompleted(version=plan.version, operation_id=part.operation_id, line_ids=part.line_ids)
    if not more:
        yield PlanCompleted(version=plan.version, line_ids=done[-1].line_ids if done else ())


def _takes_back(plan: Plan, is_done: Callable[[Part], bool]) -> bool:
    """Whether something of a part that is over was done although it was not wanted, and is undone now."""
    over = (order.part for order in plan.orders.values() if order.part not in plan.parts)
    return any(not is_done(part) for part in over)


def _canceled(plan: Plan) -> PlanCanceled:
    return PlanCanceled(version=plan.version, account_id=plan.account_id, reasons=(), charges=plan.charges)
