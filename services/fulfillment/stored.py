"""The stable names under which the events are stored. A name is for ever; a new form gets a new number."""

from __future__ import annotations

from services.chassis.service import Version
from services.fulfillment.domain import catalog, plan

STORED = (
    Version(name="specification.published.v1", type=catalog.SpecificationPublished),
    Version(name="specification.retired.v1", type=catalog.SpecificationRetired),
    Version(name="plan.postponed.v1", type=plan.PlanPostponed),
    Version(name="plan.created.v1", type=plan.PlanCreated),
    Version(name="plan.completed.v1", type=plan.PlanCompleted),
    Version(name="plan.canceled.v1", type=plan.PlanCanceled),
    Version(name="domain-order.planned.v1", type=plan.DomainOrderPlanned),
    Version(name="domain-order.started.v1", type=plan.DomainOrderStarted),
    Version(name="domain-order.closed.v1", type=plan.DomainOrderClosed),
    Version(name="domain-order.values-copied.v1", type=plan.ValuesCopied),
    Version(name="task.released.v1", type=plan.TaskReleased),
    Version(name="task.started.v1", type=plan.TaskStarted),
    Version(name="task.closed.v1", type=plan.TaskClosed),
    Version(name="task.attempt-failed.v1", type=plan.AttemptFailed),
    Version(name="task.held.v1", type=plan.TaskHeld),
    Version(name="fallout.opened.v1", type=plan.FalloutOpened),
    Version(name="fallout.closed.v1", type=plan.FalloutClosed),
    Version(name="report.ignored.v1", type=plan.ReportIgnored),
)
