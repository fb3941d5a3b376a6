"""CHG-08: what a value counts is not more than it says, and what was named to end is there to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from services.inventory.domain.approved import Line
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, SpecificationId


class Surplus(NamedTuple):
    """More of something below the instance of a line than the line asks for."""

    line: Line
    target: SpecificationId
    there: int
    asked: int


def surplus(lines: tuple[Line, ...], installed: Installed) -> Iterator[Surplus]:
    """What lines would leave too many of. What they end, or disconnect beside it, does not count."""
    ending = {line.instance_id for line in lines if line.action == "disconnect"}
    for line in lines:
        for target, asked in _asked(line, installed):
            there = sum(
                1
                for id in installed.children(line.instance_id or "")
                if id not in ending
                and id not in line.ending
                and (child := installed.get(id)) is not None
                and child.record.specification_id == target
            )
            if there > asked:
                yield Surplus(line, target, there, asked)


def _asked(line: Line, installed: Installed) -> Iterator[tuple[SpecificationId, int]]:
    instance = installed.get(line.instance_id)
    if instance is None or line.action != "change" or not line.characteristics:
        return
    id = line.specification_id or instance.record.specification_id
    version = installed.version(id, line.specification_version)
    for target, name in version.counted.items() if version else ():
        asked = line.characteristics.get(name)
        if isinstance(asked, int | float) and not isinstance(asked, bool):
            yield target, int(asked)


def gone(line: Line, affected: Mapping[InstanceId, Line]) -> list[InstanceId]:
    """What the line is to end, and is not below its instance any more."""
    return [id for id in line.ending if (found := affected.get(id)) is None or found.action != "disconnect"]
