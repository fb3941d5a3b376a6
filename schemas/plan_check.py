"""What may be wrong with the plans of a catalog entry: tasks that wait for nothing, or for each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Known
from functools import partial

from schemas.specification import Plan, PlanAction, Specification

Problem = tuple[str, str]
"""Where (`plans.0.tasks.1.after`), and what is wrong with what would be right."""


def plans(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    fits_ = [[_case(action, plan) for action in plan.actions] for plan in entry.plans]
    yield from twice("plans", "actions", (case for cases in fits_ for case in cases))
    for at, plan in enumerate(entry.plans):
        undo = [task.undo.name for task in plan.tasks if task.undo]
        names = [*(task.name for task in plan.tasks), *undo]
        yield from twice(f"plans.{at}.tasks", "name", names)
        for name in names:
            if "/" in name or "." in name:
                yield (
                    f"plans.{at}.tasks",
                    f"'{name}' has a '/' or a '.', which join names to others: use none",
                )


def _case(action: PlanAction, plan: Plan) -> str:
    move = f", move {plan.move}" if plan.move else ""
    return_ = f", return {plan.return_}" if plan.return_ else ""
    return f"{action}{move}{return_}"


def _tasks(entry: Specification) -> set[str]:
    return {task.name for plan in entry.plans for task in plan.tasks}


def named_after(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    everything = {**others, entry.specification_id: entry}
    for at, plan in enumerate(entry.plans):
        own = {task.name for task in plan.tasks}
        for index, task in enumerate(plan.tasks):
            for name in task.after:
                if message := _names_nothing(name, own, everything):
                    yield f"plans.{at}.tasks.{index}.after", message


def _names_nothing(name: str, own: set[str], everything: Known[str, Specification]) -> str | None:
    other, slash, task = name.rpartition("/")
    if not slash:
        listed = ", ".join(sorted(own))
        return None if name in own else f"'{name}' is no task of this plan: they are {listed}"
    found = everything.get(other)
    if found is None or task in _tasks(found):
        return None
    listed = ", ".join(sorted(_tasks(found))) or "none"
    return f"'{other}' has no task '{task}': its tasks are {listed}"


def waiting_for_each_other(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    """Tasks that wait for each other would never start, also when they are of two entries."""
    everything = {**others, entry.specification_id: entry}
    for at, plan in enumerate(entry.plans):
        for action in plan.actions:
            waits = partial(_waits, everything, _case(action, plan))
            for task in plan.tasks:
                if path := way_back(f"{entry.specification_id}/{task.name}", waits):
                    yield f"plans.{at}.tasks", _waiting(path)
                    return


def _waiting(path: list[str]) -> str:
    return f"these tasks wait for each other: {' -> '.join(path)}. Take one of them out of an 'after'"


def _waits(everything: Known[str, Specification], case: str, node: str) -> Iterator[str]:
    """What a task waits for in the plans for this case, all as `<specificationId>/<task>`.

    Only the entries on the way are looked at: checking one takes no longer in a large catalog.
    """
    id, _, name = node.rpartition("/")
    entry = everything.get(id)
    for plan in entry.plans if entry is not None else ():
        if any(_case(action, plan) == case for action in plan.actions):
            for task in plan.tasks:
                if task.name == name:
                    yield from (after if "/" in after else f"{id}/{after}" for after in task.after)


def twice(place: str, what: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield place, f"'{name}' is there twice: give each {what} once"
        seen.add(name)


def way_back(start: str, successors: Callable[[str], Iterable[str]]) -> list[str]:
    """The shortest path from `start` to itself, both ends named; empty when there is none."""
    came: dict[str, str] = {}
    level = [start]
    while level:
        further: list[str] = []
        for node in level:
            for successor in successors(node):
                if successor == start:
                    return _path(start, node, came)
                if successor not in came:
                    came[successor] = node
                    further.append(successor)
        level = further
    return []


def _path(start: str, last: str, came: dict[str, str]) -> list[str]:
    path = [start]
    while last != start:
        path.append(last)
        last = came[last]
    return [start, *reversed(path)]
