"""What stands beside the products of a plan: by what inventory told, and what others have closed (DOM-04)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from services.chassis.service import Work
from services.fulfillment.domain import hierarchy
from services.fulfillment.domain.blueprint import DomainOrder
from services.fulfillment.domain.catalog import Compatibility, Heard
from services.fulfillment.domain.compatibility import arrives, changed_by, concerns, ends, live
from services.fulfillment.domain.compatibility_break import Product
from services.fulfillment.domain.compatibility_events import StandingNoted
from services.fulfillment.domain.hierarchy import Changes, Hierarchy, Told
from services.fulfillment.domain.reservation import Standing
from services.fulfillment.domain.state import OpenOrder, Plan
from services.fulfillment.domain.value import value
from services.fulfillment.missing import HIERARCHY, SPECIFICATION


@value
class Beside:
    """What is noted with the plan, and the hierarchies in which it is at work, as inventory told of each."""

    noted: StandingNoted
    joined: Mapping[str, Told]


def concerned(plan: Plan, told: Sequence[Standing]) -> bool:
    """Whether it touches anything that the catalog relates."""
    return bool(told or plan.standing or plan.made)


def found(plan: Plan, told: Sequence[Standing], since: Changes, work: Work) -> Beside:
    """For a plan as it is, or as it would be; `since` is what has come and gone while it waited."""
    own = _own(plan, told)
    by_root = _by_root(one for one in told if one.instance_id in own or not one.account_wide)
    elsewhere = _by_root(one for one in told if one.account_wide and one.instance_id not in own)
    wide = {one.root_id for one in told if one.account_wide and one.instance_id in own}
    new = {root for root, of_root in by_root.items() if _is_made_by(plan, root, of_root)}
    for root in new:
        del by_root[root]  # until it is there no other order can do anything in it (D-23)
    new |= {id for id, one in plan.made.items() if id == one.root_id and id not in plan.standing}
    roots = {root: _told(root, of_root, work) for root, of_root in (elsewhere | by_root).items()}
    held = _held(plan)
    products = [product for root in roots for product in _standing(root, roots[root], held, work)]
    news = {id: one for id, one in since.items() if one is None or wide or one.root_id in by_root}
    products = [*hierarchy.brought_up_to(products, news)]
    there = {**plan.standing, **{one.instance_id: one for one in products}}
    noted = StandingNoted(
        root_ids=tuple(roots),
        standing=tuple(products),
        made=tuple(_made(plan, there, new, work)),
        account_wide=tuple(sorted(wide)),
    )
    return Beside(noted=noted, joined={root: roots[root] for root in by_root})


def _held(plan: Plan) -> frozenset[str]:
    """What nobody else can change: of that inventory tells how it was before this order, whatever of it has
    closed."""
    orders = (one for one in plan.orders.values() if one.state != "canceled" and one.part in plan.parts)
    return frozenset(id for order in orders for id in concerns(order))


def _own(plan: Plan, told: Sequence[Standing]) -> set[str]:
    """What it makes, or turns into something else, or the same of another version."""
    stands = {one.instance_id: one for one in told}
    own = set[str]()
    for order in plan.orders.values():
        ids = changed_by(order)
        if order.brief.action == "add":
            own.update(ids)
        elif order.brief.action == "change" and ids and _is_another(order, stands.get(ids[0])):
            own.add(ids[0])
    return own


def _is_another(order: OpenOrder, was: Standing | None) -> bool:
    if was is None:
        return False
    version = order.details.specification_version if order.details is not None else None
    newer = None not in (version, was.specification_version) and version != was.specification_version
    return newer or order.brief.specification_id != was.specification_id


def _by_root(told: Iterable[Standing]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for one in told:
        found.setdefault(one.root_id, []).append(one)
    return found


def _is_made_by(plan: Plan, root: str, told: Sequence[Standing]) -> bool:
    """Nothing but a root that this plan is about to make."""
    made = (order.details for order in plan.orders.values())
    new = any(each is not None and each.instance_id == root and each.action == "add" for each in made)
    return new and all(one.pending and one.instance_id == root for one in told)


def _told(root: str, standing: Sequence[Standing], work: Work) -> Told:
    products = (
        Product(
            instance_id=one.instance_id,
            root_id=root,
            specification_id=one.specification_id,
            rules=_rules(one.specification_id, one.specification_version, work),
        )
        for one in standing
    )
    pending = frozenset(one.instance_id for one in standing if one.pending)
    return Told(products=tuple(products), pending=pending)


def _standing(root: str, told: Told, held: frozenset[str], work: Work) -> tuple[Product, ...]:
    state: Hierarchy = work.state(HIERARCHY, root)
    return hierarchy.standing(told, {id: one for id, one in state.changes.items() if id not in held})


def _made(plan: Plan, there: Mapping[str, Product], new: Collection[str], work: Work) -> Iterator[Product]:
    """What its domain orders add, or turn into something else. What has landed is as it is known to be.

    What moves is another one only in a hierarchy that is `new`.
    """
    roots = {id: one.root_id for id, one in (*plan.made.items(), *there.items())}
    roots.update({root: root for root in new})
    for order in plan.orders.values():
        details = order.details
        if order.brief.kind != "product" or details is None or ends(order):
            continue
        if not live(order):
            yield from _being_taken_back(order, plan)
            continue
        for id in concerns(order)[:1]:
            if order.part not in plan.parts:
                yield from (plan.made[id],) if id in plan.made else ()
            elif root := roots.get(id) or roots.get(details.parent_instance_id or ""):
                roots[id] = root
                if arrives(order) and root not in new:
                    continue
                yield from _made_by(id, root, details, there.get(id), work)


def _being_taken_back(order: OpenOrder, plan: Plan) -> Iterator[Product]:
    """It counts no more, and is to be told of when it is gone."""
    if order.state == "cancellation_in_progress":
        yield from (plan.made[id] for id in concerns(order)[:1] if id in plan.made)


def _made_by(id: str, root: str, details: DomainOrder, was: Product | None, work: Work) -> Iterator[Product]:
    """Nothing that is done once it is delivered (INV-17)."""
    specification = details.specification_id
    heard: Heard = work.state(SPECIFICATION, specification)
    entry = heard.named(details.specification_version)
    if entry is not None and entry.transient:
        return
    rules = entry.compatibility if entry is not None else ()
    newer = entry is not None and details.action == "change" and details.specification_version is not None
    if was is None or was.specification_id != specification or (newer and was.rules != rules):
        yield Product(instance_id=id, root_id=root, specification_id=specification, rules=rules)


def _rules(id: str, version: str | None, work: Work) -> tuple[Compatibility, ...]:
    """Of the version that it is of; of the current one where none is named."""
    heard: Heard = work.state(SPECIFICATION, id)
    entry = heard.named(version)
    return entry.compatibility if entry is not None else ()
