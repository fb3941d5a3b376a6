"""Pages: what a stream shows, folded from it when somebody looks."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from services.chassis.ports import Document, Store
from services.chassis.service import Service
from services.chassis.stored import Codec


class Shelf:
    """The pages of one service. Reads its store, and never writes."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service = service
        self._store = store
        self._codec = Codec(service.stored)
        self._categories = {category.name: category for category in service.categories}

    def document(self, kind: str, id: str) -> Document | None:
        """The page as the log has it now; None for what does not exist."""
        return self.some(kind, (id,)).get(id)

    def documents(self, kind: str, account: str) -> list[Document]:
        """The pages of an account, by id; the index that names them may be a moment behind."""
        ids = [entry.id for entry in self._store.documents(kind, account)]
        return list(self.some(kind, ids).values())

    def some(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """Those of these pages that exist, read in one query."""
        category = self._categories[kind]
        found = self._store.load({f"{kind}-{id}": 0 for id in ids})
        pages: dict[str, Document] = {}
        for id in ids:
            state = category.initial(id)
            for stored in found.get(f"{kind}-{id}", ()):
                state = category.evolve(state, self._codec.decode(stored))
            shown = self._service.pages(kind, id, state)
            pages |= {page.id: Document(kind, page.id, page.account, to_json(page.body)) for page in shown}
        return pages
