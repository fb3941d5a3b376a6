"""What a return, its orders and what comes back agree on (section 7)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.view import OVER, Page, View, holder

TAKES = ("refund", "return", "replacement")


def a_line_is_as_far_as_its_order(view: View) -> Iterator[str]:
    """RMA-02."""
    for id, case in view.pages["return"].items():
        for line in case["lines"]:
            order = view.orders.get(line["orderId"] or "")
            state = order["state"] if order is not None else None
            says = f"{id}/{line['lineId']} is {line['state']}, and {line['orderId']} is {state}"
            if line["state"] == "assessed" and (state is None or state in OVER):
                yield says
            if line["state"] == "resolved" and state != "completed":
                yield says


def a_case_is_as_far_as_its_lines(view: View) -> Iterator[str]:
    """RMA-02, RMA-03."""
    for id, case in view.pages["return"].items():
        states = {line["state"] for line in case["lines"]}
        done = states <= {"resolved", "rejected"}
        if done != (case["state"] in ("resolved", "closed")) or (case["state"] == "open") != (
            "open" in states
        ):
            yield f"{id} is {case['state']}, and its lines are {sorted(states)}"
        if states == {"rejected"} and case["state"] != "closed":
            yield f"{id} is {case['state']}, and all of it was rejected"


def no_more_comes_back_than_is_there(view: View) -> Iterator[str]:
    """RMA-01: of each instance, all that is on its way back; and of what is repaired, when that is said."""
    coming: dict[str, int] = {}
    for id, case in view.pages["return"].items():
        was = view.was["return"].get(id, {"lines": ()})
        before = {line["lineId"]: line["state"] for line in was["lines"]}
        for line in case["lines"]:
            fresh = before.get(line["lineId"]) != "assessed"
            if line["state"] == "assessed" and (line["proposed"] in TAKES or (was["lines"] and fresh)):
                asked = line["approvedQuantity"] or line["quantity"] or 0
                coming[line["instanceId"]] = coming.get(line["instanceId"], 0) + asked
    for id, number in coming.items():
        page = view.instances[id]
        if page["state"] != "inactive" and number > (page["quantity"] or 1):
            yield f"of {id} {number} come back, and there are {page['quantity'] or 1}"


def what_has_come_back_is_gone(view: View) -> Iterator[str]:
    """A line that has just been resolved: what came back has ended, what replaces it is in its place."""
    for id, was in view.was["return"].items():
        before = {line["lineId"]: line for line in was["lines"]}
        for line in view.pages["return"][id]["lines"]:
            fresh = line["state"] == "resolved" and before[line["lineId"]]["state"] != "resolved"
            if fresh and line["proposed"] in TAKES:
                yield from (f"{id}/{line['lineId']}: {one}" for one in _left(view, line))


def _left(view: View, line: Page) -> Iterator[str]:
    page = view.instances[line["instanceId"]]
    before = view.instance_before(line["orderId"], line["instanceId"])
    if before is None:
        return
    many = before["quantity"] or 1
    back = line["approvedQuantity"] or line["quantity"] or many
    if back >= many and page["state"] != "inactive":
        yield f"all of {line['instanceId']} has come back, and it is {page['state']}"
    if back < many and holder(page) is None and page["quantity"] != many - back:
        yield f"{back} of {many} have come back, and {page['quantity']} are left"
    if line["replacementId"] is not None:
        new = view.instances[line["replacementId"]]
        same = ("parentId", "specificationId", "location", "characteristics", "accountId")
        at_work = new["state"] == "active" or holder(new) is not None
        if not at_work or any(new[name] != before[name] for name in same):
            yield f"{line['replacementId']} is {new}, and replaces {before}"
        if (new["quantity"] or 1) != back:
            yield f"{back} were to be replaced, and {new['quantity']} are there"
        if back >= many and page["contractLines"] != [] and before["contractLines"] != []:
            yield f"{line['instanceId']} has kept {page['contractLines']}"


LAWS = (
    a_line_is_as_far_as_its_order,
    a_case_is_as_far_as_its_lines,
    no_more_comes_back_than_is_there,
    what_has_come_back_is_gone,
)
