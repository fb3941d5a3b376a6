"""Versions of what is owned: taken along by a change, left alone where they are to stay, or all at once."""

from __future__ import annotations

from typing import Any

import pytest

from services.cli.upgrading import Upgrade, orders, owned
from tests.journey.worlds import forked, play
from tests.scenarios import Sent, line, place
from tests.world import World

TV = {"specificationId": "tv", "name": "TV", "kind": "product"}


def published(version: str, **more: Any) -> Sent:
    return "specification.publish", {**TV, "version": version, **more}


def loaded(id: str, version: str = "1", **more: Any) -> Sent:
    said = {
        "instanceId": id,
        "accountId": "ACME",
        "kind": "product",
        "specificationId": "tv",
        "state": "active",
    }
    return "instance.load", {**said, "specificationVersion": version, **more}


def owning(**newer: Any) -> World:
    base = (loaded("TV-1"), loaded("TV-2"), loaded("TV-3", "2"), loaded("TV-4", accountId="OTHER"))
    return play(forked(None), ((published("2", **newer),), base))


def version(world: World, id: str) -> str:
    return str(world.pages()["instance", id]["specificationVersion"])


@pytest.mark.rule("CHG-05")
def test_a_change_takes_the_version_on_offer() -> None:
    world = play(owning(), ((place("O1", "change", "TV-1"),),))
    assert (version(world, "TV-1"), version(world, "TV-2")) == ("2", "1")


@pytest.mark.rule("CHG-05")
def test_where_versions_are_to_stay_a_change_is_refused() -> None:
    world = play(owning(upgradeOnChange=False), ((place("O1", "change", "TV-1"),),))
    [reason] = world.pages()["order", "O1"]["reasons"]
    assert (reason["rule"], reason["field"]) == ("CHG-05", "specificationId")
    assert "say 'upgrade': true" in reason["message"]
    assert version(world, "TV-1") == "1"


@pytest.mark.rule("CHG-05")
def test_what_is_of_the_version_on_offer_can_be_changed_all_the_same() -> None:
    world = play(owning(upgradeOnChange=False), ((place("O1", "change", "TV-3"),),))
    assert world.pages()["order", "O1"]["state"] == "completed"


@pytest.mark.rule("CHG-05")
def test_an_order_that_says_so_upgrades_even_there_also_when_it_is_approved_later() -> None:
    world = owning(upgradeOnChange=False)
    asked = place("O1", "change", "TV-1", upgrade=True, approve=False)
    play(world, ((asked,), (("order.approve", {"orderId": "O1"}),)))
    assert version(world, "TV-1") == "2"


@pytest.mark.rule("CHG-06")
def test_all_instances_of_a_version_are_taken_to_the_one_on_offer() -> None:
    world = owning(upgradeOnChange=False)
    upgrade = Upgrade("tv", "1", per_order=1, approve=True)
    placed = list(orders(owned(world.readers["order"].store, upgrade), upgrade))
    assert sorted(order["selection"] for order in placed) == [["TV-1"], ["TV-2"], ["TV-4"]]
    play(world, (tuple(("order.place", order) for order in placed),))
    assert {id: version(world, id) for id in ("TV-1", "TV-2", "TV-3", "TV-4")} == dict.fromkeys(
        ("TV-1", "TV-2", "TV-3", "TV-4"), "2"
    )
    assert list(orders(owned(world.readers["order"].store, upgrade), upgrade)) == []


@pytest.mark.rule("CHG-06")
def test_asked_for_again_the_same_orders_are_written() -> None:
    upgrade = Upgrade("tv", None, per_order=100)
    found = {("ACME", "product"): ["TV-1", "TV-2"], ("ACME", "resource"): ["R"]}
    assert list(orders(found, upgrade)) == list(orders(found, upgrade))
    assert [order["selection"] for order in orders(found, upgrade)] == [["TV-1", "TV-2"]]


@pytest.mark.rule("CHG-14")
@pytest.mark.parametrize(("type_", "rules"), [("amend", []), ("renew", []), ("no_change", ["CHG-14"])])
def test_nothing_may_be_left_of_a_quantity_where_terms_are_amended_or_renewed(
    type_: str, rules: list[str]
) -> None:
    none = line("1", "change", instanceId="TV-1", quantity=0, contractLine={"type": type_})
    world = play(owning(), ((place("O1", None, lines=[none], approve=False),),))
    found = [reason["rule"] for reason in world.pages()["order", "O1"]["reasons"]]
    assert [rule for rule in found if rule == "CHG-14"] == rules
