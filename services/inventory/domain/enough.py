"""How few of a specification may be left below an instance: a 'min', and parts that nothing can be without.

Order judges it too, by what it has heard. Only here do two orders that each end one see each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.left import Left, left, undecided
from services.inventory.domain.outgrown import becomes_another
from services.inventory.domain.room import added, version_then
from services.inventory.domain.specification import Version
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, Reason, SpecificationId

_Part = tuple[InstanceId, SpecificationId]


class TooFew(NamedTuple):
    """Below an instance that needs more of something, or that is needed as long as there is any."""

    line: Line
    parent: InstanceId
    target: SpecificationId
    least: int
    there: int
    left: Left
    optional: bool


def without_enough(case: Case) -> Iterator[Reason]:
    """LIN-01 and ACT-13, for each line that would leave too few."""
    for few in too_few(case):
        part = few.line.action == "disconnect" and not few.optional
        yield Reason(
            rule="ACT-13" if part else "LIN-01",
            line_id=few.line.line_id,
            field="instanceId" if few.line.action == "disconnect" else "specificationId",
            message=_said(few, case.when_held),
        )


def _said(few: TooFew, when_held: str) -> str:
    none = ", or none" if few.optional else ""
    needs = f"'{few.parent}' needs at least {few.least} of {few.target} below it{none}"
    if open_ := undecided(few.left.open):
        return f"{needs}, and may be left with {few.there}, as {open_}: {when_held}"
    more = few.least - few.there
    return f"{needs}, and would be left with {few.there}: end {more} fewer, or add {more} in the same order"


def too_few(case: Case) -> Iterator[TooFew]:
    """The parts of which an order changes the number, and may leave too few."""
    own = {line.instance_id: line for line in case.order.lines if line.instance_id is not None}
    for (parent_id, target), lines in _touched(case).items():
        parent, line = case.installed.get(parent_id), own.get(parent_id)
        version = version_then(parent, line, case.installed) if parent else None
        if parent is None or version is None or _says_how_many(line, version, target):
            continue
        least, found = version.least.get(target, 1), left(parent_id, target, case)
        needed = target in version.mandatory
        ends = any(one.action == "disconnect" for one in lines)
        there = _worst(found, least, none=not (needed and ends))
        if there is not None:
            yield TooFew(lines[-1], parent_id, target, least, there, found, not needed)


def _says_how_many(line: Line | None, version: Version, target: SpecificationId) -> bool:
    """Then as many have to be there as it says (CHG-08)."""
    return line is not None and version.counted.get(target) in line.characteristics


def _worst(found: Left, least: int, *, none: bool) -> int | None:
    """The smallest number that may be left and is not enough; None when every outcome is."""
    lowest = found.surely if found.surely or not none else 1
    return lowest if lowest < least and lowest <= found.at_most else None


def _touched(case: Case) -> dict[_Part, list[Line]]:
    found: dict[_Part, list[Line]] = {}
    for part, line in (*_added(case), *_gone_or_turned(case), *_below_another(case)):
        found.setdefault(part, []).append(line)
    return found


def _added(case: Case) -> Iterator[tuple[_Part, Line]]:
    for part, lines in added(case.order.lines).items():
        yield from ((part, line) for line in lines)


def _gone_or_turned(case: Case) -> Iterator[tuple[_Part, Line]]:
    """What ends below something that stays, and both what a change turns and what it makes of it."""
    for id, line in case.affected.items():
        one = case.installed.get(id)
        parent = one.record.parent_id if one is not None else None
        if one is None or parent is None or _ends(parent, case):
            continue
        if line.action == "disconnect":
            yield (parent, one.record.specification_id), _named(line, case)
        elif line.specification_id and becomes_another(line, one):
            yield (parent, line.specification_id), line
            yield (parent, one.record.specification_id), line


def _named(line: Line, case: Case) -> Line:
    """A line that ends what was named for it stands for itself there (D-15)."""
    return next((one for one in case.order.lines if one.line_id == line.line_id), line)


def _ends(id: InstanceId, case: Case) -> bool:
    line = case.affected.get(id)
    return line is not None and line.action == "disconnect"


def _below_another(case: Case) -> Iterator[tuple[_Part, Line]]:
    """What is bundled below an instance that becomes one of another specification or version."""
    for line in case.order.lines:
        one = case.installed.get(line.instance_id)
        version = _another(line, one, case.installed) if one is not None else None
        if one is not None and version is not None:
            yield from (((one.id, target), line) for target in sorted(version.bundled & version.least.keys()))


def _another(line: Line, one: Instance, installed: Installed) -> Version | None:
    return version_then(one, line, installed) if becomes_another(line, one) else None
