"""LIM-01: how large the messages of a plan become, known before anything is appended."""

from __future__ import annotations

import json
from collections.abc import Mapping

from services.fulfillment.domain.blueprint import Blueprint, DomainOrder, PlannedTask, Reason
from services.fulfillment.domain.catalog import Scalar

MAX_MESSAGE = 1024 * 1024
_ENVELOPE = 4096
"""What headers and the fields around the lists may take."""
_SMALL = 500
"""So many domain orders and tasks fit whatever their ids are."""
_DATE = len(',"plannedEnd":"2026-01-05T09:00:00.000000+00:00"')


def too_large(blueprint: Blueprint) -> Reason | None:
    """Why the plan cannot be announced at all; None when it can."""
    size = announced(blueprint)
    if size <= MAX_MESSAGE:
        return None
    return Reason(
        rule="LIM-01",
        message=f"the plan has {len(blueprint.domain_orders)} domain orders: telling of them takes "
        f"{size} bytes and {MAX_MESSAGE} are allowed; order it in several smaller ones",
    )


def tasks_apart(blueprint: Blueprint) -> bool:
    """Whether the tasks have to be told of with their domain orders, because one message cannot hold all."""
    size = announced(blueprint)
    return size > 0 and size + sum(map(_task, blueprint.tasks)) > MAX_MESSAGE


def announced(blueprint: Blueprint) -> int:
    """Bytes that `plan.created` takes at most, its tasks not counted; 0 when it is small in any case."""
    if len(blueprint.domain_orders) + len(blueprint.tasks) < _SMALL:
        return 0
    lines = sum(_text(line) + 1 for line in blueprint.line_ids)
    return _ENVELOPE + lines + sum(map(_order, blueprint.domain_orders))


def _order(order: DomainOrder) -> int:
    needed = (order.domain_order_id, order.kind, order.action, order.specification_id, order.line_id)
    size = len('{"domainOrderId":,"kind":,"action":,"specificationId":,"lineId":},') + sum(map(_text, needed))
    for name, value in (
        ("instanceId", order.instance_id),
        ("parentId", order.parent_id),
        ("pairId", order.pair_id),
    ):
        size += 0 if value is None else len(f',"{name}":') + _text(value)
    return size


def _task(task: PlannedTask) -> int:
    size = len('{"taskId":,"name":,"kind":,"domainOrderId":},')
    size += sum(map(_text, (task.task_id, task.name, task.kind, task.domain_order_id)))
    size += _DATE if task.end is not None else 0
    return size + (len(',"after":[]') + sum(_text(id) + 1 for id in task.after) if task.after else 0)


def _text(text: str) -> int:
    """Bytes of a JSON string with its quotes."""
    if text.isascii() and text.isalnum():
        return len(text) + 2
    return len(json.dumps(text, ensure_ascii=False).encode())


def values_size(*values: Mapping[str, Scalar]) -> int:
    """Bytes that characteristics take in a message."""
    return sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in values)
