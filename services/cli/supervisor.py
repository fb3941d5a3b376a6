"""The services as child processes: started, started again when they fall, gone when the parent is gone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import services
from services.chassis.pause import pause
from services.chassis.run import CHILD
from services.chassis.settings import SERVICES, Settings

WITNESS = "audit"
STOP_SECONDS = 10.0
FIRST_SECONDS = 0.5
LONGEST_SECONDS = 10.0
WELL_SECONDS = 30.0
"""A child that ran so long starts again at once when it falls."""
TAIL_SECONDS = 0.25
SAID_IN_A_WHILE = 3
QUIET_SECONDS = 10.0
LONGEST = 300
LOG_BYTES = 10 << 20

_ERROR = re.compile(r"[\w.]*(Error|Exception|Warning|Exit)\b.*:|aftersale: ")
"""The last line of a traceback, or what a service said before it could log."""

Say = Callable[[str], object]


@dataclass(slots=True)
class Child:
    """A service, and how far its log was read."""

    name: str
    log: Path
    read: int = 0
    said: int = 0
    quiet_until: float = 0.0


class Supervisor:
    """Runs the services of one embedded installation until stopped. `say` is told what goes wrong."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        logs = settings.data / "logs"
        self.children = [Child(name, logs / f"{name}.log") for name in (*SERVICES, WITNESS)]

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped: then every child is asked to end, and made to after ten seconds."""
        self._settings.data.joinpath("logs").mkdir(parents=True, exist_ok=True)
        for child in self.children:
            child.read = _rotated(child.log)
        *services, witness = self.children
        async with asyncio.TaskGroup() as tasks:
            served, ended = asyncio.Event(), asyncio.Event()
            keeping = [tasks.create_task(self._keep(child, stop)) for child in services]
            # To the end: it signs what the services stored last.
            witnessing = tasks.create_task(self._keep(witness, served))
            tasks.create_task(self._tail(ended))
            await asyncio.wait(keeping)
            served.set()
            await asyncio.wait([witnessing])
            ended.set()

    async def _keep(self, child: Child, stop: asyncio.Event) -> None:
        seconds = FIRST_SECONDS
        while not stop.is_set():
            began = time.monotonic()
            status = await self._once(child, stop)
            if stop.is_set():
                return
            if time.monotonic() - began > WELL_SECONDS:
                seconds = FIRST_SECONDS
            self._say(
                f"{child.name} ended ({_ending(status)}): starting it again in {seconds:g} s; see {child.log}"
            )
            await pause(stop, seconds)
            seconds = min(seconds * 2, LONGEST_SECONDS)

    async def _once(self, child: Child, stop: asyncio.Event) -> int:
        """Runs the child until it ends, or is made to; its exit status."""
        with child.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", f"services.{child.name}"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                env=self._environment(),
                start_new_session=True,
            )
        waiting = [asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        waiting[1].cancel()
        await self._end(child.name, process)
        return await waiting[0]

    def _environment(self) -> dict[str, str]:
        # Not the directory it is called in, which may hold anything, but where this program lies.
        root = str(Path(next(iter(services.__path__))).parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        data = str(self._settings.data.absolute())
        return {**os.environ, "PYTHONPATH": path, "AFTERSALE_DATA": data, CHILD: "1"}

    async def _end(self, name: str, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._say(f"{name} did not stop within {STOP_SECONDS:g} s: it is killed, nothing is lost")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    # ----------------------------------------------------------------------------------------- logs

    async def _tail(self, ended: asyncio.Event) -> None:
        """Errors of the children are said here too, a few at a time; everything else is in their logs."""
        while True:
            last = ended.is_set()
            for child in self.children:
                self._pass_on(child, [said for line in _new_lines(child) if (said := trouble(line))])
            if last:
                return
            await pause(ended, TAIL_SECONDS)

    def _pass_on(self, child: Child, troubles: Sequence[str]) -> None:
        """So many in a while, then only that there are more."""
        if time.monotonic() > child.quiet_until:
            child.said = 0
            child.quiet_until = time.monotonic() + QUIET_SECONDS
        for trouble_ in troubles[: max(0, SAID_IN_A_WHILE - child.said)]:
            self._say(f"{child.name}: {trouble_}")
        if child.said <= SAID_IN_A_WHILE < child.said + len(troubles):
            self._say(f"{child.name}: and more; see {child.log}")
        child.said += len(troubles)


def trouble(line: str) -> str | None:
    """An error in a log, in one line; None for what is no error, and for the inside of a traceback."""
    try:
        entry = json.loads(line)
        level, event = entry.pop("level"), entry.pop("event")
    except (ValueError, KeyError, AttributeError, TypeError):
        return line if _ERROR.match(line) else None
    if level not in ("error", "critical"):
        return None
    details = (
        f"{name}={_short(str(value))}"
        for name, value in entry.items()
        if name not in ("timestamp", "service")
    )
    return " ".join((event, *details))


def _short(value: str) -> str:
    """One line of it: of a traceback the last that names an error."""
    lines = [line.strip(" |+-") for line in value.splitlines()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines or [""])[-1][:LONGEST]


def _new_lines(child: Child) -> Iterator[str]:
    with child.log.open("rb") as log:
        log.seek(child.read)
        found = log.read()
    whole = found[: found.rfind(b"\n") + 1]
    child.read += len(whole)
    yield from whole.decode("utf-8", "replace").splitlines()


def _rotated(log: Path) -> int:
    """Puts a log that has grown large aside; answers where the next line will stand."""
    if not log.exists():
        log.touch()
    elif log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
        log.touch()
    return log.stat().st_size


def _ending(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return signal.Signals(-status).name
