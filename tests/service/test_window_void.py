"""A window whose suspend was canceled on its day has no resume that wakes what others suspend."""

from __future__ import annotations

import pytest

from tests.journey.worlds import play
from tests.scenarios import place
from tests.service.test_schedules import APRIL, FEBRUARY, lines, page, standing, state, until
from tests.service.test_turns import completed


@pytest.mark.rule("SUS-15", "D-10")
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_the_resume_of_a_window_goes_with_its_suspend_and_wakes_nobody(seed: int | None) -> None:
    world = standing(seed=seed)
    world.answer = lambda task: None if task["orderId"] == "X" else "completed"
    window = place("W", "suspend", "HOME", start=FEBRUARY, end=APRIL)
    other = place("W2", "suspend", "MOB", start=FEBRUARY, end=APRIL)
    play(world, ((window, other, place("X", "disconnect", "HOME")),))
    until(world, FEBRUARY)
    assert lines(world, "W") == {"1": "scheduled", "2": "scheduled"}
    completed(world)
    assert lines(world, "W") == {"1": "canceled", "2": "canceled"}
    found = page(world, "order", "W")
    assert found["state"] == "canceled"
    assert {one["rule"]: one["lineId"] for one in found["reasons"]} == {"CHG-17": "1", "SUS-15": "2"}
    assert lines(world, "W2") == {"1": "completed", "2": "scheduled"}
    until(world, APRIL)
    assert (lines(world, "W2")["2"], state(world, "MOB")) == ("completed", "active")


@pytest.mark.rule("SUS-15")
def test_what_somebody_else_has_suspended_since_rests_on() -> None:
    world = standing()
    play(world, ((place("W", "suspend", "HOME", start=FEBRUARY, end=APRIL),),))
    play(world, ((place("F", "suspend", "HOME", reason="not paid"),),))
    until(world, FEBRUARY)
    assert lines(world, "W") == {"1": "canceled", "2": "canceled"}
    until(world, APRIL)
    assert state(world, "HOME") == "suspended"
