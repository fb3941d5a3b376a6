"""Where a line may stand: one parent however it is named, and of a kind that takes it (D-23, LIN-01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.order.domain.line import Line
from services.order.domain.tree import Tree
from services.order.domain.words import Kind, Reason

BELOW: Mapping[Kind, tuple[Kind, ...]] = {"product": ("product",), "service": ("product", "service")}
"""Kind of an add to the kinds that it may stand below; resources are not ordered."""


def has_one_parent(tree: Tree) -> Iterator[Reason]:
    """D-23: 'parentLineId' and the instance above a line say the same.

    An add stands directly below the instance of its parent line. What is owned may name the line of any
    instance above it. Of an owned one below an add the matrix speaks, of a line without its instance ACT-06.
    """
    for line in tree.lines:
        upper = tree.by_id.get(line.parent_line_id or "")
        if upper is None or upper is line:
            continue
        if line.action == "add":
            parent = line.parent_instance_id
            fits = parent is None or parent == upper.instance_id
        else:
            own = tree.instance(line.instance_id)
            if own is None or upper.action == "add":
                continue
            parent = own.parent_id
            fits = any(above == upper.instance_id for above in tree.up(parent))
        if not fits and (upper.instance_id is not None or upper.action == "add"):
            yield _two_parents(line, upper, parent)


def _two_parents(line: Line, upper: Line, parent: str | None) -> Reason:
    by_line = upper.instance_id or "what it adds, which has no instance yet"
    if line.action == "add":
        by_instance = f"'parentInstanceId' says {parent}"
        right = "leave one of them out"
    else:
        by_instance = f"{line.instance_id} hangs below {parent or 'nothing'}"
        right = "leave 'parentLineId' out"
    message = f"line {upper.line_id} is for {by_line}, and {by_instance}: a line has one parent, {right}"
    return Reason(rule="D-23", message=message, line_id=line.line_id, field="parentLineId")


def stands_below_its_kind(tree: Tree) -> Iterator[Reason]:
    """LIN-01: a product stands below a product, a service below a product or a service."""
    for line in tree.lines:
        allowed = BELOW.get(line.kind) if line.action == "add" else None
        kind, name, field = _above(line, tree)
        if allowed is not None and kind is not None and kind not in allowed:
            message = (
                f"{line.specification_id or 'the line'} is a {line.kind} and {name} a {kind}: a {line.kind} "
                f"stands below a {' or a '.join(allowed)}, so name another parent or none"
            )
            yield Reason(rule="LIN-01", message=message, line_id=line.line_id, field=field)


def _above(line: Line, tree: Tree) -> tuple[Kind | None, str, str]:
    """Kind and name of what a line stands below, and the field that says so."""
    upper = tree.by_id.get(line.parent_line_id or "")
    if upper is not None:
        return upper.kind, upper.instance_id or f"line {upper.line_id}", "parentLineId"
    parent = tree.instance(line.parent_instance_id)
    return (parent.kind if parent else None), line.parent_instance_id or "", "parentInstanceId"
