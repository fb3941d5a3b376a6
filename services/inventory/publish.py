"""A stored event as the message that others hear, or none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.topics import INVENTORY_EVENTS
from services.chassis.service import Happened, Public
from services.inventory import bodies, operations
from services.inventory.bodies import Body
from services.inventory.domain.contract import ContractAgreed, ContractChanged, ContractLoaded
from services.inventory.domain.instance_events import (
    ChildAdded,
    ChildEnded,
    InstanceExpected,
    InstanceFlipped,
    InstanceFreed,
    InstanceLanded,
    InstanceLoaded,
    InstanceMade,
    InstanceReleased,
    InstanceReloaded,
    InstanceReopened,
    InstanceRerooted,
    InstanceReserved,
    InstanceStateReloaded,
    OperationHandedOn,
    OperationNoted,
)
from services.inventory.domain.operation_events import (
    ChoiceDeclined,
    ChoiceRecounted,
    InstancesNamed,
    OperationCanceled,
    OperationCompleted,
    OperationDelayed,
    OperationFollowed,
    OperationQueued,
    OperationRedated,
    OperationScheduled,
    OperationStarted,
)
from services.inventory.domain.record import Changed
from services.inventory.domain.reservation import (
    ReservationAccepted,
    ReservationAwaited,
    ReservationExtended,
    ReservationFulfilled,
    ReservationNarrowed,
    ReservationRefused,
    ReservationReleased,
    ReservationWidened,
)
from services.inventory.domain.reserved import Scheduled
from services.inventory.domain.revision import (
    ReservationReduced,
    ReservationRevised,
    RevisionAwaited,
    RevisionGivenUp,
    RevisionRefused,
    RevisionSettled,
)
from services.inventory.domain.specification import SpecificationHeard, SpecificationRelated
from services.inventory.domain.term import TermChanged, TermGivenUp, TermLoaded, TermMade, TermTakenOver

_StateChanged = (
    InstanceReserved | InstanceFlipped | InstanceReleased | InstanceReopened | InstanceStateReloaded
)


def publish(happened: Happened) -> Iterable[Public]:
    """At most one message; freeing, noting and what was heard are nobody else's business."""
    said = _said(happened)
    if said is None:
        return ()
    name, data = said
    return (Public(INVENTORY_EVENTS, name, happened.id, data),)


def _said(happened: Happened) -> tuple[str, Body] | None:
    """What happens most often stands first."""
    match happened.event:
        case InstanceReserved() | InstanceFlipped() | InstanceReleased() as event:
            return _state_changed(happened, event)
        case InstanceLanded() | InstanceReloaded() as event:
            return "instance.changed", _changed(event)
        case InstanceMade() | InstanceLoaded() as event:
            return "instance.created", _created(event)
        case event if _is_silent(event):
            return None
        case InstanceStateReloaded() | InstanceReopened() as event:
            return _state_changed(happened, event)
        case (
            ChoiceDeclined()
            | ChoiceRecounted()
            | InstancesNamed()
            | OperationCanceled()
            | OperationCompleted()
            | OperationDelayed()
            | OperationFollowed()
            | OperationQueued()
            | OperationRedated()
            | OperationScheduled()
            | OperationStarted()
        ) as event:
            return operations.said(happened, event)
        case TermLoaded() | TermMade() | TermChanged() | TermTakenOver() as event:
            return _term(happened, event)
        case ContractLoaded() | ContractChanged() | ContractAgreed() as event:
            return "contract.changed", _contract(event)
        case event:
            return _answer(happened, event)


def _is_silent(event: Any) -> bool:
    """Freeing, noting, what was heard, and how a reservation keeps its books."""
    match event:
        case InstanceFreed() | InstanceRerooted() | ChildAdded() | ChildEnded():
            return True
        case OperationNoted() | OperationHandedOn():
            return True
        case InstanceExpected() | SpecificationHeard() | TermGivenUp():
            return True
        case SpecificationRelated():
            return True
        case ReservationAwaited() | ReservationExtended() | ReservationReduced():
            return True
        case ReservationWidened() | ReservationNarrowed():
            return True
        case RevisionAwaited() | RevisionSettled() | RevisionGivenUp():
            return True
    return False


# --------------------------------------------------------------------------------------- an instance


def _created(event: InstanceMade | InstanceLoaded) -> Body:
    data = bodies.present(bodies.instance(event.record))
    if isinstance(event, InstanceMade):
        data["orderId"], data["version"] = event.order_id, event.version
        if event.side == "provide":
            data["movedFrom"] = event.pair_id
    return data


def _state_changed(happened: Happened, event: _StateChanged) -> tuple[str, Body] | None:
    if event.state == event.previous:
        return None
    data: Body = {
        "instanceId": happened.id,
        "accountId": happened.account,
        "state": event.state,
        "previousState": event.previous,
    }
    if not isinstance(event, InstanceStateReloaded):
        data["orderId"], data["version"] = event.order_id, event.version
    return "instance.state-changed", data


def _changed(event: InstanceLanded | InstanceReloaded) -> Body:
    record = event.record
    data = bodies.present(
        {
            "instanceId": record.instance_id,
            "accountId": record.account_id,
            "changes": [_change(one) for one in event.changes],
            "specificationId": record.specification_id,
            "specificationVersion": record.specification_version,
            "parentId": record.parent_id,
            "location": record.location,
            "quantity": record.quantity,
            "externalId": record.external_id,
        }
    )
    if isinstance(event, InstanceLanded):
        data["orderId"], data["version"] = event.order_id, event.version
    return data


def _change(one: Changed) -> Body:
    return {"name": one.name, "value": one.value, "previousValue": one.previous}


# ------------------------------------------------------------------------------------- its terms


def _term(happened: Happened, event: TermLoaded | TermMade | TermChanged | TermTakenOver) -> tuple[str, Body]:
    record = event.record
    line = record.kind == "contract_line"
    data: Body = {
        "contractLineId" if line else "entitlementId": record.term_id,
        "contractId" if line else "contractLineId": record.contract_id if line else record.contract_line_id,
        "accountId": happened.account,
        "instanceId": happened.id,
        "state": record.state,
        "start": record.start.isoformat() if record.start else None,
        "end": record.end.isoformat() if record.end else None,
        "term": record.term,
    }
    return "contract-line.state-changed" if line else "entitlement.state-changed", bodies.present(
        data | _why(event)
    )


def _why(event: TermLoaded | TermMade | TermChanged | TermTakenOver) -> Body:
    """The state it had, the rule and the order that changed it."""
    match event:
        case TermLoaded(previous=previous):
            return {"previousState": previous}
        case TermMade():
            return {"rule": event.rule, "orderId": event.order_id, "version": event.version}
        case TermChanged():
            order = {"orderId": event.order_id, "version": event.version}
            return {"previousState": event.previous, "rule": event.rule, **order}
        case TermTakenOver(record=record, from_instance_id=before):
            order = {"orderId": event.order_id, "version": event.version}
            return {
                "previousState": record.state,
                "previousInstanceId": before,
                "rule": event.rule,
                **order,
            }


def _contract(event: ContractLoaded | ContractChanged | ContractAgreed) -> Body:
    record, agreed = event.record, event if isinstance(event, ContractAgreed) else None
    return bodies.present(
        {
            "contractId": record.contract_id,
            "accountId": record.account_id,
            "state": record.state,
            "previousState": event.previous,
            "rule": event.rule if isinstance(event, ContractChanged) else "CON-09" if agreed else None,
            "orderId": agreed.order_id if agreed else None,
            "version": agreed.version if agreed else None,
            "start": record.start.isoformat() if record.start else None,
            "end": record.end.isoformat() if record.end else None,
            "contractLineIds": record.line_ids,
        }
    )


# ------------------------------------------------------------------------------------- a reservation


def _answer(
    happened: Happened,
    event: ReservationAccepted
    | ReservationRevised
    | ReservationRefused
    | RevisionRefused
    | ReservationReleased
    | ReservationFulfilled,
) -> tuple[str, Body]:
    data: Body = {"orderId": happened.id, "accountId": happened.account, "version": event.version}
    match event:
        case ReservationAccepted() | ReservationRevised():
            return "reservation.accepted", data | _accepted(event)
        case ReservationRefused(reasons=reasons) | RevisionRefused(reasons=reasons):
            return "reservation.refused", data | {"reasons": bodies.reasons(reasons)}
        case ReservationReleased(reasons=reasons):
            return "reservation.released", data | {"reasons": bodies.reasons(reasons)}
        case ReservationFulfilled(line_ids=lines, last=last):
            return "reservation.fulfilled", data | {"lineIds": lines, "last": last}


def _accepted(event: ReservationAccepted | ReservationRevised) -> Body:
    return bodies.present(
        {
            "category": event.category,
            "action": event.action,
            "priority": event.priority if isinstance(event, ReservationAccepted) else None,
            "lines": [bodies.line(line) for line in event.lines],
            "droppedLineIds": event.dropped or None if isinstance(event, ReservationRevised) else None,
            "tree": [bodies.affected(one) for one in event.tree],
            "operations": [_scheduled(one) for one in event.operations] or None,
        }
        | bodies.standing(event.standing)
    )


def _scheduled(one: Scheduled) -> Body:
    return {"operationId": one.operation_id, "lineIds": one.line_ids}
