"""ORC-02: each state of a work order against each result, and which tasks have one."""

from __future__ import annotations

from typing import get_args

import pytest

from services.fulfillment.domain.blueprint import Refused
from services.fulfillment.domain.catalog import TaskKind, TaskSpecification
from services.fulfillment.domain.work_order import WorkOrder, WorkOrderState, fits
from tests.fulfillment import Given, entry, instance, line, made, plan, published, reserved

FITS = {
    "draft": None,
    "ready_for_dispatch": "in_progress",
    "assigned": "in_progress",
    "accepted": "in_progress",
    "work_in_progress": "in_progress",
    "closed_complete": "completed",
    "closed_incomplete": "failed",
    "canceled": "failed",
}


def refused(state: WorkOrderState, result: str, kind: TaskKind = "field") -> str | None:
    try:
        fits(WorkOrder(state=state), "O.1.visit", kind, result)
    except Refused as refusal:
        return refusal.reason.rule
    return None


@pytest.mark.rule("ORC-02", "DOM-03")
@pytest.mark.parametrize("result", ["in_progress", "completed", "failed"])
@pytest.mark.parametrize("state", get_args(WorkOrderState))
def test_a_work_order_is_reported_with_the_result_that_it_means(state: WorkOrderState, result: str) -> None:
    assert refused(state, result) == (None if FITS[state] == result else "DOM-03")


@pytest.mark.parametrize("kind", [kind for kind in get_args(TaskKind) if kind != "field"])
def test_only_field_work_has_a_work_order(kind: TaskKind) -> None:
    assert refused("assigned", "in_progress", kind) == "ORC-02"


def test_only_the_latest_notes_are_kept_at_hand() -> None:
    catalog = published(
        entry("internet", plans=[plan("change", TaskSpecification(name="visit", kind="field"))])
    )
    given = Given(made(reserved([line()], [instance("I", "internet")]), catalog))
    for day in range(60):
        said = WorkOrder(state="assigned", note=f"day {day}")
        given.report("O.1.visit", "in_progress", work_order=said)
    assert [note.note for note in given.plan.orders["O.1"].notes] == [f"day {day}" for day in range(10, 60)]
