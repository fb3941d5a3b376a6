"""Fewer of what a value counts, in a revision: who waits to be told still does, and nobody else begins to."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.choice import asks
from services.order.domain.fewer import fewer, staying
from services.order.domain.line import Line
from services.order.domain.parked import Fewer
from services.order.domain.revision import Case
from services.order.domain.tree import Tree
from services.order.domain.words import Reason

_FEW = 10


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
        message = _would_end_none(line) if waits or not ending else _would_end(case, line, ending)
        yield Reason(rule="CHG-08", message=message, line_id=line.line_id, field="lines")


def _would_end_none(line: Line) -> str:
    return (
        f"line {line.line_id} is about ending some of what {line.instance_id} has, and would end none: leave "
        "it as it is, or drop it and order by itself what should be instead"
    )


def _would_end(case: Case, line: Line, ending: tuple[Fewer, ...]) -> str:
    """What the order itself may end is named in the revision; the rest in an order of its own (D-15)."""
    what = " and ".join(f"{one.count} of {one.specification_id}" for one in ending)
    nameable = [ids for one in ending if (ids := _nameable(case, line, one))]
    right = (
        f"name them in it, with lines of their own that disconnect {' and '.join(nameable)}; or leave as "
        "many as there are"
        if len(nameable) == len(ending)
        else "leave as many as there are, and order fewer by itself when this order is completed"
    )
    return (
        f"line {line.line_id} would end {what} that are there, and what is under way does not wait to be "
        f"told which: {right}"
    )


def _nameable(case: Case, line: Line, one: Fewer) -> str | None:
    """Those that a line of this order may be about, for a sentence; None when no line may."""
    tree = Tree(case.order.request(case.held), case.known)
    ids = staying(line.instance_id or "", one.specification_id, tree)
    if any((found := tree.instance(id)) is None or found.kind != case.order.category for id in ids):
        return None
    more = f" and {len(ids) - _FEW} more" if len(ids) > _FEW else ""
    return f"{one.count} of {', '.join(ids[:_FEW])}{more}"


def _fewer(case: Case, lines: tuple[Line, ...]) -> tuple[Fewer, ...]:
    return fewer(case.order.request(lines), case.known)


def _by_line(every: tuple[Fewer, ...]) -> dict[str, tuple[Fewer, ...]]:
    found: dict[str, tuple[Fewer, ...]] = {}
    for one in every:
        found[one.line_id] = (*found.get(one.line_id, ()), one)
    return found
