"""When open work is expected to end, as of the moment at which somebody looks (JEO-03).

A page says what was expected when its plan was last looked at. What is unfinished since does not end in the
past, and what comes after it ends as much later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

Body = dict[str, Any]
Ends = dict[str, datetime]


def as_of(plan: Body, now: datetime) -> Body:
    """The plan with no expected end before `now`. One without durations stays as it is."""
    if "expectedEnd" not in plan:
        return plan
    ends = _tasks(plan["tasks"], now)
    ends |= _orders(plan["domainOrders"], plan["tasks"], ends, now)
    parts = {
        "tasks": [_shown(one, ends.get(one["taskId"])) for one in plan["tasks"]],
        "domainOrders": [_shown(one, ends.get(one["domainOrderId"])) for one in plan["domainOrders"]],
    }
    lines = [_line(line, plan["domainOrders"], ends, now) for line in plan["lines"]]
    whole = (_at(plan), *(_at(line) for line in lines))
    return {**plan, **parts, **_end(_latest(whole, now, _at(plan))), "lines": lines}


def _tasks(tasks: Iterable[Body], now: datetime) -> Ends:
    """What comes after something keeps its distance to it."""
    open_ = {one["taskId"]: one for one in tasks if _at(one) is not None}
    said: Ends = {id: at for id, one in open_.items() if (at := _at(one)) is not None}
    found: Ends = {}
    for id in _in_order({id: [each for each in one["after"] if each in open_] for id, one in open_.items()}):
        before = [each for each in open_[id]["after"] if each in found]
        later = max((found[each] for each in before), default=now)
        known = max((said[each] for each in before), default=now)
        found[id] = max(now, said[id], said[id] + (later - known))
    return found


def _in_order(before: Mapping[str, list[str]]) -> Iterable[str]:
    try:
        return tuple(TopologicalSorter(before).static_order())
    except CycleError:
        return before


def _orders(orders: Iterable[Body], tasks: Iterable[Body], ends: Ends, now: datetime) -> Ends:
    """Not before the tasks and domain orders below them."""
    open_ = {one["domainOrderId"]: one for one in orders}
    found = {id: max(now, at) for id, one in open_.items() if (at := _at(one)) is not None}
    below = [(task["domainOrderId"], ends[task["taskId"]]) for task in tasks if task["taskId"] in ends]
    for start, end in below:
        id: str | None = start
        while id is not None and id in open_:
            if id in found:
                found[id] = max(found[id], end)
            id = open_[id]["parentId"]
    return found


def _line(line: Body, orders: Iterable[Body], ends: Ends, now: datetime) -> Body:
    own = [ends.get(one["domainOrderId"]) for one in orders if one["lineId"] == line["lineId"]]
    return _shown(line, _latest(own, now, _at(line)))


def _latest(ends: Iterable[datetime | None], now: datetime, said: datetime | None) -> datetime | None:
    """None where nothing was expected."""
    return None if said is None else max(now, said, *(end for end in ends if end is not None))


def _shown(body: Body, end: datetime | None) -> Body:
    return body if end is None else {**body, **_end(end)}


def _end(end: datetime | None) -> Body:
    return {"expectedEnd": None if end is None else end.isoformat()}


def _at(body: Mapping[str, Any]) -> datetime | None:
    said = body.get("expectedEnd")
    return None if said is None else datetime.fromisoformat(said)
