"""DEC-05: a value that is found on the way goes on to where the catalog maps it, while that is open."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from services.fulfillment.domain.catalog import Values
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.state import OpenOrder, Plan
from services.fulfillment.domain.value import value


@value
class Reached:
    """Values on their way from one domain order to another, by their names there."""

    source: OpenOrder
    target: OpenOrder
    values: Values


def reached(plan: Plan, order: OpenOrder, found: Values) -> Iterator[Reached]:
    """Every domain order that values found in this one come to, each once, the nearest first."""
    queue, seen = deque([(order, dict(found))]), {order.brief.domain_order_id}
    while queue:
        source, values = queue.popleft()
        for id, copied in _copies(source, values).items():
            target = plan.orders[id]
            if id in seen or target.state in OVER or target.state == "cancellation_in_progress":
                continue
            seen.add(id)
            yield Reached(source=source, target=target, values=copied)
            queue.append((target, copied))


def compared(plan: Plan, order: OpenOrder, found: Values) -> Iterator[tuple[OpenOrder, Values]]:
    """The domain orders whose own line gives what would come to them otherwise, with what would."""
    ways = ((order, found), *((one.target, one.values) for one in reached(plan, order, found)))
    for source, values in ways:
        for copy in source.details.compared if source.details else ():
            target = plan.orders[copy.domain_order_id]
            if copy.characteristic in values and target.state not in (*OVER, "cancellation_in_progress"):
                yield target, {copy.as_: values[copy.characteristic]}


def _copies(source: OpenOrder, values: Values) -> dict[str, Values]:
    copied: dict[str, Values] = {}
    for copy in source.details.copies if source.details else ():
        if copy.characteristic in values:
            copied.setdefault(copy.domain_order_id, {})[copy.as_] = values[copy.characteristic]
    return copied
