"""DOM-04: what is said of a domain order for which all is done, and which does not close."""

from __future__ import annotations

from services.fulfillment.domain.blueprint import DomainOrder
from services.fulfillment.domain.compatibility import stopped_because
from services.fulfillment.domain.compatibility_break import Break
from services.fulfillment.domain.compatibility_events import DomainOrderStopped
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.fallout import lifted, stopped
from services.fulfillment.domain.state import OpenOrder, Plan


def halted(
    order: OpenOrder, plan: Plan, details: DomainOrder, breaks: tuple[Break, ...]
) -> tuple[PlanEvent, ...]:
    """It is stopped, and a fallout says why; one for something else, which stopped it before, is over."""
    reason = stopped_because(order, breaks)
    return (
        *lifted(order, plan, "something else stands against it now"),
        DomainOrderStopped(
            version=plan.version, domain_order=details, previous=order.state, breaks=breaks, reason=reason
        ),
        stopped(order, plan, reason),
    )
