"""What goes wrong with a plan and waits for a person: classified, assigned, resolved, closed (FAL-04)."""

from __future__ import annotations

from dataclasses import replace

from services.fulfillment.domain.blueprint import FalloutStage, Reason, Refused
from services.fulfillment.domain.catalog import TaskKind
from services.fulfillment.domain.events import FalloutChanged, FalloutClosed, FalloutOpened, PlanEvent
from services.fulfillment.domain.state import OpenFallout, OpenTask, Plan
from services.fulfillment.domain.value import value

BILLING, ALLOCATION, PROVISIONING = "billing", "allocation", "provisioning"
_NOT_THERE = ("DEC-01", "SUS-19")
"""What was asked for does not exist, or is not free."""


@value
class Resolve:
    """What a person does about a fallout: says what it is, who sees to it, or how it was mended."""

    fallout_id: str
    resolution: str | None = None
    type: str | None = None
    assignee: str | None = None


def classified(rule: str, kind: TaskKind | None = None, said: str | None = None) -> str:
    """FAL-02: what whoever failed says that it is; else by what failed."""
    if said is not None:
        return said
    if rule in _NOT_THERE:
        return ALLOCATION
    return BILLING if kind == "credit" else PROVISIONING


def advice(id: str, task_id: str | None, rule: str | None, stage: FalloutStage = "classified") -> str:
    """What a person can do now, in the words of the commands."""
    if stage == "resolved":
        return "nothing to do: it closes when the task that was asked for again is answered"
    if rule == "SUS-19":
        return f"order it anew for another day, then say so with 'fallout.resolve' of {id}"
    if rule in ("ORD-17", "INF-04"):
        return f"take back by hand what was done, then say so with 'fallout.resolve' of {id}"
    if task_id is None:
        return f"publish what is missing; 'fallout.resolve' of {id} looks for it at once"
    if rule == "RMA-05":
        return (
            f"look again with 'task.retry' of {task_id}, go on as promised all the same with 'task.skip' and "
            "a reason, or cancel the order and assess the line of the return anew"
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


# ------------------------------------------------------------------------------------------- people


def taken_up(command: Resolve, fallout: OpenFallout, version: int) -> tuple[PlanEvent, ...]:
    """Its type as a person sees it, and who sees to it; nothing when that is known already."""
    now = replace(
        fallout,
        type=command.type or fallout.type,
        assignee=command.assignee or fallout.assignee,
        stage="assigned" if command.assignee and fallout.stage == "classified" else fallout.stage,
    )
    return () if now == fallout else (_changed(now, version),)


def resolved(task: OpenTask, plan: Plan, resolution: str) -> tuple[PlanEvent, ...]:
    """FAL-07: the task is not closed by it; what is asked for again shows whether it helped."""
    fallout = plan.fallouts.get(task.fallout_id or "")
    if fallout is None:
        return ()
    return (_changed(replace(fallout, stage="resolved", resolution=resolution), plan.version),)


def _changed(now: OpenFallout, version: int) -> FalloutChanged:
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
