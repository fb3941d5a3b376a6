"""What closed in a hierarchy of products before inventory told of it, and which orders are at work there.

An order is planned by what inventory told when it reserved; what other orders have closed since is known
here, whichever message comes first. Of an account it is known which orders have new roots, and what has
closed anywhere in it since a reservation began to wait for being planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.fulfillment.domain.compatibility_break import Product
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


@value
class ChangesAwaited:
    """A reservation waits: of the order, or of its part that is named here."""

    awaiting: str


@value
class ChangesNoted:
    """While reservations of other orders wait, work of this one has closed, or was undone."""

    order_id: str
    gone: tuple[str, ...] = ()
    there: tuple[Product, ...] = ()


@value
class ChangesTaken:
    """Nothing waits under this name any more."""

    awaiting: str


HierarchyEvent = (
    HierarchyJoined | HierarchyChanged | HierarchyLeft | ChangesAwaited | ChangesNoted | ChangesTaken
)

Changes = dict[str, Product | None]
"""By instance; None: it is gone."""

# ------------------------------------------------------------------------------------------ state


@dataclass(slots=True, kw_only=True)
class Hierarchy:
    root_id: str
    orders: dict[str, None] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    awaited: dict[str, Changes] = field(default_factory=dict)
    """Of an account: what has changed since each of these began to wait."""


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
        case ChangesAwaited(awaiting=awaiting):
            state.awaited[awaiting] = {}
        case ChangesNoted(gone=gone, there=there):
            _note(state, event.order_id, {**dict.fromkeys(gone), **{one.instance_id: one for one in there}})
        case ChangesTaken(awaiting=awaiting):
            state.awaited.pop(awaiting, None)
    return state


def _note(state: Hierarchy, order_id: str, news: Changes) -> None:
    """An order that waits in a part is told of its other parts by inventory."""
    for awaiting, changes in state.awaited.items():
        if awaiting.partition("~")[0] != order_id:
            changes.update(news)


# ----------------------------------------------------------------------------------------- decide


@value
class Told:
    """The products of a hierarchy as inventory told of them; what is `pending` is only about to come."""

    products: tuple[Product, ...] = ()
    pending: frozenset[str] = frozenset()


def joined(order_id: str, told: Told, state: Hierarchy, *, old: bool = False) -> tuple[HierarchyEvent, ...]:
    """Nothing when it is at work there already, and nothing is settled, as by what is `old`."""
    settled = () if old else tuple(_settled(told, state))
    if order_id in state.orders and not settled:
        return ()
    return (HierarchyJoined(order_id=order_id, settled=settled),)


def _settled(told: Told, state: Hierarchy) -> Iterator[str]:
    there = {one.instance_id: one for one in told.products}
    for id, change in state.changes.items():
        one = there.get(id)
        if one is None or (change is not None and id not in told.pending and _same(one, change)):
            yield id


def _same(one: Product, other: Product) -> bool:
    """Also by what its version says: it is of the version before until what has closed has landed."""
    return (one.specification_id, one.rules) == (other.specification_id, other.rules)


def standing(told: Told, changes: Changes) -> tuple[Product, ...]:
    """What stands there by what inventory told, and by what has closed since."""
    found = []
    for one in told.products:
        if one.instance_id not in changes:
            found += [] if one.instance_id in told.pending else [one]
        elif (change := changes[one.instance_id]) is not None:
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


def brought_up_to(products: Iterable[Product], since: Changes) -> tuple[Product, ...]:
    """What stood there, with what has come and gone since."""
    came = (one for one in since.values() if one is not None)
    return (*(one for one in products if one.instance_id not in since), *came)


def left(order_id: str, state: Hierarchy) -> tuple[HierarchyLeft, ...]:
    return (HierarchyLeft(order_id=order_id),) if order_id in state.orders else ()
