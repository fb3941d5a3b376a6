"""Waiting that ends early when the process is asked to stop, and telling who was asked."""

from __future__ import annotations

import asyncio


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits, or until stopped."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def asked_to_end() -> bool:
    """Whether this very task was cancelled: client libraries let the end of their own tasks out, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
