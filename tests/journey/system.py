"""A running installation as a test sees it: its processes, what it is sent, and what it shows.

Everything is bounded: what does not come in time fails, and says what was waited for. Every process that was
started is gone when the block ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from schemas.envelope import Envelope, write
from schemas.registry import MESSAGES, full
from schemas.topics import CATALOG, TASKS, TOPICS
from services.chassis.clock import advance
from services.chassis.partitions import partition_of
from services.chassis.ports import Bus, Outgoing, Record, TopicPartition, Unavailable
from services.chassis.settings import SERVICES, Settings
from services.cli.clock import how_far
from services.cli.installation import Stores, partitions_of, shelf, stores_of, topics_made
from services.cli.sending import publish
from services.cli.settling import Look, look
from services.cli.simulator import GROUP
from services.cli.up import prepare
from tests.journey.effects import EVERYTHING, ambiguous, twice
from tests.processes import ROOT
from tests.scenarios import Sent

PATIENCE = 60.0
LOOK_SECONDS = 0.1
END_SECONDS = 15.0
TAIL = 30
PARTITIONS = 4


class Process:
    """One process of the installation; its output is in its log."""

    def __init__(self, module: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._command = [sys.executable, "-m", module]
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )

    def kill(self) -> None:
        """SIGKILL: it has no chance to say that it goes."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: it holds what it holds, and does nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def ended(self) -> int | None:
        """The exit status of one that ended by itself."""
        return None if self._process is None else self._process.poll()

    def ask_to_end(self) -> None:
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """After `ask_to_end`: waits for it, and kills it where that takes too long."""
        if self._process is None:
            return
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def said(self, event: str) -> list[dict[str, Any]]:
        """What it has logged under this name."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        entries = (json.loads(line) for line in lines if line.startswith("{"))
        return [entry for entry in entries if entry.get("event") == event]

    def tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(line[:400] for line in lines[-TAIL:])


class System:
    """An installation. `send` commands, wait until it is `quiet`, then look."""

    def __init__(self, settings: Settings, folder: Path, replicas: int, through: str | None = None) -> None:
        self.settings = settings
        self.bus: Bus = settings.open_bus()
        environment = {
            "AFTERSALE_DATA": str(settings.data),
            "AFTERSALE_BUS": settings.bus,
            "AFTERSALE_STORE": through or settings.store,
            "AFTERSALE_PARTITIONS": str(settings.partitions),
            "AFTERSALE_LOG": "info",
            "AFTERSALE_CLOCK": "adjustable",
        }
        self.processes = {
            f"{name}-{number}": Process(f"services.{name}", environment, folder / f"{name}-{number}.log")
            for name in SERVICES
            for number in range(1, replicas + 1)
        }
        self.stand_in = Process("tests.bench.stand_in", environment, folder / "stand-in.log")
        self.stores: Stores = {}
        self.sent: list[Outgoing] = []
        self._said: Counter[str] = Counter()
        self._in_time: list[bool] = []
        self._opened = ExitStack()

    @property
    def everybody(self) -> list[Process]:
        return [*self.processes.values(), self.stand_in]

    def replica(self, number: int) -> list[Process]:
        """This replica of each service."""
        return [one for name, one in self.processes.items() if name.endswith(f"-{number}")]

    async def open(self) -> None:
        """Waits for topics and stores."""
        with self.told():
            await topics_made(self.bus, self.settings, PATIENCE)
        self.stores = await asyncio.to_thread(self._opened.enter_context, stores_of(self.settings, PATIENCE))

    @contextmanager
    def told(self) -> Iterator[None]:
        """What the processes said last is told when something goes wrong."""
        try:
            yield
        except BaseException:
            print("\n".join(f"--- {one.log.name}\n{one.tail()}" for one in self.everybody))
            raise

    async def close(self) -> None:
        for process in self.everybody:
            process.ask_to_end()
        for process in self.everybody:
            await asyncio.to_thread(process.end)
        self._opened.close()
        await self.bus.close()

    # -------------------------------------------------------------------------------------- outside

    async def send(self, commands: Iterable[Sent]) -> None:
        """Publishes these commands, each under an id of its own and the account that it names."""
        letters = [self._letter(*command) for command in commands]
        self.sent += letters
        await self.publish(letters)

    async def send_again(self) -> None:
        """As a CRM does that does not know what arrived: everything it ever sent."""
        await self.publish(self.sent)

    async def publish(self, letters: Sequence[Outgoing]) -> None:
        await publish(self.bus, letters, lambda _: None)

    def _letter(self, name: str, data: dict[str, Any]) -> Outgoing:
        topic = MESSAGES[full(name)].topics[0]
        account = None if topic == CATALOG else data.get("accountId") or self._account(data)
        key = (account or data["specificationId"]).encode()
        id = self._id(f"{name} {json.dumps(data)}", topic)
        envelope = Envelope(id=id, source="/journey", type=full(name), account=account, actor="test")
        partition = partition_of(key, TOPICS[topic].partitions or self.settings.partitions)
        return Outgoing(topic, partition, key, json.dumps(data).encode(), write(envelope))

    def _id(self, said: str, topic: str) -> str:
        """The same for what the catalog says again; whoever asks for something again asks for it anew."""
        times = 0 if topic == CATALOG else self._said[said]
        self._said[said] += 1
        return blake2b(f"{said} {times}".encode(), digest_size=12).hexdigest()

    def _account(self, asked: dict[str, Any]) -> str:
        """Whose order or return it is, from the command that made it."""
        made = [from_json(one.value) for one in self.sent if one.topic == "crm.orders"]
        return next(str(data["accountId"]) for data in made if "accountId" in data and _about(asked, data))

    def now(self) -> datetime:
        """What the clock of the installation says."""
        return datetime.now(UTC) + how_far(self.stores)

    def go_on(self, to: datetime) -> None:
        """Sets the clock of every service ahead to this moment, at the least."""
        by = max(to - self.now(), timedelta())
        for store in self.stores.values():
            advance(store, by)

    # ---------------------------------------------------------------------------------------- inside

    async def until(self, what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Looks until it holds. Fails with what was waited for."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(holds):
            self._all_run()
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
            await asyncio.sleep(LOOK_SECONDS)

    async def quiet(self, seconds: float = PATIENCE) -> None:
        """Until everything is handled, published, shown, and every task answered."""
        deadline = time.monotonic() + seconds
        before: Look | None = None
        while True:
            answered = await self._answered()
            now = await look(self.bus, self.stores, partitions_of(self.stores, self.settings))
            if answered and not now.moving and now == before:
                return
            self._all_run()
            assert time.monotonic() < deadline, f"not quiet within {seconds:g} s: {now.moving or 'tasks'}"
            before = now if answered else None
            await asyncio.sleep(LOOK_SECONDS)

    async def quiet_since(self, struck: Mapping[str, int]) -> None:
        """Until all is quiet. Remembers whether anything was left to do when the logs had these heads."""
        await self.quiet()
        self._in_time.append(self.heads() != struck)

    def struck(self) -> None:
        """Fails where whatever befell it came when everything was over.

        A quick machine may be done with the little work of one stage before it is struck, never with all.
        """
        assert any(self._in_time), "it came when everything was over"

    def _all_run(self) -> None:
        ended = [one.log.name for one in self.everybody if one.ended is not None]
        assert not ended, f"ended by themselves: {ended}"

    async def _answered(self) -> bool:
        try:
            return not await self.bus.lag(GROUP, (TASKS,))
        except Unavailable:
            return False

    async def records(self, topic: str) -> list[Record]:
        """Every record that stands on a topic."""
        found: list[Record] = []
        count = TOPICS[topic].partitions or self.settings.partitions
        for number in range(count):
            at = TopicPartition(topic, number)
            bounds = (await self.bus.bounds((at,)))[at]
            offset = bounds.begin
            while offset < bounds.end and (records := await self.bus.read(at, offset, 2_000)):
                found += records
                offset = records[-1].offset + 1
        return found

    def page(self, kind: str, id: str) -> Any:
        """What `aftersale show` would print, None when there is nothing."""
        service = {"order": "order", "return": "order", "instance": "inventory", "plan": "fulfillment"}[kind]
        found = shelf(service, self.stores).document(kind, id)
        return None if found is None else from_json(found.body)

    def heads(self) -> dict[str, int]:
        return {name: store.head() for name, store in self.stores.items()}

    async def twice(self) -> list[str]:
        """Whatever took effect twice, or was said in two ways under one id."""
        found = [wrong for name, store in self.stores.items() for wrong in twice(name, store)]
        for topic in ("order.events", "inventory.events", "fulfillment.events", TASKS):
            found += ambiguous(await self.records(topic))
        return found

    def parked(self) -> list[Any]:
        return [row for store in self.stores.values() for row in store.rows_of("parked")]

    def log_of(self, service: str) -> Any:
        return self.stores[service].log(0, EVERYTHING)


def _about(asked: dict[str, Any], made: dict[str, Any]) -> bool:
    """Whether a command is about the order or the return that this one made.

    The id of a task begins with that of its order, the id of a return's order with that of the return.
    """
    [id] = [asked[name] for name in ("taskId", "falloutId", "returnId", "orderId") if name in asked]
    if "returnId" in made:
        return bool(id == made["returnId"] or id.startswith(f"{made['returnId']}-"))
    return bool(id == made.get("orderId") or id.startswith(f"{made.get('orderId')}."))


@asynccontextmanager
async def running(
    settings: Settings, folder: Path, replicas: int = 1, through: str | None = None
) -> AsyncIterator[System]:
    """The installation, up; every process gone in the end. `open` it before it is sent to.

    Its processes reach the database `through` another address than the test does.
    """
    system = System(settings, folder, replicas, through)
    try:
        if settings.embedded:
            await prepare(settings)
        for process in system.everybody:
            process.start()
        with system.told():
            yield system
    finally:
        await system.close()
