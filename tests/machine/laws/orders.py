"""What orders, their lines and their plans must agree on."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.view import OVER, UNAPPROVED, Page, View

ENDED = ("completed", "canceled", "rejected")
ASKED = ("open", "in_progress")


def nothing_is_asked_for_an_order_that_is_over(view: View) -> Iterator[str]:
    """ORD-17, DOM-01."""
    for id, order in view.orders.items():
        if order["state"] in OVER:
            tasks = [
                task["taskId"]
                for task in view.plan(id)["tasks"]
                if task["state"] in (*ASKED, "on_hold", "draft")
            ]
            if tasks and not _undone_late(view.plan(id), tasks):
                yield f"{id} is {order['state']}, and {tasks} are not over"
            if open_ := [one["lineId"] for one in order["lines"] if one["state"] not in ENDED]:
                yield f"{id} is {order['state']}, and its lines {open_} are not over"


def _undone_late(plan: Page, tasks: list[str]) -> bool:
    """What was done although nobody wanted it any more waits for a person, whatever became of the order."""
    held = {one["taskId"] for one in plan["fallouts"]}
    return all(task in held for task in tasks)


def who_waits_waits_for_something(view: View) -> Iterator[str]:
    """A person, a system or a day."""
    for id, order in view.orders.items():
        if order["state"] not in (*OVER, *UNAPPROVED, "on_hold") and not any(waits_for(view, id)):
            yield f"{id} is {order['state']}, and waits for nothing: {order['lines']} {view.plan(id)}"


def waits_for(view: View, id: str) -> Iterator[str]:
    order, plan = view.orders[id], view.plan(id)
    if order["request"] is not None and order["request"]["state"] == "requested":
        yield "an answer"
    for line in order["lines"]:
        if "attention" in line:
            yield line["attention"]
    for task in plan["tasks"]:
        if task["state"] in ASKED:
            yield task["taskId"]
    for fallout in plan["fallouts"]:
        yield fallout["falloutId"]
    for operation in order["operations"]:
        if operation["state"] == "scheduled":
            yield operation["operationId"]


def a_line_that_is_done_has_done_it(view: View) -> Iterator[str]:
    """What has just been completed shows on its instance, unless somebody else has it in hand already."""
    for id, was in view.was["order"].items():
        before = {line["lineId"]: line["state"] for line in was["lines"]}
        for line in view.orders[id]["lines"]:
            fresh = line["state"] == "completed" and before.get(line["lineId"]) != "completed"
            page = view.instances.get(line["instanceId"] or "")
            if fresh and page is not None and page["reservedBy"] is None:
                yield from (f"{id}/{line['lineId']}: {one}" for one in _undone(line, page))


STATES = {"disconnect": "inactive", "suspend": "suspended", "resume": "active", "add": "active"}


def _undone(line: Page, page: Page) -> Iterator[str]:
    wanted = "inactive" if line.get("move") else STATES.get(line["action"])
    if wanted is not None and page["state"] != wanted:
        yield f"{line['action']} is done, and {page['instanceId']} is {page['state']}"
    if line["action"] in ("add", "change") and not line.get("move"):
        for name, value in line.get("characteristics", {}).items():
            if page["characteristics"].get(name) != value:
                yield f"{name} was to be {value}, and is {page['characteristics'].get(name)}"
        if line["action"] == "change" and line.get("quantity") not in (None, page["quantity"]):
            yield f"there were to be {line['quantity']}, and there are {page['quantity']}"


LAWS = (
    nothing_is_asked_for_an_order_that_is_over,
    who_waits_waits_for_something,
    a_line_that_is_done_has_done_it,
)
