"""Which orders the reference model refuses: a set of rule ids, empty when it may be done."""

from __future__ import annotations

from collections.abc import Iterable

from tests.machine import book
from tests.machine.model import Line, Model, Thing


def early(model: Model, lines: dict[str, Line], under_way: str = "") -> set[str]:
    """What order can judge by itself; one that is under way knows nothing yet of what it makes."""
    broken: set[str] = set()
    named = {line.about: line for line in lines.values() if line.about}
    for line in lines.values():
        thing = model.things.get(line.about or "")
        parent = model.things.get(line.parent or "")
        if (line.about and thing is None) or _made(under_way, line):
            broken.add("ACT-06")
        elif thing is not None and thing.state == "inactive":
            broken.add("CHG-17")
        if line.action == "add" and parent is not None and parent.state == "inactive":
            broken.add("D-23")
        upper = next(
            (named[up] for up in model.above(thing.parent if thing else line.parent) if up in named), None
        )
        if upper is None and line.action == "move" and thing and thing.location == line.location:
            broken.add("MOV-V5")
        if upper is not None and upper.action == "move" and line.location != upper.location:
            broken.add("MOV-V2")
        if upper is not None and line.action not in book.BELOW[upper.action]:
            broken.add("D-23")
        if line.action == "disconnect" and thing is not None and _missed(model, thing, named):
            broken.add("ACT-13")
    return broken


def _missed(model: Model, thing: Thing, named: dict[str, Line]) -> bool:
    whole = model.things.get(thing.parent or "")
    if whole is None or book.MANDATORY.get(whole.spec) != thing.spec or whole.state == "inactive":
        return False
    return not any(up in named and named[up].action == "disconnect" for up in model.above(whole.id))


def late(model: Model, lines: dict[str, Line], order: str, beside: Iterable[Line] = ()) -> set[str]:
    """What is judged where the installed base is; lines that are `beside` were judged before."""
    broken: set[str] = set()
    actions = {line.action for line in (*lines.values(), *beside)}
    every = model.affected((*lines.values(), *beside))
    under = {id: line for id, line in every.items() if line in lines}
    moves = [line for line in lines.values() if line.action == "move"]
    named = {line.about for line in (*lines.values(), *beside)}
    for line in lines.values():
        if line.action == "add":
            own = (line.parent or "").startswith(f"{order}:")
            above = model.things.get(line.parent or "")
            own = own or (above is not None and above.held == order)
            if not own and _unsettled(model, line.parent, under, lines):
                broken.add("D-23")
            continue
        thing = model.things[line.about or ""]
        if line.action not in book.ALLOWED[thing.state]:
            broken.add("D-07")
        if line.action == "move" and lines.get(under.get(thing.parent or "", "")) not in moves:
            broken |= {"MOV-V3"} if thing.parent else set()
        mixed = actions & {"suspend", "resume"} and actions & {"change", "disconnect"}
        if mixed and thing.state in book.PENDING:
            broken.add("SUS-06")
    for id, line_id in under.items():
        thing = model.things[id]
        if thing.held is not None:
            broken.add("CHG-16")
        if lines[line_id].action == "move":
            broken |= _moved_along(thing, named)
    return broken


def _moved_along(thing: Thing, named: set[str | None]) -> set[str]:
    """What came there since the lines were written has none of its own."""
    resting = {"D-07"} if thing.state == "suspended" else set[str]()
    return resting | {"MOV-V3"} if thing.kind == "product" and thing.id not in named else resting


def _unsettled(model: Model, parent: str | None, under: dict[str, str], lines: dict[str, Line]) -> bool:
    thing = model.things.get(parent or "")
    if thing is None:
        return False
    if thing.state not in book.SETTLED or thing.held is not None:
        return True
    return thing.id in under and lines[under[thing.id]].action in ("disconnect", "suspend", "resume")


def _made(order: str, line: Line) -> bool:
    """About what the order makes, or below the new side of what it moves."""
    if not order:
        return False
    return (line.about or "").startswith((f"{order}:", f"{order}~")) or (line.parent or "").startswith(
        f"{order}~"
    )
