"""What comes after something that is done again: it was asked for too early now, so it waits once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from services.fulfillment.domain.blueprint import PlannedTask
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.undoing import is_undo


def too_early(
    plan: Plan, todo: Collection[str], reopened: Collection[str], replanned: Mapping[str, PlannedTask]
) -> Iterator[tuple[str, str]]:
    """Tasks that were asked for and are not done, with what each has to wait for again.

    What is done stays done: it was right when it was asked for. `todo` are tasks and `reopened` domain
    orders that were over and are not any more.
    """
    for id, task in plan.tasks.items():
        if not _asked(task):
            continue
        before = replanned.get(id, task.planned).after
        found = [one for one in before if one in todo]
        awaited = plan.orders[task.planned.domain_order_id].brief.waits_for
        found += [one for one in awaited if one in reopened]
        if found:
            yield id, found[0]


def _asked(task: OpenTask) -> bool:
    return task.state not in (*OVER, "draft") and not task.gone and not is_undo(task)
