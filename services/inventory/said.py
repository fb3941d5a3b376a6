"""Parts of what inventory tells, in the words of the public language."""

from __future__ import annotations

from typing import Any

from services.inventory.domain.reserved import Standing


def standing(found: tuple[Standing, ...]) -> dict[str, Any]:
    """Left out where an order touches nothing that the catalog relates to another product."""
    return {"standing": [_stands(one) for one in found]} if found else {}


def _stands(one: Standing) -> dict[str, Any]:
    body = {
        "instanceId": one.instance_id,
        "rootId": one.root_id,
        "specificationId": one.specification_id,
        "state": one.state,
    }
    if one.specification_version is not None:
        body["specificationVersion"] = one.specification_version
    return body
