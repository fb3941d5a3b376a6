"""A dated line about what has moved or was replaced meanwhile is told by which id that goes on (D-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.in_flight import page, send, state
from tests.journey.worlds import forked
from tests.scenarios import ask, place


@pytest.mark.rule("D-10", "MOV-09")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_day_after_a_move_names_what_it_has_become(seed: int | None) -> None:
    world = forked(seed)
    world.time_passes = False
    send(world, place("O1", "suspend", "HOME", start="2026-01-20T00:00:00Z"))
    send(world, place("O2", "move", "HOME", location="SITE-2"))
    assert (state(world), state(world, "O2")) == ("in_progress", "completed")
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=30)
    world.run()
    [reason] = page(world, "order", "O1")["reasons"]
    moved = page(world, "order", "O2")["lines"][0]["instanceId"]
    assert moved == "HOME"
    assert reason["message"] == (
        "'HOME' has ended, and goes on as 'O2~1' since it was moved or replaced: order it for that one"
    )
    assert page(world, "instance", "O2~1")["state"] == "active"


@pytest.mark.rule("MOV-V3")
def test_one_line_of_a_move_is_not_dropped_alone_by_the_rule_of_moves() -> None:
    world = forked(None)
    world.time_passes = False
    world.answer = lambda _: None
    send(world, place("O1", "move", "HOME", location="SITE-2"), ask("cancel", "O1", lineIds=["2"]))
    refused = [data for one, data in world.messages("order.events") if "refused" in one.type]
    assert [reason["rule"] for reason in refused[-1]["reasons"]] == ["MOV-V3"]
