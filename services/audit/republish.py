"""The past again, for a new subscriber: what the services said on their topics, on a topic of its own.

Ids and content are those of the first time. The messages of each service keep their order; those of several
services come in the order in which they were recorded. Sent twice they are the same messages again.
"""

from __future__ import annotations

import asyncio
import heapq
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from pydantic_core import to_json

from schemas.topics import TOPICS, parked
from services.audit.source import READ, Source, Sources, Tell, scan, silent
from services.chassis.backoff import FIRST_SECONDS, LONGEST_SECONDS
from services.chassis.batch import Setup
from services.chassis.outbox import Letter, Outbox
from services.chassis.partitions import partition_of
from services.chassis.ports import Bus, Keys, Outgoing, Publisher, StoredEvent, TopicConfig, Unavailable
from services.chassis.stored import read_meta

BATCH = 200
ATTEMPTS = 8
PAUSE_SECONDS = 0.1
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_OURS = {*TOPICS, *map(parked, TOPICS), "preview.requests", "preview.answers"}


class Wanted(NamedTuple):
    """Which messages: of one account, of some types, recorded from and until (microseconds); None for all."""

    account: str | None = None
    types: frozenset[str] | None = None
    begin: int | None = None
    until: int | None = None


class NotThere(Exception):
    """The topic cannot take the past. The message says why, and what would be right."""


class CutShort(Exception):
    """The bus was away for too long; so many were sent."""


def check(topic: str) -> None:
    """Raises `NotThere` for a topic that others of ours write or read."""
    if topic in _OURS or topic.endswith(".parked"):
        raise NotThere(
            f"{topic} has readers that have handled the past: give the subscriber a topic of its own"
        )
    if not _NAME.fullmatch(topic) or topic in (".", ".."):
        raise NotThere(
            f"'{topic}' is no name for a topic: use letters, digits, '.', '_' and '-', 249 at most"
        )


class Past:
    """What was said, in order."""

    def __init__(self, sources: Sources, keys: Keys, partitions: int, wanted: Wanted) -> None:
        self._sources = sources
        self._wanted = wanted
        self._mark = None if wanted.account is None else b'"a":' + to_json(wanted.account)
        self._heads = {name: source.store.head() for name, source in sources.items()}
        self._done = dict.fromkeys(sources, 0)
        self._outboxes = {
            name: Outbox(
                source.service, Setup(source.store, keys, source.codec, source.categories, partitions)
            )
            for name, source in sources.items()
        }
        self._lanes = {
            name: {(source.service.events_topic, partition) for partition in range(partitions)}
            for name, source in sources.items()
        }

    def letters(self, tell: Tell = silent) -> Iterator[Letter]:
        """Every letter wanted. Reads the stores, up to where they stood when this was made."""
        total = sum(self._heads.values())

        def told(name: str) -> Tell:
            def at(done: int, _: int) -> None:
                self._done[name] = done
                tell(sum(self._done.values()), total)

            return at

        parts = (self._of(source, told(name)) for name, source in self._sources.items())
        return heapq.merge(*parts, key=lambda letter: letter.real)

    def _of(self, source: Source, tell: Tell) -> Iterator[Letter]:
        events = filter(self._concerns, scan(source.store, self._heads[source.name], tell))
        outbox, lanes = self._outboxes[source.name], self._lanes[source.name]
        while chunk := list(islice(events, READ)):
            for letter in outbox.letters(outbox.entries(chunk), {}, lanes):
                if self._wanted.types is None or type_of(letter.outgoing) in self._wanted.types:
                    yield letter

    def _concerns(self, event: StoredEvent) -> bool:
        if self._mark is not None and self._mark not in event.state:
            return False
        meta, wanted = read_meta(event.state), self._wanted
        return (
            wanted.account in (None, meta.account)
            and (wanted.begin is None or meta.recorded >= wanted.begin)
            and (wanted.until is None or meta.recorded < wanted.until)
        )


def type_of(outgoing: Outgoing) -> str:
    """The full type of a message."""
    return dict(outgoing.headers)["ce_type"].decode()


class Addressed:
    """Letters for the new topic: in its partitions, `previous` being the one before it there."""

    def __init__(self, topic: str, partitions: int) -> None:
        self._topic = topic
        self._partitions = partitions
        self._last: dict[tuple[bytes, int], int] = {}

    def __call__(self, letter: Letter) -> Outgoing:
        out = letter.outgoing
        headers = dict(out.headers)
        partition = partition_of(out.key, self._partitions)
        lane = (headers["ce_source"], partition)
        headers["ce_previous"] = b"%d" % self._last.get(lane, 0)
        self._last[lane] = letter.sequence
        return Outgoing(self._topic, partition, out.key, out.value, tuple(headers.items()))


async def partitions_of(bus: Bus, topic: str, usual: int) -> int:
    """The partitions of the topic, which is made with the usual count when it is missing."""
    if not await bus.partitions(topic):
        await bus.apply([TopicConfig(topic, usual, None)])
    return await bus.partitions(topic)


async def republish(
    bus: Bus, letters: Iterable[Letter], addressed: Addressed, rate: float
) -> Mapping[str, int]:
    """Sends them, at most `rate` a second; how many of each type. Raises `CutShort`."""
    rest, sent, begun = iter(letters), Counter[str](), time.monotonic()
    size = max(1, min(BATCH, round(rate * PAUSE_SECONDS)))
    sending = _Sending(bus)
    try:
        # The stores are read in a thread: they may take their time.
        while batch := await asyncio.to_thread(lambda: [addressed(each) for each in islice(rest, size)]):
            await sending.send(batch, sent.total())
            sent.update(map(type_of, batch))
            await asyncio.sleep(max(0.0, sent.total() / rate - (time.monotonic() - begun)))
    finally:
        await sending.close()
    return sent


class _Sending:
    """A publisher, made anew after a failure: what goes twice is the same message."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._publisher: Publisher | None = None

    async def send(self, batch: list[Outgoing], before: int) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            self._publisher = self._publisher or self._bus.publisher()
            try:
                await self._publisher.publish(batch)
                return
            except Unavailable as error:
                if attempt == ATTEMPTS:
                    raise CutShort(
                        f"{before} messages were sent, then the bus was away ({error}): do it again, "
                        "what comes twice has the same id"
                    ) from error
            await self.close()
            await asyncio.sleep(min(FIRST_SECONDS * 2**attempt, LONGEST_SECONDS))

    async def close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()
