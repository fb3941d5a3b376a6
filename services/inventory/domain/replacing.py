"""What a return replaces: a new instance takes the place of the old one, with all that hung on it (D-12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Held, Instance, Unknown
from services.inventory.domain.outgrown import brought
from services.inventory.domain.record import Record
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, LineId, SpecificationId, Values

Find = Callable[[InstanceId], Instance | Unknown]


def replaced(line: Line, affected: Mapping[InstanceId, Line], installed: Installed) -> Instance | None:
    """The instance whose place an add takes, or shares: a line of the same order ends it, or some of it.

    Where that line was dropped, for nothing came back, it stays beside what was sent.
    """
    if line.action != "add" or line.replaces is None:
        return None
    own = affected.get(line.replaces)
    fits = own is None or (own.action in ("disconnect", "change") and own.instance_id == line.replaces)
    return installed.get(line.replaces) if fits else None


def ends_with(line: Line, affected: Mapping[InstanceId, Line]) -> bool:
    """Whether what the line replaces ends as a whole, so that all that hung on it goes over."""
    own = affected.get(line.replaces or "")
    return own is not None and own.action == "disconnect"


def as_a_change(line: Line, old: Instance) -> Line:
    """The add as if the old instance changed into it: the version offered now may have other values."""
    return replace(line, action="change", instance_id=old.id)


def in_its_place(record: Record, old: Instance) -> Record:
    """What is not told of the new instance is as it was with the old one."""
    new = record.own()
    new.offering_id = record.offering_id or old.record.offering_id
    new.name = record.name or old.record.name
    new.location = record.location or old.record.location
    new.quantity = old.record.quantity if record.quantity is None else record.quantity
    return new


def values_kept(line: Line, old: Instance, installed: Installed) -> Values:
    """The values of the old one, as far as the new version has them, changed by what its own line says."""
    after = {**old.record.characteristics, **brought(as_a_change(line, old), old, installed)}
    return {name: value for name, value in after.items() if value is not None}


# ------------------------------------------------------------------------------------------- landing


def replacement(held: Held | None, find: Find, dropped: Collection[LineId]) -> InstanceId | None:
    """What takes the place of what is held like this; None also where the line that was to bring it was
    dropped since, for nothing comes then to which anything could go over."""
    if held is None or held.action != "disconnect" or held.pair_id is None:
        return None
    new = find(held.pair_id)
    if not isinstance(new, Instance):
        return None
    canceled = new.state == "inactive" if new.held is None else new.held.line_id in dropped
    return None if canceled else new.id


def replacements(
    landed: Iterable[InstanceId], find: Find, dropped: Collection[LineId] = ()
) -> dict[InstanceId, InstanceId]:
    """Of what has landed and is still held: what was replaced, and by what.

    Below the two, what is made by the same specification answers to each other, so that what hung on a
    service of the old one goes over to that of the new one.
    """
    held = {id: one for id in landed if isinstance(one := find(id), Instance) and one.held is not None}
    pairs = {id: new for id, one in held.items() if (new := replacement(one.held, find, dropped)) is not None}
    return {**pairs, **dict(_below(pairs, held))}


def _below(
    pairs: Mapping[InstanceId, InstanceId], held: Mapping[InstanceId, Instance]
) -> Iterator[tuple[InstanceId, InstanceId]]:
    for old, new in pairs.items():
        free: dict[SpecificationId, list[InstanceId]] = {}
        for id in _under(new, held):
            free.setdefault(held[id].record.specification_id, []).append(id)
        for id in _under(old, held):
            if others := free.get(held[id].record.specification_id):
                yield id, others.pop(0)


def _under(root: InstanceId, held: Mapping[InstanceId, Instance]) -> list[InstanceId]:
    """Everything below it, by id."""
    below: list[InstanceId] = []
    children: dict[InstanceId | None, list[InstanceId]] = {}
    for id in sorted(held):
        children.setdefault(held[id].record.parent_id, []).append(id)
    waiting = [root]
    while waiting:
        found = children.get(waiting.pop(), [])
        below += found
        waiting += found
    return below
