"""Random commands, answers, days, duplicates and shuffles: the three services beside the reference model.

AFTERSALE_MACHINE_STEPS says how many steps, AFTERSALE_MACHINE_SEED where the random ones begin: each round of
about a thousand steps has the seed that follows on that of the round before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from services.fulfillment.domain import difference
from services.inventory.domain import fulfil, judge, land, table
from tests.machine.catalog import BASE, prepared
from tests.machine.course import Difference
from tests.machine.machine import Machine
from tests.machine.seen import thing_of

STEPS = int(os.environ.get("AFTERSALE_MACHINE_STEPS", "2000"))
FIRST = int(os.environ.get("AFTERSALE_MACHINE_SEED", "1"))
WORKERS = (os.cpu_count() or 1) if STEPS >= 10_000 else 1
"""So many processes: what takes seconds is not worth starting another one for."""
ROUND = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
QUICK = settings(ROUND, phases=(Phase.generate,))


def played(steps: int, first: int, stride: int = 1, how: settings = ROUND) -> int:
    """So many steps, in rounds that each have a seed of their own; how many there were."""
    Machine.steps = 0
    while Machine.steps < steps:
        run_state_machine_as_test(seed(first)(Machine), settings=how)
        first += stride
    return Machine.steps


def played_side_by_side(steps: int, first: int, workers: int) -> int:
    """The same, dealt out to processes; the first difference that one of them finds ends them all."""
    dealt = [(-(-steps // workers), first + at, workers) for at in range(workers)]
    with get_context("spawn").Pool(workers) as pool:
        return sum(pool.imap_unordered(_share, dealt))


def _share(dealt: tuple[int, int, int]) -> int:
    return played(*dealt)


def test_both_begin_with_the_same() -> None:
    pages = prepared().pages()
    assert [thing_of(pages["instance", thing.id]) for thing in BASE] == list(BASE)


@pytest.mark.rule("D-01", "D-02", "D-07", "D-10", "D-17", "D-19", "D-22", "CHG-16", "INV-18", "INV-19")
def test_the_services_do_what_the_model_says() -> None:
    total = played_side_by_side(STEPS, FIRST, WORKERS) if WORKERS > 1 else played(STEPS, FIRST)
    print(f"{total} steps without a difference, from seed {FIRST} on")


# ------------------------------------------------------------------------------------ planted faults


def resumes_what_is_active(patch: pytest.MonkeyPatch) -> None:
    row = dict(table._ROWS)
    row["active"] = ("yes",) * 7
    patch.setattr(table, "_ROWS", row)


def rests_only_what_is_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(table, "_SHOWN_AT_APPROVAL", {"change": "change_pending"})


def keeps_what_a_cancel_gives_back(patch: pytest.MonkeyPatch) -> None:
    for module in (land, fulfil):
        patch.setattr(module, "released", lambda *_: ())


def reserves_what_another_order_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(judge, "RULES", tuple(rule for rule in judge.RULES if rule is not judge.one_open_change))


def goes_on_with_what_was_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(difference.Difference, "drop", lambda *_: None)


@pytest.mark.parametrize(
    "plant",
    [
        resumes_what_is_active,
        rests_only_what_is_named,
        keeps_what_a_cancel_gives_back,
        reserves_what_another_order_holds,
        goes_on_with_what_was_dropped,
    ],
)
def test_a_fault_that_is_planted_in_a_rule_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Difference):
        played(3000, FIRST, how=QUICK)
