"""From order's events to what it says on `order.events`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.topics import ORDER_EVENTS
from services.chassis.service import Happened, Public
from services.order import shown_returns
from services.order.domain import change, parked
from services.order.domain import events as orders
from services.order.domain import return_case as returns
from services.order.domain.instance import InstanceEnded, InstanceLearned, InstanceRestored, InstanceRevised
from services.order.domain.priority import band
from services.order.domain.specification import SpecificationPublished, SpecificationRetired
from services.order.domain.term import ContractLearned, TermLearned
from services.order.domain.words import LineStatus, Reason, State, Status
from services.order.shown import STATES, asked_for, changes, lines, reasons, waits_for

NEEDS_ATTENTION: LineStatus = "needs_attention"


def publish(happened: Happened) -> Iterable[Public]:
    """At most one message an event; what order has heard of instances and the catalog is its own affair."""
    match happened.event:
        case InstanceLearned() | InstanceRevised() | InstanceEnded() | InstanceRestored():
            return ()
        case TermLearned() | ContractLearned() | SpecificationPublished() | SpecificationRetired():
            return ()
        case returns.ReturnLineMoved() | returns.ReturnOutcomeFound():
            return ()
        case (
            returns.ReturnOpened()
            | returns.ReturnAssessed()
            | returns.ReturnLineRevised()
            | returns.ReturnResolved()
            | returns.ReturnClosed() as event
        ):
            return (_of_a_return(happened, event),)
        case orders.OperationHeard(state="completed"):
            return ()
        case event:
            return (_said(happened, event),)


def _said(happened: Happened, event: orders.OrderEvent) -> Public:
    match event:
        case orders.OrderPlaced():
            more = {**_asked(event), "lines": lines(event.lines, event.status), "cascade": event.cascade}
            return _public(happened, "order.created", event.status, more)
        case orders.OrderApproved():
            waiting = dict.fromkeys((one.line_id for one in event.fewer), NEEDS_ATTENTION)
            more = {**_asked(event), "lines": lines(event.lines, "acknowledged", waiting)}
            if event.priority is not None:
                more["priority"], more["priorityBand"] = event.priority, band(event.priority)
            if event.warnings:
                more["warnings"] = reasons(event.warnings)
            return _public(happened, "order.approved", "acknowledged", more)
        case orders.OrderStarted():
            return _public(happened, "order.started", event.status, {})
        case orders.OrderCompleted():
            return _public(happened, "order.completed", "completed", {})
        case orders.LinesCompleted():
            done = [{"lineId": id, "state": "completed"} for id in event.line_ids]
            return _public(happened, "order.line-changed", event.status, {"lines": done})
        case orders.OperationHeard():
            return _public(happened, "order.line-changed", event.status, _operation(event))
        case _:
            return _rare(happened, event)


def _rare(
    happened: Happened,
    event: orders.OrderSubmitted
    | orders.OrderRejected
    | orders.OrderReworked
    | orders.OrderRevised
    | orders.OrderRedated
    | orders.OrderCanceled
    | parked.InstancesChosen
    | parked.InformationAwaited
    | change.ChangeEvent,
) -> Public:
    match event:
        case parked.InstancesChosen():
            chosen = {"lineId": event.line_id, "state": event.status, "instanceIds": event.instance_ids}
            return _public(happened, "order.line-changed", event.status, {"lines": [chosen]})
        case parked.InformationAwaited():
            waiting = dict.fromkeys(event.line_ids, ())
            return _public(
                happened, "order.line-changed", "awaiting_information", _needing(event.fewer, waiting)
            )
        case orders.OrderSubmitted():
            return _public(happened, "order.submitted", "new", _because(event.reason))
        case orders.OrderRejected():
            more = {"reasons": reasons(event.reasons), **_because(event.reason)}
            return _public(happened, "order.rejected", "rejected", more)
        case orders.OrderReworked() | orders.OrderRevised():
            more = {"lines": lines(event.lines, "draft"), **_because(event.reason)}
            return _public(happened, "order.revised", "draft", more)
        case orders.OrderRedated():
            more = {"lines": lines(event.lines, "in_progress"), **_because(event.reason)}
            return _public(happened, "order.revised", "in_progress", more)
        case orders.OrderCanceled():
            return _public(happened, "order.canceled", "canceled", _because(event.reason))
        case _:
            return _under_way(happened, event)


def _under_way(happened: Happened, event: change.ChangeEvent) -> Public:
    match event:
        case change.OrderHeld(reason=reason):
            return _public(happened, "order.held", "on_hold", _because(reason))
        case change.OrderReleased(status=status, reason=reason):
            return _public(happened, "order.released", status, _because(reason))
        case change.RevisionRequested():
            name = "order.revision-requested"
            return _public(happened, name, "revision_in_progress", _revision(event, "revision_in_progress"))
        case change.RevisionApproved():
            more = _revision(event, "acknowledged")
            if event.warnings:
                more["warnings"] = reasons(event.warnings)
            return _public(happened, "order.revised", "acknowledged", more)
        case change.CancellationRequested(reason=reason):
            name = "order.cancellation-requested"
            return _public(happened, name, "assessing_cancellation", _because(reason))
        case change.CancellationApproved(reason=reason):
            name = "order.cancellation-approved"
            return _public(happened, name, "cancellation_in_progress", _because(reason))
        case change.ChangeDeclined():
            more = {"reasons": reasons(event.reasons), **_because(event.reason)}
            return _public(happened, "order.change-declined", event.status, more)


def _revision(event: change.RevisionRequested | change.RevisionApproved, status: Status) -> dict[str, Any]:
    return {
        "lines": lines(event.lines, status),
        "changes": changes(event.changes),
        **_because(event.reason),
    }


def _of_a_return(
    happened: Happened,
    event: returns.ReturnOpened
    | returns.ReturnAssessed
    | returns.ReturnLineRevised
    | returns.ReturnResolved
    | returns.ReturnClosed,
) -> Public:
    """What happens to a single line is told by its order; the case tells when it goes on as a whole."""
    match event:
        case returns.ReturnOpened():
            name, more = "return.opened", shown_returns.opened(event)
        case returns.ReturnAssessed():
            name, more = "return.assessed", shown_returns.assessed(event.state, event.lines)
        case returns.ReturnLineRevised():
            name, more = "return.assessed", shown_returns.assessed(event.state, (event.line,))
        case returns.ReturnResolved():
            name, more = "return.resolved", shown_returns.resolved(event)
        case returns.ReturnClosed():
            name, more = "return.closed", shown_returns.closed(event)
    data = {"returnId": happened.id, "accountId": happened.account, **more}
    return Public(ORDER_EVENTS, name, happened.id, data)


def _operation(event: orders.OperationHeard) -> dict[str, Any]:
    followed = {"goesOnAs": event.goes_on_as} if event.goes_on_as else {}
    if event.state == "scheduled" and (event.fewer or event.reasons):
        return _needing(event.fewer, dict.fromkeys(event.line_ids, event.reasons)) | followed
    waits = {"attention": text} if (text := waits_for(event)) else {}
    own = [{"lineId": id, "state": STATES[event.state]} | waits for id in event.line_ids]
    return {"lines": own + [{"lineId": id, "state": "canceled"} for id in event.left_out]} | followed


def _needing(fewer: tuple[parked.Fewer, ...], waiting: Mapping[str, tuple[Reason, ...]]) -> dict[str, Any]:
    """D-15: the lines that wait to be told which instances end, and what is asked for."""
    asked = asked_for(fewer, waiting).items()
    said = {id: {"attention": text} if text else {} for id, text in asked}
    return {"lines": [{"lineId": id, "state": NEEDS_ATTENTION, **more} for id, more in said.items()]}


def _public(happened: Happened, name: str, state: State, more: dict[str, Any]) -> Public:
    data = {
        "orderId": happened.id,
        "accountId": happened.account,
        "version": happened.event.version,
        "state": state,
        **more,
    }
    return Public(ORDER_EVENTS, name, happened.id, data)


def _asked(event: orders.OrderPlaced | orders.OrderApproved) -> dict[str, Any]:
    asked = {"category": event.category, **_because(event.reason)}
    if event.action is not None:
        asked["action"] = event.action
    return asked


def _because(reason: str | None) -> dict[str, Any]:
    return {} if reason is None else {"reason": reason}
