"""ORC-02: what happens to a field task happens to its work order, and is noted on its domain order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.fulfillment.domain.alterations import DoneAllTheSame, TaskDropped, TaskRedone, TaskWithdrawn
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import (
    AttemptFailed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
)
from services.fulfillment.domain.work_order import Note, WorkOrderState

NOTES = 50
"""So many notes of a domain order are shown, the latest; the log keeps all."""

_Change = tuple[WorkOrderState | None, str | None]
"""The state of the work order from now on, None where it stays, and a note."""


def follow(plan: Plan, event: PlanEvent) -> None:
    """Of a task that is no field work nothing is noted."""
    change = _CHANGES.get(type(event))
    if change is None:
        return
    about: Any = event
    task = plan.tasks[about.task_id]
    if task.planned.kind == "field":
        _note(plan, task, *change(event))


def _note(plan: Plan, task: OpenTask, state: WorkOrderState | None, note: str | None) -> None:
    state = state or task.work_order
    if state == task.work_order and note is None:
        return
    task.work_order = state
    order = plan.orders[task.planned.domain_order_id]
    told = Note(task_id=task.planned.task_id, state=state, note=note)
    order.notes = [*order.notes[1 - NOTES :], told]


def _asked(event: TaskReleased) -> _Change:
    return "ready_for_dispatch", event.reason


def _started(event: TaskStarted) -> _Change:
    return (event.work_order.state if event.work_order else "work_in_progress"), _said(event)


def _closed(event: TaskClosed) -> _Change:
    if event.skipped is not None:
        return "closed_incomplete", event.skipped
    return "closed_complete", _said(event)


def _failed(event: AttemptFailed | TaskHeld) -> _Change:
    """A visit that nobody told of in time may still be made."""
    if event.unanswered:
        return None, event.message
    return (event.work_order.state if event.work_order else "closed_incomplete"), _said(event)


def _withdrawn(event: TaskWithdrawn) -> _Change:
    return ("draft" if event.again else "canceled"), event.reason


def _dropped(event: TaskDropped) -> _Change:
    return (None if event.was == "closed_complete" else "canceled"), event.reason


def _redone(event: TaskRedone) -> _Change:
    return "draft", event.reason


def _all_the_same(event: DoneAllTheSame) -> _Change:
    return "closed_complete", _said(event)


def _said(event: TaskStarted | TaskClosed | AttemptFailed | TaskHeld | DoneAllTheSame) -> str | None:
    return (event.work_order.note if event.work_order else None) or event.message


_CHANGES: Mapping[type, Callable[[Any], _Change]] = {
    TaskReleased: _asked,
    TaskStarted: _started,
    TaskClosed: _closed,
    AttemptFailed: _failed,
    TaskHeld: _failed,
    TaskWithdrawn: _withdrawn,
    TaskDropped: _dropped,
    TaskRedone: _redone,
    DoneAllTheSame: _all_the_same,
}
