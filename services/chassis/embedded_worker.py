"""A thread with a connection to SQLite that is opened, used and closed in it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

from services.chassis.ports import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Closes(Protocol):
    def close(self) -> None: ...


R = TypeVar("R", bound=Closes)


class Worker(Generic[R]):
    """A thread with the connection that is opened, used and closed in it."""

    def __init__(self, open_: Callable[[], R]) -> None:
        self._open = open_
        self._resource: R | None = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bus")

    async def run(self, work: Callable[Concatenate[R, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of the work, one hop away. `Unavailable` when SQLite cannot do it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, lambda: work(self._opened(), *args, **kwargs))
        except sqlite3.Error as error:
            raise Unavailable(f"the embedded bus cannot be used now: {error}") from error

    def _opened(self) -> R:
        if self._resource is None:
            self._resource = self._open()
        return self._resource

    async def close(self) -> None:
        """Waits for what is under way. Nothing may be run afterwards."""
        loop = asyncio.get_running_loop()
        with suppress(RuntimeError):
            await loop.run_in_executor(self._pool, self._close)
        self._pool.shutdown(wait=False)

    def _close(self) -> None:
        if self._resource is not None:
            self._resource.close()
            self._resource = None
