"""The instances that an order makes: of add lines, and the second side of a move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import count

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import InstanceMade
from services.inventory.domain.outgrown import brought
from services.inventory.domain.record import Coming, Record
from services.inventory.domain.replacing import ends_with, in_its_place, replaced, values_kept
from services.inventory.domain.value import value
from services.inventory.domain.words import InstanceId, LineId, OrderId, Values


@value
class Made:
    """A new instance with its line; `replaces` is the old side of a move.

    What takes the place of what a return brings back is no side: it only names it as its pair.
    """

    line: Line
    event: InstanceMade
    replaces: InstanceId | None = None


@value
class Ids:
    """How new instances are called. Earlier reservations of the order have used up their ids, and so have
    `moved` second sides; what was made before for a line, or as a second side, keeps its own."""

    attempts: int = 0
    moved: int = 0
    of_lines: Mapping[LineId, InstanceId] = field(default_factory=dict)
    of_sides: Mapping[InstanceId, InstanceId] = field(default_factory=dict)


def made_by(case: Case, ids: Ids) -> tuple[Made, ...]:
    """New instances, parents before children."""
    prefix = case.order.order_id if ids.attempts == 0 else f"{case.order.order_id}~v{case.order.version}"
    sides = tuple(_second_sides(case, prefix, ids))
    return (*sides, *_added(case, prefix, sides, ids))


def _second_sides(case: Case, prefix: OrderId, ids: Ids) -> Iterator[Made]:
    """MOV-05: the hierarchy again at the new place; what is disconnected is not taken along (MOV-V6)."""
    pairs: dict[InstanceId, InstanceId] = {}
    roots: dict[InstanceId, InstanceId] = {}
    numbers = count(ids.moved + 1)
    for id, line in case.affected.items():
        old = case.installed.get(id)
        if not line.moves or old is None:
            continue
        new = pairs[id] = ids.of_sides.get(id) or f"{prefix}~{next(numbers)}"
        parent = pairs.get(old.record.parent_id or "", old.record.parent_id)
        roots[new] = new if parent is None else roots.get(parent, old.record.root_id)
        record = _moved_record(old, line, new, parent, roots[new])
        event = InstanceMade(
            record=record,
            order_id=case.order.order_id,
            version=case.order.version,
            line_id=line.line_id,
            coming=Coming(values=_moved_values(case, old, line)),
            side="provide",
            pair_id=id,
        )
        yield Made(line=line, event=event, replaces=id)


def _moved_record(
    old: Instance, line: Line, new: InstanceId, parent: InstanceId | None, root: InstanceId
) -> Record:
    own = line if line.instance_id == old.id else None
    return Record(
        instance_id=new,
        account_id=old.record.account_id,
        kind=old.record.kind,
        specification_id=(own and own.specification_id) or old.record.specification_id,
        specification_version=(own and own.specification_version) or old.record.specification_version,
        offering_id=(own and own.offering_id) or old.record.offering_id,
        parent_id=parent,
        root_id=root,
        name=old.record.name,
        state="installation_pending",
        location=line.location,
        quantity=old.record.quantity if own is None or own.quantity is None else own.quantity,
    )


def _moved_values(case: Case, old: Instance, line: Line) -> Values:
    """MOV-06: what the old side has, changed by what its own line says."""
    if line.instance_id != old.id:
        return old.record.characteristics
    values = {**old.record.characteristics, **brought(line, old, case.installed)}
    return {name: value for name, value in values.items() if value is not None}


def _added(case: Case, prefix: OrderId, moved: tuple[Made, ...], ids: Ids) -> Iterator[Made]:
    """CHG-02: a record for each add line, in the hierarchy as it will be."""
    lines = {line.line_id: line for line in case.order.lines}
    now = {line.line_id: line.instance_id for line in case.order.lines}
    pairs = {one.replaces: one.event.record.instance_id for one in moved}
    roots = {one.event.record.instance_id: one.event.record.root_id for one in moved}
    for line in _parents_first(lines):
        parent = now.get(line.parent_line_id or "") or line.parent_instance_id
        parent = pairs.get(parent, parent)
        above = case.installed.get(parent)
        root = roots.get(parent or "") or (above.record.root_id if above else None)
        id = now[line.line_id] = ids.of_lines.get(line.line_id) or f"{prefix}:{line.line_id}"
        roots[id] = root or id
        yield _added_one(case, line, id, (parent, roots[id]))


def _parents_first(lines: dict[LineId, Line]) -> Iterator[Line]:
    """The add lines in their order, but each after the one it stands under."""
    done: set[LineId] = set()
    for line in lines.values():
        path: list[Line] = []
        while line.action == "add" and line.line_id not in done:
            done.add(line.line_id)
            path.append(line)
            line = lines.get(line.parent_line_id or "", line)
        yield from reversed(path)


def _added_one(case: Case, line: Line, id: InstanceId, under: tuple[InstanceId | None, InstanceId]) -> Made:
    parent, root = under
    record = Record(
        instance_id=id,
        account_id=case.order.account_id,
        kind=line.kind,
        specification_id=line.specification_id or "",
        specification_version=line.specification_version,
        offering_id=line.offering_id,
        parent_id=parent,
        root_id=root,
        state="installation_pending",
        location=line.location,
        quantity=line.quantity,
    )
    values: Values = {name: v for name, v in line.characteristics.items() if v is not None}
    if (old := replaced(line, case.affected, case.installed)) is not None:
        record, values = in_its_place(record, old), values_kept(line, old, case.installed)
    event = InstanceMade(
        record=record,
        order_id=case.order.order_id,
        version=case.order.version,
        line_id=line.line_id,
        coming=Coming(values=values),
        pair_id=old.id if old is not None and ends_with(line, case.affected) else None,
        transient=line.transient,
    )
    return Made(line=line, event=event)
