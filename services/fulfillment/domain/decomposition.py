"""DEC-01..03, 05..07: from what was reserved, and the catalog, to the domain orders and tasks of a plan.

Domain orders follow the instance tree; the catalog adds what the new values now need and ends what they no
longer need.
"""

from __future__ import annotations

from collections.abc import Callable

from services.fulfillment.domain.addition import MAX_DOMAIN_ORDERS
from services.fulfillment.domain.blueprint import Blueprint, Reason
from services.fulfillment.domain.catalog import Heard
from services.fulfillment.domain.growth import Growth
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.targets import Seal
from services.fulfillment.domain.tasking import circle, laid_out
from services.fulfillment.domain.value import value

Catalog = Callable[[str], Heard]


@value
class Impossible:
    """No plan can be made of it."""

    reasons: tuple[Reason, ...]


@value
class Incomplete:
    """Targets that no published entry stands behind yet; `retired` are never coming back by waiting."""

    reasons: tuple[Reason, ...]


def missing(reservation: Reservation, catalog: Catalog) -> tuple[str, ...]:
    """The specification versions that are named and were not heard yet, as `id@version`.

    What is made new needs its entry in any version. An instance that names no version of an entry never
    published has a plan that closes by itself (DOM-06).
    """
    had = {instance.instance_id: instance.specification_id for instance in reservation.tree}
    named = set[tuple[str, str | None]]()
    own = set[str | None]()
    for line in reservation.lines:
        if line.action == "no_change" and line.return_ is None:
            continue
        own |= {line.instance_id, line.new_instance_id}
        if line.specification_version or had.get(line.instance_id or "") != line.specification_id:
            named.add((line.specification_id, line.specification_version))
    named |= {
        (instance.specification_id, instance.specification_version)
        for instance in reservation.tree
        if instance.specification_version is not None and instance.instance_id not in own
    }
    return tuple(
        sorted(f"{id}@{version or 'any'}" for id, version in named if catalog(id).named(version) is None)
    )


def decompose(
    reservation: Reservation, catalog: Catalog, seal: Seal, there: int = 0
) -> Blueprint | Impossible | Incomplete:
    """The plan, or every reason why there can be none; `there` are domain orders of earlier parts."""
    growth = Growth(reservation, catalog, seal, there)
    nodes = growth.grow()
    index = growth.more.settle()
    if growth.more.retired or growth.more.unpublished:
        reasons = (*growth.more.retired, *growth.more.unpublished)
        return Impossible(reasons=reasons) if growth.more.retired else Incomplete(reasons=reasons)
    if there + len(nodes) > MAX_DOMAIN_ORDERS:
        return Impossible(reasons=(_too_many(),))
    blueprint = laid_out(reservation, nodes, index)
    waiting = circle(blueprint)
    return Impossible(reasons=(_circular(waiting),)) if waiting else blueprint


def _too_many() -> Reason:
    return Reason(
        rule="LIM-01",
        message=f"the order needs more than the {MAX_DOMAIN_ORDERS} domain orders that fit a plan: "
        "order it in several smaller ones",
    )


def _circular(task_id: str) -> Reason:
    return Reason(
        rule="DEC-01",
        message=f"task {task_id} waits for itself through the 'after' of other entries: "
        "change one of those plans in the catalog",
    )
