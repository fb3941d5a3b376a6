"""Scenarios of what people do with their hands: visits, what comes back, how many of something, late answers.

Tasks of orders done by hand are answered by the scenario, as in `tests.scenarios_in_flight`.
"""

from __future__ import annotations

from typing import Any

from tests.counted import BASE as COUNTED_BASE
from tests.counted import CATALOG as COUNTED
from tests.scenarios import TERMS, TREE, Scenario, Sent, ask, ask_return, assess, brings_back, line, place
from tests.scenarios_dated import FEBRUARY, MARCH
from tests.scenarios_in_flight import HAND, report

NEEDS_A_MODEM = place(HAND, "change", "NET", characteristics={"speed": 1000})
INSTALL = f"{HAND}.4.install"
MODEM = f"{HAND}.4"
BESIDE = (report("3.reconfigure"), report("5.reconfigure"))
RETURNED = f"{HAND}-1"
MANY: Sent = (
    "instance.load",
    {
        "instanceId": "MANY",
        "accountId": "ACME",
        "kind": "product",
        "specificationId": "mobile-4g",
        "state": "active",
        "quantity": 5,
    },
)
SURVEYED: tuple[Sent, ...] = (
    (
        "specification.publish",
        {
            "specificationId": "visited",
            "version": "1",
            "name": "visited",
            "kind": "product",
            "characteristics": [{"name": "access", "type": "string"}],
            "plans": [{"actions": ["add"], "tasks": [{"name": "look", "kind": "field", "duration": "P10D"}]}],
            "relationships": [{"type": "requires", "target": "fibre-end"}],
            "rules": [{"target": "fibre-end", "characteristic": "access", "equals": "fibre"}],
        },
    ),
    (
        "specification.publish",
        {
            "specificationId": "fibre-end",
            "version": "1",
            "name": "fibre-end",
            "kind": "resource",
            "plans": [{"actions": ["add"], "tasks": [{"name": "splice", "kind": "field"}]}],
        },
    ),
)


def visit(result: str, state: str, note: str) -> Sent:
    """What the field force says of the installation."""
    order = {"state": state, "note": note}
    return "task.report", {"taskId": INSTALL, "result": result, "workOrder": order}


def found(task: str, outcome: str) -> Sent:
    """What the warehouse found when it did this task of the return's order."""
    values = {"outcome": outcome}
    return "task.report", {
        "taskId": f"{RETURNED}.1.{task}",
        "result": "completed",
        "characteristics": values,
    }


def some_back(quantity: int) -> Sent:
    lines = [
        {
            "lineId": "of MANY",
            "instanceId": "MANY",
            "reason": "too many",
            "expected": "refund",
            "quantity": quantity,
        }
    ]
    return "return.open", {"returnId": "RET-1", "accountId": "ACME", "lines": lines}


def choose(order: str, *ids: str, of: str = "1") -> Sent:
    return "order.choose-instances", {"orderId": order, "lineId": of, "instanceIds": list(ids)}


_TWO_TAKEN = ask_return(
    "assess", "RET-1", lines=[{"lineId": "of MANY", "proposed": "refund", "approvedQuantity": 2}]
)


def seats(number: int, **more: Any) -> list[dict[str, Any]]:
    return [line("1", "change", instanceId="OFFICE", characteristics={"seats": number}, **more)]


WORKED: tuple[Scenario, ...] = (
    Scenario(
        name="a visit that comes to nothing, and a second one",
        stages=(
            (NEEDS_A_MODEM,),
            (report("4.ship"), *BESIDE),
            (visit("in_progress", "assigned", "Kim comes on Monday"),),
            (visit("failed", "canceled", "nobody was at home"),),
            (("task.retry", {"taskId": INSTALL}),),
            (visit("in_progress", "work_in_progress", "Kim is there"),),
            (visit("completed", "closed_complete", "behind the door"),),
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), MODEM: "active"},
        values={("RFS", "speed"): 1000},
    ),
    Scenario(
        name="a visit is called off with its order, and is made all the same",
        stages=(
            (NEEDS_A_MODEM,),
            (report("4.ship"), report("3.reconfigure")),
            (visit("in_progress", "assigned", "Kim comes on Monday"),),
            (ask("cancel", HAND),),
            (ask("approve-change", HAND),),
            (visit("completed", "closed_complete", "it was done already"),),
        ),
        orders={HAND: "canceled"},
        instances={**dict.fromkeys(TREE, "active"), MODEM: "inactive"},
        values={("NET", "speed"): 100, ("RFS", "speed"): 100},
    ),
    Scenario(
        name="no visit is needed any more",
        stages=(
            (NEEDS_A_MODEM,),
            (report("4.ship"), report("3.reconfigure")),
            (visit("in_progress", "accepted", "Kim comes on Monday"),),
            (ask("revise", HAND, lines=[line("1", "change", characteristics={"speed": 300})]),),
            (ask("approve-change", HAND),),
            BESIDE,
        ),
        orders={HAND: "completed"},
        instances={**dict.fromkeys(TREE, "active"), MODEM: "inactive"},
        values={("NET", "speed"): 300, ("RFS", "speed"): 300},
    ),
    Scenario(
        name="what comes back has nothing, and is refunded for goodwill",
        before=(TERMS,),
        stages=(
            (brings_back(HAND, MOB="refund"),),
            (assess(HAND, MOB="refund"),),
            (found("receive", "not_defective"),),
            (("task.skip", {"taskId": f"{RETURNED}.1.receive", "reason": "goodwill"}),),
            (report("1.credit", order=RETURNED),),
        ),
        orders={RETURNED: "completed"},
        instances={"MOB": "inactive"},
        terms={("MOB", "L-MOB"): "canceled"},
        returns={HAND: "resolved"},
    ),
    Scenario(
        name="something else comes back, and goes back",
        before=(TERMS,),
        stages=(
            (brings_back(HAND, MOB="refund"),),
            (assess(HAND, MOB="refund"),),
            (found("receive", "wrong_item"),),
            (ask("cancel", RETURNED),),
            (ask("approve-change", RETURNED),),
            (assess(HAND, MOB="reject"),),
        ),
        orders={RETURNED: "canceled"},
        instances={"MOB": "active"},
        terms={("MOB", "L-MOB"): "active"},
        returns={HAND: "closed"},
    ),
    Scenario(
        name="what never comes back stays beside what was sent for it",
        before=(TERMS,),
        stages=(
            (brings_back(HAND, MOB="replacement"),),
            (assess(HAND, MOB="replacement"),),
            (report("2.ship", order=RETURNED),),
            (found("receive", "not_received"),),
            (ask("cancel", RETURNED, lineIds=["of MOB"]),),
            (ask("approve-change", RETURNED),),
        ),
        orders={RETURNED: "completed"},
        instances={"MOB": "active", f"{RETURNED}:1": "active"},
        terms={("MOB", "L-MOB"): "active", (f"{RETURNED}:1", f"{RETURNED}~contract.1"): "active"},
        returns={HAND: "resolved"},
    ),
    Scenario(
        name="some of many come back, and fewer are taken",
        before=((MANY,),),
        stages=(
            (some_back(3),),
            (_TWO_TAKEN,),
            (ask_return("close", "RET-1"),),
        ),
        orders={"RET-1-1": "completed"},
        instances={"MANY": "active"},
        returns={"RET-1": "closed"},
    ),
    Scenario(
        name="one line of many, and some of what it made ends again",
        before=(COUNTED, COUNTED_BASE),
        stages=(
            (place("O1", None, lines=[line("A", "add", specificationId="seat", quantity=3)]),),
            (place("O2", "disconnect", "O1:A.2"),),
            (place("O3", "change", "OFFICE", characteristics={"seats": 4}),),
        ),
        orders={"O1": "completed", "O2": "completed", "O3": "completed"},
        instances={
            **{"O1:A": "active", "O1:A.2": "inactive", "O1:A.3": "active"},
            **{"SEAT-1": "active", "O3:2": "active", "O3:3": "active"},
        },
        values={("OFFICE", "seats"): 4},
    ),
    Scenario(
        name="fewer on their day, fewer still by a revision, and nobody hurries to say which",
        before=(COUNTED, COUNTED_BASE),
        stages=(
            (
                place("O1", "change", "POOL", characteristics={"sims": 2}, start=MARCH),
                place("O2", None, lines=seats(1)),
            ),
            (ask("revise", "O1", lines=[line("1", "change", characteristics={"sims": 1})]),),
            (ask("approve-change", "O1"),),
            (choose("O2", "SEAT-2"),),
        ),
        later={FEBRUARY: (choose("O1", "SIM-1", "SIM-3"),)},
        orders={"O1": "completed", "O2": "completed"},
        instances={
            **{"OFFICE": "active", "SEAT-1": "active", "SEAT-2": "inactive"},
            **{"POOL": "active", "SIM-1": "inactive", "SIM-2": "active", "SIM-3": "inactive"},
        },
        values={("POOL", "sims"): 1, ("OFFICE", "seats"): 1},
    ),
    Scenario(
        name="what a visit finds is made, though it comes weeks too late",
        before=(SURVEYED,),
        stages=((place(HAND, None, lines=[line("1", "add", specificationId="visited")]),),),
        later={
            FEBRUARY: (
                (
                    "task.report",
                    {
                        "taskId": f"{HAND}.1.look",
                        "result": "completed",
                        "characteristics": {"access": "fibre"},
                    },
                ),
            ),
            MARCH: (report("2.splice"),),
        },
        orders={HAND: "completed"},
        instances={f"{HAND}:1": "active", f"{HAND}.2": "active"},
        values={(f"{HAND}:1", "access"): "fibre"},
    ),
)
