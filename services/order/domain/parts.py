"""What stands directly below a product or a service once the order is done, and what its entry says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line
from services.order.domain.specification import Entry, Relation
from services.order.domain.tree import Tree
from services.order.domain.value import value
from services.order.domain.words import Kind


def entry_of(instance: Instance, known: Known) -> Entry | None:
    """The catalog entry that an instance was made by."""
    return entry_at(instance.specification_id, instance.specification_version, known)


def entry_at(specification_id: str | None, version: str | None, known: Known) -> Entry | None:
    """The version named of a specification; the latest when it is not known or none is named."""
    catalog = known.specification(specification_id) if specification_id is not None else None
    if catalog is None:
        return None
    return catalog.versions.get(version or "") or catalog.latest


@value
class Whole:
    """What has parts: an instance, or what a line adds. `entry` is the one it is made by after the order."""

    name: str
    kind: Kind
    instance_id: str | None
    line: Line | None
    entry: Entry | None

    def relation(self, specification_id: str | None) -> Relation | None:
        """How its entry relates to a specification; None when it does not, or is not known."""
        relations = self.entry.relations if self.entry else ()
        return next((item for item in relations if item.target == specification_id), None)

    def made_by(self, entry: Entry | None) -> Whole:
        """The same one, made by another entry."""
        return replace(self, entry=entry)


def whole_of(line: Line, tree: Tree) -> Whole | None:
    """What a line stands directly below; None for a root, and where that is unknown, ended or said twice."""
    upper = tree.by_id.get(line.parent_line_id or "") if line.action == "add" else None
    if upper is not None and (upper is line or line.parent_instance_id != upper.instance_id):
        return None
    if upper is not None and upper.action == "add":
        entry = entry_at(upper.specification_id, upper.specification_version, tree.known)
        return Whole(name=f"line {upper.line_id}", kind=upper.kind, instance_id=None, line=upper, entry=entry)
    own = tree.instance(line.instance_id)
    return owned(own.parent_id if own else line.parent_instance_id, tree)


def owned(instance_id: str | None, tree: Tree) -> Whole | None:
    """An instance that has not ended, as it is after the order."""
    instance = tree.instance(instance_id)
    if instance_id is None or instance is None or instance.ended:
        return None
    line = tree.by_instance.get(instance_id)
    entry = entry_of(instance, tree.known)
    if line is not None and line.action == "change":
        of = line.specification_id or instance.specification_id
        entry = entry_at(of, line.specification_version, tree.known)
    return Whole(name=instance_id, kind=instance.kind, instance_id=instance_id, line=line, entry=entry)


def count(specification_id: str | None, whole: Whole, kind: Kind, tree: Tree) -> int:
    """How many of a specification stand below it when the order is done."""
    stay = sum(1 for _, found in staying(whole, kind, tree) if found == specification_id)
    return stay + sum(1 for line in added(whole, tree) if line.specification_id == specification_id)


def staying(whole: Whole, kind: Kind, tree: Tree) -> Iterator[tuple[str, str | None]]:
    """What is owned below it and does not end: (instance, its specification then)."""
    for id in tree.known.children(whole.instance_id, kind) if whole.instance_id else ():
        line, instance = tree.by_instance.get(id), tree.instance(id)
        if instance is None or (line is not None and line.action == "disconnect"):
            continue
        changed = line is not None and line.action == "change" and line.specification_id
        yield id, line.specification_id if line is not None and changed else instance.specification_id


def ending_beside(whole: Whole, specification_id: str | None, tree: Tree) -> str:
    """Which other orders have ended some of it and can still be canceled, for a sentence; empty if none."""
    by_order: dict[str, list[str]] = {}
    for id, order in sorted(tree.known.ending(whole.instance_id).items()) if whole.instance_id else ():
        one = tree.instance(id)
        if one is not None and one.specification_id == specification_id:
            by_order.setdefault(order, []).append(id)
    said = (f"order '{order}' is ending {', '.join(ids)}" for order, ids in by_order.items())
    return " and ".join(said)


def added(whole: Whole, tree: Tree) -> Iterator[Line]:
    """The lines that add something directly below it."""
    for line in tree.lines:
        if line.action != "add" or tree.known.gone(line.line_id):
            continue
        if (whole.instance_id is not None and line.parent_instance_id == whole.instance_id) or (
            whole.line is not None and line.parent_line_id == whole.line.line_id
        ):
            yield line
