"""Worlds that go on from one in which the catalog and the installed base were heard in peace.

AFTERSALE_TEST_SEEDS says in how many orders of arrival each scenario is played.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from functools import cache

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.journey.effects import effects_of
from tests.scenarios import SETUP, Scenario, Sent
from tests.scenarios_dated import MOMENTS
from tests.scenarios_in_flight import ByHand
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


def played(world: World, scenario: Scenario) -> World:
    """All of its stages, and then moment by moment what comes later."""
    world.time_ends = world.clock.at + timedelta(hours=1)
    play(world, scenario.stages)
    for moment in MOMENTS:
        world.time_ends = datetime.fromisoformat(moment)
        world.run()
        world.clock.at = max(world.clock.at, world.time_ends)
        play(world, (scenario.later.get(moment, ()),))
    return world


@cache
def prepared() -> World:
    return play(World([ORDER, INVENTORY, FULFILLMENT]), SETUP)


def forked(seed: int | None, scenario: Scenario | None = None) -> World:
    """One in which what the scenario needs before it begins was heard as well."""
    world = (_before(scenario) if scenario is not None and scenario.before else prepared()).forked(seed)
    world.time_passes = True
    world.answer = lambda task: None if task["orderId"] in ByHand() else "completed"
    return world


_BEFORE: dict[str, World] = {}


def _before(scenario: Scenario) -> World:
    if scenario.name not in _BEFORE:
        _BEFORE[scenario.name] = play(prepared().forked(None), scenario.before)
    return _BEFORE[scenario.name]


def effects(world: World) -> dict[str, dict[str, Counter[str]]]:
    return {name: effects_of(one.store.log(one.began, 1_000_000)) for name, one in world.readers.items()}
