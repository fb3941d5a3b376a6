"""ORC-05: the band that the priority of an order falls in; the number itself is worked out by order."""

from __future__ import annotations

from typing import Literal

Band = Literal["critical", "high", "medium", "low"]


def band(number: int) -> Band:
    """Critical from 80, high from 60, medium from 40, low below."""
    if number >= 80:
        return "critical"
    if number >= 60:
        return "high"
    return "medium" if number >= 40 else "low"
