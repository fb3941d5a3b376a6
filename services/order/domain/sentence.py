"""How times are written in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """A time as pages show it, whatever offset it was given with."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
