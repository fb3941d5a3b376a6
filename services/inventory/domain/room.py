"""How many of a specification may stand below an instance: a relationship's 'max', against what is there.

Order judges it too, by what it has heard. Only here do two orders approved in the same breath see each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.returning import until_landed
from services.inventory.domain.specification import Version
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, Reason, SpecificationId


def without_room(lines: tuple[Line, ...], installed: Installed, when_held: str) -> Iterator[Reason]:
    """LIN-01, for each add that is one too many; `when_held` is what to do about what others hold."""
    for line, parent, most, there in overfull(lines, installed):
        fewer = f"add {there - most} fewer, or end as many in the same order"
        held = until_landed(parent.id, line.specification_id or "", installed, when_held)
        yield Reason(
            rule="LIN-01",
            line_id=line.line_id,
            field="specificationId",
            message=f"'{parent.id}' takes at most {most} {line.specification_id} below it and would have "
            f"{there}: {f'{held}, or {fewer}' if held else fewer}",
        )


class Overfull(NamedTuple):
    """A line that adds one too many."""

    line: Line
    parent: Instance
    most: int
    there: int


def overfull(lines: tuple[Line, ...], installed: Installed) -> Iterator[Overfull]:
    """The adds that go beyond a 'max', the last ones of the order; what it disconnects makes room."""
    own = {line.instance_id: line for line in lines if line.instance_id is not None}
    for (parent_id, specification), adds in added(lines).items():
        parent = installed.get(parent_id)
        version = version_then(parent, own.get(parent_id), installed) if parent else None
        most = version.most.get(specification) if version else None
        if parent is None or most is None:
            continue
        there = len(adds) + sum(
            _specification(installed.get(id), own.get(id)) == specification
            for id in installed.children(parent.id)
        )
        for line in adds[most - there :] if there > most else ():
            yield Overfull(line, parent, most, there)


def added(lines: tuple[Line, ...]) -> dict[tuple[InstanceId, SpecificationId], list[Line]]:
    """The adds directly below what is owned, by that and what they add."""
    named = {line.line_id: line.instance_id for line in lines}
    found: dict[tuple[InstanceId, SpecificationId], list[Line]] = {}
    for line in lines:
        parent = named.get(line.parent_line_id or "") or line.parent_instance_id
        if line.action == "add" and parent is not None and line.specification_id is not None:
            found.setdefault((parent, line.specification_id), []).append(line)
    return found


def version_then(parent: Instance, line: Line | None, installed: Installed) -> Version | None:
    """What an instance is made by once the order is done."""
    record = parent.record
    if line is not None and line.action == "change":
        id = line.specification_id or record.specification_id
        return installed.version(id, line.specification_version)
    return installed.version(record.specification_id, record.specification_version)


def _specification(child: Instance | None, line: Line | None) -> SpecificationId | None:
    """What a child is once the order is done; None when it ends."""
    if child is None or (line is not None and line.action == "disconnect"):
        return None
    changed = line.specification_id if line is not None and line.action == "change" else None
    return changed or child.record.specification_id
