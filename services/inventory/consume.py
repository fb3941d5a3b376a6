"""Public messages as commands of the domain, sealed on the way in, and what to load for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from schemas import catalog, fulfillment, inventory, order
from schemas.registry import full
from services.chassis.service import Refused, Route, RowsOf, StreamOf, Why, Wish, Work
from services.inventory import handlers
from services.inventory.domain.fulfil import Progress
from services.inventory.domain.instance import Instance
from services.inventory.domain.land import PartClosed, PlanCanceled
from services.inventory.domain.record import Record
from services.inventory.domain.specification import SpecificationHeard
from services.inventory.domain.tree import Approved, Line
from services.inventory.domain.words import (
    INSTANCE,
    RESERVATION,
    SPECIFICATION,
    Action,
    Kind,
    Reason,
    Side,
    State,
    Values,
)

Wishes = Iterator[Collection[Wish]]

# --------------------------------------------------------------------------------------- crm.inventory


def load(data: inventory.LoadInstance, work: Work) -> None:
    """`instance.load`. Raises `Refused`."""
    if work.message.account != data.account_id:
        message = f"the message is about account '{work.message.account}': give both the same account"
        raise Refused(Why("FIELD", message, field="accountId"))
    handlers.load_instance(_record(data, work), work)


def load_needs(data: inventory.LoadInstance, work: Work) -> Wishes:  # noqa: ARG001
    wishes: list[Wish] = [
        StreamOf(INSTANCE, data.instance_id),
        StreamOf(SPECIFICATION, data.specification_id),
    ]
    if data.parent_id is not None:
        wishes.append(StreamOf(INSTANCE, data.parent_id))
    yield wishes


def _record(data: inventory.LoadInstance, work: Work) -> Record:
    return Record(
        instance_id=data.instance_id,
        account_id=data.account_id,
        kind=Kind(data.kind),
        specification_id=data.specification_id,
        specification_version=data.specification_version,
        offering_id=data.offering_id,
        parent_id=data.parent_id,
        root_id=data.instance_id,
        name=work.seal(data.name),
        state=State(data.state),
        location=data.location,
        quantity=data.quantity,
        characteristics=_sealed(data, work),
        external_id=data.external_id,
        start=data.start,
    )


def _sealed(data: inventory.LoadInstance, work: Work) -> Values:
    """What the catalog marks as personal, or does not know, is sealed."""
    known = handlers.specification(work, data.specification_id).version(data.specification_version)
    plain = known.characteristics - known.personal if known is not None else frozenset[str]()
    return {
        name: value if name in plain else work.seal(value)
        for name, value in data.characteristics.items()
        if value is not None
    }


# ------------------------------------------------------------------------------- catalog.specifications


def publish(data: catalog.Specification, work: Work) -> None:
    """`specification.publish`: what breaks a rule of the catalog is passed over, for order answers it."""
    known = {entry.specification_id: entry for entry in map(_parsed, handlers.heard(work))}
    if not catalog.check(data, known):
        entry = data.model_dump_json(by_alias=True, exclude_defaults=True)
        heard = SpecificationHeard(version=data.version, entry=entry)
        handlers.hear_specification(data.specification_id, heard, work)


def publish_needs(data: catalog.Specification, work: Work) -> Wishes:
    yield [RowsOf(*handlers.HEARD), StreamOf(SPECIFICATION, data.specification_id)]
    yield [StreamOf(SPECIFICATION, id) for id in work.members(*handlers.HEARD)]


@lru_cache(maxsize=4096)
def _parsed(entry: str) -> catalog.Specification:
    return catalog.Specification.model_validate_json(entry)


# ---------------------------------------------------------------------------------------- order.events


def approved(data: order.OrderApproved, work: Work) -> None:
    """`order.approved`: reserves all lines or none."""
    command = Approved(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        category=Kind(data.category),
        action=data.action,
        lines=tuple(_line(line) for line in data.lines),
    )
    handlers.approve(command, work)


def approved_needs(data: order.OrderApproved, work: Work) -> Wishes:
    named = {
        id for line in data.lines for id in (line.instance_id, line.parent_instance_id) if id is not None
    }
    yield [StreamOf(RESERVATION, data.order_id), *(RowsOf(handlers.ROOT, id) for id in named)]
    roots = {root for id in named for root in work.members(handlers.ROOT, id)}
    yield [RowsOf(handlers.TREE, root) for root in roots]
    members = named.union(*(work.members(handlers.TREE, root) for root in roots))
    yield [StreamOf(INSTANCE, id) for id in (*members, *_ids_to_be(data, len(members)))]
    found = (handlers.find(work)(id) for id in members)
    specifications = {one.record.specification_id for one in found if isinstance(one, Instance)}
    yield [StreamOf(SPECIFICATION, id) for id in specifications]


def _ids_to_be(data: order.OrderApproved, size: int) -> Iterator[str]:
    """The ids of instances that the order would make in trees of this size."""
    yield from (f"{data.order_id}:{line.line_id}" for line in data.lines if line.action == "add")
    if any(line.move for line in data.lines):
        yield from (f"{data.order_id}~{n}" for n in range(1, size + 1))


def _line(line: order.OrderLine) -> Line:
    return Line(
        line_id=line.line_id,
        action=Action(line.action),
        kind=Kind(line.kind),
        instance_id=line.instance_id if line.action != "add" else None,
        specification_id=line.specification_id,
        specification_version=line.specification_version,
        offering_id=line.offering_id,
        parent_line_id=line.parent_line_id,
        parent_instance_id=line.parent_instance_id,
        characteristics=line.characteristics,
        location=line.location,
        move=line.move,
        quantity=line.quantity,
        transient=line.transient,
    )


# ---------------------------------------------------------------------------------- fulfillment.events


def domain_order(data: fulfillment.DomainOrderStateChanged, work: Work) -> None:
    """`domain-order.state-changed`: makes the instance that the plan found, flips the one that closed."""
    change = Progress(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        line_id=data.line_id,
        kind=Kind(data.kind),
        action=Action(data.action),
        specification_id=data.specification_id,
        side=Side(data.side) if data.side is not None else None,
        closed=data.state == "closed_complete",
        line_closed=data.line_closed,
        instance_id=data.instance_id,
        new_instance=data.new_instance,
        parent_instance_id=data.parent_instance_id,
        composed_of=data.composed_of,
        specification_version=data.specification_version,
        characteristics=data.characteristics,
        location=data.location,
    )
    handlers.domain_order(change, work)


def domain_order_needs(data: fulfillment.DomainOrderStateChanged, work: Work) -> Wishes:
    ids = (data.instance_id, data.parent_instance_id, *data.composed_of)
    yield [StreamOf(RESERVATION, data.order_id), *(StreamOf(INSTANCE, id) for id in ids if id is not None)]
    if data.line_closed and data.action in ("suspend", "resume"):
        held = handlers.reservation(work, data.order_id).open.get(data.line_id, ())
        yield [StreamOf(INSTANCE, id) for id in held]


def part_completed(data: fulfillment.PlanPartCompleted, work: Work) -> None:
    """`plan.part-completed`: more parts follow."""
    _part(data, work, last=False)


def completed(data: fulfillment.PlanPartCompleted, work: Work) -> None:
    """`plan.completed`: the last part."""
    _part(data, work, last=True)


def _part(data: fulfillment.PlanPartCompleted, work: Work, *, last: bool) -> None:
    part = PartClosed(order_id=data.order_id, version=data.version, line_ids=data.line_ids, last=last)
    handlers.part_closed(part, work)


def canceled(data: fulfillment.PlanCanceled, work: Work) -> None:
    """`plan.canceled`: everything is as it was."""
    reasons = tuple(
        Reason(rule=one.rule, message=one.message, line_id=one.line_id, field=one.field)
        for one in data.reasons
    )
    command = PlanCanceled(order_id=data.order_id, version=data.version, reasons=reasons)
    handlers.plan_canceled(command, work)


def plan_needs(data: fulfillment.PlanEvent, work: Work) -> Wishes:
    yield [StreamOf(RESERVATION, data.order_id)]
    held = handlers.reservation(work, data.order_id).open.values()
    yield [StreamOf(INSTANCE, id) for ids in held for id in ids]


# ---------------------------------------------------------------------------------------------- routes


def _order(data: order.OrderEvent | fulfillment.PlanEvent) -> str:
    return data.order_id


ROUTES = {
    full("instance.load"): Route(model=inventory.LoadInstance, handle=load, needs=load_needs),
    full("specification.publish"): Route(model=catalog.Specification, handle=publish, needs=publish_needs),
    full("order.approved"): Route(
        model=order.OrderApproved, handle=approved, needs=approved_needs, order=_order
    ),
    full("domain-order.state-changed"): Route(
        model=fulfillment.DomainOrderStateChanged, handle=domain_order, needs=domain_order_needs, order=_order
    ),
    full("plan.part-completed"): Route(
        model=fulfillment.PlanPartCompleted, handle=part_completed, needs=plan_needs, order=_order
    ),
    full("plan.completed"): Route(
        model=fulfillment.PlanPartCompleted, handle=completed, needs=plan_needs, order=_order
    ),
    full("plan.canceled"): Route(
        model=fulfillment.PlanCanceled, handle=canceled, needs=plan_needs, order=_order
    ),
}
"""Every message that inventory acts on."""
