"""From the lines as they should be to what differs: merged, written out and judged again (INF-03, INF-04)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from services.order.domain.capture import numbering
from services.order.domain.change import LineChange
from services.order.domain.dates import windows
from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.parked import Fewer
from services.order.domain.policy import judge
from services.order.domain.recounting import recounted, still_asked
from services.order.domain.revision import TYPES, Case, by_id, given
from services.order.domain.rules.revision import RULES, still_the_same_lines
from services.order.domain.value import value
from services.order.domain.words import LineOperation, Reason
from services.order.domain.writing import write_out


@value
class Revised:
    """The lines as they would be, and what is then to be named of them (D-15), or every reason why not."""

    lines: tuple[Line, ...] = ()
    fewer: tuple[Fewer, ...] = ()
    reasons: tuple[Reason, ...] = ()


def revise(case: Case) -> Revised:
    """Judged by what the order would be; what it breaks already is not held against the revision."""
    if reasons := tuple(reason for rule in RULES for reason in rule(case)):
        return Revised(reasons=reasons)
    lines = _written(case)
    if reasons := tuple(still_the_same_lines(case, lines)):
        # What is written again instead of what was dropped is no line that anybody knows.
        known = {line.line_id for line in (*case.held, *case.asked)}
        others = (reason for reason in _broken(case, lines) if reason.line_id in known or not reason.line_id)
        return Revised(reasons=(*reasons, *others))
    if reasons := (*_broken(case, lines), *still_asked(case, lines)):
        return Revised(reasons=reasons)
    return Revised(lines=lines, fewer=recounted(case, lines))


def without(order: Order, line_ids: Collection[str]) -> tuple[Line, ...] | Reason:
    """The lines that are left when these go, with what stands below them and what ends their windows."""
    known = {line.line_id for line in order.lines}
    if unknown := sorted(set(line_ids) - known):
        message = f"there is no line {unknown[0]}: the lines are {', '.join(sorted(known)[:20])}"
        return Reason(rule="REF-01", message=message, line_id=unknown[0], field="lineIds")
    there = tuple(line for line in order.wanted if not order.over(line.line_id))
    if (one_of_many := _one_of_many(order, there, line_ids)) is not None:
        return one_of_many
    gone = set(line_ids)
    while more := {line.line_id for line in there if line.parent_line_id in gone} - gone:
        gone |= more
    gone |= {resume.line_id for suspend, resume in windows(there) if suspend.line_id in gone}
    return tuple(line for line in there if line.line_id not in gone)


def _one_of_many(order: Order, there: tuple[Line, ...], line_ids: Collection[str]) -> Reason | None:
    """CHG-09: who has asked for two by a line may mean both by its id, or the one that kept it."""
    for id in line_ids:
        others = [one.line_id for one in there if one.copy_of == id and one.line_id not in order.completed]
        if others and not set(others) <= set(line_ids):
            every = ", ".join([id, *others])
            message = (
                f"line {id} asked for more than one, which are lines {every}, one each: name them all to "
                "cancel all, the last ones to have fewer; or revise the order with those that should stay"
            )
            return Reason(rule="CHG-09", message=message, line_id=id, field="lineIds")
    return None


def differences(held: tuple[Line, ...], lines: tuple[Line, ...]) -> tuple[LineChange, ...]:
    """What is to be done to each line that differs; nothing at all when none does."""
    before, after = by_id(held), by_id(lines)
    dropped = [LineChange(line_id=id, operation="drop") for id in before if id not in after]
    added = [LineChange(line_id=id, operation="add") for id in after if id not in before]
    changed = [_change(line, after[id]) for id, line in before.items() if id in after and after[id] != line]
    return (*dropped, *(one for one in changed if one.types), *added)


def _change(before: Line, after: Line) -> LineChange:
    types = dict.fromkeys(
        type for name, type in TYPES.items() if getattr(before, name) != getattr(after, name)
    )
    was, will = before.characteristics, after.characteristics
    names = sorted(name for name in was.keys() | will.keys() if was.get(name) != will.get(name))
    operation: LineOperation = "redate" if list(types) == ["date"] else "change"
    return LineChange(
        line_id=before.line_id, operation=operation, types=tuple(types), characteristics=tuple(names)
    )


# ------------------------------------------------------------------------------------------ merging


def _merged(case: Case) -> tuple[Line, ...]:
    """The lines asked for: what a line leaves out stays as it is, and a resume goes with its suspend."""
    asked, held = by_id(case.asked), by_id(case.held)
    gone = {resume.line_id for suspend, resume in windows(case.held) if suspend.line_id not in asked}
    kept = tuple(
        _with_given(line, asked[id], case) for id, line in held.items() if id in asked and id not in gone
    )
    known = {line.line_id for line in case.order.lines}
    return (*_following(kept, case), *(line for id, line in asked.items() if id not in known))


def _following(lines: tuple[Line, ...], case: Case) -> Iterator[Line]:
    """SUS-08: an add that was to come with the line above it, on its day, goes with it to another."""
    now, held, asked = by_id(lines), by_id(case.held), by_id(case.asked)

    def due(line: Line) -> datetime | None:
        above, before = now.get(line.parent_line_id or ""), held.get(line.parent_line_id or "")
        along = line.action == "add" and asked[line.line_id].due_date is None and case.waits(line)
        if not along or above is None or before is None or before.due_date != held[line.line_id].due_date:
            return line.due_date
        return due(above)

    return (replace(line, due_date=due(line)) for line in lines)


def _with_given(line: Line, asked: Line, case: Case) -> Line:
    wanted = {name: value for name, value in given(asked) if name in TYPES}
    if not case.waits(line):
        wanted.pop("due_date", None)
    return replace(line, **wanted)


def _written(case: Case) -> tuple[Line, ...]:
    """New lines written out, with the parts they bring; of the others only the dates follow from above."""
    merged, held = _merged(case), by_id(case.held)
    request = replace(case.order.request(merged), end=None, cascade=False)
    written = write_out(request, case.known).lines
    asked = by_id(merged)
    lines = tuple(
        _kept(asked[line.line_id], line, held[line.line_id])
        if line.line_id in held and line.line_id in asked
        else line
        for line in written
    )
    return _with_free_ids(lines, case, asked.keys())


def _kept(asked: Line, written: Line, held: Line) -> Line:
    """A line keeps the version that it was ordered by, unless it becomes another specification."""
    other = asked.specification_id != held.specification_id
    return replace(
        asked,
        characteristics=written.characteristics,
        quantity=written.quantity,
        due_date=written.due_date,
        specification_version=written.specification_version if other else held.specification_version,
        move=written.move if bool(written.move) != bool(held.move) else held.move,
    )


def _with_free_ids(lines: tuple[Line, ...], case: Case, asked: Collection[str]) -> tuple[Line, ...]:
    """Lines that were written by us get ids that the order never had."""
    numbers = numbering((*case.order.lines, *lines))
    known = {line.line_id for line in case.order.lines} - set(asked)
    other = {line.line_id: next(numbers) for line in lines if line.line_id in known}
    if not other:
        return lines
    return tuple(
        replace(
            line,
            line_id=other.get(line.line_id, line.line_id),
            parent_line_id=other.get(line.parent_line_id or "", line.parent_line_id),
        )
        for line in lines
    )


def _broken(case: Case, lines: tuple[Line, ...]) -> Iterator[Reason]:
    """The rules of capture, for the lines as they would be."""
    now = judge(replace(case.order.request(case.held), end=None), case.known)
    asked = judge(replace(case.order.request(lines), end=None), case.known)
    yield from (reason for reason in asked if reason not in now)
