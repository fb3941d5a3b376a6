"""Every state and every read model made again from the log, and compared with those that are there.

The head of each log is fixed first, so the system may run meanwhile. A log is read in its order; in several
passes where it is long, each folding its share of the streams, so that memory stays bounded.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import to_json

from services.audit import replay_canonical
from services.audit.replay_live import Difference, Live
from services.audit.replay_made import Clocked, Making, Rebuilt
from services.audit.source import Source, Sources, Tell, silent
from services.chassis.ports import Row
from services.chassis.service import Page
from services.chassis.stored import split

PASS = 500_000
"""Events of a log for each pass over it."""


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
    total, done = sum(one.work for one in made), 0
    for one in made:
        with _uncollected():
            one.run(_shifted(tell, done, total))
        done += one.work
    whole = sha256()
    for one in made:
        whole.update(one.digest())
    return Replayed(
        heads=heads,
        events=sum(one.making.events for one in made),
        streams=sum(len(one.digests) for one in made),
        pages=sum(one.pages for one in made),
        rows=sum(len(one.rows) for one in made),
        differences=[difference for one in made for difference in one.differences],
        behind=sum(one.live.behind for one in made),
        digest=whole.hexdigest(),
        clocked=_together([one.making.clocked for one in made]),
    )


@dataclass(slots=True)
class _Replay:
    """That of one service."""

    source: Source
    head: int
    pages: int = 0
    rows: set[Row] = field(default_factory=set)
    digests: list[tuple[str, bytes]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    live: Live = field(init=False)
    making: Making = field(init=False)

    def __post_init__(self) -> None:
        self.live = Live(self.source, self.head)
        self.making = Making(self.source, self.head, max(1, -(-self.head // PASS)))

    @property
    def work(self) -> int:
        """Sequences that all passes go through."""
        return self.head * self.making.passes

    def run(self, tell: Tell) -> None:
        for share in range(self.making.passes):
            self._compared(self.making.folded(share, _shifted(tell, share * self.head, self.work)))
        self.differences += self.live.rows(self.rows)

    def digest(self) -> bytes:
        """Of everything, in the order of names: neither passes nor the kind of store show in it."""
        whole = sha256(self.source.name.encode())
        for stream, each in sorted(self.digests):
            whole.update(b"%b\0%b" % (stream.encode(), each))
        for row in sorted(self.rows):
            whole.update(to_json(row))
        return whole.digest()

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


@contextmanager
def _uncollected() -> Iterator[None]:
    """All that is folded is kept, and the collector would walk through it again and again to find nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _shifted(tell: Tell, before: int, total: int) -> Tell:
    return lambda done, _: tell(before + done, total)


def _together(all_: list[Clocked]) -> Clocked:
    return Clocked(
        read=sum(one.read for one in all_),
        decoded=sum(one.decoded for one in all_),
        folded=sum(one.folded for one in all_),
    )
