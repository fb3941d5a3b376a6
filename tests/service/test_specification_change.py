"""A change to another specification, through the three services: what the new one does not have goes."""

from __future__ import annotations

from typing import Any

import pytest

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.scenarios import Sent, line, place
from tests.world import World

SPEED = {"name": "speed", "type": "number"}


def entry(id: str, kind: str = "product", *relations: dict[str, Any], **more: Any) -> Sent:
    data = {"specificationId": id, "version": "1", "name": id, "kind": kind, **more}
    return "specification.publish", {**data, "relationships": list(relations)}


def to(type_: str, target: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "target": target, **more}


def owned(id: str, specification: str, parent: str | None = None, **more: Any) -> Sent:
    facts = {"accountId": "ACME", "kind": "product", "state": "active", "specificationVersion": "1", **more}
    return "instance.load", {"instanceId": id, "specificationId": specification, "parentId": parent, **facts}


CATALOG = (
    entry("splitter", "resource"),
    entry("copper", "service", to("requires", "splitter")),
    entry("light", "service", characteristics=[SPEED]),
    entry("mail"),
    entry("fax"),
    entry(
        "adsl",
        "product",
        to("realized_as", "copper"),
        to("bundles", "mail", max=1),
        to("bundles", "fax"),
        characteristics=[SPEED, {"name": "pair", "type": "string"}],
    ),
    entry(
        "fibre",
        "product",
        to("realized_as", "light"),
        to("bundles", "mail", max=1),
        characteristics=[SPEED],
        mappings=[{"characteristic": "speed", "target": "light"}],
    ),
)
BASE = (
    owned("NET", "adsl", characteristics={"speed": 8, "pair": "7/1"}),
    owned("COPPER", "copper", "NET", kind="service"),
    owned("SPLITTER", "splitter", "COPPER", kind="resource"),
    owned("MAIL", "mail", "NET"),
)
UPGRADE = line("1", "change", instanceId="NET", specificationId="fibre", characteristics={"speed": 500})


def world(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    world = World([ORDER, INVENTORY, FULFILLMENT], seed)
    for stage in (CATALOG, BASE, *stages):
        for name, data in stage:
            world.send(name, data, account=data.get("accountId", "ACME"))
        world.run()
    assert world.parked() == []
    return world


@pytest.mark.rule("CHG-15", "DEC-06", "DEC-07")
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_what_the_new_specification_does_not_have_is_gone_when_the_order_is_completed(
    seed: int | None,
) -> None:
    pages = world((place("O1", None, lines=[UPGRADE]),), seed=seed).pages()
    assert pages["order", "O1"]["state"] == "completed"
    net = pages["instance", "NET"]
    assert (net["specificationId"], net["characteristics"]) == ("fibre", {"speed": 500})
    states = {id: page["state"] for (kind, id), page in pages.items() if kind == "instance"}
    light = next(id for id in states if id.startswith("O1."))
    assert states == {
        "NET": "active",
        "MAIL": "active",
        "COPPER": "inactive",
        "SPLITTER": "inactive",
        light: "active",
    }
    assert pages["instance", light]["characteristics"] == {"speed": 500}


@pytest.mark.rule("CHG-15")
def test_a_product_that_the_new_specification_does_not_bundle_is_ended_in_the_same_order() -> None:
    add = line("1", "add", specificationId="fax", parentInstanceId="NET")
    alone = place("O2", None, lines=[UPGRADE])
    ended = place("O3", None, lines=[UPGRADE, line("2", "disconnect", instanceId="O1:1")])
    pages = world((place("O1", None, lines=[add]),), (alone,), (ended,)).pages()
    assert pages["order", "O2"]["state"] == "rejected"
    assert [reason["rule"] for reason in pages["order", "O2"]["reasons"]] == ["CHG-15"]
    assert pages["order", "O3"]["state"] == "completed"
    assert pages["instance", "O1:1"]["state"] == "inactive"


@pytest.mark.rule("LIN-01")
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_of_two_orders_in_the_same_breath_the_second_does_not_add_too_many(seed: int | None) -> None:
    gone = place("O0", "disconnect", "MAIL")
    adds = [
        place(id, None, lines=[line("1", "add", specificationId="mail", parentInstanceId="NET")])
        for id in ("O1", "O2")
    ]
    seen = world((gone,), tuple(adds), seed=seed)
    pages = seen.pages()
    assert [pages["order", id]["state"] for id in ("O1", "O2")] == ["completed", "rejected"]
    [reason] = pages["order", "O2"]["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("LIN-01", "1")
    assert reason["message"].startswith("'NET' takes at most 1 mail below it and would have 2")
