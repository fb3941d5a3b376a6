"""Quantities: many products by one line (CHG-09), and parts that a value counts (CHG-07)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from services.order.domain.line import Line
from services.order.domain.specification import Entry, Relation
from services.order.domain.tree import Tree

MANY = 501
"""Copies are written up to one more than fit an order: then it is too large, whatever was asked."""


def multiplied(tree: Tree) -> tuple[Line, ...]:
    """CHG-09: an add of a quantity becomes that many adds, each with all that its caller wrote below it.

    So each product is an instance of its own, which later orders can name.
    """
    if not any(map(_many, tree.lines)):
        return tree.lines
    return _Copies(tree.lines).written()


class _Copies:
    """The lines of an order with every quantity written out."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines
        self._taken = {line.line_id for line in lines}
        self._below: dict[str, list[Line]] = {}
        for line in lines:
            if line.action == "add" and line.parent_line_id is not None:
                self._below.setdefault(line.parent_line_id, []).append(line)
        self._more: list[Line] = []

    def written(self) -> tuple[Line, ...]:
        """Each line once, where it stood; the copies behind them."""
        own = tuple(_one(line) for line in self._lines)
        for line in self._lines:
            if line.action == "add" and line.replaces is None:
                self._copy(line, line.parent_line_id)
        return (*own, *self._more)

    def _copy(self, line: Line, parent: str | None) -> None:
        for _ in range((line.quantity or 1) - 1):
            if len(self._lines) + len(self._more) >= MANY:
                return
            self._again(line, parent, frozenset())

    def _again(self, line: Line, parent: str | None, above: frozenset[str]) -> None:
        """The line once more under that parent, with what is below it in its own quantities."""
        if line.line_id in above or len(self._lines) + len(self._more) >= MANY:
            return
        id = self._free(line.line_id)
        self._more.append(replace(_one(line), line_id=id, parent_line_id=parent, copy_of=line.line_id))
        for child in self._below.get(line.line_id, ()):
            for _ in range(1 if child.quantity is None else child.quantity):
                self._again(child, id, above | {line.line_id})

    def _free(self, line_id: str) -> str:
        id = next(id for n in count(2) if (id := f"{line_id}.{n}") not in self._taken)
        self._taken.add(id)
        return id


def _one(line: Line) -> Line:
    return replace(line, quantity=1) if _many(line) else line


def _many(line: Line) -> bool:
    """What replaces some of many stands for as many itself (D-12)."""
    return line.action == "add" and line.replaces is None and (line.quantity or 0) > 1


# ------------------------------------------------------------------------------- counted by a value


def counted(tree: Tree) -> tuple[Line, ...]:
    """DIS-06: of what counts its parts by one value, the quantity is that value."""
    if not any(line.action == "change" and line.quantity is not None for line in tree.lines):
        return tree.lines
    return tuple(_by_value(line, tree) for line in tree.lines)


def _by_value(line: Line, tree: Tree) -> Line:
    if line.action != "change" or line.quantity is None or (line.quantity == 0 and not may_be_none(line)):
        return line
    names = {relation.counted_by for relation in _counted(entry_after(line, tree))} - {None}
    if len(names) != 1 or (name := names.pop()) is None or name in line.characteristics:
        return line
    return replace(line, quantity=None, characteristics={**line.characteristics, name: line.quantity})


def may_be_none(line: Line) -> bool:
    """CHG-14: where terms are amended or renewed, nothing may be left of a quantity."""
    return line.contract_line is not None and line.contract_line.type in ("amend", "renew")


def entry_after(line: Line, tree: Tree) -> Entry | None:
    """The entry that the instance of a line is made by once the order is done."""
    own = tree.instance(line.instance_id)
    id = line.specification_id or (own.specification_id if own else None)
    catalog = tree.known.specification(id) if id is not None else None
    if catalog is None:
        return None
    return catalog.versions.get(line.specification_version or "") or catalog.offered or catalog.latest


def _counted(entry: Entry | None) -> Iterator[Relation]:
    return (relation for relation in (entry.relations if entry else ()) if relation.counted_by)


def counts(line: Line, tree: Tree) -> Iterator[tuple[Relation, int]]:
    """The parts that a value of the line counts, and how many it asks for."""
    entry = entry_after(line, tree)
    for relation in _counted(entry):
        asked = line.characteristics.get(relation.counted_by or "", _default(line, relation, entry))
        if isinstance(asked, int | float) and not isinstance(asked, bool) and asked == int(asked):
            yield relation, int(asked)


def _default(line: Line, relation: Relation, entry: Entry | None) -> object:
    """A change that does not name the value leaves the number alone."""
    item = entry.characteristics.get(relation.counted_by or "") if entry else None
    return item.default if item is not None and line.action == "add" else None


def bundles_by_count(line: Line, tree: Tree) -> Mapping[str, int]:
    """How many of each bundled product the values of a line ask for."""
    if line.action not in ("add", "change"):
        return {}
    return {relation.target: asked for relation, asked in counts(line, tree) if relation.type == "bundles"}


def ending(line: Line, target: str, tree: Tree) -> int:
    """How many of a specification directly below the instance of a line the order itself disconnects."""
    owned = tree.known.children(line.instance_id, line.kind) if line.instance_id else ()
    return sum(
        1
        for id in owned
        if (here := tree.instance(id))
        and here.specification_id == target
        and (own := tree.by_instance.get(id)) is not None
        and own.action == "disconnect"
    )
