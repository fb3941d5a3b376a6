"""Every topic: who writes it, how it is keyed, how many partitions, how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass

DAY_MS = 24 * 60 * 60 * 1000
HOUR_MS = 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`retention_ms` is None for a topic kept for ever; `partitions` None means the installation's count."""

    name: str
    writers: tuple[str, ...]
    holds: str
    external: bool = False
    """Written (also) by others: its messages are known by (source, id) and have no place."""
    answered_by: str | None = None
    """The service that answers its commands with `command.refused`, where several read it."""
    partitions: int | None = None
    retention_ms: int | None = None


CRM_ORDERS = "crm.orders"
CRM_INVENTORY = "crm.inventory"
CATALOG = "catalog.specifications"
ORDER_EVENTS = "order.events"
INVENTORY_EVENTS = "inventory.events"
FULFILLMENT_EVENTS = "fulfillment.events"
TASKS = "fulfillment.tasks"
RESULTS = "provisioning.results"
CHECKPOINTS = "audit.checkpoints"

GATEWAY = "/aftersale/gateway"
"""The source of what the gateway sends: its `actor` was identified. From others it is hearsay (D-21)."""

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(
            name=CRM_ORDERS,
            writers=("CRM", "gateway"),
            holds="order commands",
            external=True,
            retention_ms=14 * DAY_MS,
        ),
        Topic(
            name=CRM_INVENTORY,
            writers=("CRM", "migration"),
            holds="the installed base, loaded",
            external=True,
            retention_ms=14 * DAY_MS,
        ),
        Topic(
            name=CATALOG,
            writers=("catalog owner",),
            holds="specifications",
            external=True,
            answered_by="order",
            partitions=1,
        ),
        Topic(name=ORDER_EVENTS, writers=("order",), holds="what happened to orders"),
        Topic(
            name=INVENTORY_EVENTS, writers=("inventory",), holds="what happened to instances and reservations"
        ),
        Topic(name=FULFILLMENT_EVENTS, writers=("fulfillment",), holds="what happened to plans"),
        Topic(
            name=TASKS,
            writers=("fulfillment",),
            holds="work asked of provisioning systems",
            retention_ms=14 * DAY_MS,
        ),
        Topic(
            name=RESULTS,
            writers=("provisioning", "gateway"),
            holds="what became of the work",
            external=True,
            retention_ms=14 * DAY_MS,
        ),
        Topic(
            name=CHECKPOINTS,
            writers=("auditor",),
            holds="signed: what each log held",
            partitions=1,
        ),
    )
}


PLAIN = (CRM_ORDERS, CRM_INVENTORY, RESULTS, TASKS)
"""Topics of accounts that others write or must read: personal values are plain there until they expire."""


def parked(topic: str) -> str:
    """The topic that shows what could not be handled of another."""
    return f"{topic}.parked"
