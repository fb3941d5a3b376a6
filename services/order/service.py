"""The order service, as the chassis runs it."""

from __future__ import annotations

from schemas.topics import CATALOG, CRM_ORDERS, FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis.service import Category, Service
from services.order.consume import ROUTES
from services.order.domain import instance, order, return_case, specification, term
from services.order.domain.specification import Specification
from services.order.handlers import NAMED_BY
from services.order.lookups import LOOKUPS
from services.order.publish import publish
from services.order.stored import STORED
from services.order.views import pages


def _nothing_yet(id: str) -> None:  # noqa: ARG001
    return None


def _no_version_yet(id: str) -> Specification:
    return Specification(id=id)


SERVICE = Service(
    name="order",
    events_topic=ORDER_EVENTS,
    topics=(CRM_ORDERS, CATALOG, INVENTORY_EVENTS, FULFILLMENT_EVENTS),
    routes=ROUTES,
    categories=(
        Category(name="order", initial=_nothing_yet, evolve=order.evolve),
        Category(name="return", initial=_nothing_yet, evolve=return_case.evolve),
        Category(name="instance", initial=_nothing_yet, evolve=instance.evolve),
        Category(name="term", initial=_nothing_yet, evolve=term.evolve),
        Category(name="specification", initial=_no_version_yet, evolve=specification.evolve, shared=True),
    ),
    stored=STORED,
    publish=publish,
    shared_rows=frozenset({NAMED_BY}),
    shown=frozenset({"order", "return"}),
    pages=pages,
    lookups=LOOKUPS,
)
