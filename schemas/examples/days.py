"""The days of the sample: its morning, and the later days on which what waits for its day runs.

The dates in the files count from that morning. `aftersale demo` plays them from the day on which it first
runs: it takes the morning for its own, and every later date goes along.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

MORNING = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=1)))

A_WEEK, THREE_WEEKS, FOUR_WEEKS = 6, 7, 8
"""The waves before which the clock goes on."""

LATER = {
    A_WEEK: ("a week later", MORNING + timedelta(days=7)),
    THREE_WEEKS: ("three weeks later", MORNING + timedelta(days=21)),
    FOUR_WEEKS: ("four weeks later", MORNING + timedelta(days=28)),
}


def day(number: int) -> str:
    """The beginning of a day, so many days after the morning."""
    return (MORNING + timedelta(days=number)).replace(hour=0).isoformat()
