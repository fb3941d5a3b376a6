"""What is sold and owned where the laws are looked after: counted, agreed, going together, coming back."""

from __future__ import annotations

from functools import cache
from typing import Any

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.world import World

ACCOUNT = "ACME"
NUMBERS = {"office": "seats", "pool": "sims"}
"""What is counted by which value, and of what there are so many."""
COUNTED = {"office": "seat", "pool": "sim"}
ACCESS = {"fibre": "ont", "copper": "dsl"}
"""What a broadband access has for which value."""
REQUIRES, EXCLUDES = ("alarm", "hub"), ("alarm", "siren")
"""What goes together with what below a flat."""


def _task(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "provision", "undo": {"name": f"un-{name}", "kind": "provision"}, **more}


def _plan(*actions: str, **more: Any) -> dict[str, Any]:
    """Of one task, which is named like the first action."""
    return {"actions": list(actions), "tasks": [_task(actions[0])], **more}


NO_RETURN = "dig"
"""The task by which a duct is past its point of no return."""
DIG = [_task(NO_RETURN, ponr="hard"), _task("fit", after=[NO_RETURN])]
WORK = [_plan("add"), _plan("change"), _plan("disconnect"), _plan("suspend"), _plan("resume")]
RETURNS = [
    {
        **_plan("disconnect", "change"),
        "return": "refund",
        "tasks": [_task("receive"), _task("credit", after=["receive"])],
    },
    {**_plan("disconnect", "add"), "return": "replace", "tasks": [_task("swap")]},
    {**_plan("no_change"), "return": "repair", "tasks": [_task("mend")]},
]


def _entry(id: str, kind: str = "product", **more: Any) -> dict[str, Any]:
    return {"specificationId": id, "version": "1", "name": id, "kind": kind, "plans": WORK, **more}


def _value(name: str, type: str = "number", **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "type": type, **more}]


def _below(type: str, *targets: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": type, "target": target, **more} for target in targets]


CATALOG = (
    _entry("chip", "resource"),
    _entry("sim", "service", layer="cfs", relationships=_below("requires", "chip")),
    _entry(
        "pool",
        characteristics=_value("sims"),
        relationships=_below("realized_as", "sim", quantityCharacteristic="sims", max=6),
    ),
    _entry("seat", plans=WORK + RETURNS),
    _entry(
        "office",
        characteristics=_value("seats"),
        relationships=_below("bundles", "seat", quantityCharacteristic="seats", max=6),
    ),
    _entry("hub", plans=WORK + RETURNS),
    _entry("siren"),
    _entry(
        "alarm",
        plans=WORK + RETURNS,
        compatibility=[{"type": "requires", "target": "hub"}, {"type": "excludes", "target": "siren"}],
    ),
    _entry("flat", relationships=_below("bundles", "hub", "siren", "alarm")),
    _entry("handset", characteristics=_value("colour", "string"), plans=WORK + RETURNS),
    _entry("duct", characteristics=_value("depth"), plans=[*WORK[:1], {**WORK[1], "tasks": DIG}, *WORK[2:]]),
    _entry("ont", "service"),
    _entry("dsl", "service"),
    _entry(
        "survey",
        "service",
        characteristics=_value("access", "string"),
        mappings=[{"characteristic": "access", "target": "broadband"}],
        plans=[_plan("add"), _plan("disconnect")],
    ),
    _entry(
        "broadband",
        characteristics=_value("access", "string"),
        relationships=_below("realized_as", "survey", "ont", "dsl"),
        rules=[
            {"target": "ont", "characteristic": "access", "equals": "fibre"},
            {"target": "dsl", "characteristic": "access", "equals": "copper"},
        ],
        plans=[],
    ),
)


def _owned(
    id: str, specification: str, parent: str | None = None, kind: str = "product", **more: Any
) -> dict[str, Any]:
    data = {"instanceId": id, "accountId": ACCOUNT, "kind": kind, "specificationId": specification}
    above = {"parentId": parent} if parent else {}
    return {**data, "state": "active", "location": "SITE-1", **above, **more}


BASE = (
    _owned("POOL", "pool", characteristics={"sims": 2}),
    *(_owned(f"SIM-{n}", "sim", "POOL", "service") for n in (1, 2)),
    *(_owned(f"CHIP-{n}", "chip", f"SIM-{n}", "resource") for n in (1, 2)),
    _owned("OFFICE", "office", characteristics={"seats": 3}),
    *(_owned(f"SEAT-{n}", "seat", "OFFICE") for n in (1, 2, 3)),
    _owned("FLAT", "flat"),
    _owned("HUB", "hub", "FLAT"),
    _owned("ALARM", "alarm", "FLAT"),
    _owned("HAND", "handset", quantity=5, characteristics={"colour": "red"}),
    _owned("DUCT", "duct"),
    _owned("BAND", "broadband", characteristics={"access": "copper"}),
    _owned("LOOK", "survey", "BAND", "service", characteristics={"access": "copper"}),
    _owned("DSL", "dsl", "BAND", "service"),
)
FROM, SOON, LATER = "2026-01-01T00:00:00+00:00", "2026-01-12T00:00:00+00:00", "2027-01-01T00:00:00+00:00"
"""The world begins on 2026-01-05: some of what is agreed ends a week later."""


def _agreed(id: str, instance: str, end: str) -> dict[str, Any]:
    return {"contractLineId": id, "instanceId": instance, "state": "active", "start": FROM, "end": end}


CONTRACT = {
    "contractId": "C-1",
    "accountId": ACCOUNT,
    "state": "active",
    "start": FROM,
    "end": LATER,
    "lines": [
        _agreed("L-FLAT", "FLAT", LATER),
        _agreed("L-HAND", "HAND", LATER),
        _agreed("L-OFFICE", "OFFICE", SOON),
    ],
}
ENTITLEMENT = {
    "entitlementId": "E-HUB",
    "accountId": ACCOUNT,
    "instanceId": "HUB",
    "contractLineId": "L-FLAT",
    "state": "active",
    "start": FROM,
    "end": SOON,
}


@cache
def prepared() -> World:
    """The three services, with all of this heard."""
    world = World([ORDER, INVENTORY, FULFILLMENT])
    world.answer = lambda _: None
    for entry in CATALOG:
        world.send("specification.publish", entry, account=ACCOUNT)
    for owned in BASE:
        world.send("instance.load", owned)
    world.run()
    world.send("contract.load", CONTRACT)
    world.send("entitlement.load", ENTITLEMENT)
    world.run()
    return world
