"""Lines of the model as a caller writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.machine.model import Line
from tests.reader import START


def parent_of(line: Line, order: str) -> str | None:
    """The parent line of an add, as the instance that it makes."""
    inside = line.parent is not None and line.parent.isdigit()
    return f"{order}:{line.parent}" if inside else line.parent


def written(line: Line, order: str = "") -> dict[str, Any]:
    """A line as a caller writes it."""
    data: dict[str, Any] = {"lineId": line.id, "action": line.action}
    if line.about is not None:
        data["instanceId"] = line.about
    if line.spec is not None:
        data["specificationId"] = line.spec
    if line.parent is not None:
        made = line.parent.removeprefix(f"{order}:")
        data["parentLineId" if made.isdigit() else "parentInstanceId"] = made
    if line.level is not None:
        data["characteristics"] = {"level": line.level}
    if line.location is not None:
        data["location"] = line.location
    if line.due is not None:
        data["dueDate"] = (START + timedelta(minutes=line.due)).isoformat()
    return data
