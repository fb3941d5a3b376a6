"""What a dated change is about on its day: others may have ended parts of a hierarchy, or added some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.fitted import free_id
from services.inventory.domain.moving import moved_as_a_whole
from services.inventory.domain.operation import Later
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, LineId, Reason

_TAKE_ALONG = frozenset({"disconnect", "suspend", "resume", "move"})
"""What these do to an instance they do to all below it: a line of its own says no more of a part."""

# ------------------------------------------------------------------------------------------- ended


def left_to_do(lines: tuple[Line, ...], installed: Installed) -> tuple[Line, ...]:
    """Without those that went along with one above them, and whose instance has ended since.

    Where what is above has ended as well there is nothing left, and where a line builds on one of them it
    cannot be left out: then they stay, to be judged.
    """
    over = {line.line_id for line in lines if _over(line, lines, installed)}
    kept = tuple(line for line in lines if line.line_id not in over)
    return lines if any(line.parent_line_id in over for line in kept) else kept


def _over(line: Line, lines: tuple[Line, ...], installed: Installed) -> bool:
    one = installed.get(line.instance_id)
    if one is None or one.state != "inactive" or line.asked not in {*_TAKE_ALONG, "no_change"}:
        return False
    takes_along = {each.instance_id for each in lines if each.asked in _TAKE_ALONG}
    above = (each for each in installed.above(one.id) if each.id != one.id)
    return any(each.id in takes_along and each.state != "inactive" for each in above)


def nothing_left(lines: tuple[Line, ...], stay: tuple[LineId, ...]) -> Iterator[Reason]:
    """Why lines are left out; of an add it is that as many are there."""
    for line in lines:
        if line.line_id not in stay and line.action != "add":
            message = (
                f"'{line.instance_id}' has ended since it was ordered: nothing is left to do for it, and the "
                "other lines go on"
            )
            yield Reason(rule="CHG-17", line_id=line.line_id, field="instanceId", message=message)


# ------------------------------------------------------------------------------------------- added


def with_what_has_come(case: Case) -> tuple[Line, ...]:
    """MOV-V3: a move takes along what stands there by now, each under a line of its own."""
    lines = case.order.lines
    if not any(line.moves for line in lines):
        return lines
    of: dict[InstanceId, LineId] = {line.instance_id: line.line_id for line in lines if line.instance_id}
    taken, new = {line.line_id for line in lines}, list[Line]()
    for id, above in case.affected.items():
        one = case.installed.get(id)
        along = above.moves or above.action == "disconnect"
        if id in of or not along or one is None or one.record.kind != case.order.category:
            continue
        under = of.get(one.record.parent_id or "", above.line_id)
        of[id] = free_id(under, taken)
        new.append(_along(above, id, of[id], under))
    return (*lines, *new)


def _along(above: Line, id: InstanceId, line_id: LineId, under: LineId) -> Line:
    """What comes along as the line above it goes."""
    return Line(
        line_id=line_id,
        action=above.action,
        kind=above.kind,
        instance_id=id,
        parent_line_id=under,
        location=above.location,
        move=above.move,
        due=above.due,
    )


def moved_in_parts(case: Case, later: tuple[Later, ...]) -> Iterator[Reason]:
    """MOV-V4: a move that waits names its whole hierarchy as well, as that stands at the approval."""
    for one in later:
        if any(line.moves for line in one.lines):
            order = replace(case.order, lines=one.lines)
            yield from moved_as_a_whole(replace(case, order=order, day=one.at))


def of_known_lines(broken: tuple[Reason, ...], case: Case, known: tuple[LineId, ...]) -> tuple[Reason, ...]:
    """Reasons as they concern lines that somebody has seen: of one that was written now, that above it."""
    above = {line.line_id: line.parent_line_id for line in case.order.lines}

    def line_of(id: LineId | None) -> LineId | None:
        while id is not None and id not in known:
            id = above.get(id)
        return id

    return tuple(replace(one, line_id=line_of(one.line_id)) for one in broken)
