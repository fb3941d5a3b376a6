"""What is decided when an order is held, released, or asked to change under way.

Requests are answered once; the answer to one of a version that is past already is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.fulfillment.domain.alterations import (
    Because,
    ChangeRefused,
    Charge,
    PlanHeld,
    PlanReleased,
    ReservationKept,
)
from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.ponr import canceled_past, charges, revised_past
from services.fulfillment.domain.reservation import Line, Reservation
from services.fulfillment.domain.state import Awaited, Canceled, Plan, PlanState, Unplanned, Waiting
from services.fulfillment.domain.value import value

Answer = PlanHeld | PlanReleased | ChangeRefused | ReservationKept

# ---------------------------------------------------------------------------------------- commands


@value
class Ask:
    """A cancellation, or a revision that leaves all lines as they are but these (added ones apart)."""

    version: int
    account_id: str
    because: Because
    line_ids: tuple[str, ...] = ()
    against: tuple[Reason, ...] = ()
    """What others rely on and the change would take back (DOM-04)."""


@value
class Stop:
    """A person holds the order."""

    version: int
    account_id: str


# ------------------------------------------------------------------------------------------ decide


def ask(command: Ask, state: PlanState) -> tuple[Answer, ...]:
    """Held, or refused with every reason; nothing when the plan is past it."""
    match state:
        case Unplanned():
            return (_held(command),)
        case Awaited(version=version) | Canceled(version=version):
            return (_held(command),) if command.version > version else ()
        case Waiting(version=version):
            return _of_waiting(command, state) if command.version > version else ()
        case Plan():
            return _of_plan(command, state)


def _of_waiting(command: Ask, state: Waiting) -> tuple[Answer, ...]:
    if command.because == "cancel":
        return (_held(command),)
    return (_refused(command.version, undecomposed(", ".join(state.missing))),)


def _of_plan(command: Ask, plan: Plan) -> tuple[Answer, ...]:
    if plan.over() or command.version <= plan.version:
        return ()
    if command.because == "revise" and plan.kept is not None:
        return (_refused(command.version, undecomposed("the revision before it")),)
    if command.because == "revise" and (id := not_planned_yet(command.line_ids, plan)) is not None:
        return (_refused(command.version, undecomposed(f"what line {id} needs")),)
    reasons = (*judge(command.because, command.line_ids, plan), *command.against)
    return (_refused(command.version, *reasons) if reasons else _held(command, plan),)


def judge(because: Because, line_ids: Iterable[str], plan: Plan) -> tuple[Reason, ...]:
    """Every line that stands against it: past its hard point of no return (D-11, D-19), or done."""
    touched = tuple(plan.part_of) if because == "cancel" else tuple(line_ids)
    past = canceled_past(plan, touched) if because == "cancel" else revised_past(plan, touched)
    return (*past, *_over(because, touched, plan, {reason.line_id for reason in past}))


def _over(because: Because, touched: Iterable[str], plan: Plan, named: set[str | None]) -> Iterable[Reason]:
    """INF-01: lines that are completed."""
    for line_id in touched:
        part = plan.part_of.get(line_id)
        if part is not None and line_id not in named and part not in plan.parts:
            yield _reason(line_id, f"line {line_id} is completed", because)


def not_planned_yet(line_ids: Iterable[str], plan: Plan) -> str | None:
    """A line of these that has started on its day, and waits for the catalog."""
    waiting = _waiting(plan)
    return next((id for id in line_ids if id in waiting), None)


def changed_before_its_plan(revised: Reservation, plan: Plan) -> str | None:
    """A line that waits like that, and is to be dropped or changed."""
    waiting = _waiting(plan)
    changed = (line.line_id for line in revised.lines if waiting.get(line.line_id, line) != line)
    return not_planned_yet((*revised.dropped, *changed), plan)


def planned_by_now(revised: Reservation, plan: Plan) -> Reservation:
    """Without what waits like that: it is planned when the catalog has it."""
    waiting = _waiting(plan)
    return replace(
        revised,
        lines=tuple(line for line in revised.lines if line.line_id not in waiting),
        tree=tuple(one for one in revised.tree if one.line_id not in waiting),
    )


def _waiting(plan: Plan) -> dict[str, Line]:
    return {line.line_id: line for one in plan.postponed.values() for line in one.reservation.lines}


def _reason(line_id: str, what: str, because: Because) -> Reason:
    instead = {
        "cancel": "cancel the other lines by naming them in lineIds, and order anew what is to be undone",
        "revise": "leave it as it is, and order the change anew when the order is completed",
    }
    return Reason(rule="INF-01", line_id=line_id, message=f"{what}: {instead[because]}")


def undecomposed(what: str) -> Reason:
    return Reason(
        rule="DEC-09",
        message=f"the order is being broken down, and waits for {what}: ask again when its plan is there, "
        "or cancel the order",
    )


def _held(command: Ask, plan: Plan | None = None) -> PlanHeld:
    found: tuple[Charge, ...] = ()
    if plan is not None:
        found = charges(plan, tuple(plan.part_of) if command.because == "cancel" else command.line_ids)
    return PlanHeld(
        version=command.version,
        account_id=command.account_id,
        because=command.because,
        charges=found,
    )


def _refused(version: int, *reasons: Reason) -> ChangeRefused:
    return ChangeRefused(version=version, reasons=reasons)


def decline(version: int, state: PlanState) -> tuple[PlanReleased, ...]:
    """D-02; nothing when no request of that version holds the plan."""
    match state:
        case Awaited() | Waiting() | Plan():
            pending = state.hold.pending
            if pending is not None and pending.version <= version:
                return (PlanReleased(version=version, because=pending.because),)
    return ()


def stop(command: Stop, state: PlanState) -> tuple[PlanHeld, ...]:
    """Nothing when it is held already, or over."""
    held = PlanHeld(version=command.version, account_id=command.account_id, because="hold")
    match state:
        case Unplanned():
            return (held,)
        case Canceled():
            return (held,) if command.version > state.version else ()
        case Plan() if state.over():
            return ()
        case Awaited() | Waiting() | Plan():
            return () if state.hold.paused else (held,)


def go_on(version: int, state: PlanState) -> tuple[PlanReleased, ...]:
    """Nothing when nobody holds it."""
    match state:
        case Awaited() | Waiting() | Plan():
            return (PlanReleased(version=version, because="hold"),) if state.hold.paused else ()
    return ()
