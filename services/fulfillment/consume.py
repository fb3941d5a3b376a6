"""The messages fulfillment hears, as domain commands, with the streams each one needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas import catalog as entries
from schemas.inventory import OperationCanceled
from schemas.provisioning import ReportedWorkOrder, ReportTask, ResolveFallout, RetryTask, SkipTask
from schemas.registry import full
from services.chassis.service import Refused, Route, StreamOf, Why, Wish, Work
from services.fulfillment import (
    catalog,
    fallouts,
    handlers,
    inflight,
    jeopardy,
    operations,
    reserved,
    revisions,
    staggering,
)
from services.fulfillment.domain.blueprint import order_of
from services.fulfillment.domain.catalog import Heard
from services.fulfillment.domain.fallout import Resolve
from services.fulfillment.domain.reports import AskAgain, Report, Retry, Skip
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import Waiting
from services.fulfillment.domain.work_order import WorkOrder
from services.fulfillment.handlers import REPORT
from services.fulfillment.heard import OperationStarted, ReservationAccepted
from services.fulfillment.missing import ACCOUNT, HIERARCHY, PLAN, SPECIFICATION

Wishes = Iterator[Collection[Wish]]

# ---------------------------------------------------------------------------------- reservations


def _accepted(data: ReservationAccepted, work: Work) -> None:
    inflight.accepted(reserved.order(data), work)


def _started(data: OperationStarted, work: Work) -> None:
    operations.started(reserved.part(data), work)


def _dropped(data: OperationCanceled, work: Work) -> None:
    reasons = tuple(f"{reason.rule}: {reason.message}" for reason in data.reasons)
    operations.dropped(data.order_id, data.operation_id, reasons, work)


def _of_plan(data: OperationCanceled, work: Work) -> Wishes:  # noqa: ARG001
    yield [StreamOf(PLAN, data.order_id)]


def _reserved(data: ReservationAccepted | OperationStarted, work: Work) -> Wishes:
    named, roots = _named(data), {one.root_id for one in data.standing}
    account = [StreamOf(ACCOUNT, data.account_id)] if roots else []
    yield [
        StreamOf(PLAN, data.order_id),
        *account,
        *(StreamOf(SPECIFICATION, id) for id in named),
        *(StreamOf(HIERARCHY, id) for id in roots),
    ]
    yield from _targets(named, work)


def _named(data: ReservationAccepted | OperationStarted | Reservation) -> set[str]:
    lines = {line.specification_id for line in data.lines}
    standing = {one.specification_id for one in data.standing}
    return lines | standing | {instance.specification_id for instance in data.tree}


def _targets(named: Iterable[str], work: Work) -> Wishes:
    """What decomposition may ask the catalog for, level by level."""
    seen = set(named)
    level = set(seen)
    while level := _below(level, work) - seen:
        seen |= level
        yield [StreamOf(SPECIFICATION, id) for id in level]


def _below(level: Iterable[str], work: Work) -> set[str]:
    heard: Iterable[Heard] = (work.state(SPECIFICATION, id) for id in level)
    return {
        relation.target for each in heard for entry in each.versions.values() for relation in entry.targets()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """The timer of an order that waits for the catalog."""

    order_id: str


def _look_again(data: LookAgain, work: Work) -> None:
    operations.look_again(data.order_id, work)
    revisions.look_again(data.order_id, work)


def _plan(data: jeopardy.Look, work: Work) -> Wishes:  # noqa: ARG001
    yield [StreamOf(PLAN, data.order_id)]


def _waiting(data: LookAgain, work: Work) -> Wishes:
    yield [StreamOf(PLAN, data.order_id)]
    state = work.state(PLAN, data.order_id)
    if isinstance(state, Waiting):
        named = _named(state.reservation)
        yield [StreamOf(SPECIFICATION, id) for id in named]
        yield from _targets(named, work)


# ------------------------------------------------------------------------------------------ tasks


def _report(data: ReportTask, work: Work) -> None:
    command = Report(
        task_id=data.task_id,
        result=data.result,
        attempt=data.attempt,
        fallout_type=data.fallout_type,
        work_order=_work_order(data.work_order, work),
    )
    if data.characteristics:
        _check_types(data, work)
    handlers.report(command, data.message, data.characteristics, work)
    if data.characteristics and (order_id := order_of(data.task_id)):
        staggering.follow(order_id, work)


def _work_order(said: ReportedWorkOrder | None, work: Work) -> WorkOrder | None:
    return None if said is None else WorkOrder(state=said.state, note=work.seal(said.note))


def _check_types(data: ReportTask, work: Work) -> None:
    """Raises `Refused` for a value that is not of the type the catalog gives it."""
    _, plan = handlers.plan_of(data.task_id, work)
    if plan is None:
        return
    heard: Heard = work.state(SPECIFICATION, handlers.specification_of(data.task_id, plan))
    entry = heard.named(None)
    types = {each.name: each.type for each in entry.characteristics} if entry else {}
    wrong = [
        Why(
            rule="FIELD",
            field=f"characteristics.{name}",
            message=f"'{name}' is of type {types[name]} in the catalog: send such a value, or leave it out",
        )
        for name, value in data.characteristics.items()
        if name in types and not entries.fits(types[name], value)
    ]
    if wrong:
        raise Refused(*wrong)


def _reported(data: ReportTask, work: Work) -> Wishes:
    order_id = order_of(data.task_id)
    yield [StreamOf(PLAN, order_id)] if order_id else [StreamOf(REPORT, data.task_id)]
    _, plan = handlers.plan_of(data.task_id, work)
    if plan is not None and (plan.standing or plan.made):
        yield [StreamOf(ACCOUNT, plan.account_id)]
    if not data.characteristics:
        return
    if plan is not None:
        yield [StreamOf(SPECIFICATION, handlers.specification_of(data.task_id, plan))]
        if plan.awaiting:
            named = {order.brief.specification_id for order in plan.orders.values()}
            yield [StreamOf(SPECIFICATION, id) for id in named]
            yield from _targets(named, work)


def _retry(data: RetryTask, work: Work) -> None:
    reason = work.seal(data.reason or "asked for again")
    handlers.retry(Retry(task_id=data.task_id, resolution=reason or ""), work)


def _skip(data: SkipTask, work: Work) -> None:
    handlers.skip(Skip(task_id=data.task_id, reason=work.seal(data.reason) or ""), work)


def _task(data: RetryTask | SkipTask | AskAgain, work: Work) -> Wishes:  # noqa: ARG001
    if order_id := order_of(data.task_id):
        yield [StreamOf(PLAN, order_id)]


def _resolve(data: ResolveFallout, work: Work) -> None:
    command = Resolve(
        fallout_id=data.fallout_id,
        resolution=work.seal(data.resolution),
        type=data.type,
        assignee=work.seal(data.assignee),
        accept=data.accept,
    )
    fallouts.resolve(command, work)


def _fallout(data: ResolveFallout, work: Work) -> Wishes:  # noqa: ARG001
    yield [StreamOf(PLAN, id) for id in fallouts.candidates(data.fallout_id)]


# ----------------------------------------------------------------------------------------- routes


def _order_of_task(data: Any) -> str | None:
    return order_of(data.task_id)


def _order_of_fallout(data: ResolveFallout) -> str | None:
    subject = data.fallout_id.rpartition(".f")[0]
    return operations.order_of(subject) or order_of(subject) or subject or None


def _order(data: Any) -> str | None:
    order_id: str = data.order_id
    return order_id


ROUTES: Mapping[str, Route] = {
    full("specification.publish"): Route(
        model=entries.Specification, handle=catalog.publish, needs=catalog.all_entries
    ),
    full("specification.retire"): Route(
        model=entries.RetireSpecification, handle=catalog.retire, needs=catalog.entry_needs
    ),
    full("reservation.accepted"): Route(
        model=ReservationAccepted, handle=_accepted, needs=_reserved, order=_order
    ),
    full("operation.started"): Route(model=OperationStarted, handle=_started, needs=_reserved, order=_order),
    full("operation.canceled"): Route(model=OperationCanceled, handle=_dropped, needs=_of_plan, order=_order),
    full("task.report"): Route(model=ReportTask, handle=_report, needs=_reported, order=_order_of_task),
    full("task.retry"): Route(model=RetryTask, handle=_retry, needs=_task, order=_order_of_task),
    full("task.skip"): Route(model=SkipTask, handle=_skip, needs=_task, order=_order_of_task),
    full("fallout.resolve"): Route(
        model=ResolveFallout, handle=_resolve, needs=_fallout, order=_order_of_fallout
    ),
    **inflight.ROUTES,
}

TIMERS: Mapping[str, Route] = {
    handlers.LOOK_AGAIN: Route(model=LookAgain, handle=_look_again, needs=_waiting, order=_order),
    jeopardy.ASK_AGAIN: Route(model=AskAgain, handle=handlers.ask_again, needs=_task, order=_order_of_task),
    jeopardy.LOOK: Route(model=jeopardy.Look, handle=jeopardy.look, needs=_plan, order=_order),
}
