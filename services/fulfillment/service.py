"""The fulfillment service, as the chassis runs it."""

from __future__ import annotations

from typing import Any

from schemas.topics import CATALOG, FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS, RESULTS
from services.chassis.service import Category, Service
from services.fulfillment.consume import ROUTES, TIMERS
from services.fulfillment.domain import catalog, hierarchy, plan
from services.fulfillment.handlers import REPORT
from services.fulfillment.lookups import LOOKUPS
from services.fulfillment.missing import ACCOUNT, HIERARCHY, PLAN, SPECIFICATION
from services.fulfillment.publish import publish
from services.fulfillment.stored import STORED
from services.fulfillment.views import pages


def _nothing_known(id: str) -> None:
    """Reports on tasks that were never planned are kept and decide nothing."""


def _kept(state: None, event: Any) -> None:  # noqa: ARG001
    return None


SERVICE = Service(
    name="fulfillment",
    events_topic=FULFILLMENT_EVENTS,
    topics=(CATALOG, ORDER_EVENTS, INVENTORY_EVENTS, RESULTS),
    routes=ROUTES,
    timers=TIMERS,
    categories=(
        Category(name=PLAN, initial=plan.initial, evolve=plan.evolve),
        Category(name=SPECIFICATION, initial=catalog.initial, evolve=catalog.evolve, shared=True),
        Category(name=HIERARCHY, initial=hierarchy.initial, evolve=hierarchy.evolve),
        Category(name=ACCOUNT, initial=hierarchy.initial, evolve=hierarchy.evolve),
        Category(name=REPORT, initial=_nothing_known, evolve=_kept),
    ),
    stored=STORED,
    publish=publish,
    shown=frozenset({"plan"}),
    pages=pages,
    lookups=LOOKUPS,
)
