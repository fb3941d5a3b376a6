"""What the page of a plan says of fallouts, field work, dates and risks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.fulfillment.domain.fallout import advice
from services.fulfillment.domain.jeopardy import is_planned
from services.fulfillment.domain.outlook import DONE
from services.fulfillment.domain.risk import Level, Risk
from services.fulfillment.domain.state import Jeopardy, OpenFallout, OpenOrder, OpenTask, Plan

Body = dict[str, Any]


def fallouts(found: Iterable[OpenFallout]) -> list[Body]:
    """Those that are not closed, each with what a person can do about it."""
    return [
        {
            "falloutId": each.fallout_id,
            "taskId": each.task_id,
            "domainOrderId": each.domain_order_id,
            "type": each.type,
            "stage": each.stage,
            "rule": each.rule,
            "message": each.message,
            "assignee": each.assignee,
            "resolution": each.resolution,
            "advice": advice(each.fallout_id, each.task_id, each.rule, each.stage, each.message),
        }
        for each in found
    ]


def notes(order: OpenOrder) -> Body:
    """ORC-02: what changed about its field work; nothing where there is none."""
    found = [{"taskId": one.task_id, "workOrder": one.state, "note": one.note} for one in order.notes]
    return {"notes": found} if found else {}


def work_order(task: OpenTask) -> Body:
    """Of field work alone."""
    return {"workOrder": {"state": task.work_order}} if task.planned.kind == "field" else {}


def with_risks(body: Body, plan: Plan) -> Body:
    """JEO-01: the risk of the order, and of each line, domain order and task that is open.

    Of a plan without durations, and of one that is done, the page stays as it is.
    """
    if not plan.timed or plan.over():
        return body
    usual: Level | None = "low" if is_planned(plan) else None
    told = plan.jeopardy or Jeopardy()
    tasks = [_task(task, plan, told.tasks, usual) for task in body["tasks"]]
    orders = [_with_risk(each, each["domainOrderId"], told.orders, usual) for each in body["domainOrders"]]
    lines = [_line(id, plan, told.lines, usual) for id, count in plan.open_lines.items() if count]
    ends = [plan.dates[line["lineId"]][1] for line in lines if line["lineId"] in plan.dates]
    risk = {"risk": told.level or usual, "expectedEnd": _text(told.end or max(ends, default=None))}
    return {**body, **risk, "lines": lines, "domainOrders": orders, "tasks": tasks}


def _task(body: Body, plan: Plan, told: Mapping[str, Risk], usual: Level | None) -> Body:
    task = plan.tasks[body["taskId"]]
    due = task.due if task.state in ("open", "in_progress") else None
    return {**_with_risk(body, body["taskId"], told, usual, task.end), "due": _text(due)}


def _line(id: str, plan: Plan, told: Mapping[str, Risk], usual: Level | None) -> Body:
    _, planned = plan.dates.get(id, (None, None))
    return _with_risk({"lineId": id}, id, told, usual, planned)


def _with_risk(
    body: Body, id: str, told: Mapping[str, Risk], usual: Level | None, planned: datetime | None = None
) -> Body:
    """Expected as planned where nothing else was told."""
    if body.get("state") in DONE:
        return {**body, "risk": None, "plannedEnd": _text(planned), "expectedEnd": None}
    found = told.get(id)
    end = found.end if found else planned
    level = found.level if found else usual
    return {**body, "risk": level, "plannedEnd": _text(planned), "expectedEnd": _text(end)}


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
