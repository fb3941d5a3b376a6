"""What is told of a plan that is held, or changes under way."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.service import Happened
from services.fulfillment.bodies import Body, about, reason
from services.fulfillment.domain.alterations import ChangeRefused, Charge, PlanHeld, PlanReleased


def altered(event: PlanHeld | PlanReleased | ChangeRefused, happened: Happened) -> Body:
    body = about(event.version, happened)
    match event:
        case PlanHeld():
            body["because"] = event.because
            body |= charges(event.charges)
        case PlanReleased():
            body["because"] = event.because
        case ChangeRefused():
            body["reasons"] = [reason(each) for each in event.reasons]
    return body


def charges(found: Iterable[Charge]) -> Body:
    """Left out when a change costs nothing."""
    told = [{"lineId": one.line_id, "taskId": one.task_id, "charge": one.charge} for one in found]
    return {"charges": told} if told else {}
