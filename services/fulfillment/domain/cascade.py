"""What follows when a task closes: successors, domain orders bottom-up, the next side of a move, the plan.

Works on an overlay over the counters of the plan and never changes it, so that the cost is what is closed
and released, not the size of the plan.
"""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta

from services.fulfillment.domain.alterations import DomainOrderCanceled
from services.fulfillment.domain.awaiting import standing
from services.fulfillment.domain.compatibility import broken
from services.fulfillment.domain.compatibility_break import Break
from services.fulfillment.domain.compatibility_stop import halted
from services.fulfillment.domain.completion import ended
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.events import (
    DomainOrderClosed,
    DomainOrderStarted,
    PlanEvent,
)
from services.fulfillment.domain.fallout import lifted
from services.fulfillment.domain.found import Found, planned_as
from services.fulfillment.domain.ponr import passed
from services.fulfillment.domain.staggering import line_top
from services.fulfillment.domain.state import OpenOrder, OpenTask, Part, Plan
from services.fulfillment.domain.task_events import TaskClosed, TaskReleased


class Cascade:
    """The consequences of one decision, in the order in which they happen."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self._plan = plan
        self._now = now
        self._events: list[PlanEvent] = []
        self._gone: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._found = Found(plan)
        self._started: set[str] = set()
        self._stopped: dict[str, tuple[Break, ...]] = {}
        self._look: deque[str] = deque()
        self.looked_at = 0
        """How many domain orders and tasks were touched: what the decision cost."""

    def start(self) -> tuple[PlanEvent, ...]:
        """Releases all that waits for nothing. While it is held nothing closes of itself: nobody has
        reported anything; but what is dropped may be over with that."""
        held = self._plan.hold.stands()
        for id, order in self._plan.orders.items():
            goes_on = not order.blockers and not held
            if order.state not in OVER and (goes_on or _is_dropped(order)):
                self._release_ready(order)
                self._look.append(id)
        return self._finish()

    def close(self, closed: TaskClosed) -> tuple[PlanEvent, ...]:
        """What follows when this task closes, the closing included."""
        self._events.append(closed)
        task, order = self._plan.tasks[closed.task_id], self._plan.orders[closed.domain_order_id]
        self._events += passed(closed, task, self._plan)
        self._events += self._found.add(order, closed.characteristics)
        self._gone["tasks", closed.domain_order_id] += 1
        for successor in task.successors:
            self._gone["before", successor] += 1
            self._release_if_ready(self._plan.tasks[successor])
        self._look.append(closed.domain_order_id)
        if self._plan.awaiting:
            self._look.extend(copy.domain_order_id for copy in planned_as(order).copies)
        return self._finish()

    def release(self, task: OpenTask) -> TaskReleased:
        """The next attempt of a task."""
        planned = task.planned
        order = self._plan.orders[planned.domain_order_id]
        due = None if planned.duration is None else self._now + timedelta(seconds=planned.duration)
        return TaskReleased(
            version=self._plan.version,
            task_id=planned.task_id,
            attempt=task.attempt + 1,
            kind=planned.kind,
            name=planned.name,
            action=order.brief.action,
            line_id=order.brief.line_id,
            domain_order_id=planned.domain_order_id,
            instance_id=order.brief.instance_id,
            specification_id=order.brief.specification_id,
            location=planned_as(order).location,
            characteristics=self._found.values_of(order),
            due=due,
            priority=self._plan.priority,
            undo=planned.marks is not None and planned.marks.undoes is not None,
            reason=task.why or (planned.marks.why if planned.marks else None),
            quantity=planned_as(order).quantity,
        )

    # ------------------------------------------------------------------------------------ closing

    def _finish(self) -> tuple[PlanEvent, ...]:
        while self._look:
            self.looked_at += 1
            order = self._plan.orders[self._look.popleft()]
            if self._may_close(order):
                self._close_or_stop(order)
        self._close_parts()
        return tuple(self._events)

    def _close_parts(self) -> None:
        self._events += ended(self._plan, self._is_done)

    def _is_done(self, part: Part) -> bool:
        return part.open_orders <= self._gone["part", _name(part)]

    def _may_close(self, order: OpenOrder) -> bool:
        id = order.brief.domain_order_id
        return (
            order.state not in OVER
            and not self._gone["closed", id]
            and order.open_tasks == self._gone["tasks", id]
            and order.open_children == self._gone["children", id]
            and (order.blockers == self._gone["blockers", id] or _is_dropped(order))
            and not (order.awaits and self._stays_open(order))
        )

    def _stays_open(self, order: OpenOrder) -> bool:
        """DEC-04: a value it was waiting for is there, or may still come from a task that is open."""
        top = line_top(self._plan, order)
        own, above = self._found.values_of(order), self._found.values_of(top)
        if any(standing(each.rules, own, above) == "made" for each in order.awaits):
            return True
        wanted = {rule.characteristic for each in order.awaits for rule in each.rules}
        return any(
            name in wanted and self._plan.orders[source].open_tasks > self._gone["tasks", source]
            for source, name in order.sources
        )

    def _close_or_stop(self, order: OpenOrder) -> None:
        """DOM-04: one that would break what holds between products waits for a person."""
        breaks = () if _is_dropped(order) else broken(self._plan, order)
        if not breaks:
            self._events += lifted(order, self._plan, "nothing stands against it any more", verified=True)
            self._close_order(order)
        elif breaks != self._stopped.get(order.brief.domain_order_id, order.stopped):
            self._stop(order, breaks)

    def _stop(self, order: OpenOrder, breaks: tuple[Break, ...]) -> None:
        id = order.brief.domain_order_id
        self._stopped[id] = breaks
        self._events += halted(order, self._plan, self._found.details_of(order), breaks)

    def _close_order(self, order: OpenOrder) -> None:
        brief = order.brief
        id, line = brief.domain_order_id, brief.line_id
        for key in (("closed", id), ("line", line), ("part", _name(order.part))):
            self._gone[key] += 1
        self._events.append(self._canceled(order) if _is_dropped(order) else self._closed(order))
        if brief.parent_id is not None:
            self._gone["children", brief.parent_id] += 1
            self._look.append(brief.parent_id)
        for waiter in order.waiters:
            self._gone["blockers", waiter] += 1
            self._unblock(self._plan.orders[waiter])

    def _closed(self, order: OpenOrder) -> DomainOrderClosed:
        id, line = order.brief.domain_order_id, order.brief.line_id
        return DomainOrderClosed(
            version=self._plan.version,
            domain_order=self._found.details_of(order),
            previous="in_progress" if id in self._started else order.state,
            line_closed=self._plan.open_lines[line] == self._gone["line", line],
        )

    def _canceled(self, order: OpenOrder) -> DomainOrderCanceled:
        return DomainOrderCanceled(
            version=self._plan.version, domain_order=self._found.details_of(order), previous=order.state
        )

    def _unblock(self, order: OpenOrder) -> None:
        id = order.brief.domain_order_id
        if order.blockers == self._gone["blockers", id]:
            self._release_ready(order)
            self._look.append(id)

    # ---------------------------------------------------------------------------------- releasing

    def _release_ready(self, order: OpenOrder) -> None:
        for id in order.tasks:
            self._release_if_ready(self._plan.tasks[id])

    def _release_if_ready(self, task: OpenTask) -> None:
        self.looked_at += 1
        planned = task.planned
        order = self._plan.orders[planned.domain_order_id]
        if (
            task.state == "draft"
            and not self._plan.hold.stands()
            and task.blockers == self._gone["before", planned.task_id]
            and (order.blockers == self._gone["blockers", planned.domain_order_id] or _is_dropped(order))
        ):
            self._start_order(order)
            self._events.append(self.release(task))

    def _start_order(self, order: OpenOrder) -> None:
        id = order.brief.domain_order_id
        if order.state == "draft" and id not in self._started:
            self._started.add(id)
            self._events.append(
                DomainOrderStarted(version=self._plan.version, domain_order=self._found.details_of(order))
            )


def _is_dropped(order: OpenOrder) -> bool:
    """Only what undoes is done for it, and that waits for no other domain order."""
    return order.state == "cancellation_in_progress"


def _name(part: Part) -> str:
    return part.operation_id or ""
