"""A world in one process: the three services over memory stores, and a bus that may repeat and shuffle.

Calm, it delivers each message once, in order. Otherwise every message of our own services comes twice, and
topics overtake each other in an order that follows from the seed; within one topic and partition the order
stays. Commands from outside are sent when it is quiet.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any

from pydantic_core import from_json

from schemas import envelope
from schemas.envelope import Envelope
from schemas.registry import MESSAGES, full
from schemas.topics import CATALOG, RESULTS, TASKS, TOPICS
from services.chassis.keys import MemoryKeys
from services.chassis.outbox import Entry, Letter
from services.chassis.partitions import partition_of
from services.chassis.ports import Record, StoredEvent, Timer
from services.chassis.service import Service
from services.chassis.stored import micros, moment, split
from tests.reader import PARTITIONS, FakeClock, Reader

FOR_EVER = 1 << 62
SIZES = (1, 2, 4, 16)
"""How much is published or handled at once where the world is not calm."""


class World:
    """`send` commands, `run` until quiet, then look."""

    def __init__(self, services: Iterable[Service], seed: int | None = None) -> None:
        self.clock = FakeClock()
        self.keys = MemoryKeys(lambda account: blake2b(account.encode(), digest_size=32).digest())
        self.log: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self.readers: dict[str, Reader] = {
            service.name: Reader(service, self.keys, self.clock) for service in services
        }
        self.random = random.Random(seed)
        self.calm = seed is None
        self.time_passes = False
        self.time_ends: datetime | None = None
        self.answer: Callable[[Mapping[str, Any]], str | None] = lambda _: "completed"
        self._tasks_seen: dict[int, int] = defaultdict(int)
        self._sent = 0
        self._lanes: tuple[int, list[tuple[Reader, tuple[str, int]]]] = (0, [])

    def forked(self, seed: int | None) -> World:
        """Another world that goes on from here by itself, calm or in the order of its seed."""
        other = World((), seed)
        other.goes_on_from(self)
        for reader in other.readers.values():
            reader.began = reader.store.head()
        return other

    def goes_on_from(self, origin: World) -> None:
        """This world, in which nothing has happened yet, is where that one is; and goes on by itself."""
        self.clock.at = origin.clock.at
        self.keys = deepcopy(origin.keys)
        self.log.update((at, list(records)) for at, records in origin.log.items())
        self.readers = {name: one.forked(self.keys, self.clock) for name, one in origin.readers.items()}
        self._tasks_seen.update(origin._tasks_seen)
        self._sent = origin._sent

    # -------------------------------------------------------------------------------------- outside

    def send(self, name: str, data: Mapping[str, Any], account: str | None = None, **attributes: Any) -> None:
        """Publishes a command of this short name (`order.place`), as a CRM would."""
        self._sent += 1
        topic = MESSAGES[full(name)].topics[0]
        account = account or data.get("accountId")
        key = data.get("specificationId") if topic == CATALOG else account
        given = {"id": f"c-{self._sent}", "source": "/test", "type": full(name), "account": account}
        message = Envelope(**{**given, "actor": "tester", **attributes})
        self.publish(topic, str(key), json.dumps(data).encode(), message)

    def publish(self, topic: str, key: str, value: bytes, message: Envelope) -> None:
        """Puts a record on a topic as it is."""
        partition = partition_of(key.encode(), TOPICS[topic].partitions or PARTITIONS)
        at = self.log[topic, partition]
        at.append(Record(topic, partition, len(at), 0, key.encode(), value, envelope.write(message)))

    def messages(self, topic: str) -> list[tuple[Envelope, Any]]:
        """What stands on a topic: envelope and data, account by account in order."""
        found = []
        for (name, _), records in sorted(self.log.items()):
            if name == topic:
                found += [
                    (envelope.read(r.headers, r.value, True, envelope.MAX_OUT_BYTES)[0], from_json(r.value))
                    for r in records
                ]
        return found

    # ---------------------------------------------------------------------------------------- inside

    def run(self, limit: int = 100_000) -> None:
        """Until no reader has anything to read, no relay anything to publish, no task is unanswered.

        Where `time_passes` the clock then goes on to the next timer, until there is none before `time_ends`.
        """
        for _ in range(limit):
            if not self.step():
                return
        raise AssertionError("the world does not become quiet")

    def step(self) -> bool:
        """Something happens; False when all is quiet."""
        step = self._chosen(self._steps())
        if step is None and self.time_passes:
            step = self._chosen(self._timers())
        if step is not None:
            step()
        return step is not None

    def _chosen(self, steps: Iterator[Callable[[], None]]) -> Callable[[], None] | None:
        if self.calm:
            return next(steps, None)
        every = list(steps)
        return self.random.choice(every) if every else None

    def _steps(self) -> Iterator[Callable[[], None]]:
        for reader in self.readers.values():
            if reader.store.head() > reader.published:
                yield partial(self._relay, reader)
        for reader, at in self._read_by():
            if reader.offsets[at] < len(self.log[at]):
                yield partial(self._deliver, reader, at)
        for partition in range(PARTITIONS):
            if self._tasks_seen[partition] < len(self.log[TASKS, partition]):
                yield partial(self._work, partition)

    def _read_by(self) -> list[tuple[Reader, tuple[str, int]]]:
        """Each reader with each partition that it reads, as far as there is anything in them."""
        if len(self.log) != self._lanes[0]:
            readers, lanes = self.readers.values(), sorted(self.log)
            found = [(reader, at) for reader in readers for at in lanes if at[0] in reader.service.topics]
            self._lanes = len(lanes), found
        return self._lanes[1]

    def _timers(self) -> Iterator[Callable[[], None]]:
        end = FOR_EVER if self.time_ends is None else micros(self.time_ends)
        waiting = {name: one.store.due(range(PARTITIONS), end, 1) for name, one in self.readers.items()}
        earliest = min((timer.due for found in waiting.values() for timer in found), default=None)
        for name, found in waiting.items():
            if found and found[0].due == earliest:
                yield partial(self._fire, self.readers[name], found)

    def _fire(self, reader: Reader, due: list[Timer]) -> None:
        self.clock.at = max(self.clock.at, moment(due[0].due))
        reader.inbox.fire(due, ())

    def _relay(self, reader: Reader) -> None:
        log: list[StoredEvent] = reader.store.log(
            reader.published, 10_000 if self.calm else self.random.choice(SIZES)
        )
        entries: list[Entry] = reader.outbox.entries(log)
        letters = list(reader.outbox.letters(entries, reader.last))
        for letter in letters if self.calm else self._twice(letters):
            out = letter.outgoing
            at = self.log[out.topic, out.partition]
            at.append(Record(out.topic, out.partition, len(at), 0, out.key, out.value, out.headers))
        reader.published = entries[-1].sequence

    def _twice(self, letters: Sequence[Letter]) -> Iterator[Letter]:
        """Each message twice: as a producer that tries again does, or a relay that died too soon."""
        if self.random.random() < 0.5:
            yield from (letter for letter in letters for _ in range(2))
        else:
            yield from letters
            yield from letters

    def _deliver(self, reader: Reader, at: tuple[str, int]) -> None:
        first = reader.offsets[at]
        size = 1_000 if self.calm else self.random.choice(SIZES)
        records = self.log[at][first : first + size]
        handled = reader.inbox.handle(records, ())
        assert not handled.gaps, f"a gap at {at}: {handled.gaps}"
        reader.offsets[at] = first + len(records)
        if not self.calm and self.random.random() < 0.1:
            reader.inbox.forget()

    def _work(self, partition: int) -> None:
        """A provisioning system takes the next task and answers it (or not, when `answer` says None)."""
        record = self.log[TASKS, partition][self._tasks_seen[partition]]
        self._tasks_seen[partition] += 1
        message, _ = envelope.read(record.headers, record.value)
        task = from_json(record.value)
        if message.type != full("task.requested"):
            return
        result = self.answer(task)
        if result is None:
            return
        id = f"{task['taskId']}#{task['attempt']}"
        report = {"taskId": task["taskId"], "attempt": task["attempt"], "result": result}
        answer = Envelope(id=id, source="/provisioning", type=full("task.report"), account=message.account)
        self.publish(RESULTS, str(message.account), json.dumps(report).encode(), answer)

    # ------------------------------------------------------------------------------------------ looks

    def state(self, service: str, category: str, id: str) -> Any:
        """The fold of a stream, read from the store alone."""
        return self.readers[service].state(category, id)

    def pages(self) -> dict[tuple[str, str], Any]:
        """Every page of every read model: what people see, and what two worlds are compared by.

        Of a forked world, those that have changed since.
        """
        found: dict[tuple[str, str], Any] = {}
        for reader in self.readers.values():
            for stream in sorted({event.stream for event in reader.store.log(reader.began, 10_000_000)}):
                if split(stream)[0] not in ("command", "parked"):
                    found.update(((page.kind, page.id), page.body) for page in reader.pages(stream))
        return found

    def parked(self) -> list[Any]:
        """What could not be handled, in any service."""
        return [row for reader in self.readers.values() for row in reader.store.rows_of("parked")]
