"""An order under way beside the lines that somebody wants it to have, and what may be edited of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from services.order.domain.before import Before
from services.order.domain.line import Known, Line, Request
from services.order.domain.order import Order
from services.order.domain.value import value
from services.order.domain.words import ChangeType

TYPES: Mapping[str, ChangeType] = {
    "characteristics": "characteristic",
    "quantity": "quantity",
    "location": "location",
    "specification_id": "specification",
    "specification_version": "specification",
    "offering_id": "offering",
    "contract_line": "contract",
    "due_date": "date",
    "reason": "reason",
}
"""INF-03: what may be edited of a line, and the kind of change that it is."""

IDENTITY = ("action", "instance_id", "parent_line_id", "parent_instance_id", "move")
"""What a line is: written otherwise, it would be another line."""


@value
class Case:
    """An order under way, with the lines that it has (personal values readable) and those it should have."""

    order: Order
    held: tuple[Line, ...]
    asked: tuple[Line, ...]
    known: Before

    def waits(self, line: Line) -> bool:
        """Whether a line that it has can still be re-dated."""
        return self.order.waits(line, self.known.now)


def case_of(order_id: str, order: Order, opened: Request, asked: tuple[Line, ...], known: Known) -> Case:
    """`opened` are all the lines of the order."""
    held = tuple(line for line in opened.lines if not order.over(line.line_id))
    before = Before(known=known, order_id=order_id, lines=opened.lines)
    return Case(order=order, held=held, asked=asked, known=before)


def given(line: Line) -> Iterator[tuple[str, Any]]:
    """What the caller wrote of a line."""
    for one in fields(Line):
        if (found := getattr(line, one.name)) not in (None, {}):
            yield one.name, found


def edited(line: Line, held: Line) -> list[str]:
    """Which fields are written otherwise than the line has them."""
    return [name for name, value in given(line) if name in TYPES and value != getattr(held, name)]


def by_id(lines: Iterable[Line]) -> dict[str, Line]:
    return {line.line_id: line for line in lines}


def public(name: str) -> str:
    """A field as callers write it."""
    first, *more = name.split("_")
    return first + "".join(word.capitalize() for word in more)
