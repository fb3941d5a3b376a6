"""Every state and every read model made again from the log, and compared with those that are there.

The head of each log is fixed first, so the system may run meanwhile. A log is read in its order; in several
passes where it is long, each folding its share of the streams, so that memory stays bounded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

from pydantic_core import to_json

from services.audit import replay_canonical
from services.audit.replay_live import Difference, Live
from services.audit.source import READ, Source, Sources, Tell, silent
from services.chassis.ports import Row, StoredEvent
from services.chassis.service import Page
from services.chassis.stored import read_meta, split

PASS = 500_000
"""Events of a log for each pass over it."""


@dataclass(slots=True)
class Rebuilt:
    """A stream as the log makes it. `state` is of no use when `broken` says why."""

    stream: str
    account: str
    first: int
    state: Any
    version: int = 0
    broken: str | None = None


@dataclass(slots=True, kw_only=True)
class Clocked:
    """Seconds that each step took."""

    read: float = 0.0
    decoded: float = 0.0
    folded: float = 0.0


class Replayed(NamedTuple):
    """What a replay came to. Without differences, what is there is what the log makes."""

    heads: dict[str, int]
    events: int
    streams: int
    pages: int
    rows: int
    differences: list[Difference]
    behind: int
    """Entries of the index that its follower has not come to yet."""
    digest: str
    """Stands for every state, page, row and entry of the index: the same for the same log."""
    clocked: Clocked

    @property
    def decoded_a_second(self) -> int:
        """Events read and decoded."""
        return round(self.events / max(self.clocked.read + self.clocked.decoded, 1e-9))

    @property
    def folded_a_second(self) -> int:
        """Events read, decoded and folded."""
        clocked = self.clocked
        return round(self.events / max(clocked.read + clocked.decoded + clocked.folded, 1e-9))

    def as_json(self) -> dict[str, Any]:
        """What `--json` shows."""
        return {
            "digest": self.digest,
            "differences": [difference._asdict() for difference in self.differences],
            "behind": self.behind,
            "heads": self.heads,
            "events": self.events,
            "streams": self.streams,
            "pages": self.pages,
            "rows": self.rows,
            "decodedPerSecond": self.decoded_a_second,
            "foldedPerSecond": self.folded_a_second,
        }


def replay(sources: Sources, tell: Tell = silent) -> Replayed:
    """Makes everything again in memory and compares it; nothing is written anywhere."""
    heads = {name: source.store.head() for name, source in sources.items()}
    made = [_Replay(source, heads[name]) for name, source in sources.items()]
    total, done = sum(one.head * one.passes for one in made), 0
    for one in made:
        one.run(_shifted(tell, done, total))
        done += one.head * one.passes
    whole = sha256()
    for one in made:
        whole.update(one.digest())
    return Replayed(
        heads=heads,
        events=sum(one.events for one in made),
        streams=sum(len(one.digests) for one in made),
        pages=sum(one.pages for one in made),
        rows=sum(len(one.rows) for one in made),
        differences=[difference for one in made for difference in one.differences],
        behind=sum(one.live.behind for one in made),
        digest=whole.hexdigest(),
        clocked=_together([one.clocked for one in made]),
    )


@dataclass(slots=True)
class _Replay:
    """That of one service."""

    source: Source
    head: int
    passes: int = 1
    events: int = 0
    pages: int = 0
    rows: set[Row] = field(default_factory=set)
    digests: list[tuple[str, bytes]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    clocked: Clocked = field(default_factory=Clocked)
    live: Live = field(init=False)

    def __post_init__(self) -> None:
        self.passes = max(1, -(-self.head // PASS))
        self.live = Live(self.source, self.head)

    def run(self, tell: Tell) -> None:
        for share in range(self.passes):
            made = self._folded(share, _shifted(tell, share * self.head, self.passes * self.head))
            self._compared(made)
        self.differences += self.live.rows(self.rows)

    def digest(self) -> bytes:
        """Of everything, in the order of names: neither passes nor the kind of store show in it."""
        whole = sha256(self.source.name.encode())
        for stream, each in sorted(self.digests):
            whole.update(b"%b\0%b" % (stream.encode(), each))
        for row in sorted(self.rows):
            whole.update(to_json(row))
        return whole.digest()

    # ------------------------------------------------------------------------------------ making

    def _folded(self, share: int, tell: Tell) -> dict[str, Rebuilt]:
        made: dict[str, Rebuilt] = {}
        clocked, mine = self.clocked, self._mine(share)
        for events in self._chunks(tell):
            begun = time.perf_counter()
            decoded = [(stored, self._decoded(stored)) for stored in events if mine(stored)]
            between = time.perf_counter()
            for stored, event in decoded:
                self._fold(made, stored, event)
            clocked.decoded += between - begun
            clocked.folded += time.perf_counter() - between
            self.events += len(decoded)
        return made

    def _mine(self, share: int) -> Callable[[StoredEvent], bool]:
        if self.passes == 1:
            return lambda _: True
        return lambda stored: crc32(stored.stream.encode()) % self.passes == share

    def _chunks(self, tell: Tell) -> Iterator[list[StoredEvent]]:
        after = 0
        while after < self.head:
            begun = time.perf_counter()
            events = self.source.store.log(after, READ)
            self.clocked.read += time.perf_counter() - begun
            if not events:
                return
            after = events[-1].sequence
            yield [event for event in events if event.sequence <= self.head]
            tell(min(after, self.head), self.head)

    def _decoded(self, stored: StoredEvent) -> Any:
        try:
            return self.source.codec.decode(stored)
        except Exception as error:  # whatever an altered byte leads to
            return _Unreadable(error)

    def _fold(self, made: dict[str, Rebuilt], stored: StoredEvent, event: Any) -> None:
        if (one := made.get(stored.stream)) is None:
            one = made[stored.stream] = self._begun(stored)
        expected, one.version = one.version + 1, stored.version
        if one.broken is not None:
            return
        if stored.version != expected:
            one.broken = f"version {stored.version} stands where {expected} belongs"
        elif isinstance(event, _Unreadable):
            one.broken = f"version {stored.version} cannot be read: {event}"
        else:
            self._evolve(one, event)

    def _evolve(self, one: Rebuilt, event: Any) -> None:
        try:
            one.state = self.source.categories[split(one.stream)[0]].evolve(one.state, event)
        except Exception as error:  # a fold never fails on what was decided
            one.broken = f"version {one.version} cannot be folded: {_Unreadable(error)}"

    def _begun(self, stored: StoredEvent) -> Rebuilt:
        category, id = split(stored.stream)
        if (known := self.source.categories.get(category)) is None:
            broken = f"no category '{category}' is known here"
            return Rebuilt(stored.stream, "", stored.sequence, None, broken=broken)
        try:
            account = read_meta(stored.state).account or ""
        except ValueError:
            account = ""
        return Rebuilt(stored.stream, account, stored.sequence, known.initial(id))

    # --------------------------------------------------------------------------------- comparing

    def _compared(self, made: dict[str, Rebuilt]) -> None:
        service = self.source.service
        pages: dict[str, list[Page]] = {}
        for stream, one in made.items():
            if one.broken is not None:
                self.differences.append(Difference(service.name, "stream", stream, one.broken))
                continue
            category, id = split(stream)
            self.rows.update(service.lookups.rows(category, id, one.state))
            shown: list[Page] = []
            if category in service.shown:
                shown = pages[stream] = list(service.pages(category, id, one.state))
            self.pages += len(shown)
            said = (one.version, one.account, one.state, [tuple(page) for page in shown])
            self.digests.append((stream, replay_canonical.digest(said)))
        self.differences += self.live.pages(
            {stream: (made[stream].version, of) for stream, of in pages.items()}
        )
        self.differences += self.live.index({stream: made[stream] for stream in pages})


class _Unreadable:
    """Why an event cannot be read, in a few words and without its values."""

    def __init__(self, error: Exception) -> None:
        self._kind = type(error).__name__

    def __str__(self) -> str:
        return self._kind


def _shifted(tell: Tell, before: int, total: int) -> Tell:
    return lambda done, _: tell(before + done, total)


def _together(all_: list[Clocked]) -> Clocked:
    return Clocked(
        read=sum(one.read for one in all_),
        decoded=sum(one.decoded for one in all_),
        folded=sum(one.folded for one in all_),
    )
