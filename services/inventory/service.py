"""The inventory service, as the chassis runs it."""

from __future__ import annotations

from schemas.topics import CATALOG, CRM_INVENTORY, FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis.service import Service
from services.inventory.consume import ROUTES, TIMERS
from services.inventory.lookups import LOOKUPS
from services.inventory.publish import publish
from services.inventory.stored import CATEGORIES, STORED
from services.inventory.views import pages

SERVICE = Service(
    name="inventory",
    events_topic=INVENTORY_EVENTS,
    topics=(CRM_INVENTORY, CATALOG, ORDER_EVENTS, FULFILLMENT_EVENTS),
    routes=ROUTES,
    timers=TIMERS,
    categories=CATEGORIES,
    stored=STORED,
    publish=publish,
    shown=frozenset({"instance", "contract"}),
    pages=pages,
    lookups=LOOKUPS,
)
