"""CHG-07: a dated line that says how many there are to be adds as many as are missing on its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from services.inventory.domain.approved import Line
from services.inventory.domain.counted import asked, is_settled, staying
from services.inventory.domain.room import added
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import LineId


def fitted(lines: tuple[Line, ...], installed: Installed) -> tuple[Line, ...]:
    """The lines with as many adds as are missing now: the last are left out, or written once more.

    Where nothing was to be added, or some would have to end, they are as they were: that is for a person.
    """
    now = lines
    for line in lines:
        for target, wanted in asked(line, installed):
            if not is_settled(line, target, installed):
                continue
            adds = added(now).get((line.instance_id or "", target), [])
            missing = wanted - len(tuple(staying(line, target, lines, installed)))
            if adds and missing >= 0:
                now = _as_many(missing, adds, now)
    return now


def _as_many(missing: int, adds: list[Line], lines: tuple[Line, ...]) -> tuple[Line, ...]:
    gone = {one.line_id for add in adds[missing:] for one in _with_below(add, lines)}
    kept = tuple(line for line in lines if line.line_id not in gone)
    taken = {line.line_id for line in lines}
    more = (copy for _ in range(missing - len(adds)) for copy in _again(_with_below(adds[-1], lines), taken))
    return (*kept, *more)


def _with_below(top: Line, lines: tuple[Line, ...]) -> list[Line]:
    """A line with all that is written below it, parents first."""
    found = [top]
    for above in found:
        found += [line for line in lines if line.parent_line_id == above.line_id]
    return found


def _again(lines: list[Line], taken: set[LineId]) -> Iterator[Line]:
    """The same once more, under ids of their own."""
    ids = {line.line_id: free_id(line.line_id, taken) for line in lines}
    for line in lines:
        above = line.parent_line_id or ""
        yield replace(line, line_id=ids[line.line_id], parent_line_id=ids.get(above, line.parent_line_id))


def free_id(id: LineId, taken: set[LineId]) -> LineId:
    """One that no copy of a quantity has (CHG-09)."""
    free = next(made for n in count(1) if (made := f"{id}.more{n}") not in taken)
    taken.add(free)
    return free
