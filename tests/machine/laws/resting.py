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


def only_a_resume_wakes(view: View) -> Iterator[str]:
    """INV-09, D-07: what rests below something that is changed goes on resting."""
    for order, id, before, now in view.freed:
        actions = {line["action"] for line in view.orders[order]["lines"]}
        woken = before is not None and (before["state"], now["state"]) == ("suspended", "active")
        if woken and "resume" not in actions:
            yield f"{order} ({sorted(actions)}) has woken {id}"


LAWS = (nothing_named_is_awake_below_what_has_gone_to_rest, only_a_resume_wakes)
