"""Reserves an approved order: all of its lines, or none with every reason (design section 2, step 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from services.inventory.domain.agreeing import Agreements, agree, with_terms
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import ChildAdded, InstanceReserved
from services.inventory.domain.judge import judge, known, too_large
from services.inventory.domain.make import Ids, Made, made_by
from services.inventory.domain.operation import Later
from services.inventory.domain.outgrown import becomes_another, brought
from services.inventory.domain.record import Coming
from services.inventory.domain.remaining import moved_in_parts
from services.inventory.domain.reservation import Reservation, ReservationAccepted, ReservationRefused
from services.inventory.domain.reserved import Affected, ReservedLine, Scheduled, Standing
from services.inventory.domain.standing import standing
from services.inventory.domain.table import reserved
from services.inventory.domain.term import ContractId
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    INSTANCE,
    RESERVATION,
    Append,
    InstanceId,
    Reason,
    SpecificationId,
)

MAX_BYTES = 1024 * 1024 - 16 * 1024
"""What an accepted reservation may take as a message, leaving room for its envelope (LIM-01)."""

_SURELY_SMALL = 200
"""With so few instances and lines, only long values could make the message large."""


def answered(order: Approved, before: Reservation) -> bool:
    """The approval was answered before, or comes too late."""
    return order.version <= before.version or before.phase in ("reserved", "fulfilled")


def unheard(case: Case) -> tuple[SpecificationId, ...]:
    """Specifications that must be heard first.

    Without them nobody can say how far a change goes (LIN-03), or what another specification does not have.
    """
    changed = (_of(case, id) for id, line in case.affected.items() if line.asked == "change")
    missing = {one.record.specification_id for one in changed if case.installed.unheard(one)}
    for line, instance in case.named():
        name = line.specification_id or instance.record.specification_id
        if becomes_another(line, instance) and not case.installed.version(name, line.specification_version):
            missing.add(name)
    return tuple(sorted(missing))


@value
class Secured:
    """What holds the instances of lines, and what is said of them."""

    appends: tuple[Append, ...]
    lines: tuple[ReservedLine, ...]
    tree: tuple[Affected, ...]
    contract_id: str | None = None
    standing: tuple[Standing, ...] = ()


def reserve(case: Case, before: Reservation, later: tuple[Later, ...] = ()) -> tuple[Append, ...]:
    """What the approval appends; nothing when it is answered. Lines that wait in `later` hold nothing yet."""
    order = case.order
    if answered(order, before):
        return ()
    ids = Ids(attempts=before.attempts)
    secured = secure(case, ids, waiting=tuple(line for one in later for line in one.lines))
    partial = tuple(moved_in_parts(case, later))
    if partial or not isinstance(secured, Secured):
        return (_refused(order, (*(() if isinstance(secured, Secured) else secured), *partial)),)
    accepted = ReservationAccepted(
        version=order.version,
        category=order.category,
        action=order.action,
        lines=secured.lines,
        tree=secured.tree,
        operations=tuple(
            Scheduled(operation_id=one.id, line_ids=tuple(line.line_id for line in one.lines))
            for one in later
        ),
        contract_id=secured.contract_id,
        priority=order.priority,
        standing=secured.standing,
    )
    return (*secured.appends, Append(RESERVATION, order.order_id, accepted))


def secure(
    case: Case,
    ids: Ids,
    waiting: tuple[Line, ...] = (),
    contract_id: ContractId | None = None,
) -> Secured | tuple[Reason, ...]:
    """Holds all that the lines of the case touch, or names every reason why not.

    Of lines that wait only what they name is judged: the rest on their day (SUS-04). `contract_id` is that
    of the parts of the order which were secured before.
    """
    agreed = agree(case, waiting, contract_id)
    if reasons := (*judge(case), *known(case, waiting), *agreed.reasons):
        return reasons
    made = with_terms(made_by(case, ids), agreed)
    if reasons := tuple(_taken(case, made)):
        return reasons
    secured = _secured(case, made, agreed)
    if (size := _size(secured)) > MAX_BYTES:
        return (too_large(f"{size} bytes of instances", f"{MAX_BYTES}"),)
    return secured


def _secured(case: Case, made: tuple[Made, ...], agreed: Agreements) -> Secured:
    return Secured(
        appends=(
            *_held(case, made, agreed),
            *(Append(INSTANCE, one.event.record.instance_id, one.event) for one in made),
            *_noted(case, made),
        ),
        lines=tuple(_line(case, line, made_for) for line, made_for in _with_made(case, made)),
        tree=tuple(_tree(case, made)),
        contract_id=agreed.contract_id,
        standing=tuple(standing(case, made)),
    )


def _refused(order: Approved, reasons: tuple[Reason, ...]) -> Append:
    return Append(RESERVATION, order.order_id, ReservationRefused(version=order.version, reasons=reasons))


def _taken(case: Case, made: tuple[Made, ...]) -> Iterator[Reason]:
    for one in made:
        if case.installed.taken(id := one.event.record.instance_id):
            yield Reason(
                rule="REF-04",
                line_id=one.line.line_id,
                message=f"the new instance would be '{id}', and that id is taken: give the order another id",
            )


def _held(case: Case, made: tuple[Made, ...], agreed: Agreements) -> Iterator[Append]:
    pairs, places = _pairs(made), _places(made)
    for id, line in case.affected.items():
        if line.action == "no_change":
            continue
        found = _of(case, id).state
        event = InstanceReserved(
            order_id=case.order.order_id,
            version=case.order.version,
            line_id=line.line_id,
            action=line.action,
            previous=found,
            state=reserved(found, line.action),
            coming=_coming(case, line, agreed) if line.instance_id == id and not line.moves else None,
            side="cease" if id in pairs else None,
            pair_id=pairs.get(id) or places.get(id),
        )
        yield Append(INSTANCE, id, event)


def _coming(case: Case, line: Line, agreed: Agreements) -> Coming | None:
    """What a change brings to its own instance, with the version it was ordered by (CHG-05)."""
    if line.action != "change" or line.instance_id is None:
        return None
    return Coming(
        values=brought(line, _of(case, line.instance_id), case.installed),
        specification_id=line.specification_id,
        specification_version=line.specification_version,
        offering_id=line.offering_id,
        location=line.location,
        quantity=line.quantity,
        term=agreed.lines.get(line.line_id),
    )


def _noted(case: Case, made: tuple[Made, ...]) -> Iterator[Append]:
    """Making an instance is noted in its parent's stream, unless an event of this order stands there."""
    guarded = {id for id, line in case.affected.items() if line.action != "no_change"}
    guarded.update(one.event.record.instance_id for one in made)
    for one in made:
        parent = one.event.record.parent_id
        if parent is not None and parent not in guarded:
            yield Append(INSTANCE, parent, ChildAdded(instance_id=one.event.record.instance_id))


def _with_made(case: Case, made: tuple[Made, ...]) -> Iterator[tuple[Line, Made | None]]:
    own = {one.line.line_id: one for one in made if one.replaces in (None, one.line.instance_id)}
    for line in case.order.lines:
        yield line, own.get(line.line_id)


def _line(case: Case, line: Line, made: Made | None) -> ReservedLine:
    values = line.characteristics
    if line.instance_id is None:
        specification, version = line.specification_id or "", line.specification_version
    else:
        instance = _of(case, line.instance_id)
        record, values = instance.record, brought(line, instance, case.installed)
        specification = line.specification_id or record.specification_id
        version = line.specification_version or record.specification_version
    return ReservedLine(
        line_id=line.line_id,
        action=line.action,
        kind=line.kind,
        move=line.move,
        instance_id=line.instance_id,
        new_instance_id=made.event.record.instance_id if made else None,
        parent_line_id=line.parent_line_id,
        specification_id=specification,
        specification_version=version,
        characteristics=values,
        location=line.location,
        quantity=line.quantity,
        transient=line.transient,
        return_=line.return_,
    )


def _tree(case: Case, made: tuple[Made, ...]) -> Iterator[Affected]:
    beside, places = {one.replaces: one for one in made if one.replaces is not None}, _places(made)
    for id, line in case.affected.items():
        pair = beside.get(id)
        yield _existing(_of(case, id), line, pair, places.get(id))
        if pair is not None:
            yield _new(pair)
    yield from (_new(one) for one in made if one.replaces is None)


def _existing(instance: Instance, line: Line, pair: Made | None, place: InstanceId | None) -> Affected:
    record = instance.record
    return Affected(
        instance_id=record.instance_id,
        line_id=line.line_id,
        action=line.action,
        kind=record.kind,
        specification_id=record.specification_id,
        specification_version=record.specification_version,
        parent_id=record.parent_id,
        state=record.state,
        location=record.location,
        characteristics=record.characteristics,
        side="cease" if pair else None,
        pair_id=pair.event.record.instance_id if pair else place,
        quantity=record.quantity,
    )


def _new(made: Made) -> Affected:
    record = made.event.record
    return Affected(
        instance_id=record.instance_id,
        line_id=made.line.line_id,
        action="add",
        kind=record.kind,
        specification_id=record.specification_id,
        specification_version=record.specification_version,
        parent_id=record.parent_id,
        state="installation_pending",
        location=record.location,
        characteristics=made.event.coming.values,
        side=made.event.side,
        pair_id=made.event.pair_id,
        new=True,
        quantity=record.quantity,
    )


def _pairs(made: tuple[Made, ...]) -> dict[InstanceId, InstanceId]:
    return {one.replaces: one.event.record.instance_id for one in made if one.replaces is not None}


def _places(made: tuple[Made, ...]) -> dict[InstanceId, InstanceId]:
    """What a return replaces, with what takes its place."""
    return {
        one.event.pair_id: one.event.record.instance_id
        for one in made
        if one.replaces is None and one.event.pair_id is not None
    }


def _of(case: Case, id: InstanceId) -> Instance:
    """An instance that the rules have found to be there."""
    instance = case.installed.get(id)
    if instance is None:
        raise LookupError(f"instance {id} is not among those that were loaded")
    return instance


def _size(secured: Secured) -> int:
    """Bytes as JSON, measured only where they could matter."""
    few = len(secured.tree) + len(secured.lines) + len(secured.standing) <= _SURELY_SMALL
    values = (
        *(one.characteristics for one in secured.tree),
        *(line.characteristics for line in secured.lines),
    )
    texts = sum(len(str(one)) for one in values)
    if few and texts * 4 < MAX_BYTES // 2:
        return 0
    body = [asdict(line, dict_factory=_said) for line in secured.lines]
    body += [asdict(one, dict_factory=_said) for one in secured.tree]
    body += [asdict(one, dict_factory=_said) for one in secured.standing]
    return len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _said(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """What is None is left out of a message."""
    return {name: value for name, value in fields if value is not None}
