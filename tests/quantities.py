"""A world of an account with things that are counted by a value."""

from __future__ import annotations

from typing import Any

from tests.counted import BASE, CATALOG
from tests.journey.worlds import forked, play
from tests.scenarios import Sent
from tests.world import World


def counting(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    """A world that has them, after these stages."""
    return play(forked(seed), (CATALOG, BASE, *stages))


def standing(world: World, *prefixes: str) -> dict[str, str]:
    """The instances that have not ended, with their states; of those ids that begin like this."""
    found = {id: page["state"] for (kind, id), page in world.pages().items() if kind == "instance"}
    return {id: state for id, state in found.items() if state != "inactive" and id.startswith(prefixes)}


def order(world: World, id: str = "Q1") -> Any:
    return world.pages()["order", id]


def lines(world: World, id: str = "Q1") -> dict[str, str]:
    return {one["lineId"]: one["state"] for one in order(world, id)["lines"]}
