"""What becomes of work that was done, when nobody wants it any more."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.sold import NO_RETURN
from tests.machine.laws.view import Page, View

GIVEN_UP = ("cancellation_in_progress", "canceled")
BEGUN = ("open", "in_progress", "closed_complete")


def what_was_done_is_undone(view: View) -> Iterator[str]:
    """INV-18, ORD-17: everything that is sold here can be taken back, and is, the latest first."""
    for plan in view.pages["plan"].values():
        given_up = _given_up(plan)
        undo = {task["undoes"]: task for task in plan["tasks"] if task["undoes"] is not None}
        done = [task for task in plan["tasks"] if _was_done(view, task) and task["domainOrderId"] in given_up]
        for task in done:
            back = undo.get(task["taskId"])
            if back is None:
                yield f"{task['taskId']} was done and is not wanted, and nothing undoes it"
            elif not (back["why"] or "").startswith("undo: "):
                yield f"{back['taskId']} does not say why: {back['why']}"
            for earlier in task["after"]:
                first = undo.get(earlier, {"state": "draft"})
                if back is not None and first["state"] in BEGUN and back["state"] in ("draft", *BEGUN[:2]):
                    yield f"{earlier} is undone before {task['taskId']}, which came after it"


def what_is_past_its_return_stays(view: View) -> Iterator[str]:
    """D-11, D-19: of what is in the ground nothing is taken back."""
    for plan in view.pages["plan"].values():
        undo = {task["undoes"] for task in plan["tasks"]}
        for task in plan["tasks"]:
            taken_back = task["taskId"] in undo or task["domainOrderId"] in _given_up(plan)
            if task["name"] == NO_RETURN and _was_done(view, task) and taken_back:
                yield f"{task['taskId']} was done, and is taken back: it is past its point of no return"


def _given_up(plan: Page) -> set[str]:
    return {one["domainOrderId"] for one in plan["domainOrders"] if one["state"] in GIVEN_UP}


def _was_done(view: View, task: Page) -> bool:
    """What a person has passed over was not done; nor is it sure of what was found to be otherwise."""
    if task["undo"] or task["state"] != "closed_complete":
        return False
    skipped = (data["taskId"] for name, data, _ in view.sent if name == "task.skip")
    return task["taskId"] not in skipped


LAWS = (what_was_done_is_undone, what_is_past_its_return_stays)
