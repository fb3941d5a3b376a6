"""Every message type: its model, its topic, and whether it comes from outside."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel

from schemas import audit, catalog, fulfillment, inventory, order, provisioning, returns
from schemas.topics import (
    CATALOG,
    CHECKPOINTS,
    CRM_INVENTORY,
    CRM_ORDERS,
    FULFILLMENT_EVENTS,
    INVENTORY_EVENTS,
    ORDER_EVENTS,
    RESULTS,
    TASKS,
)
from schemas.vocabulary import Part, Reason

PREFIX = "aftersale."
VERSION = ".v1"


class CommandRefused(Part):
    """`command.refused`: the answer to a command that broke a rule; nothing took effect."""

    command_id: str
    command_source: str | None = None
    command_type: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MessageType:
    """`name` is the middle of the type: `aftersale.<name>.v1`."""

    name: str
    model: type[BaseModel]
    topics: tuple[str, ...]
    command: bool


def _commands(topic: str, models: dict[str, type[BaseModel]]) -> list[MessageType]:
    return [MessageType(name, model, (topic,), True) for name, model in models.items()]


def _events(topic: str, models: dict[str, type[BaseModel]]) -> list[MessageType]:
    return [MessageType(name, model, (topic,), False) for name, model in models.items()]


MESSAGES: dict[str, MessageType] = {
    f"{PREFIX}{message.name}{VERSION}": message
    for message in (
        *_commands(
            CRM_ORDERS,
            {
                "order.place": order.PlaceOrder,
                "order.submit": order.OrderCommand,
                "order.approve": order.OrderCommand,
                "order.reject": order.OrderCommand,
                "order.rework": order.OrderCommand,
                "order.revise": order.ReviseOrder,
                "order.cancel": order.CancelOrder,
                "order.choose-instances": order.ChooseInstances,
                "return.open": returns.OpenReturn,
                "return.assess": returns.AssessReturn,
                "return.close": returns.CloseReturn,
                "order.hold": order.OrderCommand,
                "order.release": order.OrderCommand,
                "order.approve-change": order.OrderCommand,
                "order.decline-change": order.OrderCommand,
            },
        ),
        *_commands(
            CRM_INVENTORY,
            {
                "instance.load": inventory.LoadInstance,
                "contract.load": inventory.LoadContract,
                "entitlement.load": inventory.LoadEntitlement,
            },
        ),
        *_commands(
            CATALOG,
            {
                "specification.publish": catalog.Specification,
                "specification.retire": catalog.RetireSpecification,
            },
        ),
        *_commands(
            RESULTS,
            {
                "task.report": provisioning.ReportTask,
                "task.retry": provisioning.RetryTask,
                "task.skip": provisioning.SkipTask,
                "fallout.resolve": provisioning.ResolveFallout,
            },
        ),
        *_events(
            ORDER_EVENTS,
            {
                "order.created": order.OrderCreated,
                "order.submitted": order.OrderStepped,
                "order.approved": order.OrderApproved,
                "order.rejected": order.OrderRejected,
                "order.revised": order.OrderRevised,
                "order.started": order.OrderStepped,
                "order.line-changed": order.OrderLineChanged,
                "order.completed": order.OrderStepped,
                "order.canceled": order.OrderStepped,
                "return.opened": returns.ReturnOpened,
                "return.assessed": returns.ReturnAssessed,
                "return.resolved": returns.ReturnResolved,
                "return.closed": returns.ReturnClosed,
                "order.held": order.OrderStepped,
                "order.released": order.OrderStepped,
                "order.revision-requested": order.OrderRevisionRequested,
                "order.cancellation-requested": order.OrderStepped,
                "order.cancellation-approved": order.OrderStepped,
                "order.change-declined": order.OrderChangeDeclined,
            },
        ),
        *_events(
            INVENTORY_EVENTS,
            {
                "reservation.accepted": inventory.ReservationAccepted,
                "reservation.refused": inventory.ReservationRefused,
                "reservation.released": inventory.ReservationReleased,
                "reservation.fulfilled": inventory.ReservationFulfilled,
                "operation.scheduled": inventory.OperationScheduled,
                "operation.started": inventory.OperationStarted,
                "operation.completed": inventory.OperationStepped,
                "operation.canceled": inventory.OperationCanceled,
                "instance.created": inventory.InstanceCreated,
                "instance.state-changed": inventory.InstanceStateChanged,
                "instance.changed": inventory.InstanceChanged,
                "contract.changed": inventory.ContractChanged,
                "contract-line.state-changed": inventory.ContractLineStateChanged,
                "entitlement.state-changed": inventory.EntitlementStateChanged,
            },
        ),
        *_events(
            FULFILLMENT_EVENTS,
            {
                "plan.created": fulfillment.PlanCreated,
                "plan.changed": fulfillment.PlanChanged,
                "plan.change-refused": fulfillment.PlanChangeRefused,
                "plan.part-completed": fulfillment.PlanPartCompleted,
                "plan.completed": fulfillment.PlanPartCompleted,
                "plan.canceled": fulfillment.PlanCanceled,
                "plan.held": fulfillment.PlanHeld,
                "plan.released": fulfillment.PlanReleased,
                "ponr.passed": fulfillment.PonrPassed,
                "domain-order.state-changed": fulfillment.DomainOrderStateChanged,
                "task.state-changed": fulfillment.TaskStateChanged,
                "fallout.opened": fulfillment.FalloutOpened,
                "fallout.closed": fulfillment.FalloutClosed,
                "jeopardy.changed": fulfillment.JeopardyChanged,
            },
        ),
        *_events(
            TASKS,
            {"task.requested": provisioning.TaskRequested, "task.withdrawn": provisioning.TaskWithdrawn},
        ),
        *_events(CHECKPOINTS, {"audit.checkpoint": audit.Checkpoint}),
        MessageType(
            "command.refused", CommandRefused, (ORDER_EVENTS, INVENTORY_EVENTS, FULFILLMENT_EVENTS), False
        ),
    )
}


@cache
def full(name: str) -> str:
    """`order.place` -> `aftersale.order.place.v1`."""
    return f"{PREFIX}{name}{VERSION}"


def advice(type_: str, topic: str | None = None) -> str:
    """What would be right instead of a type that is no command here."""
    if topic is not None and not any(
        message.command and topic in message.topics for message in MESSAGES.values()
    ):
        return f"{topic} takes no commands, so leave it to the services"
    return f"did you mean {nearest(type_, topic)}?"


def nearest(type_: str, topic: str | None = None) -> str:
    """The known command type, of this topic if one is named, that looks most like the one given."""
    known = [
        full
        for full, message in MESSAGES.items()
        if message.command and (topic is None or topic in message.topics)
    ]
    return (difflib.get_close_matches(type_, known, n=1, cutoff=0.0) or known)[0]
