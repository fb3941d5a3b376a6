"""What people do about fallouts: they take them up, and say how they were mended."""

from __future__ import annotations

from services.chassis.service import Refused, Why, Work
from services.fulfillment import handlers, jeopardy, staggering
from services.fulfillment.domain import fallout, reports
from services.fulfillment.domain.beginning import start
from services.fulfillment.domain.blueprint import order_of
from services.fulfillment.domain.fallout import Resolve
from services.fulfillment.domain.state import OpenFallout, Plan, PlanState, Waiting
from services.fulfillment.domain.trouble_events import FalloutClosed
from services.fulfillment.missing import PLAN, fallout_of


def candidates(fallout_id: str) -> tuple[str, ...]:
    """The orders whose fallout it could be: of an order, an operation (`<order>~op.<n>`), a domain order, a
    task."""
    subject = fallout_id.rpartition(".f")[0]
    ids = (subject, subject.partition("~op.")[0], subject.rpartition(".")[0], order_of(subject))
    return tuple(dict.fromkeys(id for id in ids if id))


def resolve(command: Resolve, work: Work) -> None:
    """Raises `Refused`. What it holds goes on: the task is asked for again, the catalog looked at again."""
    order_id, state, found = _found(command.fallout_id, work)
    handlers.account_is(_account(state), work)
    taken_up = fallout.taken_up(command, found, _version(state))
    if command.resolution is not None:
        with handlers.refusing():
            fallout.awaits_resolution(found)
            fallout.may_go_on(command, found, state)
    work.append(PLAN, order_id, *taken_up)
    if command.resolution is not None:
        if isinstance(state, Plan) and found.rule == fallout.STOPPED:
            _close_after_all(order_id, state, found, command, work)
        else:
            _go_on(order_id, state, found, command.resolution, work)


def _close_after_all(order_id: str, plan: Plan, found: OpenFallout, command: Resolve, work: Work) -> None:
    """DOM-04: they go together again, or need not any more."""
    if command.accept:
        work.append(PLAN, order_id, fallout.waived(found, plan, command.resolution or ""))
    _close(order_id, found, _version(plan), command.resolution or "", work)
    jeopardy.append(order_id, start(work.state(PLAN, order_id), work.now), work)


def _go_on(order_id: str, state: Plan | Waiting, found: OpenFallout, resolution: str, work: Work) -> None:
    if found.task_id is not None and not _is_gone(found.task_id, state):
        handlers.retry(reports.Retry(task_id=found.task_id, resolution=resolution), work)
    elif isinstance(state, Waiting) and found.fallout_id == fallout_of(order_id):
        handlers.look_again(order_id, work)
    else:
        _close(order_id, found, _version(state), resolution, work)
        staggering.follow(order_id, work)


def _is_gone(task_id: str, state: Plan | Waiting) -> bool:
    """There is nothing to ask for again."""
    return isinstance(state, Plan) and state.tasks[task_id].gone


def _close(order_id: str, found: OpenFallout, version: int, resolution: str, work: Work) -> None:
    closed = FalloutClosed(
        version=version, fallout_id=found.fallout_id, task_id=found.task_id, resolution=resolution
    )
    work.append(PLAN, order_id, closed)


def _found(fallout_id: str, work: Work) -> tuple[str, Plan | Waiting, OpenFallout]:
    """Raises `Refused` when no such fallout is open."""
    known = False
    for order_id in candidates(fallout_id):
        state: PlanState = work.state(PLAN, order_id)
        if isinstance(state, Plan | Waiting):
            if fallout_id in state.fallouts:
                return order_id, state, state.fallouts[fallout_id]
            known = known or _could_be(fallout_id, order_id, state)
    if known:
        message = f"fallout {fallout_id} is not open: nothing is held by it, so there is nothing to do"
        raise Refused(Why(rule="FAL-03", field="falloutId", message=message))
    raise handlers.unknown("fallout", "falloutId", fallout_id)


def _could_be(fallout_id: str, order_id: str, state: Plan | Waiting) -> bool:
    subject = fallout_id.rpartition(".f")[0]
    at = isinstance(state, Plan) and subject in state.tasks
    return at or subject == order_id or subject.startswith(f"{order_id}~op.")


def _account(state: Plan | Waiting) -> str:
    return state.account_id if isinstance(state, Plan) else state.reservation.account_id


def _version(state: Plan | Waiting) -> int:
    return state.version if isinstance(state, Plan) else state.reservation.version
