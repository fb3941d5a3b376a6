"""Timers as messages: one that fails is parked, queued and tried again as they are.

A parked timer stands on the parked topic of the service's own events, and says its name and when it was due.
"""

from __future__ import annotations

from pydantic_core import from_json, to_json

from schemas.envelope import Envelope
from services.chassis.ports import Record, Timer
from services.chassis.service import Service
from services.chassis.stored import adapter
from services.chassis.taken import Taken

TIMER = "aftersale-timer"
DUE = "aftersale-due"


def record_of(service: Service, timer: Timer) -> Record:
    """The timer as a record of the service's own topic."""
    key = from_json(timer.body).get("account") or timer.timer
    headers = ((TIMER, timer.timer.encode()), (DUE, str(timer.due).encode()))
    return Record(service.events_topic, timer.partition, 0, 0, key.encode(), timer.body, headers)


def timer_of(service: Service, record: Record) -> Timer | None:
    """The timer that was parked as this record; None for a message."""
    headers = dict(record.headers)
    if record.topic != service.events_topic or TIMER not in headers:
        return None
    return Timer(headers[TIMER].decode(), record.partition, int(headers[DUE]), record.value)


def envelope_of(service: Service, timer: Timer) -> Envelope:
    """Who and why: those of the message that set the timer; the id says which one, and for when."""
    body = from_json(timer.body)
    return Envelope(
        id=f"timer/{timer.timer}/{timer.due}",
        source=f"/aftersale/{service.name}",
        type=body["name"],
        account=body["account"],
        correlation=body["correlation"],
        actor=body.get("actor"),
        traceparent=body.get("traceparent"),
    )


def taken(service: Service, timer: Timer) -> Taken:
    """The timer as a message to be handled. Raises `KeyError` for a name without a route."""
    body = from_json(timer.body)
    envelope = envelope_of(service, timer)
    route = service.timers[envelope.type]
    data = adapter(route.model).validator.validate_json(to_json(body["data"]))
    key = envelope.account or timer.timer
    return Taken(record_of(service, timer), envelope, key, route, data, False, timer.body)
