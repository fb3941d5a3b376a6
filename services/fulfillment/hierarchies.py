"""What the plans of several orders know of one hierarchy of products, so that DOM-04 is judged right.

What inventory tells with a reservation is as of then. What other orders close in the same hierarchy is told
to a plan at once, and one that was stopped goes on when that has put it right. What a migration loads
meanwhile (`instance.load`) is not seen: whoever resolves the fallout knows, and can accept it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.service import Work
from services.fulfillment import meanwhile
from services.fulfillment.domain import hierarchy
from services.fulfillment.domain.alterations import DomainOrderCanceled, DomainOrderRevised
from services.fulfillment.domain.blueprint import DomainOrder
from services.fulfillment.domain.catalog import Compatibility, Heard
from services.fulfillment.domain.compatibility import arrives, changed_by, concerns, ends, live
from services.fulfillment.domain.compatibility_break import Product
from services.fulfillment.domain.compatibility_events import StandingChanged, StandingNoted
from services.fulfillment.domain.events import DomainOrderClosed, PlanEvent
from services.fulfillment.domain.hierarchy import Hierarchy
from services.fulfillment.domain.reservation import Standing
from services.fulfillment.domain.state import OpenOrder, Plan, PlanState
from services.fulfillment.missing import ACCOUNT, HIERARCHY, PLAN, SPECIFICATION

# ------------------------------------------------------------------------------------------- noted


def note(order_id: str, told: Sequence[Standing], work: Work, part: str | None = None) -> None:
    """What stands beside the products of a plan, or of a `part` of it, that was just made or changed."""
    plan: Plan = work.state(PLAN, order_id)
    if not told and not plan.standing and not plan.made:
        return
    since = meanwhile.take(part or order_id, plan.account_id, work)
    own = _own(plan, told)
    by_root = _by_root(one for one in told if one.instance_id in own or not one.account_wide)
    elsewhere = _by_root(one for one in told if one.account_wide and one.instance_id not in own)
    wide = {one.root_id for one in told if one.account_wide and one.instance_id in own}
    new = {root for root, of_root in by_root.items() if _is_made_by(plan, root, of_root)}
    for root in new:
        del by_root[root]  # until it is there no other order can do anything in it (D-23)
    new |= {id for id, one in plan.made.items() if id == one.root_id and id not in plan.standing}
    beside = {**elsewhere, **by_root}
    found = [product for root in beside for product in _standing(root, beside[root], work)]
    news = {id: one for id, one in since.items() if one is None or wide or one.root_id in by_root}
    found = [*hierarchy.brought_up_to(found, news)]
    there = {**plan.standing, **{one.instance_id: one for one in found}}
    noted = StandingNoted(
        root_ids=tuple(beside),
        standing=tuple(found),
        made=tuple(_made(plan, there, new, work)),
        account_wide=tuple(sorted(wide)),
    )
    work.append(PLAN, order_id, noted)
    for root, of_root in by_root.items():
        state: Hierarchy = work.state(HIERARCHY, root)
        work.append(HIERARCHY, root, *hierarchy.joined(order_id, of_root, state, old=bool(since)))
    if wide:
        account = plan.account_id
        work.append(ACCOUNT, account, *hierarchy.joined(order_id, (), work.state(ACCOUNT, account)))


def _own(plan: Plan, told: Sequence[Standing]) -> set[str]:
    """What it makes, or turns into something else."""
    stands = {one.instance_id: one.specification_id for one in told}
    own = set[str]()
    for order in plan.orders.values():
        ids, becomes = changed_by(order), order.brief.specification_id
        if order.brief.action == "add":
            own.update(ids)
        elif order.brief.action == "change" and ids and stands.get(ids[0], becomes) != becomes:
            own.add(ids[0])
    return own


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


def _standing(root: str, told: Sequence[Standing], work: Work) -> tuple[Product, ...]:
    products = (
        Product(
            instance_id=one.instance_id,
            root_id=root,
            specification_id=one.specification_id,
            rules=_rules(one.specification_id, one.specification_version, work),
        )
        for one in told
    )
    pending = frozenset(one.instance_id for one in told if one.pending)
    return hierarchy.standing(products, pending, work.state(HIERARCHY, root))


def _made(plan: Plan, there: Mapping[str, Product], new: Collection[str], work: Work) -> Iterator[Product]:
    """What its domain orders add, or turn into something else. What has landed is as it is known to be.

    What moves is another one only in a hierarchy that is `new`.
    """
    roots = {id: one.root_id for id, one in (*plan.made.items(), *there.items())}
    roots.update({root: root for root in new})
    for order in plan.orders.values():
        details = order.details
        if order.brief.kind != "product" or details is None or not live(order) or ends(order):
            continue
        for id in concerns(order)[:1]:
            if order.part not in plan.parts:
                yield from (plan.made[id],) if id in plan.made else ()
            elif root := roots.get(id) or roots.get(details.parent_instance_id or ""):
                roots[id] = root
                if arrives(order) and root not in new:
                    continue
                yield from _made_by(id, root, details, there.get(id), work)


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


# -------------------------------------------------------------------------------------------- told


@dataclass(slots=True, kw_only=True)
class _Changes:
    """In one hierarchy."""

    gone: list[str] = field(default_factory=list)
    there: list[Product] = field(default_factory=list)


def tell(order_id: str, events: Iterable[PlanEvent], work: Work) -> tuple[str, ...]:
    """Other plans hear what has closed or was undone. Returned are those that are stopped, and may go on."""
    plan: PlanState = work.state(PLAN, order_id)
    if not isinstance(plan, Plan) or not (plan.standing or plan.made):
        return ()
    stopped: list[str] = []
    account: Hierarchy = work.state(ACCOUNT, plan.account_id)
    for root, changes in _changed(plan, events).items():
        state: Hierarchy = work.state(HIERARCHY, root)
        for event in hierarchy.changed(order_id, changes.gone, changes.there, state):
            work.append(HIERARCHY, root, event)
            meanwhile.note(order_id, event.gone, event.there, work)
            news = StandingChanged(order_id=order_id, gone=event.gone, there=event.there)
            hear = dict.fromkeys((*state.orders, *account.orders))
            stopped += _tell(news, [id for id in hear if id != order_id], work)
    if plan.completed or plan.canceled:
        work.append(ACCOUNT, plan.account_id, *hierarchy.left(order_id, account))
        for root in {one.root_id for one in (*plan.standing.values(), *plan.made.values())}:
            work.append(HIERARCHY, root, *hierarchy.left(order_id, work.state(HIERARCHY, root)))
    return tuple(dict.fromkeys(stopped))


def _tell(news: StandingChanged, orders: Iterable[str], work: Work) -> Iterator[str]:
    for id in orders:
        plan: PlanState = work.state(PLAN, id)
        if isinstance(plan, Plan):
            work.append(PLAN, id, news)
            if any(order.stopped for order in plan.orders.values()):
                yield id


def _changed(plan: Plan, events: Iterable[PlanEvent]) -> dict[str, _Changes]:
    found: dict[str, _Changes] = {}
    for event in events:
        match event:
            case DomainOrderClosed(domain_order=details):
                _done(plan, plan.orders[details.domain_order_id], found)
            case DomainOrderCanceled(domain_order=details):
                _undone(plan, plan.orders[details.domain_order_id], found)
            case DomainOrderRevised(domain_order=details, previous="closed_complete", state="in_progress"):
                _undone(plan, plan.orders[details.domain_order_id], found)
    return found


def _done(plan: Plan, order: OpenOrder, found: dict[str, _Changes]) -> None:
    for id in concerns(order):
        was, becomes = plan.standing.get(id), plan.made.get(id)
        if becomes is not None:
            found.setdefault(becomes.root_id, _Changes()).there.append(becomes)
        elif was is not None and ends(order):
            found.setdefault(was.root_id, _Changes()).gone.append(id)


def _undone(plan: Plan, order: OpenOrder, found: dict[str, _Changes]) -> None:
    for id in concerns(order):
        was, becomes = plan.standing.get(id), plan.made.get(id)
        if was is not None:
            found.setdefault(was.root_id, _Changes()).there.append(was)
        elif becomes is not None:
            found.setdefault(becomes.root_id, _Changes()).gone.append(id)
