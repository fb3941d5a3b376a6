"""What changes of the domain orders and tasks that a plan has: collected, then told as events."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.fulfillment.domain import fallout
from services.fulfillment.domain.alterations import (
    DomainOrderDropped,
    DomainOrderRevised,
    TaskDropped,
    TaskRedone,
    TaskWithdrawn,
)
from services.fulfillment.domain.behind import too_early
from services.fulfillment.domain.blueprint import Copy, DomainOrder, Marks, PlannedTask
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.matching import live
from services.fulfillment.domain.state import OpenOrder, OpenTask, Plan
from services.fulfillment.domain.undoing import is_undo


def because(task: PlannedTask, why: str) -> PlannedTask:
    return replace(task, marks=replace(task.marks or Marks(), why=why))


def by_order(tasks: Sequence[PlannedTask]) -> dict[str, list[PlannedTask]]:
    found: dict[str, list[PlannedTask]] = {}
    for task in tasks:
        found.setdefault(task.domain_order_id, []).append(task)
    return found


@dataclass(slots=True, kw_only=True)
class Difference:
    """Collects what changes of the domain orders and tasks that are there."""

    plan: Plan
    version: int
    lines: list[str] = field(default_factory=list)
    """Lines of which something is done otherwise."""
    unwanted: dict[str, str] = field(default_factory=dict)
    """Tasks that are no longer wanted, and why."""
    again: dict[str, str] = field(default_factory=dict)
    """Tasks to be done again, and why."""
    replanned: list[PlannedTask] = field(default_factory=list)
    joining: list[PlannedTask] = field(default_factory=list)
    revised: dict[str, tuple[DomainOrder, str | None]] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------- collect

    def compare(self, order: OpenOrder, after: DomainOrder, tasks: Sequence[PlannedTask]) -> None:
        """One that stays, with its values and tasks as they should be."""
        before = order.details
        assert before is not None, "every domain order of a plan is planned with it"
        after = replace(after, waits_for=before.waits_for, copies=_copies(before, after, self.plan))
        names = _differing(before, after)
        remade = (before.specification_id, before.action) != (after.specification_id, after.action)
        what = _remade(after) if remade else f"{_listed(names)} changed"
        why = f"{what} in version {self.version}"
        touched = self._compare_tasks(order, tasks, names, why, remade=remade)
        if names or remade or touched:
            self.lines.append(order.brief.line_id)
            self.revised[before.domain_order_id] = (after, why)
        elif before != after:
            self.revised[before.domain_order_id] = (after, None)

    def _compare_tasks(
        self, order: OpenOrder, tasks: Sequence[PlannedTask], names: set[str], why: str, *, remade: bool
    ) -> bool:
        """Whether any has to be done, done again, or undone."""
        wanted = {task.task_id: task for task in tasks}
        there = [
            id for id in order.tasks if not self.plan.tasks[id].gone and not is_undo(self.plan.tasks[id])
        ]
        unwanted = [id for id in there if id not in wanted]
        self.unwanted.update(dict.fromkeys(unwanted, f"{why}, and it is not needed any more"))
        touched = bool(unwanted)
        for id, task in wanted.items():
            known = self.plan.tasks.get(id)
            if known is None:
                self.joining.append(because(task, f"add: {why}"))
            elif known.gone or remade or known.planned.kind != task.kind or _responds(task, names):
                self.again[id] = f"redo: {why}"
            elif known.state != "draft":
                continue
            touched = touched or known is None or id in self.again
            if known is not None:
                self._replan(known, task)
        return touched

    def _replan(self, known: OpenTask, task: PlannedTask) -> None:
        """As it is planned now; it goes on to wait for what is being undone."""
        undoing = [id for id in known.planned.after if is_undo(self.plan.tasks[id])]
        why = known.planned.marks.why if known.planned.marks else None
        marks = task.marks if why is None else replace(task.marks or Marks(), why=why)
        planned = replace(task, after=(*task.after, *undoing), marks=marks)
        if planned != known.planned or known.planned.task_id in self.again:
            self.replanned.append(planned)

    def drop(self, order: OpenOrder, line_ids: Collection[str]) -> None:
        """One that is not in the plan any more, of these lines."""
        line = order.brief.line_id
        if line in line_ids:
            self.give_up(order, f"line {line} does not need it any more since version {self.version}")
        else:
            self.give_up(order, f"line {line} was dropped in version {self.version}")

    def give_up(self, order: OpenOrder, why: str) -> None:
        self.lines.append(order.brief.line_id)
        self.dropped[order.brief.domain_order_id] = why
        for id in order.tasks:
            task = self.plan.tasks[id]
            if not task.gone and not is_undo(task):
                self.unwanted[id] = why

    def reopen_above(self, added: Sequence[DomainOrder]) -> None:
        """DOM-01: what stands above something open is open."""
        below = [order.parent_id for order in added]
        below += [
            after.parent_id
            for id, (after, why) in self.revised.items()
            if why is not None and self.plan.orders[id].state == "closed_complete"
        ]
        why = f"what stands below it changed in version {self.version}"
        for parent in below:
            id = parent
            while id is not None and id in self.plan.orders:
                order = self.plan.orders[id]
                after, known = self.revised.get(id, (order.details, None))
                if order.state != "closed_complete" or known is not None or after is None:
                    break
                self.revised[id] = (after, why)
                id = after.parent_id

    def ask_again_behind(self) -> None:
        """D-05: what comes after something that is done again is asked for again thereafter.

        Nothing of its line changes, so that its line is not touched by it.
        """
        orders = self.plan.orders
        todo = {*self.again, *(task.task_id for task in self.joining)}
        reopened = {
            id for id, (_, why) in self.revised.items() if why and orders[id].state == "closed_complete"
        }
        replanned = {task.task_id: task for task in self.replanned}
        for id, before in too_early(self.plan, todo, reopened, replanned):
            if id not in self.again and id not in self.unwanted:
                self.again[id] = (
                    f"redo: it comes after {before}, which is worked on again in version {self.version}"
                )

    # ---------------------------------------------------------------------------------------- tell

    def waiting_for(self, undo: Sequence[PlannedTask]) -> tuple[PlannedTask, ...]:
        """What joins a domain order that has something to undo begins thereafter."""
        return tuple(self._after(task, undo) for task in self.joining)

    def replanned_after(self, undo: Sequence[PlannedTask]) -> tuple[PlannedTask, ...]:
        return tuple(
            self._after(task, undo) if task.task_id in self.again else task for task in self.replanned
        )

    def _after(self, task: PlannedTask, undo: Sequence[PlannedTask]) -> PlannedTask:
        order = self.plan.orders[task.domain_order_id]
        running = [id for id in order.tasks if self._is_being_undone(id)]
        new = [one.task_id for one in undo if one.domain_order_id == task.domain_order_id]
        return replace(task, after=tuple(dict.fromkeys((*task.after, *running, *new))))

    def _is_being_undone(self, id: str) -> bool:
        task = self.plan.tasks[id]
        return is_undo(task) and task.state not in OVER

    def events(self, undo: Sequence[PlannedTask]) -> Iterator[PlanEvent]:
        """In this order: domain orders that go on, tasks, domain orders that do not."""
        more = by_order((*self.joining, *undo))
        for id, (after, why) in self.revised.items():
            if why is not None:
                yield from fallout.lifted(self.plan.orders[id], self.plan, why)
            yield self._revised(id, after, why, more.get(id, ()))
        for id, why in self.again.items():
            yield from self._redo(self.plan.tasks[id], why)
        for id, why in self.unwanted.items():
            yield from self._give_up(self.plan.tasks[id], why)
        for id, why in self.dropped.items():
            yield from fallout.lifted(self.plan.orders[id], self.plan, why)
            yield self._dropped(id, why, more.get(id, ()))

    def _revised(
        self, id: str, after: DomainOrder, why: str | None, tasks: Sequence[PlannedTask]
    ) -> DomainOrderRevised:
        state = self.plan.orders[id].state
        goes_on = why is not None and state in (*OVER, "on_hold")
        return DomainOrderRevised(
            version=self.version,
            domain_order=after,
            state="in_progress" if goes_on else state,
            previous=state,
            reason=why,
            tasks=tuple(tasks),
        )

    def _redo(self, task: OpenTask, why: str) -> Iterator[PlanEvent]:
        """Nothing is said of one that was not asked for yet: it is asked for with the new values."""
        if task.state in ("open", "in_progress"):
            yield self._withdrawn(task, why, again=True)
        elif task.state != "draft":
            yield from fallout.closed(task, self.plan, verified=False, resolution=why)
            yield TaskRedone(
                version=self.version,
                task_id=task.planned.task_id,
                domain_order_id=task.planned.domain_order_id,
                attempt=task.attempt,
                reason=why,
            )

    def _give_up(self, task: OpenTask, why: str) -> Iterator[PlanEvent]:
        """Nobody will answer it any more, so that its fallout is over, resolved or not."""
        yield from fallout.closed(task, self.plan, verified=False, resolution=why)
        if task.state in ("open", "in_progress"):
            yield self._withdrawn(task, why, again=False)
            return
        yield TaskDropped(
            version=self.version,
            task_id=task.planned.task_id,
            domain_order_id=task.planned.domain_order_id,
            attempt=task.attempt,
            was=task.state,
            reason=why,
        )

    def _withdrawn(self, task: OpenTask, why: str, *, again: bool) -> TaskWithdrawn:
        return TaskWithdrawn(
            version=self.version,
            task_id=task.planned.task_id,
            domain_order_id=task.planned.domain_order_id,
            attempt=task.attempt,
            reason=why,
            again=again,
        )

    def _dropped(self, id: str, why: str, tasks: Sequence[PlannedTask]) -> DomainOrderDropped:
        order = self.plan.orders[id]
        assert order.details is not None, "every domain order of a plan is planned with it"
        return DomainOrderDropped(
            version=self.version,
            domain_order=replace(order.details, characteristics=order.values),
            previous=order.state,
            reason=why,
            tasks=tuple(tasks),
        )


def _differing(before: DomainOrder, after: DomainOrder) -> set[str]:
    """The names of the values that changed, and `location` and `quantity`."""
    one, other = before.characteristics, after.characteristics
    names = {
        name for name in {*one, *other} if (name in one, one.get(name)) != (name in other, other.get(name))
    }
    if before.location != after.location:
        names.add("location")
    if before.quantity != after.quantity:
        names.add("quantity")
    return names


def _copies(before: DomainOrder, after: DomainOrder, plan: Plan) -> tuple[Copy, ...]:
    """What joined for a value that was found on the way still gets its values from here."""
    further = (copy for copy in before.copies if copy not in (*after.copies, *after.compared))
    return (
        *after.copies,
        *(copy for copy in further if live(plan.orders[copy.domain_order_id])),
    )


def _responds(task: PlannedTask, names: set[str]) -> bool:
    to = task.marks.responds_to if task.marks else None
    return bool(names if to is None else names & set(to))


def _remade(after: DomainOrder) -> str:
    return f"it became a {after.action.replace('_', ' ')} of {after.specification_id}"


_MOST_NAMES = 5


def _listed(names: set[str]) -> str:
    if not names:
        return "its plan"
    shown = sorted(names)
    more = f" and {len(shown) - _MOST_NAMES} more" if len(shown) > _MOST_NAMES else ""
    return ", ".join(shown[:_MOST_NAMES]) + more
