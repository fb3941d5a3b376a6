"""Scenarios in which somebody thinks again: held, canceled, revised, past the point of no return, too many.

Tasks of orders done by hand are answered by the scenario, so that there is something under way to change.
"""

from __future__ import annotations

from typing import Any

from tests.counted import BASE as COUNTED_BASE
from tests.counted import CATALOG as COUNTED
from tests.related import STOPPED
from tests.scenarios import TREE, Scenario, Sent, ask, line, place
from tests.scenarios_dated import APRIL, FEBRUARY, MARCH

HAND = "BY-HAND"


class ByHand:
    """The orders whose tasks no system answers: they say so in their ids."""

    def __contains__(self, order: object) -> bool:
        return HAND in str(order)


def report(task: str, result: str = "completed", order: str = HAND) -> Sent:
    return "task.report", {"taskId": f"{order}.{task}", "result": result}


def both(speed: int = 200) -> list[dict[str, Any]]:
    """A faster line, and a number."""
    return [
        line("1", "change", instanceId="NET", characteristics={"speed": speed}),
        line("2", "add", specificationId="number"),
    ]


ORDERED = place(HAND, None, lines=both())

NET_DONE = (report("3.reconfigure"), report("4.reconfigure"))

IN_FLIGHT: tuple[Scenario, ...] = (
    Scenario(
        name="held and released",
        stages=(
            (ORDERED,),
            (ask("hold", HAND),),
            (report("5.reserve"), *NET_DONE),
            (ask("release", HAND),),
            (report("5.port"),),
            (report("5.route"),),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "active"},
        values={("NET", "speed"): 200},
    ),
    Scenario(
        name="canceled under way: what was done is undone, and all is as it was",
        stages=(
            (ORDERED,),
            (report("5.reserve"), report("3.reconfigure")),
            (ask("cancel", HAND),),
            (ask("approve-change", HAND),),
            (report("5.free"),),
        ),
        orders={HAND: "canceled"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "inactive"},
        values={("NET", "speed"): 100, ("RFS", "speed"): 100},
    ),
    Scenario(
        name="a cancel is declined, a revision too, and all goes on",
        stages=(
            (ORDERED,),
            (ask("cancel", HAND),),
            (ask("decline-change", HAND),),
            (ask("revise", HAND, lines=[both()[0]]),),
            NET_DONE,
            (ask("decline-change", HAND),),
            (report("5.reserve"),),
            (report("5.port"),),
            (report("5.route"),),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "active"},
        values={("NET", "speed"): 200},
    ),
    Scenario(
        name="revised: one line faster still, one dropped, one added",
        stages=(
            (ORDERED,),
            (report("5.reserve"), report("3.reconfigure")),
            (ask("revise", HAND, lines=[both(300)[0], line("3", "add", specificationId="voice")]),),
            (ask("approve-change", HAND),),
            (report("5.free"), *NET_DONE),
            (report("6.assign"),),
            (report("6.activate"),),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "inactive", f"{HAND}:3": "active"},
        values={("NET", "speed"): 300},
    ),
    Scenario(
        name="past the point of no return nothing is canceled",
        stages=(
            (ORDERED,),
            (report("5.reserve"),),
            (report("5.port"),),
            (ask("cancel", HAND),),
            (report("5.route"), *NET_DONE),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "active"},
        values={("NET", "speed"): 200},
    ),
    Scenario(
        name="a task fails and is asked for again, another one is skipped",
        stages=(
            (ORDERED,),
            (report("5.reserve", "failed"), report("3.reconfigure", "failed"), report("4.reconfigure")),
            (
                ("task.retry", {"taskId": f"{HAND}.5.reserve"}),
                ("task.skip", {"taskId": f"{HAND}.3.reconfigure", "reason": "it has that speed"}),
            ),
            (report("5.reserve"),),
            (report("5.port"),),
            (report("5.route"),),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), f"{HAND}:2": "active"},
        values={("NET", "speed"): 200},
    ),
    Scenario(
        name="more of what is counted, and fewer, where somebody says which",
        before=(COUNTED, COUNTED_BASE),
        stages=(
            (place("O1", "change", "POOL", characteristics={"sims": 4}),),
            (place("O2", "change", "POOL", characteristics={"sims": 2}),),
            (
                (
                    "order.choose-instances",
                    {"orderId": "O2", "lineId": "1", "instanceIds": ["SIM-1", "SIM-3"]},
                ),
            ),
        ),
        orders={"O1": "completed", "O2": "completed"},
        instances={"POOL": "active", "SIM-1": "inactive", "SIM-2": "active", "SIM-3": "inactive"},
        values={("POOL", "sims"): 2},
    ),
    STOPPED,
    Scenario(
        name="what waits is changed, re-dated, dropped and joined by more",
        stages=(
            (
                place(
                    "O1",
                    None,
                    lines=[
                        line(
                            "1", "change", instanceId="NET", characteristics={"speed": 200}, dueDate=FEBRUARY
                        ),
                        line("2", "disconnect", instanceId="VOICE", dueDate=FEBRUARY),
                        line("3", "disconnect", instanceId="MOB", dueDate=APRIL),
                    ],
                ),
            ),
            (
                ask(
                    "revise",
                    "O1",
                    lines=[
                        line("1", "change", characteristics={"speed": 1000}),
                        line("2", "disconnect", dueDate=APRIL),
                        line("4", "add", specificationId="tv", parentInstanceId="HOME", dueDate=MARCH),
                        line("5", "change", instanceId="MOB", specificationId="mobile-5g"),
                    ],
                ),
            ),
            (ask("approve-change", "O1"),),
        ),
        later={MARCH: (place("O2", "change", "NET", characteristics={"speed": 300}),)},
        orders={"O1": "completed", "O2": "completed"},
        instances={**dict.fromkeys(TREE, "active"), "VOICE": "inactive", "MOB": "active", "O1:4": "active"},
        values={("NET", "speed"): 300, ("RFS", "speed"): 300},
    ),
    Scenario(
        name="an order that waits is held, released, kept, and canceled in the end",
        stages=(
            (place("O1", "suspend", "HOME", start=MARCH, end=APRIL),),
            (ask("hold", "O1"), ask("release", "O1"), ask("cancel", "O1", lineIds=["2"])),
            (ask("decline-change", "O1"),),
            (ask("cancel", "O1", reason="they stay"),),
            (ask("approve-change", "O1"),),
        ),
        orders={"O1": "canceled"},
        instances=dict.fromkeys(TREE, "active"),
    ),
)
