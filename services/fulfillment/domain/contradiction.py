"""DEC-04: what work finds, where the plan was made by another value.

A decomposition that is complete is not begun anew by later values, and an instance never shows a value that
what stands below it does not fit. So the report is kept beside its task, which waits: a person revises the
order to what was found, has it looked at again, or goes on as planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from services.fulfillment.domain import fallout, late
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.catalog import Scalar, Specification, Values
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.matching import live
from services.fulfillment.domain.spreading import compared, reached
from services.fulfillment.domain.staggering import line_top
from services.fulfillment.domain.state import OpenFallout, OpenOrder, OpenTask, Plan
from services.fulfillment.domain.targets import Seal, View, is_personal, needs, quantity, same
from services.fulfillment.domain.task_events import TaskClosed
from services.fulfillment.domain.trouble_events import FalloutChanged
from services.fulfillment.domain.value import value

RULE = "DEC-04"

Entry = Callable[[OpenOrder], Specification | None]
"""The catalog entry that a domain order was planned by."""


@value
class Contradiction:
    """A value that decided what a domain order has below it, and another one that was found."""

    specification_id: str
    name: str
    planned: Scalar
    found: Scalar
    personal: bool = False

    def __str__(self) -> str:
        if self.personal:
            return f"another '{self.name}' of {self.specification_id} than the plan was made with"
        return (
            f"'{self.name}' {self.found!r} of {self.specification_id}, and the plan was made with "
            f"{self.planned!r}"
        )


@value
class Judge:
    """What a plan is judged by: the catalog as it was planned, and how personal values are compared."""

    entry: Entry
    seal: Seal

    def contradictions(self, task: OpenTask, found: Values, plan: Plan) -> tuple[Contradiction, ...]:
        """What of these values would have made another plan; what undoes something finds nothing."""
        planned = task.planned
        if not found or (planned.marks is not None and planned.marks.undoes is not None):
            return ()
        order = plan.orders[planned.domain_order_id]
        goes = ((one.target, one.values) for one in reached(plan, order, found))
        ways = ((order, found), *goes, *compared(plan, order, found))
        return tuple(each for at, values in ways for each in self._at(at, values, plan))

    def _at(self, order: OpenOrder, found: Values, plan: Plan) -> Iterator[Contradiction]:
        side = order.details.side if order.details else None
        if order.brief.action not in ("add", "change") or side == "cease":
            return
        above = line_top(plan, order)
        for name, value_ in found.items():
            before = order.values.get(name, above.values.get(name))
            if before is None or same(before, value_):
                continue
            if self._decides(order, {name: value_}, above.values) or (
                above is order and self._decides_below(order, {name: value_}, plan)
            ):
                entry = self.entry(order)
                view = View(specification=entry, values={}, line_values={})
                yield Contradiction(
                    specification_id=order.brief.specification_id,
                    name=name,
                    planned=before,
                    found=value_,
                    personal=entry is None or is_personal(view, name),
                )

    def _decides(self, order: OpenOrder, found: Values, line: Values) -> bool:
        """Whether it needs something else below it with these values."""
        after = {**order.values, **found}
        return self._needed(order, order.values, line) != self._needed(order, after, line)

    def _decides_below(self, top: OpenOrder, found: Values, plan: Plan) -> bool:
        """Rules look at the values of the line as well (DEC-03)."""
        after = {**top.values, **found}
        own = (one for one in plan.orders.values() if one.brief.line_id == top.brief.line_id and live(one))
        return any(
            self._needed(one, one.values, top.values) != self._needed(one, one.values, after)
            for one in own
            if one is not top
        )

    def _needed(self, order: OpenOrder, values: Values, line: Values) -> list[tuple[str, int]]:
        entry = self.entry(order)
        view = View(specification=entry, values=values, line_values=line)
        return [
            (relation.target, quantity(relation, values))
            for relation in (entry.targets() if entry else ())
            if needs(view, relation.target, self.seal)
        ]


def held(
    task: OpenTask, plan: Plan, against: tuple[Contradiction, ...], found: Values, said: str | None
) -> tuple[PlanEvent, ...]:
    """Done, but with a value that the plan was not made for; nothing when it waits with it already."""
    known = plan.fallouts.get(task.fallout_id or "")
    if task.state == "on_hold" and known is not None and known.rule == RULE and task.found == found:
        return ()
    waits = replace(late.held(task, plan, message=said, unanswered=False), found=found)
    return (waits, *fallout.opened(task, plan, RULE, _said(against), None))


def _said(against: tuple[Contradiction, ...]) -> str:
    return f"it found {' and '.join(dict.fromkeys(map(str, against)))}"


def _waiting(plan: Plan) -> Iterator[tuple[OpenTask, OpenFallout]]:
    """What waits with a value that the plan was not made for."""
    for task in plan.tasks.values():
        known = plan.fallouts.get(task.fallout_id or "")
        if task.state == "on_hold" and known is not None and known.rule == RULE:
            yield task, known


def said_anew(plan: Plan, judge: Judge) -> tuple[FalloutChanged, ...]:
    """What still waits, beside the values that the plan is made by now."""
    found = ((known, judge.contradictions(task, task.found, plan)) for task, known in _waiting(plan))
    return tuple(
        fallout.changed(replace(known, message=_said(against)), plan.version)
        for known, against in found
        if against and known.message != _said(against)
    )


def agreed(plan: Plan, judge: Judge, now: datetime) -> tuple[PlanEvent, ...]:
    """The first task that waited with a value which the plan is made for now: it closes with it."""
    for task, _ in _waiting(plan):
        if not judge.contradictions(task, task.found, plan):
            how = "the order was revised to what was found"
            closed = TaskClosed(
                version=plan.version,
                task_id=task.planned.task_id,
                domain_order_id=task.planned.domain_order_id,
                attempt=task.attempt,
                characteristics=task.found,
            )
            over = fallout.closed(task, plan, verified=True, resolution=how)
            return (*over, *Cascade(plan, now).close(closed))
    return ()
