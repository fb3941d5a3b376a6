"""The domain orders of a plan as a tree: one for each reserved instance, and what the catalog adds below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.catalog import (
    Heard,
    Relationship,
    Side,
    Specification,
    Values,
)
from services.fulfillment.domain.node import Node, action_of, location_of
from services.fulfillment.domain.reservation import Instance, Line, Reservation
from services.fulfillment.domain.targets import Seal, View, needs, quantity

MAX_DOMAIN_ORDERS = 10_000
"""Growing stops just above it."""


class Growth:
    """Grows the nodes in plan order, parents before children, and notes what stands against it."""

    def __init__(
        self, reservation: Reservation, catalog: Callable[[str], Heard], seal: Seal, there: int = 0
    ) -> None:
        self.unpublished: list[Reason] = []
        self.retired: list[Reason] = []
        self._reservation = reservation
        self._catalog = catalog
        self._seal = seal
        self._there = there
        """Domain orders that the plan has already: those that are grown are numbered on."""
        self._nodes: list[Node] = []
        self._lines = {line.line_id: line for line in reservation.lines}
        self._instances = {instance.instance_id: instance for instance in reservation.tree}
        self._at: dict[str, Node] = {}
        self._children: dict[str, list[Instance]] = {}
        self._line_values: dict[tuple[str, Side | None], tuple[Values, Values]] = {}
        for instance in reservation.tree:
            if instance.parent_id is not None:
                self._children.setdefault(instance.parent_id, []).append(instance)

    def grow(self) -> list[Node]:
        for instance in self._reservation.tree:
            if instance.action != "no_change":
                self._plant(instance)
        for instance in self._reservation.tree:
            self._pair(instance)
        return self._nodes

    # ---------------------------------------------------------------------- what the tree says

    def _plant(self, instance: Instance) -> None:
        line = self._lines[instance.line_id]
        parent = self._at.get(instance.parent_id or "")
        own = line.stands_for(instance.instance_id)
        if parent is not None and not own and self._is_part(instance):
            parent.composed_of.append(instance.instance_id)
            self._at[instance.instance_id] = parent
            return
        node = self._node(instance, line, parent)
        self._at[instance.instance_id] = node
        self._keep(node)
        if node.lands():
            self._fill(node, instance, line)
        if own or (line.line_id, node.side) not in self._line_values:
            self._line_values[line.line_id, node.side] = (instance.characteristics, node.values)
        if node.lands():
            self._extend(node, instance)

    def _is_part(self, instance: Instance) -> bool:
        """Composed of: no domain order, it goes along with what it is a part of."""
        above = self._instances.get(instance.parent_id or "")
        if above is None:
            return False
        entry = self._catalog(above.specification_id).named(above.specification_version)
        return entry is not None and entry.is_composed_of(instance.specification_id)

    def _node(self, instance: Instance, line: Line, parent: Node | None) -> Node:
        own = line.stands_for(instance.instance_id)
        id, version = instance.specification_id, instance.specification_version
        if own and instance.side != "cease" and line.action in ("add", "change"):
            id, version = line.specification_id, line.specification_version
        entry = self._catalog(id).named(version)
        needless = not own and parent is not None and (parent.needless or self._is_needless(instance, parent))
        return Node(
            id=self._next_id(),
            kind=instance.kind,
            action="disconnect" if needless else action_of(instance),
            line_id=instance.line_id,
            specification_id=id,
            version=version or (entry.version if entry else None),
            specification=entry,
            instance_id=instance.instance_id,
            parent=parent,
            parent_instance_id=instance.parent_id,
            location=location_of(instance, line),
            side=instance.side,
            values=dict(instance.characteristics),
            needless=needless,
        )

    def _fill(self, node: Node, instance: Instance, line: Line) -> None:
        """The values after the order: the instance's, what is mapped from above, what the line sets."""
        self._map_down(node)
        if line.stands_for(instance.instance_id):
            node.named = frozenset(line.characteristics)
            node.values.update(line.characteristics)
        if (instance.new and node.side is None) or node.specification_id != instance.specification_id:
            self._default(node)

    def _extend(self, node: Node, instance: Instance) -> None:
        """What the new values now need (DEC-06, DEC-07): not what the old ones needed as well."""
        if node.specification is None:
            return
        after = self._after(node)
        for relation in node.specification.targets():
            there = any(child.specification_id == relation.target for child in self._children_of(instance))
            if (
                not there
                and needs(after, relation.target, self._seal)
                and not self._needed_before(node, instance, relation.target)
            ):
                self._add(node, relation, (node.specification_id,))

    def _needed_before(self, node: Node, instance: Instance, target: str) -> bool:
        if instance.new and node.side is None:
            return False
        before = self._before(node, instance)
        return before is not None and needs(before, target, self._seal)

    def _is_needless(self, instance: Instance, parent: Node) -> bool:
        """The old values needed it and the new ones do not, or a rule now stands against it."""
        above = self._instances.get(instance.parent_id or "")
        if above is None or not parent.lands() or parent.instance_id != above.instance_id:
            return False
        target = instance.specification_id
        if needs(self._after(parent), target, self._seal):
            return False
        before = self._before(parent, above)
        if before is not None:
            return needs(before, target, self._seal)
        entry = parent.specification
        return entry is not None and any(relation.target == target for relation in entry.targets())

    def _after(self, node: Node) -> View:
        _, line_values = self._line_values.get((node.line_id, node.side), ({}, {}))
        return View(specification=node.specification, values=node.values, line_values=line_values)

    def _before(self, node: Node, instance: Instance) -> View | None:
        """None when the version it had was never heard."""
        entry = self._catalog(instance.specification_id).named(instance.specification_version)
        line_values, _ = self._line_values.get((node.line_id, node.side), ({}, {}))
        if entry is None:
            return None
        return View(specification=entry, values=instance.characteristics, line_values=line_values)

    def _children_of(self, instance: Instance) -> Sequence[Instance]:
        return self._children.get(instance.instance_id, ())

    def _pair(self, instance: Instance) -> None:
        one, other = self._at.get(instance.instance_id), self._at.get(instance.pair_id or "")
        if one is not None and other is not None and one.instance_id == instance.instance_id:
            one.pair = other if other.instance_id == instance.pair_id else None

    # ------------------------------------------------------------------- what the catalog adds

    def _add(self, parent: Node, relation: Relationship, path: tuple[str, ...]) -> None:
        if relation.target in path:
            self.retired.append(_circular(parent, relation.target))
            return
        entry = self._entry_of(parent, relation.target)
        if entry is None:
            return
        for _ in range(quantity(relation, parent.values)):
            if len(self._nodes) > MAX_DOMAIN_ORDERS:
                return
            node = self._added(parent, entry)
            self._keep(node)
            self._map_down(node)
            self._default(node)
            after = self._after(node)
            for below in entry.targets():
                if needs(after, below.target, self._seal):
                    self._add(node, below, (*path, entry.specification_id))

    def _entry_of(self, parent: Node, target: str) -> Specification | None:
        heard = self._catalog(target)
        entry = heard.current()
        if entry is None:
            into = self.retired if heard.versions else self.unpublished
            into.append(_absent(parent, target, "is retired" if heard.versions else "is not published"))
        return entry

    def _added(self, parent: Node, entry: Specification) -> Node:
        id = self._next_id()
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
            new_instance=True,
        )

    def _next_id(self) -> str:
        return f"{self._reservation.order_id}.{self._there + len(self._nodes) + 1}"

    def _keep(self, node: Node) -> None:
        self._nodes.append(node)

    def _map_down(self, node: Node) -> None:
        """DEC-05, from above: the nearest source wins."""
        for source in reversed(tuple(node.ancestors())):
            if source.specification is None:
                continue
            for mapping in source.specification.mappings:
                if mapping.target == node.specification_id and mapping.characteristic in source.values:
                    node.values[mapping.as_ or mapping.characteristic] = source.values[mapping.characteristic]

    def _default(self, node: Node) -> None:
        for each in node.specification.characteristics if node.specification else ():
            if each.default is not None and each.name not in node.values:
                node.values[each.name] = self._seal(each.default) if each.personal else each.default


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
