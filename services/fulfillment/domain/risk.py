"""JEO-01, JEO-02: the four levels of risk, and the shares of a planned duration at which they begin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, get_args

from services.fulfillment.domain.value import value

Level = Literal["low", "medium", "high", "critical"]
LEVELS: tuple[Level, ...] = get_args(Level)
TASK_STEPS = (0.5, 0.75, 1.0)
"""Of a task's own duration: gone by since it was asked for, or added by what it waits for."""
LINE_STEPS = (0.1, 0.25, 0.5)
"""Of the planned time of a line: how much later than planned it is expected."""


@value
class Risk:
    """Of one task, domain order or line; `end` is when it is expected to be done, at the earliest."""

    id: str
    level: Level
    end: datetime | None = None


@value
class Expected:
    """When something ends: not before `fixed`, nor before `moving`, which goes on with the clock.

    `moving` is what a held task takes when somebody sees to it at once. None: nothing is known of it, or it
    depends on nothing of the kind.
    """

    fixed: datetime | None
    moving: datetime | None = None

    def end(self) -> datetime | None:
        if self.fixed is None or self.moving is None:
            return self.fixed
        return max(self.fixed, self.moving)

    def longer(self, by: timedelta) -> Expected:
        return Expected(
            fixed=None if self.fixed is None else self.fixed + by,
            moving=None if self.moving is None else self.moving + by,
        )


def highest(levels: Iterable[Level]) -> Level:
    return LEVELS[max((LEVELS.index(level) for level in levels), default=0)]


def level_at(reached: datetime, planned: datetime, whole: timedelta, steps: tuple[float, ...]) -> Level:
    """The level of what reaches this far beyond its plan, measured by the whole of its planned time."""
    return LEVELS[sum(reached > planned and reached >= planned + step * whole for step in steps)]


def next_step(
    expected: Expected, planned: datetime, whole: timedelta, steps: tuple[float, ...], at: datetime
) -> datetime | None:
    """When the clock alone will have moved it to the next level; None when it never will."""
    end = expected.end()
    if end is None or expected.moving is None or not whole:
        return None
    for step in steps:
        if (target := planned + step * whole) > end:
            return at + (target - expected.moving)
    return None
