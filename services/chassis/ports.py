"""The two ports of the chassis, the event store and the bus, and the shapes that cross them.

Errors, all of them `PortError`:

    PortError
    ├── Unavailable   away for now: back off and do the same again
    ├── Conflict      another writer was first: drop what was cached and decide again
    └── Fenced        the partition has another owner now: drop it, commit nothing
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from schemas.headers import Headers


class PortError(Exception):
    """Anything a port may raise."""


class Unavailable(PortError):
    """The database or the broker cannot be reached now; nothing is known to have been done."""


class Conflict(PortError):
    """An expected version, a place or an answer is already taken by another writer."""


class Fenced(PortError):
    """The fence of a partition was raised by another owner since it was claimed."""


# --------------------------------------------------------------------------------------------- bus


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class Outgoing(NamedTuple):
    """A record to publish; the partition is chosen by the caller (murmur2 of the key)."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: Headers


class Record(NamedTuple):
    """A record as the bus holds it. `timestamp` is milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes
    headers: Headers


class Bounds(NamedTuple):
    """The first offset still kept, and the next one to be written."""

    begin: int
    end: int


class TopicConfig(NamedTuple):
    """What a topic is made with. `retention_ms` is None for a topic kept for ever."""

    name: str
    partitions: int
    retention_ms: int | None


class Kept(NamedTuple):
    """How long a topic keeps a record: `retention_ms` (None for ever), and at most `slack_ms` longer."""

    retention_ms: int | None
    slack_ms: int


class Publisher(Protocol):
    """Publishes batches. Records of one partition keep the order in which they were given."""

    async def publish(self, batch: Sequence[Outgoing] | Callable[[], Sequence[Outgoing]]) -> list[int]:
        """Offsets of the batch, in its order, when every record is acknowledged.

        A function makes the batch in another thread: the one that writes it, where there is one.
        Raises `Unavailable` when any was not; some may have been written all the same.
        """
        ...

    async def close(self) -> None: ...


class Listener(Protocol):
    """Told of every change of assignment, before any record of it is handed out."""

    async def assigned(self, partitions: Collection[TopicPartition]) -> None: ...

    async def revoked(self, partitions: Collection[TopicPartition]) -> None: ...


class Consumer(Protocol):
    """One member of a group. Range assignment: the same partition number of every topic."""

    async def poll(self, limit: int, timeout: float) -> dict[TopicPartition, list[Record]]:  # noqa: ASYNC109
        """At most `limit` records, per partition in order of offset; empty after `timeout` seconds.

        Moves the position past what it returns. Raises `Unavailable`.
        """
        ...

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Remembers the next offset to read; only an optimisation, so failures are not raised."""
        ...

    async def committed(self, partition: TopicPartition) -> int | None: ...

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """The next poll reads on from `offset`, of a partition that is assigned."""
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    """The log of topics. Every call may raise `Unavailable`."""

    async def apply(self, topics: Iterable[TopicConfig]) -> list[str]:
        """Makes the topics that are missing, and answers their names.

        Raises `ValueError` when one exists with another partition count.
        """
        ...

    async def partitions(self, topic: str) -> int:
        """Partition count, 0 for a topic that does not exist."""
        ...

    async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]: ...

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        """Up to `limit` records from `offset` (or the first kept above it) on, outside any group."""
        ...

    async def records_at(self, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
        """The record at each offset, or the first kept above it; of those partitions that have one.

        Asked for at once, however many: for looking whether what was there is there still.
        """
        ...

    async def kept(self, topics: Collection[str]) -> dict[str, Kept]:
        """What each topic that exists is really set to, whatever it was made with."""
        ...

    async def lag(self, group: str, topics: Collection[str]) -> dict[TopicPartition, int]:
        """Records not committed yet by the group, per partition where there are any."""
        ...

    def publisher(self) -> Publisher: ...

    async def consumer(self, group: str, topics: Collection[str], listener: Listener) -> Consumer: ...

    async def close(self) -> None: ...


# ------------------------------------------------------------------------------------------- store


class NewEvent(NamedTuple):
    """An event to append: `version` counts from 1 in its stream and is the expected next one."""

    stream: str
    version: int
    name: str
    state: bytes


class StoredEvent(NamedTuple):
    """An event as the log holds it. `sequence` rises with the log and may skip numbers."""

    sequence: int
    stream: str
    version: int
    name: str
    state: bytes


class Row(NamedTuple):
    """A lookup row that a decision needs: the members of a set known by (kind, key)."""

    kind: str
    key: str
    member: str


class Timer(NamedTuple):
    """A command that runs itself at `due` (microseconds since the epoch, chassis clock)."""

    timer: str
    partition: int
    due: int
    body: bytes


class Answer(NamedTuple):
    """That a command from outside was handled, with the digest of its payload."""

    source: str
    command: str
    digest: bytes


class Fence(NamedTuple):
    """A partition number and the epoch under which its owner claimed it."""

    partition: int
    epoch: int


@dataclass(slots=True, kw_only=True)
class Commit:
    """All that one batch of handled messages does, in one transaction."""

    fences: list[Fence] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Tracking name `topic/partition/log id` to the last sequence handled."""
    answers: list[Answer] = field(default_factory=list)
    put_rows: list[Row] = field(default_factory=list)
    drop_rows: list[Row] = field(default_factory=list)
    put_timers: list[Timer] = field(default_factory=list)
    drop_timers: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """True when there is nothing to write but the fences."""
        return not (
            self.events
            or self.places
            or self.answers
            or self.put_rows
            or self.drop_rows
            or self.put_timers
            or self.drop_timers
        )


class Committed(NamedTuple):
    """`sequences` of the events in their order; `before` is the head of the log just before them."""

    before: int
    sequences: Sequence[int]


class RelayPlace(NamedTuple):
    """The last acknowledged record of one topic and partition."""

    topic: str
    partition: int
    offset: int
    sequence: int
    message: str


class Document(NamedTuple):
    """One page of a read model, found by (kind, id) or listed by account."""

    kind: str
    id: str
    account: str
    body: bytes


class Store(Protocol):
    """A service's event log with its places, answers, lookup rows and timers.

    Synchronous: never call it on the event loop. Any call may raise `Unavailable`.
    """

    log_id: str
    """Made once with the store; a copy of the store keeps it."""

    def commit(self, commit: Commit) -> Committed:
        """All or nothing. Raises `Fenced`, or `Conflict` (version, place or answer already there)."""
        ...

    def load(self, streams: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        """Events of each stream above the version given (0 for all), in one query."""
        ...

    def rows(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Members per (kind, key), sorted; in one query. A key without members is left out."""
        ...

    def rows_of(self, kind: str) -> list[Row]:
        """Every row of a kind."""
        ...

    def answers(self, commands: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Digest per (source, command id) of those handled before."""
        ...

    def places(self) -> dict[str, int]:
        """Every place, by tracking name."""
        ...

    def log(self, after: int, limit: int) -> list[StoredEvent]:
        """The log in order of sequence, from above `after`; never leaves out what commits later."""
        ...

    def raw_log(self, first: int, limit: int) -> list[tuple[Any, ...]]:
        """The same from `first` on as it lies there, for who checks it: nothing need be what it should be.

        Sequence, stream, version, name and state; a text that is not UTF-8 has surrogates in it.
        """
        ...

    def damage(self) -> list[str]:
        """What the database finds wrong with its own pages of the log; nothing where it cannot tell."""
        ...

    def begun(self, after: int, limit: int) -> tuple[list[StoredEvent], int]:
        """The first event of each stream begun above `after`, and up to where the log was looked through."""
        ...

    def head(self) -> int:
        """The last sequence of the log, 0 when empty."""
        ...

    def claim(self, partitions: Collection[int]) -> dict[int, int]:
        """Raises the fence of each partition and answers the new epochs."""
        ...

    def due(self, partitions: Collection[int], now: int, limit: int) -> list[Timer]:
        """Timers of these partitions due by `now`, earliest first."""
        ...

    def timers(self) -> int:
        """The number of timers that have not run."""
        ...

    def relay_places(self) -> dict[tuple[str, int], RelayPlace]: ...

    def relay_position(self) -> int:
        """The last sequence of the log that the relay is done with."""
        ...

    def save_relay(self, position: int, places: Iterable[RelayPlace]) -> None:
        """Moves the relay's position, and those of its places that are given; others stay."""
        ...

    def lead(self, role: str) -> bool:
        """True when this process is (or now became) the one that plays the role for this store."""
        ...

    def setting(self, name: str, value: str | None = None) -> str | None:
        """The value written first under this name: first writer wins; reads when `value` is None."""
        ...

    def documents_position(self, view: str) -> int: ...

    def put_documents(self, view: str, position: int, documents: Iterable[Document]) -> None:
        """Replaces these pages and the view's position in one transaction, apart from the log."""
        ...

    def drop_documents(self, view: str) -> None:
        """Forgets every page of the view and sets its position to 0."""
        ...

    def document(self, kind: str, id: str) -> Document | None: ...

    def documents(self, kind: str, account: str) -> list[Document]: ...

    def close(self) -> None: ...


class Keys(Protocol):
    """One key per account, first writer wins; the only thing that services share."""

    def get(self, accounts: Collection[str], make: bool = True) -> dict[str, bytes]:
        """Keys of 32 bytes; makes the missing ones when asked to, and leaves out forgotten ones."""
        ...

    def had(self, account: str) -> bool:
        """True when the account has a key, or had one, or was forgotten before it had one."""
        ...

    def forget(self, account: str) -> bool:
        """Ends the key for ever; True when there was one."""
        ...

    def close(self) -> None: ...
