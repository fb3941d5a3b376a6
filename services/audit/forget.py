"""The end of an account's key, and where its personal values can still be read, until when.

What we keep ourselves (stores, pages, our own topics, parked messages) holds personal values only sealed, so
it is unreadable with the end of the key. On topics that others write or must read they are plain, and expire.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from schemas.topics import PLAIN
from services.audit.source import READ, Tell
from services.chassis.answers import PARKED, STORED, MessageParked
from services.chassis.parking import as_it_was, owner
from services.chassis.ports import Bus, Keys, Record, Store, TopicPartition
from services.chassis.stored import Codec, split

ACCOUNT_HEADER = "ce_accountid"


class Copy(NamedTuple):
    """The records of an account on one topic; times are milliseconds since the epoch (UTC, real time)."""

    topic: str
    records: int
    newest: int
    gone: int | None
    """When the last of them is removed at the latest; None where the topic keeps records for ever."""

    @property
    def day(self) -> date | None:
        """Once this day has passed (UTC) none is left."""
        return None if self.gone is None else datetime.fromtimestamp(self.gone / 1000, UTC).date()


class Unowned(NamedTuple):
    """Parked messages that name the account, though no sender said whose they are."""

    ended: int
    plain: int
    """Those that an earlier version had kept unsealed."""


class Forgotten(NamedTuple):
    """What the end of a key came to."""

    account: str
    had_key: bool
    unowned: Unowned
    copies: list[Copy]

    @property
    def last(self) -> Copy | None:
        """The copy that lasts longest; one that is never gone outlasts all others."""
        return max(self.copies, key=lambda copy: (copy.gone is None, copy.gone or 0), default=None)


def end_keys(keys: Keys, stores: Mapping[str, Store], account: str, tell: Tell) -> tuple[bool, Unowned]:
    """Ends the account's key, and those of parked messages that name it without being of an account.

    True when there was a key. May be done again at any time. Raises `Unavailable`.
    """
    had = keys.forget(account)
    ended = plain = 0
    for store in stores.values():
        for id, message in _parked(store, tell):
            if message.account is not None:
                continue
            key = keys.get((owner(id, None),), make=False).get(owner(id, None))
            opened = as_it_was(message, key)
            if opened is None or not _names(account, opened[0].encode("latin-1")):
                continue
            plain += not message.sealed
            ended += message.sealed and keys.forget(owner(id, None))
    return had, Unowned(ended, plain)


def _parked(store: Store, tell: Tell) -> list[tuple[str, MessageParked]]:
    """Every message that was ever parked: it is the first event of its stream."""
    codec, found = Codec(STORED), []
    after, head = 0, store.head()
    while after < head:
        events, after = store.begun(after, READ)
        for event in events:
            category, id = split(event.stream)
            if category == PARKED:
                found.append((id, codec.decode(event)))
        tell(after, head)
    return found


async def copies(bus: Bus, account: str, tell: Tell) -> list[Copy]:
    """The records of the account on topics where personal values are plain. Raises `Unavailable`."""
    kept = await bus.kept(PLAIN)
    found = []
    lanes = [TopicPartition(topic, number) for topic in kept for number in range(await bus.partitions(topic))]
    bounds = await bus.bounds(lanes)
    total, done = sum(end - begin for begin, end in bounds.values()), 0
    for topic, (retention, slack) in kept.items():
        times = []
        for lane in lanes:
            if lane.topic != topic:
                continue
            async for records in _read(bus, lane, bounds[lane]):
                times += [record.timestamp for record in records if _concerns(account, record)]
                done += len(records)
                tell(done, total)
        if times:
            gone = None if retention is None else max(times) + retention + slack
            found.append(Copy(topic, len(times), max(times), gone))
    return found


async def _read(bus: Bus, lane: TopicPartition, bounds: Collection[int]) -> AsyncIterator[list[Record]]:
    at, end = bounds
    while at < end and (records := await bus.read(lane, at, READ)):
        yield records
        at = records[-1].offset + 1


def _concerns(account: str, record: Record) -> bool:
    if record.key == account.encode() or _names(account, record.value):
        return True
    return any(name == ACCOUNT_HEADER and raw == account.encode() for name, raw in record.headers)


def _names(account: str, body: bytes) -> bool:
    """Whether the account stands in the JSON as a text of its own, however it is escaped."""
    return any(json.dumps(account, ensure_ascii=escaped).encode() in body for escaped in (True, False))
