"""Children that a product cannot be without, and what of the catalog says so (ACT-13, ACT-14, D-14)."""

from __future__ import annotations

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line
from services.order.domain.specification import Bundle, Entry
from services.order.domain.tree import Tree


def entry_of(instance: Instance, known: Known) -> Entry | None:
    """The catalog entry that an instance was made by."""
    return entry_at(instance.specification_id, instance.specification_version, known)


def entry_at(specification_id: str | None, version: str | None, known: Known) -> Entry | None:
    """The version named of a specification; the latest when it is not known or none is named."""
    catalog = known.specification(specification_id) if specification_id is not None else None
    if catalog is None:
        return None
    return catalog.versions.get(version or "") or catalog.latest


def missed(line: Line, tree: Tree) -> str | None:
    """The parent that a disconnect leaves without a mandatory child; None when nothing is missed.

    Nothing is missed when the parent ends as well, or when enough others of the same specification stay or
    are added in the same order (a replacement).
    """
    child = tree.instance(line.instance_id) if line.action == "disconnect" else None
    parent = tree.instance(child.parent_id) if child else None
    if child is None or parent is None or child.parent_id is None or parent.ended:
        return None
    if any(upper.action == "disconnect" for upper in tree.all_above(line)):
        return None
    bundle = _mandatory(child, parent, tree.known)
    if bundle is None or _left(child, child.parent_id, tree) >= max(1, bundle.least):
        return None
    return child.parent_id


def _mandatory(child: Instance, parent: Instance, known: Known) -> Bundle | None:
    entry = entry_of(parent, known)
    bundles = entry.bundles if entry else ()
    return next((item for item in bundles if item.mandatory and item.target == child.specification_id), None)


def _left(child: Instance, parent_id: str, tree: Tree) -> int:
    """How many of the child's specification the parent has when the order is done."""
    stay = sum(
        1
        for id in tree.known.children(parent_id, child.kind)
        if (here := tree.instance(id))
        and here.specification_id == child.specification_id
        and not ((own := tree.by_instance.get(id)) and own.action == "disconnect")
    )
    parent_line = tree.by_instance.get(parent_id)
    added = sum(
        1
        for line in tree.lines
        if line.action == "add"
        and line.specification_id == child.specification_id
        and (
            line.parent_instance_id == parent_id
            or (parent_line is not None and line.parent_line_id == parent_line.line_id)
        )
    )
    return stay + added
