"""What stands in a hierarchy: as inventory told it, and as other orders have closed since (DOM-04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from services.fulfillment.domain.catalog import Compatibility
from services.fulfillment.domain.compatibility import holds
from services.fulfillment.domain.compatibility_break import Break, Product
from services.fulfillment.domain.hierarchy import (
    Hierarchy,
    HierarchyChanged,
    HierarchyEvent,
    HierarchyJoined,
    HierarchyLeft,
    Told,
    changed,
    evolve,
    initial,
    joined,
    left,
    standing,
)

Rules = tuple[Compatibility, ...]
NEWER = (Compatibility(type="requires", target="sauna"),)


def product(id: str, specification: str = "wire") -> Product:
    return Product(instance_id=id, root_id="HOUSE", specification_id=specification)


def told(id: str, *, pending: bool = False, specification: str = "wire", says: Rules = ()) -> Told:
    found = replace(product(id, specification), rules=says)
    return Told(products=(found,), pending=frozenset([id] if pending else []))


def together(*found: Told) -> Told:
    return Told(
        products=tuple(one for each in found for one in each.products),
        pending=frozenset(one for each in found for one in each.pending),
    )


def after(*events: HierarchyEvent) -> Hierarchy:
    state = initial("HOUSE")
    for event in events:
        state = evolve(state, event)
    return state


def there(state: Hierarchy, *found: Told) -> set[tuple[str, str]]:
    return {(one.instance_id, one.specification_id) for one in standing(together(*found), state.changes)}


ENDED = HierarchyChanged(order_id="A", gone=("W1",))
ADDED = HierarchyChanged(order_id="A", there=(product("A:1"),))


@pytest.mark.rule("DOM-04")
def test_what_another_order_has_closed_counts_though_inventory_had_not_heard_it() -> None:
    assert there(after(ENDED), told("W1"), told("W2")) == {("W2", "wire")}
    assert there(after(ADDED), told("A:1", pending=True)) == {("A:1", "wire")}
    turned = HierarchyChanged(order_id="A", there=(product("W1", "key"),))
    assert there(after(turned), told("W1")) == {("W1", "key")}


@pytest.mark.rule("DOM-04")
def test_what_is_only_about_to_come_does_not_count() -> None:
    assert there(after(), told("A:1", pending=True), told("W1")) == {("W1", "wire")}


@pytest.mark.rule("DOM-04")
@pytest.mark.parametrize(
    ("change", "found", "settled"),
    [
        (ENDED, (), ("W1",)),
        (ENDED, (told("W1"),), ()),
        (ADDED, (told("A:1"),), ("A:1",)),
        (ADDED, (told("A:1", pending=True),), ()),
        (ADDED, (), ("A:1",)),
        (ADDED, (told("A:1", specification="key"),), ()),
        (ADDED, (told("A:1", says=NEWER),), ()),
    ],
)
def test_a_change_is_kept_until_inventory_tells_it_too(
    change: HierarchyChanged, found: Iterable[Told], settled: tuple[str, ...]
) -> None:
    state, as_told = after(change), together(*found)
    assert joined("B", as_told, state) == (HierarchyJoined(order_id="B", settled=settled),)
    assert set(after(change, *joined("B", as_told, state)).changes) == set(state.changes) - set(settled)


def test_what_is_known_is_not_said_again() -> None:
    state = after(HierarchyJoined(order_id="A"), ENDED, ADDED)
    assert changed("A", ["W1"], [product("A:1")], state) == ()
    assert changed("A", ["W1", "W2"], [], state) == (HierarchyChanged(order_id="A", gone=("W2",)),)
    assert joined("A", together(told("W1"), told("A:1", pending=True)), state) == ()
    assert left("B", state) == ()
    assert after(HierarchyJoined(order_id="A"), HierarchyLeft(order_id="A")).orders == {}


NONE = Compatibility(type="excludes", target="wire")
ONE = Compatibility(type="requires", target="wire")
TWO_OR_THREE = Compatibility(type="requires", target="wire", min=2, max=3)


@pytest.mark.rule("DOM-04")
@pytest.mark.parametrize(
    ("rule", "counts"), [(NONE, {0}), (ONE, {1, 2, 3, 4}), (TWO_OR_THREE, {2, 3})], ids=["none", "one", "two"]
)
def test_how_many_there_may_be(rule: Compatibility, counts: set[int]) -> None:
    assert {count for count in range(5) if holds(rule, count)} == counts


@pytest.mark.parametrize(
    ("rule", "count", "said"),
    [
        (NONE, 1, "P (phone) does not go with wire, and 1 would be there"),
        (ONE, 0, "P (phone) requires wire, and none would be there"),
        (TWO_OR_THREE, 1, "P (phone) requires at least 2 wire, and 1 would be there"),
        (TWO_OR_THREE, 4, "P (phone) goes with at most 3 wire, and 4 would be there"),
    ],
)
def test_what_is_wrong_is_said(rule: Compatibility, count: int, said: str) -> None:
    assert Break(product=product("P", "phone"), rule=rule, there=count).said() == said
