"""The shape of a run: how many messages and stored events an order took, and how large they were.

Measured on the real system and handed to the floor, which moves the same numbers without any domain.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

PROCESSES = ("order", "inventory", "fulfillment", "stand-in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Per order, averages: messages and bytes (headers included) by topic, stored events by service."""

    messages: dict[str, float]
    message_bytes: dict[str, int]
    events: dict[str, float]
    event_bytes: dict[str, int]

    @property
    def events_per_order(self) -> float:
        return sum(self.events.values())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one trigger makes a process store and publish; the last message of each topic carries the next."""

    process: str
    hears: str
    trigger: str
    events: int
    publishes: tuple[tuple[str, int, str], ...]
    """(topic, messages, trigger of the last one)"""


def stages(shape: Shape) -> list[Stage]:
    """The way of an order through the floor, in whole numbers that add up to the shape."""
    count = {topic: max(1, round(number)) for topic, number in shape.messages.items()}
    stored = {service: max(1, round(number)) for service, number in shape.events.items()}
    heard = {topic: number // 2 for topic, number in count.items()}
    kept = {service: number // 2 for service, number in stored.items()}
    return [
        Stage(
            "order",
            "crm.orders",
            "place",
            stored["order"] - 1,
            _out("order.events", count["order.events"] - 1, "approved"),
        ),
        Stage(
            "inventory",
            "order.events",
            "approved",
            kept["inventory"],
            _out("inventory.events", heard["inventory.events"], "accepted"),
        ),
        Stage(
            "fulfillment",
            "inventory.events",
            "accepted",
            kept["fulfillment"],
            _out("fulfillment.events", heard["fulfillment.events"], "planned")
            + _out("fulfillment.tasks", count["fulfillment.tasks"], "task"),
        ),
        Stage(
            "stand-in",
            "fulfillment.tasks",
            "task",
            0,
            _out("provisioning.results", count["provisioning.results"], "done"),
        ),
        Stage(
            "fulfillment",
            "provisioning.results",
            "done",
            stored["fulfillment"] - kept["fulfillment"],
            _out(
                "fulfillment.events", count["fulfillment.events"] - heard["fulfillment.events"], "completed"
            ),
        ),
        Stage(
            "inventory",
            "fulfillment.events",
            "completed",
            stored["inventory"] - kept["inventory"],
            _out("inventory.events", count["inventory.events"] - heard["inventory.events"], "fulfilled"),
        ),
        Stage("order", "inventory.events", "fulfilled", 1, _out("order.events", 1, "finished")),
    ]


def heard_by(process: str) -> tuple[str, ...]:
    """The topics a process reads: all that its real counterpart reads in an order's way."""
    return {
        "order": ("crm.orders", "inventory.events", "fulfillment.events"),
        "inventory": ("order.events", "fulfillment.events"),
        "fulfillment": ("inventory.events", "order.events", "provisioning.results"),
        "stand-in": ("fulfillment.tasks",),
    }[process]


def _out(topic: str, messages: int, trigger: str) -> tuple[tuple[str, int, str], ...]:
    return ((topic, messages, trigger),) if messages > 0 else ()


def payload(order: str, trigger: str, size: int) -> bytes:
    """A message of the floor: the order, the trigger it carries, and bytes up to the size."""
    return f"{order}|{trigger}|".encode().ljust(size, b".")


def read(value: bytes) -> tuple[str, str]:
    """The order and the trigger of a message of the floor."""
    order, trigger, _ = value.split(b"|", 2)
    return order.decode(), trigger.decode()
