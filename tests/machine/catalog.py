"""A small catalog and installed base for the machine: every product has a level, and a level of 3 a modem."""

from __future__ import annotations

from functools import cache
from typing import Any

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.machine.model import Thing
from tests.world import World

ACCOUNT = "ACME"
LEVEL = [{"name": "level", "type": "number"}]


def _task(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "provision", **more}


def _plan(action: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"actions": [action], "tasks": list(tasks), **more}


WORK = [
    _plan("add", _task("assign"), _task("activate", after=["assign"])),
    _plan("change", _task("reconfigure")),
    _plan("disconnect", _task("remove")),
    _plan("suspend", _task("block")),
    _plan("resume", _task("unblock")),
    _plan("change", _task("cease"), move="cease"),
    _plan("add", _task("provide"), move="provide"),
]
SOFT = [_plan("change", _task("bill", ponr="soft", charge="a fee"), _task("do", after=["bill"])), *WORK[2:]]
HARD = [
    _plan("add", _task("commit", ponr="hard"), _task("do", after=["commit"])),
    _plan("change", _task("commit", ponr="hard", undo={"name": "revert", "kind": "provision"}), _task("do")),
    *WORK[2:],
]


def _entry(id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"specificationId": id, "version": "1", "name": id, "kind": kind, **more}


def _below(type: str, target: str, **more: Any) -> dict[str, Any]:
    return {"type": type, "target": target, **more}


CATALOG = (
    _entry("port", "resource", plans=WORK),
    _entry("modem", "resource", plans=[_plan("add", _task("ship")), _plan("disconnect", _task("fetch"))]),
    _entry(
        "rfs",
        "service",
        layer="rfs",
        characteristics=LEVEL,
        plans=WORK,
        relationships=[_below("requires", "port"), _below("requires", "modem")],
        rules=[{"target": "modem", "characteristic": "level", "equals": 3}],
    ),
    _entry(
        "cfs",
        "service",
        layer="cfs",
        characteristics=LEVEL,
        relationships=[_below("realized_as", "rfs")],
        mappings=[{"characteristic": "level", "target": "rfs"}],
    ),
    _entry(
        "internet",
        "product",
        characteristics=LEVEL,
        relationships=[_below("realized_as", "cfs")],
        mappings=[{"characteristic": "level", "target": "cfs"}],
    ),
    _entry("voice", "product", characteristics=LEVEL, plans=WORK),
    _entry("tv", "product", characteristics=LEVEL, plans=SOFT + WORK[:1]),
    _entry("line", "product", characteristics=LEVEL, plans=HARD),
    _entry(
        "home",
        "product",
        characteristics=LEVEL,
        relationships=[
            _below("bundles", "internet", mandatory=True),
            _below("bundles", "voice"),
            _below("bundles", "tv"),
        ],
    ),
)

BASE = (
    Thing("HOME", "home", "product", None, location="SITE-1", level=1, terms={"L-HOME": "active"}),
    Thing("NET", "internet", "product", "HOME", location="SITE-1", level=1, terms={"E-NET": "active"}),
    Thing("CFS", "cfs", "service", "NET", location="SITE-1", level=1),
    Thing("RFS", "rfs", "service", "CFS", location="SITE-1", level=1),
    Thing("PORT", "port", "resource", "RFS", location="SITE-1"),
    Thing("VOICE", "voice", "product", "HOME", location="SITE-1", level=1),
    Thing("MOB", "line", "product", None, location="SITE-1", level=1, terms={"L-MOB": "active"}),
)
CONTRACT = {"contractId": "C-1", "accountId": ACCOUNT, "state": "active"}


def _owned(thing: Thing) -> dict[str, Any]:
    given: dict[str, Any] = {
        "instanceId": thing.id,
        "accountId": ACCOUNT,
        "kind": thing.kind,
        "specificationId": thing.spec,
        "state": "active",
        "location": thing.location,
    }
    if thing.parent is not None:
        given["parentId"] = thing.parent
    if thing.level is not None:
        given["characteristics"] = {"level": thing.level}
    return given


@cache
def prepared() -> World:
    """The three services, with the catalog and the installed base heard."""
    world = World([ORDER, INVENTORY, FULFILLMENT])
    world.answer = lambda _: None
    for entry in CATALOG:
        world.send("specification.publish", entry, account=ACCOUNT)
    for thing in BASE:
        world.send("instance.load", _owned(thing))
    world.run()
    lines = [
        {"contractLineId": id, "instanceId": thing.id, "state": "active"}
        for thing in BASE
        for id in thing.terms
        if id.startswith("L-")
    ]
    world.send("contract.load", {**CONTRACT, "lines": lines})
    entitled = {"entitlementId": "E-NET", "accountId": ACCOUNT, "instanceId": "NET", "state": "active"}
    world.send("entitlement.load", entitled)
    world.run()
    return world
