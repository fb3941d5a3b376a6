"""An instance of the product as the reference model has it."""

from __future__ import annotations

from typing import Any

from tests.machine.model import Thing


def thing_of(page: dict[str, Any]) -> Thing:
    held = page["reservedBy"]
    terms = {one["contractLineId"]: one["state"] for one in page["contractLines"]}
    terms |= {one["entitlementId"]: one["state"] for one in page["entitlements"]}
    return Thing(
        page["instanceId"],
        page["specificationId"],
        page["kind"],
        page["parentId"],
        page["state"],
        page["location"],
        page["characteristics"].get("level"),
        held["orderId"] if held else None,
        terms,
    )
