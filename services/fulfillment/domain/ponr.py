"""The point of no return: which lines are past it, and what that allows (D-11, D-18, D-19)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from services.fulfillment.domain.alterations import Charge
from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import PonrPassed, TaskClosed


def passed(closed: TaskClosed, task: OpenTask, plan: Plan) -> tuple[PonrPassed, ...]:
    """INF-06: a marked task that closes complete passes it, once; one that a person skips does not."""
    marks = task.planned.marks
    if marks is None or marks.ponr is None or closed.skipped is not None or closed.task_id in plan.passed:
        return ()
    return (
        PonrPassed(
            version=plan.version,
            task_id=closed.task_id,
            domain_order_id=closed.domain_order_id,
            line_id=plan.orders[closed.domain_order_id].brief.line_id,
            kind=marks.ponr,
            charge=marks.charge,
        ),
    )


def points(plan: Plan) -> Iterator[tuple[str, PonrPassed]]:
    """Each point that counts, with the line it is of now: what was undone is past nothing any more."""
    for point in plan.passed.values():
        order = plan.orders[point.domain_order_id]
        if order.state not in ("cancellation_in_progress", "canceled"):
            yield order.brief.line_id, point


def charges(plan: Plan, line_ids: Collection[str]) -> tuple[Charge, ...]:
    """D-11: what a change of these lines costs."""
    return tuple(
        Charge(line_id=line_id, task_id=task_id, charge=charge)
        for line_id, task_id, charge in (*_passed(plan), *_held(plan))
        if charge is not None and line_id in line_ids
    )


def _passed(plan: Plan) -> Iterator[tuple[str, str, str | None]]:
    for line_id, point in points(plan):
        yield line_id, point.task_id, point.charge


def _held(plan: Plan) -> Iterator[tuple[str, str, str | None]]:
    """What was done and waits for a person is paid for, though its line is past nothing until it closes."""
    for id, task in plan.tasks.items():
        marks, order = task.planned.marks, plan.orders[task.planned.domain_order_id]
        if not task.completed or task.gone or task.state in OVER or marks is None or id in plan.passed:
            continue
        if marks.ponr == "soft" and order.state not in ("cancellation_in_progress", "canceled"):
            yield order.brief.line_id, id, marks.charge


def revised_past(plan: Plan, line_ids: Collection[str]) -> tuple[Reason, ...]:
    """D-11: every line of these that cannot be revised any more."""
    return tuple(
        Reason(
            rule="D-11",
            line_id=line_id,
            message=f"line {line_id} is past its point of no return ({_task(plan, point)} is done), so it "
            "stays as it is: leave it unchanged, the other lines can still be revised",
        )
        for line_id, point in _hard(plan, line_ids)
    )


def canceled_past(plan: Plan, line_ids: Collection[str]) -> tuple[Reason, ...]:
    """D-19: every line for which the order cannot be canceled as a whole."""
    return tuple(
        Reason(
            rule="D-19",
            line_id=line_id,
            message=f"line {line_id} is past its point of no return ({_task(plan, point)} is done), so the "
            "order cannot be canceled as a whole: cancel the other lines by naming them in lineIds",
        )
        for line_id, point in _hard(plan, line_ids)
    )


def _hard(plan: Plan, line_ids: Collection[str]) -> list[tuple[str, PonrPassed]]:
    """The first point of each line, in the order of the plan."""
    found: dict[str, PonrPassed] = {}
    for line_id, point in points(plan):
        if point.kind == "hard" and line_id in line_ids:
            found.setdefault(line_id, point)
    return list(found.items())


def _task(plan: Plan, point: PonrPassed) -> str:
    return f"task {plan.tasks[point.task_id].planned.name}"
