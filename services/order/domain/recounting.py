"""Fewer of what a value counts, in a revision: who waits to be told still does, and nobody else begins to."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.choice import asks
from services.order.domain.fewer import fewer
from services.order.domain.line import Line
from services.order.domain.parked import Fewer
from services.order.domain.revision import Case
from services.order.domain.words import Reason


def recounted(case: Case, lines: tuple[Line, ...]) -> tuple[Fewer, ...]:
    """What is to be named of the lines that wait to be told, as they would be."""
    return tuple(one for one in _fewer(case, lines) if asks(case.order, one.line_id))


def still_asked(case: Case, lines: tuple[Line, ...]) -> Iterator[Reason]:
    """D-15: which instances end is asked for when an order is approved, so a revision cannot bring that up,
    nor leave a line waiting for an answer that nobody can give."""
    before, after = _by_line(_fewer(case, case.held)), _by_line(_fewer(case, lines))
    for line in lines:
        ending = after.get(line.line_id)
        if ending == before.get(line.line_id):
            continue
        if (waits := asks(case.order, line.line_id)) and ending:
            continue
        message = _would_end_none(line) if waits or not ending else _would_end(line, ending)
        yield Reason(rule="CHG-08", message=message, line_id=line.line_id, field="lines")


def _would_end_none(line: Line) -> str:
    return (
        f"line {line.line_id} is about ending some of what {line.instance_id} has, and would end none: leave "
        "it as it is, or drop it and order by itself what should be instead"
    )


def _would_end(line: Line, ending: tuple[Fewer, ...]) -> str:
    what = " and ".join(f"{one.count} of {one.specification_id}" for one in ending)
    return (
        f"line {line.line_id} would end {what} that are there, and which ones is asked only of a new order: "
        "leave as many as there are, and order fewer by itself"
    )


def _fewer(case: Case, lines: tuple[Line, ...]) -> tuple[Fewer, ...]:
    return fewer(case.order.request(lines), case.known)


def _by_line(every: tuple[Fewer, ...]) -> dict[str, tuple[Fewer, ...]]:
    found: dict[str, tuple[Fewer, ...]] = {}
    for one in every:
        found[one.line_id] = (*found.get(one.line_id, ()), one)
    return found
