"""From messages to order's own terms: the table of all that this service hears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from schemas import catalog as entries
from schemas import fulfillment, inventory
from schemas import order as messages
from schemas.registry import full
from services.chassis.service import Needs, Refused, Route, StreamOf, Why, Work
from services.order import (
    agreed,
    cases,
    catalog,
    changing,
    handlers,
    heard,
    installed,
    needs,
    operations,
    placing,
    returning,
)
from services.order.domain import facts, lifecycle, underway
from services.order.domain.capture import Asked
from services.order.domain.line import Line, Ranks
from services.order.domain.term import USUAL, ContractLine
from services.order.domain.words import Action

# ------------------------------------------------------------------------------- commands of a CRM


def _place(data: messages.PlaceOrder, work: Work) -> None:
    _must_be_readable(data.lines)
    if data.if_unchanged is not None:
        message = "previews are not available in this version, so nothing can be compared: leave it out"
        raise Refused(Why("FIELD", message, None, "ifUnchanged"))
    if data.draft and data.approve:
        message = "a draft is not approved in the same breath: leave out 'draft' or 'approve'"
        raise Refused(Why("FIELD", message, None, "approve"))
    placing.place(
        placing.Place(
            order_id=data.order_id,
            asked=_asked(data, work),
            draft=data.draft,
            approve=data.approve,
            reason=work.seal(data.reason),
        ),
        work,
    )


def _place_needs(data: messages.PlaceOrder, work: Work) -> needs.Wishes:
    return needs.of_asked(data.order_id, _asked(data, None), work)


def _asked(data: messages.PlaceOrder, work: Work | None) -> Asked:
    return Asked(
        account_id=data.account_id,
        category=data.category,
        action=data.action,
        selection=data.selection,
        lines=_lines(data.lines, work),
        characteristics=data.characteristics,
        location=data.location,
        start=data.start,
        end=data.end,
        cascade=data.cascade,
        upgrade=data.upgrade,
        ranks=_ranks(data.priority) if data.priority else None,
    )


def _ranks(asked: messages.Ranks) -> Ranks:
    return Ranks(customer=asked.customer, urgency=asked.urgency)


def _lines(lines: tuple[messages.LineRequest, ...], work: Work | None) -> tuple[Line, ...]:
    return tuple(_line(line, work) for line in lines)


def _line(line: messages.LineRequest, work: Work | None) -> Line:
    assert line.action != "move", "the model reads a move as a change"
    return Line(
        line_id=line.line_id,
        action=line.action,
        instance_id=line.instance_id,
        specification_id=line.specification_id,
        offering_id=line.offering_id,
        parent_line_id=line.parent_line_id,
        parent_instance_id=line.parent_instance_id,
        characteristics=line.characteristics,
        location=line.location,
        move=line.move,
        quantity=line.quantity,
        due_date=line.due_date,
        contract_line=_contract_line(line.action, line.contract_line) if line.contract_line else None,
        reason=line.reason if work is None else work.seal(line.reason),
    )


def _contract_line(action: Action, asked: messages.ContractLineRequest) -> ContractLine:
    """CON-08: what it does follows from the action where nobody says it."""
    return ContractLine(type=asked.type or USUAL[action], start=asked.start, end=asked.end, term=asked.term)


def _must_be_readable(lines: tuple[messages.LineRequest, ...]) -> None:
    """A line id stands for one line."""
    broken = [
        Why("FIELD", f"line id {id} is given {count} times: each line has its own", id, "lineId")
        for id, count in Counter(line.line_id for line in lines).items()
        if count > 1
    ]
    if broken:
        raise Refused(*broken)


def _submit(data: messages.OrderCommand, work: Work) -> None:
    placing.submit(data.order_id, work.seal(data.reason), work)


def _approve(data: messages.OrderCommand, work: Work) -> None:
    placing.approve(data.order_id, work.seal(data.reason), work)


def _choose(data: messages.ChooseInstances, work: Work) -> None:
    handlers.choose(data.order_id, data.line_id, data.instance_ids, work)


def _revise(data: messages.ReviseOrder, work: Work) -> None:
    _must_be_readable(data.lines)
    changing.revised(data.order_id, _lines(data.lines, work), work.seal(data.reason), work)


def _revise_needs(data: messages.ReviseOrder, work: Work) -> needs.Wishes:
    return needs.of_edited(data.order_id, _lines(data.lines, None), work)


def _cancel(data: messages.CancelOrder, work: Work) -> None:
    changing.canceled(data.order_id, data.line_ids, work.seal(data.reason), work)


def _approve_change(data: messages.OrderCommand, work: Work) -> None:
    changing.approved(data.order_id, work.seal(data.reason), work)


def _step(
    command: Callable[..., lifecycle.Command],
) -> Callable[[messages.OrderCommand, Work], None]:
    """A command that needs nothing but the order and a reason."""

    def handle(data: messages.OrderCommand, work: Work) -> None:
        handlers.command(data.order_id, command(reason=work.seal(data.reason)), work)

    return handle


# ------------------------------------------------------------------------- what the others have said


def _reservation_refused(data: inventory.ReservationRefused, work: Work) -> None:
    refused = facts.Decline(version=data.version, reasons=operations.reasons(data.reasons))
    handlers.fact(data.order_id, refused, work)


def _reservation_released(data: inventory.ReservationReleased, work: Work) -> None:
    handlers.fact(
        data.order_id, facts.Return(version=data.version, reasons=operations.reasons(data.reasons)), work
    )


def _reservation_fulfilled(data: inventory.ReservationFulfilled, work: Work) -> None:
    handlers.fact(
        data.order_id, facts.Fulfil(version=data.version, line_ids=data.line_ids, last=data.last), work
    )


def _plan_created(data: fulfillment.PlanEvent, work: Work) -> None:
    handlers.fact(data.order_id, facts.Start(version=data.version), work)


def _plan_changed(data: heard.PlanChanged, work: Work) -> None:
    """That of a dated part is inventory's affair, and a plan that grows by itself answers nothing."""
    if data.operation_id is None and not data.staggered:
        handlers.fact(data.order_id, facts.Start(version=data.version), work)


def _change_refused(data: heard.PlanChangeRefused, work: Work) -> None:
    if data.operation_id is None:
        refused = underway.RefuseChange(version=data.version, reasons=operations.reasons(data.reasons))
        handlers.fact(data.order_id, refused, work)


def _found(data: heard.TaskStateChanged, work: Work) -> None:
    if data.outcome is not None:
        order = work.state(handlers.ORDER, data.order_id)
        cases.found(data.order_id, order, data.task_id, data.outcome, work)


def _may_have_found(body: bytes) -> bool:
    """Only tasks of a return say what they have found."""
    return body.find(b'"outcome"') >= 0


# ------------------------------------------------------------------------------------------- table


def _order_id(data: Any) -> str:
    return str(data.order_id)


def _of_order(data: Any, work: Work) -> needs.Wishes:  # noqa: ARG001
    return needs.of_order(data.order_id)


def _of_lines(data: Any, work: Work) -> needs.Wishes:
    return needs.of_lines(data.order_id, work)


def _of_pending(data: Any, work: Work) -> needs.Wishes:
    return needs.of_pending(data.order_id, work)


def _of_specification(data: Any, work: Work) -> Iterator[tuple[StreamOf]]:  # noqa: ARG001
    yield (StreamOf(handlers.SPECIFICATION, data.specification_id),)


def _about_order(model: Any, handle: Callable[[Any, Work], None], needs_: Needs = _of_order) -> Route:
    return Route(model=model, handle=handle, needs=needs_, order=_order_id)


ROUTES: Mapping[str, Route] = {
    full(name): route
    for name, route in {
        "order.place": _about_order(messages.PlaceOrder, _place, _place_needs),
        "order.submit": _about_order(messages.OrderCommand, _submit, _of_lines),
        "order.approve": _about_order(messages.OrderCommand, _approve, _of_lines),
        "order.choose-instances": _about_order(messages.ChooseInstances, _choose, _of_lines),
        "order.reject": _about_order(messages.OrderCommand, _step(lifecycle.Reject)),
        "order.rework": _about_order(messages.OrderCommand, _step(lifecycle.Rework)),
        "order.revise": _about_order(messages.ReviseOrder, _revise, _revise_needs),
        **returning.ROUTES,
        **agreed.ROUTES,
        **installed.ROUTES,
        "order.cancel": _about_order(messages.CancelOrder, _cancel, _of_lines),
        "order.hold": _about_order(messages.OrderCommand, _step(underway.Hold)),
        "order.release": _about_order(messages.OrderCommand, _step(underway.Release)),
        "order.approve-change": _about_order(messages.OrderCommand, _approve_change, _of_pending),
        "order.decline-change": _about_order(messages.OrderCommand, _step(underway.DeclineChange)),
        "specification.publish": Route(
            model=entries.Specification, handle=catalog.publish, needs=catalog.needs_of_publish
        ),
        "specification.retire": Route(
            model=entries.RetireSpecification, handle=catalog.retire, needs=_of_specification
        ),
        "reservation.refused": _about_order(inventory.ReservationRefused, _reservation_refused),
        "reservation.released": _about_order(inventory.ReservationReleased, _reservation_released),
        "reservation.fulfilled": _about_order(inventory.ReservationFulfilled, _reservation_fulfilled),
        "operation.scheduled": _about_order(heard.OperationScheduled, operations.hear("scheduled")),
        "operation.started": _about_order(heard.OperationStarted, operations.hear("started")),
        "operation.completed": _about_order(heard.OperationEvent, operations.hear("completed")),
        "operation.canceled": _about_order(heard.OperationCanceled, operations.hear("canceled")),
        "task.state-changed": Route(
            model=heard.TaskStateChanged,
            concerns=_may_have_found,
            handle=_found,
            needs=_of_order,
            order=_order_id,
        ),
        "plan.created": _about_order(fulfillment.PlanEvent, _plan_created),
        "plan.changed": _about_order(heard.PlanChanged, _plan_changed),
        "plan.change-refused": _about_order(heard.PlanChangeRefused, _change_refused),
    }.items()
}
"""Message type to what is done with it. `plan.created` is read for its head alone: its details are long."""
