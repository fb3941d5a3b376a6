"""What a line is about when that has moved or was replaced: it goes along, and is written by its new id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from services.order.domain.line import Line

GoesOnAs = Mapping[str, str]
"""By each id, the one after it."""

NOWHERE_ELSE: Mapping[str, str] = MappingProxyType({})


def going_on(
    lines: tuple[Line, ...],
    line_ids: tuple[str, ...],
    goes_on_as: GoesOnAs,
    locations: Mapping[str, str] = NOWHERE_ELSE,
) -> tuple[Line, ...]:
    """The lines, those named about what each of these instances is now, and at these locations."""
    now = (_now(line, goes_on_as) if line.line_id in line_ids else line for line in lines)
    return tuple(replace(line, location=locations.get(line.line_id, line.location)) for line in now)


def as_they_go_on(asked: tuple[Line, ...], held: tuple[Line, ...], goes_on_as: GoesOnAs) -> tuple[Line, ...]:
    """Lines of an order written once more, perhaps by the ids that they were placed with."""
    return going_on(asked, tuple(line.line_id for line in held), goes_on_as)


def _now(line: Line, goes_on_as: GoesOnAs) -> Line:
    stays = line.instance_id in goes_on_as and not line.move
    return replace(
        line,
        location=None if stays else line.location,
        instance_id=_last(line.instance_id, goes_on_as),
        parent_instance_id=_last(line.parent_instance_id, goes_on_as),
        replaces=_last(line.replaces, goes_on_as),
    )


def _last(id: str | None, goes_on_as: GoesOnAs) -> str | None:
    while id is not None and id in goes_on_as:
        id = goes_on_as[id]
    return id
