"""What a revision of an order under way is held against, before the rules of capture (section 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from services.order.domain.line import Line
from services.order.domain.revision import IDENTITY, Case, by_id, edited, given, public
from services.order.domain.words import Reason

_RESTING = frozenset({"suspend", "resume"})
_ALONG = frozenset({"disconnect", "suspend", "resume"})
"""What these do to an instance they do to all below it."""


def only_new_ids(case: Case) -> Iterator[Reason]:
    """A line id stands for one line for ever, also when that was dropped."""
    for line in case.asked:
        if line.line_id in case.order.dropped:
            message = f"line {line.line_id} was dropped from this order: give the new line an id of its own"
            yield Reason(rule="INF-04", message=message, line_id=line.line_id, field="lineId")


def the_same_lines(case: Case) -> Iterator[Reason]:
    """INF-04: a line stays what it is about; another action or instance is another line."""
    held = by_id(case.held)
    for line in case.asked:
        if (before := held.get(line.line_id)) is None:
            continue
        for name, wanted in given(line):
            own = IDENTITY if before.action != "add" else (*IDENTITY, "specification_id")
            if name in own and wanted != getattr(before, name) and not (name == "move" and not wanted):
                rule = "SUS-10" if before.action in _RESTING else "INF-04"
                message = (
                    f"'{public(name)}' of line {line.line_id} stays {getattr(before, name)!r}: leave the "
                    "line out to drop it, and add one with an id of its own"
                )
                yield Reason(rule=rule, message=message, line_id=line.line_id, field="lines")


def rests_only_otherwise_dated(case: Case) -> Iterator[Reason]:
    """INF-09, SUS-10: a suspend or resume under way is canceled or re-dated, and none is added."""
    held = by_id(case.held)
    for line in case.asked:
        before = held.get(line.line_id)
        if before is None and line.action in _RESTING and not case.order.over(line.line_id):
            message = (
                f"line {line.line_id} would {line.action} in an order under way: place an order of its own"
            )
            yield Reason(rule="INF-09", message=message, line_id=line.line_id, field="lines")
        elif before is not None and before.action in _RESTING:
            for name in edited(line, before):
                if name not in ("due_date", "reason"):
                    message = (
                        f"'{public(name)}' of line {line.line_id} differs: a {before.action} under way is "
                        "only re-dated or dropped"
                    )
                    yield Reason(rule="SUS-10", message=message, line_id=line.line_id, field="lines")


def what_is_done_stays(case: Case) -> Iterator[Reason]:
    """INF-01: a completed line is neither changed nor dropped."""
    held = by_id(case.held)
    asked = by_id(case.asked)
    for id in sorted(case.order.completed & held.keys()):
        line = asked.get(id)
        if line is None:
            message = f"line {id} is completed and cannot be dropped: write it as it is"
        elif other := [name for name in edited(line, held[id]) if name != "due_date"]:
            message = (
                f"line {id} is completed, so '{public(other[0])}' stays: order in a new one what should be "
                "different"
            )
        else:
            continue
        yield Reason(rule="INF-01", message=message, line_id=id, field="lines")


def only_what_waits_is_redated(case: Case) -> Iterator[Reason]:
    """SUS-12, D-10: until it runs."""
    held, now = by_id(case.held), case.known.now
    for line in case.asked:
        before = held.get(line.line_id)
        if before is None or line.due_date in (None, before.due_date) or case.order.waits(before, now):
            continue
        if before.due_date is not None or (line.due_date is not None and line.due_date > now):
            message = (
                f"line {line.line_id} does not wait (any more), so it has no date to change: leave it out"
            )
            yield Reason(rule="SUS-12", message=message, line_id=line.line_id, field="dueDate")


def goes_with_what_is_above(case: Case) -> Iterator[Reason]:
    """SUS-08, MOV-V3, LIN-05: what goes along with the line above it is not dropped alone."""
    held, asked = by_id(case.held), by_id(case.asked)
    for id, line in held.items():
        above = held.get(line.parent_line_id or "")
        if id in asked or above is None or above.line_id not in asked or line.action != above.action:
            continue
        if above.action in _ALONG or (above.move and line.move):
            message = f"line {id} goes with line {above.line_id} above it: drop that one, or neither"
            rule = "SUS-08" if above.action in _ALONG else "MOV-V3"
            yield Reason(rule=rule, message=message, line_id=id, field="lines")


def not_instead_of_another(case: Case) -> Iterator[Reason]:
    """CHG-16: what a dropped line holds is free only when its work is undone. What waits holds nothing."""
    held, asked = by_id(case.held), by_id(case.asked)
    dropped = {
        line.instance_id: id
        for id, line in held.items()
        if id not in asked and line.instance_id and not case.waits(line)
    }
    for id, line in asked.items():
        if id not in held and line.instance_id in dropped:
            message = (
                f"line {dropped[line.instance_id]} holds {line.instance_id} until its work is undone: drop "
                "that line first, and ask for this one when that is done, or order it by itself"
            )
            yield Reason(rule="CHG-16", message=message, line_id=id, field="instanceId")


RULES: tuple[Callable[[Case], Iterable[Reason]], ...] = (
    only_new_ids,
    the_same_lines,
    rests_only_otherwise_dated,
    what_is_done_stays,
    only_what_waits_is_redated,
    goes_with_what_is_above,
    not_instead_of_another,
)
"""What a revision of an order under way is held against, before the rules of capture."""


def still_the_same_lines(case: Case, lines: tuple[Line, ...]) -> Iterator[Reason]:
    """What only shows when all is written out."""
    held, wanted = by_id(case.held), by_id(case.asked)
    for line in lines:
        before, asked = held.get(line.line_id), wanted.get(line.line_id)
        if before is not None and asked is not None:
            yield from _became_a_move(line, before)
            yield from _dated_from_above(case, (line, before, asked))
    again = [line for line in lines if line.line_id not in wanted]
    yield from _needed(again, [one for id, one in held.items() if id not in wanted], case.asked)


def _became_a_move(line: Line, before: Line) -> Iterator[Reason]:
    if bool(line.move) != bool(before.move):
        message = (
            f"with another location line {line.line_id} becomes a move, which is another line: drop it, and "
            "order the move by itself"
        )
        yield Reason(rule="INF-04", message=message, line_id=line.line_id, field="location")


def _dated_from_above(case: Case, one: tuple[Line, Line, Line]) -> Iterator[Reason]:
    line, before, asked = one
    if asked.due_date not in (None, before.due_date, line.due_date) and case.waits(before):
        message = f"line {line.line_id} goes with the line above it: re-date that one, or neither"
        yield Reason(rule="SUS-08", message=message, line_id=line.line_id, field="dueDate")


def _needed(again: list[Line], dropped: list[Line], asked: tuple[Line, ...]) -> Iterator[Reason]:
    """What is written `again` because nothing is whole without it, or because so many are asked for."""
    for sort in dict.fromkeys(map(_sort, again)):
        same = [line.line_id for line in dropped if _sort(line) == sort]
        needed = min(sum(1 for line in again if _sort(line) == sort), len(same))
        many = [line.line_id for line in asked if _is_many(line, sort)]
        for id in same:
            if many:
                rule, message = "CHG-09", _one_each(many[0], same)
            elif needed < len(same):
                rule, message = "CHG-07", _keep(needed, same, sort)
            else:
                rule, message = "ACT-13", _whole(id, sort)
            yield Reason(rule=rule, message=message, line_id=id, field="lines")


_Sort: TypeAlias = tuple[str, str | None, str | None, str | None]


def _sort(line: Line) -> _Sort:
    return line.action, line.specification_id, line.parent_line_id, line.parent_instance_id


def _is_many(line: Line, sort: _Sort) -> bool:
    return (
        line.action == sort[0] == "add"
        and (line.quantity or 0) > 1
        and line.specification_id in (None, sort[1])
    )


def _one_each(many: str, same: list[str]) -> str:
    return (
        f"a quantity was written out when it was ordered, one line each: leave 'quantity' out of line "
        f"{many}, and write those of the lines {', '.join(same)} that should stay"
    )


def _keep(needed: int, same: list[str], sort: _Sort) -> str:
    return (
        f"{needed} more of {sort[1]} {'is' if needed == 1 else 'are'} still asked for by what is above: "
        f"write {needed} of the lines {', '.join(same)} that add one, or ask for fewer"
    )


def _whole(id: str, sort: _Sort) -> str:
    return (
        f"line {id} adds {sort[1]}, which what is above it asks for or cannot be without: drop or change "
        "that as well, or neither"
    )
