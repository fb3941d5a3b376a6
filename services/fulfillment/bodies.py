"""The parts that messages of plans share, written as JSON has them."""

from __future__ import annotations

from typing import Any

from services.chassis.service import Happened
from services.fulfillment.domain.blueprint import DomainOrder, DomainOrderBrief, PlannedTask, Reason

Body = dict[str, Any]


def about(version: int, happened: Happened) -> Body:
    return {"orderId": happened.id, "accountId": happened.account, "version": version}


def present(**fields: Any) -> Body:
    return {name: value for name, value in fields.items() if value is not None}


def brief(order: DomainOrderBrief) -> Body:
    body: Body = {
        "domainOrderId": order.domain_order_id,
        "kind": order.kind,
        "action": order.action,
        "specificationId": order.specification_id,
        "lineId": order.line_id,
    }
    if order.instance_id is not None:
        body["instanceId"] = order.instance_id
    if order.parent_id is not None:
        body["parentId"] = order.parent_id
    if order.pair_id is not None:
        body["pairId"] = order.pair_id
    return body


def brief_task(task: PlannedTask) -> Body:
    body: Body = {
        "taskId": task.task_id,
        "name": task.name,
        "kind": task.kind,
        "domainOrderId": task.domain_order_id,
    }
    if task.after:
        body["after"] = task.after
    if task.end is not None:
        body["plannedEnd"] = task.end
    if task.marks is not None:
        body |= present(undo=True if task.marks.undoes else None, reason=task.marks.why)
    return body


def reason(reason: Reason) -> Body:
    return present(rule=reason.rule, message=reason.message, lineId=reason.line_id, field=reason.field)


# What is not there is left out one by one: a dictionary of all fields that is filtered then costs twice, and
# there are two such messages for every instance that an order touches.
def say_what(order: DomainOrder, body: Body) -> None:
    body["domainOrderId"] = order.domain_order_id
    body["kind"] = order.kind
    body["action"] = order.action
    body["specificationId"] = order.specification_id
    body["lineId"] = order.line_id
    body["characteristics"] = order.characteristics
    if order.side is not None:
        body["side"] = order.side
    if order.specification_version is not None:
        body["specificationVersion"] = order.specification_version
    if order.priority is not None:
        body["priority"] = order.priority
    if order.location is not None:
        body["location"] = order.location


def say_where(order: DomainOrder, body: Body) -> None:
    """Its instance, and its place among the others."""
    if order.instance_id is not None:
        body["instanceId"] = order.instance_id
    if order.parent_id is not None:
        body["parentId"] = order.parent_id
    if order.pair_id is not None:
        body["pairId"] = order.pair_id
    if order.new_instance:
        body["newInstance"] = True
    if order.parent_instance_id is not None:
        body["parentInstanceId"] = order.parent_instance_id
    if order.composed_of:
        body["composedOf"] = order.composed_of
