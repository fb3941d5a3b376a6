"""JEO-01 to JEO-05: what of a plan is at risk at a moment, and when the clock alone changes that next.

A task is judged by the share of its own duration that has gone by, or that what it waits for adds to its
plan; a domain order by the highest of its tasks and of the domain orders below; a line by the share of its
planned time by which it is late; the order by the highest of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.outlook import DONE, expected, whole
from services.fulfillment.domain.risk import (
    LINE_STEPS,
    TASK_STEPS,
    Expected,
    Level,
    Risk,
    highest,
    level_at,
    next_step,
)
from services.fulfillment.domain.schedule import latest
from services.fulfillment.domain.state import Jeopardy, OpenTask, Plan
from services.fulfillment.domain.trouble_events import DatesMoved, DatesPlanned, JeopardyAssessed, WatchPaused

AT_ONCE = 500
"""So many risks fit a message, whatever their ids are."""
NOTHING = Jeopardy()


def is_watched(plan: Plan) -> bool:
    """JEO-05: nothing is late while the plan is held, or a change of it is pending."""
    return plan.timed and not plan.completed and not plan.canceled and not plan.hold.stands()


def paused_or_resumed(plan: Plan, at: datetime) -> tuple[WatchPaused | DatesMoved, ...]:
    """JEO-05: what a hold that has begun, or is over, does to the dates."""
    if plan.completed or plan.canceled:
        return ()
    if plan.hold.stands():
        return () if plan.paused else (WatchPaused(version=plan.version, at=at),)
    if plan.paused is None:
        return ()
    return (DatesMoved(version=plan.version, seconds=(at - plan.paused).total_seconds()),)


def planned_anew(plan: Plan, at: datetime) -> tuple[DatesPlanned, ...]:
    """What has joined a plan since it was made has no dates yet."""
    if all(task.end for task in plan.tasks.values() if task.state == "draft" and whole(task)):
        return ()
    return (DatesPlanned(version=plan.version, at=at),)


def is_planned(plan: Plan) -> bool:
    """JEO-04: one top product without any duration, and the whole order has no date to be late for."""
    timed: dict[str, bool] = {}
    for task in plan.tasks.values():
        top = _top(plan, task.planned.domain_order_id)
        timed[top] = timed.get(top, False) or task.planned.duration is not None
    return bool(timed) and all(timed.values())


def _top(plan: Plan, order_id: str) -> str:
    while (parent := plan.orders[order_id].brief.parent_id) is not None:
        order_id = parent
    return order_id


def touches(plan: Plan, events: Iterable[PlanEvent]) -> bool:
    """Whether these events, which have happened, may have changed a risk that was told of, or made one."""
    at_risk = (plan.jeopardy or NOTHING).tasks
    for event in events:
        id = getattr(event, "task_id", None)
        if id in at_risk or (id in plan.tasks and plan.tasks[id].state == "on_hold"):
            return True
    return plan.over() and bool(at_risk)


def assess(plan: Plan, at: datetime) -> tuple[JeopardyAssessed, ...]:
    """What is other than it was told, and when to look again. Always at least one event.

    Of a plan that is over, or is canceled, nothing is at risk any more.
    """
    now = _Look(plan, at)
    found, before = now.found(), plan.jeopardy or NOTHING
    tasks = _news(found.tasks, before.tasks)
    orders = _news(found.orders, before.orders)
    lines = _news(found.lines, before.lines)
    last, next_ = max(len(tasks), len(orders), len(lines), 1), now.next()
    return tuple(
        JeopardyAssessed(
            version=plan.version,
            at=at,
            next=next_,
            level=found.level,
            end=found.end,
            tasks=tasks[first : first + AT_ONCE],
            domain_orders=orders[first : first + AT_ONCE],
            lines=lines[first : first + AT_ONCE],
        )
        for first in range(0, last, AT_ONCE)
    )


def _news(found: Mapping[str, Risk], before: Mapping[str, Risk]) -> tuple[Risk, ...]:
    """What is done, or in time again, is at risk no more."""
    gone = (Risk(id=id, level="low") for id in before if id not in found)
    return (*(risk for id, risk in found.items() if before.get(id) != risk), *gone)


class _Look:
    """At a plan, at one moment: what is expected is worked out once."""

    def __init__(self, plan: Plan, at: datetime) -> None:
        self._plan = plan
        self._at = at
        self._planned = is_planned(plan) and not plan.over()
        self._expected = expected(plan, at)
        self._open = [] if plan.completed else [one for one in plan.tasks.values() if one.state not in DONE]
        self._lines = dict(self._expected_lines()) if self._planned else {}

    def found(self) -> Jeopardy:
        """Every risk, and what is expected later than it was planned."""
        if not self._planned:
            return NOTHING
        tasks = {
            id: self._task(task) for task in self._open if (id := task.planned.task_id) in self._expected
        }
        orders = self._orders(tasks)
        lines = {id: self._line(id, each, orders) for id, each in self._lines.items()}
        told = {id: risk for id, risk in tasks.items() if risk.level != "low" or self._is_moved(risk)}
        above = self._above(told)
        ids = {self._plan.orders[id].brief.line_id for id in above}
        return Jeopardy(
            level=highest(risk.level for risk in lines.values()),
            end=latest((risk.end for risk in lines.values()), self._at) if lines else None,
            tasks=told,
            orders={id: risk for id, risk in orders.items() if id in above},
            lines={id: risk for id, risk in lines.items() if id in ids},
        )

    def next(self) -> datetime | None:
        """When the clock alone changes something."""
        return min((moment for moment in self._moments() if moment > self._at), default=None)

    # --------------------------------------------------------------------------------------- tasks

    def _task(self, task: OpenTask) -> Risk:
        end = self._expected[task.planned.task_id].end()
        levels: list[Level] = ["critical"] if task.state == "on_hold" else []
        if (takes := whole(task)) is not None:
            if (begun := _begun(task, takes)) is not None:
                levels.append(level_at(self._at, begun, takes, TASK_STEPS))
            if task.end is not None and end is not None:
                levels.append(level_at(end, task.end, takes, TASK_STEPS))
        return Risk(id=task.planned.task_id, level=highest(levels), end=end)

    def _is_moved(self, risk: Risk) -> bool:
        planned = self._plan.tasks[risk.id].end
        return planned is not None and risk.end is not None and risk.end > planned

    # ------------------------------------------------------------------------------- up the tree

    def _orders(self, tasks: Mapping[str, Risk]) -> dict[str, Risk]:
        """Bottom-up, as what is expected was found."""
        below: dict[str, list[Level]] = {}
        found: dict[str, Risk] = {}
        for id, each in self._expected.items():
            if id in tasks:
                below.setdefault(self._plan.tasks[id].planned.domain_order_id, []).append(tasks[id].level)
                continue
            found[id] = Risk(id=id, level=highest(below.get(id, ())), end=each.end())
            if (parent := self._plan.orders[id].brief.parent_id) is not None:
                below.setdefault(parent, []).append(found[id].level)
        return found

    def _above(self, told: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for task_id in told:
            id: str | None = self._plan.tasks[task_id].planned.domain_order_id
            while id is not None and id not in found:
                found.add(id)
                id = self._plan.orders[id].brief.parent_id
        return found

    # --------------------------------------------------------------------------------------- lines

    def _expected_lines(self) -> Iterator[tuple[str, Expected]]:
        each: dict[str, list[Expected]] = {}
        for id, one in self._expected.items():
            if id in self._plan.orders:
                each.setdefault(self._plan.orders[id].brief.line_id, []).append(one)
        for line_id, ends in each.items():
            moving = [one.moving for one in ends if one.moving is not None]
            fixed = latest((one.fixed for one in ends), self._at)
            yield line_id, Expected(fixed=fixed, moving=max(moving, default=None))

    def _line(self, id: str, each: Expected, orders: Mapping[str, Risk]) -> Risk:
        """By its delay; where it has no date that was planned, by what is below."""
        end, plan = each.end(), self._plan.dates.get(id)
        if end is None or plan is None:
            below = (risk.level for one, risk in orders.items() if self._line_of(one) == id)
            return Risk(id=id, level=highest(below), end=end)
        begin, planned = plan
        return Risk(id=id, level=level_at(end, planned, planned - begin, LINE_STEPS), end=end)

    def _line_of(self, order_id: str) -> str:
        return self._plan.orders[order_id].brief.line_id

    # ------------------------------------------------------------------------------------- moments

    def _moments(self) -> Iterator[datetime]:
        for task in self._open:
            if (takes := whole(task)) is not None:
                yield from self._of_task(task, takes)
        for id, each in self._lines.items():
            if (plan := self._plan.dates.get(id)) is not None:
                begin, planned = plan
                yield from _some(next_step(each, planned, planned - begin, LINE_STEPS, self._at))

    def _of_task(self, task: OpenTask, takes: timedelta) -> Iterator[datetime]:
        if (begun := _begun(task, takes)) is not None:
            for step in TASK_STEPS if self._planned else TASK_STEPS[-1:]:
                yield begun + step * takes
        each = self._expected.get(task.planned.task_id)
        if self._planned and each and task.end is not None and task.state != "on_hold":
            yield from _some(next_step(each, task.end, takes, TASK_STEPS, self._at))


def _begun(task: OpenTask, takes: timedelta) -> datetime | None:
    """When the attempt that somebody works on was asked for."""
    return task.due - takes if task.due is not None and task.state in ("open", "in_progress") else None


def _some(moment: datetime | None) -> tuple[datetime, ...]:
    return () if moment is None else (moment,)
