"""The tasks that take back what was done, in the reverse of the order in which it depends on each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from services.fulfillment.domain.blueprint import Marks, PlannedTask
from services.fulfillment.domain.state import OpenTask, Plan


def is_undo(task: OpenTask) -> bool:
    return task.planned.marks is not None and task.planned.marks.undoes is not None


def can_be_undone(task: OpenTask) -> bool:
    """It was done, and the catalog says how to take it back."""
    return task.completed and task.planned.marks is not None and task.planned.marks.undo is not None


def undone(plan: Plan, why: Mapping[str, str]) -> tuple[PlannedTask, ...]:
    """One for each of these tasks that can be undone; `why` each is no longer wanted."""
    wanted = [id for id in why if can_be_undone(plan.tasks[id])]
    names: dict[str, str] = {}
    for id in wanted:
        names[id] = _name(plan, plan.tasks[id], names.values())
    return tuple(
        _undo(plan.tasks[id], names[id], why[id], tuple(names[later] for later in _nearest(plan, id, names)))
        for id in wanted
    )


def taken_back(plan: Plan, task: OpenTask, why: str) -> tuple[PlannedTask, ...]:
    """The task that undoes this one, which has just been done; none where the catalog knows none."""
    if task.planned.marks is None or task.planned.marks.undo is None:
        return ()
    return (_undo(task, _name(plan, task, ()), why, ()),)


def _undo(task: OpenTask, id: str, why: str, after: tuple[str, ...]) -> PlannedTask:
    planned = task.planned
    undo = planned.marks.undo if planned.marks else None
    assert undo is not None, "only what can be undone is"
    return PlannedTask(
        task_id=id,
        name=undo.name,
        kind=undo.kind,
        domain_order_id=planned.domain_order_id,
        after=after,
        marks=Marks(undoes=planned.task_id, why=f"undo: {why}"),
    )


def _name(plan: Plan, task: OpenTask, taken: Collection[str]) -> str:
    """Ids of tasks hold no dots after that of their domain order."""
    undo = task.planned.marks.undo if task.planned.marks else None
    assert undo is not None, "only what can be undone is"
    plain = undo.name.replace(".", "-").replace("/", "-")
    id, count = f"{task.planned.domain_order_id}.{plain}", 1
    while id in plan.tasks or id in taken:
        count += 1
        id = f"{task.planned.domain_order_id}.{plain}-{count}"
    return id


def _nearest(plan: Plan, id: str, wanted: Collection[str]) -> Iterator[str]:
    """The next ones on every way from it to what came after it: they are undone before it is."""
    look, seen = deque(_followers(plan, id)), {id}
    while look:
        found = look.popleft()
        if found in seen:
            continue
        seen.add(found)
        if found in wanted:
            yield found
        else:
            look.extend(_followers(plan, found))


def _followers(plan: Plan, id: str) -> Iterator[str]:
    task = plan.tasks[id]
    yield from task.successors
    for waiter in plan.orders[task.planned.domain_order_id].waiters:
        yield from plan.orders[waiter].tasks
