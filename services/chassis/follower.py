"""The index of a service's pages: which account has which, following the log; one follower per service.

A page itself is folded from its stream when somebody looks (`pages.py`), so it never lags behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from services.chassis.answers import REFUSED
from services.chassis.backoff import Backoff
from services.chassis.batch import Setup
from services.chassis.pause import asked_to_end, pause
from services.chassis.ports import Commit, Document, StoredEvent
from services.chassis.service import Service
from services.chassis.stored import read_meta, split

VIEW = "pages"
REBUILD = "rebuild"
"""The kind of the row by which a person asks for every page to be made again."""
READ = 2_000
MANY = 100
IDLE_SECONDS = 0.1
BUSY_SECONDS = 0.5
"""While orders come all the time: a look at the log costs more than what it finds there."""
LEAD_SECONDS = 1.0


class Follower:
    """Keeps the index of one service up to its log. It may lag behind; it is never needed to decide."""

    def __init__(self, service: Service, setup: Setup) -> None:
        self._service = service
        self._setup = setup
        self._position: int | None = None
        self._looked = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. Goes on by itself after any failure."""
        backoff = Backoff("pages")
        while not stop.is_set():
            try:
                if time.monotonic() - self._looked > LEAD_SECONDS and not await asyncio.to_thread(self._look):
                    self.forget()
                    await pause(stop, LEAD_SECONDS)
                    continue
                went = await asyncio.to_thread(self.step)
                if went < READ:
                    await pause(stop, BUSY_SECONDS if went > MANY else IDLE_SECONDS)
                backoff.succeeded()
            except (Exception, asyncio.CancelledError) as error:
                if asked_to_end():
                    raise
                # Also a fault of ours: pages may lag, but not in silence.
                self.forget()
                await backoff.wait(error, stop)

    def forget(self) -> None:
        """Who leads, and where it was, is asked again."""
        self._position, self._looked = None, 0.0

    def _look(self) -> bool:
        """Whether this follower leads, rebuilt if somebody asked for it.

        Once a second is enough: one that leads no longer writes what the next one would.
        """
        if not self._setup.store.lead("pages"):
            return False
        if self._setup.store.rows_of(REBUILD):
            self.rebuild()
        self._looked = time.monotonic()
        return True

    def rebuild(self, progress: Callable[[int, int], object] | None = None) -> None:
        """Every page from nothing; `progress` is told (done, all) in sequences of the log.

        Only for who leads. What was asked for is taken back in the end, so a fall in between begins anew.
        """
        store = self._setup.store
        asked = store.rows_of(REBUILD)
        store.drop_documents(VIEW)
        self.forget()
        head = store.head()
        while self.step():
            if progress is not None:
                progress(self._position or 0, head)
        if asked:
            store.commit(Commit(drop_rows=asked))

    def step(self) -> int:
        """Takes the next part of the log, and answers how far it went on."""
        store = self._setup.store
        if self._position is None:
            self._position = store.documents_position(VIEW)
        events, position = store.begun(self._position, READ)
        went = position - self._position
        if went:
            begun = [document for event in events if (document := self._begun(event)) is not None]
            store.put_documents(VIEW, position, begun)
            self._position = position
        return went

    def _begun(self, event: StoredEvent) -> Document | None:
        """The entry of a stream that has a page, or of a refused command: an account is shown its own."""
        category, id = split(event.stream)
        if category not in self._service.shown and category != REFUSED:
            return None
        return Document(category, id, read_meta(event.state).account or "", b"")
