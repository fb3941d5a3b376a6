"""When lines happen: windows, and the dates of what hangs together (SUS-07, SUS-08, SUS-15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.order.domain.capture import numbering
from services.order.domain.line import Line
from services.order.domain.sentence import moment
from services.order.domain.tree import Tree
from services.order.domain.words import Reason

_ALONE = frozenset({"change", "no_change"})


def windowed(tree: Tree) -> tuple[Line, ...]:
    """SUS-15: an end adds the resume to the order, for each suspend that has none and hangs below none."""
    end = tree.request.end
    if end is None:
        return tree.lines
    resumed = {line.instance_id for line in tree.lines if line.action == "resume"}
    numbers = numbering(tree.lines)
    added = tuple(
        Line(
            line_id=next(numbers),
            action="resume",
            kind=line.kind,
            instance_id=line.instance_id,
            due_date=end,
            reason=line.reason,
        )
        for line in tree.lines
        if line.action == "suspend" and line.instance_id not in resumed and not _below_one(line, tree)
    )
    return (*tree.lines, *added) if added else tree.lines


def _below_one(line: Line, tree: Tree) -> bool:
    return any(above.action == "suspend" for above in tree.all_above(line))


def dated(tree: Tree) -> tuple[Line, ...]:
    """SUS-07, SUS-08: what takes the hierarchy along gives its date to all below it."""
    if all(line.due_date is None for line in tree.lines):
        return tree.lines
    return tuple(
        line if (due := _due(line, tree)) == line.due_date else replace(line, due_date=due)
        for line in tree.lines
    )


def _due(line: Line, tree: Tree) -> datetime | None:
    """That of the topmost line that takes it along."""
    leading = line
    for above in tree.all_above(line):
        takes = above.action not in _ALONE or above.move
        if takes and _rests_alike(above, line):
            leading = above
    return leading.due_date


def _rests_alike(above: Line, line: Line) -> bool:
    """A resume below a suspend is the end of its window, not a part of it; and the other way round."""
    return {above.action, line.action} != {"suspend", "resume"}


def has_a_window(tree: Tree) -> Iterator[Reason]:
    """SUS-15: an end is the end of a suspend, and comes after its start."""
    end, now = tree.request.end, tree.known.now
    suspends = [line for line in tree.lines if line.action == "suspend"]
    if end is not None and not suspends:
        message = "an 'end' closes a suspend with its resume, and nothing here is suspended: leave it out"
        yield Reason(rule="SUS-15", message=message, field="end")
    elif end is not None and end <= now:
        message = f"the end {moment(end)} is past: give one to come, or leave it out and resume by hand"
        yield Reason(rule="SUS-15", message=message, field="end")
    yield from (_turned(one, other) for one, other in windows(tree.lines) if not _follows(one, other, now))


def windows(lines: tuple[Line, ...]) -> Iterator[tuple[Line, Line]]:
    """The suspend of an instance and its resume, where an order has both."""
    resumes = {line.instance_id: line for line in lines if line.action == "resume"}
    for line in lines:
        if line.action == "suspend" and (resume := resumes.get(line.instance_id)) is not None:
            yield line, resume


def _follows(suspend: Line, resume: Line, now: datetime) -> bool:
    return resume.due_date is not None and resume.due_date > max(suspend.due_date or now, now)


def _turned(suspend: Line, resume: Line) -> Reason:
    when = moment(resume.due_date) if resume.due_date else "at once"
    message = (
        f"{resume.instance_id} would be resumed ({when}) before it is suspended in line {suspend.line_id}: "
        "give the resume a later date"
    )
    return Reason(rule="ACT-11", message=message, line_id=resume.line_id, field="dueDate")
