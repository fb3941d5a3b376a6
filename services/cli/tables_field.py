"""What `aftersale show plan` prints of field work: how far each work order is, and what was noted of it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from services.cli.screen import state
from services.cli.sections import Body, section, text

_COLUMNS = ("domain order", "task", "work order", "note")


def kind(task: Body) -> str:
    """The kind of a task, and of field work how far it is."""
    order = task.get("workOrder")
    return text(task["kind"]) if order is None else f"{text(task['kind'])} {state(order['state'])}"


def field_work(body: Body) -> list[RenderableType]:
    """What stands noted on the domain orders, the latest of each last."""
    return section("Field work", _COLUMNS, _notes(body))


def _notes(body: Body) -> Iterator[tuple[str, ...]]:
    for order in body["domainOrders"]:
        for note in order.get("notes") or ():
            yield (
                text(order["domainOrderId"]),
                text(note["taskId"]),
                state(note["workOrder"]),
                text(note.get("note")),
            )
