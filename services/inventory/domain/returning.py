"""What another order has ended and a cancel would bring back: it counts as there until that has landed."""

from __future__ import annotations

from services.inventory.domain.sentence import names
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId, OrderId, SpecificationId


def until_landed(
    parent: InstanceId, specification: SpecificationId, installed: Installed, then: str
) -> str | None:
    """Why ended instances below a parent still count, and what to do `then`; None when there are none."""
    by_order: dict[OrderId, list[InstanceId]] = {}
    for id in installed.children(parent):
        one = installed.get(id)
        if one is None or one.held is None or one.state != "inactive":
            continue
        if one.record.specification_id == specification:
            by_order.setdefault(one.held.order_id, []).append(id)
    whys = (_why(order, ids) for order, ids in by_order.items())
    return f"{'; '.join(whys)}: {then}" if by_order else None


def _why(order: OrderId, ids: list[InstanceId]) -> str:
    them, count = ("it", "counts") if len(ids) == 1 else ("them", "count")
    return f"{names(ids)} {count} until order '{order}', which ends {them} and can still be canceled, is done"
