"""What closed in a hierarchy of products before inventory told of it, and which orders are at work there.

An order is planned by what inventory told when it reserved; what other orders have closed since is known
here, whichever message comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.fulfillment.domain.compatibility_break import Product
from services.fulfillment.domain.reservation import Standing
from services.fulfillment.domain.value import value

# ----------------------------------------------------------------------------------------- events


@value
class HierarchyJoined:
    """An order is at work in it; `settled` are the changes that inventory has told by now."""

    order_id: str
    settled: tuple[str, ...] = ()


@value
class HierarchyChanged:
    """Work of this order has closed, or was undone: these are gone, these are there."""

    order_id: str
    gone: tuple[str, ...] = ()
    there: tuple[Product, ...] = ()


@value
class HierarchyLeft:
    """Nothing of this order is to be done any more."""

    order_id: str


HierarchyEvent = HierarchyJoined | HierarchyChanged | HierarchyLeft

# ------------------------------------------------------------------------------------------ state


@dataclass(slots=True, kw_only=True)
class Hierarchy:
    root_id: str
    orders: dict[str, None] = field(default_factory=dict)
    changes: dict[str, Product | None] = field(default_factory=dict)
    """By instance; None: it is gone."""


def initial(id: str) -> Hierarchy:
    return Hierarchy(root_id=id)


def evolve(state: Hierarchy, event: HierarchyEvent) -> Hierarchy:
    match event:
        case HierarchyJoined(order_id=order, settled=settled):
            state.orders[order] = None
            for id in settled:
                state.changes.pop(id, None)
        case HierarchyChanged(gone=gone, there=there):
            state.changes.update(dict.fromkeys(gone))
            state.changes.update({one.instance_id: one for one in there})
        case HierarchyLeft(order_id=order):
            state.orders.pop(order, None)
    return state


# ----------------------------------------------------------------------------------------- decide


def joined(order_id: str, told: Iterable[Standing], state: Hierarchy) -> tuple[HierarchyEvent, ...]:
    """Nothing when it is at work there already, and nothing is settled."""
    settled = tuple(_settled({one.instance_id: one for one in told}, state))
    if order_id in state.orders and not settled:
        return ()
    return (HierarchyJoined(order_id=order_id, settled=settled),)


def _settled(told: dict[str, Standing], state: Hierarchy) -> Iterator[str]:
    for id, change in state.changes.items():
        one = told.get(id)
        if change is None:
            known = one is None
        else:
            known = one is None or (not one.pending and one.specification_id == change.specification_id)
        if known:
            yield id


def standing(told: Iterable[Product], pending: frozenset[str], state: Hierarchy) -> tuple[Product, ...]:
    """What stands there by what inventory told, and by what has closed since."""
    found = []
    for one in told:
        if one.instance_id not in state.changes:
            found += [] if one.instance_id in pending else [one]
        elif (change := state.changes[one.instance_id]) is not None:
            found.append(change)
    return tuple(found)


def changed(
    order_id: str, gone: Iterable[str], there: Iterable[Product], state: Hierarchy
) -> tuple[HierarchyChanged, ...]:
    """What is news."""
    new_gone = tuple(id for id in gone if state.changes.get(id, ...) is not None)
    new_there = tuple(one for one in there if state.changes.get(one.instance_id) != one)
    if not new_gone and not new_there:
        return ()
    return (HierarchyChanged(order_id=order_id, gone=new_gone, there=new_there),)


def left(order_id: str, state: Hierarchy) -> tuple[HierarchyLeft, ...]:
    return (HierarchyLeft(order_id=order_id),) if order_id in state.orders else ()
