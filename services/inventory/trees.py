"""The lookup rows of what stands in each tree, written with the events that they follow from."""

from __future__ import annotations

from services.chassis.service import Work
from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.instance_events import (
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
)
from services.inventory.domain.record import Record
from services.inventory.domain.words import INSTANCE, InstanceId

TREE = "tree"
"""Rows: a root to everything in its tree that has not ended for good."""

ROOTS = "roots"
"""Rows: an account to the roots among those."""


def follow(id: InstanceId, event: object, work: Work) -> None:
    """The rows that follow from what is about to happen to an instance."""
    match event:
        case InstanceFlipped() | InstanceReleased() | InstanceReopened() | InstanceStateReloaded():
            if "inactive" in (event.state, event.previous) and event.state != event.previous:
                _end_or_bring_back(id, event, work)
        case InstanceFreed() | InstanceLanded():
            if (ended := _record(id, work)).state == "inactive":
                _fall(id, ended, ended.root_id, work)
        case InstanceReserved():
            return
        case InstanceLoaded(record=record) | InstanceMade(record=record):
            if record.state != "inactive":
                _stand(id, record, record.root_id, work)
        case InstanceReloaded(record=record):
            _move(id, record.root_id, record.state != "inactive", work)
        case InstanceRerooted(root_id=root):
            _move(id, root, _known(id, work).stands, work)


def _move(id: InstanceId, root: InstanceId, stands: bool, work: Work) -> None:
    record = _record(id, work)
    if record.root_id != root:
        _fall(id, record, record.root_id, work)
        if stands:
            _stand(id, record, root, work)


def _end_or_bring_back(
    id: InstanceId,
    event: InstanceFlipped | InstanceReleased | InstanceReopened | InstanceStateReloaded,
    work: Work,
) -> None:
    """What was there before the order keeps its place in the tree until its end lands."""
    found = _known(id, work)
    if event.state != "inactive":
        _stand(id, found.record, found.record.root_id, work)
    elif not (isinstance(event, InstanceFlipped) and found.returns):
        _fall(id, found.record, found.record.root_id, work)


def _stand(id: InstanceId, record: Record, root: InstanceId, work: Work) -> None:
    work.put(TREE, root, id)
    if root == id:
        work.put(ROOTS, record.account_id, id)


def _fall(id: InstanceId, record: Record, root: InstanceId, work: Work) -> None:
    work.drop(TREE, root, id)
    if root == id:
        work.drop(ROOTS, record.account_id, id)


def _record(id: InstanceId, work: Work) -> Record:
    return _known(id, work).record


def _known(id: InstanceId, work: Work) -> Instance:
    found: Instance | Unknown = work.state(INSTANCE, id)
    if isinstance(found, Unknown):
        raise LookupError(f"an event for instance {id}, which is unknown")
    return found
