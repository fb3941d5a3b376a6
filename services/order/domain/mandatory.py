"""Parts that a product or a service cannot be without (ACT-13, ACT-14, D-14)."""

from __future__ import annotations

from services.order.domain.line import Line
from services.order.domain.parts import Whole, count, whole_of
from services.order.domain.tree import Tree


def missed(line: Line, tree: Tree) -> Whole | None:
    """What a disconnect leaves without a mandatory part; None when nothing is missed.

    Nothing is missed when what it is a part of ends as well, or when enough others of the same specification
    stay or are added in the same order (a replacement).
    """
    part = tree.instance(line.instance_id) if line.action == "disconnect" else None
    whole = whole_of(line, tree) if part is not None else None
    if part is None or whole is None or any(upper.action == "disconnect" for upper in tree.all_above(line)):
        return None
    relation = whole.relation(part.specification_id)
    if relation is None or not relation.mandatory:
        return None
    enough = count(part.specification_id, whole, part.kind, tree) >= max(1, relation.least)
    return None if enough else whole


def beyond(instance_id: str, tree: Tree) -> Whole | None:
    """The product that cannot be without the topmost service above an instance.

    No line of a service order ends a product, so cascading through its services would stop below this one.
    """
    own = tree.instance(instance_id)
    root = tree.top(instance_id, own.kind) if own is not None else instance_id
    top = tree.instance(root)
    if own is None or top is None or own.kind != "service":
        return None
    line = Line(line_id="", action="disconnect", kind=own.kind, instance_id=root)
    product = whole_of(line, tree)
    relation = product.relation(top.specification_id) if product else None
    return product if relation is not None and relation.mandatory else None
