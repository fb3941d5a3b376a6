"""Work asked of provisioning systems on `fulfillment.tasks`, and what they and operators answer."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.vocabulary import (
    Characteristics,
    Command,
    Identifier,
    LineAction,
    Moment,
    Part,
    PersonalText,
    PersonalWords,
    PriorityBand,
    Reference,
    TaskKind,
    WorkOrderState,
)


class TaskRequested(Part):
    """`task.requested`: do this, then answer with `task.report`. Personal values are plain here.

    `undo`: it takes back what another task did. `reason` says why it joined the plan, or is asked for again.
    `quantity`: of what is counted, how many. Where the order changes that number it is the new one, and
    `previousQuantity` the one before: when two of five come back, three are left, and they are 3 and 5.
    """

    task_id: str
    attempt: int
    kind: TaskKind
    name: str
    action: LineAction
    undo: bool = False
    order_id: str
    account_id: str
    version: int
    line_id: str
    domain_order_id: str
    instance_id: str | None = None
    specification_id: str
    location: str | None = None
    quantity: int | None = None
    previous_quantity: int | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    due: Moment | None = None
    priority: int | None = None
    priority_band: PriorityBand | None = None
    reason: str | None = None


class TaskWithdrawn(Part):
    """`task.withdrawn`: this attempt is no longer wanted.

    When it is done all the same, say so: what can be undone is then undone.
    """

    task_id: str
    attempt: int
    order_id: str
    account_id: str
    version: int
    reason: str


class ReportedWorkOrder(Command):
    """What people on site say of their work order.

    `ready_for_dispatch`, `assigned`, `accepted` and `work_in_progress` go with the result `in_progress`,
    `closed_complete` with `completed`, `closed_incomplete` and `canceled` with `failed`.
    """

    state: WorkOrderState
    note: PersonalText | None = None


class ReportTask(Command):
    """`task.report`: what became of a task; `characteristics` are values found or assigned on the way.

    `workOrder` is for a task of kind `field`. `falloutType` says what a failure is: `billing`, `allocation`,
    `provisioning`, or a word of your own.
    """

    task_id: Reference
    attempt: Annotated[int, Field(ge=1)] | None = None
    result: Literal["in_progress", "completed", "failed"]
    message: PersonalText | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    fallout_type: Identifier | None = None
    work_order: ReportedWorkOrder | None = None


class RetryTask(Command):
    """`task.retry`: a person asks for the failed task again."""

    task_id: Reference
    reason: PersonalText | None = None


class SkipTask(Command):
    """`task.skip`: a person closes the failed task, saying why."""

    task_id: Reference
    reason: PersonalWords


class ResolveFallout(Command):
    """`fallout.resolve`: with a `resolution` the cause is mended, and the held task is asked for again.

    A domain order that was stopped because products do not go together (DOM-04) is judged again. With
    `accept` it closes although they do not, and the resolution says why. Without a resolution it is said who
    sees to it (`assignee`), or of which `type` it is; at least one of the three.
    """

    fallout_id: Reference
    resolution: PersonalWords | None = None
    accept: bool = False
    assignee: PersonalText | None = None
    type: Identifier | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.resolution is None and self.assignee is None and self.type is None:
            raise ValueError("say the resolution, or who sees to it (assignee), or of which type it is")
        if self.accept and self.resolution is None:
            raise ValueError("to accept it, say in the resolution why")
        return self
