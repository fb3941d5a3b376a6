"""What happens to a plan by DOM-04: what stands beside its products, and what is stopped for it."""

from __future__ import annotations

from services.fulfillment.domain.blueprint import DomainOrder, DomainOrderState
from services.fulfillment.domain.compatibility_break import Break, Product
from services.fulfillment.domain.value import value


@value
class StandingNoted:
    """What stands in these hierarchies without this plan, and what its domain orders make there."""

    root_ids: tuple[str, ...]
    standing: tuple[Product, ...]
    made: tuple[Product, ...] = ()
    account_wide: tuple[str, ...] = ()
    """New roots for which all is told that they require, wherever it stands in the account."""


@value
class StandingChanged:
    """Another order has changed what stands there."""

    order_id: str
    gone: tuple[str, ...] = ()
    there: tuple[Product, ...] = ()


@value
class DomainOrderStopped:
    """All is done for it, and it does not close: this would not hold any more."""

    version: int
    domain_order: DomainOrder
    previous: DomainOrderState
    breaks: tuple[Break, ...]
    reason: str


@value
class CompatibilityWaived:
    """A person lets it close all the same, and has said why."""

    version: int
    domain_order_id: str
    breaks: tuple[Break, ...]
    reason: str


CompatibilityEvent = StandingNoted | StandingChanged | DomainOrderStopped | CompatibilityWaived
