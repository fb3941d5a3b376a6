"""Journeys that every set-up must bring to the same end: the shuffled world, the embedded one, Kafka.

A scenario is a list of stages; the commands of a stage are sent together when everything is quiet. `expect`
says how orders and instances end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Sent = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`orders` and `instances`: the state in which each named one ends; `values`: what landed."""

    name: str
    stages: tuple[tuple[Sent, ...], ...]
    orders: Mapping[str, str]
    instances: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    terms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Of an instance and what hangs on it, the state in which the contract line or entitlement ends."""
    returns: Mapping[str, str] = field(default_factory=dict)
    """The state in which each named return ends."""
    before: tuple[tuple[Sent, ...], ...] = ()
    """Stages that are heard in peace: what it sells and owns beside the catalog and the base of all."""
    later: Mapping[str, tuple[Sent, ...]] = field(default_factory=dict)
    """By moment, what is sent when the clock stands there."""
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rules that the reasons of a rejected order name."""


# ----------------------------------------------------------------------------------------- catalog


def _spec(id: str, kind: str, **more: Any) -> Sent:
    return "specification.publish", {"specificationId": id, "version": "1", "name": id, "kind": kind, **more}


def _plan(
    *actions: str, tasks: tuple[str, ...] = ("do",), kind: str = "provision", **more: Any
) -> dict[str, Any]:
    named = [
        {"name": name, "kind": kind, **({"after": [tasks[at - 1]]} if at else {})}
        for at, name in enumerate(tasks)
    ]
    return {"actions": list(actions), "tasks": named, **more}


_WORK = [
    _plan("add", tasks=("assign", "activate")),
    _plan("change", tasks=("reconfigure",)),
    _plan("disconnect", tasks=("remove",)),
    _plan("suspend", tasks=("block",)),
    _plan("resume", tasks=("unblock",)),
    _plan("change", tasks=("cease",), move="cease"),
    _plan("add", tasks=("provide",), move="provide"),
]
_RETURNS = [
    _plan("disconnect", tasks=("receive", "credit"), kind="receive", **{"return": "refund"}),
    _plan("add", tasks=("ship",), kind="ship", **{"return": "replace"}),
    _plan("disconnect", tasks=("receive", "dispose"), kind="receive", **{"return": "replace"}),
    _plan("no_change", tasks=("receive", "mend", "send back"), kind="manual", **{"return": "repair"}),
]
_SPEED = {"name": "speed", "type": "number"}

CATALOG: tuple[Sent, ...] = (
    _spec("port", "resource", plans=_WORK),
    _spec("modem", "resource", plans=[_plan("add", tasks=("ship", "install"), kind="field")]),
    _spec(
        "rfs-access",
        "service",
        layer="rfs",
        characteristics=[_SPEED],
        plans=_WORK,
        relationships=[{"type": "requires", "target": "port"}, {"type": "requires", "target": "modem"}],
        rules=[{"target": "modem", "characteristic": "speed", "equals": 1000}],
    ),
    _spec(
        "cfs-internet",
        "service",
        layer="cfs",
        characteristics=[_SPEED],
        relationships=[{"type": "realized_as", "target": "rfs-access"}],
        mappings=[{"characteristic": "speed", "target": "rfs-access"}],
    ),
    _spec(
        "internet",
        "product",
        mappings=[{"characteristic": "speed", "target": "cfs-internet"}],
        characteristics=[_SPEED, {"name": "contact", "type": "string", "personal": True}],
        relationships=[{"type": "realized_as", "target": "cfs-internet"}],
    ),
    _spec("voice", "product", plans=_WORK),
    _spec("tv", "product", plans=_WORK),
    _spec("day-pass", "product", transient=True, plans=[_plan("add", tasks=("grant",))]),
    _spec(
        "home",
        "product",
        relationships=[
            {"type": "bundles", "target": "internet", "mandatory": True},
            {"type": "bundles", "target": "voice"},
            {"type": "bundles", "target": "tv"},
            {"type": "bundles", "target": "day-pass"},
        ],
    ),
    _spec(
        "mobile-4g",
        "product",
        plans=[*_WORK, *_RETURNS],
        characteristics=[{"name": "number", "type": "string"}],
        relationships=[{"type": "bundles", "target": "day-pass"}],
    ),
    _spec(
        "number",
        "product",
        plans=[
            {
                "actions": ["add"],
                "tasks": [
                    {
                        "name": "reserve",
                        "kind": "provision",
                        "undo": {"name": "free", "kind": "provision"},
                    },
                    {"name": "port", "kind": "provision", "after": ["reserve"], "ponr": "hard"},
                    {"name": "route", "kind": "provision", "after": ["port"]},
                ],
            }
        ],
    ),
    _spec("mobile-5g", "product", plans=_WORK, characteristics=[{"name": "number", "type": "string"}]),
)


# ------------------------------------------------------------------------------------ installed base


def _owned(id: str, kind: str, specification: str, parent: str | None = None, **more: Any) -> Sent:
    data = {
        "instanceId": id,
        "accountId": "ACME",
        "kind": kind,
        "specificationId": specification,
        "state": "active",
        "location": "SITE-1",
        **({"parentId": parent} if parent else {}),
        **more,
    }
    return "instance.load", data


BASE: tuple[Sent, ...] = (
    _owned("HOME", "product", "home"),
    _owned("NET", "product", "internet", "HOME", characteristics={"speed": 100, "contact": "Ola Nordmann"}),
    _owned("CFS", "service", "cfs-internet", "NET", characteristics={"speed": 100}),
    _owned("RFS", "service", "rfs-access", "CFS", characteristics={"speed": 100}),
    _owned("PORT", "resource", "port", "RFS"),
    _owned("VOICE", "product", "voice", "HOME"),
    _owned("MOB", "product", "mobile-4g", characteristics={"number": "4790000000"}, externalId="EXT-1"),
)
OTHERS: tuple[Sent, ...] = (
    (
        "instance.load",
        {
            "instanceId": "THEIRS",
            "accountId": "OTHER",
            "kind": "product",
            "state": "active",
            "specificationId": "voice",
        },
    ),
)
SETUP: tuple[tuple[Sent, ...], ...] = (CATALOG, BASE + OTHERS)


# ------------------------------------------------------------------------------------------ commands


def place(order: str, action: str | None, *selection: str, **more: Any) -> Sent:
    """`order.place`, approved in the same breath unless told otherwise."""
    data: dict[str, Any] = {"orderId": order, "accountId": "ACME", "approve": True, **more}
    if action:
        data["action"] = action
    if selection:
        data["selection"] = list(selection)
    return "order.place", data


def line(id: str, action: str, **more: Any) -> dict[str, Any]:
    return {"lineId": id, "action": action, **more}


def ask(verb: str, order: str, **more: Any) -> Sent:
    """`order.approve` and its like."""
    return f"order.{verb}", {"orderId": order, **more}


def brings_back(id: str, **expected: str) -> Sent:
    """`return.open`: instances with what the customer would like, a line for each."""
    lines = [
        {"lineId": f"of {name}", "instanceId": name, "reason": "does not work", "expected": wish}
        for name, wish in expected.items()
    ]
    return "return.open", {"returnId": id, "accountId": "ACME", "lines": lines}


def assess(id: str, **proposed: str) -> Sent:
    """`return.assess`, of the lines of these instances."""
    return ask_return(
        "assess", id, lines=[{"lineId": f"of {name}", "proposed": way} for name, way in proposed.items()]
    )


def ask_return(verb: str, id: str, **more: Any) -> Sent:
    return f"return.{verb}", {"returnId": id, **more}


TERMS: tuple[Sent, ...] = (
    (
        "contract.load",
        {
            "contractId": "C-1",
            "accountId": "ACME",
            "state": "active",
            "lines": [
                {"contractLineId": "L-HOME", "instanceId": "HOME", "state": "active"},
                {"contractLineId": "L-MOB", "instanceId": "MOB", "state": "active"},
            ],
        },
    ),
    (
        "entitlement.load",
        {"entitlementId": "E-NET", "accountId": "ACME", "instanceId": "NET", "state": "active"},
    ),
    (
        "entitlement.load",
        {
            "entitlementId": "E-VOICE",
            "accountId": "ACME",
            "instanceId": "VOICE",
            "contractLineId": "L-HOME",
            "state": "active",
        },
    ),
)
"""Of the installed base, what it costs and what comes with it."""

TREE = ("HOME", "NET", "CFS", "RFS", "PORT", "VOICE")

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="change",
        stages=((place("O1", "change", "NET", characteristics={"speed": 200}),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "active"),
        values={("NET", "speed"): 200, ("RFS", "speed"): 200},
    ),
    Scenario(
        name="change that needs a new modem",
        stages=((place("O1", "change", "NET", characteristics={"speed": 1000}),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "active"),
        values={("RFS", "speed"): 1000},
    ),
    Scenario(
        name="change of the specification, 4G to 5G",
        stages=(
            (
                place(
                    "O1", "change", lines=[line("1", "change", instanceId="MOB", specificationId="mobile-5g")]
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={"MOB": "active"},
    ),
    Scenario(
        name="disconnect the old and add the new, 4G to 5G",
        stages=(
            (
                place(
                    "O1",
                    None,
                    lines=[
                        line("1", "disconnect", instanceId="MOB"),
                        line(
                            "2", "add", specificationId="mobile-5g", characteristics={"number": "4790000000"}
                        ),
                    ],
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={"MOB": "inactive", "O1:2": "active"},
    ),
    Scenario(
        name="add a bundle",
        stages=(
            (
                place(
                    "O1",
                    "add",
                    lines=[
                        line("1", "add", specificationId="home", location="SITE-9"),
                        line(
                            "2",
                            "add",
                            specificationId="internet",
                            parentLineId="1",
                            characteristics={"speed": 500},
                        ),
                    ],
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={"O1:1": "active", "O1:2": "active"},
    ),
    Scenario(
        name="add a product in a change",
        stages=(
            (
                place(
                    "O1",
                    "change",
                    lines=[
                        line("1", "no_change", instanceId="HOME"),
                        line("2", "add", specificationId="tv", parentLineId="1"),
                    ],
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={**dict.fromkeys(TREE, "active"), "O1:2": "active"},
    ),
    Scenario(
        name="a transient product",
        stages=(
            (
                place(
                    "O1", "add", lines=[line("1", "add", specificationId="day-pass", parentInstanceId="HOME")]
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={"O1:1": "inactive", "HOME": "active"},
    ),
    Scenario(
        name="disconnect everything",
        stages=((place("O1", "disconnect", "HOME"),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "inactive"),
    ),
    Scenario(
        name="disconnect an optional part",
        stages=((place("O1", "disconnect", "VOICE"),),),
        orders={"O1": "completed"},
        instances={**dict.fromkeys(TREE, "active"), "VOICE": "inactive"},
    ),
    Scenario(
        name="disconnect a mandatory part without and with cascade",
        stages=((place("O1", "disconnect", "NET"),), (place("O2", "disconnect", "NET", cascade=True),)),
        orders={"O1": "rejected", "O2": "completed"},
        instances=dict.fromkeys(TREE, "inactive"),
        rules={"O1": ("ACT-13",)},
    ),
    Scenario(
        name="suspend",
        stages=((place("O1", "suspend", "HOME"),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "suspended"),
    ),
    Scenario(
        name="suspend and resume",
        stages=((place("O1", "suspend", "HOME"),), (place("O2", "resume", "HOME"),)),
        orders={"O1": "completed", "O2": "completed"},
        instances=dict.fromkeys(TREE, "active"),
    ),
    Scenario(
        name="disconnect what is suspended",
        stages=((place("O1", "suspend", "HOME"),), (place("O2", "disconnect", "HOME"),)),
        orders={"O1": "completed", "O2": "completed"},
        instances=dict.fromkeys(TREE, "inactive"),
    ),
    Scenario(
        name="resume what is active",
        stages=((place("O1", "resume", "HOME"),),),
        orders={"O1": "rejected"},
        instances=dict.fromkeys(TREE, "active"),
        rules={"O1": ("D-07",)},
    ),
    Scenario(
        name="move by selection",
        stages=((place("O1", "move", "HOME", location="SITE-2"),),),
        orders={"O1": "completed"},
        instances={**dict.fromkeys(TREE, "inactive"), **{f"O1~{n}": "active" for n in range(1, 7)}},
    ),
    Scenario(
        name="move, one part not taken along, one new at the target",
        stages=(
            (
                place(
                    "O1",
                    "change",
                    lines=[
                        line("1", "change", instanceId="HOME", location="SITE-2", move=True),
                        line("2", "change", instanceId="NET", location="SITE-2", move=True, parentLineId="1"),
                        line(
                            "3",
                            "disconnect",
                            instanceId="VOICE",
                            location="SITE-2",
                            move=True,
                            parentLineId="1",
                        ),
                        line(
                            "4", "add", specificationId="tv", location="SITE-2", move=True, parentLineId="1"
                        ),
                    ],
                ),
            ),
        ),
        orders={"O1": "completed"},
        instances={**dict.fromkeys(TREE, "inactive"), "O1~1": "active", "O1:4": "active"},
    ),
    Scenario(
        name="move of a part alone",
        stages=((place("O1", "move", "VOICE", location="SITE-2"),),),
        orders={"O1": "rejected"},
        instances=dict.fromkeys(TREE, "active"),
        rules={"O1": ("MOV-V3",)},
    ),
    Scenario(
        name="no change",
        stages=((place("O1", "no_change", "HOME"),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "active"),
    ),
    Scenario(
        name="service order: change a service",
        stages=((place("O1", "change", "CFS", category="service", characteristics={"speed": 300}),),),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "active"),
        values={("CFS", "speed"): 300, ("RFS", "speed"): 300, ("NET", "speed"): 100},
    ),
    Scenario(
        name="service order: suspend and resume a service",
        stages=(
            (place("O1", "suspend", "CFS", category="service"),),
            (place("O2", "resume", "CFS", category="service"),),
        ),
        orders={"O1": "completed", "O2": "completed"},
        instances=dict.fromkeys(TREE, "active"),
    ),
    Scenario(
        name="draft, revised, submitted, approved",
        stages=(
            (place("O1", "change", "NET", characteristics={"speed": 200}, draft=True, approve=False),),
            (
                ask(
                    "revise",
                    "O1",
                    lines=[line("1", "change", instanceId="NET", characteristics={"speed": 300})],
                ),
            ),
            (ask("submit", "O1"),),
            (ask("approve", "O1"),),
        ),
        orders={"O1": "completed"},
        values={("NET", "speed"): 300},
    ),
    Scenario(
        name="rejected by a person, reworked, approved",
        stages=(
            (place("O1", "suspend", "HOME", approve=False),),
            (ask("reject", "O1", reason="not now"),),
            (ask("rework", "O1"),),
            (ask("submit", "O1"),),
            (ask("approve", "O1"),),
        ),
        orders={"O1": "completed"},
        instances=dict.fromkeys(TREE, "suspended"),
    ),
    Scenario(
        name="two orders for one instance in the same breath",
        stages=(
            (
                place("O1", "change", "NET", characteristics={"speed": 200}),
                place("O2", "disconnect", "HOME"),
            ),
        ),
        orders={"O1": "completed", "O2": "rejected"},
        instances=dict.fromkeys(TREE, "active"),
        rules={"O2": ("CHG-16",)},
    ),
    Scenario(
        name="somebody else's, and what is not there",
        stages=((place("O1", "disconnect", "THEIRS", "NOTHING"),),),
        orders={"O1": "rejected"},
        instances={"THEIRS": "active"},
        rules={"O1": ("ACT-06",)},
    ),
    Scenario(
        name="suspend by contract line, resume by entitlement",
        stages=(
            TERMS,
            (place("O1", "suspend", "L-HOME"),),
            (place("O2", "resume", "E-NET"),),
            (place("O3", "resume", "E-VOICE"),),
            (place("O4", "resume", "C-1"),),
        ),
        orders={"O1": "completed", "O2": "completed", "O3": "rejected", "O4": "rejected"},
        instances={"HOME": "suspended", "NET": "active", "VOICE": "suspended"},
        terms={
            ("HOME", "L-HOME"): "suspended",
            ("NET", "E-NET"): "active",
            ("VOICE", "E-VOICE"): "suspended",
            ("MOB", "L-MOB"): "active",
        },
        rules={"O3": ("CON-10",), "O4": ("CON-10",)},
    ),
    Scenario(
        name="a move takes contract lines along, and they are ordered for at the new place",
        stages=(
            TERMS,
            (place("O1", "move", "HOME", location="SITE-2"),),
            (place("O2", "suspend", "L-HOME"),),
        ),
        orders={"O1": "completed", "O2": "completed"},
        instances={"HOME": "inactive", "O1~1": "suspended"},
        terms={("O1~1", "L-HOME"): "suspended"},
    ),
    Scenario(
        name="a contract line is canceled for ever, with what stands under it",
        stages=(
            TERMS,
            (place("O1", "disconnect", "L-HOME"),),
            (place("O2", "disconnect", "L-HOME"),),
        ),
        orders={"O1": "completed", "O2": "rejected"},
        instances=dict.fromkeys(TREE, "inactive"),
        terms={
            ("HOME", "L-HOME"): "canceled",
            ("NET", "E-NET"): "canceled",
            ("VOICE", "E-VOICE"): "canceled",
            ("MOB", "L-MOB"): "active",
        },
        rules={"O2": ("CON-10",)},
    ),
    Scenario(
        name="what comes back is replaced with its contract line, refunded, or not taken",
        stages=(
            TERMS,
            (brings_back("RET-1", MOB="replacement", VOICE="refund", NET="repair"),),
            (assess("RET-1", MOB="replacement", VOICE="refund", NET="reject"),),
        ),
        orders={"RET-1-1": "completed", "RET-1-2": "completed"},
        instances={"MOB": "inactive", "RET-1-1:1": "active", "VOICE": "inactive", "NET": "active"},
        values={("RET-1-1:1", "number"): "4790000000"},
        terms={("RET-1-1:1", "L-MOB"): "active", ("VOICE", "E-VOICE"): "canceled"},
    ),
    Scenario(
        name="what came in the place of another is repaired, while that other cannot come back again",
        stages=(
            (brings_back("RET-1", MOB="replacement"),),
            (assess("RET-1", MOB="replacement"),),
            (ask_return("close", "RET-1"), brings_back("RET-2", MOB="refund")),
            (brings_back("RET-3", **{"RET-1-1:1": "repair"}),),
            (assess("RET-3", **{"RET-1-1:1": "repair"}),),
        ),
        orders={"RET-1-1": "completed", "RET-3-1": "completed"},
        instances={"RET-1-1:1": "active"},
    ),
    Scenario(
        name="a return whose order is refused is assessed again",
        stages=(
            (brings_back("RET-1", MOB="replacement"),),
            (place("O1", "suspend", "MOB"),),
            (assess("RET-1", MOB="replacement"),),
            (assess("RET-1", MOB="refund"),),
        ),
        orders={"O1": "completed", "RET-1-1": "canceled", "RET-1-2": "completed"},
        instances={"MOB": "inactive"},
    ),
)
