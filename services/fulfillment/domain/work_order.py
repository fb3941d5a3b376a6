"""The work order of a field task: what people on site do for it, and which report it goes with (ORC-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from services.fulfillment.domain.blueprint import Reason, Refused
from services.fulfillment.domain.catalog import TaskKind
from services.fulfillment.domain.value import value

WorkOrderState = Literal[
    "draft",
    "ready_for_dispatch",
    "assigned",
    "accepted",
    "work_in_progress",
    "closed_complete",
    "closed_incomplete",
    "canceled",
]
_FITS: Mapping[str, tuple[WorkOrderState, ...]] = {
    "in_progress": ("ready_for_dispatch", "assigned", "accepted", "work_in_progress"),
    "completed": ("closed_complete",),
    "failed": ("closed_incomplete", "canceled"),
}


@value
class WorkOrder:
    """What was said of one; the note is a token."""

    state: WorkOrderState
    note: str | None = None


@value
class Note:
    """What changed about a work order, as it stands on the domain order."""

    task_id: str
    state: WorkOrderState
    note: str | None = None


def fits(said: WorkOrder, task_id: str, kind: TaskKind, result: str) -> None:
    """Raises `Refused` when the task has no work order, or its state contradicts the result (DOM-03)."""
    if kind != "field":
        message = f"task {task_id} is of kind {kind}, and only field work has a work order: leave it out"
        raise Refused(Reason(rule="ORC-02", field="workOrder", message=message))
    if said.state in _FITS[result]:
        return
    raise Refused(
        Reason(
            rule="DOM-03",
            field="workOrder.state",
            message=f"with the result {result} a work order is {' or '.join(_FITS[result])}, not "
            f"{said.state}: {_right(said.state)}",
        )
    )


def _right(state: WorkOrderState) -> str:
    for result, states in _FITS.items():
        if state in states:
            return f"report a work order that is {state} with the result {result}"
    return f"{state} is what it is before the task is asked for, and nobody reports that"
