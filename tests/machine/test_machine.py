"""Random commands, answers, days, duplicates and shuffles: the three services beside the reference model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.fulfillment.domain import difference
from services.inventory.domain import fulfil, judge, land, table
from tests.machine.catalog import BASE, prepared
from tests.machine.course import Difference
from tests.machine.machine import Machine
from tests.machine.playing import FIRST, QUICK, STEPS, played, played_by_all
from tests.machine.seen import thing_of


def test_both_begin_with_the_same() -> None:
    pages = prepared().pages()
    assert [thing_of(pages["instance", thing.id]) for thing in BASE] == list(BASE)


@pytest.mark.rule("D-01", "D-02", "D-07", "D-10", "D-17", "D-19", "D-22", "CHG-16", "INV-18", "INV-19")
def test_the_services_do_what_the_model_says() -> None:
    total = played_by_all(Machine, STEPS)
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
        played(Machine, 3000, FIRST, how=QUICK)
