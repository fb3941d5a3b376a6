"""The installed base is loaded, one record at a time, as it stands today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.instance_events import (
    ChildAdded,
    InstanceLoaded,
    InstanceReloaded,
    InstanceRerooted,
    InstanceStateReloaded,
)
from services.inventory.domain.record import Changed, Record
from services.inventory.domain.words import INSTANCE, PENDING, Append, InstanceId, Reason, Values

Find = Callable[[InstanceId], Instance | Unknown]
Below = Callable[[InstanceId], tuple[Instance, ...]]
"""Everything below an instance, as it is before the decision."""


def reasons(record: Record, find: Find) -> Iterator[Reason]:
    """Why the record cannot be loaded; none at all when it can."""
    known, parent = find(record.instance_id), _parent(record, find)
    if isinstance(known, Instance):
        yield from _clashes(record, known)
    if record.parent_id is None:
        return
    if not isinstance(parent, Instance) or parent.record.account_id != record.account_id:
        yield Reason(
            rule="REF-01",
            field="parentId",
            message=f"the account has no instance '{record.parent_id}':"
            " load the parent first, for this account",
        )
    elif record.instance_id in _ids_above(record.parent_id, find):
        yield Reason(
            rule="REF-02",
            field="parentId",
            message=f"'{record.parent_id}' stands below '{record.instance_id}' itself: a tree has no cycle,"
            " so name another parent",
        )
    elif parent.held is not None or parent.state in PENDING:
        yield Reason(
            rule="D-23",
            field="parentId",
            message=f"an order is changing the parent '{parent.id}': load this when that order is completed",
        )


def _clashes(record: Record, known: Instance) -> Iterator[Reason]:
    if (known.record.account_id, known.record.kind) != (record.account_id, record.kind):
        yield Reason(
            rule="REF-04",
            field="instanceId",
            message=f"'{record.instance_id}' is the id of another instance: load this one under its own id",
        )
    elif known.held is not None or known.changed_by is not None:
        order = known.held.order_id if known.held is not None else known.changed_by
        yield Reason(
            rule="REF-03",
            field="instanceId",
            message=f"order '{order}' has changed '{record.instance_id}' since it was loaded:"
            " change it by an order",
        )


def _parent(record: Record, find: Find) -> Instance | Unknown:
    return find(record.parent_id) if record.parent_id is not None else Unknown()


def _ids_above(id: InstanceId, find: Find) -> Iterator[InstanceId]:
    above = find(id)
    yield id
    while isinstance(above, Instance) and above.record.parent_id is not None:
        yield above.record.parent_id
        above = find(above.record.parent_id)


def load(record: Record, find: Find, below: Below) -> tuple[Append, ...]:
    """What loading appends: the record that it is already appends nothing. Judge it by `reasons` first."""
    parent, known = _parent(record, find), find(record.instance_id)
    root = parent.record.root_id if isinstance(parent, Instance) else record.instance_id
    record = replace(record, root_id=root)
    noted = _noted(record)
    if isinstance(known, Unknown):
        return (Append(INSTANCE, record.instance_id, InstanceLoaded(record=record)), *noted)
    if known.record == record:
        return ()
    moved = known.record.parent_id != record.parent_id
    return (
        *_reloaded(record, known),
        *(noted if moved else ()),
        *(_rerooted(root, below(known.id)) if known.record.root_id != root else ()),
    )


def unchanged(record: Record, find: Find) -> bool:
    """The same record again: also when an order holds it, there is nothing to say against it."""
    known = find(record.instance_id)
    return isinstance(known, Instance) and replace(record, root_id=known.record.root_id) == known.record


def _noted(record: Record) -> tuple[Append, ...]:
    if record.parent_id is None:
        return ()
    return (Append(INSTANCE, record.parent_id, ChildAdded(instance_id=record.instance_id)),)


def _reloaded(record: Record, known: Instance) -> Iterator[Append]:
    if replace(record, state=known.state) != known.record:
        event = InstanceReloaded(
            record=replace(record, state=known.state),
            changes=tuple(_changes(known.record.characteristics, record.characteristics)),
        )
        yield Append(INSTANCE, record.instance_id, event)
    if record.state != known.state:
        state = InstanceStateReloaded(state=record.state, previous=known.state)
        yield Append(INSTANCE, record.instance_id, state)


def _changes(now: Values, then: Values) -> Iterator[Changed]:
    for name in sorted({*now, *then}):
        if now.get(name) != then.get(name):
            yield Changed(name=name, value=then.get(name), previous=now.get(name))


def _rerooted(root: InstanceId, below: tuple[Instance, ...]) -> Iterator[Append]:
    for instance in below:
        yield Append(INSTANCE, instance.id, InstanceRerooted(root_id=root))
