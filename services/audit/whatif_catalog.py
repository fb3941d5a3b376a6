"""The catalog with other entries in it: heard by every service as it would be from its topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic_core import from_json

from schemas.envelope import Envelope, write
from schemas.headers import Headers
from schemas.registry import full
from schemas.topics import CATALOG, TOPICS
from services.audit.source import Source, Sources, scan
from services.audit.whatif_asked import command_of
from services.audit.whatif_past import Catalog
from services.chassis.answers import REFUSED, CommandRefused
from services.chassis.batch import Setup
from services.chassis.cache import Cache
from services.chassis.inbox import Inbox
from services.chassis.keys import MemoryKeys
from services.chassis.memory import MemoryStore
from services.chassis.ports import Keys, Record, StoredEvent
from services.chassis.stored import read_meta, split

ANSWERING = TOPICS[CATALOG].answered_by
"""The service that answers for the catalog: what it took is the catalog."""


class Entry(NamedTuple):
    """A message about the catalog."""

    envelope: Envelope
    key: str
    body: bytes


class CatalogRefused(Exception):
    """The catalog cannot be published as it is; the message names every reason."""


class _Still:
    """No entry depends on when it is published."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC)


def catalogs(sources: Sources, keys: Keys, entries: Sequence[Entry]) -> Mapping[str, Catalog]:
    """The streams of the catalog with these entries in it, by service. Raises `CatalogRefused`.

    An entry takes the place of the version that was published under its id and number; what is new comes
    last, and counts. Whatever is not named stays as it was published.
    """
    given = {_version(entry): entry for entry in entries}
    published = [
        entry for source in sources.values() if source.name == ANSWERING for entry in _published(source, keys)
    ]
    merged = [given.pop(_version(entry), entry) for entry in published]
    merged += [entry for entry in entries if _version(entry) in given]
    return {name: _heard(source, merged) for name, source in sources.items()}


def _version(entry: Entry) -> tuple[str, str, str | None]:
    data = from_json(entry.body)
    return entry.envelope.type, entry.key, data.get("version") if isinstance(data, dict) else None


def _published(source: Source, keys: Keys) -> Iterator[Entry]:
    """What the catalog is made of: every command about it that was accepted, in order."""
    shared = {category.name for category in source.service.categories if category.shared}
    for event in scan(source.store, source.store.head()):
        category, id = split(event.stream)
        if category in shared and (text := command_of(meta := read_meta(event.state), keys)) is not None:
            type_ = meta.command_type or full(event.name.partition(".v")[0].removesuffix("ed"))
            envelope = Envelope(id=meta.cause or event.stream, source="/aftersale/history", type=type_)
            yield Entry(envelope, id, text.encode())


def _heard(source: Source, entries: Sequence[Entry]) -> Catalog:
    store = MemoryStore()
    parts = Setup(store, MemoryKeys(), source.codec, source.categories, 1, source.service.shared_rows)
    records = [
        # Two senders may use one id; here each is a sender of its own.
        Record(CATALOG, 0, offset, 0, entry.key.encode(), entry.body, _from(entry, offset))
        for offset, entry in enumerate(entries)
    ]
    Inbox(source.service, parts, Cache(), _Still()).handle(records, ())
    log = store.log(0, store.head())
    _check(source, log)
    shared = {category.name for category in source.service.categories if category.shared}
    streams: dict[str, list[StoredEvent]] = {}
    for event in log:
        if split(event.stream)[0] in shared:
            streams.setdefault(event.stream, []).append(event)
    return streams


def _from(entry: Entry, number: int) -> Headers:
    return write(entry.envelope._replace(source=f"/aftersale/what-if/{number}"))


def _check(source: Source, log: Iterable[StoredEvent]) -> None:
    refused: list[CommandRefused] = [
        source.codec.decode(event) for event in log if split(event.stream)[0] == REFUSED
    ]
    if refused:
        reasons = (
            f"{one.command_id}: {reason.rule} {reason.message}" for one in refused for reason in one.reasons
        )
        raise CatalogRefused("; ".join(reasons))
