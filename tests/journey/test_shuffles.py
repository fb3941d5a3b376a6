"""Whatever the order and however often our own messages arrive: a few hundred orders of arrival each.

AFTERSALE_TEST_SEEDS is how many; the catalog and the installed base are heard in peace, once for all.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.journey.effects import effects_of
from tests.scenarios import CATALOG, SCENARIOS, SETUP, Scenario, Sent, ask, line, place
from tests.world import World

SEEDS = int(os.environ.get("AFTERSALE_TEST_SEEDS", "200"))

Stages = tuple[tuple[Sent, ...], ...]


def play(world: World, stages: Stages) -> World:
    """A stage is sent at once, the next one when all is quiet."""
    for stage in stages:
        for name, data in stage:
            world.send(name, data, account=data.get("accountId", "ACME"))
        world.run()
    return world


@cache
def prepared() -> World:
    return play(World([ORDER, INVENTORY, FULFILLMENT]), SETUP)


def forked(seed: int | None) -> World:
    world = prepared().forked(seed)
    world.time_passes = True
    return world


def effects(world: World) -> dict[str, dict[str, Counter[str]]]:
    return {name: effects_of(one.store.log(one.began, 1_000_000)) for name, one in world.readers.items()}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_order_of_arrival_ends_in_the_same_state_with_the_same_effects(scenario: Scenario) -> None:
    calm = play(forked(None), scenario.stages)
    wanted, pages = effects(calm), calm.pages()
    for seed in range(SEEDS):
        world = play(forked(seed), scenario.stages)
        assert differences(pages, world.pages()) == [], f"seed {seed}"
        assert differences(wanted, effects(world)) == [], f"seed {seed}"
        assert world.parked() == [], f"seed {seed}"


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> list[Any]:
    return [
        (key, one.get(key), other.get(key)) for key in sorted(one | other) if one.get(key) != other.get(key)
    ]
