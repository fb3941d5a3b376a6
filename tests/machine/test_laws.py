"""Anything at all is asked of the three services; whenever all is quiet the laws of the rule book hold."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.machine.course import Difference
from tests.machine.laws import held
from tests.machine.laws.faults import FOUND_BY, Plant
from tests.machine.laws.held import LAWS
from tests.machine.laws.machine import Anything
from tests.machine.playing import FIRST, QUICK, ROUND, STEPS, played, played_by_all

HOW = settings(ROUND, max_examples=12)
SHORT = settings(HOW, stateful_step_count=12, phases=QUICK.phases)
"""Most faults show when orders come to their end, so that is not far."""
SHARE = 4
"""Of so many steps beside the model, one here."""


@pytest.mark.rule(
    "D-12", "D-15", "D-22", "CHG-07", "CHG-08", "CON-07", "CON-11", "DEC-04", "DOM-04", "RMA-02"
)
def test_the_laws_hold_whatever_is_asked() -> None:
    total = played_by_all(Anything, STEPS // SHARE, HOW)
    print(f"{total} steps in which the laws held, from seed {FIRST} on")


@pytest.mark.parametrize("plant", FOUND_BY, ids=lambda plant: plant.__name__)
def test_a_law_finds_the_fault_that_is_planted_for_it(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    monkeypatch.setattr(held, "LAWS", (FOUND_BY[plant],))
    with pytest.raises(Difference, match=FOUND_BY[plant].__name__):
        played(Anything, 6000, FIRST, how=SHORT)


def test_each_law_has_a_fault_that_it_finds() -> None:
    assert set(FOUND_BY.values()) == set(LAWS)
