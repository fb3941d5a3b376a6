"""The domain orders of a plan as a tree: one for each reserved instance, and what the catalog adds below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.fulfillment.domain.addition import Additions, map_down
from services.fulfillment.domain.catalog import Heard, Relationship
from services.fulfillment.domain.node import Node, action_of, location_of, quantity_of
from services.fulfillment.domain.reservation import Instance, Line, Reservation
from services.fulfillment.domain.targets import Seal, View, needs, quantity


class Growth:
    """Grows the nodes in plan order, parents before children, and notes what stands against it."""

    def __init__(
        self, reservation: Reservation, catalog: Callable[[str], Heard], seal: Seal, there: int = 0
    ) -> None:
        self.more = Additions(reservation.order_id, catalog, seal, there)
        self._reservation = reservation
        self._catalog = catalog
        self._seal = seal
        self._lines = {line.line_id: line for line in reservation.lines}
        self._instances = {instance.instance_id: instance for instance in reservation.tree}
        self._at: dict[str, Node] = {}
        self._children: dict[str, list[Instance]] = {}
        for instance in reservation.tree:
            if instance.parent_id is not None:
                self._children.setdefault(instance.parent_id, []).append(instance)

    def grow(self) -> list[Node]:
        for instance in self._reservation.tree:
            if instance.action != "no_change" or self._lines[instance.line_id].return_ is not None:
                self._plant(instance)
        for instance in self._reservation.tree:
            self._pair(instance)
        return self.more.nodes

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
        self.more.keep(node)
        if node.lands():
            self._fill(node, instance, line)
        if own or (line.line_id, node.side) not in self.more.line_values:
            before = self._was(instance).characteristics
            self.more.line_values[line.line_id, node.side] = (before, node.values)
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
            id=self.more.next_id(),
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
            return_=line.return_,
            quantity=quantity_of(instance, line),
            values=dict(instance.characteristics),
            had={} if instance.new and instance.side is None else self._was(instance).characteristics,
            needless=needless,
        )

    def _fill(self, node: Node, instance: Instance, line: Line) -> None:
        """The values after the order: the instance's, what is mapped from above, what the line sets."""
        map_down(node)
        if line.stands_for(instance.instance_id):
            node.named = frozenset(line.characteristics)
            node.values.update(line.characteristics)
        if (instance.new and node.side is None) or node.specification_id != instance.specification_id:
            self.more.default(node)

    def _extend(self, node: Node, instance: Instance) -> None:
        """What the new values now need (DEC-06, DEC-07): not what the old ones needed as well."""
        if node.specification is None:
            return
        after = self.more.after(node)
        for relation in node.specification.targets():
            if needs(after, relation.target, self._seal):
                self.more.add(node, relation, self._lacking(node, instance, relation))
            elif not any(_stays_as(relation.target, child) for child in self._children_of(instance)):
                self.more.leave_out(node, relation.target)

    def _lacking(self, node: Node, instance: Instance, relation: Relationship) -> int:
        """How many of a target the new values need beyond those that are there.

        What the old ones needed as well is left as it is, unless the line says how many there are to be.
        """
        there = sum(1 for child in self._children_of(instance) if _stays_as(relation.target, child))
        before = self._before(node, instance)
        if not self._needed_before(node, instance, relation.target) or before is None:
            return 0 if there else quantity(relation, node.values)
        if relation.quantity_characteristic not in node.named:
            return 0
        return max(0, quantity(relation, node.values) - there)

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
        if needs(self.more.after(parent), target, self._seal):
            return False
        before = self._before(parent, above)
        if before is not None:
            return needs(before, target, self._seal)
        entry = parent.specification
        return entry is not None and any(relation.target == target for relation in entry.targets())

    def _before(self, node: Node, instance: Instance) -> View | None:
        """None when the version it had was never heard."""
        was = self._was(instance)
        entry = self._catalog(was.specification_id).named(was.specification_version)
        line_values, _ = self.more.line_values.get((node.line_id, node.side), ({}, {}))
        if entry is None:
            return None
        return View(specification=entry, values=was.characteristics, line_values=line_values)

    def _was(self, instance: Instance) -> Instance:
        """Of the new side of a move, the old one: the new one has the values that the line sets already."""
        old = self._instances.get(instance.pair_id or "") if instance.side == "provide" else None
        return old or instance

    def _children_of(self, instance: Instance) -> Sequence[Instance]:
        return self._children.get(instance.instance_id, ())

    def _pair(self, instance: Instance) -> None:
        one, other = self._at.get(instance.instance_id), self._at.get(instance.pair_id or "")
        if one is not None and other is not None and one.instance_id == instance.instance_id:
            one.pair = other if other.instance_id == instance.pair_id else None


def _stays_as(target: str, child: Instance) -> bool:
    return child.specification_id == target and child.action != "disconnect"
