"""CHG-13: what an order would break between products is said when it is approved, and refuses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import ORDER_EVENTS
from tests.journey.worlds import forked, play
from tests.scenarios import Sent, line, place
from tests.world import World


def entry(id: str, **more: Any) -> Sent:
    return "specification.publish", {
        "specificationId": id,
        "version": "7",
        "name": id,
        "kind": "product",
        **more,
    }


def related(type_: str, target: str) -> dict[str, Any]:
    return {"compatibility": [{"type": type_, "target": target}]}


def owned(id: str, specification: str, parent: str | None = None) -> Sent:
    said = {"instanceId": id, "accountId": "ACME", "kind": "product", "specificationId": specification}
    return "instance.load", {**said, "state": "active", **({"parentId": parent} if parent else {})}


PARTS = [{"type": "bundles", "target": target} for target in ("wire", "phone", "lock", "key")]
CATALOG = (
    entry("wire"),
    entry("key"),
    entry("phone", **related("requires", "wire")),
    entry("lock", **related("excludes", "key")),
    entry("house", relationships=PARTS),
)
BASE = (
    owned("HOUSE", "house"),
    owned("WIRE", "wire", "HOUSE"),
    owned("PHONE", "phone", "HOUSE"),
    owned("LOCK", "lock", "HOUSE"),
    owned("LONE", "phone"),
)


def warned(*stages: tuple[Sent, ...]) -> tuple[World, list[tuple[str, str]]]:
    """The world after these stages, and the warnings of order C1 as (rule, line)."""
    world = play(forked(None), (CATALOG, BASE, *stages))
    return world, [(one["rule"], one["lineId"]) for one in world.pages()["order", "C1"]["warnings"]]


@pytest.mark.rule("CHG-13", "APP-05")
def test_ending_what_another_product_requires_is_a_warning_and_the_order_is_approved() -> None:
    world, found = warned((place("C1", "disconnect", "WIRE"),))
    assert found == [("CHG-13", "1")]
    assert world.pages()["order", "C1"]["state"] == "in_progress"
    [said] = [body for message, body in world.messages(ORDER_EVENTS) if "order.approved" in message.type]
    assert said["warnings"][0]["message"].startswith("PHONE (phone) requires wire, and after this order")


@pytest.mark.rule("CHG-13")
def test_adding_what_another_product_excludes_is_one() -> None:
    added = line("1", "add", specificationId="key", parentInstanceId="HOUSE")
    asked = place("C1", None, lines=[added], approve=False)
    world, found = warned((asked,), (("order.approve", {"orderId": "C1"}),))
    assert found == [("CHG-13", "1")]
    assert world.pages()["order", "C1"]["state"] == "in_progress"


@pytest.mark.rule("CHG-13")
def test_so_is_adding_what_excludes_another_that_is_there() -> None:
    key = owned("KEY", "key", "HOUSE")
    end = place("C0", "disconnect", "LOCK")
    again = place("C1", None, lines=[line("1", "add", specificationId="lock", parentInstanceId="HOUSE")])
    world, found = warned((end,), (key,), (again,))
    assert found == [("CHG-13", "1")]
    assert world.pages()["order", "C1"]["state"] == "in_progress"


@pytest.mark.rule("CHG-13")
def test_making_it_something_else_is_one() -> None:
    changed = line("1", "change", instanceId="WIRE", specificationId="key")
    _, found = warned((place("C1", None, lines=[changed]),))
    assert found == [("CHG-13", "1"), ("CHG-13", "1")]


@pytest.mark.rule("CHG-13")
@pytest.mark.parametrize("ended", [("WIRE", "PHONE"), ("HOUSE",), ("LONE",), ("LOCK",)])
def test_what_ends_together_or_never_held_is_none(ended: tuple[str, ...]) -> None:
    _, found = warned((place("C1", "disconnect", *ended),))
    assert found == []


@pytest.mark.rule("CHG-13")
def test_adding_what_requires_something_that_is_not_there_is_one() -> None:
    phone = line("1", "add", specificationId="phone", parentInstanceId="BARE")
    bare = (owned("BARE", "house"),)
    world, found = warned(bare, (place("C1", None, lines=[phone]),))
    assert found == [("CHG-13", "1")]
    assert world.pages()["order", "C1"]["state"] == "in_progress"
    wire = line("2", "add", specificationId="wire", parentInstanceId="BARE")
    _, found = warned(bare, (place("C1", None, lines=[phone, wire]),))
    assert found == []
