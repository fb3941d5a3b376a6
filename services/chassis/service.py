"""What a service gives to the chassis, and what the chassis gives to its handlers.

A handler has four outcomes, and only the chassis catches them:

    returns             handled (also when it appended nothing)
    raises Refused      a command from outside broke a rule: answered with `command.refused`, never retried
    raises Conflict     another writer was first: decided again
    raises anything     a fault: tried again, then parked
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from schemas.envelope import Envelope
from services.chassis.ports import Row


class Why(NamedTuple):
    """One broken rule: its id, a sentence that says what is wrong and what would be right, and where."""

    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None


class Refused(Exception):
    """A command from outside is refused with every reason; nothing of it takes effect."""

    def __init__(self, *reasons: Why) -> None:
        super().__init__("; ".join(f"{reason.rule}: {reason.message}" for reason in reasons))
        self.reasons = reasons


class StreamOf(msgspec.Struct, frozen=True, gc=False):
    """A wish to have a stream folded before the handler runs."""

    category: str
    id: str


class RowsOf(msgspec.Struct, frozen=True, gc=False):
    """A wish to have the members of a lookup key before the handler runs."""

    kind: str
    key: str


Wish = StreamOf | RowsOf


class Work(Protocol):
    """One message being handled: what may be read, and what takes effect with it.

    Reads see what this and the earlier messages of the batch have appended. What was not wished for is
    fetched when asked for, one query each.
    """

    @property
    def message(self) -> Envelope:
        """The envelope; of a timer, one made of its cause."""
        ...

    @property
    def now(self) -> datetime:
        """The chassis clock at first handling (UTC), stored with the events."""
        ...

    def state(self, category: str, id: str) -> Any:
        """The fold of the stream; what the category calls initial when it has no events.

        Owned by the chassis: never change it, and do not keep it past an `append` to the same stream.
        """
        ...

    def append(self, category: str, id: str, *events: Any, effective: datetime | None = None) -> None:
        """Appends to the stream and folds at once; effective is `now` unless given."""
        ...

    def version(self, category: str, id: str) -> int:
        """How many events the stream has, 0 for one that does not exist."""
        ...

    def members(self, kind: str, key: str) -> Collection[str]:
        """The lookup rows of a key, sorted; rows that are put or dropped later do not change them."""
        ...

    def put(self, kind: str, key: str, member: str) -> None:
        """Adds a lookup row; one that is there already changes nothing."""
        ...

    def drop(self, kind: str, key: str, member: str) -> None:
        """Takes a lookup row away."""
        ...

    def timer(self, id: str, due: datetime, name: str, data: Mapping[str, Any]) -> None:
        """Runs the service's timer route `name` with `data` when the clock has reached `due`.

        The same id again replaces it. It runs once, under this message's account, and never on a rebuild.
        """
        ...

    def cancel_timer(self, id: str) -> None: ...

    def seal(self, value: Any) -> Any:
        """A personal value as a token under the key of the message's account.

        Equal values give equal tokens; null and tokens are answered as they are.
        """
        ...

    def unseal(self, value: Any) -> Any:
        """The value of a token; anything else as it is; `None` when the key was forgotten."""
        ...


Needs = Callable[[Any, Work], Iterator[Collection[Wish]]]
"""Yields collections of wishes; each is granted, for a whole batch in one query, before it goes on."""


def nothing(data: Any, work: Work) -> Iterator[Collection[Wish]]:  # noqa: ARG001
    """For a handler that reads nothing."""
    return iter(())


def no_order(data: Any) -> str | None:  # noqa: ARG001
    """For a message that belongs to no order: parked, it blocks nothing."""
    return None


def the_order_id(body: Mapping[str, Any]) -> object:
    """What most commands say what they are about by."""
    return body.get("orderId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one message type is handled. `model` is a pydantic model or a dataclass."""

    model: Any
    handle: Callable[[Any, Work], None]
    concerns: Callable[[bytes], bool] | None = None
    """Whether a message of our own is acted on at all, by a look at its bytes, which is cheaper than reading.

    True when in doubt; the handler decides. None for every message.
    """
    needs: Needs = nothing
    order: Callable[[Any], str | None] = no_order
    """The order whose later messages wait when this one is parked."""
    unread: Callable[[Mapping[str, Any]], object] = the_order_id
    """The same of a command that does not fit its model, by its JSON; what is no text names nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of stream. `evolve` owns the state it is given: it may change it in place and return it."""

    name: str
    initial: Callable[[str], Any]
    evolve: Callable[[Any, Any], Any]
    shared: bool = False
    """Written by the owner of another partition (the catalog): a cached fold is refreshed once a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One stored form of an event. `upcast` turns an older form's fields into those of `type`."""

    name: str
    type: type
    upcast: Callable[[dict[str, Any]], dict[str, Any]] | None = None


class Public(msgspec.Struct, frozen=True):
    """A message to publish: at most one per stored event and topic.

    `name` is the middle of the type (`order.created`); `data` is written as JSON with its names as they
    are (camelCase), nulls left out by whoever builds it or not, as the schema allows.
    """

    topic: str
    name: str
    subject: str
    data: Mapping[str, Any]
    unseal: bool = False
    """True on topics that others must read: personal values are written plain."""


class Happened(msgspec.Struct, frozen=True):
    """A stored event on its way out; times are microseconds since the epoch."""

    category: str
    id: str
    version: int
    event: Any
    account: str
    recorded: int
    effective: int


class Page(NamedTuple):
    """One page of the read model: what `aftersale show` prints, found by id, listed by account."""

    kind: str
    id: str
    account: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """The lookup rows that follow from the folds: an auditor makes them again, and compares."""

    kinds: frozenset[str]
    """Every kind of row that is one of them."""
    rows: Callable[[str, str, Any], Iterable[Row]]
    """(category, id, folded state) -> the rows of which the stream is the member."""


NO_LOOKUPS = Lookups(kinds=frozenset(), rows=lambda *_: ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, as the chassis runs it."""

    name: Literal["order", "inventory", "fulfillment"]
    events_topic: str
    topics: tuple[str, ...]
    routes: Mapping[str, Route]
    """By full message type. A type not named is passed over."""
    timers: Mapping[str, Route] = field(default_factory=dict)
    categories: tuple[Category, ...]
    shared_rows: frozenset[str] = frozenset()
    """Kinds of lookup rows written by owners of other partitions: read again once a batch."""
    stored: tuple[Version, ...]
    publish: Callable[[Happened], Iterable[Public]]
    shown: frozenset[str]
    """The categories that have pages; a page's kind and id are those of its stream."""
    pages: Callable[[str, str, Any], Iterable[Page]]
    """(category, id, folded state) -> the page that shows it, none for what does not exist."""
    lookups: Lookups = NO_LOOKUPS
