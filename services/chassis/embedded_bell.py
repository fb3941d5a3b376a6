"""Wakes members of the embedded bus in other processes at once: a publisher rings, a waiting poll reads.

Only a hint, as members look for themselves every now and then; a bell whose owner was killed is taken away.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from errno import ENXIO
from pathlib import Path
from uuid import uuid4


class Bell:
    """A named pipe in the folder, which exists as long as its owner listens."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{os.getpid()}-{uuid4().hex}"
        os.mkfifo(self._path, 0o600)
        self._pipe = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)

    def wait(self, seconds: float) -> None:
        """Returns when the bell has been rung since the last time, or when the time is over."""
        if self._poll.poll(max(1.0, seconds * 1000)):
            os.read(self._pipe, select.PIPE_BUF)

    def ring(self) -> None:
        _write(self._pipe)

    def close(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._pipe)


class Ringer:
    """Rings every bell of the folder; belongs to one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pipes: dict[str, int] = {}

    def ring(self) -> None:
        names = set(self._names())
        for gone in self._pipes.keys() - names:
            os.close(self._pipes.pop(gone))
        for name in names:
            if name in self._pipes or self._reach(name):
                self._ring(name)

    def _names(self) -> list[str]:
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []

    def _reach(self, name: str) -> bool:
        path = self._folder / name
        try:
            self._pipes[name] = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == ENXIO:  # nobody listens
                path.unlink(missing_ok=True)
            return False
        return True

    def _ring(self, name: str) -> None:
        try:
            _write(self._pipes[name])
        except BrokenPipeError:
            os.close(self._pipes.pop(name))
            (self._folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        for pipe in self._pipes.values():
            os.close(pipe)
        self._pipes.clear()


def _write(pipe: int) -> None:
    """A full pipe rings anyway."""
    with suppress(BlockingIOError):
        os.write(pipe, b"!")
