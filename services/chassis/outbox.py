"""The event store is the outbox: stored events in, records to publish out, always the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import from_json

from schemas.envelope import CONTEXT, JSON, MAX_OUT_BYTES, SPEC_VERSION
from schemas.headers import Shared, own, shared
from schemas.registry import full
from schemas.topics import TOPICS, parked
from services.chassis import answers
from services.chassis.answers import MessageParked
from services.chassis.batch import Appended, Setup
from services.chassis.partitions import partition_of
from services.chassis.personal import TOKEN, unseal_all
from services.chassis.ports import Outgoing, StoredEvent
from services.chassis.service import Happened, Public, Service
from services.chassis.stored import Meta, moment, read_meta, split, to_bytes

Lane = tuple[str, int]
"""A topic and a partition."""


class Entry(NamedTuple):
    """An event of the log, decoded."""

    sequence: int
    appended: Appended


Pair = tuple[int, Appended]
"""An `Entry`, or the same as a plain pair."""


class Letter(NamedTuple):
    """A record to publish, and the place it stands for."""

    outgoing: Outgoing
    sequence: int
    message: str
    real: int
    """When its event was recorded, real time in microseconds."""


class Cause(NamedTuple):
    """What all records share that one message caused."""

    key: bytes
    partition: int
    real: int
    shared: Shared


_new = tuple.__new__
"""Makes what there is one of an event in half the time of its own constructor."""
_NAMES = ("ce_specversion", "content-type", "ce_source")


class TooLarge(Exception):
    """A message that no broker would take."""


class Outbox:
    """Turns the log of one service into records. The same events give the same records for ever."""

    def __init__(self, service: Service, setup: Setup) -> None:
        self.service = service
        self.setup = setup
        self._source = f"/aftersale/{service.name}"
        self._events_topic = service.events_topic

    def entries(self, log: Iterable[StoredEvent]) -> list[Entry]:
        """Stored events, decoded; those of unknown streams are an error that stops the relay."""
        decode = self.setup.codec.decode
        return [
            Entry(
                stored.sequence,
                Appended(*split(stored.stream), stored.version, decode(stored), read_meta(stored.state)),
            )
            for stored in log
        ]

    def letters(
        self,
        entries: Iterable[Pair],
        last: dict[Lane, int],
        only: set[Lane] | None = None,
    ) -> list[Letter]:
        """The records of these events. `last` is the previous sequence of each (topic, partition), kept up.

        With `only`, those of these partitions: how a wiped one is filled again.
        """
        letters: list[Letter] = []
        meta: Meta | None = None
        publish = self.service.publish
        for sequence, appended in entries:
            category, id, version, event, about = appended
            if about is not meta:
                # All that one message caused says the same of who and why: written once.
                meta, cause = about, self._cause(about)
                said = (about.account or "", about.recorded, about.effective_at)
            if category == answers.PARKED:
                if isinstance(event, MessageParked):
                    letters += self._parked(sequence, appended, only)
                continue
            happened = Happened(category, id, version, event, *said)
            for public in self._refused(happened) if category == answers.REFUSED else publish(happened):
                here = (public.topic, cause.partition)
                if only is None or here in only:
                    letters.append(self._letter(appended, public, cause, (sequence, last.get(here))))
                    last[here] = sequence
        return letters

    def check(self, appended: Appended) -> None:
        """Raises `TooLarge` when a message of this event could not go out; asked before it is stored."""
        if isinstance(appended.event, MessageParked):
            return
        for letter in self.letters((Entry(0, appended),), {}):
            if (size := size_of(letter.outgoing)) > MAX_OUT_BYTES:
                stream, topic = f"{appended.category}-{appended.id}", letter.outgoing.topic
                raise TooLarge(
                    f"what {stream} says on {topic} would have {size} bytes: {MAX_OUT_BYTES} are allowed"
                )

    def _letter(self, appended: Appended, public: Public, cause: Cause, at: tuple[int, int | None]) -> Letter:
        category, id, version, _, meta = appended
        topic = public.topic
        key, partition, real, common = cause
        sequence, previous = at
        if previous == sequence:
            raise ValueError(f"{category}-{id}@{version} makes two messages on {topic}: readers take one")
        message = f"{category}-{id}@{version}"
        if topic != self._events_topic:
            message += "+"
        headers = own((message, full(public.name), public.subject), (sequence, previous or 0), common)
        body = self._unsealed(public.data, meta) if public.unseal else to_bytes(public.data)
        outgoing = _new(Outgoing, (topic, partition, key, body, headers))
        return _new(Letter, (outgoing, sequence, message, real))

    def _cause(self, meta: Meta) -> Cause:
        said = (
            _stamp(meta.effective_at),
            meta.account,
            meta.correlation,
            meta.cause,
            meta.actor,
            meta.traceparent,
        )
        names = _names(*map(bool, said))
        texts = (SPEC_VERSION, JSON, self._source, *filter(None, said))
        raw = meta.key.encode()
        partition = partition_of(raw, self.setup.partitions)
        return _new(Cause, (raw, partition, meta.real, shared(self.setup.store.log_id, names, texts)))

    def _refused(self, happened: Happened) -> Iterable[Public]:
        return answers.publish(self._events_topic, happened)

    def _unsealed(self, data: Mapping[str, Any], meta: Meta) -> bytes:
        body = to_bytes(data)
        if meta.account is not None and body.find(TOKEN) >= 0:
            key = self.setup.keys.get((meta.account,), make=False).get(meta.account)
            return to_bytes(unseal_all(key, from_json(body)))
        return body

    def _parked(self, sequence: int, appended: Appended, only: set[Lane] | None) -> Iterator[Letter]:
        """The original record on `<topic>.parked`: sealed where its account is known, else untouched."""
        event: MessageParked = appended.event
        topic = parked(event.topic)
        partitions = self.setup.partitions
        if event.topic in TOPICS:
            partitions = TOPICS[event.topic].partitions or partitions
        partition = event.partition % partitions
        if only is not None and (topic, partition) not in only:
            return
        told = {
            "parked-by": self.service.name,
            "parked-id": appended.id,
            "parked-reason": event.reason,
            "parked-sealed": "true" if event.sealed else "false",
            "parked-offset": str(event.offset),
        }
        headers = (
            *((name, raw.encode("latin-1")) for name, raw in event.headers),
            *((name, value.encode()) for name, value in told.items()),
        )
        key = (event.key or "").encode("latin-1")
        outgoing = Outgoing(topic, partition, key, event.value.encode("latin-1"), headers)
        if size_of(outgoing) > MAX_OUT_BYTES:
            outgoing = _left_out(outgoing, told)
        yield Letter(outgoing, sequence, told["parked-id"], appended.meta.real)


def size_of(outgoing: Outgoing) -> int:
    """The bytes of a record: key, value and headers."""
    headers = sum(len(name) + len(value) for name, value in outgoing.headers)
    return len(outgoing.key) + len(outgoing.value) + headers


def _left_out(outgoing: Outgoing, told: Mapping[str, str]) -> Outgoing:
    """Only that it is parked: the store keeps the bytes, and no broker would take them."""
    size = str(size_of(outgoing)).encode()
    headers = (*((name, value.encode()) for name, value in told.items()), ("parked-left-out", size))
    return outgoing._replace(key=b"", value=b"", headers=headers)


@lru_cache(maxsize=1024)
def _stamp(micros: int) -> str:
    """RFC 3339; all events of a batch share a time."""
    return moment(micros).isoformat()


@lru_cache(maxsize=64)
def _names(*there: bool) -> tuple[str, ...]:
    """The names of those that all messages of one cause have."""
    return _NAMES + tuple(name for name, is_there in zip(CONTEXT, there, strict=True) if is_there)
