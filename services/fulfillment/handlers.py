"""What is done about each command, with the states it needs: the decisions are in `domain`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from services.chassis.service import Refused, Why, Work
from services.fulfillment import hierarchies, jeopardy, meanwhile
from services.fulfillment.domain import blueprint, reports
from services.fulfillment.domain.alterations import DoneAllTheSame
from services.fulfillment.domain.beginning import begin, planned, start
from services.fulfillment.domain.blueprint import Blueprint, Reason, order_of
from services.fulfillment.domain.catalog import Heard, Scalar, Specification
from services.fulfillment.domain.contradiction import Judge
from services.fulfillment.domain.decomposition import Impossible, Incomplete, decompose, missing
from services.fulfillment.domain.events import (
    PlanCanceled,
    PlanCreated,
    PlanEvent,
    PlanExtended,
    PlanPostponed,
    ReportIgnored,
)
from services.fulfillment.domain.limits import MAX_MESSAGE, too_large, values_size
from services.fulfillment.domain.outcome import taken_out
from services.fulfillment.domain.reservation import Reservation, Standing
from services.fulfillment.domain.schedule import scheduled
from services.fulfillment.domain.state import OpenOrder, Plan, PlanState, Waiting
from services.fulfillment.missing import PLAN, SPECIFICATION, close_fallout, open_fallout

REPORT = "report"
LOOK_AGAIN = "plan.look-again"

FALLOUT_AFTER = timedelta(minutes=1)
TARGET_GRACE = timedelta(seconds=10)
"""The catalog may be heard a little later than the order that needs it; then a missing target is missing."""
_REST_OF_MESSAGE = 64 * 1024
SOON, LATER = timedelta(seconds=2), timedelta(seconds=15)

# ------------------------------------------------------------------------------------------- plan


def accepted(reservation: Reservation, work: Work) -> None:
    """Plans what was reserved, or waits for the catalog."""
    state: PlanState = work.state(PLAN, reservation.order_id)
    _plan(reservation, state if isinstance(state, Waiting) else None, work)


def look_again(order_id: str, work: Work) -> None:
    """The timer of an order that waits: are the specifications there now?"""
    state = work.state(PLAN, order_id)
    if isinstance(state, Waiting) and not state.hold.stands():
        _plan(state.reservation, state, work)


def _plan(reservation: Reservation, waiting: Waiting | None, work: Work) -> None:
    heard = reader(work)
    lacking = missing(reservation, heard)
    if lacking:
        _wait(reservation, waiting, lacking, work)
        return
    outcome = decompose(reservation, heard, work.seal)
    since = waiting.since if waiting else work.now
    match outcome:
        case Incomplete() if work.now - since < TARGET_GRACE:
            _wait(reservation, waiting, tuple(reason.message for reason in outcome.reasons), work)
        case Incomplete(reasons=reasons) | Impossible(reasons=reasons):
            close_fallout(waiting, "the order cannot be planned as it is", work)
            _cancel(reservation, reasons, work)
        case Blueprint():
            close_fallout(waiting, "what was missing has been published", work)
            _begin(reservation, outcome, work)


def reader(work: Work) -> Callable[[str], Heard]:
    """The catalog as it was heard: planning asks for the same few again and again."""
    seen: dict[str, Heard] = {}

    def heard(id: str) -> Heard:
        if id not in seen:
            seen[id] = work.state(SPECIFICATION, id)
        return seen[id]

    return heard


def _begin(reservation: Reservation, made: Blueprint, work: Work) -> None:
    if (reason := too_large(made)) is not None:
        _cancel(reservation, (reason,), work)
        return
    made = scheduled(made, work.now)
    lay_out(begin(made), made, reservation.standing, work)


def lay_out(
    first: PlanCreated | PlanExtended, made: Blueprint, standing: Sequence[Standing], work: Work
) -> None:
    """A plan, or another part of it, with all that can begin at once."""
    order_id = made.order_id
    work.append(PLAN, order_id, first)
    plan: Plan = work.state(PLAN, order_id)
    work.append(PLAN, order_id, *planned(plan, made, first.tasks_apart))
    part = first.operation_id if isinstance(first, PlanExtended) else None
    hierarchies.note(order_id, standing, work, part)
    plan = work.state(PLAN, order_id)
    jeopardy.append(order_id, start(plan, work.now), work)


def _cancel(reservation: Reservation, reasons: tuple[Reason, ...], work: Work) -> None:
    canceled = PlanCanceled(version=reservation.version, account_id=reservation.account_id, reasons=reasons)
    work.append(PLAN, reservation.order_id, canceled)


def _wait(reservation: Reservation, waiting: Waiting | None, lacking: tuple[str, ...], work: Work) -> None:
    order_id = reservation.order_id
    since = waiting.since if waiting else work.now
    late = work.now - since >= FALLOUT_AFTER
    if waiting is None or waiting.missing != lacking or waiting.reservation is not reservation:
        work.append(
            PLAN,
            order_id,
            PlanPostponed(version=reservation.version, reservation=reservation, missing=lacking, at=since),
        )
    if waiting is None or waiting.reservation is not reservation:
        meanwhile.await_changes(reservation, work)
    if late and waiting is not None:
        open_fallout(waiting, lacking, work)
    due = work.now + (LATER if late else SOON)
    work.timer(f"wait-{order_id}", due, LOOK_AGAIN, {"order_id": order_id})


# ------------------------------------------------------------------------------------------ tasks


def report(command: reports.Report, message: str | None, found: Mapping[str, Scalar], work: Work) -> None:
    """What became of a task, `message` and `found` still plain. One we do not know is only recorded."""
    order_id, plan = plan_of(command.task_id, work)
    if order_id is None or plan is None:
        ignored = ReportIgnored(
            task_id=command.task_id, attempt=command.attempt, result=command.result, why="no such task"
        )
        work.append(REPORT, command.task_id, ignored)
        return
    same_account(plan, work)
    outcome: str | None = None
    if found:
        with refusing():
            outcome, found = taken_out(found, plan.tasks[command.task_id], plan)
    task = plan.tasks[command.task_id]
    values = _sealed(command.task_id, found, plan, work) if found else {}
    sealed = reports.Report(
        task_id=command.task_id,
        result=command.result,
        attempt=command.attempt,
        message=work.seal(message),
        fallout_type=command.fallout_type,
        outcome=outcome,
        characteristics=values,
        work_order=command.work_order,
        against=judge(work).contradictions(task, values, plan) if values else (),
    )
    with refusing():
        events = reports.report(sealed, plan, work.now)
    jeopardy.append(order_id, events, work)
    if any(isinstance(event, DoneAllTheSame) for event in events):
        jeopardy.append(order_id, start(work.state(PLAN, order_id), work.now), work)


def judge(work: Work) -> Judge:
    """By the catalog as each domain order was planned."""
    heard = reader(work)

    def entry(order: OpenOrder) -> Specification | None:
        version = order.details.specification_version if order.details else None
        return heard(order.brief.specification_id).named(version)

    return Judge(entry=entry, seal=work.seal)


def ask_again(command: reports.AskAgain, work: Work) -> None:
    """The timer of a back-off."""
    order_id, plan = plan_of(command.task_id, work)
    if order_id is not None and plan is not None:
        jeopardy.append(order_id, reports.ask_again(command, plan, work.now), work, command.at)


def retry(command: reports.Retry, work: Work) -> None:
    """Raises `Refused`."""
    _on_task(command.task_id, lambda plan, now: reports.retry(command, plan, now), work)


def skip(command: reports.Skip, work: Work) -> None:
    """Raises `Refused`."""
    _on_task(command.task_id, lambda plan, now: reports.skip(command, plan, now), work)


def plan_of(task_id: str, work: Work) -> tuple[str | None, Plan | None]:
    """The order and plan of a task; the plan None when there is no such task."""
    order_id = order_of(task_id)
    plan = work.state(PLAN, order_id) if order_id else None
    return order_id, plan if isinstance(plan, Plan) and task_id in plan.tasks else None


def specification_of(task_id: str, plan: Plan) -> str:
    return plan.orders[plan.tasks[task_id].planned.domain_order_id].brief.specification_id


def _on_task(task_id: str, decide: Callable[[Plan, datetime], tuple[PlanEvent, ...]], work: Work) -> None:
    order_id, plan = plan_of(task_id, work)
    if order_id is None or plan is None:
        raise unknown("task", "taskId", task_id)
    same_account(plan, work)
    with refusing():
        events = decide(plan, work.now)
    jeopardy.append(order_id, events, work)


@contextmanager
def refusing() -> Iterator[None]:
    """What the domain refuses is answered by the chassis."""
    try:
        yield
    except blueprint.Refused as refused:
        raise Refused(Why(*_why(refused.reason))) from refused


def _sealed(task_id: str, found: Mapping[str, Scalar], plan: Plan, work: Work) -> dict[str, Scalar]:
    """Personal values become tokens; what the catalog does not declare counts as personal."""
    order = plan.orders[plan.tasks[task_id].planned.domain_order_id]
    details = order.details
    heard: Heard = work.state(SPECIFICATION, order.brief.specification_id)
    entry = heard.named(details.specification_version if details else None)
    plain = {each.name for each in entry.characteristics if not each.personal} if entry else set[str]()
    sealed = {name: value if name in plain else work.seal(value) for name, value in found.items()}
    _fits_a_message(order.values, sealed)
    return sealed


def _fits_a_message(there: Mapping[str, Scalar], found: Mapping[str, Scalar]) -> None:
    size = values_size(there, found)
    if size > MAX_MESSAGE - _REST_OF_MESSAGE:
        message = f"with these values the characteristics take {size} bytes, more than fit a message"
        raise Refused(Why(rule="LIM-01", field="characteristics", message=f"{message}: send fewer"))


# --------------------------------------------------------------------------------------- refusals


def _why(reason: Reason) -> tuple[str, str, str | None, str | None]:
    return reason.rule, reason.message, reason.line_id, reason.field


def unknown(what: str, field: str, id: str) -> Refused:
    message = f"there is no {what} {id}: take its id from fulfillment.events, or from 'aftersale show plan'"
    return Refused(Why(rule="REF-01", field=field, message=message))


def same_account(plan: Plan, work: Work) -> None:
    account_is(plan.account_id, work)


def account_is(account_id: str, work: Work) -> None:
    given = work.message.account
    if given != account_id:
        message = f"the task belongs to another account than {given}: send the accountid it was asked with"
        raise Refused(Why(rule="REF-01", field="accountid", message=message))
