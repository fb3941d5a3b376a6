"""What goes wrong with a plan and waits for a person: classified, assigned, resolved, closed (FAL-04)."""

from __future__ import annotations

from dataclasses import replace

from services.fulfillment.domain.blueprint import FalloutStage, Reason, Refused
from services.fulfillment.domain.catalog import TaskKind
from services.fulfillment.domain.compatibility import broken, stopped_because
from services.fulfillment.domain.compatibility_events import CompatibilityWaived
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.state import OpenFallout, OpenOrder, OpenTask, Plan, Waiting
from services.fulfillment.domain.trouble_events import FalloutChanged, FalloutClosed, FalloutOpened
from services.fulfillment.domain.value import value

BILLING, ALLOCATION, PROVISIONING = "billing", "allocation", "provisioning"
STOPPED = "DOM-04"
"""The rule of a fallout that stops a domain order as a whole."""
DONE = ("DEC-04", "RMA-05")
"""The rules of those that hold a task which was done, for what it found: it can be undone like any other."""
_NOT_THERE = ("DEC-01", "SUS-19")
"""What was asked for does not exist, or is not free."""


@value
class Resolve:
    """What a person does about a fallout: says what it is, who sees to it, or how it was mended."""

    fallout_id: str
    resolution: str | None = None
    type: str | None = None
    assignee: str | None = None
    accept: bool = False
    """What is wrong stays so, and what was stopped closes all the same."""


def classified(rule: str, kind: TaskKind | None = None, said: str | None = None) -> str:
    """FAL-02: what whoever failed says that it is; else by what failed."""
    if said is not None:
        return said
    if rule in _NOT_THERE:
        return ALLOCATION
    return BILLING if kind == "credit" else PROVISIONING


_ON_ITS_DAY = (
    ("CHG-16", "wait until the order that holds it is over, and order it anew"),
    (
        "CHG-17",
        "what it was about has ended, so that there is nothing to do for it: order what is wanted instead",
    ),
    ("CON-", "order it anew with a contract line as the reason says"),
    ("SUS-15", "order another window"),
    ("CHG-08", "order it anew: what is there by then is counted"),
)
"""What helps against the rule that an operation broke on its day; against any other, what its reason says."""


def _anew(message: str) -> str:
    helps = (what for rule, what in _ON_ITS_DAY if f" {rule}" in message)
    return next(helps, "put right what the reason says, and order it anew where it is still wanted")


def advice(
    id: str,
    task_id: str | None,
    rule: str | None,
    stage: FalloutStage = "classified",
    message: str = "",
) -> str:
    """What a person can do now, in the words of the commands."""
    if stage == "resolved":
        return "nothing to do: it closes when the task that was asked for again is answered"
    if rule == "SUS-19":
        return f"{_anew(message)}, then say so with 'fallout.resolve' of {id}"
    if rule in ("ORD-17", "INF-04"):
        return f"take back by hand what was done, then say so with 'fallout.resolve' of {id}"
    if rule == STOPPED:
        return (
            "put it right with another order, or revise or cancel this one: it goes on by itself as soon as "
            f"they go together. 'fallout.resolve' of {id} looks again, and with 'accept' it closes all the "
            "same, for the reason you give"
        )
    if task_id is None:
        return f"publish what is missing; 'fallout.resolve' of {id} looks for it at once"
    if rule == "RMA-05":
        return (
            f"look again with 'task.retry' of {task_id}, go on as promised all the same with 'task.skip' and "
            "a reason, or cancel the order and assess the line of the return anew"
        )
    if rule == "DEC-04":
        return (
            "if what was found is right, revise the order to it: the plan follows, and the task closes by "
            f"itself. Otherwise look again with 'task.retry' of {task_id}, or go on as planned with "
            "'task.skip' and a reason"
        )
    counts = "; a 'task.report' that it is completed still counts" if rule == "FAL-05" else ""
    return (
        f"mend the cause and ask again with 'fallout.resolve' of {id} or 'task.retry' of {task_id}, or go on "
        f"without it with 'task.skip' and a reason{counts}"
    )


# ------------------------------------------------------------------------------------------ opening


def opened(task: OpenTask, plan: Plan, rule: str, message: str, said: str | None) -> tuple[PlanEvent, ...]:
    """Of a task whose last attempt came to nothing; what an earlier fallout tried is over with that."""
    planned = task.planned
    return (
        *closed(task, plan, verified=False),
        FalloutOpened(
            version=plan.version,
            fallout_id=f"{planned.task_id}.f{task.attempt}",
            task_id=planned.task_id,
            domain_order_id=planned.domain_order_id,
            message=message,
            rule=rule,
            type=classified(rule, planned.kind, said),
        ),
    )


def stopped(order: OpenOrder, plan: Plan, message: str) -> FalloutOpened:
    """DOM-04: of a domain order that may not close."""
    id = order.brief.domain_order_id
    return FalloutOpened(
        version=plan.version,
        fallout_id=f"{id}.f{order.fallouts + 1}",
        task_id=None,
        domain_order_id=id,
        message=message,
        rule=STOPPED,
        type="compatibility",
    )


def lifted(order: OpenOrder, plan: Plan, how: str, *, verified: bool = False) -> tuple[FalloutClosed, ...]:
    """What stopped a domain order is over; nothing when it was not stopped."""
    if order.fallout_id is None:
        return ()
    closed = FalloutClosed(
        version=plan.version,
        fallout_id=order.fallout_id,
        task_id=None,
        resolution=how,
        verified=verified,
    )
    return (closed,)


# ------------------------------------------------------------------------------------------- people


def taken_up(command: Resolve, fallout: OpenFallout, version: int) -> tuple[PlanEvent, ...]:
    """Its type as a person sees it, and who sees to it; nothing when that is known already."""
    now = replace(
        fallout,
        type=command.type or fallout.type,
        assignee=command.assignee or fallout.assignee,
        stage="assigned" if command.assignee and fallout.stage == "classified" else fallout.stage,
    )
    return () if now == fallout else (changed(now, version),)


def resolved(task: OpenTask, plan: Plan, resolution: str) -> tuple[PlanEvent, ...]:
    """FAL-07: the task is not closed by it; what is asked for again shows whether it helped."""
    fallout = plan.fallouts.get(task.fallout_id or "")
    if fallout is None:
        return ()
    return (changed(replace(fallout, stage="resolved", resolution=resolution), plan.version),)


def changed(now: OpenFallout, version: int) -> FalloutChanged:
    """It is said again, as it is now."""
    return FalloutChanged(
        version=version,
        fallout_id=now.fallout_id,
        task_id=now.task_id,
        stage=now.stage,
        type=now.type,
        message=now.message,
        rule=now.rule,
        assignee=now.assignee,
        resolution=now.resolution,
    )


def closed(
    task: OpenTask, plan: Plan, *, verified: bool, resolution: str | None = None
) -> tuple[PlanEvent, ...]:
    """The fallout of a task that was answered, skipped or taken away; nothing when it has none."""
    fallout = plan.fallouts.get(task.fallout_id or "")
    if fallout is None:
        return ()
    return (
        FalloutClosed(
            version=plan.version,
            fallout_id=fallout.fallout_id,
            task_id=fallout.task_id,
            resolution=resolution or fallout.resolution or "",
            verified=verified,
        ),
    )


def awaits_resolution(fallout: OpenFallout) -> None:
    """Raises `Refused` when it has been resolved already."""
    if fallout.stage == "resolved":
        raise Refused(
            Reason(
                rule="FAL-04",
                field="falloutId",
                message=f"fallout {fallout.fallout_id} is resolved already: it closes by itself when "
                f"{fallout.task_id} is answered, so there is nothing left to do about it",
            )
        )


def may_go_on(command: Resolve, found: OpenFallout, state: Plan | Waiting) -> None:
    """Raises `Refused` while products still do not go together (DOM-04), unless that is accepted.

    Nothing else can be accepted like that: a failed task is skipped.
    """
    if not isinstance(state, Plan) or found.rule != STOPPED:
        if command.accept:
            raise Refused(_nothing_to_accept(found))
        return
    order = state.orders[found.domain_order_id or ""]
    if not command.accept and (breaks := broken(state, order)):
        message = f"{stopped_because(order, breaks)}; or send it again with 'accept' to close it all the same"
        raise Refused(Reason(rule=STOPPED, field="falloutId", message=message))


def _nothing_to_accept(found: OpenFallout) -> Reason:
    what = f"skip {found.task_id} with 'task.skip' and a reason" if found.task_id else "leave it out"
    return Reason(
        rule="FAL-03",
        field="accept",
        message=f"only what stops a domain order by {STOPPED} can be accepted as it is: {what}",
    )


def waived(found: OpenFallout, plan: Plan, reason: str) -> CompatibilityWaived:
    """What does not go together need not, in this plan."""
    order = plan.orders[found.domain_order_id or ""]
    return CompatibilityWaived(
        version=plan.version,
        domain_order_id=order.brief.domain_order_id,
        breaks=broken(plan, order),
        reason=reason,
    )
