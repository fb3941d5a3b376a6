"""What rests, rests whole."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.view import View, holder


def nothing_named_is_awake_below_what_has_gone_to_rest(view: View) -> Iterator[str]:
    """D-04, D-23: when a suspend has just landed; a later order may put something there."""
    for id, was in view.was["order"].items():
        lines = view.orders[id]["lines"]
        before = {line["lineId"]: line["state"] for line in was["lines"]}
        named = {line["instanceId"] for line in lines if line["action"] not in ("suspend", "no_change")}
        for line in lines:
            fresh = line["state"] == "completed" and before.get(line["lineId"]) != "completed"
            if not fresh or line["action"] != "suspend" or id in view.disturbed:
                continue
            there = list(view.tree(line["instanceId"]))
            awake = [one["instanceId"] for one in there if one["state"] == "active"]
            if not any(map(holder, there)) and there[0]["state"] == "suspended" and named.intersection(awake):
                yield f"{id} has suspended {line['instanceId']}, and {awake} are active below it"


LAWS = (nothing_named_is_awake_below_what_has_gone_to_rest,)
