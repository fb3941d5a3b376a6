"""ORC-05: how urgent an order is: ranks by weight, from 0 to 100, and the band that the number falls in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from services.order.domain.line import Line, Request
from services.order.domain.parts import entry_at
from services.order.domain.tree import Tree
from services.order.domain.words import Action

Factor: TypeAlias = Literal["customer", "urgency", "specification", "action"]
Band: TypeAlias = Literal["critical", "high", "medium", "low"]

WEIGHTS: Mapping[Factor, int] = {"urgency": 4, "customer": 3, "specification": 2, "action": 1}
"""What the caller says counts more than what the catalog says, and that more than what is done."""

RANKS: Mapping[Action, int] = {
    "resume": 80,
    "suspend": 60,
    "add": 50,
    "change": 50,
    "disconnect": 40,
    "no_change": 20,
}
"""What is done, by itself: a customer who waits to be back goes first, what ends can wait."""

BANDS: tuple[tuple[int, Band], ...] = ((80, "critical"), (60, "high"), (40, "medium"), (0, "low"))


def priority(tree: Tree) -> int | None:
    """That of the most urgent line; None of an order without lines."""
    return max((of_line(line, tree) for line in tree.lines), default=None)


def of_line(line: Line, tree: Tree) -> int:
    """The ranks that are known, each by its weight, rounded down."""
    ranks = dict(_ranks(line, tree.request, tree))
    return sum(rank * WEIGHTS[factor] for factor, rank in ranks.items()) // sum(
        map(WEIGHTS.__getitem__, ranks)
    )


def _ranks(line: Line, request: Request, tree: Tree) -> Iterator[tuple[Factor, int]]:
    yield "action", RANKS[line.action]
    entry = entry_at(line.specification_id, line.specification_version, tree.known)
    if entry is not None and entry.rank is not None:
        yield "specification", entry.rank
    if request.ranks is not None and request.ranks.customer is not None:
        yield "customer", request.ranks.customer
    if request.ranks is not None and request.ranks.urgency is not None:
        yield "urgency", request.ranks.urgency


def band(number: int) -> Band:
    """Critical from 80, high from 60, medium from 40, low below."""
    return next(name for least, name in BANDS if number >= least)
