"""What instances show while an order has them in hand, and when it has let them go."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.sold import ACCESS, COUNTED, NUMBERS
from tests.machine.laws.view import OVER, UNAPPROVED, Page, View, holder

PENDING = ("installation_pending", "change_pending", "inactivation_pending")


def who_holds_is_at_work(view: View) -> Iterator[str]:
    """CHG-16: no instance is pending, or held, without an open order that says so."""
    for id, page in view.instances.items():
        held = holder(page)
        if held is None and page["state"] in PENDING:
            yield f"{id} is {page['state']}, and nobody holds it"
        if held is not None and view.orders[held]["state"] in (*OVER, *UNAPPROVED):
            yield f"{id} is held by {held}, which is {view.orders[held]['state']}"
        if held is not None and page["reservedBy"]["version"] > view.orders[held]["version"]:
            yield f"{id} is held by a version of {held} that is to come: {page['reservedBy']}"


def trees_are_whole(view: View) -> Iterator[str]:
    """Nothing lives below what has ended (INV-08), and everything knows its root."""
    for id, page in view.instances.items():
        parent = page["parentId"]
        if page["state"] == "inactive" or parent is None:
            continue
        above = view.instances[parent]
        free = holder(page) is None and holder(above) is None
        if above["state"] == "inactive" and free:
            yield f"{id} is {page['state']} below {parent}, which has ended"
        if page["rootId"] != (above["rootId"] or parent):
            yield f"{id} is of {page['rootId']}, and {parent} of {above['rootId']}"


def what_is_canceled_is_as_before(view: View) -> Iterator[str]:
    """D-22, INV-18, INV-19: also of what a revision has dropped."""
    for order, id, before, now in view.freed:
        if any(line["state"] == "completed" for line in view.orders[order]["lines"]):
            continue
        if before is None and now["state"] != "inactive":
            yield f"{order} has made {id} and let it go, and it is {now['state']}"
        if before is not None and _kept(before) != _kept(now):
            yield f"{order} has let {id} go: before {_kept(before)}, after {_kept(now)}"


def _kept(page: Page) -> Page:
    """Without what happens by itself meanwhile: dates of terms, and what other orders plan."""
    loose = ("reservedBy", "operations", "contractLines", "entitlements")
    terms = [
        one.get("contractLineId") or one["entitlementId"]
        for one in page["contractLines"] + page["entitlements"]
    ]
    return {**{name: value for name, value in page.items() if name not in loose}, "terms": terms}


def there_are_as_many_as_the_value_says(view: View) -> Iterator[str]:
    """CHG-07, CHG-08: when a number has just landed."""
    for id, was in view.was["order"].items():
        before = {line["lineId"]: line["state"] for line in was["lines"]}
        for line in view.orders[id]["lines"]:
            page = view.instances.get(line["instanceId"] or "")
            fresh = line["state"] == "completed" and before.get(line["lineId"]) != "completed"
            if (
                page is None
                or not fresh
                or page["specificationId"] not in NUMBERS
                or page["state"] == "inactive"
            ):
                continue
            number = line.get("characteristics", {}).get(NUMBERS[page["specificationId"]])
            there = list(view.tree(page["instanceId"]))
            alone = id not in view.disturbed and not view.names(id, COUNTED[page["specificationId"]])
            if number is not None and alone and not any(map(holder, there)):
                what = COUNTED[page["specificationId"]]
                count = sum(one["specificationId"] == what for one in there)
                if count != number:
                    yield f"{id} asks for {number} of {what}, and there are {count}"


def what_stands_below_follows_the_value(view: View) -> Iterator[str]:
    """DEC-03, DEC-04: of a broadband access nobody works on."""
    for id in view.alive():
        page = view.instances[id]
        if page["specificationId"] == "broadband" and not any(map(holder, view.tree(id))):
            access = page["characteristics"].get("access")
            there = {one["specificationId"] for one in view.below(id)} - {"survey"}
            if there != ({ACCESS[access]} if access else set()):
                yield f"{id} is of {access}, and has {sorted(there)} below it"


LAWS = (
    who_holds_is_at_work,
    trees_are_whole,
    what_is_canceled_is_as_before,
    there_are_as_many_as_the_value_says,
    what_stands_below_follows_the_value,
)
