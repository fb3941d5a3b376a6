"""What may still be changed of an order under way: lines that wait for their day (D-10, SUS-10, SUS-12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime

from services.order.domain.dates import windows
from services.order.domain.line import Line
from services.order.domain.order import Order, OrderRedated
from services.order.domain.words import Reason

Outcome = tuple[OrderRedated, ...] | Reason

_ONLY = "of an approved order only lines that wait for their day can be changed in this version"


def cancel(order: Order, line_ids: Collection[str] | None, reason: str | None) -> Outcome:
    """Drops lines that wait; of a window, the resume goes with its suspend."""
    asked = order.wanted
    known = {line.line_id for line in order.lines}
    if line_ids is not None and (unknown := [id for id in line_ids if id not in known]):
        message = f"there is no line {unknown[0]}: the lines are {', '.join(sorted(known))}"
        return Reason(rule="REF-01", message=message, line_id=unknown[0], field="lineIds")
    wanted = {line.line_id for line in asked} if line_ids is None else set(line_ids)
    dropped = (_with_resumes(wanted, asked)) & {line.line_id for line in asked}
    for id in sorted(dropped):
        if (refused := _refusal(order, id, dropped)) is not None:
            return refused
    if not dropped:
        return ()
    left = tuple(line for line in asked if line.line_id not in _whole(order, dropped))
    return (OrderRedated(version=order.version, lines=left, reason=reason),)


def _with_resumes(dropped: set[str], lines: tuple[Line, ...]) -> set[str]:
    return dropped | {resume.line_id for suspend, resume in windows(lines) if suspend.line_id in dropped}


def _whole(order: Order, dropped: Collection[str]) -> set[str]:
    """Everything that waits in one operation goes with its topmost line."""
    return {id for one in order.operations.values() if one.line_ids[0] in dropped for id in one.line_ids}


def _refusal(order: Order, id: str, dropped: Collection[str]) -> Reason | None:
    operation = order.operation_of(id)
    if operation is None or operation.state != "scheduled":
        message = f"line {id} does not wait (any more): {_ONLY}"
        return Reason(rule="INF-01", message=message, line_id=id, field="lineIds")
    if (top := operation.line_ids[0]) not in dropped:
        message = f"line {id} goes with line {top} above it: cancel that one, or neither"
        return Reason(rule="SUS-08", message=message, line_id=id, field="lineIds")
    return None


def revise(order: Order, asked: tuple[Line, ...], opened: Mapping[str, Line], reason: str | None) -> Outcome:
    """The lines as they should be now: dates of what waits may differ, and what waits may be left out."""
    now = {line.line_id: line for line in order.wanted}
    given = {line.line_id: line for line in asked}
    for id, line in given.items():
        if (refused := _not_a_date(order, line, opened.get(id))) is not None:
            return refused
    missing = [id for id in now if id not in given and order.waits(id)]
    running = [id for id in now if id not in given and not order.waits(id)]
    if running:
        message = f"line {running[0]} is under way and cannot be dropped: {_ONLY}; write it as it is"
        return Reason(rule="INF-01", message=message, line_id=running[0], field="lines")
    lines = _dated(order, now, given)
    return _revised(order, lines, missing, reason)


def _revised(order: Order, lines: tuple[Line, ...], missing: Iterable[str], reason: str | None) -> Outcome:
    dropped = _with_resumes(set(missing), lines)
    for id in sorted(dropped):
        if (refused := _refusal(order, id, dropped)) is not None:
            return refused
    left = tuple(line for line in lines if line.line_id not in dropped)
    for suspend, resume in windows(left):
        if order.waits(suspend.line_id) and not _later(resume.due_date, suspend.due_date):
            message = f"{resume.instance_id} would be resumed before it is suspended: give a later date"
            return Reason(rule="ACT-11", message=message, line_id=resume.line_id, field="dueDate")
    if left == order.wanted:
        return ()
    return (OrderRedated(version=order.version, lines=left, reason=reason),)


def _later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other


def _not_a_date(order: Order, line: Line, held: Line | None) -> Reason | None:
    if held is None:
        message = f"the order has no line {line.line_id}, and none is added under way: {_ONLY}"
        return Reason(rule="INF-01", message=message, line_id=line.line_id, field="lines")
    for field in _GIVEN:
        value = getattr(line, field)
        if value not in (None, {}, False) and value != getattr(held, field):
            message = f"'{field}' of line {line.line_id} differs: of what waits only the date can change"
            return Reason(rule="SUS-10", message=message, line_id=line.line_id, field="lines")
    if line.due_date not in (None, held.due_date) and not order.waits(line.line_id):
        message = f"line {line.line_id} does not wait (any more), so it has no date to change: {_ONLY}"
        return Reason(rule="SUS-12", message=message, line_id=line.line_id, field="dueDate")
    return None


_GIVEN = tuple(one.name for one in fields(Line) if one.name not in ("line_id", "due_date", "kind", "reason"))
"""What a caller may write of a line beside its date."""


def _dated(order: Order, now: Mapping[str, Line], given: Mapping[str, Line]) -> tuple[Line, ...]:
    """Everything in an operation takes the date of its topmost line."""
    dates: dict[str, datetime | None] = {}
    for operation in order.operations.values():
        top = given.get(operation.line_ids[0])
        if top is not None and top.due_date is not None and operation.state == "scheduled":
            dates.update(dict.fromkeys(operation.line_ids, top.due_date))
    return tuple(
        replace(line, due_date=dates[id]) if id in dates and dates[id] != line.due_date else line
        for id, line in now.items()
    )
