"""What the fulfillment service says on `fulfillment.events`."""

from __future__ import annotations

from pydantic import Field

from schemas.vocabulary import (
    Characteristics,
    DomainOrderState,
    FalloutStage,
    HoldCause,
    Kind,
    LineAction,
    Moment,
    Outcome,
    Part,
    PersonalText,
    Ponr,
    Reason,
    RiskLevel,
    Side,
    TaskKind,
    TaskState,
    WorkOrderState,
)


class PlanEvent(Part):
    order_id: str
    account_id: str
    version: int


class PlannedDomainOrder(Part):
    """A domain order in brief; its details travel in `domain-order.state-changed`."""

    domain_order_id: str
    kind: Kind
    action: LineAction
    specification_id: str
    line_id: str
    instance_id: str | None = None
    parent_id: str | None = None
    pair_id: str | None = None


class PlannedTask(Part):
    """A task in brief; its details travel in `task.requested`."""

    task_id: str
    name: str
    kind: TaskKind
    domain_order_id: str
    after: tuple[str, ...] = ()
    undo: bool = False
    planned_end: Moment | None = None
    reason: str | None = None
    """Why it joined a plan that was there: what it undoes, or what came anew."""


class Charge(Part):
    """What a change of this line costs: it is past a soft point of no return (D-11)."""

    line_id: str
    task_id: str
    charge: str


class PlanCreated(PlanEvent):
    """`plan.created`: the order is decomposed.

    The tasks of a plan too large for one message stand with their domain orders instead, in the first
    `domain-order.state-changed` of each.
    """

    line_ids: tuple[str, ...]
    domain_orders: tuple[PlannedDomainOrder, ...]
    tasks: tuple[PlannedTask, ...]


class PlanPartCompleted(PlanEvent):
    """`plan.part-completed` (more parts follow) and `plan.completed` (the last part)."""

    line_ids: tuple[str, ...]


class PlanChanged(PlanEvent):
    """`plan.changed`: domain orders and tasks that the plan did not have before; told like `plan.created`.

    Of an operation that has started (`operationId`), its lines. `staggered`: values have come that targets of
    these lines waited for (DEC-04), the rest of the plan stays. Else a revision was approved: `lineIds` are
    all lines that happen at once, now; what is done about `droppedLineIds` is told domain order by domain
    order, and ends with `canceled`.
    """

    operation_id: str | None = None
    staggered: bool = False
    line_ids: tuple[str, ...]
    domain_orders: tuple[PlannedDomainOrder, ...]
    tasks: tuple[PlannedTask, ...]
    dropped_line_ids: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()


class PlanChangeRefused(PlanEvent):
    """`plan.change-refused`: the plan stays as it is, for these reasons.

    Of an operation that has started (`operationId`), or of a revision or cancellation: some line is past its
    hard point of no return, or what is asked cannot be planned.
    """

    operation_id: str | None = None
    reasons: tuple[Reason, ...] = ()


class PlanCanceled(PlanEvent):
    """`plan.canceled`: it cannot be made (`reasons`), or a cancellation was approved and all is undone."""

    reasons: tuple[Reason, ...] = ()
    charges: tuple[Charge, ...] = ()


class PlanHeld(PlanEvent):
    """`plan.held`: nothing new is asked for until `plan.released` or a decision.

    Because the order was held, or because a cancellation or revision was requested: then it is the answer,
    and says what the change costs. What was asked for before stays so, and what is reported counts.
    """

    because: HoldCause
    charges: tuple[Charge, ...] = ()


class PlanReleased(PlanEvent):
    """`plan.released`: the plan goes on, in the exact state before (D-02)."""

    because: HoldCause


class PonrPassed(PlanEvent):
    """`ponr.passed`: a marked task closed complete, so its line is past its point of no return.

    `soft`: the line can still be changed, at this charge. `hard`: it cannot (D-11).
    """

    line_id: str
    domain_order_id: str
    task_id: str
    kind: Ponr
    charge: str | None = None


class DomainOrderStateChanged(PlanEvent):
    """`domain-order.state-changed`: with all that inventory needs to make, flip or end the instance.

    `previousState` is absent on the first one, which brings the domain order into being. With `newInstance`
    the instance does not exist before it: inventory makes it under `parentInstanceId`. `composedOf` names
    instances without a domain order of their own that go along. `lineClosed` is true when every domain
    order of the line is closed now (suspend and resume flip then).

    One that would break what holds between products is `on_hold`, and `reason` says what (DOM-04): it
    closes when that is put right, or accepted. A revision may bring one that is closed back
    `in_progress`, and one that is open new values; `reason` says why. One that a revision or cancellation
    drops is in `cancellation_in_progress` while `tasks` undo what was done, then `canceled`: the instance
    is again as it was when it was reserved.
    """

    domain_order_id: str
    kind: Kind
    action: LineAction
    side: Side | None = None
    state: DomainOrderState
    previous_state: DomainOrderState | None = None
    specification_id: str
    specification_version: str | None = None
    line_id: str
    instance_id: str | None = None
    parent_id: str | None = None
    pair_id: str | None = None
    new_instance: bool = False
    parent_instance_id: str | None = None
    composed_of: tuple[str, ...] = ()
    characteristics: Characteristics = Field(default_factory=dict)
    location: str | None = None
    priority: int | None = None
    line_closed: bool = False
    reason: str | None = None
    tasks: tuple[PlannedTask, ...] = ()


class WorkOrder(Part):
    state: WorkOrderState
    note: PersonalText | None = None


class TaskStateChanged(PlanEvent):
    """`task.state-changed`. `outcome` is what was found where the task belongs to a return.

    `workOrder` is what was reported of field work: said again, in the same state, with each such report.
    """

    task_id: str
    domain_order_id: str
    state: TaskState
    attempt: int
    outcome: Outcome | None = None
    work_order: WorkOrder | None = None
    message: PersonalText | None = None


class FalloutOpened(PlanEvent):
    """`fallout.opened`, by which rule: a task failed or is late, the order waits for what does not come, or a
    domain order does not close because products would not go together (DOM-04).

    Said again, with the same id, when somebody takes it up or resolves it: `stage` says how far it is.
    `type` is `billing`, `allocation`, `provisioning`, or another word of whoever failed or took it up;
    `advice` is what a person can do now.
    """

    fallout_id: str
    task_id: str | None = None
    domain_order_id: str | None = None
    rule: str | None = None
    message: PersonalText
    type: str | None = None
    stage: FalloutStage = "classified"
    assignee: PersonalText | None = None
    resolution: PersonalText | None = None
    advice: str | None = None


class FalloutClosed(PlanEvent):
    """`fallout.closed`: how it was resolved; `verified` when what it held was completed thereafter."""

    fallout_id: str
    task_id: str | None = None
    stage: FalloutStage = "closed"
    resolution: PersonalText
    verified: bool = False


class LineRisk(Part):
    line_id: str
    risk: RiskLevel
    expected_end: Moment | None = None


class DomainOrderRisk(Part):
    domain_order_id: str
    risk: RiskLevel
    expected_end: Moment | None = None


class TaskRisk(Part):
    task_id: str
    risk: RiskLevel
    expected_end: Moment | None = None


class JeopardyChanged(PlanEvent):
    """`jeopardy.changed`: how much of what is open is at risk now; only what is new is listed.

    `risk` and `expectedEnd` are the order's. A risk that is `low` and has no `expectedEnd` is over: done, or
    in time again. A plan with very many new risks tells of them in several messages.
    """

    risk: RiskLevel | None = None
    expected_end: Moment | None = None
    lines: tuple[LineRisk, ...] = ()
    domain_orders: tuple[DomainOrderRisk, ...] = ()
    tasks: tuple[TaskRisk, ...] = ()
