"""Writing out: what was left to be derived becomes plain in the lines. Doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from services.order.domain.capture import numbering
from services.order.domain.dates import dated, windowed
from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line, Request
from services.order.domain.mandatory import beyond, missed
from services.order.domain.parts import entry_of
from services.order.domain.quantity import bundles_by_count, counted, ending, multiplied
from services.order.domain.specification import Entry
from services.order.domain.tree import Tree, below

MAX_LINES = 500

Step: TypeAlias = Callable[[Tree], tuple[Line, ...]]


def write_out(request: Request, known: Known) -> Request:
    """The request with every line complete, and the lines that rules add to it."""
    tree = Tree(request, known)
    for step in STEPS:
        lines = step(tree)
        if lines is not tree.lines:
            tree = Tree(tree.request.with_lines(lines), known)
    return tree.request


def cascaded(tree: Tree) -> tuple[Line, ...]:
    """D-14: with `cascade`, a mandatory part takes the whole structure of its kind with it.

    Where that is itself what a product cannot be without, nothing is written: the order is rejected.
    """
    if not tree.request.cascade:
        return tree.lines
    ending: dict[str, None] = {}
    for line in tree.lines:
        if (
            missed(line, tree)
            and line.instance_id
            and (own := tree.instance(line.instance_id))
            and not beyond(line.instance_id, tree)
        ):
            root = tree.top(line.instance_id, own.kind)
            ending |= dict.fromkeys((root, *(id for id, _ in below(root, own.kind, tree.known))))
    numbers = numbering(tree.lines)
    kept = tuple(_ended(line) if line.instance_id in ending else line for line in tree.lines)
    written = (
        Line(line_id=next(numbers), action="disconnect", kind=tree.request.category, instance_id=id)
        for id in ending
        if id not in tree.by_instance
    )
    return (*kept, *written)


def _ended(line: Line) -> Line:
    if line.action == "disconnect":
        return line
    return Line(
        line_id=line.line_id,
        action="disconnect",
        kind=line.kind,
        instance_id=line.instance_id,
        due_date=line.due_date,
        reason=line.reason,
    )


def bundled(tree: Tree) -> tuple[Line, ...]:
    """An add brings the mandatory children that its caller did not write."""
    numbers = numbering(tree.lines)
    lines = list(tree.lines)
    for line in lines:  # grows while it is walked: what is written may bundle more
        if len(lines) > MAX_LINES:
            break
        for target, count in _bundles_missing(line, lines, tree):
            lines += [_child(line, target, next(numbers)) for _ in range(min(count, MAX_LINES))]
    return tree.lines if len(lines) == len(tree.lines) else tuple(lines)


def _bundles_missing(line: Line, lines: list[Line], tree: Tree) -> Iterator[tuple[str, int]]:
    by_count = bundles_by_count(line, tree)
    for target, asked in by_count.items():
        yield target, max(0, asked - _there(line, target, lines, tree) + ending(line, target, tree))
    own = tree.instance(line.instance_id)
    if line.action not in ("add", "change") or (
        own and line.specification_id in (None, own.specification_id)
    ):
        return
    catalog = tree.known.specification(line.specification_id) if line.specification_id else None
    entry = catalog.offered if catalog else None
    for bundle in entry.bundles if entry else ():
        if bundle.mandatory and bundle.target not in by_count:
            there = _there(line, bundle.target, lines, tree)
            yield bundle.target, max(1, bundle.least) - there if there else bundle.usual


def _there(line: Line, target: str, lines: list[Line], tree: Tree) -> int:
    written = sum(
        1
        for other in lines
        if other.action == "add"
        and other.specification_id == target
        and not tree.known.gone(other.line_id)
        and (
            other.parent_line_id == line.line_id
            or (line.instance_id is not None and other.parent_instance_id == line.instance_id)
        )
    )
    owned = tree.known.children(line.instance_id, line.kind) if line.instance_id else ()
    return written + sum(1 for id in owned if (here := tree.instance(id)) and here.specification_id == target)


def _child(line: Line, target: str, line_id: str) -> Line:
    return Line(
        line_id=line_id,
        action="add",
        kind=line.kind,
        specification_id=target,
        parent_line_id=line.line_id,
        parent_instance_id=line.instance_id,
        location=line.location,
        quantity=1,
        due_date=line.due_date,
    )


def resolved(tree: Tree) -> tuple[Line, ...]:
    """Kind, specification, version and parent, from the instance and the catalog."""
    return tuple(
        _added(line, tree)
        if line.action == "add"
        else _owned(line, tree.instance(line.instance_id), tree.known)
        for line in tree.lines
    )


def _added(line: Line, tree: Tree) -> Line:
    catalog = tree.known.specification(line.specification_id) if line.specification_id else None
    entry = catalog.offered if catalog else None
    above = tree.by_id.get(line.parent_line_id or "")
    parent = line.parent_instance_id or (above.instance_id if above else None)
    if entry is None:
        return replace(line, kind=tree.request.category, parent_instance_id=parent)
    return replace(
        line,
        kind=entry.kind,
        specification_version=entry.version,
        transient=entry.transient,
        characteristics=line.characteristics if line.replaces else _with_defaults(line, entry),
        parent_instance_id=parent,
    )


def _with_defaults(line: Line, entry: Entry) -> dict[str, str | int | float | bool | None]:
    defaults = {
        item.name: item.default
        for item in entry.characteristics.values()
        if item.default is not None and item.name not in line.characteristics
    }
    return {**line.characteristics, **defaults} if defaults else line.characteristics


def _owned(line: Line, instance: Instance | None, known: Known) -> Line:
    if instance is None:
        return line
    # Written out, as every line of every order comes through here: `replace` takes four times as long.
    return Line(
        line_id=line.line_id,
        action=line.action,
        kind=instance.kind,
        instance_id=line.instance_id,
        specification_id=line.specification_id or instance.specification_id,
        specification_version=_version(line, instance, known),
        offering_id=line.offering_id,
        parent_line_id=line.parent_line_id,
        parent_instance_id=line.parent_instance_id or instance.parent_id,
        characteristics=line.characteristics,
        location=line.location,
        move=line.move,
        quantity=line.quantity,
        due_date=line.due_date,
        transient=line.transient,
        contract_line=line.contract_line,
        return_=line.return_,
        replaces=line.replaces,
        quantity_before=line.quantity_before,
        reason=line.reason,
    )


def _version(line: Line, instance: Instance, known: Known) -> str | None:
    """CHG-05: a change takes the version that is offered now; everything else the one that is owned."""
    other = line.specification_id not in (None, instance.specification_id)
    if line.action == "change":
        catalog = known.specification(line.specification_id or instance.specification_id)
        if catalog is not None and (other or catalog.offered is not None):
            return catalog.offered.version if catalog.offered else None
        if other:
            return None
    if instance.specification_version is not None:
        return instance.specification_version
    entry = entry_of(instance, known)
    return entry.version if entry else None


def linked(tree: Tree) -> tuple[Line, ...]:
    """A line hangs below the line of its parent instance, when there is one."""
    if len(tree.lines) == 1:
        return tree.lines
    return tuple(
        replace(line, parent_line_id=above.line_id)
        if line.parent_line_id is None
        and (above := tree.by_instance.get(line.parent_instance_id or "")) is not None
        and above is not line
        else line
        for line in tree.lines
    )


def moved(tree: Tree) -> tuple[Line, ...]:
    """MOV-01: another location is a move; what a move adds or ends is part of it (MOV-V6)."""
    changes = tuple([_moving(line, tree) if line.action == "change" else line for line in tree.lines])
    if not any(line.move for line in changes):
        return tree.lines
    inside = Tree(tree.request.with_lines(changes), tree.known)
    return tuple(
        _along(line, inside.mover(line)) if line.action in ("add", "disconnect") else line for line in changes
    )


def _moving(line: Line, tree: Tree) -> Line:
    asked = tree.request.action == "move" and line.move is None
    move = True if asked or _elsewhere(line, tree) else line.move
    location = tree.request.location if move and line.location is None else line.location
    if move == line.move and location == line.location:
        return line
    return replace(line, move=move, location=location)


def _elsewhere(line: Line, tree: Tree) -> bool:
    own = tree.instance(line.instance_id)
    there = line.location is not None and line.move is None
    return there and own is not None and own.location != line.location


def _along(line: Line, mover: Line | None) -> Line:
    if mover is None:
        return line
    location = line.location or (mover.location if line.action == "add" else None)
    return replace(line, move=True if line.move is None else line.move, location=location)


STEPS: tuple[Step, ...] = (cascaded, multiplied, counted, bundled, windowed, resolved, linked, moved, dated)
"""In this order: first which lines there are, then what each of them says."""
