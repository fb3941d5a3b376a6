"""The stable names under which the events are stored. A name is for ever; a new form gets a new number."""

from __future__ import annotations

from services.chassis.service import Version
from services.fulfillment.domain import alterations, catalog, events

STORED = (
    Version(name="specification.published.v1", type=catalog.SpecificationPublished),
    Version(name="specification.retired.v1", type=catalog.SpecificationRetired),
    Version(name="plan.postponed.v1", type=events.PlanPostponed),
    Version(name="plan.created.v1", type=events.PlanCreated),
    Version(name="plan.extended.v1", type=events.PlanExtended),
    Version(name="plan.grown.v1", type=events.PlanGrown),
    Version(name="plan.part-postponed.v1", type=events.PartPostponed),
    Version(name="plan.extension-refused.v1", type=events.ExtensionRefused),
    Version(name="plan.operation-dropped.v1", type=events.OperationDropped),
    Version(name="plan.part-completed.v1", type=events.PartCompleted),
    Version(name="plan.completed.v1", type=events.PlanCompleted),
    Version(name="plan.canceled.v1", type=events.PlanCanceled),
    Version(name="domain-order.planned.v1", type=events.DomainOrderPlanned),
    Version(name="domain-order.started.v1", type=events.DomainOrderStarted),
    Version(name="domain-order.closed.v1", type=events.DomainOrderClosed),
    Version(name="domain-order.values-copied.v1", type=events.ValuesCopied),
    Version(name="task.released.v1", type=events.TaskReleased),
    Version(name="task.started.v1", type=events.TaskStarted),
    Version(name="task.closed.v1", type=events.TaskClosed),
    Version(name="ponr.passed.v1", type=events.PonrPassed),
    Version(name="task.attempt-failed.v1", type=events.AttemptFailed),
    Version(name="task.held.v1", type=events.TaskHeld),
    Version(name="fallout.opened.v1", type=events.FalloutOpened),
    Version(name="fallout.changed.v1", type=events.FalloutChanged),
    Version(name="fallout.closed.v1", type=events.FalloutClosed),
    Version(name="plan.held.v1", type=alterations.PlanHeld),
    Version(name="plan.released.v1", type=alterations.PlanReleased),
    Version(name="plan.change-refused.v1", type=alterations.ChangeRefused),
    Version(name="plan.reservation-kept.v1", type=alterations.ReservationKept),
    Version(name="jeopardy.assessed.v1", type=events.JeopardyAssessed),
    Version(name="plan.watch-paused.v1", type=events.WatchPaused),
    Version(name="plan.dates-moved.v1", type=events.DatesMoved),
    Version(name="plan.dates-planned.v1", type=events.DatesPlanned),
    Version(name="report.ignored.v1", type=events.ReportIgnored),
)
