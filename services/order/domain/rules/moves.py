"""What order judges of a move: MOV-V1, V2, V5 (V3 and V7 are judged where the installed base is, V8 too)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.tree import Tree
from services.order.domain.words import Reason

_MOVABLE = ("change", "add", "disconnect")


def moves_as_a_whole(tree: Tree) -> Iterator[Reason]:
    """MOV-V1: below a move every line moves, and changes, adds or disconnects."""
    for line in tree.lines:
        root = tree.mover(line)
        if root is not None:
            if line.action not in _MOVABLE:
                message = (
                    f"'{line.action}' cannot be part of the move of line {root.line_id}: a line in a move "
                    "has action change (goes along), add (new there) or disconnect (stays behind)"
                )
                yield _of(line, "MOV-V1", message, "action")
            elif not line.move:
                message = (
                    f"the line is part of the move of line {root.line_id}: give it 'move': true and "
                    f"'location': '{root.location}', or disconnect what stays behind"
                )
                yield _of(line, "MOV-V1", message, "move")
        else:
            yield from _outside(line, tree)


def _outside(line: Line, tree: Tree) -> Iterator[Reason]:
    own = tree.instance(line.instance_id)
    if line.action != "change":
        if line.move:
            message = (
                f"'move' stands on lines of a move, and no line above this '{line.action}' moves: leave "
                "'move' out, or in a revision keep the line above that moves, or drop this one too"
            )
            yield _of(line, "MOV-V1", message, "move")
    elif line.move is False and own and line.location not in (None, own.location):
        message = (
            f"another location is a move, and this line says it is none: leave 'move' out, or keep the "
            f"location {own.location or 'it has'}"
        )
        yield _of(line, "MOV-V1", message, "move")


def goes_to_one_place(tree: Tree) -> Iterator[Reason]:
    """MOV-V2: all lines of a move have one location."""
    for line in tree.lines:
        if not line.move or (root := tree.mover(line)) is None or root.location is None:
            continue
        if line.location is None and line.action == "disconnect":
            continue
        if line.location != root.location:
            said = f"goes to {line.location}" if line.location else "does not say where it goes"
            message = (
                f"the move of line {root.line_id} goes to {root.location} and this line {said}: "
                f"give it 'location': '{root.location}'"
            )
            yield _of(line, "MOV-V2", message, "location")


def goes_somewhere_else(tree: Tree) -> Iterator[Reason]:
    """MOV-V5: a move says where to, and that is not where the instance is."""
    for line in tree.lines:
        if line.action != "change" or not line.move or tree.mover(line) is not None:
            continue
        own = tree.instance(line.instance_id)
        if line.location is None:
            message = "a move says where it goes: give the new site as 'location'"
            yield _of(line, "MOV-V5", message, "location")
        elif own is not None and own.location == line.location:
            message = (
                f"{line.instance_id} is at {line.location} already: name another location, or leave 'move' "
                "out to change it where it is; in a revision, where a move stays one, cancel its lines "
                "instead"
            )
            yield _of(line, "MOV-V5", message, "location")


def _of(line: Line, rule: str, message: str, field: str) -> Reason:
    return Reason(rule=rule, message=message, line_id=line.line_id, field=field)
