"""What the handlers will read, wished for beforehand, so that a batch costs one query a round.

Only for speed: a handler that reads more fetches it by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from schemas import catalog, fulfillment, inventory
from services.chassis.service import RowsOf, StreamOf, Wish, Work
from services.inventory import handlers, heard, queue, terms, trees
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.words import CONTRACT, INSTANCE, OPERATION, RESERVATION, SPECIFICATION

Wishes = Iterator[Collection[Wish]]
AnyLine: TypeAlias = heard.OrderLine | Line


def load(data: inventory.LoadInstance, work: Work) -> Wishes:
    wishes: list[Wish] = [
        StreamOf(INSTANCE, data.instance_id),
        StreamOf(SPECIFICATION, data.specification_id),
    ]
    if data.parent_id is not None:
        wishes.append(StreamOf(INSTANCE, data.parent_id))
    yield wishes
    around = map(handlers.find(work), (data.instance_id, data.parent_id or data.instance_id))
    roots = {one.record.root_id for one in around if isinstance(one, Instance)}
    yield [RowsOf(trees.TREE, root) for root in roots or {data.instance_id}]


def load_contract(data: inventory.LoadContract, work: Work) -> Wishes:  # noqa: ARG001
    yield [
        StreamOf(CONTRACT, data.contract_id),
        *(StreamOf(INSTANCE, line.instance_id) for line in data.lines),
        *(RowsOf(terms.STANDS_ON, line.contract_line_id) for line in data.lines),
    ]


def load_entitlement(data: inventory.LoadEntitlement, work: Work) -> Wishes:
    wishes: list[Wish] = [
        StreamOf(INSTANCE, data.instance_id),
        RowsOf(terms.STANDS_ON, data.entitlement_id),
    ]
    if (line := data.contract_line_id) is not None:
        wishes += [RowsOf(terms.STANDS_ON, line), RowsOf(terms.UNDER, line)]
    yield wishes
    if line is not None and (on := terms.stands_on(line, work)) is not None:
        yield [StreamOf(INSTANCE, on)]


def publish(data: catalog.Specification, work: Work) -> Wishes:
    yield [RowsOf(*handlers.HEARD), StreamOf(SPECIFICATION, data.specification_id)]
    yield [StreamOf(SPECIFICATION, id) for id in work.members(*handlers.HEARD)]


def approved(data: heard.OrderApproved | heard.OrderRevised, work: Work) -> Wishes:
    """What waits for its day is judged on its day: of the whole account only what happens at once reads."""
    at_once = [line for line in data.lines if line.due_date is None or line.due_date <= work.now]
    yield from reserved(Reserved(data.order_id, data.account_id, data.lines, at_once), work)


class Reserved(NamedTuple):
    """What is judged beside the installed base; `at_once` are those of the lines that happen now."""

    order_id: str
    account_id: str
    lines: Sequence[AnyLine]
    at_once: Sequence[AnyLine]


def part(order: Approved, work: Work) -> Wishes:
    """For a part of an order whose day has come, or that has waited."""
    yield from reserved(Reserved(order.order_id, order.account_id, order.lines, order.lines), work)


def reserved(data: Reserved, work: Work) -> Wishes:
    named = {
        id for line in data.lines for id in (line.instance_id, line.parent_instance_id) if id is not None
    }
    yield [StreamOf(RESERVATION, data.order_id), *(StreamOf(INSTANCE, id) for id in named)]
    find = handlers.find(work)
    roots = {one.record.root_id for one in map(find, named) if isinstance(one, Instance)}
    yield [RowsOf(trees.TREE, root) for root in roots]
    members = named.union(*[work.members(trees.TREE, root) for root in roots])
    made = list(_ids_to_be(data, len(members)))
    yield [StreamOf(INSTANCE, id) for id in (*members, *made)]
    yield [RowsOf(trees.TREE, id) for id in made]
    found = map(find, members)
    made_by = {one.record.specification_id for one in found if isinstance(one, Instance)}
    changed = {line.specification_id for line in data.lines if line.action in ("add", "change")}
    yield [StreamOf(SPECIFICATION, id) for id in made_by | changed if id is not None]
    if any(_requires_beside(line, work) for line in data.at_once):
        yield [RowsOf(trees.ROOTS, data.account_id)]
        everything = work.members(trees.ROOTS, data.account_id)
        yield [RowsOf(trees.TREE, root) for root in everything]
        yield [StreamOf(INSTANCE, id) for root in everything for id in work.members(trees.TREE, root)]


def _makes_a_root(line: AnyLine) -> bool:
    return line.action == "add" and line.parent_line_id is None and line.parent_instance_id is None


def _requires_beside(line: AnyLine, work: Work) -> bool:
    """Whether it makes a root that requires what may stand anywhere in the account, or turns one into it."""
    if line.specification_id is None or line.action not in ("add", "change"):
        return False
    known = handlers.specification(work, line.specification_id).version(line.specification_version)
    if _makes_a_root(line):
        return known is not None and bool(known.beside)
    return handlers.turns(line, known, work)


def _ids_to_be(data: Reserved, size: int) -> Iterator[str]:
    """The ids of instances that the order would make in trees of this size."""
    yield from (f"{data.order_id}:{line.line_id}" for line in data.lines if line.action == "add")
    if any(line.move for line in data.lines):
        yield from (f"{data.order_id}~{n}" for n in range(1, size + 1))


def domain_order(data: heard.DomainOrderStateChanged, work: Work) -> Wishes:
    if not concerns_instances(data):
        return
    wishes: list[Wish] = [StreamOf(RESERVATION, data.order_id)]
    if data.instance_id is not None:
        wishes.append(StreamOf(INSTANCE, data.instance_id))
    if data.new_instance and data.parent_instance_id is not None:
        wishes.append(StreamOf(INSTANCE, data.parent_instance_id))
    wishes += [StreamOf(INSTANCE, id) for id in data.composed_of]
    if data.state == "canceled":
        wishes.append(RowsOf(queue.WAITS_FOR, data.order_id))
    yield wishes
    if data.action in ("suspend", "resume"):
        held = handlers.reservation(work, data.order_id).open.get(data.line_id, ())
        yield [StreamOf(INSTANCE, id) for id in held]
    elif data.instance_id is not None and (
        data.action == "disconnect" or data.side == "cease" or data.state == "canceled"
    ):
        # It ends, which is noted in its parent's stream.
        instance = work.state(INSTANCE, data.instance_id)
        if isinstance(instance, Instance) and instance.record.parent_id is not None:
            yield [StreamOf(INSTANCE, instance.record.parent_id)]


def plan(data: fulfillment.PlanEvent, work: Work) -> Wishes:
    yield [StreamOf(RESERVATION, data.order_id), RowsOf(queue.WAITS_FOR, data.order_id)]
    held = handlers.reservation(work, data.order_id).open.values()
    yield [
        *(StreamOf(INSTANCE, id) for ids in held for id in ids),
        *(StreamOf(OPERATION, id) for id in work.members(queue.WAITS_FOR, data.order_id)),
    ]


def concerns_instances(data: heard.DomainOrderStateChanged) -> bool:
    """Most steps of a domain order change no instance: those need nothing, and are over at once."""
    if data.state == "canceled" or goes_on_again(data):
        return True
    if data.action in ("suspend", "resume"):
        return data.line_closed
    return data.state == "closed_complete" or data.new_instance or data.action == "disconnect"


def goes_on_again(data: heard.DomainOrderStateChanged) -> bool:
    """A domain order that had closed is at work again."""
    return data.previous_state == "closed_complete" and data.state != "canceled"
