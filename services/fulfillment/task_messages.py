"""What is said of a task: to provisioning systems, and to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.chassis.service import Happened, Public
from services.fulfillment.bodies import about, present
from services.fulfillment.domain.priority import band
from services.fulfillment.domain.task_events import (
    AttemptFailed,
    PonrPassed,
    TaskClosed,
    TaskHeld,
    TaskReleased,
    TaskStarted,
)

Task = TaskReleased | TaskStarted | TaskClosed | AttemptFailed | TaskHeld


def asked(event: Task, happened: Happened) -> tuple[Public, ...]:
    """What provisioning systems hear of it."""
    match event:
        case TaskReleased():
            return (_request(event, happened),)
        case TaskClosed(withdrawn=int()) | TaskHeld(withdrawn=int()):
            return (_withdrawn(event, happened),)
    return ()


def _request(event: TaskReleased, happened: Happened) -> Public:
    body = about(event.version, happened)
    body["taskId"] = event.task_id
    body["attempt"] = event.attempt
    body["kind"] = event.kind
    body["name"] = event.name
    body["action"] = event.action
    body["undo"] = event.undo
    body["lineId"] = event.line_id
    body["domainOrderId"] = event.domain_order_id
    body["specificationId"] = event.specification_id
    body["characteristics"] = event.characteristics
    if event.instance_id is not None:
        body["instanceId"] = event.instance_id
    if event.location is not None:
        body["location"] = event.location
    if event.quantity is not None:
        body |= present(quantity=event.quantity.after, previousQuantity=event.quantity.before)
    if event.due is not None:
        body["due"] = event.due
    if event.priority is not None:
        body["priority"], body["priorityBand"] = event.priority, band(event.priority)
    if event.reason is not None:
        body["reason"] = event.reason
    return Public(TASKS, "task.requested", event.task_id, body, unseal=True)


_STATES: Mapping[type, str] = {
    TaskReleased: "open",
    TaskStarted: "in_progress",
    TaskClosed: "closed_complete",
    AttemptFailed: "scheduled",
    TaskHeld: "on_hold",
}


def state_changed(event: Task, happened: Happened) -> Public:
    body = about(event.version, happened)
    body["taskId"] = event.task_id
    body["domainOrderId"] = event.domain_order_id
    body["state"] = _STATES[type(event)]
    body["attempt"] = event.attempt
    if (message := _message(event)) is not None:
        body["message"] = message
    if isinstance(event, TaskClosed | TaskHeld) and event.outcome is not None:
        body["outcome"] = event.outcome
    if not isinstance(event, TaskReleased) and event.work_order is not None:
        body["workOrder"] = present(state=event.work_order.state, note=event.work_order.note)
    return Public(FULFILLMENT_EVENTS, "task.state-changed", event.task_id, body)


def _message(event: Task) -> str | None:
    match event:
        case TaskReleased():
            return None
        case TaskClosed(skipped=str(reason)):
            return reason
        case _:
            return event.message


def ponr_passed(event: PonrPassed, happened: Happened) -> Public:
    body = about(event.version, happened)
    body |= present(
        lineId=event.line_id,
        domainOrderId=event.domain_order_id,
        taskId=event.task_id,
        kind=event.kind,
        charge=event.charge,
    )
    return Public(FULFILLMENT_EVENTS, "ponr.passed", event.task_id, body)


def _withdrawn(event: TaskClosed | TaskHeld, happened: Happened) -> Public:
    body = about(event.version, happened)
    body |= {"taskId": event.task_id, "attempt": event.withdrawn}
    done = "completed" if isinstance(event, TaskClosed) else "answered"
    body["reason"] = f"attempt {event.attempt} was {done}, late: this one is not wanted any more"
    return Public(TASKS, "task.withdrawn", event.task_id, body)
