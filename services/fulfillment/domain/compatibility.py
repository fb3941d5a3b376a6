"""DOM-04: whether products of one hierarchy still go together when the work on one of them would close.

Judged is what the plan itself breaks: what holds with everything of the plan left out, and does not hold with
everything of it done, whatever of it is closed already. What is new stood nowhere before: what it requires
must be there, and nothing that it excludes; of a newer version, what the one before did not say. So lines
that only together make it right do not stop each other, and what was broken before is nobody's fault. What a
new root requires may stand anywhere in the account, and so it is counted there; how many there are at most
is a matter of one hierarchy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from services.fulfillment.domain.catalog import Compatibility
from services.fulfillment.domain.compatibility_break import Break, Key, Product
from services.fulfillment.domain.state import OpenOrder, Plan

_Hierarchy = dict[str, Product]


def broken(plan: Plan, order: OpenOrder) -> tuple[Break, ...]:
    """What would not hold any more because of this domain order; nothing of what a person has waived."""
    if not (plan.standing or plan.made) or order.brief.kind != "product":
        return ()
    touched = [id for id in changed_by(order) if id in plan.standing or id in plan.made]
    found = {one.key(): one for id in touched for one in _of(plan, id)}
    return tuple(one for key, one in found.items() if key not in plan.waived)


def wrong(plan: Plan) -> dict[Key, Break]:
    """All that would not hold with everything of the plan done, whosever fault it is."""
    found: dict[Key, Break] = {}
    for root in {one.root_id: None for one in (*plan.standing.values(), *plan.made.values())}:
        after = _after(plan, _before(plan, root), root)
        has = _count(after)
        for product in after.values():
            for rule in product.rules:
                own = 1 if rule.target == product.specification_id else 0
                if product.instance_id in plan.account_wide and rule.type == "requires":
                    breaks = tuple(_of_account(plan, product, rule, own))
                else:
                    breaks = tuple(_of_hierarchy(product, rule, has[rule.target] - own))
                found.update({one.key(): one for one in breaks})
    return found


def _of_hierarchy(product: Product, rule: Compatibility, there: int) -> Iterator[Break]:
    if not holds(rule, there):
        yield Break(product=product.named(), rule=rule, there=there)


def changed_by(order: OpenOrder) -> tuple[str, ...]:
    """The instances that it makes, ends or turns; neither side of a move is another product than it was."""
    details = order.details
    if details is None or details.side is not None or details.instance_id is None:
        return ()
    return (details.instance_id, *details.composed_of)


def concerns(order: OpenOrder) -> tuple[str, ...]:
    """What it changes, or brings along to a new place."""
    details = order.details
    if details is not None and arrives(order) and details.instance_id is not None:
        return (details.instance_id, *details.composed_of)
    return changed_by(order)


def arrives(order: OpenOrder) -> bool:
    """The second side of a move."""
    return order.details is not None and order.details.side == "provide"


def ends(order: OpenOrder) -> bool:
    return order.brief.action == "disconnect"


def stopped_because(order: OpenOrder, breaks: tuple[Break, ...]) -> str:
    """A sentence for a person: what is wrong, and what would be right."""
    brief = order.brief
    what = f"{brief.domain_order_id} ({brief.action} of {brief.instance_id}, {brief.specification_id})"
    wrong = "; ".join(one.said() for one in breaks)
    own = brief.instance_id if not ends(order) else None
    right = "; or ".join(dict.fromkeys(one.right(one.product.instance_id == own) for one in breaks))
    return f"{what} does not close: {wrong}. What would be right: {right}"


def _of(plan: Plan, id: str) -> Iterator[Break]:
    was, becomes = plan.standing.get(id), plan.made.get(id)
    names = {one.specification_id for one in (was, becomes) if one is not None}
    if not names & plan.targets and not (becomes and becomes.rules):
        return
    root = (was or becomes or _NOWHERE).root_id
    before = _before(plan, root)
    after = _after(plan, before, root)
    had, has = _count(before), _count(after)
    same = was is not None and becomes is not None and was.specification_id == becomes.specification_id
    known = was.rules if was is not None and same else ()
    for product in after.values():
        is_new = product.instance_id == id and becomes is not None
        for rule in product.rules:
            if is_new or rule.target in names:
                own = 1 if rule.target == product.specification_id else 0
                wide = product.instance_id in plan.account_wide and rule.type == "requires"
                if is_new and wide and rule not in known:
                    yield from _of_account(plan, product, rule, own)
                    continue
                now, then = has[rule.target] - own, had[rule.target] - own
                fresh = (
                    is_new and rule not in known and (product.instance_id != root or rule.type == "excludes")
                )
                if not holds(rule, now) and (fresh or holds(rule, then)):
                    yield Break(product=product.named(), rule=rule, there=now)


def _of_account(plan: Plan, product: Product, rule: Compatibility, own: int) -> Iterator[Break]:
    least = replace(rule, max=None)
    roots = {one.root_id for one in (*plan.standing.values(), *plan.made.values())}
    there = sum(_count(_after(plan, _before(plan, root), root))[rule.target] for root in roots) - own
    if not holds(least, there):
        yield Break(product=product.named(), rule=least, there=there)


_NOWHERE = Product(instance_id="", root_id="", specification_id="")


def _before(plan: Plan, root: str) -> _Hierarchy:
    """What stands there without the plan; at the new place of a move, what came along."""
    along = {
        id: one for id, one in plan.made.items() if one.root_id == root and _is_wanted(plan, id, along=True)
    }
    return {**along, **{id: one for id, one in plan.standing.items() if one.root_id == root}}


def _after(plan: Plan, before: _Hierarchy, root: str) -> _Hierarchy:
    after = {
        **before,
        **{id: one for id, one in plan.made.items() if one.root_id == root and _is_wanted(plan, id)},
    }
    for id in before:
        order = plan.orders.get(plan.touching.get(id, ""))
        if order is not None and ends(order) and live(order):
            del after[id]
    return after


def _is_wanted(plan: Plan, id: str, along: bool = False) -> bool:
    order = plan.orders.get(plan.touching.get(id, ""))
    return order is not None and live(order) and (arrives(order) or not along)


def live(order: OpenOrder) -> bool:
    return order.state not in ("cancellation_in_progress", "canceled")


def _count(products: _Hierarchy) -> Counter[str]:
    return Counter(one.specification_id for one in products.values())


def holds(rule: Compatibility, count: int) -> bool:
    """With so many of the others there."""
    if rule.type == "excludes":
        return count == 0
    return count >= max(1, rule.min or 0) and (rule.max is None or count <= rule.max)
