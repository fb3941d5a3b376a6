"""The message that a stored decision answered, made again as it came: a command, or what a service said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from schemas.envelope import Envelope, write
from schemas.registry import MESSAGES
from services.audit.source import Source, Sources
from services.audit.whatif_past import ReadingKeys
from services.chassis.answers import PARKED, REFUSED
from services.chassis.batch import Appended, Setup
from services.chassis.outbox import Entry, Outbox
from services.chassis.partitions import partition_of
from services.chassis.personal import unseal_value
from services.chassis.ports import Keys, Record, StoredEvent
from services.chassis.stored import Meta, read_meta, split

KEPT = 256
"""Streams of senders that are remembered."""


class Handled(NamedTuple):
    """The events of one message, in their order."""

    meta: Meta
    events: list[StoredEvent]

    @property
    def first(self) -> StoredEvent:
        return self.events[0]


class Unasked(Exception):
    """Why the message cannot be made again, in a word."""


def handled(log: Iterator[StoredEvent]) -> Iterator[Handled]:
    """The log by the messages that were handled."""
    current: Handled | None = None
    for event in log:
        meta = read_meta(event.state)
        if current is None or meta.cause != current.meta.cause or meta.command_type or meta.command:
            if current is not None:
                yield current
            current = Handled(meta, [])
        current.events.append(event)
    if current is not None:
        yield current


def command_of(meta: Meta, keys: Keys) -> str | None:
    """The command that is kept with an event, as it was sent; None when its account was forgotten."""
    if meta.command is None or meta.account is None:
        return meta.command
    text: str | None = unseal_value(keys.get((meta.account,), make=False).get(meta.account), meta.command)
    return text


class Asked:
    """Makes the messages of one service again."""

    def __init__(self, source: Source, sources: Sources, keys: ReadingKeys) -> None:
        self._source = source
        self._keys = keys
        self._said = Said(source, sources, keys)

    def check(self, one: Handled) -> None:
        """Raises `Unasked` for what was only parked, and where the account was forgotten."""
        if split(one.first.stream)[0] == PARKED:
            raise Unasked("parked")
        if one.meta.account is not None and not self._keys.get((one.meta.account,)):
            raise Unasked("forgotten")

    def record(self, one: Handled) -> Record:
        """As it stood on its topic. Raises `Unasked`."""
        meta = one.meta
        if (command := self._type(one)) is not None:
            return self._command(one, command)
        if meta.command is not None:
            raise Unasked("kept without its type")
        return self._said.record(meta.cause or "")

    def _type(self, one: Handled) -> tuple[str, str] | None:
        """Type and sender of a command from outside."""
        if one.meta.command_type is not None:
            return one.meta.command_type, one.meta.command_source or ""
        if one.meta.command is None or split(one.first.stream)[0] != REFUSED:
            return None
        refused = self._source.codec.decode(one.first)
        return refused.command_type, refused.command_source

    def _command(self, one: Handled, command: tuple[str, str]) -> Record:
        meta, (type_, sender) = one.meta, command
        if (text := command_of(meta, self._keys)) is None:
            raise Unasked("forgotten")
        envelope = Envelope(
            id=meta.cause or "",
            source=sender,
            type=type_,
            account=meta.account,
            correlation=meta.correlation,
            actor=meta.actor,
            traceparent=meta.traceparent,
        )
        topic = MESSAGES[type_].topics[0] if type_ in MESSAGES else self._source.service.topics[0]
        key = meta.key.encode()
        return Record(topic, partition_of(key, 1), 0, 0, key, text.encode(), write(envelope))


class Said:
    """What the other services said, by the ids of their messages."""

    def __init__(self, source: Source, sources: Sources, keys: ReadingKeys) -> None:
        self._topics = frozenset(source.service.topics)
        self._senders = [
            other
            for other in sources.values()
            if other is not source and other.service.events_topic in self._topics
        ]
        self._outboxes = {
            other.name: Outbox(other.service, Setup(other.store, keys, other.codec, other.categories, 1))
            for other in self._senders
        }
        self._streams: OrderedDict[tuple[str, str], Mapping[int, StoredEvent]] = OrderedDict()

    def record(self, id: str) -> Record:
        """The message. Raises `Unasked`."""
        stream, _, version = id.removesuffix("+").rpartition("@")
        for sender in self._senders:
            if version.isdecimal() and (stored := self._stored(sender, stream, int(version))) is not None:
                return self._letter(sender, stored)
        raise Unasked("unknown")

    def _stored(self, sender: Source, stream: str, version: int) -> StoredEvent | None:
        known = self._streams.get((sender.name, stream))
        if known is None or version not in known:
            known = {event.version: event for event in sender.store.load({stream: 0}).get(stream, ())}
            self._streams[sender.name, stream] = known
            if len(self._streams) > KEPT:
                self._streams.popitem(last=False)
        return known.get(version)

    def _letter(self, sender: Source, stored: StoredEvent) -> Record:
        event = sender.codec.decode(stored)
        appended = Appended(*split(stored.stream), stored.version, event, read_meta(stored.state))
        for letter in self._outboxes[sender.name].letters([Entry(stored.sequence, appended)], {}):
            out = letter.outgoing
            if out.topic in self._topics:
                return Record(out.topic, 0, 0, 0, out.key, out.value, out.headers)
        raise Unasked("unsaid")
