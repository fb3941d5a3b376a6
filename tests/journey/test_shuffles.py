"""Whatever the order and however often our own messages arrive: a few hundred orders of arrival each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.playing import EVERY
from tests.journey.worlds import SEEDS, effects, forked, played
from tests.scenarios import Scenario


@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.name)
def test_every_order_of_arrival_ends_in_the_same_state_with_the_same_effects(scenario: Scenario) -> None:
    calm = played(forked(None, scenario), scenario)
    wanted, pages = effects(calm), calm.pages()
    for seed in range(SEEDS):
        world = played(forked(seed, scenario), scenario)
        assert differences(pages, world.pages()) == [], f"seed {seed}"
        assert differences(wanted, effects(world)) == [], f"seed {seed}"
        assert world.parked() == [], f"seed {seed}"


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> list[Any]:
    return [
        (key, one.get(key), other.get(key)) for key in sorted(one | other) if one.get(key) != other.get(key)
    ]
