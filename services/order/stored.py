"""The names under which order's events are stored. A name is for ever; a changed event gets a new version."""

from __future__ import annotations

from services.chassis.service import Version
from services.order.domain import change, events, instance, parked, return_case, specification, term

STORED: tuple[Version, ...] = (
    Version(name="order.placed.v1", type=events.OrderPlaced),
    Version(name="order.submitted.v1", type=events.OrderSubmitted),
    Version(name="order.approved.v1", type=events.OrderApproved),
    Version(name="order.rejected.v1", type=events.OrderRejected),
    Version(name="order.reworked.v1", type=events.OrderReworked),
    Version(name="order.revised.v1", type=events.OrderRevised),
    Version(name="order.started.v1", type=events.OrderStarted),
    Version(name="order.instances-chosen.v1", type=parked.InstancesChosen),
    Version(name="order.information-awaited.v1", type=parked.InformationAwaited),
    Version(name="order.operation-heard.v1", type=events.OperationHeard),
    Version(name="order.redated.v1", type=events.OrderRedated),
    Version(name="order.lines-completed.v1", type=events.LinesCompleted),
    Version(name="order.completed.v1", type=events.OrderCompleted),
    Version(name="order.canceled.v1", type=events.OrderCanceled),
    Version(name="order.held.v1", type=change.OrderHeld),
    Version(name="order.released.v1", type=change.OrderReleased),
    Version(name="order.revision-requested.v1", type=change.RevisionRequested),
    Version(name="order.revision-approved.v1", type=change.RevisionApproved),
    Version(name="order.cancellation-requested.v1", type=change.CancellationRequested),
    Version(name="order.cancellation-approved.v1", type=change.CancellationApproved),
    Version(name="order.change-declined.v1", type=change.ChangeDeclined),
    Version(name="return.opened.v1", type=return_case.ReturnOpened),
    Version(name="return.assessed.v1", type=return_case.ReturnAssessed),
    Version(name="return.line-moved.v1", type=return_case.ReturnLineMoved),
    Version(name="return.line-revised.v1", type=return_case.ReturnLineRevised),
    Version(name="return.outcome-found.v1", type=return_case.ReturnOutcomeFound),
    Version(name="return.resolved.v1", type=return_case.ReturnResolved),
    Version(name="return.closed.v1", type=return_case.ReturnClosed),
    Version(name="instance.learned.v1", type=instance.InstanceLearned),
    Version(name="instance.revised.v1", type=instance.InstanceRevised),
    Version(name="instance.ended.v1", type=instance.InstanceEnded),
    Version(name="instance.restored.v1", type=instance.InstanceRestored),
    Version(name="term.learned.v1", type=term.TermLearned),
    Version(name="contract.learned.v1", type=term.ContractLearned),
    Version(name="specification.published.v1", type=specification.SpecificationPublished),
    Version(name="specification.retired.v1", type=specification.SpecificationRetired),
)
