"""What a running system has beside its log: pages, their index, lookup rows.

All is held against what the log makes. Whatever was appended since the head was fixed may have changed it:
what differs for that alone is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from pydantic_core import from_json, to_json

from services.audit.source import Source
from services.chassis.follower import VIEW
from services.chassis.pages import Shelf
from services.chassis.ports import Row
from services.chassis.service import Page
from services.chassis.stored import split

CHUNK = 500
"""Streams of one read."""


class Difference(NamedTuple):
    """What is not as the log makes it: a `stream`, a `page`, an entry of the `index`, a `row`."""

    service: str
    what: str
    id: str
    how: str


class Made(Protocol):
    """What is known of a stream made again."""

    @property
    def account(self) -> str: ...

    @property
    def first(self) -> int: ...


class Live:
    """What is there, of one service."""

    def __init__(self, source: Source, head: int) -> None:
        self._source = source
        self._store = source.store
        self._head = head
        self._shelf = Shelf(source.service, source.store)
        self.behind = 0

    def pages(self, made: Mapping[str, tuple[int, Sequence[Page]]]) -> Iterator[Difference]:
        """Pages as `show` would print them now."""
        for chunk in _chunks(made):
            by_kind: dict[str, list[str]] = defaultdict(list)
            for stream in chunk:
                by_kind[split(stream)[0]].append(split(stream)[1])
            there = {
                (document.kind, document.id): document.body
                for kind, ids in by_kind.items()
                for document in self._shelf.some(kind, ids).values()
            }
            wrong = {
                stream: made[stream][0]
                for stream in chunk
                for page in made[stream][1]
                if from_json(to_json(page.body)) != from_json(there.get((page.kind, page.id), b"null"))
            }
            for stream in self._untouched(wrong):
                yield self._differs("page", stream, "what is shown is not what the log makes of it")

    def index(self, made: Mapping[str, Made]) -> Iterator[Difference]:
        """The index: which account has which pages."""
        position = self._store.documents_position(VIEW)
        accounts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for stream, one in made.items():
            category, id = split(stream)
            accounts[category, one.account][id] = one.first
        for (kind, account), expected in accounts.items():
            there = {document.id for document in self._store.documents(kind, account)}
            for id in sorted(expected.keys() - there):
                if expected[id] > position:
                    self.behind += 1
                else:
                    yield self._differs(
                        "index", f"{kind}-{id}", f"account {account} has it, and it is not listed"
                    )
            yield from self._foreign(kind, account, there - expected.keys())

    def _foreign(self, kind: str, account: str, ids: Collection[str]) -> Iterator[Difference]:
        """Listed, and not of this account as far as this pass knows."""
        found = self._store.load({f"{kind}-{id}": 0 for id in sorted(ids)}) if ids else {}
        for stream, events in found.items():
            mark = b'"a":' + to_json(account)
            if not events or mark not in events[0].state:
                yield self._differs(
                    "index", stream, f"it is listed for account {account}, which does not have it"
                )

    def rows(self, made: Collection[Row]) -> Iterator[Difference]:
        """Lookup rows, by which decisions find what they need."""
        kinds = self._source.service.lookups.kinds
        there = {row for kind in sorted(kinds) for row in self._store.rows_of(kind)}
        wrong = sorted(there.symmetric_difference(made))
        moved = self._moved({row.member for row in wrong})
        for row in wrong:
            if row.member not in moved:
                how = "is there, and nothing in the log makes it" if row in there else "is missing"
                yield self._differs("row", f"{row.kind}/{row.key}/{row.member}", how)

    def _moved(self, members: Collection[str]) -> set[str]:
        """Those of these that the log speaks of above the head."""
        names = {f"{category}-{member}": member for member in members for category in self._source.categories}
        found: set[str] = set()
        for chunk in _chunks(names):
            for stream, events in self._store.load(dict.fromkeys(chunk, 0)).items():
                if events and events[-1].sequence > self._head:
                    found.add(names[stream])
        return found

    def _untouched(self, versions: Mapping[str, int]) -> list[str]:
        """Streams without an event above these versions."""
        found = self._store.load(versions) if versions else {}
        return [stream for stream in versions if not found.get(stream)]

    def _differs(self, what: str, id: str, how: str) -> Difference:
        return Difference(self._source.name, what, id, how)


def _chunks(names: Collection[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
