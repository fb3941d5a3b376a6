"""Fewer of what a value counts: how many of which parts a line is to end (CHG-08)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from services.order.domain.line import Known, Line, Request
from services.order.domain.parked import Fewer
from services.order.domain.quantity import counts
from services.order.domain.tree import Tree
from services.order.domain.words import Kind


def fewer(request: Request, known: Known) -> tuple[Fewer, ...]:
    """What lines ask for fewer of than there are, once all else in the order is done (CHG-08)."""
    tree = Tree(request, known)
    return tuple(one for line in tree.lines for one in of_line(line, tree))


def of_line(line: Line, tree: Tree) -> Iterator[Fewer]:
    """What one line asks for fewer of, for each of the parts that it counts."""
    if line.action != "change" or not line.characteristics or line.instance_id is None:
        return
    for relation, asked in counts(line, tree):
        there = len(staying(line.instance_id, relation.target, tree))
        if there > asked:
            yield Fewer(line_id=line.line_id, specification_id=relation.target, count=there - asked)


def staying(instance_id: str, specification_id: str, tree: Tree) -> list[str]:
    """The parts of a specification directly below an instance that no line of the order ends."""
    return sorted(
        id
        for kind in get_args(Kind)
        for id in tree.known.children(instance_id, kind)
        if (found := tree.instance(id)) is not None
        and found.specification_id == specification_id
        and ((own := tree.by_instance.get(id)) is None or own.action != "disconnect")
    )
