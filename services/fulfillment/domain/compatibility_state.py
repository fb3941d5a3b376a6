"""How a plan changes with what stands beside its products, and with what is stopped for it (DOM-04)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.fulfillment.domain.compatibility import concerns
from services.fulfillment.domain.compatibility_events import (
    CompatibilityWaived,
    DomainOrderStopped,
    StandingChanged,
    StandingNoted,
)
from services.fulfillment.domain.state import Plan


def _noted(plan: Plan, event: StandingNoted) -> None:
    kept = {id: one for id, one in plan.standing.items() if one.root_id not in event.root_ids}
    plan.standing = {**kept, **{one.instance_id: one for one in event.standing}}
    plan.made = {one.instance_id: one for one in event.made}
    plan.account_wide |= frozenset(event.account_wide)
    _note_targets(plan)
    for id, order in plan.orders.items():
        if order.brief.kind == "product":
            plan.touching.update(dict.fromkeys(concerns(order), id))


def _changed(plan: Plan, event: StandingChanged) -> None:
    for id in event.gone:
        plan.standing.pop(id, None)
        plan.made.pop(id, None)
    for one in event.there:
        there = plan.made if one.instance_id in plan.made else plan.standing
        there[one.instance_id] = one
    _note_targets(plan)


def _note_targets(plan: Plan) -> None:
    products = (*plan.standing.values(), *plan.made.values())
    plan.targets = {rule.target for one in products for rule in one.rules}


def _stopped(plan: Plan, event: DomainOrderStopped) -> None:
    order = plan.orders[event.domain_order.domain_order_id]
    order.state, order.stopped = "on_hold", event.breaks


def _waived(plan: Plan, event: CompatibilityWaived) -> None:
    plan.waived.update(one.key() for one in event.breaks)


CHANGES: dict[type, Callable[[Plan, Any], None]] = {
    StandingNoted: _noted,
    StandingChanged: _changed,
    DomainOrderStopped: _stopped,
    CompatibilityWaived: _waived,
}
