"""DEC-05: values go from the domain order of one entry to that of another, in any direction.

The nearest one of the target under the same root is meant: below, above, beside, then further.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from services.fulfillment.domain.node import Node
from services.fulfillment.domain.targets import same

Below = dict[tuple[int, str], list[Node]]
_MOST_VISITS = 20
"""A value that wanders in a circle of mappings under ever new names stops here."""


def below(nodes: Iterable[Node]) -> Below:
    """For each domain order and specification, the domain orders of it below (in plan order)."""
    found: Below = {}
    for node in nodes:
        for above in node.ancestors():
            found.setdefault((id(above), node.specification_id), []).append(node)
    return found


def nearest(node: Node, target: str, index: Below) -> list[Node]:
    """The domain orders of the target that are meant from here; none when the root has none."""
    inside = index.get((id(node), target))
    if inside:
        return inside
    for above in node.ancestors():
        if above.specification_id == target:
            return [above]
        around = [other for other in index.get((id(above), target), ()) if other is not node]
        if around:
            return around
    return []


def links(node: Node, index: Below) -> Iterable[tuple[str, Node, str]]:
    """Where the values of this domain order go: (characteristic, domain order, its name there)."""
    if node.specification is None or node.action not in ("add", "change") or node.needless:
        return
    for mapping in node.specification.mappings:
        for target in nearest(node, mapping.target, index):
            if target.lands() and target.side == node.side:
                yield mapping.characteristic, target, mapping.as_ or mapping.characteristic


def spread(nodes: Sequence[Node], index: Below) -> None:
    """Copies values along every mapping, parents before children, until nothing changes any more."""
    if not any(node.specification and node.specification.mappings for node in nodes):
        return
    queue, visits = deque(nodes), dict.fromkeys(map(id, nodes), 0)
    while queue:
        node = queue.popleft()
        visits[id(node)] += 1
        for characteristic, target, name in links(node, index):
            if _takes(target, name, node, characteristic) and visits[id(target)] < _MOST_VISITS:
                target.values[name] = node.values[characteristic]
                queue.append(target)


def _takes(target: Node, name: str, node: Node, of: str) -> bool:
    """What is as it was says nothing new about what has a value of its own (DEC-04)."""
    if of not in node.values or name in target.named:
        return False
    if name in target.had and of in node.had and same(node.had[of], node.values[of]):
        return False
    return name not in target.values or not same(target.values[name], node.values[of])
