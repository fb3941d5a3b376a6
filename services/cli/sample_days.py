"""The days of the sample where it begins today: its dates, and the clock that goes on to them.

The first demo in a data directory writes its day into a file there, so that every later one sends the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from schemas.examples.days import MORNING
from services.chassis.settings import Settings
from services.cli.clock import how_far, reading, set_ahead
from services.cli.installation import Stores
from services.cli.screen import counted
from services.cli.sending import Letter

BEGAN = "demo-began"
"""The file in the data directory."""
DATES = frozenset({"start", "end", "dueDate"})


def since_the_morning(directory: Path, now: datetime) -> timedelta:
    """How many whole days the morning of the sample lies before the day on which the demo first ran here."""
    file = directory / BEGAN
    if not file.exists():
        file.write_text(f"{now.date().isoformat()}\n")
    began = datetime.fromisoformat(file.read_text().strip()).date()
    return began - MORNING.date()


def moved(letter: Letter, by: timedelta) -> Letter:
    """The same letter with every date in it so much later."""
    body = from_json(letter.body)
    after = later(body, by)
    return letter if after == body else letter._replace(body=to_json(after))


def later(value: Any, by: timedelta) -> Any:
    """The same data with every date in it so much later."""
    if isinstance(value, list):
        return [later(each, by) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: (datetime.fromisoformat(each) + by).isoformat()
        if name in DATES and isinstance(each, str)
        else later(each, by)
        for name, each in value.items()
    }


class Days:
    """The clock of an installation in which the sample is played."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings = settings
        self._stores = stores
        self._steps: list[tuple[int, int]] = []
        self._began = datetime.now(UTC) + how_far(stores)
        self.moved = since_the_morning(settings.data, self._began)

    def go_on(self, to: datetime, orders: Mapping[str, str]) -> None:
        """Sets the clock ahead to a moment of the sample, where it is not there yet; these orders go on."""
        at = to + self.moved
        by = at - (datetime.now(UTC) + how_far(self._stores))
        if by > timedelta():
            set_ahead(self._settings, self._stores, by)
        self._steps.append(((to - MORNING).days, len(orders)))

    def told(self) -> str:
        """What the clock did, in a line; nothing when it did nothing."""
        return _words(self._steps, reading(how_far(self._stores))) if self._steps else ""


def _words(steps: Sequence[tuple[int, int]], now: str) -> str:
    days = ", ".join(f"day {day} ({counted(orders, 'order')} went on)" for day, orders in steps)
    return f"The clock was set ahead to {days}: it says {now}"
