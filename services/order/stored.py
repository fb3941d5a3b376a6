"""The names under which order's events are stored. A name is for ever; a changed event gets a new version."""

from __future__ import annotations

from services.chassis.service import Version
from services.order.domain import instance, order, return_case, specification, term

STORED: tuple[Version, ...] = (
    Version(name="order.placed.v1", type=order.OrderPlaced),
    Version(name="order.submitted.v1", type=order.OrderSubmitted),
    Version(name="order.approved.v1", type=order.OrderApproved),
    Version(name="order.rejected.v1", type=order.OrderRejected),
    Version(name="order.reworked.v1", type=order.OrderReworked),
    Version(name="order.revised.v1", type=order.OrderRevised),
    Version(name="order.started.v1", type=order.OrderStarted),
    Version(name="order.operation-heard.v1", type=order.OperationHeard),
    Version(name="order.redated.v1", type=order.OrderRedated),
    Version(name="order.lines-completed.v1", type=order.LinesCompleted),
    Version(name="order.completed.v1", type=order.OrderCompleted),
    Version(name="order.canceled.v1", type=order.OrderCanceled),
    Version(name="return.opened.v1", type=return_case.ReturnOpened),
    Version(name="return.assessed.v1", type=return_case.ReturnAssessed),
    Version(name="return.line-moved.v1", type=return_case.ReturnLineMoved),
    Version(name="return.outcome-found.v1", type=return_case.ReturnOutcomeFound),
    Version(name="return.resolved.v1", type=return_case.ReturnResolved),
    Version(name="return.closed.v1", type=return_case.ReturnClosed),
    Version(name="instance.learned.v1", type=instance.InstanceLearned),
    Version(name="instance.revised.v1", type=instance.InstanceRevised),
    Version(name="instance.ended.v1", type=instance.InstanceEnded),
    Version(name="term.learned.v1", type=term.TermLearned),
    Version(name="specification.published.v1", type=specification.SpecificationPublished),
    Version(name="specification.retired.v1", type=specification.SpecificationRetired),
)
