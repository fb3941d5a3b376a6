"""CHG-08: of what a value counts there is what it says, and what was named to end is there to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.left import left, undecided
from services.inventory.domain.returning import until_landed
from services.inventory.domain.room import added, version_then
from services.inventory.domain.sentence import names
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, OrderId, Reason, SpecificationId


class Surplus(NamedTuple):
    """More of something below the instance of a line than the line asks for."""

    line: Line
    target: SpecificationId
    there: int
    asked: int


def surplus(lines: tuple[Line, ...], installed: Installed) -> Iterator[Surplus]:
    """What lines would leave too many of. What they add counts, what they end or disconnect does not."""
    adds = added(lines)
    for line in lines:
        for target, wanted in asked(line, installed):
            there = sum(1 for _ in staying(line, target, lines, installed))
            there += len(adds.get((line.instance_id or "", target), ()))
            if there > wanted:
                yield Surplus(line, target, there, wanted)


def staying(
    line: Line, target: SpecificationId, lines: tuple[Line, ...], installed: Installed
) -> Iterator[InstanceId]:
    """What stands below the instance of a line and is not ended by these lines."""
    ending = {one.instance_id for one in lines if one.action == "disconnect"}.union(line.ending)
    for id in installed.children(line.instance_id or ""):
        child = installed.get(id)
        if id not in ending and child is not None and child.record.specification_id == target:
            yield id


def to_name(order: Approved, installed: Installed) -> dict[SpecificationId, int]:
    """How many of each have still to be named for its line (D-15); what its own order ends need not be."""
    found: dict[SpecificationId, int] = {}
    for line in order.lines:
        own = tuple(
            id
            for id in installed.children(line.instance_id or "")
            if (child := installed.get(id)) is not None and _ends(child, order.order_id)
        )
        for one in surplus((replace(line, ending=own),), installed):
            found[one.target] = one.there - one.asked
    return found


def _ends(child: Instance, order: OrderId) -> bool:
    held = child.held
    return held is not None and held.order_id == order and held.action == "disconnect"


def asked(line: Line, installed: Installed) -> Iterator[tuple[SpecificationId, int]]:
    """What a line says the number of, and how many there are to be."""
    instance = installed.get(line.instance_id)
    if instance is None or line.action != "change" or not line.characteristics:
        return
    id = line.specification_id or instance.record.specification_id
    version = installed.version(id, line.specification_version)
    for target, name in version.counted.items() if version else ():
        number = line.characteristics.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool):
            yield target, int(number)


def too_many_left(case: Case) -> Iterator[Reason]:
    """CHG-08, for each line that ends too few."""
    for found in surplus(case.order.lines, case.installed):
        yield Reason(rule="CHG-08", line_id=found.line.line_id, message=_too_many(found, case))


def _too_many(found: Surplus, case: Case) -> str:
    """Who is asked again which ones end is told how many there, and not by a second number here."""
    id, target = found.line.instance_id or "", found.target
    held = until_landed(id, target, case.installed, case.when_held)
    if case.asks and not held:
        return (
            f"'{id}' would be left with more of {target} than are asked for: more came since some were named"
        )
    again = f"order it again, and name the {found.there - found.asked} that end when you are asked"
    verb = "is" if found.asked == 1 else "are"
    return (
        f"'{id}' would have {found.there} of {target} where {found.asked} {verb} asked for: {held or again}"
    )


def too_few_left(case: Case) -> Iterator[Reason]:
    """CHG-08, for each line that ends too many beside what others end, or adds too few."""
    for line in case.order.lines:
        for target, wanted in asked(line, case.installed):
            found = left(line.instance_id or "", target, case)
            if found.surely >= wanted or not _settles(line, target, case.installed):
                continue
            open_ = undecided(found.open)
            again = f"name {wanted - found.surely} fewer to end" if line.ending else case.when_few
            yield Reason(
                rule="CHG-08",
                line_id=line.line_id,
                message=f"'{line.instance_id}' {'may' if open_ else 'would'} be left with {found.surely} of "
                f"{target} where {wanted} {'is' if wanted == 1 else 'are'} asked for"
                f"{f', as {open_}: {case.when_held}' if open_ else f': {again}'}",
            )


def _settles(line: Line, target: SpecificationId, installed: Installed) -> bool:
    """Whether its lines say all that comes and goes: what is not bundled grows by decomposition (CHG-07)."""
    ending = (installed.get(id) for id in line.ending)
    if any(one is not None and one.record.specification_id == target for one in ending):
        return True
    return is_settled(line, target, installed)


def is_settled(line: Line, target: SpecificationId, installed: Installed) -> bool:
    """Whether what is added below its instance has lines of its own."""
    instance = installed.get(line.instance_id)
    version = version_then(instance, line, installed) if instance is not None else None
    return version is not None and target in version.bundled


def cannot_end(lines: tuple[Line, ...], affected: Mapping[InstanceId, Line]) -> Iterator[Reason]:
    """CHG-08: what was named to end is not there to end any more."""
    for line in lines:
        if ids := gone(line, affected):
            yield Reason(
                rule="CHG-08",
                line_id=line.line_id,
                field="instanceIds",
                message=f"{names(ids)} {'is' if len(ids) == 1 else 'are'} not below "
                f"'{line.instance_id}' any more: name others to end",
            )


def gone(line: Line, affected: Mapping[InstanceId, Line]) -> list[InstanceId]:
    """What the line is to end, and is not below its instance any more."""
    return [id for id in line.ending if (found := affected.get(id)) is None or found.action != "disconnect"]
