"""What order and fulfillment have said as commands of the domain, and the routes of all that is heard."""

from __future__ import annotations

from schemas import catalog, fulfillment, inventory
from schemas.registry import full
from schemas.vocabulary import Reason as PublicReason
from services.chassis.service import Route, Work
from services.inventory import handlers, heard, loading, needs, revising, running, scheduling, terms
from services.inventory.domain.agreement import Agreed
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.fulfil import Progress
from services.inventory.domain.land import PartClosed, PlanCanceled
from services.inventory.domain.revision import LineChange, RevisedOrder
from services.inventory.domain.words import Reason

# ---------------------------------------------------------------------------------------- order.events


def approved(data: heard.OrderApproved, work: Work) -> None:
    """`order.approved`: reserves all lines or none."""
    command = Approved(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        category=data.category,
        action=data.action,
        lines=tuple(_line(line) for line in data.lines),
        priority=data.priority,
    )
    scheduling.approve(command, work)


def _line(line: heard.OrderLine) -> Line:
    return Line(
        line_id=line.line_id,
        action=line.action,
        kind=line.kind,
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
        due=line.due_date,
        agreed=_agreed(line.contract_line) if line.contract_line is not None else None,
        return_=line.return_,
        replaces=line.replaces_instance_id,
        quantity_before=line.quantity_before,
        parked=line.state == "needs_attention",
    )


def _agreed(asked: heard.AgreedContractLine) -> Agreed:
    return Agreed(type=asked.type, start=asked.start, end=asked.end, term=asked.term)


def line_changed(data: heard.OrderLineChanged, work: Work) -> None:
    """`order.line-changed`: the instances that a line ends were named (D-15)."""
    for line in data.lines:
        if line.instance_ids:
            said = running.Named(
                order_id=data.order_id,
                version=data.version,
                line_id=line.line_id,
                instance_ids=line.instance_ids,
            )
            running.named(said, work)


def _names_instances(body: bytes) -> bool:
    """Most lines that change name none."""
    return body.find(b'"instanceIds"') >= 0


def revised(data: heard.OrderRevised, work: Work) -> None:
    """`order.revised`: of an order under way what is new is reserved; a draft holds nothing."""
    if data.state != "draft":
        before = handlers.reservation(work, data.order_id)
        order = Approved(
            order_id=data.order_id,
            account_id=data.account_id,
            version=data.version,
            category=before.category,
            action=before.action,
            lines=tuple(_line(line) for line in data.lines),
        )
        changes = tuple(_change(one) for one in data.changes)
        revising.asked(RevisedOrder(order=order, changes=changes), work)


def _change(one: heard.LineRevision) -> LineChange:
    return LineChange(
        line_id=one.line_id, operation=one.operation, types=one.types, names=one.characteristics
    )


def change_declined(data: heard.OrderChangeDeclined, work: Work) -> None:
    """`order.change-declined`: what was reserved for the change is given up."""
    revising.declined(data.order_id, data.version, work)


# ---------------------------------------------------------------------------------- fulfillment.events


def domain_order(data: heard.DomainOrderStateChanged, work: Work) -> None:
    """`domain-order.state-changed`: makes the instance that the plan found, flips the one that closed."""
    if not needs.concerns_instances(data):
        return
    change = Progress(
        order_id=data.order_id,
        account_id=data.account_id,
        version=data.version,
        line_id=data.line_id,
        kind=data.kind,
        action=data.action,
        specification_id=data.specification_id,
        side=data.side,
        closed=data.state == "closed_complete",
        reopened=needs.goes_on_again(data),
        canceled=data.state == "canceled",
        line_closed=data.line_closed,
        instance_id=data.instance_id,
        new_instance=data.new_instance,
        parent_instance_id=data.parent_instance_id,
        composed_of=data.composed_of,
        specification_version=data.specification_version,
        characteristics=data.characteristics,
        location=data.location,
    )
    scheduling.domain_order(change, work)


_CHANGING = (b'"closed_complete"', b'"newInstance"', b'"disconnect"', b'"lineClosed"', b'"canceled"')


def _may_change_an_instance(body: bytes) -> bool:
    """What `concerns_instances` asks, before anything is read."""
    # `find`, as `in` takes bytes for a number first, and fails.
    return any([body.find(word) >= 0 for word in _CHANGING])


def part_completed(data: fulfillment.PlanPartCompleted, work: Work) -> None:
    """`plan.part-completed`: more parts follow."""
    _part(data, work, last=False)


def completed(data: fulfillment.PlanPartCompleted, work: Work) -> None:
    """`plan.completed`: the last part."""
    _part(data, work, last=True)


def _part(data: fulfillment.PlanPartCompleted, work: Work, *, last: bool) -> None:
    part = PartClosed(order_id=data.order_id, version=data.version, line_ids=data.line_ids, last=last)
    revising.part_closed(part, work)


def plan_changed(data: heard.PlanChanged, work: Work) -> None:
    """`plan.changed`: the plan has followed a revision; of a dated part inventory knows already."""
    if data.operation_id is None:
        revising.settled(data.order_id, data.version, work)


def change_refused(data: fulfillment.PlanChangeRefused, work: Work) -> None:
    """`plan.change-refused`: an operation that had started cannot be planned."""
    if data.operation_id is not None:
        scheduling.unplannable(data.operation_id, data.order_id, _reasons(data.reasons), work)


def _reasons(reasons: tuple[PublicReason, ...]) -> tuple[Reason, ...]:
    return tuple(
        Reason(rule=one.rule, message=one.message, line_id=one.line_id, field=one.field) for one in reasons
    )


def canceled(data: fulfillment.PlanCanceled, work: Work) -> None:
    """`plan.canceled`: everything is as it was."""
    command = PlanCanceled(order_id=data.order_id, version=data.version, reasons=_reasons(data.reasons))
    scheduling.plan_canceled(command, work)


# ---------------------------------------------------------------------------------------------- routes


def _order(
    data: heard.OrderApproved
    | heard.OrderRevised
    | heard.OrderLineChanged
    | heard.OrderChangeDeclined
    | heard.DomainOrderStateChanged
    | heard.PlanChanged
    | fulfillment.PlanEvent,
) -> str:
    return data.order_id


def _waiting(timer: handlers.LookAgain | running.Due) -> str:
    return timer.order_id


ROUTES = {
    full("instance.load"): Route(model=inventory.LoadInstance, handle=loading.load, needs=needs.load),
    full("contract.load"): Route(
        model=inventory.LoadContract, handle=loading.load_contract, needs=needs.load_contract
    ),
    full("entitlement.load"): Route(
        model=inventory.LoadEntitlement, handle=loading.load_entitlement, needs=needs.load_entitlement
    ),
    full("specification.publish"): Route(
        model=catalog.Specification, handle=loading.publish, needs=needs.publish
    ),
    full("order.approved"): Route(
        model=heard.OrderApproved, handle=approved, needs=needs.approved, order=_order
    ),
    full("domain-order.state-changed"): Route(
        model=heard.DomainOrderStateChanged,
        concerns=_may_change_an_instance,
        handle=domain_order,
        needs=needs.domain_order,
        order=_order,
    ),
    full("plan.part-completed"): Route(
        model=fulfillment.PlanPartCompleted, handle=part_completed, needs=needs.plan, order=_order
    ),
    full("plan.completed"): Route(
        model=fulfillment.PlanPartCompleted, handle=completed, needs=needs.plan, order=_order
    ),
    full("plan.change-refused"): Route(
        model=fulfillment.PlanChangeRefused, handle=change_refused, needs=needs.plan, order=_order
    ),
    full("order.line-changed"): Route(
        model=heard.OrderLineChanged,
        concerns=_names_instances,
        handle=line_changed,
        needs=running.named_needs,
        order=_order,
    ),
    full("plan.changed"): Route(
        model=heard.PlanChanged, handle=plan_changed, needs=revising.needs, order=_order
    ),
    full("order.revised"): Route(
        model=heard.OrderRevised, handle=revised, needs=revising.asked_needs, order=_order
    ),
    full("order.change-declined"): Route(
        model=heard.OrderChangeDeclined, handle=change_declined, needs=revising.needs, order=_order
    ),
    full("plan.canceled"): Route(
        model=fulfillment.PlanCanceled, handle=canceled, needs=needs.plan, order=_order
    ),
}
"""Every message that inventory acts on."""

TIMERS = {
    handlers.LOOK_AGAIN: Route(
        model=handlers.LookAgain,
        handle=revising.look_again,
        needs=scheduling.again_needs,
        order=_waiting,
    ),
    running.DUE: Route(model=running.Due, handle=scheduling.due, needs=scheduling.due_needs, order=_waiting),
    terms.TERM_DUE: Route(model=terms.TermDue, handle=terms.term_due),
    terms.CONTRACT_DUE: Route(model=terms.ContractDue, handle=terms.contract_due),
}
"""Every timer that inventory sets."""
