"""Values that are found while a decision is made: laid over those of the plan, which they never change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.fulfillment.domain.blueprint import DomainOrder
from services.fulfillment.domain.catalog import Scalar, Values
from services.fulfillment.domain.events import ValuesCopied
from services.fulfillment.domain.spreading import reached
from services.fulfillment.domain.state import OpenOrder, Plan


class Found:
    """What domain orders are known by now; one of which nothing was found is as it is in the plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._values: dict[str, Values] = {}

    def values_of(self, order: OpenOrder) -> Values:
        return self._values.get(order.brief.domain_order_id, order.values)

    def details_of(self, order: OpenOrder) -> DomainOrder:
        details, values = planned_as(order), self.values_of(order)
        return details if values is details.characteristics else replace(details, characteristics=values)

    def add(self, order: OpenOrder, found: Mapping[str, Scalar]) -> Iterator[ValuesCopied]:
        """DEC-05: a value found on the way goes on to where the catalog maps it, while that is open."""
        if not found:
            return
        self._add(order, found)
        for one in reached(self._plan, order, dict(found)):
            self._add(one.target, one.values)
            yield ValuesCopied(
                domain_order_id=one.target.brief.domain_order_id,
                source_id=one.source.brief.domain_order_id,
                characteristics=one.values,
            )

    def _add(self, order: OpenOrder, found: Mapping[str, Scalar]) -> None:
        """Written anew: events that were decided on before keep theirs."""
        self._values[order.brief.domain_order_id] = {**self.values_of(order), **found}


def planned_as(order: OpenOrder) -> DomainOrder:
    """Every domain order of a plan is planned with the plan itself."""
    assert order.details is not None
    return order.details
