"""Public messages as commands of the domain, sealed on the way in, and what to load for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from schemas import catalog, fulfillment, inventory
from schemas.registry import full
from schemas.vocabulary import Reason as PublicReason
from services.chassis.service import Refused, Route, Why, Work
from services.inventory import handlers, heard, needs, revising, scheduling, terms
from services.inventory.domain.agreement import Agreed
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.contract import ContractRecord
from services.inventory.domain.fulfil import Progress
from services.inventory.domain.land import PartClosed, PlanCanceled
from services.inventory.domain.record import Record
from services.inventory.domain.revision import LineChange, RevisedOrder
from services.inventory.domain.specification import SpecificationHeard
from services.inventory.domain.term import TermRecord
from services.inventory.domain.words import (
    Reason,
    Values,
)

# --------------------------------------------------------------------------------------- crm.inventory


def load(data: inventory.LoadInstance, work: Work) -> None:
    """`instance.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    handlers.load_instance(_record(data, work), work)


def _record(data: inventory.LoadInstance, work: Work) -> Record:
    return Record(
        instance_id=data.instance_id,
        account_id=data.account_id,
        kind=data.kind,
        specification_id=data.specification_id,
        specification_version=data.specification_version,
        offering_id=data.offering_id,
        parent_id=data.parent_id,
        root_id=data.instance_id,
        name=work.seal(data.name),
        state=data.state,
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


def load_contract(data: inventory.LoadContract, work: Work) -> None:
    """`contract.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    record = ContractRecord(
        contract_id=data.contract_id,
        account_id=data.account_id,
        state=data.state,
        start=data.start,
        end=data.end,
        line_ids=tuple(line.contract_line_id for line in data.lines),
    )
    _dated_and_once(data)
    terms.load_contract(record, tuple(_lines_of(data)), work)


def _lines_of(data: inventory.LoadContract) -> Iterator[terms.Placed]:
    for number, line in enumerate(data.lines):
        record = TermRecord(
            term_id=line.contract_line_id,
            kind="contract_line",
            contract_id=data.contract_id,
            state=line.state,
            start=line.start,
            end=line.end,
        )
        yield terms.Placed(record=record, instance_id=line.instance_id, field=f"lines.{number}")


def load_entitlement(data: inventory.LoadEntitlement, work: Work) -> None:
    """`entitlement.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    record = TermRecord(
        term_id=data.entitlement_id,
        kind="entitlement",
        contract_line_id=data.contract_line_id,
        state=data.state,
        start=data.start,
        end=data.end,
    )
    if broken := tuple(_dates_the_wrong_way("end", data)):
        raise Refused(*broken)
    terms.load_entitlement(terms.Placed(record=record, instance_id=data.instance_id), data.account_id, work)


def _dated_and_once(data: inventory.LoadContract) -> None:
    broken = list(_dates_the_wrong_way("end", data))
    for number, line in enumerate(data.lines):
        broken += _dates_the_wrong_way(f"lines.{number}.end", line)
        if line.contract_line_id in {other.contract_line_id for other in data.lines[:number]}:
            message = f"line '{line.contract_line_id}' is given twice: each line has an id of its own"
            broken.append(Why("REF-04", message, field=f"lines.{number}.contractLineId"))
    if broken:
        raise Refused(*broken)


def _dates_the_wrong_way(
    field: str, data: inventory.LoadContract | inventory.LoadContractLine | inventory.LoadEntitlement
) -> Iterator[Why]:
    if data.start is not None and data.end is not None and data.end <= data.start:
        yield Why(
            "FIELD", f"it ends on {data.end.isoformat()}, before it starts: give a later end", field=field
        )


def _of_its_account(account_id: str, work: Work) -> None:
    if work.message.account != account_id:
        message = f"the message is about account '{work.message.account}': give both the same account"
        raise Refused(Why("FIELD", message, field="accountId"))


# ------------------------------------------------------------------------------- catalog.specifications


def publish(data: catalog.Specification, work: Work) -> None:
    """`specification.publish`: what breaks a rule of the catalog is passed over, for order answers it."""
    known = {entry.specification_id: entry for entry in map(_parsed, handlers.heard(work))}
    if not catalog.check(data, known):
        entry = data.model_dump_json(by_alias=True, exclude_defaults=True)
        version = SpecificationHeard(version=data.version, entry=entry)
        handlers.hear_specification(data.specification_id, version, work)


@lru_cache(maxsize=4096)
def _parsed(entry: str) -> catalog.Specification:
    return catalog.Specification.model_validate_json(entry)


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
        parked=line.state == "needs_attention",
    )


def _agreed(asked: heard.AgreedContractLine) -> Agreed:
    return Agreed(type=asked.type, start=asked.start, end=asked.end, term=asked.term)


def line_changed(data: heard.OrderLineChanged, work: Work) -> None:
    """`order.line-changed`: the instances that a line ends were named (D-15)."""
    for line in data.lines:
        if line.instance_ids:
            said = scheduling.Named(
                order_id=data.order_id,
                version=data.version,
                line_id=line.line_id,
                instance_ids=line.instance_ids,
            )
            scheduling.named(said, work)


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
    handlers.domain_order(change, work)


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


def _waiting(timer: handlers.LookAgain | scheduling.Due) -> str:
    return timer.order_id


ROUTES = {
    full("instance.load"): Route(model=inventory.LoadInstance, handle=load, needs=needs.load),
    full("contract.load"): Route(
        model=inventory.LoadContract, handle=load_contract, needs=needs.load_contract
    ),
    full("entitlement.load"): Route(
        model=inventory.LoadEntitlement, handle=load_entitlement, needs=needs.load_entitlement
    ),
    full("specification.publish"): Route(model=catalog.Specification, handle=publish, needs=needs.publish),
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
        needs=scheduling.named_needs,
        order=_order,
    ),
    full("plan.changed"): Route(
        model=heard.PlanChanged, handle=plan_changed, needs=revising.needs, order=_order
    ),
    full("order.revised"): Route(
        model=heard.OrderRevised, handle=revised, needs=revising.needs, order=_order
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
    handlers.LOOK_AGAIN: Route(model=handlers.LookAgain, handle=revising.look_again, order=_waiting),
    scheduling.DUE: Route(
        model=scheduling.Due, handle=scheduling.due, needs=scheduling.due_needs, order=_waiting
    ),
    terms.TERM_DUE: Route(model=terms.TermDue, handle=terms.term_due),
    terms.CONTRACT_DUE: Route(model=terms.ContractDue, handle=terms.contract_due),
}
"""Every timer that inventory sets."""
