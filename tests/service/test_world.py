"""Whatever the order and however often our own messages arrive, the world ends in the same state."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.journey.scenes import terms_of
from tests.journey.worlds import play, prepared
from tests.scenarios import SCENARIOS, SETUP, Scenario
from tests.world import World

SEEDS = int(os.environ.get("AFTERSALE_TEST_SEEDS", "5"))


@cache
def before() -> dict[tuple[str, str], Any]:
    """Every page before a scenario begins."""
    return prepared().pages()


def played(scenario: Scenario, seed: int | None) -> World:
    return play(prepared().forked(seed), scenario.stages)


@pytest.mark.rule("APP-04")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_journey_ends_as_it_should(scenario: Scenario) -> None:
    world = played(scenario, None)
    pages = {**before(), **world.pages()}
    assert world.parked() == []
    assert {id: pages["order", id]["state"] for id in scenario.orders} == dict(scenario.orders)
    assert {id: pages["instance", id]["state"] for id in scenario.instances} == dict(scenario.instances)
    for (id, name), value in scenario.values.items():
        assert pages["instance", id]["characteristics"][name] == value
    for (id, term), state in scenario.terms.items():
        assert terms_of(pages["instance", id]).get(term) == state, term
    for id, rules in scenario.rules.items():
        assert set(rules) <= {reason["rule"] for reason in pages["order", id]["reasons"]}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_repeated_and_shuffled_messages_change_nothing(scenario: Scenario) -> None:
    calm = played(scenario, None).pages()
    for seed in range(SEEDS):
        shuffled = played(scenario, seed).pages()
        assert differences(calm, shuffled) == [], f"seed {seed}"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_catalog_and_what_is_owned_may_arrive_in_any_order(seed: int) -> None:
    shuffled = play(World([ORDER, INVENTORY, FULFILLMENT], seed), SETUP)
    assert differences(before(), shuffled.pages()) == []


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> list[Any]:
    return [
        (key, one.get(key), other.get(key)) for key in sorted(one | other) if one.get(key) != other.get(key)
    ]
