"""Worlds that go on from one in which the catalog and the installed base were heard in peace.

AFTERSALE_TEST_SEEDS says in how many orders of arrival each scenario is played.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.journey.effects import effects_of
from tests.scenarios import SETUP, Sent
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
