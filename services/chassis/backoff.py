"""Backing off: what is away is tried again, later each time, and said once."""

from __future__ import annotations

import asyncio

import structlog

from services.chassis.pause import pause
from services.chassis.ports import PortError

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 5.0

log = structlog.get_logger()


class Backoff:
    """Waits 0.1 s, then twice as long each time, five seconds at most."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._seconds = 0.0

    @property
    def running(self) -> bool:
        return self._seconds > 0

    def succeeded(self) -> None:
        """It works (again)."""
        if self._seconds > 0:
            log.info("goes on", part=self._part)
        self._seconds = 0.0

    async def wait(self, error: BaseException, stop: asyncio.Event) -> None:
        """Says what is away, or what went wrong here, and waits; ends early when stopped."""
        self._seconds = min(max(FIRST_SECONDS, self._seconds * 2), LONGEST_SECONDS)
        if isinstance(error, PortError):
            log.warning("away, trying again", part=self._part, seconds=self._seconds, error=str(error))
        else:
            log.error("failed, trying again", part=self._part, seconds=self._seconds, exc_info=error)
        await pause(stop, self._seconds)
