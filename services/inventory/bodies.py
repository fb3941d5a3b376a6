"""The parts that messages of inventory share, written as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.inventory.domain.record import Record
from services.inventory.domain.reserved import Affected, ReservedLine, Standing
from services.inventory.domain.words import Reason

Body = dict[str, Any]


def present(data: Body) -> Body:
    return {name: value for name, value in data.items() if value is not None}


def reasons(found: Sequence[Reason]) -> list[Body]:
    return [
        present({"rule": one.rule, "message": one.message, "lineId": one.line_id, "field": one.field})
        for one in found
    ]


def instance(record: Record) -> Body:
    """All that stands in the installed base of it, what it does not have too."""
    return {
        "instanceId": record.instance_id,
        "accountId": record.account_id,
        "kind": record.kind,
        "specificationId": record.specification_id,
        "specificationVersion": record.specification_version,
        "offeringId": record.offering_id,
        "parentId": record.parent_id,
        "rootId": record.root_id,
        "name": record.name,
        "state": record.state,
        "location": record.location,
        "quantity": record.quantity,
        "characteristics": record.characteristics,
        "externalId": record.external_id,
        "start": record.start.isoformat() if record.start else None,
    }


def line(one: ReservedLine) -> Body:
    return present(
        {
            "lineId": one.line_id,
            "action": one.action,
            "kind": one.kind,
            "move": one.move,
            "instanceId": one.instance_id,
            "newInstanceId": one.new_instance_id,
            "parentLineId": one.parent_line_id,
            "specificationId": one.specification_id,
            "specificationVersion": one.specification_version,
            "characteristics": one.characteristics,
            "location": one.location,
            "quantity": one.quantity,
            "transient": one.transient,
            "return": one.return_,
        }
    )


def affected(one: Affected) -> Body:
    """Written out rather than filtered: an order has one for each instance that it touches."""
    data: Body = {
        "instanceId": one.instance_id,
        "lineId": one.line_id,
        "action": one.action,
        "kind": one.kind,
        "specificationId": one.specification_id,
        "state": one.state,
        "characteristics": one.characteristics,
        "new": one.new,
    }
    if one.specification_version is not None:
        data["specificationVersion"] = one.specification_version
    if one.parent_id is not None:
        data["parentId"] = one.parent_id
    if one.location is not None:
        data["location"] = one.location
    if one.side is not None:
        data["side"] = one.side
    if one.pair_id is not None:
        data["pairId"] = one.pair_id
    if one.quantity is not None:
        data["quantity"] = one.quantity
    return data


def standing(found: tuple[Standing, ...]) -> Body:
    """Left out where an order touches nothing that the catalog relates to another product."""
    return {"standing": [_stands(one) for one in found]} if found else {}


def _stands(one: Standing) -> Body:
    body: Body = {
        "instanceId": one.instance_id,
        "rootId": one.root_id,
        "specificationId": one.specification_id,
        "state": one.state,
    }
    if one.specification_version is not None:
        body["specificationVersion"] = one.specification_version
    if one.account_wide:
        body["accountWide"] = True
    return body
