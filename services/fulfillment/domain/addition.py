"""What the catalog adds below a domain order: the targets that it needs, all the way down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.fulfillment.domain.awaiting import left_out, standing
from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.catalog import Heard, Relationship, Side, Specification, Values
from services.fulfillment.domain.mappings import Below, below, spread
from services.fulfillment.domain.node import Node
from services.fulfillment.domain.targets import Seal, View, needs, quantity

MAX_DOMAIN_ORDERS = 10_000
"""Growing stops just above it."""


class Additions:
    """The domain orders of a plan in the making, in plan order, and what stands against some of them."""

    def __init__(self, order_id: str, catalog: Callable[[str], Heard], seal: Seal, there: int = 0) -> None:
        self.unpublished: list[Reason] = []
        self.retired: list[Reason] = []
        self.nodes: list[Node] = []
        self.line_values: dict[tuple[str, Side | None], tuple[Values, Values]] = {}
        """Of each line, on each side of a move, its values before and after."""
        self._order_id = order_id
        self._catalog = catalog
        self._seal = seal
        self._there = there
        """Domain orders that the plan has already: those that are grown are numbered on."""

    def next_id(self) -> str:
        return f"{self._order_id}.{self._there + len(self.nodes) + 1}"

    def keep(self, node: Node) -> None:
        self.nodes.append(node)

    def after(self, node: Node) -> View:
        """A domain order as the rules see it when the order is done."""
        _, line_values = self.line_values.get((node.line_id, node.side), ({}, {}))
        return View(specification=node.specification, values=node.values, line_values=line_values)

    def add(self, parent: Node, relation: Relationship, count: int, path: tuple[str, ...] = ()) -> None:
        """So many of a target below a domain order, each with all that it needs itself."""
        if count == 0:
            return
        path = (*path, parent.specification_id)
        if relation.target in path:
            self.retired.append(_circular(parent, relation.target))
            return
        entry = self._entry_of(parent, relation.target)
        if entry is None:
            return
        for _ in range(count):
            if len(self.nodes) > MAX_DOMAIN_ORDERS:
                return
            node = self._added(parent, entry)
            self.keep(node)
            map_down(node)
            self.default(node)
            after = self.after(node)
            for further in entry.targets():
                if needs(after, further.target, self._seal):
                    self.add(node, further, quantity(further, node.values), path)
                else:
                    self.leave_out(node, further.target)

    def leave_out(self, node: Node, target: str) -> None:
        """DEC-04: for want of a value; when that comes, the target is made."""
        if (awaited := left_out(self.after(node), target, self._seal)) is not None:
            node.awaits.append(awaited)

    def settle(self, others: Sequence[Node] = ()) -> Below:
        """Copies values along the mappings, and makes what waited for one, until nothing changes any more."""
        while True:
            nodes = [*others, *self.nodes]
            index = below(nodes)
            spread(nodes, index)
            if not self._make_what_waited(nodes):
                return index

    def _make_what_waited(self, nodes: Sequence[Node]) -> bool:
        made = False
        for node in nodes:
            for awaited in tuple(node.awaits):
                view = self.after(node)
                now = standing(awaited.rules, view.values, view.line_values)
                if now != "waits":
                    node.awaits.remove(awaited)
                if now == "made":
                    made = True
                    self.make(node, awaited.specification_id)
        return made

    def make(self, node: Node, target: str) -> None:
        """A target that was left out before."""
        for relation in node.specification.targets() if node.specification else ():
            if relation.target == target:
                above = tuple(one.specification_id for one in node.ancestors())
                self.add(node, relation, quantity(relation, node.values), above)

    def _entry_of(self, parent: Node, target: str) -> Specification | None:
        heard = self._catalog(target)
        entry = heard.current()
        if entry is None:
            into = self.retired if heard.versions else self.unpublished
            into.append(_absent(parent, target, "is retired" if heard.versions else "is not published"))
        return entry

    def _added(self, parent: Node, entry: Specification) -> Node:
        id = self.next_id()
        return Node(
            id=id,
            kind=entry.kind,
            action="add",
            line_id=parent.line_id,
            specification_id=entry.specification_id,
            version=entry.version,
            specification=entry,
            instance_id=id,
            parent=parent,
            parent_instance_id=parent.instance_id,
            location=parent.location,
            side=parent.side,
            return_=parent.return_,
            new_instance=True,
        )

    def default(self, node: Node) -> None:
        """Values that nobody gave, as the entry has them."""
        for each in node.specification.characteristics if node.specification else ():
            if each.default is not None and each.name not in node.values:
                node.values[each.name] = self._seal(each.default) if each.personal else each.default


def map_down(node: Node) -> None:
    """DEC-05, from above: the nearest source wins."""
    for source in reversed(tuple(node.ancestors())):
        if source.specification is None:
            continue
        for mapping in source.specification.mappings:
            if mapping.target == node.specification_id and mapping.characteristic in source.values:
                node.values[mapping.as_ or mapping.characteristic] = source.values[mapping.characteristic]


def _absent(parent: Node, target: str, why: str) -> Reason:
    return Reason(
        rule="DEC-01",
        line_id=parent.line_id,
        message=f"{parent.specification_id} needs {target}, which {why}: publish a version of it, "
        "or one of the entry above that does without",
    )


def _circular(parent: Node, target: str) -> Reason:
    return Reason(
        rule="DEC-01",
        line_id=parent.line_id,
        message=f"{parent.specification_id} needs {target}, which needs it again: take one of the "
        "relationships out of the catalog",
    )
