"""The fallout of an order that waits for what the catalog lacks."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.service import Work
from services.fulfillment.domain.fallout import classified
from services.fulfillment.domain.state import Waiting
from services.fulfillment.domain.trouble_events import FalloutClosed, FalloutOpened

PLAN = "plan"
HIERARCHY = "hierarchy"
ACCOUNT = "account"
SPECIFICATION = "specification"


def fallout_of(order_id: str) -> str:
    return f"{order_id}.f1"


def open_fallout(waiting: Waiting, lacking: Sequence[str], work: Work) -> None:
    """Once, however long the order waits."""
    order_id = waiting.reservation.order_id
    if fallout_of(order_id) in waiting.fallouts:
        return
    message = f"the order waits for {_named(lacking)}: publish it, and the order goes on by itself"
    opened = FalloutOpened(
        version=waiting.reservation.version,
        fallout_id=fallout_of(order_id),
        task_id=None,
        domain_order_id=None,
        message=message,
        rule="DEC-01",
        type=classified("DEC-01"),
    )
    work.append(PLAN, order_id, opened)


def _named(lacking: Sequence[str]) -> str:
    """`tv@2` as people say it."""
    found = (id.rpartition("@") for id in lacking)
    return ", ".join(f"{id} in any version" if v == "any" else f"version {v} of {id}" for id, _, v in found)


def close_fallout(waiting: Waiting | None, how: str, work: Work) -> None:
    """The order does not wait any more."""
    if waiting is None or (id := fallout_of(waiting.reservation.order_id)) not in waiting.fallouts:
        return
    closed = FalloutClosed(version=waiting.reservation.version, fallout_id=id, task_id=None, resolution=how)
    work.append(PLAN, waiting.reservation.order_id, closed)
