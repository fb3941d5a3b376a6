"""Read models: pages rendered from the folds of the streams, following the log; one follower per service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from pydantic_core import to_json

from services.chassis.answers import PARKED, REFUSED, Refusals, reason_data
from services.chassis.backoff import Backoff
from services.chassis.cache import Cache, Fold
from services.chassis.pause import pause
from services.chassis.ports import Commit, Document, StoredEvent, Unavailable
from services.chassis.service import Page, Service
from services.chassis.stored import split
from services.chassis.work import Setup

VIEW = "pages"
REBUILD = "rebuild"
"""The kind of the row by which a person asks for every page to be made again."""
READ = 2_000
IDLE_SECONDS = 0.1
LEAD_SECONDS = 1.0


class Follower:
    """Keeps the pages of one service up to its log. Pages may lag behind; they are never needed to decide."""

    def __init__(self, service: Service, setup: Setup) -> None:
        self._service = service
        self._setup = setup
        self._cache = Cache()
        self._position: int | None = None
        self._looked = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. Goes on by itself after any failure."""
        backoff = Backoff("pages")
        while not stop.is_set():
            try:
                if not await asyncio.to_thread(self._setup.store.lead, "pages"):
                    self.forget()
                    await pause(stop, LEAD_SECONDS)
                    continue
                if await asyncio.to_thread(self._asked_to_rebuild):
                    await asyncio.to_thread(self.rebuild)
                if await asyncio.to_thread(self.step) < READ:
                    await pause(stop, IDLE_SECONDS)
                backoff.succeeded()
            except Unavailable as error:
                self.forget()
                await backoff.wait(error, stop)

    def forget(self) -> None:
        """What was folded is read again."""
        self._cache.clear()
        self._position = None

    def _asked_to_rebuild(self) -> bool:
        """Looked at once a second: it is one more query."""
        if time.monotonic() - self._looked < LEAD_SECONDS:
            return False
        self._looked = time.monotonic()
        return bool(self._setup.store.rows_of(REBUILD))

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
        """Takes the next part of the log, and answers how many events it had."""
        store = self._setup.store
        if self._position is None:
            self._position = store.documents_position(VIEW)
        events = store.log(self._position, READ)
        if events:
            self._fold(events)
            touched = dict.fromkeys(event.stream for event in events)
            documents = [document for stream in touched for document in self._render(stream)]
            store.put_documents(VIEW, events[-1].sequence, documents)
            self._position = events[-1].sequence
            self._cache.trim()
        return len(events)

    def _fold(self, events: Sequence[StoredEvent]) -> None:
        """Each event into its fold; a stream met in the middle is loaded whole."""
        missing = {
            event.stream: 0
            for event in events
            if event.version > 1 and self._cache.fold(event.stream) is None
        }
        found = self._setup.store.load(missing) if missing else {}
        for stream, stored in found.items():
            for event in stored:
                self._apply(stream, event)
        for event in events:
            self._apply(event.stream, event)

    def _apply(self, stream: str, stored: StoredEvent) -> None:
        category = self._setup.categories[split(stream)[0]]
        fold = self._cache.fold(stream)
        if fold is None:
            fold = Fold(0, category.initial(split(stream)[1]))
            self._cache.keep_fold(stream, fold)
        if stored.version == fold.version + 1:
            fold.state = category.evolve(fold.state, self._setup.codec.decode(stored))
            fold.version = stored.version

    def _render(self, stream: str) -> list[Document]:
        category, id = split(stream)
        fold = self._cache.fold(stream)
        assert fold is not None
        pages = refusal_pages(fold.state) if category == REFUSED else ()
        if category not in (REFUSED, PARKED):
            pages = tuple(self._service.pages(category, id, fold.state))
        return [Document(page.kind, page.id, page.account, to_json(page.body)) for page in pages]


def refusal_pages(state: Refusals) -> tuple[Page, ...]:
    """The last refused command of an order (or the command itself, when it named none)."""
    event = state.events[-1]
    body = {
        "commandId": event.command_id,
        "commandType": event.command_type,
        "reasons": [reason_data(reason) for reason in event.reasons],
    }
    return (Page("refusal", event.about or event.command_id, event.account or "", body),)
