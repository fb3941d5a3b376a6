"""Stored events: stable names, never a class path; one line of meta data and one of event data each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from pydantic import TypeAdapter
from pydantic_core import from_json

from services.chassis.ports import StoredEvent
from services.chassis.service import Version

to_bytes = msgspec.json.Encoder().encode
"""JSON of a stored event or a message: what pydantic writes, in half its time."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, exact."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def moment(value: int) -> datetime:
    """The UTC time of these microseconds since the epoch."""
    seconds, rest = divmod(value, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


class Meta(
    msgspec.Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    rename={
        "key": "k",
        "account": "a",
        "recorded": "r",
        "effective": "e",
        "cause": "i",
        "correlation": "c",
        "actor": "by",
        "traceparent": "tp",
        "command": "cmd",
        "ahead": "x",
        "command_type": "t",
        "command_source": "s",
    },
):
    """Who, why and when of a stored event. Times are microseconds since the epoch.

    `key` is what the event is published under: the account, or the specification where there is none.
    `command` is the whole command from outside that caused it, sealed with the account's key; it stands on
    the first event the command caused. The names it is stored under are for ever.
    """

    key: str
    account: str | None = None
    recorded: int = 0
    effective: int | None = None
    cause: str | None = None
    correlation: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    command: str | None = None
    ahead: int | None = None
    """How far the clock was set ahead of real time, where it was."""
    command_type: str | None = None
    command_source: str | None = None
    """What the kept command was, and who sent it: with the type it can be decided again."""

    @property
    def real(self) -> int:
        """When it was recorded in real time; retention counts by it."""
        return self.recorded - (self.ahead or 0)

    @property
    def effective_at(self) -> int:
        return self.recorded if self.effective is None else self.effective


_meta_of = msgspec.json.Decoder(Meta).decode


def meta_line(meta: Meta) -> bytes:
    """The meta data as one line of JSON, its end included."""
    return to_bytes(meta) + b"\n"


def read_meta(state: bytes) -> Meta:
    """The meta data of a stored event."""
    return _meta_of(state[: state.index(b"\n")])


@cache
def adapter(type_: Any) -> TypeAdapter[Any]:
    """Pydantic's compiled core for a type: built once, as that takes milliseconds."""
    return TypeAdapter(type_)


class UnknownStoredEvent(Exception):
    """A stored name that this program does not know: it is older than the store, or not its own."""


class Codec:
    """Between events and what is stored of them. The first `Version` of a type's own is the one written."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._names: dict[type, str] = {}
        self._readers: dict[str, Any] = {}
        self._upcasts: dict[str, Version] = {}
        for version in versions:
            self._add(version)

    def _add(self, version: Version) -> None:
        if version.name in self._readers or version.name in self._upcasts:
            raise ValueError(f"the stored name {version.name} stands for two types: give each its own")
        if version.upcast is not None:
            self._upcasts[version.name] = version
            return
        if version.type in self._names:
            raise ValueError(
                f"{version.type.__name__} has two stored names to write: older ones need an upcast"
            )
        self._names[version.type] = version.name
        self._readers[version.name] = adapter(version.type).validator.validate_json

    def encode(self, event: Any) -> tuple[str, bytes]:
        """Stored name and data. Raises `KeyError` for a type without a stored name."""
        return self._names[type(event)], to_bytes(event)

    def decode(self, stored: StoredEvent) -> Any:
        """The event. Raises `UnknownStoredEvent`."""
        state = stored.state
        data = state[state.index(b"\n") + 1 :]
        if (read := self._readers.get(stored.name)) is not None:
            return read(data)
        if (version := self._upcasts.get(stored.name)) is None:
            raise UnknownStoredEvent(
                f"the stored event {stored.stream} v{stored.version} is named {stored.name}, which nothing "
                "here reads: run the program that wrote it, or a newer one"
            )
        assert version.upcast is not None
        return adapter(version.type).validate_python(version.upcast(from_json(data)))

    @property
    def names(self) -> Mapping[type, str]:
        """The name under which each event type is written."""
        return self._names


def split(stream: str) -> tuple[str, str]:
    """`order-ORD-1` -> (`order`, `ORD-1`)."""
    category, _, id = stream.partition("-")
    return category, id
