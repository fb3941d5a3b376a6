"""The page of an instance: what `aftersale show instance` and the account page print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.chassis.service import Page
from services.inventory.domain.instance import Instance


def pages(category: str, id: str, state: Any) -> Iterable[Page]:
    """One page per instance, ended ones included."""
    if category != "instance" or not isinstance(state, Instance):
        return ()
    return (Page(kind="instance", id=id, account=state.record.account_id, body=_body(state)),)


def _body(instance: Instance) -> dict[str, Any]:
    record, held = instance.record, instance.held
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
        "reservedBy": {"orderId": held.order_id, "version": held.version} if held else None,
        "contractLines": [],
        "entitlements": [],
        "operations": [],
    }
