"""What is said of fallouts and risks, in the words of the public language."""

from __future__ import annotations

from collections.abc import Iterable

from services.fulfillment.bodies import Body, present
from services.fulfillment.domain.blueprint import FalloutStage
from services.fulfillment.domain.fallout import advice
from services.fulfillment.domain.risk import Risk
from services.fulfillment.domain.trouble_events import (
    FalloutChanged,
    FalloutClosed,
    FalloutOpened,
    JeopardyAssessed,
)


def fallout(event: FalloutOpened | FalloutChanged | FalloutClosed) -> Body:
    body = present(falloutId=event.fallout_id, taskId=event.task_id)
    match event:
        case FalloutOpened():
            return body | _open("classified", event) | present(domainOrderId=event.domain_order_id)
        case FalloutChanged():
            by = present(assignee=event.assignee, resolution=event.resolution)
            return body | _open(event.stage, event) | by
        case FalloutClosed():
            return body | {"stage": "closed", "resolution": event.resolution, "verified": event.verified}


def _open(stage: FalloutStage, event: FalloutOpened | FalloutChanged) -> Body:
    what = present(rule=event.rule, message=event.message, type=event.type)
    return {
        **what,
        "stage": stage,
        "advice": advice(event.fallout_id, event.task_id, event.rule, stage, event.message),
    }


def jeopardy(event: JeopardyAssessed) -> Body:
    """Those risks that are new."""
    return present(
        risk=event.level,
        expectedEnd=event.end,
        lines=risks("lineId", event.lines),
        domainOrders=risks("domainOrderId", event.domain_orders),
        tasks=risks("taskId", event.tasks),
    )


def risks(name: str, found: Iterable[Risk]) -> list[Body]:
    return [present(**{name: risk.id}, risk=risk.level, expectedEnd=risk.end) for risk in found]
